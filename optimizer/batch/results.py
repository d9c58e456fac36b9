"""The folder of a batch: a folder for each finished scenario, put in place in one step, and the marks of what failed.

    RESULTS/scenarios/NAME.KEY/   the files of a scenario, and result.json
    RESULTS/failed/NAME.KEY.json  why a scenario failed, and how often it was tried
    RESULTS/batch.json            what was asked for; manifest.json what ran where; figures.parquet all figures

KEY is the digest of all that an answer depends on, so that a second run knows by the names alone what is missing or
changed. One batch at a time writes: it holds the lock, which ends with its process however that ends.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from models.faults import Fault, InputFaults
from models.files import write_atomic
from models.jsonfile import json_text
from optimizer.batch.keys import digest
from optimizer.batch.records import Job, Outcome

RESULT_FILE = "result.json"
KEY_CHARS = 20
_UNSAFE = re.compile(r"^\.+|[^\w=+,@.-]+")
_MOST_BYTES = 120


class ResultFolder:
    """Where the answers of a batch stand.

    Parameters
    ----------
    root : Path
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.scenarios = root / "scenarios"
        self.failed = root / "failed"
        self._parts = root / ".parts"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder for this batch; what a killed one left half-written is swept away.

        Raises
        ------
        InputFaults
            Another batch holds it.
        """
        from filelock import FileLock, Timeout

        self.root.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self.root / ".lock", timeout=0):
                shutil.rmtree(self._parts, ignore_errors=True)
                for folder in (self.scenarios, self.failed, self._parts):
                    folder.mkdir(exist_ok=True)
                yield
        except Timeout:
            message = "another batch is writing there; wait until it has ended, or give another --out"
            raise InputFaults([Fault(str(self.root), None, None, "", message)]) from None

    def is_locked(self) -> bool:
        """Whether a batch is writing there now."""
        from filelock import FileLock, Timeout

        if not (self.root / ".lock").exists():
            return False
        try:
            with FileLock(self.root / ".lock", timeout=0):
                return False
        except Timeout:
            return True

    def finished(self) -> dict[str, Path]:
        """Folders of finished scenarios by the beginning of their key."""
        return _by_key(self.scenarios)

    def failures(self) -> dict[str, Path]:
        """Marks of failed scenarios by the beginning of their key."""
        return _by_key(self.failed)

    def put(self, job: Job, outcome: Outcome, record: Mapping[str, Any]) -> None:
        """Put a scenario's folder in place, whole or not at all, and take away what it replaces.

        Raises
        ------
        OSError
            It cannot be written (the disk is full); nothing of it is left.
        """
        beside = Path(tempfile.mkdtemp(dir=self._parts))
        try:
            for name, content in outcome.files.items():
                path = beside / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            (beside / RESULT_FILE).write_text(json_text(record, indent=1), "utf-8")
            beside.chmod(0o755)
            target = self.scenarios / folder_name(job)
            self._take_away(target)
            os.replace(beside, target)
        except BaseException:
            shutil.rmtree(beside, ignore_errors=True)
            raise
        (self.failed / f"{folder_name(job)}.json").unlink(missing_ok=True)

    def fail(self, job: Job, record: Mapping[str, Any]) -> None:
        """Mark a scenario as failed."""
        write_atomic(self.failed / f"{folder_name(job)}.json", json_text(record, indent=1))

    def sweep(self, jobs: Iterable[Job]) -> int:
        """Take away what these scenarios had with other content, and marks of failures since overcome; say how many.

        Other scenarios that the folder holds stay.
        """
        keys = {name_part(job.name): job.key[:KEY_CHARS] for job in jobs}
        finished, count = self.finished(), 0
        for key, path in [*finished.items(), *self.failures().items()]:
            stem = _split(path.name)[0]
            overcome = path.parent == self.failed and key in finished
            if overcome or keys.get(stem, key) != key:
                self._take_away(path)
                count += 1
        return count

    def _take_away(self, path: Path) -> None:
        """Remove a folder or file so that it is never seen half-removed."""
        if path.is_dir():
            aside = Path(tempfile.mkdtemp(dir=self._parts)) / "old"
            os.replace(path, aside)
            shutil.rmtree(aside.parent, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)

    def records(self) -> list[dict[str, Any]]:
        """What is known of each finished and failed scenario, by name."""
        files = [path / RESULT_FILE for path in self.finished().values()] + list(self.failures().values())
        found = []
        for path in files:
            try:
                found.append(json.loads(path.read_bytes()))
            except FileNotFoundError:  # replaced at this moment by a running batch
                continue
        return sorted(found, key=lambda record: str(record["name"]))


def name_part(name: str) -> str:
    """Return a job's name as part of a file name: readable, and different for different names."""
    safe = _UNSAFE.sub("_", name)
    # file systems count bytes, and a letter may have four
    short = safe.encode()[:_MOST_BYTES].decode(errors="ignore")
    return safe if short == name else f"{short}~{digest(name.encode())[:8]}"


def folder_name(job: Job) -> str:
    """Name of a job's folder: its name and the beginning of its key."""
    return f"{name_part(job.name)}.{job.key[:KEY_CHARS]}"


def _split(name: str) -> tuple[str, str]:
    stem, _, key = name.removesuffix(".json").rpartition(".")
    return stem, key


def _by_key(folder: Path) -> dict[str, Path]:
    if not folder.is_dir():
        return {}
    return {_split(entry.name)[1]: Path(entry.path) for entry in os.scandir(folder) if not entry.name.startswith(".")}
