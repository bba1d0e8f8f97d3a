#include "checker/explicit/equivariance.h"

#include <algorithm>

namespace untorn::checker {

namespace {

constexpr uint64_t most_assignments = uint64_t{1} << 14;  ///< for one comparison
constexpr uint64_t most_work = uint64_t{1} << 22;         ///< for one permutation

}  // namespace

Equivariance::Equivariance(const Program& program, Supports& supports, const Permutation& permutation)
    : program_(program),
      supports_(supports),
      g_(permutation),
      here_(program.cells.first_values()),
      there_(here_),
      machine_here_(program),
      machine_there_(program) {
    for (uint32_t cell = 0; cell < program.cells.size(); ++cell)
        any_conditional_ = any_conditional_ || g_.conditional(cell);
}

void Equivariance::begin(const Mover& mover) {
    mover_ = mover;
    forget_assumptions();
    if (any_conditional_)  // what was compared was compared for another mover
        for (auto& known : known_) known.clear();
}

bool Equivariance::own(uint32_t cell) const {
    const system::VarId var = program_.cells[cell].var;
    const system::Variable& variable = program_.system.variables[var];
    if (mover_.actor == system::none || variable.actor != mover_.actor) return false;
    if (!program_.system.actors[mover_.actor].identity) return true;
    const auto dimensions = program_.cells.dimensions(var);
    return dimensions[0].lo + (cell - program_.cells.base(var)) / dimensions[0].stride == mover_.identity;
}

std::optional<Permutation::Sort> Equivariance::sort_of_cell(uint32_t cell) const {
    if (!g_.conditional(cell)) return g_.sort_of_cell(cell, 0);
    if (own(cell)) return g_.sort_of_cell(cell, mover_.location);
    return std::nullopt;
}

bool Equivariance::in_all_states(std::vector<uint32_t> support, const std::function<bool(const Pair&)>& f) {
    for (size_t i = 0, size = support.size(); i < size; ++i)
        if (g_.conditional(support[i]) && !own(support[i])) support.push_back(counter_of(program_, support[i]));
    std::erase_if(support, [&](uint32_t cell) { return !program_.changing[cell]; });
    make_set(support);
    uint32_t counter = UINT32_MAX;
    if (mover_.actor != system::none && any_conditional_) {  // else what is known holds wherever the mover stands
        const system::VarId var = program_.system.actors[mover_.actor].counter;
        for (const uint32_t cell : support)
            if (program_.cells[cell].var == var && own(cell)) counter = cell;
    }
    std::erase(support, counter);
    const uint64_t count = assignments(program_.cells, support, most_assignments);
    if (count > most_assignments || work_ + count > most_work) return false;
    work_ += count;
    if (counter != UINT32_MAX) {
        here_[counter] = mover_.location;
        there_[g_.cell(counter)] = mover_.location;
    }
    std::vector<uint32_t> given = support;
    if (counter != UINT32_MAX) given.push_back(counter);
    make_set(given);
    std::vector<Assumption> relevant;
    for (const Assumption& assumption : assumed_)
        if (std::ranges::all_of(assumption.codes,
                                [&](CodeId code) { return std::ranges::includes(given, supports_.of(code)); }))
            relevant.push_back(assumption);
    const bool result = for_each_assignment(program_.cells, support, here_, [&] {
        machine_here_.begin(here_.data());
        for (const Assumption& assumption : relevant)
            if (std::ranges::all_of(assumption.codes, [&](CodeId code) { return machine_here_(code) != 0; }) !=
                assumption.holds)
                return true;
        for (const uint32_t cell : support) {
            int64_t location = 0;
            if (g_.conditional(cell)) location = own(cell) ? mover_.location : here_[counter_of(program_, cell)];
            there_[g_.cell(cell)] = g_.value(g_.sort_of_cell(cell, location), here_[cell]);
        }
        machine_there_.begin(there_.data());
        return f({here_, there_, machine_here_, machine_there_});
    });
    if (counter != UINT32_MAX) support.push_back(counter);
    for (const uint32_t cell : support) {
        here_[cell] = program_.cells[cell].lo;
        there_[g_.cell(cell)] = program_.cells[cell].lo;
    }
    return result;
}

/// The parts of a condition, each by itself.
void Equivariance::assume(CodeId id, bool holds) {
    const Code& code = program_.codes[id];
    if (code.op == Code::Op::negation) return assume(code.a, !holds);
    if (code.op == (holds ? Code::Op::conjunction : Code::Op::disjunction)) {
        assume(code.a, holds);
        assume(code.b, holds);
        return;
    }
    if (code.op == Code::Op::constant) return;
    assumed_.push_back({{id}, holds});
    when_.push_back(++last_when_);
}

void Equivariance::assume_not_all(std::vector<CodeId> codes) {
    assumed_.push_back({std::move(codes), false});
    when_.push_back(++last_when_);
}

bool Equivariance::implied(CodeId b) {
    return std::ranges::all_of(parts(b, Code::Op::conjunction), [&](CodeId part) {
        for (size_t i = 0; i < assumed_.size(); ++i)
            if (assumed_[i].holds && match(assumed_[i].codes.front(), part, Sort::plain)) return true;
        const auto& images = supports_.of(part);
        std::vector<uint32_t> support;
        for (uint32_t cell = 0; cell < program_.cells.size(); ++cell)
            if (std::ranges::binary_search(images, g_.cell(cell))) support.push_back(cell);
        return in_all_states(support, [&](const Pair& pair) { return pair.machine_there(part) != 0; });
    });
}

bool Equivariance::contradictory() {
    std::vector<uint32_t> support;
    for (const Assumption& assumption : assumed_)
        for (const CodeId code : assumption.codes) {
            const auto& cells = supports_.of(code);
            support.insert(support.end(), cells.begin(), cells.end());
        }
    make_set(support);
    return in_all_states(support, [](const Pair&) { return false; });
}

std::vector<CodeId> Equivariance::parts(CodeId chain, Code::Op op) const {
    std::vector<CodeId> todo{chain}, result;
    while (!todo.empty()) {
        const CodeId next = todo.back();
        todo.pop_back();
        if (program_.codes[next].op == op) {
            todo.push_back(program_.codes[next].a);
            todo.push_back(program_.codes[next].b);
        } else {
            result.push_back(next);
        }
    }
    return result;
}

template <class F>
bool Equivariance::assuming(CodeId code, bool holds, F f) {
    const size_t assumptions = assumed_.size();
    assume(code, holds);
    const bool result = assumed_.size() != assumptions && f();
    drop_assumptions(assumptions);
    return result;
}

void Equivariance::drop_assumptions(size_t count) {
    assumed_.resize(count);
    when_.resize(count + 1);
}

bool Equivariance::match(CodeId a, CodeId b, Sort sort) {
    auto& known = known_[static_cast<size_t>(sort)];
    const uint64_t key = uint64_t{a} << 32 | b;
    if (const auto found = known.find(key); found != known.end()) {
        const Comparison& before = found->second;
        // What matched under fewer assumptions matches.
        if (before.when == when_.back()) return before.result;
        if (before.result && std::ranges::binary_search(when_, before.when)) return true;
    }
    const bool result = same_form(a, b, sort) || same_values(a, b, sort);
    Comparison& place = known[key];
    place = {result, when_.back()};
    return result;
}

bool Equivariance::same_values(CodeId a, CodeId b, Sort sort) {
    std::vector<uint32_t> images;
    for (const uint32_t cell : supports_.of(a)) images.push_back(g_.cell(cell));
    make_set(images);
    if (images != supports_.of(b)) return false;
    return in_all_states(supports_.of(a), [&](const Pair& pair) {
        return pair.machine_there(b) == g_.value(sort, pair.machine_here(a));
    });
}

bool Equivariance::same_form(CodeId id, CodeId image, Sort sort) {
    const Code& a = program_.codes[id];
    const Code& b = program_.codes[image];
    if (a.op != b.op) return false;
    switch (a.op) {
        case Code::Op::constant: return b.value == g_.value(sort, a.value);
        case Code::Op::cell:
            return program_.changing[a.a] && g_.cell(a.a) == b.a && sort_of_cell(a.a) == std::optional(sort);
        case Code::Op::cell_is: {
            const auto of_cell = sort_of_cell(a.a);
            return sort == Sort::plain && program_.changing[a.a] && of_cell && g_.cell(a.a) == b.a &&
                   b.value == g_.value(*of_cell, a.value);
        }
        case Code::Op::indexed: {
            const Address& address = program_.addresses[a.a];
            if (!match(address, program_.addresses[b.a])) return false;
            for (const uint32_t cell : supports_.cells(address))
                if (!program_.changing[cell] ? g_.value(sort, program_.cells[cell].lo) != program_.cells[cell].lo
                                             : sort_of_cell(cell) != std::optional(sort))
                    return false;
            if (a.value == b.value && g_.value(sort, a.value) == a.value) return true;
            for (uint32_t d = 0; d < address.count; ++d) {
                const Indexing& indexing = program_.indexings[address.first + d];
                if (!within(indexing.index, indexing.lo, indexing.lo + indexing.size - 1)) return false;
            }
            return true;
        }
        case Code::Op::conjunction:
        case Code::Op::disjunction: return sort == Sort::plain && same_chain(id, image, a.op);
        default: return same_operation(a, b, sort);
    }
}

bool Equivariance::same_operation(const Code& a, const Code& b, Sort sort) {
    const auto is_constant = [&](CodeId code, int64_t value) {
        return program_.codes[code].op == Code::Op::constant && program_.codes[code].value == value;
    };
    const auto commutative = [&](Sort of) {
        return (match(a.a, b.a, of) && match(a.b, b.b, of)) || (match(a.a, b.b, of) && match(a.b, b.a, of));
    };
    switch (a.op) {
        case Code::Op::negation: return sort == Sort::plain && match(a.a, b.a, sort);
        case Code::Op::equal: {
            if (sort != Sort::plain) return false;
            const Sort left = guess(a.a);
            return commutative(left != Sort::plain ? left : guess(a.b));
        }
        case Code::Op::add:
        case Code::Op::subtract:
            // some(x) is x + 1, and value(o) is o - 1.
            for (const int64_t one : {1, -1}) {
                const bool adds = (a.op == Code::Op::add) == (one == 1);
                const Sort of = adds ? Sort::identity : Sort::optional;
                if (sort != (adds ? Sort::optional : Sort::identity)) continue;
                if (is_constant(a.b, one) && is_constant(b.b, one)) return match(a.a, b.a, of);
                if (a.op == Code::Op::add && is_constant(a.a, one) && is_constant(b.a, one)) return match(a.b, b.b, of);
            }
            if (sort != Sort::plain) return false;
            return a.op == Code::Op::add ? commutative(sort) : match(a.a, b.a, sort) && match(a.b, b.b, sort);
        case Code::Op::multiply: return sort == Sort::plain && commutative(sort);
        case Code::Op::less:
        case Code::Op::less_equal:
        case Code::Op::divide:
        case Code::Op::modulo: return sort == Sort::plain && match(a.a, b.a, sort) && match(a.b, b.b, sort);
        case Code::Op::ite:
            return match(a.a, b.a, Sort::plain) &&
                   (match(a.b, b.b, sort) || assuming(a.a, true, [&] { return match(a.b, b.b, sort); })) &&
                   (match(a.c, b.c, sort) || assuming(a.a, false, [&] { return match(a.c, b.c, sort); }));
        case Code::Op::bit_and:
        case Code::Op::bit_or: return (sort == Sort::plain || sort == Sort::set) && commutative(sort);
        case Code::Op::bit_clear:
            return (sort == Sort::plain || sort == Sort::set) && match(a.a, b.a, sort) && match(a.b, b.b, sort);
        case Code::Op::shift_one:
            if (sort == Sort::set) return match(a.a, b.a, Sort::identity);
            return sort == Sort::plain && match(a.a, b.a, sort);
        case Code::Op::popcount:
            return sort == Sort::plain && match(a.a, b.a, guess(a.a) == Sort::set ? Sort::set : Sort::plain);
        default: return false;
    }
}

// The simplifier sorts conjunctions in its own way. If all parts hold in s, all images hold in g(s); else the image of
// the first part, in the order of matching, that does not hold in s does not hold in g(s). Disjunctions are dual.
bool Equivariance::same_chain(CodeId id, CodeId image, Code::Op op) {
    std::vector<CodeId> from = parts(id, op), left = parts(image, op);
    if (from.size() != left.size()) return false;
    const auto pair_off = [&](CodeId part) {
        const auto found = std::ranges::find_if(left, [&](CodeId other) { return match(part, other, Sort::plain); });
        if (found == left.end()) return false;
        left.erase(found);
        return true;
    };
    // Those that match by themselves; then those that do where the ones before do not decide the chain already.
    std::vector<CodeId> matched;
    std::erase_if(from, [&](CodeId part) { return pair_off(part) && (matched.push_back(part), true); });
    if (from.empty()) return true;
    const size_t assumptions = assumed_.size();
    for (const CodeId part : matched) assume(part, op == Code::Op::conjunction);
    while (std::erase_if(from, [&](CodeId part) {
               if (!pair_off(part)) return false;
               matched.push_back(part);
               return true;
           }) != 0)
        for (const CodeId part : matched) assume(part, op == Code::Op::conjunction);
    drop_assumptions(assumptions);
    return from.empty();
}

bool Equivariance::match(const Address& a, const Address& b) {
    if (a.base != b.base || a.count != b.count) return false;
    const system::Variable& variable = program_.system.variables[program_.cells[a.base].var];
    for (uint32_t d = 0; d < a.count; ++d) {
        const Sort sort = variable.dims[d] == g_.scalarset() ? Sort::identity : Sort::plain;
        if (!match(program_.indexings[a.first + d].index, program_.indexings[b.first + d].index, sort)) return false;
    }
    return true;
}

/// What the code probably denotes: a wrong guess only makes the comparison fail.
Permutation::Sort Equivariance::guess(CodeId id) const {
    const Code& code = program_.codes[id];
    const auto is_one = [&](CodeId other) {
        const Code& c = program_.codes[other];
        return c.op == Code::Op::constant && (c.value == 1 || c.value == -1);
    };
    switch (code.op) {
        case Code::Op::cell: return sort_of_cell(code.a).value_or(Sort::plain);
        case Code::Op::indexed: return sort_of_cell(program_.addresses[code.a].base).value_or(Sort::plain);
        case Code::Op::ite: {
            const Sort then = guess(code.b);
            return then != Sort::plain ? then : guess(code.c);
        }
        case Code::Op::bit_and:
        case Code::Op::bit_or:
        case Code::Op::bit_clear: {
            const Sort left = guess(code.a);
            return left != Sort::plain ? left : guess(code.b);
        }
        case Code::Op::shift_one: return guess(code.a) == Sort::identity ? Sort::set : Sort::plain;
        case Code::Op::add:
        case Code::Op::subtract: {
            if (!is_one(code.a) && !is_one(code.b)) return Sort::plain;
            const Sort of = guess(is_one(code.b) ? code.a : code.b);
            if (of == Sort::identity) return Sort::optional;
            return of == Sort::optional ? Sort::identity : Sort::plain;
        }
        default: return Sort::plain;
    }
}

/// Surely takes values of lo..hi only.
bool Equivariance::within(CodeId id, int64_t lo, int64_t hi) const {
    const Code& code = program_.codes[id];
    const auto cell_within = [&](uint32_t number) {
        const Cell& cell = program_.cells[number];
        return cell.lo >= lo && cell.lo + static_cast<int64_t>(cell.size) - 1 <= hi;
    };
    switch (code.op) {
        case Code::Op::constant: return code.value >= lo && code.value <= hi;
        case Code::Op::cell: return cell_within(code.a);
        case Code::Op::indexed:
            return cell_within(program_.addresses[code.a].base) && code.value >= lo && code.value <= hi;
        case Code::Op::ite: return within(code.b, lo, hi) && within(code.c, lo, hi);
        default: return false;
    }
}

}  // namespace untorn::checker
