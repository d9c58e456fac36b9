"""A command of servopt in a process of its own, which writes how far its search is: `python -m optimizer.web.job`."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from optimizer.progress import Progress, listening

LEAST_SECONDS = 0.05
"""Between two lines with the same words."""


class Writer:
    """Appends what is told to a file, a line of JSON for each."""

    def __init__(self, path: Path) -> None:
        self._path, self._started, self._last = path, time.perf_counter(), (-1.0, "")

    def __call__(self, progress: Progress) -> None:
        """Write a line."""
        seconds = time.perf_counter() - self._started
        if progress.best is None and progress.bound is None and self._last[1] == progress.words and (
            seconds - self._last[0] < LEAST_SECONDS
        ):  # fmt: skip
            return
        self._last = seconds, progress.words
        line = {"seconds": seconds, "words": progress.words, "best": progress.best, "bound": progress.bound}
        with self._path.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(line) + "\n")


def main(arguments: list[str]) -> None:
    """Run a command of the command line; the first argument is the file for its progress."""
    from optimizer.cli import main as servopt

    with listening(Writer(Path(arguments[0]))):
        servopt.main(arguments[1:], prog_name="servopt")


if __name__ == "__main__":
    main(sys.argv[1:])
