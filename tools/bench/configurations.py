"""What is measured: models, sizes, and how each checker is told about them. One more row of the table is one more line here."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Model:
    name: str
    spec: str                   # Untorn, from the root of the repository
    promela: str
    murphi: str
    parameters: tuple           # in the order in which sizes are written
    fixed: dict                 # parameters that no configuration changes
    switches: tuple             # of all these, those that are bool in Untorn and 0 or 1 elsewhere


AWB = Model("awb", "specs/bench/awb.untorn", "awb.pml", "awb.m.in", ("W", "P", "R"), {"FIX": 1, "STABLE": 1},
            ("FIX", "STABLE"))
AWB_UNSTABLE = Model("awb_unstable", "specs/bench/awb.untorn", "awb.pml", "awb.m.in", ("W", "P", "R"),
                     {"FIX": 1, "STABLE": 0}, ("FIX", "STABLE"))
AWB_SYMMETRIC = Model("awb_symmetric", "specs/bench/awb.untorn", "awb.pml", "awbsym.m.in", ("W", "P", "R"),
                      {"FIX": 1, "STABLE": 1}, ("FIX", "STABLE"))
JOURNAL = Model("journal", "specs/bench/journal.untorn", "journal.pml", "journal.m.in", ("W", "B", "S", "V"),
                {"FLUSH": 1}, ("FLUSH",))

# The same with questions about infinite runs; Untorn alone.
AWB_PROGRESS = Model("awb_progress", "specs/bench/awb_progress.untorn", AWB.promela, AWB.murphi, AWB.parameters, AWB.fixed, AWB.switches)
JOURNAL_PROGRESS = Model("journal_progress", "specs/bench/journal_progress.untorn", JOURNAL.promela, JOURNAL.murphi,
                         JOURNAL.parameters, JOURNAL.fixed, JOURNAL.switches)

# Who runs: names of contestants.py.
UNREDUCED = ("untorn", "untorn2", "untorn_all_steps", "spin", "spin_collapse", "rumur")
REDUCED = ("untorn_symmetry", "untorn_stubborn", "untorn_both", "untorn_all", "spin_reduced", "rumur_symmetry")


@dataclass(frozen=True)
class Configuration:
    model: Model
    sizes: tuple
    states: int = None          # None: not known beforehand
    transitions: int = None
    spin_depth: int = 10000     # pan -m: a little more than the depth that its search reaches; its stack is memory, too
    spin_hash: int = 24         # pan -w: at 1e7 states the fastest of 24, 26, 28 (and 22 is slower)
    groups: tuple = ()
    contestants: tuple = UNREDUCED
    untorn_flags: tuple = ()
    holds: bool = True          # False: something is violated, and Untorn ends 1
    same_counts: bool = True    # False: they run with reductions of their own, so states differ

    @property
    def name(self):
        return self.model.name + "_" + "".join(str(n) for n in self.sizes)

    @property
    def values(self):
        """All parameters, as numbers."""
        return {**dict(zip(self.model.parameters, self.sizes)), **self.model.fixed}

    def untorn_values(self):
        return [f"{k}={('false', 'true')[v] if k in self.model.switches else v}" for k, v in self.values.items()]


# The tiniest size of each model: what a process of the same program takes when it has next to nothing to do.
IDLE = {"awb": (1, 2, 1), "awb_unstable": (1, 2, 1), "awb_symmetric": (1, 2, 1), "journal": (1, 2, 1, 2),
        "awb_progress": (1, 2, 1), "journal_progress": (1, 2, 1, 2)}

CONFIGURATIONS = (
    Configuration(AWB, (4, 4, 3), 1206048, 3302980, spin_hash=22, groups=("quick",)),
    Configuration(JOURNAL, (2, 3, 2, 3), 457856, 2143887, spin_depth=100000, spin_hash=22, groups=("quick",)),
    Configuration(AWB, (6, 2, 2), 9329688, 29073024, groups=("full",)),
    Configuration(JOURNAL, (2, 4, 2, 7), 8642504, 52312913, spin_depth=60000, groups=("full",)),
    Configuration(AWB, (6, 4, 2), 48158196, 165073158, groups=("full",), spin_hash=26),
    Configuration(JOURNAL, (2, 4, 3, 5), 36552586, 223444984, spin_depth=350000, groups=("full",), spin_hash=26),
    Configuration(JOURNAL, (1, 5, 4, 5), 10291686, 67993512, groups=("wide",), contestants=("untorn", "untorn2")),
    Configuration(AWB_SYMMETRIC, (6, 4, 2), groups=("reductions",), contestants=REDUCED, same_counts=False),
    Configuration(AWB_PROGRESS, (6, 2, 2), 9329688, 29073024, groups=("progress",), contestants=("untorn",), holds=False),
    Configuration(JOURNAL_PROGRESS, (2, 4, 2, 7), 8642504, 52312913, groups=("progress",), contestants=("untorn",),
                  untorn_flags=("--scenario", "progress_2222")),
    Configuration(AWB_UNSTABLE, (5, 3, 3), groups=("billion",), contestants=("untorn2",), untorn_flags=("--memory", "22G"),
                  holds=False),
    Configuration(AWB, (6, 5, 3), groups=("billion",), contestants=("untorn2",), untorn_flags=("--memory", "22G")),
)
