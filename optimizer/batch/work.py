"""What a worker does with a task: lay out the scenario, read or run it, and hand back what came out.

What was read to be checked is kept for the run. Its time then counts to the scenario, as if it had been read there.
"""

from __future__ import annotations

import json
import os
import platform
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any

from models.faults import Fault, InputFaults
from optimizer.batch.commands import COMMANDS, Base, Quick, ReadsContents, run_of, runner_of
from optimizer.batch.kept import KeptInputs, Read
from optimizer.batch.keys import job_key
from optimizer.batch.overrides import Cells, OverrideError, changed_contents, parse_path
from optimizer.batch.records import ANSWERED, FAILED, MOST_REASONS, Job, Outcome, Override, Task
from optimizer.batch.reuse import PLAIN, Reuse, default_folder
from optimizer.solve import SolverFailureError


def check(task: Task) -> Outcome:
    """Read the scenario of a task and report every fault of its input."""
    return _measured(task, _check)


def run(task: Task) -> Outcome:
    """Run the command of a task; whatever goes wrong is the failure of this scenario, with its reason."""
    return _measured(task, _run)


@cache
def _reuse(*, kept: bool) -> Reuse:
    return Reuse(default_folder() if kept else None)


def _measured(task: Task, work: Callable[[Task, Path], Outcome]) -> Outcome:
    started, cpu = time.perf_counter(), time.process_time()
    try:
        with _place(task.job) as place:
            outcome = work(task, place)
    except OverrideError as error:
        outcome = Outcome(task.job.key, FAILED, reason=str(error), faults=(str(error),))
    except InputFaults as found:
        faults = tuple(str(_placed(fault, task.job)) for fault in found.faults)
        outcome = Outcome(task.job.key, FAILED, reason="; ".join(faults[:MOST_REASONS]), faults=faults)
    except SolverFailureError as error:
        outcome = Outcome(task.job.key, FAILED, reason=str(error))
    except MemoryError:
        outcome = Outcome(task.job.key, FAILED, reason="out of memory")
    except Exception as error:  # noqa: BLE001 - unattended: one scenario must not end the others
        outcome = Outcome(task.job.key, FAILED, reason=f"{type(error).__name__}: {error}")
    seconds = time.perf_counter() - started + outcome.seconds
    cpu_seconds = time.process_time() - cpu + outcome.cpu_seconds
    worker = f"{platform.node()}:{os.getpid()}"
    return replace(outcome, seconds=seconds, cpu_seconds=cpu_seconds, worker=worker)


@contextmanager
def _place(job: Job) -> Iterator[Path]:
    """Make a folder for the files of a job, if its runner needs one."""
    if isinstance(runner_of(job.command), ReadsContents):
        yield Path()
        return
    with tempfile.TemporaryDirectory(prefix="servopt-") as place:
        yield Path(place)


_KEPT = KeptInputs()


def _given(task: Task, job: Job, place: Path, kept: Read | None = None) -> Any:
    """Read the input of a job that has the files of a task; its folder is laid out where its runner needs one.

    Parameters
    ----------
    kept : Read or None
        What was read of the same input before.
    """
    files = changed_contents(_contents(task), job.overrides, COMMANDS[job.command].settings_file)
    runner = runner_of(job.command)
    if isinstance(runner, ReadsContents):
        return runner.read_contents(files)
    for name, content in files.items():
        (place / name).write_bytes(content)
    return runner.read(place) if kept is None else kept.given


def _contents(task: Task) -> dict[str, bytes]:
    return {name: zlib.decompress(content) for name, content in task.files.items()}


def _check(task: Task, place: Path) -> Outcome:
    """Read the scenario, unless the same content was read without a fault before (by whatever worker)."""
    job = task.job

    def read() -> bool:
        started, cpu = time.perf_counter(), time.process_time()
        given = _given(task, job, place)
        if not isinstance(runner_of(job.command), ReadsContents):  # such a runner remembers by itself
            _KEPT.put(job.key, Read(given, time.perf_counter() - started, time.process_time() - cpu))
        return True

    content = [sorted(job.base.items()), [(one.path, one.value) for one in job.overrides]]
    parts = [COMMANDS[job.command].module.encode(), json.dumps(content, default=str).encode()]
    _reuse(kept=task.reuse).get("checked", parts, PLAIN, read)
    return Outcome(job.key, "done")


def _run(task: Task, place: Path) -> Outcome:
    job, kept = task.job, _KEPT.take(task.job.key)
    given, runner = _given(task, job, place, kept), runner_of(job.command)
    if job.options.brief and isinstance(runner, Quick):
        base = replace(job, name="", overrides=runner.shared(job.overrides), labels={})
        others = tuple(one.path for one in job.overrides if one not in base.overrides)
        answer = runner.quick(given, Base(job_key(base), partial(_base, task, base, place), others), job.options)
    else:
        answer = run_of(job.command)(given, place, job.options, task.threads, _reuse(kept=task.reuse))
    if answer.status not in ANSWERED:
        return Outcome(job.key, FAILED, reason=answer.reason or answer.status)
    written = {} if job.options.brief else answer.files
    files = {name: text.encode() if isinstance(text, str) else text for name, text in written.items()}
    before = (0.0, 0.0) if kept is None else (kept.seconds, kept.cpu_seconds)
    return Outcome(job.key, answer.status, dict(answer.figures), files, answer.reason, (), *before)


def _base(task: Task, base: Job, place: Path, further: tuple[Override, ...]) -> Any:
    """Read what several scenarios are like."""
    return _given(task, replace(base, overrides=(*base.overrides, *further)), place)


def _placed(fault: Fault, job: Job) -> Fault:
    """A fault without its line where overrides rewrote the settings: the line is not the user's."""
    settings = COMMANDS[job.command].settings_file
    rewritten = any(not isinstance(parse_path(one.path), Cells) for one in job.overrides)
    return replace(fault, row=None) if rewritten and fault.file == settings else fault
