// Random small transition systems: all kinds of actors, storage, checks, faults and properties, from one seed.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "tests/explicit/build.h"

namespace untorn::testing {

class RandomSystem {
 public:
    explicit RandomSystem(uint32_t seed) : random_(seed) {}

    const system::System& make() {
        index_ = b.range(0, 1);
        add_variables();
        range_ = b.property("in range", PropertyKind::range);
        assertion_ = b.property("assertion", PropertyKind::assertion);
        if (chance(2)) faults_.push_back(b.fault("limited", pick(1, 2)));
        if (chance(3)) faults_.push_back(b.fault("unlimited", std::nullopt));
        add_actors();
        if (chance(3)) add_initial_choice();
        if (!chance(4)) add_power_loss();
        add_properties();
        return b.finish();
    }

    Build b;

 private:
    int64_t pick(int64_t lo, int64_t hi) {
        return lo + static_cast<int64_t>(random_() % static_cast<uint64_t>(hi - lo + 1));
    }
    /// True once in `of` times.
    bool chance(int64_t of) { return pick(1, of) == 1; }
    template <class T>
    T any(const std::vector<T>& from) {
        return from[static_cast<size_t>(pick(0, static_cast<int64_t>(from.size()) - 1))];
    }

    void add_variables() {
        memory_ = {b.variable("m", 0), b.variable("n", b.range(-1, 2))};
        arrays_ = {b.variable("a", b.range(0, 2), Storage::memory, {index_})};
        device_ = {b.variable("cache", b.range(0, 2), Storage::device), b.variable("flight", 0, Storage::device)};
        durable_ = {b.variable("disk", b.range(0, 2), Storage::durable, {index_}),
                    b.variable("log", 0, Storage::durable)};
        ghost_ = b.variable("history", 0, Storage::ghost);
    }

    void add_actors() {
        add_actor("writer", chance(2) ? ActorKind::thread : ActorKind::daemon, index_, 2);
        add_actor("flusher", ActorKind::daemon, std::nullopt, pick(1, 2));
        add_actor("main", ActorKind::thread, std::nullopt, pick(1, 3));
        if (chance(3)) add_actor("weather", ActorKind::environment, std::nullopt, 1);
    }

    void add_actor(const std::string& name, ActorKind kind, std::optional<TypeId> identity, int64_t points) {
        std::vector<std::string> texts;
        for (int64_t i = 0; i < points; ++i)
            texts.push_back((i == 0 && kind == ActorKind::daemon && chance(2) ? "*p" : "p") + std::to_string(i));
        const ActorId id = b.actor(name, kind, texts, identity);
        std::vector<TypeId> dims(identity ? 1 : 0, identity.value_or(0));
        const VarId local = b.variable(name + ".local", b.range(0, 2), Storage::local, dims, id);
        if (kind == ActorKind::thread && chance(2)) {
            b.system.actors[id].result = b.variable(name + ".result", 0, Storage::local, dims, id);
        }
        scope_ = {id, identity ? std::vector<ExprId>{b.self(id)} : std::vector<ExprId>{}, local, {}, false};
        for (int64_t i = 0; i < points; ++i) add_point(static_cast<LocationId>(2 + i), points);
    }

    void add_point(LocationId from, int64_t points) {
        std::vector<Branch> branches;
        const int64_t count = pick(1, 2);
        std::vector<system::Choice> choices;
        scope_.choice.reset();
        if (chance(4)) {
            choices.push_back({"x", index_, {}});
            scope_.choice = b.system.pool.choice(count > 1 ? 1 : 0, 0, 1);
        }
        for (int64_t i = 0; i < count; ++i) branches.push_back(branch(from, points));
        b.point(scope_.actor, from, branches, choices);
    }

    Branch branch(LocationId from, int64_t points) {
        LocationId to = static_cast<LocationId>(pick(2, 2 + points));
        if (to == 2 + points || chance(4)) to = system::ended;
        if (b.system.actors[scope_.actor].kind == ActorKind::thread && to <= from && chance(2)) to = system::ended;
        Branch made{chance(2) ? ExprPool::yes : condition(2), {}, to};
        if (chance(8)) made.checks.push_back(b.check(condition(1), assertion_));
        for (int64_t i = pick(0, 2); i > 0; --i) add_update(made);
        if (!scope_.after_loss && chance(4)) made.updates.push_back(b.put(ghost_, condition(1)));
        const VarId result = b.system.actors[scope_.actor].result;
        if (result != system::none && chance(2)) made.updates.push_back(b.put(result, condition(1), scope_.self));
        if (!faults_.empty() && chance(4)) made.faults.push_back(any(faults_));
        return made;
    }

    void add_update(Branch& made) {
        const auto [var, index] = place(true);
        const system::Type type = b.system.types[b.system.variables[var].type];
        const ExprId value = number(2);
        system::ExprPool& pool = b.system.pool;
        const ExprId in_range =
            pool.both(pool.less_equal(b.number(type.lo), value), pool.less_equal(value, b.number(type.hi)));
        made.checks.push_back(b.check(in_range, range_, system::CheckKind::range));
        for (ExprId i : index)
            made.checks.push_back(
                b.check(pool.both(pool.less_equal(b.number(0), i), pool.less_equal(i, b.number(1))), range_));
        Update update = Build::put(var, value, index);
        if (chance(3)) update.when = condition(1);
        made.updates.push_back(update);
    }

    /// A variable that may be read (or written) here, with indices.
    std::pair<VarId, std::vector<ExprId>> place(bool written) {
        std::vector<VarId> all = durable_;
        if (scope_.in_loss && !written) all.insert(all.end(), device_.begin(), device_.end());
        if (!scope_.after_loss) {
            for (const auto& more : {memory_, arrays_, device_}) all.insert(all.end(), more.begin(), more.end());
        }
        if (scope_.local != system::none) all.push_back(scope_.local);
        const VarId var = any(all);
        if (b.system.variables[var].dims.empty()) return {var, {}};
        if (var == scope_.local) return {var, scope_.self};
        std::vector<ExprId> candidates{b.number(0), b.number(1)};
        if (!scope_.self.empty()) candidates.push_back(scope_.self[0]);
        if (scope_.choice) candidates.push_back(*scope_.choice);
        if (!scope_.after_loss) candidates.push_back(b.get(memory_[1]));  // may be out of range
        return {var, {any(candidates)}};
    }

    ExprId number(int depth) {
        system::ExprPool& pool = b.system.pool;
        if (depth == 0 || chance(3)) {
            if (chance(3)) return b.number(pick(0, 2));
            if (scope_.choice && chance(3)) return *scope_.choice;
            const auto [var, index] = place(false);
            return b.get(var, index);
        }
        const ExprId x = number(depth - 1), y = number(depth - 1);  // in this order, whatever the compiler
        switch (pick(0, 7)) {
            case 0: return pool.add(x, b.number(1));
            case 1: return pool.subtract(x, b.number(1));
            case 2: return pool.modulo(pool.add(x, y), b.number(3));
            case 3: return pool.ite(condition(depth - 1), x, y);
            case 4: return pool.divide(x, y);
            case 5: return pool.popcount(pool.bit_or(pool.shift_one(x), b.number(2)));
            case 6: {
                const ExprId bound = pool.bound(0, 1);
                const ExprId body = pool.equal(b.get(durable_[0], {bound}), y);
                return pool.quantify(system::Op::count, bound, index_, 2, body);
            }
            default: return condition(depth - 1);
        }
    }

    ExprId condition(int depth) {
        system::ExprPool& pool = b.system.pool;
        const ExprId x = number(depth - 1 < 0 ? 0 : depth - 1), y = number(0);
        switch (pick(0, 6)) {
            case 0: return pool.less(x, y);
            case 1: return pool.negate(pool.equal(x, y));
            case 2: return pool.both(pool.less_equal(x, y), pool.equal(y, b.number(1)));
            case 3: return pool.either(pool.equal(x, b.number(0)), pool.less(y, b.number(1)));
            case 4: {
                const ExprId bound = pool.bound(0, 1);
                const ExprId body = pool.less_equal(b.get(durable_[0], {bound}), x);
                return pool.quantify(chance(2) ? system::Op::forall : system::Op::exists, bound, index_, 2, body);
            }
            case 5: return pool.implies(pool.less(x, y), pool.equal(x, b.number(0)));
            default: return pool.equal(x, y);
        }
    }

    void add_initial_choice() {
        const VarId knob = b.variable("knob", 0, Storage::option);
        b.system.init.choices.push_back({"knob", 0, {}});
        const ExprId value = b.system.pool.choice(0, 0, 1);
        b.system.init.updates.push_back(b.put(knob, value));
        b.system.init.updates.push_back(b.put(durable_[1], value));
        if (chance(2))
            b.system.init.checks.push_back(b.check(b.system.pool.equal(value, b.number(pick(0, 1))), assertion_));
    }

    void add_power_loss() {
        system::PowerLoss loss;
        loss.budget = pick(0, 2);
        scope_ = {system::none, {}, system::none, {}, true};
        scope_.in_loss = true;
        if (chance(2)) {
            loss.step.choices.push_back({"keep", 0, {}});
            scope_.choice = b.system.pool.choice(0, 0, 1);
        }
        if (chance(3)) loss.step.guard = condition(1);
        Branch block{ExprPool::yes, {}, system::ended};
        for (int64_t i = pick(0, 2); i > 0; --i) add_update(block);
        loss.step.checks = block.checks;
        loss.step.updates = block.updates;
        if (!chance(3)) {
            const int64_t points = pick(0, 3);
            std::vector<std::string> texts;
            for (int64_t i = 0; i < points; ++i) texts.push_back(std::string(1, static_cast<char>('a' + i)));
            loss.recover = b.actor("recover", ActorKind::recover, texts);
            const VarId local = b.variable("recover.local", b.range(0, 2), Storage::local, {}, loss.recover);
            scope_ = {loss.recover, {}, local, {}, true};
            for (int64_t i = 0; i < points; ++i) add_point(static_cast<LocationId>(2 + i), points);
        }
        b.system.power_loss = loss;
    }

    void add_properties() {
        scope_ = {system::none, {}, system::none, {}, false};
        b.property("invariant", PropertyKind::invariant, condition(2));
        b.property("final", PropertyKind::final, condition(1));
        b.property("quiescent", PropertyKind::quiescent, condition(1));
        b.property("cover", PropertyKind::cover, condition(2));
        b.property("deadlock", PropertyKind::deadlock);
        b.property("recovery", PropertyKind::recovery);
        scope_.after_loss = true;
        const ExprId ghost = b.is(ghost_, 1);
        b.property("crash invariant", PropertyKind::crash_invariant, b.system.pool.either(ghost, condition(2)));
        b.property("crash cover", PropertyKind::crash_cover, condition(2));
        b.property("never", PropertyKind::never, condition(1));
        b.property("sometimes", PropertyKind::sometimes, condition(1));
        b.property("always", PropertyKind::always, condition(1));
    }

    /// What expressions may read where the next branch is made.
    struct Scope {
        ActorId actor = system::none;
        std::vector<ExprId> self;
        VarId local = system::none;
        std::optional<ExprId> choice;
        bool after_loss = false;  ///< durable data and locals only
        bool in_loss = false;     ///< ... and, to read, device data
    };

    std::mt19937 random_;
    Scope scope_;
    TypeId index_ = 0;
    std::vector<VarId> memory_, arrays_, device_, durable_;
    VarId ghost_ = 0;
    uint32_t range_ = 0, assertion_ = 0;
    std::vector<uint32_t> faults_;
};

}  // namespace untorn::testing
