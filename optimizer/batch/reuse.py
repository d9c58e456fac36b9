"""A bounded cache by content: what scenarios have in common is computed once, whatever process asks for it.

What was read to be checked is kept too, so that it is not read again to be run.

Each entry is one file, named after the digest of all that it depends on, written beside and renamed: two writers write
the same content, and a reader sees a whole file or none. The least recently used entries go first. Entries are pickles,
so the folder has to belong to the user alone; otherwise nothing is read from it.
"""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pandas as pd

from optimizer.batch.keys import digest, versions

if TYPE_CHECKING:
    from models.scenario import Scenario

Made = TypeVar("Made")
MAX_BYTES = 1_000_000_000
LOOK_SHARE = 0.02
"""A writer looks at the size of the folder after so much of the bound that it wrote itself."""
_MARK_BYTES = 32
_NOT_FORECAST = frozenset(
    {"name", "description", "currency", "service", "shrinkage", "pay", "limits", "shifts", "horizon_edges", "solve"}
)
_NOT_REQUIRED = frozenset({"name", "description", "currency", "pay", "limits", "shifts", "forecast", "solve"})
_POOL_PAY = ("wage_per_hour", "max_heads", "planned_shrinkage")


def default_folder() -> Path:
    """Where the cache of this user lies: $SERVOPT_CACHE, or the folder for caches of the system."""
    given = os.environ.get("SERVOPT_CACHE")
    if given:
        return Path(given)
    home = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or str(Path.home() / ".cache")
    return Path(home) / "servopt"


class Reuse:
    """A cache in one folder.

    Parameters
    ----------
    folder : Path or None
        None: nothing is kept, everything is computed.
    max_bytes : int
        Bound on all entries together.
    """

    def __init__(self, folder: Path | None, max_bytes: int = MAX_BYTES) -> None:
        self.folder = folder
        self.max_bytes = max_bytes
        self.hits = self.misses = 0
        self._unseen = max_bytes
        if folder is not None:
            try:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            except OSError:
                self.folder = None
            else:
                self.folder = folder if _is_private(folder) else None

    def get(self, kind: str, parts: Sequence[bytes], of_type: type[Made], make: Callable[[], Made]) -> Made:
        """Return what was kept under the digest of `parts`, or make and keep it.

        Parameters
        ----------
        kind : str
            What it is, such as "forecast".
        parts : sequence of bytes
            All that it depends on.
        of_type : type
            What is expected; anything else is made anew.
        make : function
        """
        if self.folder is None:
            return make()
        seal = hashlib.sha256(json.dumps(dict(versions()), sort_keys=True).encode())
        for part in parts:
            seal.update(len(part).to_bytes(8, "little") + part)
        path = self.folder / f"{kind}-{seal.hexdigest()}"
        found = _read(path)
        if found is not None and isinstance(found, of_type):
            self.hits += 1
            return found
        self.misses += 1
        made = make()
        self._keep(path, made)
        return made

    def _keep(self, path: Path, made: object) -> None:
        """Write an entry; a cache that cannot be written is no reason to stop."""
        body = pickle.dumps(made, protocol=pickle.HIGHEST_PROTOCOL)
        self._unseen += len(body)
        try:
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
            try:
                with os.fdopen(handle, "wb") as stream:
                    stream.write(hashlib.sha256(body).digest() + body)
                os.replace(name, path)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
            if self._unseen > self.max_bytes * LOOK_SHARE:
                self._shrink()
                self._unseen = 0
        except OSError:
            return

    def _shrink(self) -> None:
        """Drop the least recently used entries above the bound; others may be doing the same."""
        if self.folder is None:
            return
        entries = []
        with os.scandir(self.folder) as found:
            for entry in found:
                try:
                    status = entry.stat()
                except FileNotFoundError:
                    continue
                entries.append((status.st_mtime, status.st_size, entry.path))
        total = sum(size for _, size, _ in entries)
        for _, size, name in sorted(entries):
            if total <= self.max_bytes:
                break
            Path(name).unlink(missing_ok=True)
            total -= size


def _is_private(folder: Path) -> bool:
    """Whether nobody but the user may write there."""
    if not hasattr(os, "getuid"):
        return True
    status = folder.stat()
    return status.st_uid == os.getuid() and not status.st_mode & 0o022


def _read(path: Path) -> object:
    """Read an entry; None when there is none, or it is damaged."""
    try:
        content = path.read_bytes()
        if hashlib.sha256(content[_MARK_BYTES:]).digest() != content[:_MARK_BYTES]:
            return None
        os.utime(path)
        return pickle.loads(content[_MARK_BYTES:])  # noqa: S301 - of a folder that only the user can write
    except (OSError, pickle.UnpicklingError, AttributeError, ImportError, EOFError, TypeError, ValueError):
        return None


def forecast_parts(scenario: Scenario) -> list[bytes]:
    """All that the forecast of a scenario depends on: history, calendar, hours, and the settings of forecasting."""
    settings = scenario.settings.model_dump(mode="json", exclude=set(_NOT_FORECAST))
    hours = {name: [pool.week, pool.contact_types] for name, pool in scenario.pools.items()}
    days = {str(date): name for date, name in scenario.holidays.items()}
    types = scenario.contact_types[["contact_type", "kind", "aht_s"]]
    frames = [types, *(one for one in (scenario.history, scenario.demand) if one is not None)]
    return [_text([settings, hours, days]), *(_frame(one) for one in frames)]


def requirement_parts(scenario: Scenario, demand: pd.DataFrame) -> list[bytes]:
    """All that the requirement of a scenario depends on: the demand, the service of its pools, contact types, hours."""
    settings = scenario.settings.model_dump(mode="json", exclude=set(_NOT_REQUIRED))
    pools = {
        name: {field: value for field, value in vars(pool).items() if field not in (*_POOL_PAY, "open")}
        for name, pool in scenario.pools.items()
    }
    masks = [np.packbits(pool.open).tobytes() for pool in scenario.pools.values()]
    return [_text([settings, pools]), *masks, _frame(scenario.contact_types), _frame(demand)]


def _text(content: Any) -> bytes:
    return json.dumps(content, sort_keys=True, default=str).encode()


def _frame(frame: pd.DataFrame) -> bytes:
    """Digest of a frame: names, types and cells, in their order."""
    head = [[str(name), str(kind)] for name, kind in frame.dtypes.items()]
    cells = b"".join(
        column.to_numpy(dtype="float64").tobytes()
        if pd.api.types.is_numeric_dtype(column.dtype)
        else pd.util.hash_pandas_object(column, index=False).to_numpy().tobytes()
        for _, column in frame.items()
    )
    return digest(_text(head) + cells).encode()
