"""The records of a batch: what is to be run, what is sent to a worker, and what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Plain = float | int | str | bool | None
"""A value that JSON, Parquet and a spreadsheet can hold."""

ANSWERED = ("optimal", "feasible", "infeasible", "done")
"""Statuses of a finished scenario. That no plan can exist is an answer too, with its reason."""
PLANNED = ("optimal", "feasible", "done")
"""Statuses whose figures are those of a plan; an infeasible scenario may have those of a partial one."""
FAILED = "failed"
OUTDATED = "outdated"
"""Status, in the table of all figures, of an answer to a scenario that has changed since."""
BATCH_FILE = "batch.json"
"""What was asked for, in the folder of the results."""
MOST_REASONS = 3
"""Faults of an input that the reason of its failure names."""
ATTEMPTS = 3
"""How often work that takes its worker down is tried: once, and twice again elsewhere."""


@dataclass(frozen=True)
class Override:
    """One change to a base scenario.

    Parameters
    ----------
    path : str
        ``service.target`` (a setting) or ``pools.csv[pool=calls].wage_per_hour`` (cells of a table).
    value : object
        What stands there instead: a plain value, or text such as ``x1.1`` and ``+5%`` for a multiple of what is there.
    """

    path: str
    value: Any


@dataclass(frozen=True)
class Options:
    """How a scenario is searched; None leaves it to the scenario's own settings.

    Parameters
    ----------
    time_limit_s : float or None
        Seconds.
    seed : int or None
    gap : float or None
        Share.
    report : bool
        Whether the page report.html (some megabytes) is written too.
    brief : bool
        Whether only the figures are kept; commands that can find those quicker do.
    """

    time_limit_s: float | None = None
    seed: int | None = None
    gap: float | None = None
    report: bool = False
    brief: bool = False


@dataclass(frozen=True)
class Job:
    """One scenario to be run.

    Parameters
    ----------
    name : str
        Unique in its batch; may hold slashes.
    command : str
        One of `optimizer.batch.commands.COMMANDS`.
    base : Mapping of str to str
        File name to digest of its content.
    overrides : tuple of Override
    options : Options
    labels : Mapping of str to Plain
        What the user wants to group by.
    key : str
        Digest of all that the answer depends on (`optimizer.batch.keys.job_key`).
    """

    name: str
    command: str
    base: Mapping[str, str]
    overrides: tuple[Override, ...] = ()
    options: Options = field(default_factory=Options)
    labels: Mapping[str, Plain] = field(default_factory=dict)
    key: str = ""


@dataclass(frozen=True)
class Task:
    """What a worker needs for one scenario: it travels by content, and no disk is shared.

    Parameters
    ----------
    job : Job
    files : Mapping of str to bytes
        File name to compressed content (zlib) of the base scenario.
    threads : int
        Threads that the solver may use.
    reuse : bool
        Whether the worker may keep and take what scenarios have in common.
    """

    job: Job
    files: Mapping[str, bytes]
    threads: int = 1
    reuse: bool = True


@dataclass(frozen=True)
class Outcome:
    """What came back for one scenario.

    Parameters
    ----------
    key : str
        Of the job.
    status : str
        One of `ANSWERED`, or `FAILED`.
    figures : Mapping of str to Plain
        Its row in the table of all figures.
    files : Mapping of str to bytes
        Path in the scenario's folder to content.
    reason : str
        Why it failed; empty otherwise.
    faults : tuple of str
        What is wrong in its input (only from a check).
    seconds, cpu_seconds : float
        Wall and processor time in the worker.
    worker : str
        Host and process.
    attempts : int
        How often it was tried, this time included.
    """

    key: str
    status: str
    figures: Mapping[str, Plain] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    reason: str = ""
    faults: tuple[str, ...] = ()
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    worker: str = ""
    attempts: int = 1


class BatchError(RuntimeError):
    """The batch as a whole cannot go on (no worker starts, the cluster is gone); finished work is kept."""
