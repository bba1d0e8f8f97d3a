"""The programs of this repository that are measured: built in build/release, unless the user names others."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BUILD = ROOT / "build" / "release"


class MissingProgram(Exception):
    pass


def own_program(given, target):
    """`given`: the path of a program, or None: then `target` is built. Returns the absolute path."""
    if not given:
        # tools/untorn configures, and installs what the build needs.
        subprocess.run([str(ROOT / "tools" / "untorn"), "--version"], check=True, stdout=subprocess.DEVNULL)
        subprocess.run(["ninja", "-C", str(BUILD), target], check=True, stdout=subprocess.DEVNULL)
    program = Path(given or BUILD / target).resolve()
    if not program.is_file():
        raise MissingProgram(f"{program} does not exist")
    return str(program)
