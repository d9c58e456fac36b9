"""What a rotation is decided from."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

OFF = "-"
"""Name of a day off in successions and lines."""
WEEK_DAYS = 7


@dataclass(frozen=True)
class Span:
    """Least and most days of an unbroken stretch.

    Raises
    ------
    ValueError
        If the bounds exclude each other.
    """

    least: int
    most: int

    def __post_init__(self) -> None:
        if not 1 <= self.least <= self.most:
            raise ValueError(f"a stretch of {self.least} to {self.most} days cannot be")


@dataclass(frozen=True)
class RotatingShift:
    """A type of shift.

    Parameters
    ----------
    name : str
    start_min, length_min : int
        Wall-clock minutes after midnight, and minutes from start to end.
    block : Span
        Days in a row on which it is worked.
    need : tuple of int
        People on each weekday, Monday first.

    Raises
    ------
    ValueError
        If a figure cannot be.
    """

    name: str
    start_min: int
    length_min: int
    block: Span
    need: tuple[int, ...]

    def __post_init__(self) -> None:
        if self.name in ("", OFF):
            raise ValueError(f"{self.name!r} is no name of a shift")
        if len(self.need) != WEEK_DAYS or min(self.need) < 0:
            raise ValueError(f"shift {self.name!r}: need {self.need} is not one figure for each weekday")


@dataclass(frozen=True)
class RotationPrices:
    """What people like, at a price: each week with work at its weekend, each single day off, each change of shift
    inside a stretch of work.
    """  # noqa: D205 - one sentence

    weekend_worked: float = 0.0
    single_day_off: float = 0.0
    change: float = 0.0


@dataclass(frozen=True)
class RotationCase:
    """A rotation to be made.

    Parameters
    ----------
    name : str
    weeks : int
        Weeks of the rotation, which is also the number of people.
    shifts : tuple of RotatingShift
    work, off : Span
        Days in a row with and without work.
    forbidden : tuple of tuple of str
        Successions of two or three days, by names of shifts and `OFF`, that may not occur.
    prices : RotationPrices

    Raises
    ------
    ValueError
        If names repeat or are unknown, or a succession has another length.
    """

    name: str
    weeks: int
    shifts: tuple[RotatingShift, ...]
    work: Span
    off: Span
    forbidden: tuple[tuple[str, ...], ...] = ()
    prices: RotationPrices = RotationPrices()

    def __post_init__(self) -> None:
        if self.weeks < 1 or not self.shifts:
            raise ValueError("a rotation needs at least one week and one shift")
        names = Counter(shift.name for shift in self.shifts)
        if names.most_common(1)[0][1] > 1:
            raise ValueError(f"shift {names.most_common(1)[0][0]!r} stands twice")
        for days in self.forbidden:
            if len(days) not in (2, 3) or set(days) - {OFF, *names}:
                raise ValueError(f"{' '.join(days)} is no succession of two or three known shifts")

    def people_off(self, weekday: int) -> int:
        """People who are off on a weekday, 0 = Monday; negative when more are needed than there are."""
        return self.weeks - sum(shift.need[weekday] for shift in self.shifts)
