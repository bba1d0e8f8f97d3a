#include "checker/symbolic/invariant_text.h"

#include <algorithm>
#include <set>

#include "model/system/evaluator.h"

namespace untorn::checker::symbolic {

using system::TypeKind;

namespace {

constexpr const char* losses_name = "power_lost()";
const std::string implies = " implies ", conjunction = " and ", lemma = "lemma ";

std::string joined(const std::vector<std::string>& parts, const std::string& between) {
    std::string text;
    for (const std::string& part : parts) text += (text.empty() ? "" : between) + part;
    return text;
}

/// At `separator`, outside of brackets and braces.
std::vector<std::string> split(const std::string& text, const std::string& separator) {
    std::vector<std::string> parts{""};
    int depth = 0;
    for (size_t i = 0; i < text.size(); ++i) {
        if (depth == 0 && text.compare(i, separator.size(), separator) == 0) {
            parts.emplace_back();
            i += separator.size() - 1;
            continue;
        }
        if (text[i] == '(' || text[i] == '{' || text[i] == '[') ++depth;
        if (text[i] == ')' || text[i] == '}' || text[i] == ']') --depth;
        parts.back() += text[i];
    }
    return parts;
}

bool begins(const std::string& text, const std::string& with) { return text.compare(0, with.size(), with) == 0; }

std::string trimmed(const std::string& text) {
    const size_t begin = text.find_first_not_of(" \t\r");
    if (begin == std::string::npos) return "";
    return text.substr(begin, text.find_last_not_of(" \t\r") + 1 - begin);
}

bool brackets(const std::string& text, char open, char close) {
    return text.size() >= 2 && text.front() == open && text.back() == close;
}

}  // namespace

InvariantText::InvariantText(const system::System& system)
    : system_(system), cells_(system), counters_(cells_.size(), false), actor_of_(cells_.size(), system::none) {
    const system::Evaluator names(system);
    std::set<std::string> taken;
    for (uint32_t cell = 0; cell < cells_.size(); ++cell) {
        std::string name = names.cell_name(cell);
        while (!taken.insert(name).second) name += "~";
        names_.push_back(std::move(name));
        counters_[cell] = system.variables[cells_[cell].var].storage == system::Storage::counter;
        for (uint32_t actor = 0; actor < system.actors.size(); ++actor)
            if (system.actors[actor].counter == cells_[cell].var) actor_of_[cell] = actor;
    }
}

int64_t InvariantText::lo(uint32_t cell) const { return cell == losses_cell ? 0 : cells_[cell].lo; }
int64_t InvariantText::hi(uint32_t cell) const {
    if (cell == losses_cell) return system_.power_loss ? system_.power_loss->budget : 0;
    return cells_[cell].lo + static_cast<int64_t>(cells_[cell].size) - 1;
}
TypeKind InvariantText::kind(uint32_t cell) const {
    if (cell == losses_cell) return TypeKind::range;
    return system_.types[system_.variables[cells_[cell].var].type].kind;
}

std::vector<int64_t> InvariantText::others(uint32_t cell, const std::vector<int64_t>& values) const {
    std::vector<int64_t> rest;
    for (int64_t value = lo(cell); value <= hi(cell); ++value)
        if (!std::ranges::binary_search(values, value)) rest.push_back(value);
    return rest;
}

std::string InvariantText::value(uint32_t cell, int64_t value) const {
    if (cell == losses_cell || counters_[cell]) return std::to_string(value);
    return system_.types.text(system_.variables[cells_[cell].var].type, value);
}

std::string InvariantText::counter(const Atom& part, std::vector<int64_t> values, bool outside) const {
    const std::string not_there = outside ? "!" : "";
    const std::string& name = names_[part.cell];
    if (values.size() == 1 && values[0] == system::ended) return not_there + "ended(" + name + ")";
    std::vector<std::string> texts;
    for (const int64_t value : values) texts.push_back(std::to_string(value));
    const std::string where = texts.size() == 1 ? texts[0] : "{" + joined(texts, ", ") + "}";
    return not_there + "at(" + name + ", " + where + ")";
}

std::string InvariantText::atom(const Atom& part, bool negated) const {
    const std::string& name = part.cell == losses_cell ? losses_name : names_[part.cell];
    if (part.of_set) {
        const system::Type& set = system_.types[system_.variables[cells_[part.cell].var].type];
        const std::string member = system_.types.text(set.base, system_.types[set.base].lo + part.member);
        return part.present != negated ? member + " in " + name : "!(" + member + " in " + name + ")";
    }
    std::vector<int64_t> values = negated ? others(part.cell, part.values) : part.values;
    const std::vector<int64_t> rest = others(part.cell, values);
    if (kind(part.cell) == TypeKind::boolean && values.size() == 1) return values[0] != 0 ? name : "!" + name;
    const bool outside = rest.size() < values.size() && !rest.empty();
    if (part.cell != losses_cell && counters_[part.cell]) return counter(part, outside ? rest : values, outside);
    const std::vector<int64_t>& shown = outside ? rest : values;
    if (shown.size() == 1) return name + (outside ? " != " : " == ") + value(part.cell, shown[0]);
    const bool in_a_row = !values.empty() && values.back() - values.front() + 1 == static_cast<int64_t>(values.size());
    if (kind(part.cell) == TypeKind::range && in_a_row && values.front() == lo(part.cell))
        return name + " <= " + value(part.cell, values.back());
    if (kind(part.cell) == TypeKind::range && in_a_row && values.back() == hi(part.cell))
        return name + " >= " + value(part.cell, values.front());
    std::vector<std::string> texts;
    for (const int64_t one : shown) texts.push_back(value(part.cell, one));
    const std::string among = name + " in {" + joined(texts, ", ") + "}";
    return outside ? "!(" + among + ")" : among;
}

// The last atom is what the others imply: data comes behind program counters, since variables are numbered so.
std::string InvariantText::write(const Conjunct& conjunct) const {
    if (conjunct.atoms.empty()) return "false";
    std::vector<const Atom*> order;
    for (const Atom& part : conjunct.atoms) order.push_back(&part);
    std::ranges::stable_sort(order, [this](const Atom* a, const Atom* b) {
        const auto rank = [this](const Atom* x) { return x->cell == losses_cell ? 0 : counters_[x->cell] ? 1 : 2; };
        return rank(a) < rank(b);
    });
    std::vector<std::string> premises;
    for (size_t i = 0; i + 1 < order.size(); ++i) premises.push_back(atom(*order[i], true));
    const std::string conclusion = atom(*order.back(), false);
    return premises.empty() ? conclusion : joined(premises, conjunction) + implies + conclusion;
}

std::string InvariantText::legend(std::span<const Conjunct> conjuncts) const {
    std::string text;
    std::set<std::pair<uint32_t, int64_t>> named;  // actor, location
    for (const Conjunct& conjunct : conjuncts)
        for (const Atom& part : conjunct.atoms)
            if (part.cell != losses_cell && counters_[part.cell])
                for (const int64_t location :
                     part.values.size() * 2 <= cells_[part.cell].size ? part.values : others(part.cell, part.values))
                    named.emplace(actor_of_[part.cell], location);
    if (!named.empty()) text += "// Locations:\n";
    for (const auto& [actor, location] : named) {
        if (actor == system::none || location <= system::ended) continue;
        const system::Location& place = system_.actors[actor].locations[static_cast<size_t>(location)];
        const LineIndex& file = system_.files[place.span.file];
        text += "//   " + system_.actors[actor].name + " " + std::to_string(location) + ": " +
                file.path.substr(file.path.rfind('/') + 1) + ":" + std::to_string(file.place(place.span.begin).line) +
                ": " + place.text + "\n";
    }
    return text;
}

std::string InvariantText::write(std::span<const Conjunct> invariant) const {
    std::string text = legend(invariant);
    size_t number = 0;
    for (const Conjunct& conjunct : invariant)
        text += lemma + "l" + std::to_string(++number) + ": " + write(conjunct) + ";\n";
    return text;
}

// Reading.

std::optional<uint32_t> InvariantText::cell_named(const std::string& name) const {
    if (name == losses_name) return losses_cell;
    const auto found = std::ranges::find(names_, name);
    if (found == names_.end()) return std::nullopt;
    return static_cast<uint32_t>(found - names_.begin());
}

std::optional<std::vector<int64_t>> InvariantText::read_values(uint32_t cell, const std::string& text) const {
    std::vector<int64_t> values;
    const std::vector<std::string> parts =
        brackets(text, '{', '}') ? split(text.substr(1, text.size() - 2), ", ") : std::vector{text};
    for (const std::string& part : parts) {
        bool known = false;
        for (int64_t one = lo(cell); one <= hi(cell) && !known; ++one) {
            known = value(cell, one) == part;
            if (known) values.push_back(one);
        }
        if (!known) return std::nullopt;
    }
    std::ranges::sort(values);
    return values;
}

std::variant<Atom, std::string> InvariantText::read_atom(std::string text, bool negated) const {
    const std::string whole = text;
    if (begins(text, "!")) {
        negated = !negated;
        text = text.substr(1);
        if (brackets(text, '(', ')')) text = text.substr(1, text.size() - 2);
    }
    const auto made = [&](uint32_t cell, std::vector<int64_t> values) {
        return Atom{cell, negated ? others(cell, values) : std::move(values), false, 0, false};
    };
    const bool ended = begins(text, "ended(");
    if ((ended || begins(text, "at(")) && text.back() == ')') {
        const std::string inside = text.substr(text.find('(') + 1, text.size() - text.find('(') - 2);
        std::vector<std::string> parts = split(inside, ", ");
        const std::string where = ended ? "1" : parts.back();
        if (!ended) parts.pop_back();
        const auto cell = cell_named(joined(parts, ", "));
        if (!cell || *cell == losses_cell || !counters_[*cell]) return "no such actor in `" + whole + "`";
        const auto values = read_values(*cell, where);
        if (!values) return "no such location in `" + whole + "`";
        return made(*cell, *values);
    }
    if (const auto cell = cell_named(text); cell && kind(*cell) == TypeKind::boolean) return made(*cell, {1});
    for (const char* op : {" == ", " != ", " <= ", " >= ", " in "}) {
        const std::vector<std::string> sides = split(text, op);
        if (sides.size() != 2) continue;
        const std::string relation = op;
        if (relation == " in ") {
            if (const auto set = cell_named(sides[1]); set && kind(*set) == TypeKind::set) {
                const system::TypeId base = system_.types[system_.variables[cells_[*set].var].type].base;
                const system::Type& type = system_.types[base];
                for (int64_t member = type.lo; member <= type.hi; ++member)
                    if (system_.types.text(base, member) == sides[0])
                        return Atom{*set, {}, true, static_cast<unsigned>(member - type.lo), !negated};
                return "no such member in `" + whole + "`";
            }
        }
        const auto cell = cell_named(sides[0]);
        if (!cell) return "no variable `" + sides[0] + "`";
        const auto values = read_values(*cell, sides[1]);
        if (!values || values->empty()) return "no such value in `" + whole + "`";
        if (relation == " == " || relation == " in ") return made(*cell, *values);
        if (relation == " != ") return made(*cell, others(*cell, *values));
        std::vector<int64_t> range;
        for (int64_t one = lo(*cell); one <= hi(*cell); ++one)
            if (relation == " <= " ? one <= values->front() : one >= values->front()) range.push_back(one);
        return made(*cell, std::move(range));
    }
    return "`" + whole + "` is no statement about a variable";
}

std::variant<Conjunct, std::string> InvariantText::read_conjunct(const std::string& expression) const {
    Conjunct conjunct;
    if (expression == "false") return conjunct;
    const std::vector<std::string> sides = split(expression, implies);
    if (sides.size() > 2) return "expected at most one `implies`";
    std::vector<std::pair<std::string, bool>> parts;  // an atom, and whether what counts is that it does not hold
    if (sides.size() == 2)
        for (const std::string& premise : split(sides[0], conjunction)) parts.emplace_back(premise, true);
    parts.emplace_back(sides.back(), false);
    for (const auto& [part, negated] : parts) {
        auto atom = read_atom(part, negated);
        if (auto* problem = std::get_if<std::string>(&atom)) return *problem;
        conjunct.atoms.push_back(std::move(std::get<Atom>(atom)));
    }
    std::ranges::sort(conjunct.atoms);
    return conjunct;
}

std::variant<std::vector<Conjunct>, std::string> InvariantText::read_conjunction(const std::string& expression) const {
    std::vector<Conjunct> made;
    for (const std::string& part : split(expression, conjunction)) {
        auto conjunct = read_conjunct(brackets(part, '(', ')') ? part.substr(1, part.size() - 2) : part);
        if (auto* problem = std::get_if<std::string>(&conjunct)) return *problem;
        made.push_back(std::move(std::get<Conjunct>(conjunct)));
    }
    return made;
}

std::variant<std::vector<Conjunct>, InvariantError> InvariantText::read(const std::string& text) const {
    std::vector<Conjunct> invariant;
    size_t number = 0;
    for (size_t begin = 0; begin < text.size();) {
        const size_t end = std::min(text.find('\n', begin), text.size());
        const std::string line = trimmed(text.substr(begin, end - begin));
        begin = end + 1;
        ++number;
        if (line.empty() || begins(line, "//")) continue;
        const size_t colon = line.find(": ");
        if (!begins(line, lemma) || colon == std::string::npos || line.back() != ';')
            return InvariantError{number, "expected `lemma NAME: EXPRESSION;`"};
        auto conjunct = read_conjunct(line.substr(colon + 2, line.size() - colon - 3));
        if (auto* problem = std::get_if<std::string>(&conjunct)) return InvariantError{number, *problem};
        invariant.push_back(std::move(std::get<Conjunct>(conjunct)));
    }
    return invariant;
}

}  // namespace untorn::checker::symbolic
