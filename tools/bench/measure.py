"""Running a program and measuring it: time, CPU time, peak resident memory of that process alone (see measure.c)."""

import subprocess
import time
from dataclasses import dataclass


@dataclass
class Measured:
    seconds: float
    cpu_seconds: float
    peak_kib: int
    status: int
    output: str


class Meter:
    """`folder` holds the compiled launcher and what it writes."""

    def __init__(self, source, folder):
        self.launcher, self.result = folder / "measure", folder / "measured"
        subprocess.run(["gcc", "-O2", "-static", "-o", str(self.launcher), str(source)], check=True)

    def run(self, command, folder):
        """Runs it in `folder`; standard output and error are joined."""
        done = subprocess.run([str(self.launcher), str(self.result), *command], cwd=folder, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode != 0:
            raise RuntimeError(f"cannot measure {command[0]}")
        wall, cpu, peak, status = self.result.read_text().split()
        return Measured(float(wall), float(cpu), int(peak), int(status), done.stdout)


def build(commands, folder):
    """Runs the commands; returns the seconds that they took together."""
    begin = time.monotonic()
    for command in commands:
        done = subprocess.run(command, cwd=folder, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(command)}\n{done.stdout[-3000:]}")
    return time.monotonic() - begin
