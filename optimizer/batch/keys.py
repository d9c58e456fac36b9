"""Digests: a scenario keeps its key as long as its name and all that its answer depends on stay as they are."""

from __future__ import annotations

import dataclasses
import hashlib
import importlib.metadata
import json
from collections.abc import Mapping
from functools import cache

import models
from optimizer.batch.records import Job

FORMAT = 1
"""Of what is written for a scenario; raised when an old result no longer serves."""
_DECISIVE = ("numpy", "ortools", "pandas", "scipy", "statsmodels")


def digest(content: bytes) -> str:
    """SHA-256 of some content, as hexadecimal text."""
    return hashlib.sha256(content).hexdigest()


@cache
def versions() -> Mapping[str, str]:
    """Versions on which an answer may depend: this program's and those of the libraries that compute it."""
    found = {name: importlib.metadata.version(name) for name in _DECISIVE}
    return {"servopt": models.__version__, "format": str(FORMAT), **found}


def job_key(job: Job) -> str:
    """Digest of name, command, files, overrides, search options and versions; labels do not count."""
    content = {
        "name": job.name,
        "command": job.command,
        "base": dict(sorted(job.base.items())),
        "overrides": [(one.path, one.value) for one in job.overrides],
        "options": dataclasses.asdict(job.options),
        "versions": dict(versions()),
    }
    return digest(json.dumps(content, sort_keys=True, default=str).encode())
