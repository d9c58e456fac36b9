"""What was asked for (batch.json) and what ran where (manifest.json)."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import os
import platform
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from models.faults import Fault, InputFaults
from models.files import write_atomic
from models.jsonfile import json_text
from optimizer.batch.keys import versions
from optimizer.batch.pool import cores
from optimizer.batch.records import BATCH_FILE, Job, Options, Outcome
from optimizer.batch.request import Asked
from optimizer.batch.results import ResultFolder

MANIFEST_FILE = "manifest.json"
WRITE_EVERY_S = 30.0


def write_batch_record(root: Path, asked: Asked, jobs: Sequence[Job]) -> bool:
    """Write what was asked for, so that status, retry and summary know it; say whether it changed."""
    content = {
        "sources": [str(path.resolve()) for path in asked.sources],
        "grid": str(asked.grid.resolve()) if asked.grid else None,
        "table": str(asked.table.resolve()) if asked.table else None,
        "command": asked.command,
        "options": dataclasses.asdict(asked.options),
        "scenarios": [{"name": job.name, "key": job.key, "labels": dict(job.labels)} for job in jobs],
    }
    text, path = json_text(content, indent=1), root / BATCH_FILE
    if path.is_file() and path.read_text("utf-8") == text:
        return False
    write_atomic(path, text)
    return True


def read_batch_record(root: Path) -> dict[str, Any]:
    """Read what was asked for.

    Raises
    ------
    InputFaults
        The folder holds no batch.
    """
    try:
        content: dict[str, Any] = json.loads((root / BATCH_FILE).read_bytes())
    except (OSError, ValueError):
        message = f"holds no batch (no {BATCH_FILE}); give the folder that --out named"
        raise InputFaults([Fault(str(root), None, None, "", message)]) from None
    return content


def asked_again(record: dict[str, Any]) -> Asked:
    """Return the request that a batch was made from."""
    return Asked(
        tuple(Path(path) for path in record["sources"]),
        Path(record["grid"]) if record["grid"] else None,
        Path(record["table"]) if record["table"] else None,
        record["command"],
        Options(**record["options"]),
    )


class Manifest:
    """Writes manifest.json while the batch runs, now and then and at the end; to be used in a ``with``.

    Parameters
    ----------
    folder : ResultFolder
    jobs : sequence of Job
    place : dict
        Where the work is done.
    """

    def __init__(self, folder: ResultFolder, jobs: Sequence[Job], place: dict[str, Any]) -> None:
        self._path = folder.root / MANIFEST_FILE
        self._started = dt.datetime.now(dt.UTC)
        self._clock = self._written = time.monotonic()
        self._ran: list[dict[str, Any]] = []
        self._head = {
            "servopt": versions()["servopt"],
            "python": platform.python_version(),
            "versions": dict(versions()),
            "machine": {
                "host": platform.node(),
                "system": platform.platform(),
                "processor": platform.machine(),
                "cores": cores(),
            },
            "process": os.getpid(),
            "arguments": sys.argv[1:],
            "place": place,
            "scenarios": len(jobs),
            "started": self._started.isoformat(timespec="seconds"),
        }

    def __enter__(self) -> Manifest:
        self._write("running")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Say how it ended; where that cannot be written, the reason of the end counts more."""
        try:
            self._write("ended" if error is None else f"stopped: {_why(error)}")
        except OSError:
            if error is None:
                raise

    def note(self, job: Job, outcome: Outcome) -> None:
        """Add a scenario that has run."""
        self._ran.append({
            "name": job.name,
            "key": job.key,
            "status": outcome.status,
            "seed": job.options.seed,
            "time_limit_s": job.options.time_limit_s,
            "seconds": round(outcome.seconds, 4),
            "cpu_seconds": round(outcome.cpu_seconds, 4),
            "attempts": outcome.attempts,
            "worker": outcome.worker,
        })  # fmt: skip
        if time.monotonic() - self._written > WRITE_EVERY_S:
            self._write("running")

    def _write(self, state: str) -> None:
        spent = time.monotonic() - self._clock
        content = {**self._head, "state": state, "seconds": round(spent, 3), "ran": self._ran}
        write_atomic(self._path, json_text(content, indent=1))
        self._written = time.monotonic()


def _why(error: BaseException) -> str:
    if isinstance(error, InputFaults):
        return f"{len(error.faults):,} faults in the input"
    if isinstance(error, KeyboardInterrupt):
        return "interrupted"
    return str(error) or type(error).__name__
