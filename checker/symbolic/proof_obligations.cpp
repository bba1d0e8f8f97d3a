#include "checker/symbolic/proof_obligations.h"

#include <algorithm>
#include <map>
#include <set>

#include "checker/explicit/limits.h"
#include "checker/explicit/reads.h"
#include "checker/symbolic/horn.h"
#include "checker/symbolic/smt_terms.h"
#include "model/system/evaluator.h"

namespace untorn::checker::symbolic {

using system::ActorKind;
using system::PropertyKind;

namespace {

constexpr size_t most_choices = size_t{1} << 14;
constexpr const char* losses_symbol = "|power losses|";
constexpr const char* primed_losses = "|power losses'|";
constexpr const char* reached_symbol = "|is reached|";

bool judges_checks(PropertyKind kind) {
    return kind == PropertyKind::assertion || kind == PropertyKind::range || kind == PropertyKind::lock ||
           kind == PropertyKind::atomic_block;
}

std::string in_one_line(std::string text) {
    std::ranges::replace(text, '\n', ' ');
    return text;
}

/// All instances of one step: of one actor instance at one location, or of init or power_loss.
struct Group {
    std::string name, title;
    std::vector<const Instance*> instances;
    uint32_t counter = no_cell;  ///< cell; none for init and power_loss
    int64_t location = 0;
    bool recovery = false;  ///< of recover
};

class Builder {
 public:
    Builder(const Program& program, std::span<const Conjunct> invariant, std::span<const uint32_t> properties,
            const ProofLemmas& lemmas)
        : program_(program),
          system_(program.system),
          invariant_(invariant),
          properties_(properties),
          lemmas_(lemmas),
          power_(power_can_be_lost(program.system)),
          budget_(power_ ? program.system.power_loss->budget : 0),
          cells_(program, constants()),
          first_(program, first_values()) {
        collect();
    }

    std::vector<Obligation> build();
    std::string horn();

 private:
    std::vector<std::optional<int64_t>> constants() const;
    std::vector<std::optional<int64_t>> first_values() const;
    void collect();
    void collect(const ActorInstance& actor, bool recovery);

    /// Whose step it is.
    enum class Moves : uint8_t { init, run, recovery, power };
    void add(const std::string& name, const std::string& title, const std::string& claim, const std::string& body);
    void add_step(const std::string& name, const std::string& title, const std::string& claim, std::string script,
                  const std::map<uint32_t, std::string>& primed, Moves moves, const std::string& extra);
    std::string reached(const std::map<uint32_t, std::string>& primed, Moves moves) const;
    std::string declarations() const;
    std::string premise() const;
    std::string atom(const Atom& atom, const std::map<uint32_t, std::string>& primed, bool after_loss) const;
    std::string conjunct(const Conjunct& conjunct, const std::map<uint32_t, std::string>& primed,
                         bool after_loss) const;
    bool mentions(const Conjunct& conjunct, const std::map<uint32_t, std::string>& primed, bool after_loss) const;
    std::string losses_are(const char* op, int64_t value) const;
    std::string running() const { return power_ ? losses_are("=", 0) : "true"; }
    std::string lost() const { return power_ ? "(not " + losses_are("=", 0) + ")" : "false"; }
    std::string here(const Group& group) const;
    std::string counter_is(uint32_t cell, int64_t location) const;
    std::string chosen(size_t number, size_t count) const;
    std::string enabled(SmtTerms& terms, const Instance& instance, bool checked) const;
    std::map<uint32_t, std::string> writes(SmtTerms& terms, const Group& group, const SmtCells& before,
                                           std::string& script) const;
    std::string step(SmtTerms& terms, const Group& group, std::string& script) const;
    void initial();
    void consecution(const Group& group);
    void power_loss();
    void assume_lemmas(SmtTerms& terms, std::string& script) const;
    bool may_break(uint32_t lemma, const std::map<uint32_t, std::string>& primed) const;
    void after_step(std::string& script, const std::map<uint32_t, std::string>& primed, Moves moves,
                    const std::string& extra) const;
    void safety(uint32_t property);
    void safety_of_lemma(uint32_t lemma);
    void failing(uint32_t property, const Group& group, bool in_init, bool in_loss);
    std::string judged_where(PropertyKind kind, SmtTerms& terms) const;
    std::string recovered() const;
    std::string threads_ended() const;
    std::string moves(SmtTerms& terms, bool recovery) const;
    std::string stuck() const;

    const Program& program_;
    const system::System& system_;
    std::span<const Conjunct> invariant_;
    std::span<const uint32_t> properties_;
    const ProofLemmas& lemmas_;
    bool power_;
    int64_t budget_;
    SmtCells cells_, first_;
    std::vector<Group> groups_;
    std::vector<Obligation> made_;
    std::set<std::string> names_;
    bool horn_ = false;  ///< clauses are made, not obligations
    std::string clauses_;
};

/// Cells that have one value for ever: init gives it to them in every initial state, and no step writes another one.
/// Where power can be lost they must survive it, or have their first value. That init gives the value is an obligation;
/// that no step writes another can be seen in the program.
std::vector<std::optional<int64_t>> Builder::constants() const {
    std::vector<std::optional<int64_t>> constants(program_.cells.size());
    const system::Evaluator evaluator(system_);
    bool first = true;
    for (const auto& [choices, executed] : evaluator.initial()) {
        if (!executed.next) continue;
        for (uint32_t cell = 0; cell < program_.cells.size(); ++cell) {
            const int64_t value = executed.next->cells[cell];
            if (first)
                constants[cell] = value;
            else if (constants[cell] != value)
                constants[cell].reset();
        }
        first = false;
    }
    for (uint32_t cell = 0; cell < program_.cells.size(); ++cell)
        if (power_ && !survives_power_loss(system_.variables[program_.cells[cell].var]) &&
            constants[cell] != program_.cells[cell].lo)
            constants[cell].reset();
    const auto note = [&](const Instance& instance) {
        for (const WriteCode& write : instance.writes) {
            const Code& value = program_.codes[write.value];
            for_each_target(program_, write, [&](uint32_t cell) {
                if (value.op != Code::Op::constant || constants[cell] != value.value) constants[cell].reset();
            });
        }
    };
    for (const Instance& instance : program_.instances) note(instance);
    if (power_)
        for (const Instance& instance : program_.power_loss) note(instance);
    if (program_.has_recover) constants[program_.recover.counter].reset();
    return constants;
}

std::vector<std::optional<int64_t>> Builder::first_values() const {
    std::vector<std::optional<int64_t>> values;
    for (uint32_t cell = 0; cell < program_.cells.size(); ++cell) values.emplace_back(program_.cells[cell].lo);
    return values;
}

void Builder::collect() {
    for (const ActorInstance& actor : program_.actors) collect(actor, false);
    if (program_.has_recover && power_) collect(program_.recover, true);
}

void Builder::collect(const ActorInstance& actor, bool recovery) {
    const system::Actor& who = system_.actors[actor.actor];
    for (size_t location = 0; location + 1 < actor.first_of.size(); ++location) {
        Group group;
        for (uint32_t i = actor.first_of[location]; i < actor.first_of[location + 1]; ++i)
            group.instances.push_back(&program_.instances[i]);
        if (group.instances.empty()) continue;
        if (group.instances.size() > most_choices) throw LimitReached{"more than 2^14 choices of a step in a proof"};
        std::string name = who.name;
        if (who.identity) name += "[" + system_.types.text(*who.identity, group.instances[0]->identity) + "]";
        const system::Location& place = who.locations[location];
        const LineIndex& file = system_.files[place.span.file];
        const std::string path = file.path.substr(file.path.rfind('/') + 1);
        group.name = name + "-" + std::to_string(location);
        group.title =
            name + " at " + path + ":" + std::to_string(file.place(place.span.begin).line) + ": " + place.text;
        group.counter = actor.counter;
        group.location = static_cast<int64_t>(location);
        group.recovery = recovery;
        groups_.push_back(std::move(group));
    }
}

// Scripts.

void Builder::add(const std::string& name, const std::string& title, const std::string& claim,
                  const std::string& body) {
    if (horn_) {
        clauses_ += "; " + in_one_line(title) + "\n" + horn_clause(body, "false");
        return;
    }
    // Names of files: letters, digits and hyphens.
    std::string plain;
    for (const char c : name) {
        const bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
        if (fine)
            plain += c;
        else if (!plain.empty() && plain.back() != '-')
            plain += '-';
    }
    std::string unique = plain;
    for (int i = 2; !names_.insert(unique).second; ++i) unique = plain + "-" + std::to_string(i);
    made_.push_back({unique, title,
                     "; " + in_one_line(title) + "\n; " + claim +
                         "\n; What would show the contrary is asked for; there is none: the answer must be unsat.\n"
                         "(set-logic QF_BV)\n(set-info :status unsat)\n" +
                         body + "(check-sat)\n"});
}

std::string Builder::declarations() const {
    std::string text;
    for (uint32_t cell = 0; cell < program_.cells.size(); ++cell)
        if (!cells_.constant(cell)) text += "(declare-const " + cells_.symbol(cell) + " " + cells_.sort(cell) + ")\n";
    if (power_)
        text += std::string("(declare-const ") + losses_symbol + " (_ BitVec " +
                std::to_string(signed_width(0, budget_)) + "))\n";
    return text;
}

/// The invariant of the state before.
std::string Builder::premise() const {
    std::string text = "; The invariant: every value is one of its type, and then each conjunct.\n";
    for (uint32_t cell = 0; cell < program_.cells.size(); ++cell)
        if (!cells_.constant(cell))
            if (const std::string fits = cells_.in_type(cell, cells_.symbol(cell)); !fits.empty())
                text += "(assert " + fits + ")\n";
    if (power_) {
        const unsigned width = signed_width(0, budget_);
        text += std::string("(assert (and (bvsle ") + smt_number(0, width) + " " + losses_symbol + ") (bvsle " +
                losses_symbol + " " + smt_number(budget_, width) + ")))\n";
    }
    for (const Conjunct& part : invariant_) text += "(assert " + conjunct(part, {}, false) + ")\n";
    if (horn_) text += "(assert " + reached({}, Moves::run) + ")\n";
    return text;
}

std::string Builder::losses_are(const char* op, int64_t value) const {
    return std::string("(") + op + " " + losses_symbol + " " + smt_number(value, signed_width(0, budget_)) + ")";
}

std::string Builder::atom(const Atom& atom, const std::map<uint32_t, std::string>& primed, bool after_loss) const {
    if (atom.cell == losses_cell) {
        std::vector<std::string> values;
        const unsigned width = signed_width(0, budget_);
        for (const int64_t value : atom.values)
            values.push_back(std::string("(= ") + (after_loss ? primed_losses : losses_symbol) + " " +
                             smt_number(value, width) + ")");
        return smt_any(values);
    }
    const auto found = primed.find(atom.cell);
    const auto& constant = cells_.constant(atom.cell);
    if (found == primed.end() && constant) {
        const bool yes = atom.of_set ? ((*constant >> atom.member & 1) != 0) == atom.present
                                     : std::ranges::binary_search(atom.values, *constant);
        return yes ? "true" : "false";
    }
    const std::string& symbol = found == primed.end() ? cells_.symbol(atom.cell) : found->second;
    if (atom.of_set) {
        const std::string bit = std::to_string(atom.member);
        return "(= ((_ extract " + bit + " " + bit + ") " + symbol + ") " + smt_number(atom.present ? 1 : 0, 1) + ")";
    }
    if (cells_.is_bool(atom.cell)) {
        if (atom.values.size() == 2) return "true";
        return atom.values[0] != 0 ? symbol : "(not " + symbol + ")";
    }
    const auto among = [&](const std::vector<int64_t>& values) {
        std::vector<std::string> parts;
        for (const int64_t value : values) parts.push_back("(= " + symbol + " " + cells_.value(atom.cell, value) + ")");
        return smt_any(parts);
    };
    const Cell& domain = program_.cells[atom.cell];
    if (atom.values.size() * 2 <= domain.size) return among(atom.values);
    std::vector<int64_t> others;
    for (uint64_t code = 0; code < domain.size; ++code) {
        const int64_t value = domain.lo + static_cast<int64_t>(code);
        if (!std::ranges::binary_search(atom.values, value)) others.push_back(value);
    }
    return "(not " + among(others) + ")";  // the value is one of the type: that is part of the invariant
}

std::string Builder::conjunct(const Conjunct& conjunct, const std::map<uint32_t, std::string>& primed,
                              bool after_loss) const {
    std::vector<std::string> parts;
    for (const Atom& part : conjunct.atoms) parts.push_back(atom(part, primed, after_loss));
    return smt_any(parts);
}

bool Builder::mentions(const Conjunct& conjunct, const std::map<uint32_t, std::string>& primed, bool after_loss) const {
    return std::ranges::any_of(conjunct.atoms, [&](const Atom& atom) {
        return atom.cell == losses_cell ? after_loss : primed.contains(atom.cell);
    });
}

// Steps.

std::string Builder::counter_is(uint32_t cell, int64_t location) const {
    if (const auto& constant = cells_.constant(cell)) return *constant == location ? "true" : "false";
    return "(= " + cells_.symbol(cell) + " " + cells_.value(cell, location) + ")";
}

std::string Builder::here(const Group& group) const {
    return smt_all({group.recovery ? lost() : running(), counter_is(group.counter, group.location)});
}

std::string Builder::chosen(size_t number, size_t count) const {
    if (count == 1) return "true";
    return "(= choice! " + smt_number(static_cast<int64_t>(number), system::bits_for(static_cast<int64_t>(count))) +
           ")";
}

/// The guard, and if `checked` all checks.
std::string Builder::enabled(SmtTerms& terms, const Instance& instance, bool checked) const {
    std::vector<std::string> parts{terms.truth(instance.guard)};
    if (checked)
        for (const CheckCode& check : instance.checks) parts.push_back(terms.truth(check.ok));
    return smt_all(parts);
}

/// Declares the choice among the instances, and says that the one chosen can be taken.
std::string Builder::step(SmtTerms& terms, const Group& group, std::string& script) const {
    const size_t count = group.instances.size();
    if (count > 1)
        script += "; Which of its choices the step makes.\n(declare-const choice! (_ BitVec " +
                  std::to_string(system::bits_for(static_cast<int64_t>(count))) + "))\n";
    std::vector<std::string> ways;
    for (size_t i = 0; i < count; ++i) {
        std::vector<std::string> parts;
        if (count > 1) parts.push_back(chosen(i, count));
        parts.push_back(enabled(terms, *group.instances[i], true));
        ways.push_back(smt_all(parts));
    }
    return smt_any(ways);
}

/// Defines the cells after the step, those that it may write. By cell, its symbol.
std::map<uint32_t, std::string> Builder::writes(SmtTerms& terms, const Group& group, const SmtCells& before,
                                                std::string& script) const {
    std::map<uint32_t, std::vector<std::string>> after;  // by cell: its value after each instance
    const size_t count = group.instances.size();
    const auto unchanged = [&](uint32_t cell) {
        const auto& constant = before.constant(cell);
        return constant ? before.value(cell, *constant) : before.symbol(cell);
    };
    for (size_t i = 0; i < count; ++i) {
        std::map<uint32_t, std::string> values;
        for (const WriteCode& write : group.instances[i]->writes) {
            for_each_target(program_, write, [&](uint32_t cell) {
                if (&before == &cells_ && cells_.constant(cell)) return;  // it is the value that it has
                std::vector<std::string> when{terms.truth(write.when)};
                if (write.computed) when.push_back(terms.denotes(program_.addresses[write.target], cell));
                const std::string condition = smt_all(when);
                const std::string value = terms.as_cell(write.value, cell);
                const auto found = values.find(cell);
                const std::string old = found == values.end() ? unchanged(cell) : found->second;
                values[cell] = condition == "true" ? value : "(ite " + condition + " " + value + " " + old + ")";
            });
        }
        for (auto& [cell, value] : values) {
            auto& all = after[cell];
            all.resize(count);
            all[i] = std::move(value);
        }
    }
    std::map<uint32_t, std::string> symbols;
    for (auto& [cell, values] : after) {
        std::string term;
        for (size_t i = count; i-- > 0;) {
            const std::string value = values[i].empty() ? unchanged(cell) : values[i];
            if (i + 1 == count || value == term)
                term = value;
            else
                term = "(ite " + chosen(i, count) + " " + value + " " + term + ")";
        }
        script += "(define-fun " + before.primed(cell) + " () " + before.sort(cell) + " " + term + ")\n";
        symbols[cell] = before.primed(cell);
    }
    return symbols;
}

/// The lemmas that are part of the invariant, of the state before (rule 20: where they are claimed).
void Builder::assume_lemmas(SmtTerms& terms, std::string& script) const {
    for (const uint32_t lemma : lemmas_.in_invariant) {
        const bool crash = system_.lemmas[lemma].after_loss;
        if (crash && !power_) continue;
        const std::string holds = terms.truth(program_.lemmas[lemma]);
        script += "(assert " + (power_ ? "(=> " + (crash ? lost() : running()) + " " + holds + ")" : holds) + ")\n";
    }
}

bool Builder::may_break(uint32_t lemma, const std::map<uint32_t, std::string>& primed) const {
    CellReads reads(program_);
    reads.add(program_.lemmas[lemma]);
    return std::ranges::any_of(reads.cells(), [&](uint32_t cell) { return primed.contains(cell); });
}

/// Some part of the invariant that may have changed does not hold afterwards.
void Builder::after_step(std::string& script, const std::map<uint32_t, std::string>& primed, Moves moves,
                         const std::string& extra) const {
    const bool after_loss = power_ && (moves == Moves::init || moves == Moves::power);
    std::vector<std::string> goal;
    if (!extra.empty()) goal.push_back(extra);
    for (const auto& [cell, symbol] : primed)
        if (const std::string fits = cells_.in_type(cell, symbol); !fits.empty()) goal.push_back(fits);
    for (const Conjunct& part : invariant_)
        if (mentions(part, primed, after_loss)) goal.push_back(conjunct(part, primed, after_loss));
    const SmtCells after = cells_.after(primed);
    SmtTerms terms(program_, after, script, ".after");
    for (const uint32_t lemma : lemmas_.in_invariant) {
        const bool claimed = system_.lemmas[lemma].after_loss == (moves == Moves::recovery || moves == Moves::power);
        const bool all = moves == Moves::init || moves == Moves::power;
        if (claimed && (all || may_break(lemma, primed))) goal.push_back(terms.truth(program_.lemmas[lemma]));
    }
    script += "; The parts of the invariant that may have changed: one of them does not hold.\n(assert (not " +
              smt_all(goal) + "))\n";
}

/// An obligation about what holds after a step, or the clause that what is after it is reached.
void Builder::add_step(const std::string& name, const std::string& title, const std::string& claim, std::string script,
                       const std::map<uint32_t, std::string>& primed, Moves moves, const std::string& extra) {
    if (horn_) {
        clauses_ += "; " + in_one_line(title) + "\n" + horn_clause(script, reached(primed, moves));
        return;
    }
    after_step(script, primed, moves, extra);
    add(name, title, claim, script);
}

/// The predicate of the Horn clauses, of the state before or after a step.
std::string Builder::reached(const std::map<uint32_t, std::string>& primed, Moves moves) const {
    std::vector<std::string> arguments;
    for (uint32_t cell = 0; cell < program_.cells.size(); ++cell) {
        if (cells_.constant(cell)) continue;
        const auto found = primed.find(cell);
        arguments.push_back(found == primed.end() ? cells_.symbol(cell) : found->second);
    }
    if (power_) arguments.emplace_back(moves == Moves::init || moves == Moves::power ? primed_losses : losses_symbol);
    if (arguments.empty()) return reached_symbol;
    std::string term = std::string("(") + reached_symbol;
    for (const std::string& argument : arguments) term += " " + argument;
    return term + ")";
}

std::string Builder::horn() {
    horn_ = true;
    std::string sorts;
    for (uint32_t cell = 0; cell < program_.cells.size(); ++cell)
        if (!cells_.constant(cell)) sorts += (sorts.empty() ? "" : " ") + cells_.sort(cell);
    if (power_)
        sorts +=
            (sorts.empty() ? "" : " ") + std::string("(_ BitVec ") + std::to_string(signed_width(0, budget_)) + ")";
    clauses_ =
        "; sat: the properties hold in every state that is reached; unsat: one of them is violated.\n"
        "(set-logic HORN)\n(declare-fun " +
        std::string(reached_symbol) + " (" + sorts + ") Bool)\n";
    build();
    return clauses_ + "(check-sat)\n";
}

void Builder::initial() {
    if (program_.init.size() > most_choices) throw LimitReached{"more than 2^14 choices of init in a proof"};
    std::string script;
    SmtTerms terms(program_, first_, script);
    Group group;
    for (const Instance& instance : program_.init) group.instances.push_back(&instance);
    const std::string possible = group.instances.empty() ? "false" : step(terms, group, script);
    script += "(assert " + possible + ")\n";
    std::map<uint32_t, std::string> primed = writes(terms, group, first_, script);
    for (uint32_t cell = 0; cell < program_.cells.size(); ++cell) {
        if (primed.contains(cell)) continue;
        primed[cell] = first_.value(cell, program_.cells[cell].lo);
    }
    std::vector<std::string> goal;
    for (uint32_t cell = 0; cell < program_.cells.size(); ++cell)
        if (const auto& constant = cells_.constant(cell))
            goal.push_back("(= " + primed[cell] + " " + cells_.value(cell, *constant) + ")");
    if (power_)
        script += std::string("(define-fun ") + primed_losses + " () (_ BitVec " +
                  std::to_string(signed_width(0, budget_)) + ") " + smt_number(0, signed_width(0, budget_)) + ")\n";
    for (uint32_t cell = 0; cell < program_.cells.size(); ++cell)
        if (cells_.constant(cell)) primed.erase(cell);
    add_step("initial", "the initial states", "Every initial state satisfies the invariant.", script, primed,
             Moves::init, smt_all(goal));
}

void Builder::consecution(const Group& group) {
    std::string script = declarations() + premise() + "; The step.\n(assert " + here(group) + ")\n";
    SmtTerms terms(program_, cells_, script);
    assume_lemmas(terms, script);
    const std::string possible = step(terms, group, script);
    script += "(assert " + possible + ")\n";
    const std::map<uint32_t, std::string> primed = writes(terms, group, cells_, script);
    add_step("step-" + group.name, group.title, "This step preserves the invariant.", script, primed,
             group.recovery ? Moves::recovery : Moves::run, "");
}

/// The power_loss step, then what does not survive at its first value, recover at its entry.
void Builder::power_loss() {
    if (program_.power_loss.size() > most_choices)
        throw LimitReached{"more than 2^14 choices of power_loss in a proof"};
    std::string script = declarations() + premise() + "; Power is lost.\n(assert (bvslt " + losses_symbol + " " +
                         smt_number(budget_, signed_width(0, budget_)) + "))\n";
    SmtTerms terms(program_, cells_, script);
    assume_lemmas(terms, script);
    Group group;
    for (const Instance& instance : program_.power_loss) group.instances.push_back(&instance);
    const std::string possible = group.instances.empty() ? "false" : step(terms, group, script);
    script += "(assert " + possible + ")\n";
    std::map<uint32_t, std::string> primed = writes(terms, group, cells_, script);
    for (uint32_t cell = 0; cell < program_.cells.size(); ++cell) {
        if (cells_.constant(cell) || survives_power_loss(system_.variables[program_.cells[cell].var])) continue;
        primed[cell] = cells_.value(cell, program_.cells[cell].lo);
    }
    if (program_.has_recover) {
        const bool has_points = system_.actors[program_.recover.actor].locations.size() > system::ended + 1;
        primed[program_.recover.counter] =
            cells_.value(program_.recover.counter, has_points ? system::ended + 1 : system::ended);
    }
    const unsigned width = signed_width(0, budget_);
    script += std::string("(define-fun ") + primed_losses + " () (_ BitVec " + std::to_string(width) + ") (bvadd " +
              losses_symbol + " " + smt_number(1, width) + "))\n";
    add_step("power-loss", "power loss", "Losing power preserves the invariant.", script, primed, Moves::power, "");
}

// Safety.

std::string Builder::recovered() const {
    if (!program_.has_recover) return lost();
    return smt_all({lost(), counter_is(program_.recover.counter, system::ended)});
}

std::string Builder::threads_ended() const {
    std::vector<std::string> parts;
    for (const uint32_t counter : program_.thread_counters) parts.push_back(counter_is(counter, system::ended));
    return smt_all(parts);
}

/// Some step without a fault is enabled.
std::string Builder::moves(SmtTerms& terms, bool recovery) const {
    std::vector<std::string> ways;
    for (const Group& group : groups_) {
        if (group.recovery != recovery) continue;
        std::vector<std::string> some;
        for (const Instance* instance : group.instances) {
            std::vector<std::string> parts{terms.truth(instance->guard)};
            for (const CodeId fault : instance->faults) parts.push_back("(not " + terms.truth(fault) + ")");
            some.push_back(smt_all(parts));
        }
        ways.push_back(smt_all({counter_is(group.counter, group.location), smt_any(some)}));
    }
    return smt_any(ways);
}

/// Somebody stands where it must not rest (rule 14).
std::string Builder::stuck() const {
    std::vector<std::string> places;
    for (const ActorInstance& actor : program_.actors)
        for (size_t location = 0; location < actor.may_rest.size(); ++location)
            if (!actor.may_rest[location]) places.push_back(counter_is(actor.counter, static_cast<int64_t>(location)));
    return smt_any(places);
}

/// Where what is bad is bad: rules 9, 13 and 14, and what an outcome is.
std::string Builder::judged_where(PropertyKind kind, SmtTerms& terms) const {
    switch (kind) {
        case PropertyKind::invariant:
        case PropertyKind::cover: return running();
        case PropertyKind::final: return smt_all({running(), threads_ended()});
        case PropertyKind::quiescent: return smt_all({running(), threads_ended(), "(not " + moves(terms, false) + ")"});
        case PropertyKind::deadlock: return smt_all({running(), "(not " + moves(terms, false) + ")", stuck()});
        case PropertyKind::crash_invariant:
        case PropertyKind::crash_cover: return recovered();
        case PropertyKind::recovery:
            return smt_all({lost(), "(not " + recovered() + ")", "(not " + moves(terms, true) + ")"});
        default: return power_ ? recovered() : threads_ended();  // never
    }
}

void Builder::safety(uint32_t p) {
    const system::Property& property = system_.properties[p];
    if (judges_checks(property.kind)) {
        Group init{"init", "the initial states", {}, no_cell, 0, false};
        for (const Instance& instance : program_.init) init.instances.push_back(&instance);
        failing(p, init, true, false);
        for (const Group& group : groups_) failing(p, group, false, false);
        if (!power_) return;
        Group loss{"power-loss", "power loss", {}, no_cell, 0, false};
        for (const Instance& instance : program_.power_loss) loss.instances.push_back(&instance);
        failing(p, loss, false, true);
        return;
    }
    std::string script = declarations() + premise();
    SmtTerms terms(program_, cells_, script);
    assume_lemmas(terms, script);
    const std::string where = judged_where(property.kind, terms);
    const bool satisfied = property.kind == PropertyKind::cover || property.kind == PropertyKind::crash_cover ||
                           property.kind == PropertyKind::never;
    const bool has_expression = property.kind != PropertyKind::deadlock && property.kind != PropertyKind::recovery;
    std::vector<std::string> bad{where};
    if (has_expression) {
        const std::string holds = terms.truth(program_.properties[p]);
        bad.push_back(satisfied ? holds : "(not " + holds + ")");
    }
    script += "; The property is violated.\n(assert " + smt_all(bad) + ")\n";
    add("safety-" + property.name, std::string(system::name(property.kind)) + " " + property.name,
        satisfied ? "The invariant excludes that it is reached." : "The invariant excludes that it is violated.",
        script);
}

/// A lemma that is no part of the invariant: it follows.
void Builder::safety_of_lemma(uint32_t number) {
    const system::Lemma& lemma = system_.lemmas[number];
    std::string script = declarations() + premise();
    SmtTerms terms(program_, cells_, script);
    assume_lemmas(terms, script);
    const std::string holds = terms.truth(program_.lemmas[number]);
    script += "; The lemma does not hold.\n(assert " +
              smt_all({lemma.after_loss ? lost() : running(), "(not " + holds + ")"}) + ")\n";
    add("lemma-" + lemma.name, std::string(lemma.after_loss ? "crash lemma " : "lemma ") + lemma.name,
        "The lemma follows from the invariant.", script);
}

/// A check of the property is the first to fail in one of the instances.
void Builder::failing(uint32_t property, const Group& group, bool in_init, bool in_loss) {
    const bool concerns = std::ranges::any_of(group.instances, [&](const Instance* instance) {
        return std::ranges::any_of(instance->checks,
                                   [&](const CheckCode& check) { return check.property == property; });
    });
    if (!concerns) return;
    std::string script;
    if (!in_init) script = declarations() + premise();
    if (in_loss)
        script += std::string("(assert (bvslt ") + losses_symbol + " " + smt_number(budget_, signed_width(0, budget_)) +
                  "))\n";
    else if (!in_init)
        script += "(assert " + here(group) + ")\n";
    SmtTerms terms(program_, in_init ? first_ : cells_, script);
    if (!in_init) assume_lemmas(terms, script);
    std::vector<std::string> ways;
    for (const Instance* instance : group.instances) {
        std::vector<std::string> before{enabled(terms, *instance, false)};
        for (const CheckCode& check : instance->checks) {
            const std::string ok = terms.truth(check.ok);
            if (check.property == property) {
                std::vector<std::string> fails = before;
                fails.push_back("(not " + ok + ")");
                ways.push_back(smt_all(fails));
            }
            before.push_back(ok);
        }
    }
    script += "; The step can be taken, and a check of the property is the first that fails.\n(assert " +
              smt_any(ways) + ")\n";
    const std::string& name = system_.properties[property].name;
    add("safety-" + name + "-" + group.name, name + " in " + group.title,
        "The invariant excludes that this step violates the property.", script);
}

std::vector<Obligation> Builder::build() {
    initial();
    for (const Group& group : groups_) consecution(group);
    if (power_) power_loss();
    for (const uint32_t property : properties_) safety(property);
    for (const uint32_t lemma : lemmas_.shown) safety_of_lemma(lemma);
    return std::move(made_);
}

}  // namespace

bool provable(const system::System& system, uint32_t property) {
    switch (system.properties[property].kind) {
        case PropertyKind::invariant:
        case PropertyKind::crash_invariant:
        case PropertyKind::final:
        case PropertyKind::quiescent:
        case PropertyKind::cover:
        case PropertyKind::crash_cover:
        case PropertyKind::never:
        case PropertyKind::assertion:
        case PropertyKind::deadlock:
        case PropertyKind::range:
        case PropertyKind::lock:
        case PropertyKind::atomic_block: return true;
        // That it never goes round is no question about single steps, and an outcome must exist.
        case PropertyKind::recovery:
            return system.power_loss == std::nullopt || system.power_loss->recover == system::none;
        default: return false;
    }
}

std::vector<Obligation> proof_obligations(const Program& program, std::span<const Conjunct> invariant,
                                          std::span<const uint32_t> properties, const ProofLemmas& lemmas) {
    return Builder(program, invariant, properties, lemmas).build();
}

std::string horn_clauses(const Program& program, std::span<const uint32_t> properties) {
    const ProofLemmas none;
    return Builder(program, {}, properties, none).horn();
}

}  // namespace untorn::checker::symbolic
