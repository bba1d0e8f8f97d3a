// The reference evaluator. One recursive walk over an expression per state, with the values of shared nodes remembered
// so that a DAG costs its nodes and not its paths; everything else follows system.h and README.md word by word. It
// never looks at a node's interval, so that a wrong one shows up as a difference between engines.

#include "model/system/evaluator.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cassert>
#include <functional>
#include <stdexcept>
#include <unordered_map>
#include <unordered_set>

#include "model/system/expr_text.h"

namespace untorn::system {
namespace {

__extension__ typedef __int128 Wide;

int64_t saturated(Wide v) {
    if (v > value_limit) return value_limit;
    if (v < -value_limit) return -value_limit;
    return static_cast<int64_t>(v);
}

/// Position of an index in the cells of its variable; empty if it is out of range.
std::optional<size_t> offset(const System& system, const Variable& variable, const std::vector<int64_t>& index) {
    assert(index.size() == variable.dims.size());
    size_t at = 0;
    for (size_t i = 0; i < index.size(); ++i) {
        const Type& t = system.types[variable.dims[i]];
        if (!t.contains(index[i])) return std::nullopt;
        at = at * static_cast<size_t>(t.size()) + static_cast<size_t>(index[i] - t.lo);
    }
    return at;
}

/// Evaluates expressions in one state, for one instance.
class Walk {
 public:
    Walk(const System& system, const std::vector<size_t>& base, const State& state, ActorId actor, int64_t identity,
         const std::vector<int64_t>& choices)
        : system_(system), base_(base), state_(state), actor_(actor), identity_(identity), choices_(choices) {}

    int64_t value(ExprId id) {
        if (system_.pool.is_constant(id)) return system_.pool.value(id);
        if (const auto known = memo_.find(id); known != memo_.end()) return known->second;
        const int64_t v = compute(id);
        memo_.emplace(id, v);
        return v;
    }

 private:
    int64_t compute(ExprId id) {
        const Node& n = system_.pool[id];
        switch (n.op) {
            case Op::constant: return n.value;
            case Op::read: return read(id);
            case Op::self: return identity_;
            case Op::me: return holder();
            case Op::choice: return choices_.at(static_cast<size_t>(n.value));
            case Op::bound: return bound_.at(n.value);
            case Op::negation: return arg(id, 0) == 0;
            case Op::conjunction: return arg(id, 0) != 0 && arg(id, 1) != 0;
            case Op::disjunction: return arg(id, 0) != 0 || arg(id, 1) != 0;
            case Op::ite: return arg(id, 0) != 0 ? arg(id, 1) : arg(id, 2);
            case Op::shift_one: return arg(id, 0) >= 0 && arg(id, 0) <= 31 ? int64_t{1} << arg(id, 0) : 0;
            case Op::popcount: return std::popcount(static_cast<uint64_t>(arg(id, 0)));
            case Op::forall:
            case Op::exists:
            case Op::count: return quantified(id);
            default: return binary(n.op, arg(id, 0), arg(id, 1));
        }
    }

    static int64_t binary(Op op, int64_t a, int64_t b) {
        switch (op) {
            case Op::equal: return a == b;
            case Op::less: return a < b;
            case Op::less_equal: return a <= b;
            case Op::add: return saturated(Wide{a} + b);
            case Op::subtract: return saturated(Wide{a} - b);
            case Op::multiply: return saturated(Wide{a} * b);
            case Op::divide: return b == 0 ? 0 : a / b;
            case Op::modulo: return b == 0 ? 0 : a % b;
            case Op::bit_and: return saturated(a & b);
            case Op::bit_or: return saturated(a | b);
            default: assert(op == Op::bit_clear); return saturated(a & ~b);
        }
    }

    int64_t arg(ExprId id, size_t number) { return value(system_.pool.args(id)[number]); }

    int64_t read(ExprId id) {
        const VarId var = system_.pool[id].var;
        const Variable& variable = system_.variables[var];
        std::vector<int64_t> index;
        for (const ExprId i : system_.pool.args(id)) index.push_back(value(i));
        const auto at = offset(system_, variable, index);
        return at ? state_.cells[base_[var] + *at] : system_.types[variable.type].first();
    }

    int64_t holder() const {
        assert(actor_ != none);
        const Actor& actor = system_.actors[actor_];
        const int64_t member = actor.identity ? identity_ - system_.types[*actor.identity].lo : 0;
        return 1 + actor.first_instance + member;
    }

    int64_t quantified(ExprId id) {
        const Node& n = system_.pool[id];
        const Type& domain = system_.types[n.type];
        int64_t holding = 0;
        for (int64_t v = domain.lo; v <= domain.hi; ++v) {
            Walk inner(system_, base_, state_, actor_, identity_, choices_);  // what is known holds for one value only
            inner.bound_ = bound_;
            inner.bound_[n.value] = v;
            holding += inner.value(system_.pool.args(id)[0]) != 0;
        }
        if (n.op == Op::count) return holding;
        return n.op == Op::forall ? holding == domain.size() : holding > 0;
    }

    const System& system_;
    const std::vector<size_t>& base_;
    const State& state_;
    ActorId actor_;
    int64_t identity_;
    const std::vector<int64_t>& choices_;
    std::unordered_map<int64_t, int64_t> bound_;
    std::unordered_map<ExprId, int64_t> memo_;
};

/// The conjuncts of a guard, by how many choices must be made to know them.
class GuardByChoices {
 public:
    GuardByChoices(const ExprPool& pool, ExprId guard, size_t choices) : pool_(pool), known_after_(choices + 1) {
        add(guard);
    }
    const std::vector<ExprId>& known_after(size_t choices) const { return known_after_[choices]; }

 private:
    void add(ExprId id) {
        if (!added_.insert(id).second) return;
        if (pool_[id].op == Op::conjunction)
            for (const ExprId part : pool_.args(id)) add(part);
        else
            known_after_[needed(id)].push_back(id);
    }
    size_t needed(ExprId id) {
        if (const auto known = needed_.find(id); known != needed_.end()) return known->second;
        size_t most = pool_[id].op == Op::choice ? static_cast<size_t>(pool_[id].value) + 1 : 0;
        for (const ExprId arg : pool_.args(id)) most = std::max(most, needed(arg));
        return needed_[id] = most;
    }

    const ExprPool& pool_;
    std::vector<std::vector<ExprId>> known_after_;
    std::unordered_set<ExprId> added_;
    std::unordered_map<ExprId, size_t> needed_;
};

/// The identities of an actor: {0} if it is no family.
std::pair<int64_t, int64_t> identities(const System& system, const Actor& actor) {
    if (!actor.identity) return {0, 0};
    return {system.types[*actor.identity].lo, system.types[*actor.identity].hi};
}

bool survives(Storage storage) {
    return storage == Storage::durable || storage == Storage::ghost || storage == Storage::budget ||
           storage == Storage::option;
}

}  // namespace

Evaluator::Evaluator(const System& system) : system_(system) {
    for (const Variable& v : system.variables) {
        base_.push_back(cells_);
        size_t size = 1;
        for (const TypeId dim : v.dims) size *= static_cast<size_t>(system.types[dim].size());
        cells_ += size;
    }
}

State Evaluator::first() const {
    State state;
    state.cells.resize(cells_);
    for (size_t c = 0; c < cells_; ++c) state.cells[c] = system_.types[system_.variables[variable_of(c)].type].first();
    return state;
}

size_t Evaluator::cell(VarId var, const std::vector<int64_t>& index) const {
    const auto at = offset(system_, system_.variables[var], index);
    assert(at);
    return base_[var] + at.value_or(0);
}

VarId Evaluator::variable_of(size_t cell) const {
    assert(cell < cells_);
    return static_cast<VarId>(std::ranges::upper_bound(base_, cell) - base_.begin() - 1);
}

std::string Evaluator::cell_name(size_t cell) const {
    const VarId var = variable_of(cell);
    const Variable& variable = system_.variables[var];
    std::vector<std::string> index(variable.dims.size());
    size_t rest = cell - base_[var];
    for (size_t i = index.size(); i-- > 0;) {
        const Type& t = system_.types[variable.dims[i]];
        const auto size = static_cast<size_t>(t.size());
        index[i] = system_.types.text(variable.dims[i], t.lo + static_cast<int64_t>(rest % size));
        rest /= size;
    }
    return place_text(system_, var, index);
}

std::vector<std::vector<int64_t>> Evaluator::enabled_choices(const Step& step, const State& state, ActorId actor,
                                                             int64_t identity) const {
    std::vector<std::vector<int64_t>> found;
    std::vector<int64_t> made;
    const size_t count = step.choices.size();
    const GuardByChoices guard(system_.pool, step.guard, count);
    // Steps with many choices make few of them in one state: what the first ones rule out is not looked at.
    const auto allowed = [&] {
        return std::ranges::all_of(guard.known_after(made.size()),
                                   [&](ExprId part) { return evaluate(part, state, actor, identity, made) != 0; });
    };
    const std::function<void()> make = [&] {
        if (!allowed()) return;
        if (made.size() == count) {
            found.push_back(made);
            return;
        }
        const Type& t = system_.types[step.choices[made.size()].type];
        for (int64_t value = t.lo; value <= t.hi; ++value) {
            made.push_back(value);
            make();
            made.pop_back();
        }
    };
    make();
    return found;
}

bool Evaluator::can_choose(const Step& step, const State& state, ActorId actor, int64_t identity,
                           const std::vector<int64_t>& choices) const {
    if (choices.size() != step.choices.size()) return false;
    for (size_t i = 0; i < choices.size(); ++i)
        if (!system_.types[step.choices[i].type].contains(choices[i])) return false;
    return evaluate(step.guard, state, actor, identity, choices) != 0;
}

std::vector<Instance> Evaluator::enabled(const State& state, bool recovering) const {
    std::vector<Instance> found;
    for (ActorId a = 0; a < system_.actors.size(); ++a) {
        const Actor& actor = system_.actors[a];
        if ((actor.kind == ActorKind::recover) != recovering) continue;
        const auto [lowest, highest] = identities(system_, actor);
        for (int64_t identity = lowest; identity <= highest; ++identity) {
            const std::vector<int64_t> index = actor.identity ? std::vector<int64_t>{identity} : std::vector<int64_t>{};
            const int64_t location = state.cells[cell(actor.counter, index)];
            for (uint32_t t = 0; t < system_.transitions.size(); ++t) {
                const Transition& transition = system_.transitions[t];
                if (transition.actor != a || transition.from != location) continue;
                for (auto& choices : enabled_choices(transition.step, state, a, identity))
                    found.push_back({t, identity, std::move(choices)});
            }
        }
    }
    return found;
}

Executed Evaluator::execute(const Step& step, const State& state, ActorId actor, int64_t identity,
                            const std::vector<int64_t>& choices) const {
    Walk walk(system_, base_, state, actor, identity, choices);
    Executed result;
    for (const FaultSpent& f : step.faults)
        if (walk.value(f.when) != 0) result.faults.push_back(f.fault);
    for (size_t i = 0; i < step.checks.size(); ++i)
        if (walk.value(step.checks[i].ok) == 0) {
            result.failed_check = i;
            return result;
        }
    State next = state;
    for (const Update& u : step.updates) {
        if (walk.value(u.when) == 0) continue;
        const Variable& variable = system_.variables[u.var];
        std::vector<int64_t> index;
        for (const ExprId i : u.index) index.push_back(walk.value(i));
        const auto at = offset(system_, variable, index);
        const int64_t value = walk.value(u.value);
        if (!at) throw std::logic_error(fmt::format("an unchecked index in an update of {}", variable.name));
        if (!system_.types[variable.type].contains(value))
            throw std::logic_error(fmt::format("an unchecked value in an update of {}: {}", variable.name, value));
        next.cells[base_[u.var] + *at] = value;
    }
    result.next = std::move(next);
    return result;
}

Executed Evaluator::execute(const Instance& instance, const State& state) const {
    const Transition& t = system_.transitions[instance.transition];
    return execute(t.step, state, t.actor, instance.identity, instance.choices);
}

std::vector<std::pair<std::vector<int64_t>, Executed>> Evaluator::initial() const {
    std::vector<std::pair<std::vector<int64_t>, Executed>> found;
    const State start = first();
    for (const auto& choices : enabled_choices(system_.init, start, none, 0))
        found.emplace_back(choices, execute(system_.init, start, none, 0, choices));
    return found;
}

Executed Evaluator::lose_power(const State& state, const std::vector<int64_t>& choices) const {
    assert(system_.power_loss);
    Executed result = execute(system_.power_loss->step, state, none, 0, choices);
    if (!result.next) return result;
    const State reset = first();
    for (size_t c = 0; c < cells_; ++c)
        if (!survives(system_.variables[variable_of(c)].storage)) result.next->cells[c] = reset.cells[c];
    if (system_.power_loss->recover != none) {
        const Actor& recover = system_.actors[system_.power_loss->recover];
        const bool has_points = recover.locations.size() > 2;
        result.next->cells[cell(recover.counter, {})] = has_points ? LocationId{2} : ended;
    }
    return result;
}

int64_t Evaluator::evaluate(ExprId expr, const State& state, ActorId actor, int64_t identity,
                            const std::vector<int64_t>& choices) const {
    return Walk(system_, base_, state, actor, identity, choices).value(expr);
}

bool Evaluator::all_threads_ended(const State& state) const {
    for (VarId v = 0; v < system_.variables.size(); ++v) {
        const Variable& variable = system_.variables[v];
        if (variable.storage != Storage::counter || system_.actors[variable.actor].kind != ActorKind::thread) continue;
        const size_t end = v + 1 < base_.size() ? base_[v + 1] : cells_;
        for (size_t c = base_[v]; c < end; ++c)
            if (state.cells[c] != ended) return false;
    }
    return true;
}

bool Evaluator::deadlocked(const State& state) const {
    for (const Instance& i : enabled(state))
        if (execute(i, state).faults.empty()) return false;
    for (const Actor& actor : system_.actors) {
        if (actor.kind != ActorKind::thread && actor.kind != ActorKind::daemon) continue;
        const auto [lowest, highest] = identities(system_, actor);
        for (int64_t identity = lowest; identity <= highest; ++identity) {
            const std::vector<int64_t> index = actor.identity ? std::vector<int64_t>{identity} : std::vector<int64_t>{};
            const auto location = static_cast<LocationId>(state.cells[cell(actor.counter, index)]);
            const bool may_rest =
                location == ended || (actor.kind == ActorKind::daemon && actor.locations[location].idle);
            if (!may_rest) return true;
        }
    }
    return false;
}

}  // namespace untorn::system
