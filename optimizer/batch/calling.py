"""Functions that workers run, called by their name: what travels is text and a task, never code."""

from __future__ import annotations

import importlib

from optimizer.batch.keys import versions
from optimizer.batch.records import Outcome, Task

CHECK, RUN = "optimizer.batch.work:check", "optimizer.batch.work:run"


def call(work: str, task: Task) -> Outcome:
    """Import the function called ``module:function`` and give it the task."""
    module, _, function = work.partition(":")
    outcome: Outcome = getattr(importlib.import_module(module), function)(task)
    return outcome


def worker_versions() -> dict[str, str]:
    """Versions in this worker, which must be those of the client."""
    return dict(versions())
