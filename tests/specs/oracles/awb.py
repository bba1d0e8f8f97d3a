"""specs/bench/awb.untorn, step by step. Run: python3 awb.py"""

from explore import END, Actor, Model, put, show

ROWS = [(1, 2, 1), (1, 2, 2), (1, 4, 3), (2, 2, 0), (2, 2, 1), (2, 3, 2), (3, 2, 1)]


def awb(W, P, R, FIX, STABLE):
    def writer(w):
        def lock(s):
            if s.lock is not None:
                return None
            s.lock = w
            return "wait"

        def wait(s):
            return "mark" if not STABLE or not s.writeback else None

        def mark(s):
            s.atom = True
            if FIX:
                s.dirty = False
            return "copy"

        def copy(s):
            i = s.idx[w]
            s.page = put(s.page, i, w)
            if i == P - 1:
                s.idx, s.tries = put(s.idx, w, 0), put(s.tries, w, 0)
                return "commit"
            s.idx = put(s.idx, w, i + 1)
            return "copy"

        def page_fault(s):
            t = s.tries[w]
            if t >= R:
                return None
            if FIX and t + 1 == R:
                s.idx, s.tries = put(s.idx, w, 0), put(s.tries, w, 0)
                return "invalidate"
            if FIX:
                s.idx = put(s.idx, w, 0)
            else:
                s.dirty = True
            s.tries = put(s.tries, w, t + 1)
            assert s.lock == w
            s.lock = None
            return "fault in"

        def invalidate(s):
            s.page, s.atom, s.lock, s.failed = s.disk, False, None, put(s.failed, w, True)
            return END

        def commit(s):
            s.dirty, s.lock = True, None
            return "sync"

        def sync(s):
            return END if not s.dirty and not s.writeback else None

        return Actor(f"writer[{w}]", "lock", {
            "lock": lock, "wait": wait, "mark": mark, "copy": [copy, page_fault], "fault in": lambda s: "lock",
            "invalidate": invalidate, "commit": commit, "sync": sync})

    def look(s):
        if not s.dirty or s.lock is not None:
            return None
        s.lock = "flusher"
        return "submit"

    def submit(s):
        s.dirty, s.writeback, s.atom, s.lock = False, True, False, None
        return ("dma", 0)

    def dma(i):
        def fetch(s):
            s.snap = put(s.snap, i, s.page[i])
            return ("dma", i + 1) if i + 1 < P else "media"
        return fetch

    def media(s):
        s.disk, s.snap = s.snap, (None,) * P
        return "end"

    def end(s):
        s.writeback = False
        return "look"

    flusher = Actor("flusher", "look", {
        "look": look, "submit": submit, **{("dma", i): dma(i) for i in range(P)}, "media": media, "end": end},
        kind="daemon", idle=("look",))
    old = (None,) * P
    return Model(
        dict(lock=None, dirty=False, writeback=False, atom=False, page=old, snap=old, disk=old,
             idx=(0,) * W, tries=(0,) * W, failed=(False,) * W),
        [writer(w) for w in range(W)] + [flusher],
        invariants={"untorn": lambda s: len(set(s.disk)) == 1,
                    "req_atomic": lambda s: not s.at(W, "submit") or s.atom})


if __name__ == "__main__":
    for W, P, R in ROWS:
        for fix, stable in [(False, True), (False, False), (True, True), (True, False)]:
            show(f"{W} {P} {R} {'FIX' if fix else 'RFC'} {'STABLE' if stable else ''}", awb(W, P, R, fix, stable))
