"""The time of a search: one end for all, an equal share for each part, and an end when the user asks for it."""

from __future__ import annotations

import time


class OutOfTimeError(Exception):
    """Time is up before a step has anything to show."""


class Clock:
    """Wall time of the whole search."""

    def __init__(self, limit_s: float) -> None:
        self._end = time.perf_counter() + limit_s

    def stop(self) -> None:
        """End now: nobody has any time left."""
        self._end = time.perf_counter()

    def left(self) -> float:
        """Seconds until the end, not negative."""
        return max(0.0, self._end - time.perf_counter())

    def share(self, parts_left: int, threads: int) -> Budget:
        """Return the time of a part that begins now, while ``parts_left`` parts (it included) are not done.

        What easy parts leave over goes to those that begin later.
        """
        return self.grant(min(1.0, threads / max(parts_left, 1)))

    def grant(self, share: float) -> Budget:
        """Return a budget of a share of what is left."""
        return Budget(self, self.left() * share)


class Budget:
    """Wall time of one part."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self._end = time.perf_counter() + seconds

    def left(self) -> float:
        """Seconds until the part's end, not negative."""
        return min(self._clock.left(), max(0.0, self._end - time.perf_counter()))
