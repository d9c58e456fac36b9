"""What a worker read to check it, for the run that follows: the same worker mostly runs what it has checked."""

from __future__ import annotations

import pickle
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import Any

MAX_BYTES = 64_000_000


@dataclass(frozen=True)
class Read:
    """An input that was read without a fault.

    Parameters
    ----------
    given : Any
        What its command takes.
    seconds, cpu_seconds : float
        Wall and processor time that reading took.
    """

    given: Any
    seconds: float
    cpu_seconds: float


class KeptInputs:
    """The inputs that were read last, by the key of their job; each is given out once.

    They are held as bytes, which are fewer than the objects, and whose number is known.

    Parameters
    ----------
    max_bytes : int
        Bound on all of them; the oldest go first.
    """

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._max_bytes, self._held = max_bytes, 0
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._lock = Lock()  # a worker of a cluster may have several threads

    def put(self, key: str, read: Read) -> None:
        """Keep an input."""
        content = pickle.dumps(read, pickle.HIGHEST_PROTOCOL)
        with self._lock:
            self._held += len(content) - len(self._kept.pop(key, b""))
            self._kept[key] = content
            while self._held > self._max_bytes:
                self._held -= len(self._kept.popitem(last=False)[1])

    def take(self, key: str) -> Read | None:
        """Return an input, which is kept no longer; None where it is not there."""
        with self._lock:
            content = self._kept.pop(key, None)
            self._held -= len(content or b"")
        if content is None:
            return None
        read: Read = pickle.loads(content)  # noqa: S301 - of this process, which wrote it
        return read
