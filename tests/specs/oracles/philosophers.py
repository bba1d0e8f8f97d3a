"""classic/philosophers.untorn, step by step. Run: python3 philosophers.py"""

from explore import Actor, Model, put, show


def philosophers(N, asymmetric):
    def philosopher(i):
        left, right = i, (i + 1) % N
        first, second = (right, left) if asymmetric and i == N - 1 else (left, right)

        def take(fork, to):
            def instance(s):
                if s.fork[fork] is not None:
                    return None
                s.fork = put(s.fork, fork, i)
                return to
            return instance

        def put_back(fork, to):
            def instance(s):
                assert s.fork[fork] == i
                s.fork = put(s.fork, fork, None)
                return to
            return instance

        return Actor(f"philosopher[{i}]", "first", {
            "first": take(first, "second"), "second": take(second, "eat"), "eat": lambda s: "left",
            "left": put_back(left, "right"), "right": put_back(right, "first")}, kind="daemon")

    return Model(dict(fork=(None,) * N), [philosopher(i) for i in range(N)])


if __name__ == "__main__":
    for N in 3, 4, 5:
        show(f"{N} philosophers", philosophers(N, False))
        show(f"{N} philosophers, one left-handed", philosophers(N, True))
