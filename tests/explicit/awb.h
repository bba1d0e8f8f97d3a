// The awb protocol (buffered atomic writes to one folio), built by hand. Its numbers of states and transitions are
// known from SPIN, Rumur, CMurphi, TLC and LTSmin.
#pragma once

#include "tests/explicit/build.h"

namespace untorn::testing {

struct AwbSize {
    int64_t writers = 1, pages = 2, faults = 1;
    bool fix = false, stable = true;
};

/// Property 0 is the invariant that all blocks of the disk are equal.
inline void build_awb(Build& b, const AwbSize& size) {
    enum : LocationId { lock_ = 2, wait, mark, copy, fault_in, inval, sync, commit };
    enum : LocationId { idle = 2, start, dma, media, end };
    system::ExprPool& pool = b.system.pool;
    const int64_t last = size.pages;
    const TypeId page = b.range(1, last), content = b.range(0, size.writers), writer = b.range(1, size.writers);
    const VarId lock = b.variable("lock", 0), dirty = b.variable("dirty", 0), wb = b.variable("wb", 0),
                atom = b.variable("atom", 0);
    const VarId pages = b.variable("page", content, Storage::memory, {page});
    const VarId snap = b.variable("snap", content, Storage::device, {page});
    const VarId disk = b.variable("disk", content, Storage::durable, {page});
    const ActorId w =
        b.actor("writer", ActorKind::thread,
                {"lock", "wait", "mark", "copy", "fault_in", "inval", "sync", "commit", "done", "failed"}, writer);
    const VarId idx = b.variable("writer.idx", page, Storage::local, {writer}, w);
    const VarId tries = b.variable("writer.tries", b.range(0, size.faults), Storage::local, {writer}, w);
    const LocationId done = 10, failed = 11;
    const ExprId me = b.self(w);
    const auto is_set = [&](VarId v) { return b.is(v, 1); };
    const auto clear = [&](VarId v) { return b.is(v, 0); };

    b.point(w, lock_, {clear(lock), {b.set(lock, 1)}, wait});
    b.point(w, wait, {size.stable ? clear(wb) : ExprPool::yes, {}, mark});
    Branch marked{ExprPool::yes, {b.set(atom, 1)}, copy};
    if (size.fix) marked.updates.push_back(b.set(dirty, 0));
    b.point(w, mark, marked);

    const ExprId i = b.get(idx, {me}), t = b.get(tries, {me});
    const ExprId t1 = pool.add(t, b.number(1)), limit = b.number(size.faults);
    std::vector<Branch> copying{{pool.less(i, b.number(last)),
                                 {b.put(pages, me, {i}), b.put(idx, pool.add(i, b.number(1)), {me})},
                                 copy,
                                 {},
                                 {}},
                                {pool.equal(i, b.number(last)),
                                 {b.put(pages, me, {i}), b.set(idx, 1, {me}), b.set(tries, 0, {me})},
                                 commit,
                                 {},
                                 {}}};
    if (size.fix) {
        copying.push_back(
            {pool.less(t1, limit), {b.set(lock, 0), b.put(tries, t1, {me}), b.set(idx, 1, {me})}, fault_in});
        copying.push_back({pool.equal(t1, limit), {b.set(tries, 0, {me}), b.set(idx, 1, {me})}, inval});
    } else {
        copying.push_back({pool.less(t, limit), {b.set(dirty, 1), b.set(lock, 0), b.put(tries, t1, {me})}, fault_in});
    }
    b.point(w, copy, copying);
    b.point(w, fault_in, {ExprPool::yes, {}, lock_});
    Branch invalidated{ExprPool::yes, {b.set(atom, 0), b.set(lock, 0)}, failed};
    for (int64_t p = 1; p <= last; ++p)
        invalidated.updates.push_back(b.put(pages, b.get(disk, {b.number(p)}), {b.number(p)}));
    b.point(w, inval, invalidated);
    b.point(w, commit, {ExprPool::yes, {b.set(dirty, 1), b.set(lock, 0)}, sync});
    b.point(w, sync, {pool.both(clear(dirty), clear(wb)), {}, done});

    const ActorId k = b.actor("writeback", ActorKind::daemon, {"*idle", "start", "dma", "media", "end"});
    const VarId kidx = b.variable("writeback.idx", page, Storage::local, {}, k);
    b.point(k, idle, {pool.both(is_set(dirty), clear(lock)), {b.set(lock, 1)}, start});
    b.point(k, start, {ExprPool::yes, {b.set(dirty, 0), b.set(wb, 1), b.set(atom, 0), b.set(lock, 0)}, dma});
    const ExprId j = b.get(kidx);
    const Update fetch = b.put(snap, b.get(pages, {j}), {j});
    b.point(k, dma,
            std::vector<Branch>{{pool.less(j, b.number(last)), {fetch, b.put(kidx, pool.add(j, b.number(1)))}, dma},
                                {pool.equal(j, b.number(last)), {fetch, b.set(kidx, 1)}, media}});
    Branch landed{ExprPool::yes, {}, end};
    ExprId untorn = ExprPool::yes;
    for (int64_t p = 1; p <= last; ++p) {
        landed.updates.push_back(b.put(disk, b.get(snap, {b.number(p)}), {b.number(p)}));
        landed.updates.push_back(b.set(snap, 0, {b.number(p)}));
        untorn = pool.both(untorn, pool.equal(b.get(disk, {b.number(p)}), b.get(disk, {b.number(1)})));
    }
    b.point(k, media, landed);
    b.point(k, end, {ExprPool::yes, {b.set(wb, 0)}, idle});
    b.property("untorn", PropertyKind::invariant, untorn);
}

}  // namespace untorn::testing
