"""What is asked for, as jobs: folders of scenarios, or one base scenario with a grid or a table of overrides.

scenarios/jobs.csv   beside the folders: scenario, and any of command, seed, time_limit_s, gap, label.X, paths
table of overrides   the same columns with `name` instead of scenario; a blank cell leaves the base as it is
grid.yaml            command, seed, time_limit_s, gap, labels, and grid: every combination of paths and values
"""

from __future__ import annotations

import itertools
import os
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import field_validator

from models.faults import Fault, FaultLog, InputFaults
from models.plan_inputs import INPUTS_FOLDER
from models.planfiles import PLAN_FILE
from models.section_file import read_section
from models.settings_base import Section
from models.settings_base import field as setting
from optimizer.batch.commands import COMMANDS
from optimizer.batch.job_table import JobRow, read_job_table
from optimizer.batch.keys import digest, job_key
from optimizer.batch.overrides import OverrideError, check_path
from optimizer.batch.records import BATCH_FILE, BatchError, Job, Options, Override, Plain

JOBS_FILE = "jobs.csv"
MOST_JOBS = 200_000
_MOST_NAME_CHARS = 100


class Span(Section):
    """Values in equal steps."""

    first: float = setting(..., "first value", alias="from")
    last: float = setting(..., "last value", alias="to")
    step: float = setting(..., "step between them", gt=0)

    @property
    def count(self) -> int:
        """Number of values."""
        steps = (self.last - self.first) / self.step + 1e-9
        return int(min(max(steps + 1, 0.0), MOST_JOBS + 1.0))

    @property
    def values(self) -> list[float]:
        """All values, the last included when a step meets it; more than a batch can have are not made."""
        return [float(f"{self.first + number * self.step:.12g}") for number in range(self.count)]


class GridFile(Section):
    """A sweep over a base scenario."""

    command: str | None = setting(None, "what is run: plan, schedule, ...; null: as on the command line")
    seed: int | None = setting(None, "seed of every search; null: as the scenario says", ge=0, le=2**31 - 1)
    time_limit_s: float | None = setting(None, "seconds of every search", unit="s", gt=0)
    gap: float | None = setting(None, "gap at which a search may stop", unit="share", ge=0, lt=1)
    labels: dict[str, Any] = setting(dict, "what to group the results by later: name and value")
    grid: dict[str, Span | list[Any]] = setting(..., "dotted path to its values: a list, or {from, to, step}")

    @field_validator("command")
    @classmethod
    def _command_known(cls, command: str | None) -> str | None:
        if command is not None and command not in COMMANDS:
            raise ValueError(f"must be one of {', '.join(COMMANDS)}")
        return command


@dataclass(frozen=True)
class Asked:
    """What the command line asks for.

    Parameters
    ----------
    sources : tuple of Path
        Scenario folders, or folders that hold some; with `grid` or `table` the one base scenario.
    grid, table : Path or None
    command : str
        Where neither grid nor table says another.
    options : Options
    """

    sources: tuple[Path, ...]
    grid: Path | None = None
    table: Path | None = None
    command: str = "plan"
    options: Options = field(default_factory=Options)


class Contents:
    """Contents of files by digest: read once to know the digest, and again when they are sent."""

    def __init__(self) -> None:
        self._paths: dict[str, Path] = {}
        self._compressed: dict[str, bytes] = {}
        self._most = 64

    def add(self, path: Path) -> str:
        """Remember a file; return the digest of its content."""
        mark = digest(path.read_bytes())
        self._paths[mark] = path
        return mark

    def compressed(self, mark: str) -> bytes:
        """Content of a digest, compressed.

        Raises
        ------
        BatchError
            The file was changed since.
        """
        if mark not in self._compressed:
            content = self._paths[mark].read_bytes()
            if digest(content) != mark:
                raise BatchError(f"{self._paths[mark]} was changed while the batch ran; start it again")
            while len(self._compressed) >= self._most:
                self._compressed.pop(next(iter(self._compressed)))
            self._compressed[mark] = zlib.compress(content, 1)
        return self._compressed[mark]


def read_request(asked: Asked) -> tuple[list[Job], Contents]:
    """Make the jobs of a request.

    Raises
    ------
    InputFaults
        Every path that is no setting or column, every unknown command or scenario, and folders without a scenario.
    """
    log, contents = FaultLog(), Contents()
    if asked.grid is not None or asked.table is not None:
        jobs = list(_of_base(asked, contents, log))
    else:
        jobs = list(_of_folders(asked, contents, log))
    log.raise_if_any()
    if not jobs:
        raise InputFaults([Fault(str(asked.sources[0]), None, None, "", "gives no scenario to run")])
    _check_names(jobs, asked, log)
    log.raise_if_any()
    return [replace(job, key=job_key(job)) for job in jobs], contents


def _of_folders(asked: Asked, contents: Contents, log: FaultLog) -> Iterator[Job]:
    for root in asked.sources:
        rows = (
            read_job_table(root / JOBS_FILE, "scenario", tuple(COMMANDS), log) if (root / JOBS_FILE).is_file() else []
        )
        known = {row.name: row for row in rows}
        if len(known) < len(rows):
            log.add(JOBS_FILE, None, "scenario", "", "names a scenario twice; keep one row of each")
        settings_files = {command.settings_file for command in COMMANDS.values()}
        folders = _with_file(root, settings_files)
        names = {_relative(path, root, asked): path for path in folders}
        for row in rows:
            if row.name not in names:
                log.add(JOBS_FILE, row.line, "scenario", row.name, "is no folder with a scenario here")
        found = 0
        for name, path in names.items():
            job = _job(name, known.get(name), asked)
            if (path / COMMANDS[job.command].settings_file).is_file():
                found += 1
                yield replace(job, base=_base(path, job.command, contents))
            elif name in known:
                log.add(JOBS_FILE, known[name].line, "command", job.command, f"needs a {_settings_file(job)} in {name}")
        if not found and not log.faults:
            if (root / BATCH_FILE).is_file():
                log.add(str(root), None, None, "", "holds results of a batch; give the folder with the scenarios")
                continue
            message = f"holds no scenario for {asked.command}: no {COMMANDS[asked.command].settings_file} in it"
            log.add(str(root), None, None, "", message)


def _with_file(root: Path, names: Collection[str]) -> list[Path]:
    """Return the folders that hold a file of these names, but for hidden ones, results of batches, copies in plans."""
    found = []
    for place, folders, files in os.walk(root):
        if any(name in files for name in names):
            found.append(Path(place))
        is_plan = PLAN_FILE in files
        folders[:] = [name for name in folders if not name.startswith(".") and not (is_plan and name == INPUTS_FOLDER)]
        if BATCH_FILE in files:
            folders.clear()
    return sorted(found)


def _relative(path: Path, root: Path, asked: Asked) -> str:
    name = path.relative_to(root).as_posix()
    if name == ".":
        return root.resolve().name
    return name if len(asked.sources) == 1 else f"{root.resolve().name}/{name}"


def _of_base(asked: Asked, contents: Contents, log: FaultLog) -> Iterator[Job]:
    if len(asked.sources) != 1:
        log.add("", None, None, "", "a grid or table of overrides needs exactly one base scenario")
        return
    root = asked.sources[0]
    points: list[tuple[str, JobRow | None]] = [("", None)]
    if asked.table is not None:
        points = [(row.name, row) for row in read_job_table(asked.table, "name", tuple(COMMANDS), log)]
    bases: dict[str, Mapping[str, str]] = {}
    grid, combinations = _grid(asked, log)
    if len(points) * len(combinations) > MOST_JOBS:
        log.add(str(asked.grid), None, "grid", "", f"asks for more than {MOST_JOBS:,} scenarios; take fewer values")
        return
    for (name, row), overrides in itertools.product(points, combinations):
        job = _job(name, row, asked, grid)
        if job.command not in bases:
            if not (root / _settings_file(job)).is_file():
                log.add(str(root), None, None, "", f"holds no {_settings_file(job)}, which {job.command} needs")
                return
            bases[job.command] = _base(root, job.command, contents)
        whole = "_".join(part for part in (name, _name(overrides)) if part)
        yield replace(job, name=whole, base=bases[job.command], overrides=(*job.overrides, *overrides))


def _grid(asked: Asked, log: FaultLog) -> tuple[GridFile | None, list[tuple[Override, ...]]]:
    """The grid, and all combinations of its values; a single empty one without a grid."""
    if asked.grid is None:
        return None, [()]
    grid, source = read_section(asked.grid, GridFile, log)
    if grid is None or source is None:
        return None, []
    axes: list[list[Override]] = []
    for path, given in grid.grid.items():
        values: Sequence[Any] = given.values if isinstance(given, Span) else given
        row = source.line(("grid", path))
        if not values:
            log.add(asked.grid.name, row, f"grid.{path}", "", "has no values; give a list, or remove it")
        axes.append([Override(path, value) for value in values])
    if len(log):
        return grid, []
    total = 1
    for axis in axes:
        total *= len(axis)
    if total > MOST_JOBS:
        log.add(
            asked.grid.name, None, "grid", f"{total:,}", f"scenarios are more than {MOST_JOBS:,}; take fewer values"
        )
        return grid, []
    return grid, list(itertools.product(*axes))


def _job(name: str, row: JobRow | None, asked: Asked, grid: GridFile | None = None) -> Job:
    """Put together what row, grid and command line say; the nearer to the scenario, the stronger."""
    options, command, labels = asked.options, asked.command, dict[str, Plain]()
    overrides: tuple[Override, ...] = ()
    if grid is not None:
        given = {key: getattr(grid, key) for key in ("seed", "time_limit_s", "gap") if getattr(grid, key) is not None}
        options, command, labels = replace(options, **given), grid.command or command, dict(grid.labels)
    if row is not None:
        options, command = replace(options, **row.options), row.command or command
        labels, overrides = {**labels, **row.labels}, row.overrides
    return Job(name, command, {}, overrides, options, labels)


def check_paths(jobs: Sequence[Job], asked: Asked) -> None:
    """Hold the dotted paths of all overrides against the schemas.

    Raises
    ------
    InputFaults
        With every path that leads nowhere.
    """
    log = FaultLog()
    file = (asked.grid or asked.table or Path(JOBS_FILE)).name
    for command, path in sorted({(job.command, one.path) for job in jobs for one in job.overrides}):
        try:
            check_path(path, command)
        except OverrideError as problem:
            log.add(file, None, path, "", str(problem))
    log.raise_if_any()


def _settings_file(job: Job) -> str:
    return COMMANDS[job.command].settings_file


def _base(folder: Path, command: str, contents: Contents) -> dict[str, str]:
    """Files of a scenario that its command reads, by digest."""
    return {name: contents.add(folder / name) for name in COMMANDS[command].files if (folder / name).is_file()}


def _name(overrides: Sequence[Override]) -> str:
    """Name a combination: the last part of each path and its value, or the whole path where that is not clear."""
    lasts = [one.path.rpartition(".")[2] for one in overrides]
    parts = [
        f"{last if lasts.count(last) == 1 else one.path}={_short(one.value)}"
        for last, one in zip(lasts, overrides, strict=True)
    ]
    return "_".join(parts)


def _short(value: Any) -> str:
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def _check_names(jobs: list[Job], asked: Asked, log: FaultLog) -> None:
    seen: set[str] = set()
    for job in jobs:
        if job.name in seen:
            place = asked.table or asked.grid or asked.sources[0]
            log.add(place.name, None, None, job.name, "names two scenarios; every scenario needs its own name")
        seen.add(job.name)
