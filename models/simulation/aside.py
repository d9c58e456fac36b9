"""Compile the engine in a process of its own while something else goes on."""

from __future__ import annotations

import subprocess
import sys

_WORK = "from models.simulation import warm_up; warm_up()"


class CompiledAside:
    """A process that compiles the engine and keeps its machine code; about two seconds where it is kept already.

    Begin it before long work that leaves time for it, such as a search for a schedule, and ask `ready` afterwards.
    """

    def __init__(self) -> None:
        silent = subprocess.DEVNULL
        command = [sys.executable, "-c", _WORK]
        self._process = subprocess.Popen(command, stdin=silent, stdout=silent, stderr=silent)  # noqa: S603 - our own text

    def ready(self, wait_s: float = 0.0) -> bool:
        """Say whether the machine code is there; wait at most so many seconds for it."""
        try:
            return self._process.wait(wait_s) == 0
        except subprocess.TimeoutExpired:
            return False
