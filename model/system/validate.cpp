// Goes through a system once, in its own order, and stops at the first thing that breaks a promise of system.h. Values
// are not checked here: that a store stays in its range is a Check of the step or a fact of an interval.

#include "model/system/validate.h"

#include <fmt/format.h>

#include <set>
#include <stdexcept>
#include <unordered_set>

namespace untorn::system {
namespace {

/// Carries the message out of the walk; never leaves this file.
struct Broken : std::runtime_error {
    using std::runtime_error::runtime_error;
};

template <typename... Args>
void require(bool holds, fmt::format_string<Args...> format, Args&&... args) {
    if (!holds) throw Broken(fmt::format(format, std::forward<Args>(args)...));
}

/// Where an expression stands, and so which leaves it may have.
struct Context {
    std::string where;
    ActorId actor = none;
    size_t choices = 0;
    bool ghosts = false;      ///< may read ghosts
    bool after_loss = false;  ///< what is lost with power is not read
};

class Validation {
 public:
    explicit Validation(const System& system) : s_(system) {}

    void run() {
        types();
        variables();
        actors();
        faults();
        for (const Site& site : s_.sites)
            require(site.fault == none || site.fault < s_.faults.size(), "a site of no fault {}", site.fault);
        step(s_.init, {"init", none, s_.init.choices.size()});
        transitions();
        power_loss();
        for (const Fairness& f : s_.fairness)
            require(f.actor < s_.actors.size() && s_.actors[f.actor].kind != ActorKind::recover,
                    "fairness of no actor that runs");
        uint32_t own = 0;  // properties before the antecedents
        while (own < s_.properties.size() && s_.properties[own].kind != PropertyKind::antecedent) ++own;
        for (size_t i = 0; i < s_.properties.size(); ++i) {
            const Property& p = s_.properties[i];
            require((p.kind == PropertyKind::antecedent) == (i >= own), "property {}: behind an antecedent", p.name);
            require((p.kind == PropertyKind::antecedent) == (p.of < own), "property {}: an antecedent of no property",
                    p.name);
            expression(p.expr, {"property " + p.name, none, 0, true});
            expression(p.consequent, {"property " + p.name, none, 0, true});
        }
        lemmas();
    }

 private:
    void types() const {
        for (TypeId id = 0; id < s_.types.size(); ++id) {
            const Type& t = s_.types[id];
            require(t.lo <= t.hi + 1, "type {}: bounds are reversed", t.name);
            require(t.base < s_.types.size(), "type {}: no base type {}", t.name, t.base);
        }
    }

    void variables() const {
        for (const Variable& v : s_.variables) {
            require(v.type < s_.types.size(), "variable {}: no type {}", v.name, v.type);
            for (const TypeId dim : v.dims)
                require(dim < s_.types.size(), "variable {}: no index type {}", v.name, dim);
            const bool own = v.storage == Storage::local || v.storage == Storage::counter;
            require(!own || v.actor < s_.actors.size(), "variable {}: it belongs to no actor", v.name);
            if (v.actor == none) continue;
            const Actor& actor = s_.actors.at(v.actor);
            require(!actor.identity || (!v.dims.empty() && v.dims[0] == *actor.identity),
                    "variable {}: its first index is not the identity of {}", v.name, actor.name);
        }
    }

    void actors() const {
        uint32_t instances = 0;
        for (ActorId a = 0; a < s_.actors.size(); ++a) {
            const Actor& actor = s_.actors[a];
            require(actor.locations.size() >= 2, "actor {}: locations 0 and 1 are missing", actor.name);
            require(!actor.identity || *actor.identity < s_.types.size(), "actor {}: no identity type", actor.name);
            counter(a, actor);
            require(
                actor.result == none || (actor.result < s_.variables.size() && s_.variables[actor.result].actor == a),
                "actor {}: its result is not a variable of its own", actor.name);
            if (actor.kind == ActorKind::recover) {
                require(a + 1 == s_.actors.size() && !actor.identity, "actor {}: recover is not the last", actor.name);
                require(s_.power_loss && s_.power_loss->recover == a, "actor {}: recover after no power loss",
                        actor.name);
                continue;
            }
            require(actor.first_instance == instances, "actor {}: its first instance is {}, not {}", actor.name,
                    actor.first_instance, instances);
            instances += actor.identity ? static_cast<uint32_t>(s_.types[*actor.identity].size()) : 1U;
        }
        require(instances == s_.instances, "the actors have {} instances, not {}", instances, s_.instances);
    }

    void counter(ActorId a, const Actor& actor) const {
        require(actor.counter < s_.variables.size(), "actor {}: no program counter", actor.name);
        const Variable& counter = s_.variables[actor.counter];
        require(counter.storage == Storage::counter && counter.actor == a &&
                    counter.dims.size() == (actor.identity ? 1 : 0),
                "actor {}: {} is not its program counter", actor.name, counter.name);
        const Type& t = s_.types[counter.type];
        require(t.lo == 0 && t.hi + 1 >= static_cast<int64_t>(actor.locations.size()),
                "actor {}: its program counter does not reach every location", actor.name);
    }

    void faults() const {
        for (const Fault& f : s_.faults) {
            if (f.remaining == none) continue;
            require(f.budget.has_value(), "fault {}: it counts what remains of no budget", f.name);
            require(f.remaining < s_.variables.size() && s_.variables[f.remaining].storage == Storage::budget,
                    "fault {}: what remains is not in a budget variable", f.name);
        }
    }

    void lemmas() const {
        for (const Lemma& lemma : s_.lemmas) {
            const std::string where = "lemma " + lemma.name;
            require(!lemma.after_loss || s_.power_loss, "{}: it speaks of a loss of power that never happens", where);
            expression(lemma.expr, {.where = where, .ghosts = true, .after_loss = lemma.after_loss});
        }
    }

    void transitions() const {
        for (size_t i = 0; i < s_.transitions.size(); ++i) {
            const Transition& t = s_.transitions[i];
            require(t.actor < s_.actors.size(), "transition {}: no actor {}", i, t.actor);
            const Actor& actor = s_.actors[t.actor];
            const std::string where = fmt::format("{} at L{}", actor.name, t.from);
            require(t.from >= 2 && t.from < actor.locations.size(), "{}: no such location", where);
            if (i > 0) {
                const Transition& before = s_.transitions[i - 1];
                require(std::pair(before.actor, before.from) < std::pair(t.actor, t.from),
                        "{}: out of order, or the second of its point", where);
            }
            step(t.step, {where, t.actor, t.step.choices.size()});
        }
    }

    void power_loss() const {
        if (!s_.power_loss) return;
        const PowerLoss& p = *s_.power_loss;
        require(p.recover == none || (p.recover < s_.actors.size() && s_.actors[p.recover].kind == ActorKind::recover),
                "power loss: no recover actor {}", p.recover);
        step(p.step, {"power loss", none, p.step.choices.size()});
        for (const Update& u : p.step.updates) {
            const Storage storage = s_.variables[u.var].storage;
            require(storage == Storage::durable || storage == Storage::ghost, "power loss: it writes {}",
                    s_.variables[u.var].name);
        }
    }

    void step(const Step& step, const Context& plain) const {
        Context ghost = plain;
        ghost.ghosts = true;
        for (const Choice& c : step.choices) require(c.type < s_.types.size(), "{}: no choice type", plain.where);
        expression(step.guard, plain);
        for (const Check& c : step.checks) {
            require(c.property < s_.properties.size(), "{}: a check of no property", plain.where);
            expression(c.ok, ghost);  // ghost code has checks, too
        }
        for (const Update& u : step.updates) update(u, plain.where == "init", plain, ghost);
        for (const FaultSpent& f : step.faults) {
            require(f.fault < s_.faults.size(), "{}: no fault {}", plain.where, f.fault);
            const Fault& fault = s_.faults[f.fault];
            require(!fault.budget || fault.remaining != none, "{}: fault {} has a budget but no variable for it",
                    plain.where, fault.name);
            expression(f.when, plain);
        }
        for (const LabelPassed& l : step.labels) expression(l.when, ghost);
        for (size_t i = 0; i < step.passes.size(); ++i) {
            const SitePassed& p = step.passes[i];
            require(p.site < s_.sites.size(), "{}: it passes no site", plain.where);
            require(i == 0 || step.passes[i - 1].site < p.site, "{}: the sites it passes are out of order",
                    plain.where);
            expression(p.when, ghost);  // behind checks of ghost code
        }
    }

    void update(const Update& u, bool initial, const Context& plain, const Context& ghost) const {
        require(u.var < s_.variables.size(), "{}: an update of no variable", plain.where);
        const Variable& v = s_.variables[u.var];
        require(u.index.size() == v.dims.size(), "{}: an update of {} with {} indices", plain.where, v.name,
                u.index.size());
        require(initial || v.storage != Storage::option, "{}: an update of option {}", plain.where, v.name);
        const Context& context = v.storage == Storage::ghost ? ghost : plain;
        expression(u.when, context);
        expression(u.value, context);
        for (const ExprId i : u.index) expression(i, context);
    }

    /// Leaves fit their context; bound variables stand under their quantifier.
    void expression(ExprId root, const Context& context) const {
        std::unordered_set<ExprId> seen;
        std::set<int64_t> bound;
        visit(root, context, seen, bound);
    }

    void visit(ExprId e, const Context& context, std::unordered_set<ExprId>& seen, std::set<int64_t>& bound) const {
        require(e < s_.pool.size(), "{}: no expression {}", context.where, e);
        const Node& n = s_.pool[e];
        if (n.op == Op::bound)
            require(bound.contains(n.value), "{}: variable {} outside its quantifier", context.where, n.value);
        if (!seen.insert(e).second) return;
        if (n.op == Op::self)
            require(context.actor != none && s_.actors[context.actor].identity.has_value(), "{}: self without a family",
                    context.where);
        if (n.op == Op::me) require(context.actor != none, "{}: me without an actor", context.where);
        if (n.op == Op::choice)
            require(n.value >= 0 && static_cast<size_t>(n.value) < context.choices, "{}: no choice {}", context.where,
                    n.value);
        if (n.op == Op::read) read(e, context);
        if (n.op == Op::forall || n.op == Op::exists || n.op == Op::count) {
            require(n.type < s_.types.size(), "{}: a quantifier over no type", context.where);
            std::unordered_set<ExprId> inside;  // what was seen outside may use this variable here only
            bound.insert(n.value);
            visit(s_.pool.args(e)[0], context, inside, bound);
            bound.erase(n.value);
            return;
        }
        for (const ExprId a : s_.pool.args(e)) visit(a, context, seen, bound);
    }

    void read(ExprId e, const Context& context) const {
        const Node& n = s_.pool[e];
        require(n.var < s_.variables.size(), "{}: a read of no variable", context.where);
        const Variable& v = s_.variables[n.var];
        require(n.arity == v.dims.size(), "{}: a read of {} with {} indices", context.where, v.name, n.arity);
        require(context.ghosts || v.storage != Storage::ghost, "{}: it depends on ghost {}", context.where, v.name);
        const bool lost = v.storage == Storage::memory || v.storage == Storage::device ||
                          ((v.storage == Storage::local || v.storage == Storage::counter) &&
                           s_.actors[v.actor].kind != ActorKind::recover);
        require(!context.after_loss || !lost, "{}: {} has nothing but its first value after power loss", context.where,
                v.name);
        const Type& t = s_.types[v.type];
        require(n.lo <= t.lo && t.hi <= n.hi, "{}: a read of {} with too narrow an interval", context.where, v.name);
    }

    const System& s_;
};

}  // namespace

std::optional<std::string> validate(const System& system) {
    try {
        Validation(system).run();
    } catch (const Broken& broken) {
        return broken.what();
    }
    return std::nullopt;
}

}  // namespace untorn::system
