"""classic/peterson.untorn and classic/hyman.untorn, step by step. Run: python3 peterson.py"""

from explore import Actor, Model, put, show


def peterson(flag_first):
    def process(i):
        def set_flag(s):
            s.flag = put(s.flag, i, True)
            return "turn" if flag_first else "await"

        def set_turn(s):
            s.turn = 1 - i
            return "await" if flag_first else "flag"

        def wait(s):
            return "critical" if not s.flag[1 - i] or s.turn == i else None

        def leave(s):
            s.flag = put(s.flag, i, False)
            return "flag" if flag_first else "turn"

        return Actor(f"process[{i}]", "flag" if flag_first else "turn", {
            "flag": set_flag, "turn": set_turn, "await": wait, "critical": lambda s: "leave", "leave": leave},
            kind="daemon")

    return Model(dict(flag=(False, False), turn=0), [process(0), process(1)],
                 invariants={"mutual_exclusion": lambda s: not (s.at(0, "critical") and s.at(1, "critical"))})


def hyman():
    def process(i):
        def set_flag(s):
            s.flag = put(s.flag, i, True)
            return "test"

        def test(s):
            return "wait" if s.turn != i else "critical"

        def wait(s):
            return "turn" if not s.flag[1 - i] else None

        def set_turn(s):
            s.turn = i
            return "test"

        def leave(s):
            s.flag = put(s.flag, i, False)
            return "flag"

        return Actor(f"process[{i}]", "flag", {
            "flag": set_flag, "test": test, "wait": wait, "turn": set_turn, "critical": lambda s: "leave",
            "leave": leave}, kind="daemon")

    return Model(dict(flag=(False, False), turn=0), [process(0), process(1)],
                 invariants={"mutual_exclusion": lambda s: not (s.at(0, "critical") and s.at(1, "critical"))})


if __name__ == "__main__":
    show("peterson", peterson(True))
    show("peterson, turn before flag", peterson(False))
    show("hyman", hyman())
