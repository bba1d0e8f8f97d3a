"""Makes a specification that differs smaller: lines, blocks and brackets are taken away as long as the difference stays.

    shrink.py --untorn BINARY FILE          prints what is left"""

import argparse
import os
import sys
import tempfile

from compare import compare
from meaning import Bad
from syntax import BadSyntax


def differs(binary, lines, folder):
    """Is it accepted by the tool, and answered differently? -> what is said, or nothing"""
    path = os.path.join(folder, "candidate.untorn")
    with open(path, "w", encoding="ascii") as f:
        f.write("\n".join(lines) + "\n")
    try:
        runs, _, out = compare(binary, path, limit=5000)
    except (Bad, BadSyntax, KeyError, AttributeError, IndexError, TypeError, ValueError, RecursionError):
        return []
    return out if runs else []


def end_of(lines, i):
    """Where the block that line i opens is closed; `} or {` and `} else {` go on."""
    depth = 0
    for j in range(i, len(lines)):
        depth += lines[j].count("{") - lines[j].count("}")
        if depth <= 0:
            return j
    return i


def candidates(lines):
    for i, line in enumerate(lines):
        j = end_of(lines, i) if line.count("{") > line.count("}") else i
        yield lines[:i] + lines[j + 1:]
        if j > i:
            yield lines[:i] + lines[i + 1:j] + lines[j + 1:]
        if j == i and line.count("{") == 0 and "= " in line and ";" in line:
            for v in ("0", "1", "true", "none"):
                yield lines[:i] + [line[:line.index("= ") + 2] + v + ";"] + lines[i + 1:]
        for opening in ("await ", "if (", "assert ", "invariant ", "while ("):
            if opening in line and "true" not in line:
                k = line.index(opening) + len(opening)
                rest = ";" if line.endswith(";") and "(" not in opening else ") {" if line.endswith("{") else None
                if rest:
                    yield lines[:i] + [line[:k] + "true" + rest] + lines[i + 1:]


def shrink(binary, lines, folder):
    found = differs(binary, lines, folder)
    if not found:
        return lines, []
    again = True
    while again:
        again = False
        for c in candidates(lines):
            if len("".join(c)) < len("".join(lines)):
                out = differs(binary, c, folder)
                if out:
                    lines, found, again = c, out, True
                    break
    return lines, found


def main():
    arguments = argparse.ArgumentParser(description="Make a specification that differs smaller.")
    arguments.add_argument("file")
    arguments.add_argument("--untorn", default=os.environ.get("UNTORN", "untorn"))
    given = arguments.parse_args()
    with open(given.file, encoding="ascii") as f:
        lines = [line for line in f.read().splitlines() if line.strip()]
    with tempfile.TemporaryDirectory() as folder:
        lines, found = shrink(given.untorn, lines, folder)
    print("\n".join(lines + ["// " + x for x in found]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
