"""A batch from request to results: find what is missing, check all of it, run it, and keep every answer as it comes."""

from __future__ import annotations

import datetime as dt
import errno
import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any, Protocol

from models.faults import Fault, InputFaults
from optimizer.batch.calling import CHECK, RUN
from optimizer.batch.keys import versions
from optimizer.batch.lanes import Tasks
from optimizer.batch.manifest import Manifest, write_batch_record
from optimizer.batch.records import FAILED, MOST_REASONS, PLANNED, BatchError, Job, Outcome, Task
from optimizer.batch.request import Asked, Contents, check_paths, read_request
from optimizer.batch.results import KEY_CHARS, ResultFolder

MOST_FAULTS = 200
GAP_SLACK = 1e-9


class Workers(Protocol):
    """A place where tasks are worked on: `optimizer.batch.pool.LocalPool` or `optimizer.batch.cluster.DaskCluster`."""

    def describe(self) -> dict[str, Any]:
        """What the manifest says about it."""

    def run(self, work: str, tasks: Iterable[Task]) -> Iterator[Outcome]:
        """Do the work of every task, in any order."""


class Listener(Protocol):
    """Is told how the batch goes."""

    def begins(self, total: int, todo: int, failed_before: int) -> None:
        """So many scenarios are in the batch, so many of them are to be run; so many failed before and are left."""

    def checked(self, number: int, todo: int, unfit: int) -> None:
        """So many inputs were read, and so many of these have faults or could not be read."""

    def finished(self, job: Job, outcome: Outcome) -> None:
        """One scenario has its answer or its failure, and it is kept."""


@dataclass(frozen=True)
class Tally:
    """How a batch stands.

    Parameters
    ----------
    total, done, failed : int
        Scenarios of the batch, those with an answer, and those marked as failed.
    ran : int
        How many ran this time.
    statuses : Mapping of str to int
        Of those that ran this time.
    infeasible : tuple of str
        Names of those of them for which no plan can exist.
    cut : int
        How many of them the time limit ended before the gap asked for was reached.
    worst_gap : float or None
        Of them; a share.
    """

    total: int
    done: int
    failed: int
    ran: int
    statuses: Mapping[str, int]
    infeasible: tuple[str, ...] = ()
    cut: int = 0
    worst_gap: float | None = None

    @property
    def left(self) -> int:
        """Scenarios with neither answer nor failure."""
        return self.total - self.done - self.failed


def run_batch(
    asked: Asked,
    folder: ResultFolder,
    place: Callable[[], AbstractContextManager[Workers]],
    listener: Listener,
    *,
    threads: int = 1,
    retry_failed: bool = False,
    skip_faulty: bool = False,
    reuse: bool = True,
) -> Tally:
    """Run what is missing of a batch.

    Parameters
    ----------
    asked : Asked
    folder : ResultFolder
    place : function
        Opens the workers; called only when something is to be run.
    listener : Listener
    threads : int
        Of the solver in each task.
    retry_failed : bool
        Whether scenarios that failed are tried again.
    skip_faulty : bool
        Whether scenarios with faults in their input are marked as failed, and the others are run.
    reuse : bool
        Whether workers may keep what scenarios have in common.

    Raises
    ------
    InputFaults
        The request, any scenario that is to be run (but with `skip_faulty`), or the place of work has faults; nothing
        was solved. Or another batch holds the folder.
    BatchError
        It cannot go on; what was finished is kept.
    """
    jobs, contents = read_request(asked)
    with folder.locked():
        finished, failures = folder.finished(), folder.failures()
        marks = {job.key[:KEY_CHARS]: job for job in jobs}
        old = set() if retry_failed else failures.keys() - finished.keys()
        todo = [job for mark, job in marks.items() if mark not in finished and mark not in old]
        check_paths(todo, asked)
        listener.begins(len(jobs), len(todo), sum(mark in old for mark in marks))
        is_new = write_batch_record(folder.root, asked, jobs)
        ran: list[tuple[Job, Outcome]] = []
        if todo:
            with place() as workers, Manifest(folder, jobs, workers.describe()) as manifest:
                make = _tasks(contents, threads, reuse=reuse)
                unfit = _check_all(workers, todo, make, listener)
                if not skip_faulty:
                    _require_sound(unfit, todo)
                fit = [job for job in todo if job.key not in unfit]
                outcomes = itertools.chain(map(_unread, unfit.values()), workers.run(RUN, Tasks(fit, make)))
                for job, outcome in _kept(outcomes, todo, folder):
                    ran.append((job, replace(outcome, files={})))
                    manifest.note(job, outcome)
                    listener.finished(job, outcome)
        swept = folder.sweep(jobs)
        if todo or swept or is_new:
            _write_figures(folder)
        finished, failures = folder.finished(), folder.failures()
    done = sum(mark in finished for mark in marks)
    return _tally(len(jobs), done, sum(mark in failures for mark in marks), ran)


def _tally(total: int, done: int, failed: int, ran: list[tuple[Job, Outcome]]) -> Tally:
    gaps = {job.name: _number(outcome, "gap") for job, outcome in ran if outcome.status in PLANNED}
    asked = {job.name: _number(outcome, "gap_asked") for job, outcome in ran if outcome.status == "feasible"}
    return Tally(
        total,
        done,
        failed,
        len(ran),
        Counter(outcome.status for _, outcome in ran),
        tuple(sorted(job.name for job, outcome in ran if outcome.status == "infeasible")),
        sum(gap is not None and _more(gaps[name], gap) for name, gap in asked.items()),
        max((gap for gap in gaps.values() if gap is not None), default=None),
    )


def _number(outcome: Outcome, figure: str) -> float | None:
    value = outcome.figures.get(figure)
    return float(value) if isinstance(value, int | float) else None


def _more(gap: float | None, asked: float) -> bool:
    """Whether a search ended short of the gap asked for; where nothing was proved, it did."""
    return gap is None or gap > asked + GAP_SLACK


def _tasks(contents: Contents, threads: int, *, reuse: bool) -> Callable[[Job], Task]:
    def make(job: Job) -> Task:
        files = {name: contents.compressed(mark) for name, mark in job.base.items()}
        return Task(job, files, threads, reuse)

    return make


def _check_all(
    workers: Workers, todo: list[Job], make: Callable[[Job], Task], listener: Listener
) -> dict[str, Outcome]:
    """Read every scenario; return what came back, by key, for those that cannot be run."""
    unfit: dict[str, Outcome] = {}
    for number, outcome in enumerate(workers.run(CHECK, Tasks(todo, make)), start=1):
        if outcome.status == FAILED:
            unfit[outcome.key] = outcome
        listener.checked(number, len(todo), len(unfit))
    return unfit


def _require_sound(unfit: Mapping[str, Outcome], todo: list[Job]) -> None:
    """Raise the faults of the inputs; the same one in many of them is said once."""
    names = {job.key: job.name for job in todo}
    where: dict[str, list[str]] = {}
    for outcome in unfit.values():
        for text in outcome.faults:
            where.setdefault(text, []).append(names[outcome.key])
    if not where:
        return
    faults = []
    for text, scenarios in sorted(where.items(), key=lambda item: min(item[1])):
        first, more = min(scenarios), len(scenarios) - 1
        also = f" (and in {more:,} other scenario{'s' if more > 1 else ''})" if more else ""
        faults.append(Fault(first, None, None, "", text + also))
    if len(faults) > MOST_FAULTS:
        rest = len(faults) - MOST_FAULTS
        faults = [*faults[:MOST_FAULTS], Fault("", None, None, "", f"and {rest:,} more faults in other scenarios")]
    raise InputFaults(faults)


def _unread(outcome: Outcome) -> Outcome:
    """Say of a scenario that is not run whether its input or its worker is to blame."""
    what = "faults in its input" if outcome.faults else "while its input was read"
    more = len(outcome.faults) - MOST_REASONS
    rest = f"; and {more:,} more" if more > 0 else ""
    return replace(outcome, reason=f"{what}: {outcome.reason}{rest}")


def _kept(outcomes: Iterable[Outcome], todo: list[Job], folder: ResultFolder) -> Iterator[tuple[Job, Outcome]]:
    """Keep every answer and failure as it comes; each is in its place before it is told."""
    by_key = {job.key: job for job in todo}
    for outcome in outcomes:
        job = by_key[outcome.key]
        record = result_record(job, outcome)
        try:
            if outcome.status == FAILED:
                folder.fail(job, record)
            else:
                folder.put(job, outcome, record)
        except OSError as error:
            full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
            what = "the disk is full" if full else error.strerror or str(error)
            raise BatchError(
                f"{folder.root}: {what}; what was finished is kept: make room and start the batch again"
                if full
                else f"{folder.root} cannot be written: {what}; what was finished is kept"
            ) from error
        yield job, outcome


def result_record(job: Job, outcome: Outcome) -> dict[str, Any]:
    """Content of result.json and of the mark of a failure."""
    return {
        "name": job.name,
        "key": job.key,
        "command": job.command,
        "status": outcome.status,
        "reason": outcome.reason,
        "labels": dict(job.labels),
        "overrides": {one.path: one.value for one in job.overrides},
        "figures": dict(outcome.figures),
        "options": {"seed": job.options.seed, "time_limit_s": job.options.time_limit_s, "gap": job.options.gap},
        "base": dict(job.base),
        "ended": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "seconds": round(outcome.seconds, 4),
        "cpu_seconds": round(outcome.cpu_seconds, 4),
        "worker": outcome.worker,
        "attempts": outcome.attempts,
        "versions": dict(versions()),
    }


def _write_figures(folder: ResultFolder) -> None:
    from optimizer.batch.table import figures_frame, write_parquet

    write_parquet(folder, figures_frame(folder))
