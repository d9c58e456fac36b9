"""Compile the engine in a process of its own while something else goes on."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

# a process that cannot keep what it compiles has nothing to do
_WORK = """
from models.simulation import warm_up
from models.simulation.kernel import replicate
if replicate.stats.cache_path is not None:
    warm_up()
"""
_KEPT = "__pycache__/kernel.*.nbi"
"""Where numba keeps the engine, as a rule; somewhere else the process is begun and finds it in two seconds."""


class CompiledAside:
    """A process that compiles the engine and keeps its machine code; none where it is kept already.

    Begin it before long work that leaves time for it, such as a search for a schedule, and ask `ready` afterwards.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        if _is_kept(Path(__file__).parent):
            return
        silent = subprocess.DEVNULL
        # -P: a folder called models where the user stands is not ours
        # a search is at work meanwhile, and comes first
        nice = shutil.which("nice")
        gently = [] if nice is None else [nice, "-n", "5"]
        command = [*gently, sys.executable, "-P", "-c", _WORK]
        self._process = subprocess.Popen(command, stdin=silent, stdout=silent, stderr=silent)  # noqa: S603 - our own text

    def ready(self, wait_s: float | None = 0.0) -> bool:
        """Say whether waiting is over: the machine code is there, or this process has to compile it itself.

        Parameters
        ----------
        wait_s : float or None
            Most seconds to wait; None: until it is there.
        """
        if self._process is None:
            return True
        try:
            self._process.wait(wait_s)
        except subprocess.TimeoutExpired:
            return False
        return True

    def close(self) -> None:
        """End the process if it still runs; what is half compiled is lost."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()


def is_compiled() -> bool:
    """Say whether the engine's machine code is kept: then the simulation begins at once."""
    return _is_kept(Path(__file__).parent)


def _is_kept(package: Path) -> bool:
    """Say whether machine code newer than every source is kept; in doubt the process finds out."""
    newest = max(file.stat().st_mtime for file in package.glob("*.py"))
    return any(file.stat().st_mtime > newest for file in package.glob(_KEPT))
