// Random systems of several actors that mostly mind their own business: each has data of its own, and only now and then
// touches a lock, a flag or a counter that all share. Much can be reduced here, unlike in random_system.h.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "tests/explicit/build.h"

namespace untorn::testing {

class RandomActors {
 public:
    explicit RandomActors(uint32_t seed) : random_(seed) {}

    const system::System& make() {
        shared_ = {b.variable("lock", b.range(0, 3)), b.variable("flag", 0), b.variable("count", b.range(0, 3))};
        index_ = b.range(0, 2);
        slots_ = b.variable("slots", b.range(0, 2), Storage::memory, {index_});
        assertion_ = b.property("assertion", PropertyKind::assertion);
        range_ = b.property("in range", PropertyKind::range);
        if (chance(2)) faults_.push_back(b.fault("limited", pick(1, 2)));
        if (chance(3)) {
            unlimited_ = b.fault("unlimited", std::nullopt);
            faults_.push_back(*unlimited_);
        }
        const int64_t actors = pick(2, 3);
        for (int64_t i = 0; i < actors; ++i) add_actor(i);
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

    void add_actor(int64_t number) {
        const auto kind = chance(4) ? ActorKind::daemon : chance(6) ? ActorKind::environment : ActorKind::thread;
        const int64_t points = pick(2, 4);
        std::vector<std::string> texts;
        for (int64_t i = 0; i < points; ++i)
            texts.push_back((i == 0 && kind == ActorKind::daemon && chance(2) ? "*p" : "p") + std::to_string(i));
        const std::string name(1, static_cast<char>('a' + number));
        const ActorId id = b.actor(name, kind, texts);
        own_ = {b.variable(name + ".x", b.range(0, 2), Storage::local, {}, id),
                b.variable(name + ".y", 0, Storage::memory)};
        number_ = number + 1;
        all_own_.insert(all_own_.end(), own_.begin(), own_.end());
        for (LocationId from = 2; from < 2 + points; ++from) {
            std::vector<Branch> branches;
            for (int64_t i = pick(1, 6) == 1 ? 2 : 1; i > 0; --i) branches.push_back(branch(from, points));
            b.point(id, from, branches);
            if (unlimited_ && chance(8)) b.system.transitions.back().step.faults.push_back({condition(0), *unlimited_});
        }
        actors_.push_back({id, points});
    }

    Branch branch(LocationId from, int64_t points) {
        LocationId to = from + 1 < 2 + points ? from + 1 : system::ended;
        if (chance(4)) to = static_cast<LocationId>(pick(2, 1 + points));
        Branch made{ExprPool::yes, {}, to};
        switch (pick(0, 15)) {
            case 0:  // lock
                made.guard = b.is(shared_[0], 0);
                made.updates.push_back(b.set(shared_[0], number_));
                break;
            case 1:  // unlock
                made.checks.push_back(b.check(b.is(shared_[0], number_), assertion_));
                made.updates.push_back(b.set(shared_[0], 0));
                break;
            case 2: made.updates.push_back(b.set(shared_[1], pick(0, 1))); break;
            case 3: made.guard = b.is(shared_[1], pick(0, 1)); break;
            case 4: count(made, 1); break;
            case 5: count(made, -1); break;
            case 6:  // an array, at an index that only the state knows
                made.updates.push_back(
                    Build::put(slots_, b.get(own_[0]), {any<ExprId>({b.get(own_[0]), b.number(1)})}));
                break;
            case 7: made.updates.push_back(Build::put(own_[0], b.get(slots_, {b.get(own_[0])}))); break;
            case 8: made.guard = condition(1); [[fallthrough]];
            default: local(made); break;
        }
        if (chance(10)) made.checks.push_back(b.check(condition(1), assertion_));
        if (!faults_.empty() && chance(5)) {
            made.faults.push_back(any(faults_));
        }
        return made;
    }

    void local(Branch& made) {
        switch (pick(0, 4)) {
            case 0:
            case 1: {
                const ExprId more = b.system.pool.add(b.get(own_[0]), b.number(1));
                if (made.guard == ExprPool::yes && chance(2))
                    made.guard = b.system.pool.less(b.get(own_[0]), b.number(2));
                else
                    made.checks.push_back(b.check(b.system.pool.less_equal(more, b.number(2)), range_));
                made.updates.push_back(Build::put(own_[0], more));
                break;
            }
            case 2: made.updates.push_back(b.set(own_[0], pick(0, 2))); break;
            case 3: {
                Update update = b.set(own_[1], pick(0, 1));
                if (chance(2)) update.when = b.is(own_[0], pick(0, 2));
                made.updates.push_back(update);
                break;
            }
            default: break;
        }
    }

    void count(Branch& made, int64_t by) {
        const ExprId next = b.system.pool.add(b.get(shared_[2]), b.number(by));
        const ExprId good = b.system.pool.both(b.system.pool.less_equal(b.number(0), next),
                                               b.system.pool.less_equal(next, b.number(3)));
        if (chance(2)) {
            made.guard = good;
        } else {
            made.checks.push_back(b.check(good, range_));
        }
        made.updates.push_back(Build::put(shared_[2], next));
    }

    ExprId condition(int depth) {
        system::ExprPool& pool = b.system.pool;
        if (depth > 0 && chance(2)) {
            const ExprId x = condition(depth - 1), y = condition(depth - 1);
            switch (pick(0, 2)) {
                case 0: return pool.both(x, y);
                case 1: return pool.either(x, y);
                default: return pool.negate(pool.both(x, y));
            }
        }
        const VarId var = any(chance(2) ? shared_ : all_own_);
        switch (pick(0, 3)) {
            case 0: return pool.less(b.get(any(shared_)), b.get(var));
            case 1: return pool.equal(b.get(slots_, {b.number(pick(0, 2))}), b.get(var));
            default: return b.is(var, pick(0, 1));
        }
    }

    void add_properties() {
        b.property("deadlock", PropertyKind::deadlock);
        b.property("final", PropertyKind::final, condition(1));
        b.property("quiescent", PropertyKind::quiescent, condition(1));
        b.property("invariant", PropertyKind::invariant, b.system.pool.either(condition(1), condition(1)));
        b.property("cover", PropertyKind::cover, b.system.pool.both(condition(1), condition(1)));
        const auto somewhere = [&] {
            const auto [actor, points] = any(actors_);
            return b.at(actor, chance(3) ? system::ended : static_cast<LocationId>(pick(2, 1 + points)));
        };
        b.property("both there", PropertyKind::cover, b.system.pool.both(somewhere(), somewhere()));
        b.property("never", PropertyKind::never, condition(0));
        b.property("excluded", PropertyKind::invariant,
                   b.system.pool.negate(b.system.pool.both(somewhere(), condition(0))));
    }

    std::mt19937 random_;
    TypeId index_ = 0;
    std::vector<VarId> shared_, own_, all_own_;
    VarId slots_ = 0;
    int64_t number_ = 0;
    uint32_t assertion_ = 0, range_ = 0;
    std::vector<uint32_t> faults_;
    std::optional<uint32_t> unlimited_;
    std::vector<std::pair<ActorId, int64_t>> actors_;
};

}  // namespace untorn::testing
