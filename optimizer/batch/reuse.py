"""A bounded cache by content: what scenarios have in common is computed once, whatever process asks for it.

That the input of a scenario was read without a fault is kept too, so that a batch that is started again need not check
it again.

Each entry is one file, named after the digest of all that it depends on, written beside and renamed: two writers write
the same content, and a reader sees a whole file or none. The least recently used entries go first. `formats` says how
entries are written: they hold data, never code. Whoever can write there could still forge an answer, so that the folder
has to belong to the user alone; otherwise nothing is read from it.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from optimizer.batch.keys import versions

Made = TypeVar("Made")
MAX_BYTES = 1_000_000_000
LOOK_SHARE = 0.02
"""A writer looks at the size of the folder after so much of the bound that it wrote itself."""
_MARK_BYTES = 32


@dataclass(frozen=True)
class Format(Generic[Made]):
    """How entries are written and read. A reader raises ValueError, KeyError or TypeError for what it did not write."""

    write: Callable[[Made], bytes]
    read: Callable[[bytes], Made]


PLAIN: Format[Any] = Format(lambda value: json.dumps(value).encode(), json.loads)
"""Plain values, lists and mappings, as JSON."""


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

    def get(self, kind: str, parts: Sequence[bytes], form: Format[Made], make: Callable[[], Made]) -> Made:
        """Return what was kept under the digest of `parts`, or make and keep it.

        Parameters
        ----------
        kind : str
            What it is, such as "forecast".
        parts : sequence of bytes
            All that it depends on.
        form : Format
            How it is written and read.
        make : function
        """
        found = self.find(kind, parts, form)
        if found is None:
            found = make()
            self.keep(kind, parts, form, found)
        return found

    def find(self, kind: str, parts: Sequence[bytes], form: Format[Made]) -> Made | None:
        """Return what was kept under the digest of `parts`; None when there is nothing, or it is damaged."""
        if self.folder is None:
            return None
        path = self._path(kind, parts)
        found = None
        try:
            content = path.read_bytes()
            if hashlib.sha256(content[_MARK_BYTES:]).digest() == content[:_MARK_BYTES]:
                found = form.read(content[_MARK_BYTES:])
                os.utime(path)
        except (OSError, ValueError, KeyError, TypeError):
            found = None
        self.hits += found is not None
        self.misses += found is None
        return found

    def _path(self, kind: str, parts: Sequence[bytes]) -> Path:
        seal = hashlib.sha256(json.dumps(dict(versions()), sort_keys=True).encode())
        for part in parts:
            seal.update(len(part).to_bytes(8, "little") + part)
        return Path(self.folder or "", f"{kind}-{seal.hexdigest()}")

    def keep(self, kind: str, parts: Sequence[bytes], form: Format[Made], made: Made) -> None:
        """Write an entry; a cache that cannot be written is no reason to stop."""
        if self.folder is None:
            return
        path, body = self._path(kind, parts), form.write(made)
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
