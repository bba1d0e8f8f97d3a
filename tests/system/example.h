// A small transition system built by hand: two writers under a mutex, a flusher that may drop a write (a fault with a
// budget), a device cache that power loss may keep or not, a recovery, an option left free. Its source is shown as the
// text that it would have been compiled from.
#pragma once

#include <string>

#include "model/system/system.h"

namespace untorn::system::example {

inline const std::string source = R"(option strict: bool = false;
scalarset Writer[2];
var m: mutex;
var n: 0..3;
device var cache: 0..3;
durable var disk: 0..3;
ghost var dropped: bool;
fault lost budget 1;
thread writer[w: Writer] {
    var before: 0..3 = n;
    lock(m);
    n = n + 1;
    unlock(m);
}
daemon flusher {
    loop {
        await cache != n;
        choose { cache = n; } or fault lost { drop: step; }
    }
}
power_loss { choose (keep in bool) { if (keep) disk = cache; } }
recover { atomic { if (disk > 1) disk = 1; } }
)";

enum Vars : VarId { m, n, cache, disk, dropped, lost_left, strict, before, writer_pc, flusher_pc, recover_pc };
enum Actors : ActorId { writer, flusher, recover };
enum Transitions : uint32_t { writer_lock, writer_add, writer_unlock, flusher_wait, flusher_choose, recover_repair };

struct Builder {
    System s;
    TypeId count = s.types.range(0, 3);
    TypeId branch = s.types.range(0, 1);
    TypeId identity = s.types.intern({TypeKind::scalarset, "Writer", 0, 1, {}, 0});
    TypeId mutex = s.types.intern(
        {TypeKind::mutex, "mutex", 0, 3, {"free", "writer[Writer#0]", "writer[Writer#1]", "flusher"}, 0});
    TypeId location = s.types.intern({TypeKind::location, "location", 0, 4, {}, 0});

    /// The span of the `number`-th occurrence (from 0) of `text`.
    Span at(const std::string& text, int number = 0) const {
        size_t begin = source.find(text);
        for (; number > 0; --number) begin = source.find(text, begin + 1);
        return {0, static_cast<uint32_t>(begin), static_cast<uint32_t>(begin + text.size())};
    }

    void variable(const std::string& name, Storage storage, TypeId type, ActorId actor = none, bool family = false) {
        Variable v;
        v.name = name;
        v.storage = storage;
        v.type = type;
        v.actor = actor;
        if (family) v.dims = {identity};
        s.variables.push_back(v);
    }

    ExprId read(VarId var, std::vector<ExprId> index = {}) {
        const Type& t = s.types[s.variables[var].type];
        return s.pool.read(var, index, t.lo, t.hi);
    }
    ExprId number(int64_t v) { return s.pool.constant(v); }
    ExprId self() { return s.pool.self(0, 1); }
    ExprId me() { return s.pool.me(3); }

    void go(Step& step, VarId counter, std::vector<ExprId> index, int64_t to) {
        step.updates.push_back({ExprPool::yes, counter, std::move(index), number(to)});
    }

    void variables() {
        variable("m", Storage::memory, mutex);
        variable("n", Storage::memory, count);
        variable("cache", Storage::device, count);
        variable("disk", Storage::durable, count);
        variable("dropped", Storage::ghost, TypeTable::boolean);
        variable("lost.left", Storage::budget, branch);
        variable("strict", Storage::option, TypeTable::boolean);
        variable("writer.before", Storage::local, count, writer, true);
        variable("writer.pc", Storage::counter, location, writer, true);
        variable("flusher.pc", Storage::counter, location, flusher);
        variable("recover.pc", Storage::counter, location, recover);
    }

    void actor(const std::string& name, ActorKind kind, VarId counter, uint32_t first, std::vector<Location> points) {
        Actor a;
        a.name = a.declaration = name;
        a.kind = kind;
        a.counter = counter;
        a.first_instance = first;
        a.locations.resize(2);
        a.locations.insert(a.locations.end(), points.begin(), points.end());
        s.actors.push_back(a);
    }

    void actors() {
        actor("writer", ActorKind::thread, writer_pc, 0,
              {{"lock(m);", {}, at("lock(m)"), false},
               {"n = n + 1;", {}, at("n = n + 1"), false},
               {"unlock(m);", {}, at("unlock(m)"), false}});
        s.actors.back().identity = identity;
        actor("flusher", ActorKind::daemon, flusher_pc, 2,
              {{"await cache != n;", {}, at("await"), true}, {"choose { cache = n; }", {}, at("choose"), false}});
        actor("recover", ActorKind::recover, recover_pc, 3, {{"atomic {", {"repair"}, at("atomic"), false}});
        s.instances = 3;
    }

    void init() {
        s.init.choices.push_back({"strict", TypeTable::boolean, {}});
        s.init.updates.push_back({ExprPool::yes, lost_left, {}, number(1)});
        s.init.updates.push_back({ExprPool::yes, strict, {}, s.pool.choice(0, 0, 1)});
        go(s.init, writer_pc, {number(0)}, 2);
        go(s.init, writer_pc, {number(1)}, 2);
        go(s.init, flusher_pc, {}, 2);
    }

    void writer_steps() {
        ExprPool& p = s.pool;
        Step lock;
        lock.guard = p.equal(read(m), number(0));
        lock.updates.push_back({ExprPool::yes, m, {}, me()});
        lock.updates.push_back({ExprPool::yes, before, {self()}, read(n)});
        go(lock, writer_pc, {self()}, 3);
        Step add;
        add.checks.push_back(
            {p.less(read(n), number(3)), CheckKind::range, 1, at("n = n + 1"), "value out of range 0..3"});
        add.checks.push_back({p.either(p.negate(read(strict)), p.equal(read(n), number(0))), CheckKind::assertion, 2,
                              at("n = n + 1"), "assert fails"});
        add.updates.push_back({ExprPool::yes, n, {}, p.add(read(n), number(1))});
        go(add, writer_pc, {self()}, 4);
        Step unlock;
        unlock.checks.push_back({p.equal(read(m), me()), CheckKind::lock, 3, at("unlock(m)"), "the lock is not held"});
        unlock.updates.push_back({ExprPool::yes, m, {}, number(0)});
        unlock.updates.push_back({ExprPool::yes, before, {self()}, number(0)});
        go(unlock, writer_pc, {self()}, ended);
        s.transitions.push_back({writer, 2, lock});
        s.transitions.push_back({writer, 3, add});
        s.transitions.push_back({writer, 4, unlock});
    }

    void other_steps() {
        ExprPool& p = s.pool;
        Step wait;
        wait.guard = p.negate(p.equal(read(cache), read(n)));
        go(wait, flusher_pc, {}, 3);
        s.transitions.push_back({flusher, 2, wait});

        Step choose;
        choose.choices.push_back({"", branch, {"cache = n", "fault lost"}});
        const ExprId drops = p.equal(p.choice(0, 0, 1), number(1));
        choose.guard = p.either(p.negate(drops), p.less(number(0), read(lost_left)));
        choose.updates.push_back({p.negate(drops), cache, {}, read(n)});
        choose.updates.push_back({drops, lost_left, {}, p.subtract(read(lost_left), number(1))});
        choose.updates.push_back({drops, dropped, {}, ExprPool::yes});
        go(choose, flusher_pc, {}, 2);
        choose.faults.push_back({drops, 0});
        choose.labels.push_back({drops, "drop"});
        s.transitions.push_back({flusher, 3, choose});

        Step repair;
        repair.updates.push_back({p.less(number(1), read(disk)), disk, {}, number(1)});
        go(repair, recover_pc, {}, ended);
        s.transitions.push_back({recover, 2, repair});
    }

    void rest() {
        ExprPool& p = s.pool;
        s.faults.push_back({"lost", 1, lost_left, at("fault lost")});
        PowerLoss loss;
        loss.step.choices.push_back({"keep", TypeTable::boolean, {}});
        loss.step.updates.push_back({p.choice(0, 0, 1), disk, {}, read(cache)});
        loss.recover = recover;
        s.power_loss = loss;
        const ExprId w = p.bound(0, 1);
        const ExprId inside = p.less_equal(number(3), read(writer_pc, {w}));
        s.properties.push_back({"one_inside",
                                PropertyKind::invariant,
                                p.less_equal(p.quantify(Op::count, w, identity, 2, inside), number(1)),
                                ExprPool::yes,
                                {}});
        s.properties.push_back({"range", PropertyKind::range, ExprPool::yes, ExprPool::yes, {}});
        s.properties.push_back({"first_only", PropertyKind::assertion, ExprPool::yes, ExprPool::yes, {}});
        s.properties.push_back({"lock", PropertyKind::lock, ExprPool::yes, ExprPool::yes, {}});
        s.properties.push_back(
            {"repaired", PropertyKind::crash_invariant, p.less(read(disk), number(2)), ExprPool::yes, {}});
    }
};

inline System build() {
    Builder b;
    b.s.files.emplace_back("example.untorn", source);
    b.variables();
    b.actors();
    b.init();
    b.writer_steps();
    b.other_steps();
    b.rest();
    return std::move(b.s);
}

}  // namespace untorn::system::example
