"""One tab of a browser: its working copy, its runs, its baseline, and its live mix. Tabs share nothing."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import shutil
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from models.faults import Fault
from models.mix.tables import TABLES
from optimizer.web.checking import faults_of
from optimizer.web.figures import Figures, read_figures
from optimizer.web.levers import Lever, levers, move
from optimizer.web.runs import Run, State, begin
from optimizer.web.workspace import Change, Workspace, changes, clear, scenario_files, zipped

MOST_SESSIONS = 24
MOST_RUNS = 30
"""Of a tab; the oldest that is neither baseline nor shown goes."""
COMMANDS = {
    "plan": "scenario.yaml", "mix": "mix.yaml", "invest": "invest.yaml", "roster": "roster.yaml",
}  # fmt: skip
"""What can be run, and the settings file that it takes."""
MIX_FILES = (COMMANDS["mix"], *(str(table.name) for table in TABLES))
"""What the live mix reads; no other file has to be read again for it."""


class LiveMixProcess:
    """The process that answers sliders of a mix; only answers to the newest question count."""

    def __init__(self) -> None:
        self.listener: Callable[[dict[str, Any]], None] = lambda answer: None
        self.files: dict[str, bytes] = {}
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._number = 0
        self._lock = asyncio.Lock()

    async def ask(self, folder: Path, files: dict[str, bytes], levels: dict[str, float | None]) -> None:
        """Ask at some levels; answers go to the listener, an empty one where the process ended."""
        self._number += 1
        line = json.dumps({"number": self._number, "levels": levels}) + "\n"
        async with self._lock:
            if self._process is None or self._process.returncode is not None or self.files != files:
                await self._start(folder, files)
            if self._process is not None and self._process.stdin is not None:
                with contextlib.suppress(ConnectionError):
                    self._process.stdin.write(line.encode())
                    await self._process.stdin.drain()

    async def _start(self, folder: Path, files: dict[str, bytes]) -> None:
        self.close()
        self.files = files
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "optimizer.web.live", str(folder), stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        self._reader = asyncio.create_task(self._read(self._process))

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        while process.stdout is not None and (line := await process.stdout.readline()):
            answer = json.loads(line)
            if answer.get("question") == self._number and process is self._process:
                self.listener(answer)
        if process is self._process:
            self.listener({})

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # with the one that learns


class Session:
    """What one tab works on.

    Attributes
    ----------
    shown, baseline : runs that are looked at and compared with; None: none
    faults : of the working copy as it is now
    """

    def __init__(self, workspace: Workspace, place: Path, slots: asyncio.Semaphore, name: str) -> None:
        self.id, self.place, self.workspace, self.name = secrets.token_urlsafe(12), place, workspace, name
        self.runs: list[Run] = []
        self.shown: Run | None = None
        self.baseline: Run | None = None
        self.faults: tuple[Fault, ...] = ()
        self.used = time.monotonic()
        self.live = LiveMixProcess()
        self._slots = slots
        self._checking, self._moving, self._asked = asyncio.Lock(), asyncio.Lock(), 0
        self._checked: dict[str, bytes] | None = None
        self._changes: tuple[dict[str, bytes], dict[str, bytes], list[Change]] | None = None
        self._count = 0
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def commands(self) -> list[str]:
        """What the folder allows."""
        there = self.workspace.kinds()
        found = [name for name, file in COMMANDS.items() if file in there]
        if "mix.yaml" in there and "invest.yaml" in there:
            found.insert(found.index("invest") + 1, "invest --joint")
        return found

    @property
    def active(self) -> Run | None:
        """The run that is going on."""
        return next((run for run in self.runs if not run.is_over), None)

    def levers(self) -> list[Lever]:
        """What can be moved."""
        return levers(self.workspace)

    def levels(self) -> dict[str, float | None]:
        """Where the levers stand that the live mix answers."""
        return {lever.live: lever.value for lever in self.levers() if lever.live}

    async def move(self, lever: Lever, value: float | None) -> None:
        """Move a lever in the working copy, beside the event loop: tables may be long."""
        async with self._moving:
            await asyncio.to_thread(move, self.workspace, lever, value)
            await asyncio.to_thread(self.changed)

    async def check(self) -> tuple[Fault, ...]:
        """Read the working copy and list its faults; of many questions in a row only the newest is answered."""
        self._asked += 1
        number = self._asked
        async with self._checking:
            files = self.workspace.files
            if number == self._asked and files != self._checked:
                self.faults = await asyncio.to_thread(faults_of, self.workspace.folder)
                self._checked = files
        return self.faults

    async def ask(self, levels: dict[str, float | None]) -> None:
        """Ask the live mix; its inputs are the working copy without what the levels say."""
        async with self._moving:
            folder, files = await asyncio.to_thread(self._live_inputs)
        await self.live.ask(folder, files, levels)

    def _live_inputs(self) -> tuple[Path, dict[str, bytes]]:
        """A copy of the inputs whose levels stay as they were opened, so that moving them begins no new process."""
        folder = self.place / "live"
        work = Workspace(self.workspace.files, self.place / "levels", None)
        for lever in levers(work):
            if lever.live:
                opened = next((one for one in self._opened_levers() if one.live == lever.live), None)
                if opened is not None and opened.value != lever.value:
                    move(work, lever, opened.value)
        files = {name: self._as_opened(name, content) for name, content in work.files.items() if name in MIX_FILES}
        if not folder.is_dir() or self.live.files != files:
            clear(folder)
            folder.mkdir(parents=True)
            for name, content in files.items():
                (folder / name).write_bytes(content)
        clear(work.folder)
        return folder, files

    def _as_opened(self, name: str, content: bytes) -> bytes:
        """Give a file that says what it said when it was opened its text of then: a rule that is blank is no rule."""
        opened = self.workspace.opened.get(name)
        return content if opened is None or changes({name: opened}, {name: content}) else opened

    def _opened_levers(self) -> list[Lever]:
        place = self.place / "opened"
        if not place.is_dir():
            self._opened = [lever for lever in levers(Workspace(self.workspace.opened, place, None)) if lever.live]
        return self._opened

    def start(self, command: str, language: str = "en") -> Run:
        """Begin a run on the inputs as they are now.

        Raises
        ------
        ValueError
            When one is going on, or the folder does not allow the command.
        """
        if self.active is not None:
            raise ValueError("a run is going on")
        if command not in self.commands:
            raise ValueError(f"{command} is none of {', '.join(self.commands)}")
        self._count += 1
        run = begin(self._count, command, self.workspace, self.place, language)
        self.runs.append(run)
        name, *options = command.split()
        arguments = [language, name, str(run.input), "--out", str(run.output), *options]
        task = asyncio.create_task(self._go(run, arguments))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return run

    async def _go(self, run: Run, arguments: list[str]) -> None:
        await run.go(self._slots, arguments)
        if run.has_plan and run.state in (State.DONE, State.CANCELLED, State.NO_PLAN):
            self.shown = run
            if self.baseline is None and run.state is State.DONE:
                self.baseline = run
        self._forget()

    def _forget(self) -> None:
        old = [run for run in self.runs if run.is_over and run not in (self.shown, self.baseline)]
        for run in old[: max(len(self.runs) - MOST_RUNS, 0)]:
            self.runs.remove(run)
            clear(run.folder)

    async def write_report(self, run: Run, lang: str) -> str:
        """Write a run's report in another language; returns what went wrong, if anything."""
        code = [sys.executable, "-c", "from optimizer.cli import main; main()", "report", str(run.output),
                "--lang", lang, "--out", str(run.report(lang))]  # fmt: skip
        async with self._slots:
            process = await asyncio.create_subprocess_exec(
                *code, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
            )  # fmt: skip
            said, _ = await process.communicate()
        return "" if process.returncode == 0 else said.decode("utf-8", "replace")[-1000:]

    def figures(self, run: Run | None) -> Figures | None:
        """Figures of a run; None without a plan."""
        return None if run is None or not run.has_plan else read_figures(run.output)

    def changed(self) -> list[Change]:
        """What is not as it was opened; worked out once for the same files."""
        before, after = dict(self.workspace.opened), self.workspace.files
        if self._changes is None or self._changes[:2] != (before, after):
            self._changes = before, after, changes(before, after)
        return self._changes[2]

    def is_as_saved(self) -> bool:
        """Whether the working copy is what stands in the user's folder now."""
        source = self.workspace.source
        return source is not None and scenario_files(source) == self.workspace.files

    def export_scenario(self) -> bytes:
        """The working copy as a zip."""
        return zipped({self.name: self.workspace.folder})

    def export_plan(self, run: Run) -> bytes:
        """A run's plan with the inputs that it was made from, as a zip."""
        return zipped({f"{self.name}-plan": run.output, f"{self.name}-plan/inputs": run.input})

    def close(self) -> None:
        """End what is going on and remove what was kept."""
        self.live.close()
        for run in self.runs:
            run.kill()
        clear(self.place)


class Sessions:
    """The tabs that are open.

    Parameters
    ----------
    roots : name to folder of the scenarios that may be opened
    place : folder for working copies and runs
    """

    def __init__(self, roots: dict[str, Path], place: Path) -> None:
        self.roots, self.place = roots, place
        self._open: dict[str, Session] = {}
        self._slots: asyncio.Semaphore | None = None
        self._count = 0
        self._ready: Session | None = None

    async def prepare(self) -> None:
        """Begin with the first scenario before anybody asks for it: its live mix begins to learn."""
        name = next(iter(self.roots))
        session = self.open(name)
        if "mix" in session.commands and not await session.check():
            await session.ask(session.levels())
        self._ready = session

    @property
    def slots(self) -> asyncio.Semaphore:
        """How many runs go on at a time."""
        if self._slots is None:
            self._slots = asyncio.Semaphore(max(os.cpu_count() or 1, 1))
        return self._slots

    def find(self, number: str) -> Session | None:
        """A tab by its id."""
        session = self._open.get(number)
        if session is not None:
            session.used = time.monotonic()
        return session

    def open(self, name: str) -> Session:
        """Begin with a scenario.

        Raises
        ------
        KeyError
            When none has that name.
        """
        ready = self._ready
        if ready is not None and ready.name == name:
            self._ready = None
            if ready.id in self._open and ready.is_as_saved():
                return ready
        place = self._place()
        return self._keep(Workspace.of_folder(self.roots[name], place / "work"), place, name)

    def upload(self, content: bytes, name: str) -> Session:
        """Begin with an exported scenario."""
        place = self._place()
        try:
            workspace = Workspace.of_zip(content, place / "work")
        except Exception:
            clear(place)
            raise
        return self._keep(workspace, place, name)

    def fork(self, other: Session) -> Session:
        """Begin with what another tab has now; its finished runs come along."""
        place = self._place()
        workspace = Workspace(other.workspace.opened, place / "work", other.workspace.source)
        workspace.restore(other.workspace.files)
        workspace._factors.update(other.workspace._factors)
        session = self._keep(workspace, place, other.name)
        for run in other.runs:
            if run.is_over:
                shutil.copytree(run.folder, place / run.folder.name)
                mine = replace(run, folder=place / run.folder.name)
                session.runs.append(mine)
                session.shown = mine if run is other.shown else session.shown
                session.baseline = mine if run is other.baseline else session.baseline
        session._count = other._count
        session.faults = other.faults
        return session

    def close(self) -> None:
        """End all."""
        for session in self._open.values():
            session.close()
        self._open.clear()
        clear(self.place)

    def _place(self) -> Path:
        self._count += 1
        return self.place / f"tab-{self._count}"

    def _keep(self, workspace: Workspace, place: Path, name: str) -> Session:
        session = Session(workspace, place, self.slots, name)
        self._open[session.id] = session
        idle = sorted((one for one in self._open.values() if one.active is None), key=lambda one: one.used)
        for old in idle[: max(len(self._open) - MOST_SESSIONS, 0)]:
            if old is not session:
                self._open.pop(old.id).close()
        return session


Refresh = Callable[[], None]
