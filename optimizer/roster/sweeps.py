"""Which days a search decides together: windows over the whole horizon in turn, longer ones when those gain little."""

from __future__ import annotations

import numpy as np

LENGTHS = 14, 28, 42
"""Days of a window; those that are shorter than the horizon."""
LITTLE = 2e-3
"""Share of the cost that windows over the whole horizon must gain, or longer ones take their turn."""


class Sweep:
    """Windows side by side over the whole horizon, in an order by chance, again and again.

    Parameters
    ----------
    days : of the horizon
    """

    def __init__(self, days: int, rng: np.random.Generator) -> None:
        self._days, self._rng = days, rng
        self._lengths = [length for length in LENGTHS if length < days]
        self._left: list[tuple[int, int]] = []
        self._place, self._cost = 0, np.inf
        self.idle = 0

    def __bool__(self) -> bool:
        """Say whether the horizon is longer than any window."""
        return bool(self._lengths)

    def window(self, cost: float) -> tuple[int, int]:
        """Return a first day and the day after the last one.

        Parameters
        ----------
        cost : of the best roster
        """
        if not self._left:
            if cost > (1 - LITTLE) * self._cost:
                self._place = (self._place + 1) % len(self._lengths)
                self.idle += 1
            self._cost, length = cost, self._lengths[self._place]
            begin = -int(self._rng.integers(length))
            every = [(max(0, first), min(self._days, first + length)) for first in range(begin, self._days, length)]
            self._left = [every[place] for place in self._rng.permutation(len(every))]
        return self._left.pop()
