"""A command of servopt in a process of its own, for the page: `python -m optimizer.cli.job PROGRESS LANG COMMAND...`.

It writes how far its search is, a line of JSON for each moment; after a plan, the report and its pictures.
"""

from __future__ import annotations

import json
import signal
import sys
import time
from pathlib import Path
from types import FrameType

from optimizer.cli import COMMANDS
from optimizer.cli import main as servopt
from optimizer.cli.exits import INFEASIBLE
from optimizer.progress import Progress, ask_to_stop, is_stop_asked, listening, tell

LEAST_SECONDS = 0.05
"""Between two lines with the same words and no figure."""
WHY = ": finding out why"
"""Ends the words of stages whose searches pay penalties, which are no money of a plan."""


class Writer:
    """Appends what is told to a file.

    Parameters
    ----------
    only : words of the stage whose figures count; all, when empty. Mixes and schedules that are solved inside a round
        have figures of their own
    """

    def __init__(self, path: Path, *, only: str = "") -> None:
        self._path, self._only = path, only
        self._started, self._last = time.perf_counter(), (-1.0, "")
        self.is_asking_why = False

    def __call__(self, progress: Progress) -> None:
        """Write a line."""
        seconds = time.perf_counter() - self._started
        is_same = progress.words == self._last[1] and seconds - self._last[0] < LEAST_SECONDS
        if progress.best is None and progress.bound is None and is_same:
            return
        self._last = seconds, progress.words
        self.is_asking_why |= progress.words.endswith(WHY)
        if self.is_asking_why or (self._only and progress.words != self._only):
            progress = Progress(progress.words)
        line = {"seconds": seconds, "words": progress.words, "best": progress.best, "bound": progress.bound}
        with self._path.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(line) + "\n")


def main(arguments: list[str]) -> int:
    """Run a command, then make its report; the exit code is the command's."""
    progress, lang, *command = arguments
    is_loop = command[0] == "plan" and (Path(command[1]) / "mix.yaml").is_file()
    only = "joint rounds" if "--joint" in command else "rounds" if is_loop else ""
    writer = Writer(Path(progress), only=only)
    if command[0] == "mix":
        _stop_softly(writer)
    with listening(writer):
        code = _run(command)
        output = Path(command[command.index("--out") + 1])
        if code in (0, INFEASIBLE) and output.is_dir():
            tell("report")
            _report(output, Path(progress).parent, lang)
    return code


def _stop_softly(writer: Writer) -> None:
    """Let a cancel end the search with its best mix; where there is none to be had, it ends the process."""

    def press(number: int, frame: FrameType | None) -> None:
        if writer.is_asking_why and not is_stop_asked():
            ask_to_stop()
            raise KeyboardInterrupt
        ask_to_stop()

    signal.signal(signal.SIGUSR1, press)
    signal.signal(signal.SIGINT, press)


def _run(command: list[str]) -> int:
    code: object = 0
    try:
        servopt.main(command, prog_name="servopt")
    except SystemExit as end:
        code = end.code
    return code if isinstance(code, int) else int(bool(code))


def _report(output: Path, place: Path, lang: str) -> None:
    """Write report and pictures; a plan without them is a plan, and the log says what happened."""
    from optimizer.web.pictures import write_pictures

    try:
        write_pictures(output, place)
    except Exception as problem:  # noqa: BLE001 - whatever it is, the plan itself is written
        sys.stderr.write(f"no pictures: {problem}\n")
    if "report" in COMMANDS:
        _run(["report", str(output), "--lang", lang])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
