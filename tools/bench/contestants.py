"""The programs that are compared: how each is built, run and read. One more contestant is one more class, and a line in CONTESTANTS.

A contestant has a `name`, a `title`, `build` (a list of commands, run in its own folder; none for Untorn), `command`, and
`read(output)`, which gives (states, transitions) or raises Unusable: a run that stopped early is no measurement.
`agrees(counted, expected)`: equal, as far as it prints its counts.
"""

import json
import re


class Unusable(Exception):
    """The output is not that of a complete search without errors."""


def number(after, text):
    """The number that stands before `after`, perhaps as 1.6507316e+08."""
    found = re.search(r"([\d.e+]+) " + after, text)
    if not found:
        raise Unusable(f"says nothing of {after}:\n{text[-2000:]}")
    return round(float(found.group(1)))


def exactly(counted, expected):
    return counted == expected


def to_eight_digits(counted, expected):
    """SPIN prints no more digits: from 1e8 on its counts are rounded."""
    unit = 10 ** max(0, len(str(expected)) - 8)
    return counted == expected if unit == 1 else abs(counted - expected) <= unit


class Untorn:
    """`flags`: which reductions; none of them unless told otherwise."""

    def __init__(self, name, title, threads=1, flags=("--no-reduce",)):
        self.name, self.title, self.threads, self.flags = name, title, threads, flags
        self.peer, self.agrees = False, exactly
        self.packages = ()

    def build(self, configuration, paths):
        return []

    def command(self, configuration, paths):
        values = [word for value in configuration.untorn_values() for word in ("-D", value)]
        return [paths.untorn, "check", str(paths.root / configuration.model.spec), *values, "--engine", "explicit", "--threads", str(self.threads),
                *self.flags, *configuration.untorn_flags, "--json", "-"]

    def read(self, output, state_bits=None):
        """Adds the packed size to the list `state_bits`. Verdicts are in the exit status; the search goes on after a violation."""
        runs = json.loads(output)["runs"]
        if len(runs) != 1 or not runs[0]["exhaustive"]:
            raise Unusable(f"not one exhaustive run: {runs and runs[0].get('limit')}")
        if runs[0]["inconsistency"]:
            raise Unusable(f"inconsistent: {runs[0]['inconsistency']}")
        if state_bits is not None:
            state_bits.append(runs[0]["state_bits"])
        return runs[0]["states"], runs[0]["transitions"]


class Spin:
    """SPIN, depth first. `-o2 -o3` keep it from leaving out variables and merging steps, which would change the counts."""

    def __init__(self, name, title, defines=("-DNOREDUCE",), spin=("-o2", "-o3"), optimize=("-O2",)):
        self.name, self.title, self.defines, self.spin, self.optimize = name, title, defines, spin, optimize
        self.peer, self.agrees = True, to_eight_digits
        self.packages = ("spin", "gcc")

    def build(self, configuration, paths):
        sizes = [f"-D{k}={v}" for k, v in {**configuration.values, "CHECK": 1}.items()]
        return [["spin", "-a", *self.spin, *sizes, str(paths.peers / configuration.model.promela)],
                ["gcc", *self.optimize, "-w", "-DSAFETY", f"-DMEMLIM={paths.memory_mib}", *self.defines, "-o", "pan", "pan.c"]]

    def command(self, configuration, paths):
        return ["./pan", f"-m{configuration.spin_depth}", f"-w{configuration.spin_hash}"]

    def read(self, output, state_bits=None):
        if "Search not completed" in output or "errors: 0" not in output or "max search depth too small" in output:
            raise Unusable(output[-2000:])
        # Its first transition leads into the initial state.
        return number("states, stored", output), number("transitions", output) - 1


class Rumur:
    """Rumur, breadth first. clang with -mcx16: with gcc its 16-byte atomics become library calls."""

    def __init__(self, name, title, flags=("--symmetry-reduction", "off"), threads=1):
        self.name, self.title, self.flags, self.threads = name, title, flags, threads
        self.peer, self.agrees = True, exactly
        self.packages = ("rumur", "clang")

    def source(self, configuration, paths):
        """The Murphi model with its parameters filled in."""
        text = (paths.peers / configuration.model.murphi).read_text()
        for parameter, value in configuration.values.items():
            text = text.replace(f"@{parameter}@", str(value))
        return re.sub(r"^--INV ", "", text, flags=re.MULTILINE)

    def build(self, configuration, paths):
        return [["rumur", *self.flags, "--deadlock-detection", "off", "--threads", str(self.threads), "-o", "r.c", "r.m"],
                ["clang", "-O3", "-w", "-march=native", "-mcx16", "-o", "r", "r.c", "-lpthread", "-latomic"]]

    def command(self, configuration, paths):
        return ["./r"]

    def read(self, output, state_bits=None):
        if "No error found" not in output:
            raise Unusable(output[-2000:])
        found = re.findall(r"(\d+) states, (\d+) rules fired in", output)
        if not found:
            raise Unusable(output[-2000:])
        return int(found[-1][0]), int(found[-1][1])


CONTESTANTS = {c.name: c for c in (
    Untorn("untorn", "Untorn, 1 thread"),
    Untorn("untorn2", "Untorn, 2 threads", threads=2),
    Untorn("untorn_all_steps", "Untorn, 1 thread, every step taken", flags=("--no-reduce", "--no-edge-lean")),
    Untorn("untorn_symmetry", "Untorn, symmetry", flags=("--no-cone", "--no-dead-variables")),
    Untorn("untorn_stubborn", "Untorn, stubborn sets", flags=("--no-cone", "--no-dead-variables", "--no-symmetry", "--stubborn")),
    Untorn("untorn_both", "Untorn, both", flags=("--no-cone", "--no-dead-variables", "--stubborn")),
    Untorn("untorn_all", "Untorn, all reductions", flags=("--stubborn",)),
    Spin("spin", "SPIN"),
    Spin("spin_collapse", "SPIN, -DCOLLAPSE", defines=("-DNOREDUCE", "-DCOLLAPSE")),
    Spin("spin_o3", "SPIN, -O3 -march=native", optimize=("-O3", "-march=native")),
    Spin("spin_reduced", "SPIN, partial order", defines=(), spin=()),
    Rumur("rumur", "Rumur"),
    Rumur("rumur2", "Rumur, 2 threads", threads=2),
    Rumur("rumur_unpacked", "Rumur, --pack-state off", flags=("--symmetry-reduction", "off", "--pack-state", "off")),
    # Not "exhaustive": that tries all 720 permutations in each state, and was not done after ten minutes; the counts are the same.
    Rumur("rumur_symmetry", "Rumur, symmetry", flags=("--symmetry-reduction", "heuristic")),
)}
