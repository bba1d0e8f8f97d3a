"""Holds `untorn check --json` to oracle.py, run by run and property by property; exits 1 on any difference.

    compare.py --untorn BINARY [--max-states N] [--scenario NAME] [-D NAME=VALUE]... FILE...

Compared are states, transitions, depth, crash images, and of each property the verdict and the faults and steps of its
shortest witness (not the length of a recovery that goes round, where the tool promises no shortest trace). Of a lasso the
stem is compared, and whether its cycle spends faults; and whether a progress property holds only because there is no fair run.
One may only be undecided where the tool says `not supported yet`."""

import argparse
import json
import os
import subprocess
import sys

from oracle import answer_run, configurations, is_module

LIVENESS = ("eventually", "always eventually", "leads to")
NOT_YET, VACUOUS = "not supported yet", "no fair run"


def tool(binary, path, scenario=None, settings=None, limit=None):
    """What the tool says: its runs, or None and its error text."""
    command = [binary, "check", "--engine", "explicit", "--no-reduce", "--json", "-", "--quiet", path]
    for name, value in (settings or {}).items():
        command += ["-D", f"{name}={value}"]
    if scenario:
        command += ["--scenario", scenario]
    if limit:
        command += ["--max-states", str(limit)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1, 3):
        return None, f"exit status {done.returncode}: {done.stderr.strip()} {done.stdout.strip()}"[:2000]
    return json.loads(done.stdout)["runs"], ""


def difference(theirs, ours):
    """Lines that say what is not the same."""
    out = []
    if theirs.get("inconsistency"):
        out.append(f"inconsistency: {theirs['inconsistency']}")
    for what in ("states", "transitions", "depth", "crash_images"):
        if theirs[what] != ours[what]:
            out.append(f"{what}: untorn {theirs[what]}, oracle {ours[what]}")
    named = set()
    for p in theirs["properties"]:
        name = p["name"]
        named.add(name)
        if p["kind"] in LIVENESS:
            out += progress_difference(p, ours["properties"][name])
            continue
        mine = ours["properties"].get(name, {"verdict": "holds", "faults": None, "steps": None})
        if p["verdict"] != mine["verdict"]:
            out.append(f"{name}: untorn {describe(p)}, oracle {describe(mine)}")
        elif p["faults"] is not None and mine["faults"] is not None:
            if (p["faults"], p["steps"]) != (mine["faults"], mine["steps"]):
                out.append(f"{name}: untorn {describe(p)}, oracle {describe(mine)}")
    for name, mine in ours["properties"].items():
        if name not in named and mine["verdict"] == "violated":
            out.append(f"{name}: untorn does not ask, oracle {describe(mine)}")
    return out


def progress_difference(p, mine):
    """Rule 17 fixes the faults and steps of the stem, and whether the cycle needs faults, but not how long the cycle is."""
    if p["verdict"] == "undecided" and p["limit"] == NOT_YET:
        return []
    if p["verdict"] != mine["verdict"]:
        return [f"{p['name']}: untorn {describe(p)}, oracle {mine['verdict']}"]
    if p["verdict"] == "holds":
        vacuous = p["how"] == VACUOUS
        return [] if vacuous == mine["vacuous"] else [f"{p['name']}: holds vacuously: untorn {vacuous}, oracle {not vacuous}"]
    steps = [e for e in p["trace"][1:] if e["kind"] == "step"]
    stem, cycle = steps[:p["loop_start"]], steps[p["loop_start"]:]
    theirs = (faults_in(stem), len(stem)), faults_in(cycle) == 0
    if theirs == (mine["stem"], mine["faultless_cycle"]) and (p["faults"], p["steps"]) == (faults_in(steps), len(steps)):
        return []
    return [f"{p['name']}: untorn {describe(p)}, {lasso(*theirs)}, oracle {lasso(mine['stem'], mine['faultless_cycle'])}"]


def faults_in(steps):
    return sum(len(e["fault"].split(", ")) for e in steps if e["fault"])


def lasso(stem, faultless):
    return f"a stem with {stem[0]} faults in {stem[1]} steps and a cycle with{'out' if faultless else ''} faults"


def describe(p):
    return p["verdict"] + (f" with {p['faults']} faults in {p['steps']} steps" if p["faults"] is not None else "")


def compare(binary, path, scenario=None, settings=None, limit=None):
    """(number of runs compared, states compared, lines about differences)"""
    if is_module(path):
        return 0, 0, []
    runs, error = tool(binary, path, scenario, settings, limit)
    if runs is None:
        return 0, 0, [f"{path}: {error}"]
    out, compared, states = [], 0, 0
    for run, (s, v) in zip(runs, configurations(path, scenario, settings)):
        title = f"{path} {s or ''} {v or ''}".rstrip()
        if run["scenario"] != s or run["variant"] != v:
            out.append(f"{title}: untorn answers {run['scenario']} {run['variant']} here")
            continue
        if not run["exhaustive"]:
            continue
        out += [f"{title}: {d}" for d in difference(run, answer_run(path, s, v, settings))]
        compared, states = compared + 1, states + run["states"]
    return compared, states, out


def main():
    arguments = argparse.ArgumentParser(description="Compare untorn with the oracle.")
    arguments.add_argument("files", nargs="+")
    arguments.add_argument("--untorn", default=os.environ.get("UNTORN", "untorn"))
    arguments.add_argument("--scenario")
    arguments.add_argument("-D", action="append", default=[], dest="settings")
    arguments.add_argument("--max-states", type=int, help="runs with more states are left out")
    given = arguments.parse_args()
    settings = dict(s.split("=", 1) for s in given.settings)
    runs, states, differences = 0, 0, 0
    for path in given.files:
        n, size, out = compare(given.untorn, path, given.scenario, settings, given.max_states)
        runs, states, differences = runs + n, states + size, differences + len(out)
        print("\n".join(out), end="\n" if out else "")
    print(f"{runs} runs with {states} states compared, {differences} differences")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
