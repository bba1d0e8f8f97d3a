#include "model/language/step.h"

#include <algorithm>
#include <unordered_map>

namespace untorn::language {

using system::CheckKind;
using system::ExprId;
using system::ExprPool;
using system::Op;
using system::VarId;

// --- expressions over the state before the step --------------------------------------------------

std::vector<ExprId> StepBuilder::conjuncts(ExprId e) const {
    std::vector<ExprId> out;
    std::vector<ExprId> todo{e};
    while (!todo.empty()) {
        const ExprId x = todo.back();
        todo.pop_back();
        if (pool_[x].op == Op::conjunction) {
            for (const ExprId a : pool_.args(x)) todo.push_back(a);
        } else if (x != ExprPool::yes) {
            out.push_back(x);
        }
    }
    return out;
}

// `when`, knowing that `path` holds: syntactic, so at worst nothing is gained.
ExprId StepBuilder::relative(ExprId when, ExprId path) const {
    if (when == ExprPool::yes || when == path) return ExprPool::yes;
    const auto facts = conjuncts(path);
    const auto known = [&](ExprId x) { return std::find(facts.begin(), facts.end(), x) != facts.end(); };
    bool all = true;
    for (const ExprId part : conjuncts(when)) {
        const auto either = pool_.args(part);
        if (known(part) || (pool_[part].op == Op::disjunction && std::any_of(either.begin(), either.end(), known)))
            continue;
        all = false;
        if (known(pool_.negate(part))) return ExprPool::no;
    }
    return all ? ExprPool::yes : when;
}

bool StepBuilder::own_local(VarId var) const {
    const system::Variable& v = sys_.variables[var];
    if (v.storage != system::Storage::local || v.actor != walk_->actor) return false;
    return v.actor == system::none || sys_.actors[v.actor].result != var;
}

ExprId StepBuilder::before(VarId var, std::span<const ExprId> index) {
    const system::Type& type = sys_.types[sys_.variables[var].type];
    const auto& in_scope = walk_->cfg.nodes[walk_->start].in_scope;
    const bool out_of_scope =
        own_local(var) && (!walk_->at_point || std::find(in_scope.begin(), in_scope.end(), var) == in_scope.end());
    if (initial_ || out_of_scope) return pool_.constant(type.first());
    return pool_.read(var, index, type.lo, std::max(type.lo, type.hi));
}

ExprId StepBuilder::lookup(VarId var, std::span<const ExprId> index, ExprId path) {
    const std::vector<ExprId> at(index.begin(), index.end());
    ExprId out = before(var, at);
    const auto entries = by_variable_.find(var);
    if (entries == by_variable_.end()) return out;
    for (const size_t i : entries->second) {
        const system::Update update = step_.updates[i];
        ExprId hit = relative(update.when, path);
        for (size_t k = 0; k < at.size() && hit != ExprPool::no; ++k)
            hit = pool_.both(hit, pool_.equal(update.index[k], at[k]));
        if (hit != ExprPool::no) out = pool_.ite(hit, stored(update), out);
    }
    return out;
}

/// The value of an update as others read it. A value out of range has failed its check before anything reads it, but
/// expressions over a 0..1 variable count on a truth value: `x == 1` is `x`.
ExprId StepBuilder::stored(const system::Update& update) {
    const system::Type& type = sys_.types[sys_.variables[update.var].type];
    const system::Node& value = pool_[update.value];
    if (type.lo != 0 || type.hi != 1 || (value.lo >= 0 && value.hi <= 1)) return update.value;
    return pool_.negate(pool_.equal(update.value, ExprPool::no));
}

ExprId StepBuilder::now(ExprId e, ExprId path) {
    std::unordered_map<ExprId, ExprId> memo;
    return pool_.rewrite(
        e,
        [&](ExprId leaf, std::span<const ExprId> index) -> ExprId {
            const system::Node node = pool_[leaf];
            if (node.op == Op::read) return lookup(node.var, index, path);
            if (walk_->identity && node.op == Op::self) return pool_.constant(*walk_->identity);
            if (walk_->identity && node.op == Op::me) {
                const system::Actor& actor = sys_.actors[walk_->actor];
                const int64_t lo = actor.identity ? sys_.types[*actor.identity].lo : 0;
                return pool_.constant(1 + actor.first_instance + *walk_->identity - lo);
            }
            return leaf;
        },
        memo);
}

void StepBuilder::log(ExprId when, VarId var, std::vector<ExprId> index, ExprId value) {
    if (when == ExprPool::no) return;
    by_variable_[var].push_back(step_.updates.size());
    step_.updates.push_back({when, var, std::move(index), value});
}

void StepBuilder::assign(VarId var, std::vector<ExprId> index, ExprId value) {
    log(ExprPool::yes, var, std::move(index), value);
}

void StepBuilder::assign_any(VarId var) {
    const system::Variable& v = sys_.variables[var];
    assign(var, {}, add_choice(v.name, v.type, {}, ExprPool::yes));
}

// --- the walk ------------------------------------------------------------------------------------

void StepBuilder::walk(const Walk& walk) {
    walk_ = &walk;
    condition_.clear();
    ends_.clear();
    const Region region = region_from(walk.cfg, walk.start, walk.at_point);
    if (region.order.empty())
        ends_.emplace_back(ExprPool::yes, walk.start);
    else
        condition_[{walk.start, walk.at_point}] = ExprPool::yes;
    for (size_t i = 0; i < region.order.size(); ++i) execute(region.order[i], region.fresh[i]);
    forget_locals(region);
    if (walk.locations == nullptr) return;
    const system::Actor& actor = sys_.actors[walk.actor];
    ExprId counter = pool_.constant(system::ended);
    for (const auto& [when, node] : ends_) {
        const bool stop = walk.cfg.nodes[node].kind == NodeKind::stop;
        const auto location = stop ? system::ended : walk.locations->at(node);
        counter = ends_.size() == 1 ? pool_.constant(location) : pool_.ite(when, pool_.constant(location), counter);
    }
    std::vector<ExprId> index;
    if (actor.identity) {
        const system::Type& type = sys_.types[*actor.identity];
        index.push_back(walk.identity ? pool_.constant(*walk.identity)
                                      : pool_.self(type.lo, std::max(type.lo, type.hi)));
    }
    log(ExprPool::yes, actor.counter, std::move(index), counter);
}

void StepBuilder::flow(NodeId to, ExprId condition, bool fresh_after) {
    if (condition == ExprPool::no) return;
    if (ends_step(walk_->cfg.nodes[to], fresh_after)) {
        for (auto& [when, node] : ends_)
            if (node == to) {
                when = pool_.either(when, condition);
                return;
            }
        ends_.emplace_back(condition, to);
        return;
    }
    const auto [old, added] = condition_.try_emplace({to, fresh_after}, condition);
    if (!added) old->second = pool_.either(old->second, condition);
}

void StepBuilder::add_check(ExprId ok, CheckKind kind, uint32_t property, Span span, std::string message) {
    if (ok == ExprPool::yes) return;
    step_.checks.push_back({ok, kind, property, span, std::move(message)});
    sound_ = pool_.both(sound_, ok);
}

void StepBuilder::add_check(const LocalCheck& check, ExprId path) {
    const uint32_t property = check.property != system::none ? check.property : property_(check.kind);
    add_check(pool_.implies(path, now(check.ok, path)), check.kind, property, check.span, check.message);
}

void StepBuilder::add_checks(const std::vector<LocalCheck>& checks, ExprId path) {
    for (const LocalCheck& check : checks) add_check(check, path);
}

// A step whose check has failed is enabled, to show the failure: what comes after the check is never asked.
void StepBuilder::demand(ExprId condition) { step_.guard = pool_.both(step_.guard, pool_.implies(sound_, condition)); }

void StepBuilder::execute(NodeId id, bool fresh) {
    const CfgNode& node = walk_->cfg.nodes[id];
    const auto reached = condition_.find({id, fresh});
    if (reached == condition_.end() || reached->second == ExprPool::no) return;  // not reachable with these constants
    const ExprId path = reached->second;
    for (const std::string& label : node.labels) step_.labels.push_back({pool_.both(path, sound_), label});
    pass(node.site, path);
    if (node.kind == NodeKind::choose) return choose(node, path, fresh);
    add_checks(node.checks, path);
    switch (node.kind) {
        case NodeKind::act: {
            std::vector<system::Update> updates;
            for (const Assignment& a : node.assignments) {
                system::Update update{path, a.var, {}, now(a.value, path)};
                for (const ExprId i : a.index) update.index.push_back(now(i, path));
                updates.push_back(std::move(update));
            }
            for (system::Update& u : updates) log(u.when, u.var, std::move(u.index), u.value);
            break;
        }
        case NodeKind::branch: {
            const ExprId c = now(node.condition, path);
            const ExprId yes = pool_.both(path, c);
            const ExprId no = pool_.both(path, pool_.negate(c));
            pass(node.site_true, yes);
            pass(node.site_false, no);
            flow(node.next, yes, fresh && node.transparent);
            flow(node.other, no, fresh && node.transparent);
            return;
        }
        case NodeKind::await: {
            const ExprId c = now(node.condition, path);
            if (fresh)
                demand(pool_.implies(path, c));
            else
                add_check(pool_.implies(path, c), CheckKind::atomic_block, property_(CheckKind::atomic_block),
                          node.span, "blocking inside atomic");
            break;
        }
        case NodeKind::nop:
        case NodeKind::atomic: flow(node.next, path, fresh); return;
        case NodeKind::choose:
        case NodeKind::stop: return;
    }
    flow(node.next, path, fresh && node.transparent);
}

// --- choose --------------------------------------------------------------------------------------

ExprId StepBuilder::add_choice(std::string name, system::TypeId type, std::vector<std::string> labels, ExprId used) {
    const system::Type& t = sys_.types[type];
    const ExprId choice = pool_.choice(static_cast<int64_t>(step_.choices.size()), t.lo, std::max(t.lo, t.hi));
    step_.choices.push_back({std::move(name), type, std::move(labels)});
    // A choice that is not made has its least value, so that it does not multiply instances.
    const ExprId made = pool_.both(used, sound_);
    step_.choices.back().made = made;
    step_.guard = pool_.both(step_.guard, pool_.either(made, pool_.equal(choice, pool_.constant(t.lo))));
    return choice;
}

void StepBuilder::choose(const CfgNode& node, ExprId path, bool fresh) {
    if (!fresh) {
        ExprId possible = ExprPool::no;
        for (const Branching& a : node.alternatives) possible = pool_.either(possible, now(enabled(a, 0), path));
        add_check(pool_.implies(path, possible), CheckKind::atomic_block, property_(CheckKind::atomic_block), node.span,
                  "blocking inside atomic: no branch of this choose is possible");
    }
    ExprId branch = ExprPool::no;
    if (node.alternatives.size() > 1) {
        std::vector<std::string> labels;
        for (const Branching& a : node.alternatives) labels.push_back(a.text);
        branch = add_choice("", sys_.types.range(0, static_cast<int64_t>(node.alternatives.size()) - 1), labels, path);
    }
    for (size_t i = 0; i < node.alternatives.size(); ++i) {
        const Branching& a = node.alternatives[i];
        const ExprId number = pool_.constant(static_cast<int64_t>(i));
        const ExprId taken = branch == ExprPool::no ? path : pool_.both(path, pool_.equal(branch, number));
        if (a.fault && sys_.faults[*a.fault].budget)
            demand(pool_.implies(taken,
                                 pool_.less(pool_.constant(0), lookup(sys_.faults[*a.fault].remaining, {}, taken))));
        if (a.variable != system::none) {
            const ExprId value = add_choice(a.name, a.type, {}, taken);
            std::vector<ExprId> index;
            for (const ExprId e : a.index) index.push_back(now(e, taken));
            log(taken, a.variable, std::move(index), value);
        }
        add_checks(a.checks, taken);
        demand(pool_.implies(taken, now(a.where, taken)));
        if (!fresh) demand(pool_.implies(taken, now(entry_condition(a.entry, 0), taken)));
        if (a.fault) spend(*a.fault, taken);
        pass(a.site, taken);
        flow(a.entry, taken, fresh);
    }
}

// The copies of an unrolled or inlined piece of code are one site.
void StepBuilder::pass(uint32_t site, ExprId path) {
    if (site == system::none) return;
    const ExprId when = pool_.both(path, sound_);
    if (when == ExprPool::no) return;
    const auto at = std::lower_bound(step_.passes.begin(), step_.passes.end(), site,
                                     [](const system::SitePassed& p, uint32_t s) { return p.site < s; });
    if (at != step_.passes.end() && at->site == site)
        at->when = pool_.either(at->when, when);
    else
        step_.passes.insert(at, {when, site});
}

void StepBuilder::spend(uint32_t fault, ExprId when) {
    step_.faults.push_back({pool_.both(when, sound_), fault});  // a step that has failed before spends nothing
    if (!sys_.faults[fault].budget) return;
    const VarId remaining = sys_.faults[fault].remaining;
    const ExprId left = lookup(remaining, {}, when);
    const ExprId some = pool_.less(pool_.constant(0), left);
    log(when, remaining, {}, pool_.ite(some, pool_.subtract(left, pool_.constant(1)), left));
}

// Over the current state: whether a branch could be taken, for some value of its variable.
ExprId StepBuilder::enabled(const Branching& a, int depth) {
    ExprId out = a.where;
    for (const LocalCheck& check : a.checks) out = pool_.either(out, pool_.negate(check.ok));
    out = pool_.both(out, entry_condition(a.entry, depth));
    if (a.variable != system::none) {
        const system::Type& type = sys_.types[a.type];
        const ExprId x = pool_.bound(type.lo, type.hi);
        std::unordered_map<ExprId, ExprId> memo;
        out = pool_.rewrite(
            out,
            [&](ExprId leaf, std::span<const ExprId> index) -> ExprId {
                const system::Node node = pool_[leaf];
                if (node.op != Op::read) return leaf;
                return node.var == a.variable ? x : pool_.read(node.var, index, node.lo, node.hi);
            },
            memo);
        out = pool_.quantify(Op::exists, x, a.type, type.size(), out);
    }
    if (a.fault && sys_.faults[*a.fault].budget) {
        const VarId remaining = sys_.faults[*a.fault].remaining;
        const ExprId left = pool_.read(remaining, {}, 0, *sys_.faults[*a.fault].budget);
        out = pool_.both(out, pool_.less(pool_.constant(0), left));
    }
    return out;
}

// Arguments are bound on the way to the first statement of a branch: its condition sees them.
ExprId StepBuilder::entry_condition(NodeId id, int depth) {
    const CfgNode& node = walk_->cfg.nodes[id];
    if (node.next != no_node && (node.kind == NodeKind::nop || node.transparent)) {
        const ExprId condition = entry_condition(node.next, depth);
        if (node.assignments.empty()) return condition;
        std::unordered_map<ExprId, ExprId> memo;
        return pool_.rewrite(
            condition,
            [&](ExprId leaf, std::span<const ExprId> index) -> ExprId {
                const system::Node read = pool_[leaf];
                if (read.op != Op::read) return leaf;
                const std::vector<ExprId> at(index.begin(), index.end());
                ExprId out = pool_.read(read.var, at, read.lo, read.hi);
                for (const Assignment& a : node.assignments) {
                    if (a.var != read.var) continue;
                    ExprId hit = ExprPool::yes;
                    for (size_t k = 0; k < at.size(); ++k) hit = pool_.both(hit, pool_.equal(a.index[k], at[k]));
                    out = pool_.ite(hit, a.value, out);
                }
                return out;
            },
            memo);
    }
    if (node.kind == NodeKind::await) {
        ExprId out = node.condition;
        for (const LocalCheck& check : node.checks) out = pool_.either(out, pool_.negate(check.ok));
        return out;
    }
    if (node.kind != NodeKind::choose || depth > 64) return ExprPool::yes;
    ExprId out = ExprPool::no;
    for (const Branching& a : node.alternatives) out = pool_.either(out, enabled(a, depth + 1));
    return out;
}

// --- the result ----------------------------------------------------------------------------------

// A local that is in scope neither where the step starts nor where it may end only lived inside the step.
void StepBuilder::forget_locals(const Region& region) {
    std::vector<bool> kept(sys_.variables.size(), false);
    const auto keep = [&](NodeId node) {
        for (const VarId var : walk_->cfg.nodes[node].in_scope) kept[var] = true;
    };
    if (walk_->at_point) keep(walk_->start);
    for (const NodeId stop : region.stops) keep(stop);
    std::erase_if(step_.updates, [&](const system::Update& u) { return own_local(u.var) && !kept[u.var]; });
    by_variable_.clear();
    for (size_t i = 0; i < step_.updates.size(); ++i) by_variable_[step_.updates[i].var].push_back(i);
}

system::Step StepBuilder::take() {
    // What the guard already demands needs no check: `atomic { await !locked(m); lock(m); }` cannot block at the lock.
    std::erase_if(step_.checks, [&](const system::Check& c) { return relative(c.ok, step_.guard) == ExprPool::yes; });
    // An update that a later one surely overwrites is never seen.
    std::vector<system::Update> updates;
    for (size_t i = 0; i < step_.updates.size(); ++i) {
        const system::Update& u = step_.updates[i];
        const bool overwritten = std::any_of(
            step_.updates.begin() + static_cast<std::ptrdiff_t>(i) + 1, step_.updates.end(), [&](const auto& v) {
                return v.var == u.var && v.index == u.index && (v.when == ExprPool::yes || v.when == u.when);
            });
        const bool unchanged =
            pool_[u.value].op == Op::read && pool_[u.value].var == u.var &&
            std::equal(u.index.begin(), u.index.end(), pool_.args(u.value).begin(), pool_.args(u.value).end()) &&
            by_variable_[u.var].size() == 1 && !initial_;
        if (!overwritten && !unchanged) updates.push_back(u);
    }
    step_.updates = std::move(updates);
    by_variable_.clear();
    return std::move(step_);
}

}  // namespace untorn::language
