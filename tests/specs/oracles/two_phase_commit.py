"""classic/two_phase_commit.untorn, step by step. Run: python3 two_phase_commit.py"""

from explore import END, Actor, Model, fault, put, show


def two_phase_commit(N, crashes, wait_for_all):
    enough = all if wait_for_all else any

    def see_yes(s):
        return "commit" if enough(v == "Yes" for v in s.vote) else None

    def see_no(s):
        return "abort" if any(v == "No" for v in s.vote) else None

    def decide(decision):
        def instance(s):
            s.decision = decision
            return END
        return instance

    crash = fault(lambda s: END, "crashes")
    coordinator = Actor("coordinator", "collect", {
        "collect": [see_yes, see_no, crash],
        "commit": [decide("Committed"), crash],
        "abort": [decide("Aborted"), crash]})

    def participant(p):
        def yes(s):
            s.vote = put(s.vote, p, "Yes")
            return "wait"

        def no(s):
            s.vote, s.result = put(s.vote, p, "No"), put(s.result, p, "Aborted")
            return END

        def take_over(s):
            s.result = put(s.result, p, s.decision)
            return END

        return Actor(f"participant[{p}]", "vote", {
            "vote": [yes, no], "wait": lambda s: "return" if s.decision != "Undecided" else None,
            "return": take_over})

    return Model(
        dict(vote=("Pending",) * N, decision="Undecided", result=("Undecided",) * N, crashes=crashes),
        [coordinator] + [participant(p) for p in range(N)],
        invariants={"agreement": lambda s: not ("Committed" in s.result and "Aborted" in s.result)},
        final={"nobody_undecided": lambda s: "Undecided" not in s.result})


if __name__ == "__main__":
    for N in 2, 3:
        for crashes in 0, 1:
            show(f"{N} participants, {crashes} crashes", two_phase_commit(N, crashes, True))
        show(f"{N} participants, first yes, 1 crash", two_phase_commit(N, 1, False))
