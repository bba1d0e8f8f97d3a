"""specs/bench/journal.untorn, step by step. Run: python3 journal.py"""

from explore import Actor, Model, put, show

ROWS = [(1, 2, 1, 2, True), (1, 2, 1, 2, False), (1, 2, 2, 2, True), (1, 2, 2, 2, False), (1, 2, 2, 3, True),
        (1, 3, 1, 2, True), (2, 2, 1, 2, True), (2, 2, 1, 3, True), (1, 3, 2, 3, True), (2, 2, 2, 3, True),
        (3, 2, 1, 3, True)]


def journal(W, B, S, V, FLUSH):
    blocks = range(B)

    def writer(w):
        def start(s):
            if s.lock is not None:
                return None
            s.lock = w
            return ("modify", 0)

        def modify(b):
            def instance(s):
                s.page = put(s.page, b, (s.page[b] + 1) % V)
                return ("modify", b + 1) if b + 1 < B else "stop"
            return instance

        def stop(s):
            assert s.lock == w
            s.running, s.lock = True, None
            return "wait"

        def wait(s):
            return "start" if not s.running and not s.committing else None

        return Actor(f"writer[{w}]", "start", {
            "start": start, **{("modify", b): modify(b) for b in blocks}, "stop": stop, "wait": wait}, kind="daemon")

    # A bio is None (unused), or (in flight?, area, version).
    def submit(bios):
        def submit_block(b):
            def instance(s):
                _, area, version = getattr(s, bios)[b]
                setattr(s, bios, put(getattr(s, bios), b, (True, area, version)))
                return ("submit", b + 1) if b + 1 < B else "wait"
            return instance
        return {("submit", b): submit_block(b) for b in blocks}

    def wait_for(bios):
        return lambda s: "flush" if not any(getattr(s, bios)) else None

    def flush(s):
        return "record" if not FLUSH or all(v is None for area in s.cache for v in area) else None

    def begin_commit(s):
        if not s.running or s.lock is not None or s.committed[s.head]:
            return None
        s.running, s.committing = False, True
        s.log_bios = tuple((False, s.head + 1, s.page[b]) for b in blocks)
        return ("submit", 0)

    def record(s):
        s.committed = put(s.committed, s.head, True)
        return "finish"

    def finish(s):
        s.head, s.committing = (s.head + 1) % S, False
        return "idle"

    def begin_checkpoint(s):
        if not s.committed[s.tail]:
            return None
        s.home_bios = tuple((False, 0, s.media[s.tail + 1][b]) for b in blocks)
        return ("submit", 0)

    def free(s):
        s.committed, s.tail = put(s.committed, s.tail, False), (s.tail + 1) % S
        return "idle"

    def take(bios, b):
        def instance(s):
            bio = getattr(s, bios)[b]
            if bio is None or not bio[0]:
                return None
            _, area, version = bio
            s.cache = put(s.cache, area, put(s.cache[area], b, version))
            setattr(s, bios, put(getattr(s, bios), b, None))
            return "ready"
        return instance

    def write_back(area, b):
        def instance(s):
            version = s.cache[area][b]
            if version is None:
                return None
            s.media = put(s.media, area, put(s.media[area], b, version))
            s.cache = put(s.cache, area, put(s.cache[area], b, None))
            return "ready"
        return instance

    def recoverable(s):
        if any(s.committed[i] and len(set(s.media[i + 1])) > 1 for i in range(S)):
            return False
        return any(s.committed) or len(set(s.media[0])) == 1

    committer = Actor("committer", "idle", {
        "idle": begin_commit, **submit("log_bios"), "wait": wait_for("log_bios"), "flush": flush, "record": record,
        "finish": finish}, kind="daemon", idle=("idle",))
    checkpointer = Actor("checkpointer", "idle", {
        "idle": begin_checkpoint, **submit("home_bios"), "wait": wait_for("home_bios"), "flush": flush, "record": free},
        kind="daemon", idle=("idle",))
    device = Actor("device", "ready", {
        "ready": [take(bios, b) for bios in ("log_bios", "home_bios") for b in blocks]
        + [write_back(area, b) for area in range(S + 1) for b in blocks]}, kind="environment")
    return Model(
        dict(lock=None, running=False, committing=False, head=0, tail=0, page=(0,) * B, log_bios=(None,) * B,
             home_bios=(None,) * B, cache=((None,) * B,) * (S + 1), media=((0,) * B,) * (S + 1), committed=(False,) * S),
        [writer(w) for w in range(W)] + [committer, checkpointer, device],
        invariants={"recoverable": recoverable})


if __name__ == "__main__":
    for W, B, S, V, flush in ROWS:
        show(f"{W} {B} {S} {V}{'' if flush else ', no flush'}", journal(W, B, S, V, flush))
