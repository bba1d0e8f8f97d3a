"""Thousands of random specifications, answered by untorn and by the oracle; exits 1 on any difference.

    fuzz.py --untorn BINARY [--first SEED] [--count N] [--max-states N] [--keep FOLDER] [--rejected]

A specification that differs is kept in FOLDER. What the tool refuses (the generator does not know every static check) is
counted; more than a quarter refused is a failure, too: then little was compared."""

import argparse
import json
import os
import subprocess
import sys
import tempfile

from compare import difference
from generate import generate
from meaning import Bad
from oracle import answer_run, configurations

BATCH = 25
REDUCED = (("--stubborn",), ("--merge-steps",), ("--stubborn", "--merge-steps"))


class Tally:
    def __init__(self):
        self.specs = self.runs = self.states = self.refused = self.unfinished = self.reduced = 0
        self.differences = []


def ask(binary, paths, max_states, how=("--no-reduce",)):
    command = [binary, "check", "--engine", "explicit", *how, "--json", "-", "--quiet", "--max-states", str(max_states)] + paths
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        return json.loads(done.stdout), done.returncode
    except json.JSONDecodeError:
        return None, done.returncode


def judge(path, runs, tally, max_states):
    """Lines that say what differs."""
    out = []
    expected = configurations(path)
    if [(r["scenario"], r["variant"]) for r in runs] != expected:
        return [f"runs: untorn {[(r['scenario'], r['variant']) for r in runs]}, oracle {expected}"]
    for run, (scenario, variant) in zip(runs, expected):
        if run["limit"]:
            tally.unfinished += 1
            continue
        try:
            ours = answer_run(path, scenario, variant, limit=2 * max_states)
        except Bad as b:
            out.append(f"{scenario or ''} {variant or ''}: untorn answers, oracle says {b}")
            continue
        out += [f"{scenario or ''} {variant or ''}: {d}" for d in difference(run, ours)]
        tally.runs, tally.states = tally.runs + 1, tally.states + run["states"]
    return out


def reduced_differences(document, path, tally):
    """Where reductions change what the same search says, in lines."""
    if document is None:
        return ["reduced: the program ended without an answer"]
    runs = [r for r in document["runs"] if r["spec"] == path]
    tally.reduced += sum(1 for r in runs if r["reductions"])
    return [f"reduced: {r['scenario'] or ''} {r['variant'] or ''}: {r['inconsistency']}" for r in runs if r["inconsistency"]]


def batch(binary, seeds, folder, tally, given):
    texts = {os.path.join(folder, f"{seed}.untorn"): seed for seed in seeds}
    for path, seed in texts.items():
        with open(path, "w", encoding="ascii") as f:
            f.write(generate(seed))
    answers = {None: None}
    document, status = ask(binary, list(texts), given.max_states)
    if document is None:  # find the one that stops the program
        answers = {p: ask(binary, [p], given.max_states) for p in texts}
    # Reduced searches against the full one, which the oracle answers for.
    reduced = [ask(binary, list(texts), given.max_states, (*how, "--check-reductions"))[0] for how in REDUCED]
    for path, seed in texts.items():
        mine, code = answers.get(path, (document, status))
        tally.specs += 1
        if mine is None:
            found = [f"the program ended with status {code}"]
        else:
            errors = [e for e in mine["errors"] if e["file"] == path]
            if errors:
                tally.refused += 1
                if given.rejected:
                    print(f"{seed}: line {errors[0]['line']}: {errors[0]['message']}")
                continue
            found = judge(path, [r for r in mine["runs"] if r["spec"] == path], tally, given.max_states)
            for document_reduced in reduced:
                found += reduced_differences(document_reduced, path, tally)
        if found:
            tally.differences.append(seed)
            print("\n".join(f"seed {seed}: {d}" for d in found), flush=True)
            if given.keep:
                os.makedirs(given.keep, exist_ok=True)
                with open(path, encoding="ascii") as f, open(os.path.join(given.keep, f"{seed}.untorn"), "w", encoding="ascii") as k:
                    k.write(f.read())


def main():
    arguments = argparse.ArgumentParser(description="Compare untorn with the oracle on random specifications.")
    arguments.add_argument("--untorn", default=os.environ.get("UNTORN", "untorn"))
    arguments.add_argument("--first", type=int, default=1)
    arguments.add_argument("--count", type=int, default=200)
    arguments.add_argument("--max-states", type=int, default=3000)
    arguments.add_argument("--keep")
    arguments.add_argument("--rejected", action="store_true")
    given = arguments.parse_args()
    tally, seeds = Tally(), list(range(given.first, given.first + given.count))
    with tempfile.TemporaryDirectory() as folder:
        for i in range(0, len(seeds), BATCH):
            batch(given.untorn, seeds[i:i + BATCH], folder, tally, given)
    print(f"{tally.specs} specifications: {tally.refused} refused, {tally.runs} runs with {tally.states} states compared, "
          f"{tally.reduced} runs reduced, {tally.unfinished} too large, {len(tally.differences)} differ")
    return 1 if tally.differences or 4 * tally.refused > tally.specs else 0


if __name__ == "__main__":
    sys.exit(main())
