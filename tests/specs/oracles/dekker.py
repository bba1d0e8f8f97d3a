"""classic/dekker.untorn, step by step. Run: python3 dekker.py"""

from explore import Actor, Model, put, show


def dekker(version):
    def process(i):
        other = 1 - i
        first = "look" if version == "LookFirst" else "raise"

        def set_flag(value, to):
            def instance(s):
                s.flag = put(s.flag, i, value)
                return to
            return instance

        def await_flag(to):
            return lambda s: to if not s.flag[other] else None

        def test(s):  # while (flag[other])
            return "whose turn" if s.flag[other] else "critical"

        def whose_turn(s):  # if (turn != i), with the local code behind it
            return "lower" if s.turn != i else "test"

        def await_turn(s):
            return "raise again" if s.turn == i else None

        def give_turn(s):
            s.turn = other
            return "leave"

        after_raise = {"Dekker": "test", "Insist": "insist", "LookFirst": "critical"}[version]
        return Actor(f"process[{i}]", first, {
            "look": await_flag("raise"),
            "raise": set_flag(True, after_raise),
            "insist": await_flag("critical"),
            "test": test, "whose turn": whose_turn,
            "lower": set_flag(False, "my turn"), "my turn": await_turn, "raise again": set_flag(True, "test"),
            "critical": lambda s: "turn", "turn": give_turn, "leave": set_flag(False, first)},
            kind="daemon", idle=("look",))

    return Model(dict(flag=(False, False), turn=0), [process(0), process(1)],
                 invariants={"mutual_exclusion": lambda s: not (s.at(0, "critical") and s.at(1, "critical"))})


if __name__ == "__main__":
    for version in ["Dekker", "LookFirst", "Insist"]:
        show(version, dekker(version))
