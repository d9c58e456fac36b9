"""Runs of a scenario: each in a process of its own, on a copy of its inputs, into a folder of its own.

A run that is cancelled, killed or fails leaves the runs before it as they are: a plan is what a run has written whole.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from optimizer.web.workspace import Workspace, scenario_files

PATIENCE_S = 20.0
"""After a cancel, for a search that writes its best plan so far; then it is killed."""
MOST_LOG = 20_000
"""Characters that are kept of what a run prints."""
MOST_LAST, NO_PLAN_WORDS = 4000, "There is no "
"""Of the words that it ends with."""
REPORT_FILE, WORKBOOK_FILE = "report.html", "plan.xlsx"


class State(StrEnum):
    """What a run is doing."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    NO_PLAN = "no plan"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass
class Moment:
    """How far a run is.

    Attributes
    ----------
    best, bound : value of the best answer and what is proved, where known
    """

    seconds: float
    words: str
    best: float | None
    bound: float | None

    @property
    def gap(self) -> float | None:
        """Relative distance of both; None where one is not known."""
        if self.best is None or self.bound is None:
            return None
        return abs(self.best - self.bound) / max(abs(self.best), 1e-9)


@dataclass
class Run:
    """One run of a command.

    Attributes
    ----------
    command : as on the command line, such as ``mix`` or ``invest --joint``
    folder : holds input/, output/ and progress.jsonl
    """

    number: int
    command: str
    folder: Path
    lang: str = "en"
    state: State = State.WAITING
    started: float = field(default_factory=time.time)
    seconds: float = 0.0
    exit_code: int | None = None
    log: str = ""
    moments: list[Moment] = field(default_factory=list)
    _read: int = 0
    _process: asyncio.subprocess.Process | None = field(default=None, repr=False)
    _is_cancelled: bool = False
    _is_cut: bool = False

    @property
    def input(self) -> Path:
        """Copy of the scenario as it was."""
        return self.folder / "input"

    @property
    def output(self) -> Path:
        """What the command wrote."""
        return self.folder / "output"

    def report(self, lang: str) -> Path:
        """Folder of its report in a language; the one that was asked for lies among the plan's files."""
        return self.output if lang == self.lang else self.folder / f"report-{lang}"

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come."""
        return self.state not in (State.WAITING, State.RUNNING)

    @property
    def has_plan(self) -> bool:
        """Whether a plan was written whole."""
        return self.is_over and self.output.is_dir() and any(self.output.iterdir())

    @property
    def words(self) -> str:
        """What it printed, without folders of this server."""
        return self.log.replace(f"{self.folder}/", "").strip()

    @property
    def last_words(self) -> str:
        """The end of what it printed: from the reason on why there is no plan, and without folders of this server."""
        log = self.words
        place = log.find(NO_PLAN_WORDS)
        return log[place:] if place >= 0 else log[-MOST_LAST:]

    @property
    def inputs(self) -> dict[str, bytes]:
        """The files that it was run on."""
        return scenario_files(self.input)

    def read_progress(self) -> None:
        """Take in what the process has written since."""
        path = self.folder / "progress.jsonl"
        if not path.is_file():
            return
        text = path.read_text("utf-8")
        whole = text[: text.rfind("\n") + 1]
        for line in whole[self._read :].splitlines():
            one = json.loads(line)
            last = self.moments[-1] if self.moments else Moment(0.0, "", None, None)
            words = one["words"] or last.words
            kept = last if words == last.words else Moment(0.0, "", None, None)  # another stage has other figures
            best, bound = (kept.best if one["best"] is None else one["best"],
                           kept.bound if one["bound"] is None else one["bound"])  # fmt: skip
            self.moments.append(Moment(one["seconds"], words, best, bound))
        self._read = len(whole)

    @property
    def is_ending(self) -> bool:
        """Whether it was asked to end, and is not over."""
        return self._is_cancelled and not self.is_over

    def cancel(self) -> None:
        """Ask the process to end, as Ctrl-C does: a plan's search then writes its best so far; asked again, end it."""
        if self._is_cancelled:
            self.kill()
        self._is_cancelled = True

    def kill(self) -> None:
        """End the process and those that it started."""
        self._is_cancelled = True
        _signal(self._process, signal.SIGKILL)

    async def go(self, slots: asyncio.Semaphore, arguments: list[str]) -> None:
        """Run the command to its end.

        Parameters
        ----------
        slots : how many runs the machine takes at a time
        arguments : of the command line, the whole of it
        """
        async with slots:
            if self._is_cancelled:
                self.state = State.CANCELLED
                return
            self.state, begun = State.RUNNING, time.monotonic()
            code = [sys.executable, "-m", "optimizer.cli.job", str(self.folder / "progress.jsonl"), *arguments]
            environment = os.environ | {"COLUMNS": "110", "NO_COLOR": "1", "PYTHONUNBUFFERED": "1"}
            process = await asyncio.create_subprocess_exec(
                *code, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT, env=environment, cwd=self.folder, start_new_session=True,
            )  # fmt: skip
            self._process = process
            try:
                await asyncio.gather(self._listen(process), self._lose_patience(process))
            finally:
                _signal(process, signal.SIGKILL)  # what it started and left behind
                self.exit_code, self.seconds = process.returncode, time.monotonic() - begun
                self.read_progress()
                self.state = self._ended()

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        if process.stdout is None:
            return
        while chunk := await process.stdout.read(4096):
            self.log = (self.log + chunk.decode("utf-8", "replace"))[-MOST_LOG:]
        await process.wait()

    async def _lose_patience(self, process: asyncio.subprocess.Process) -> None:
        waited, told = 0.0, False
        while process.returncode is None:
            await asyncio.sleep(0.1)
            waited += 0.1 if self._is_cancelled else 0.0
            if self._is_cancelled and not told:  # also a cancel that came while it was being started
                told = True
                self.read_progress()
                self._is_cut = not (self.moments and self.moments[-1].words == "report")  # its plan was there
                if self.command == "mix":
                    # SCIP takes Ctrl-C for itself while it searches: this signal reaches the command, that one SCIP
                    with contextlib.suppress(ProcessLookupError):
                        process.send_signal(signal.SIGUSR1)
                _signal(process, signal.SIGINT)
            if waited > PATIENCE_S:
                _signal(process, signal.SIGKILL)

    def _ended(self) -> State:
        if self._is_cut:
            return State.CANCELLED
        if self.exit_code == 0:
            return State.DONE
        if self._is_cancelled:
            return State.CANCELLED
        return State.NO_PLAN if self.exit_code in (4, 5) else State.FAILED


def _signal(process: asyncio.subprocess.Process | None, number: int) -> None:
    """Send a signal to a process and all that it started; it has a session of its own."""
    if process is not None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)


def begin(number: int, command: str, workspace: Workspace, place: Path, lang: str) -> Run:
    """Make a run's folder, with the inputs as they are now."""
    run = Run(number, command, place / f"run-{number}", lang)
    run.folder.mkdir(parents=True)
    workspace.copy_to(run.input)
    return run
