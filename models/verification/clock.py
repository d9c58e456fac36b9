"""The verifier's own calendar: instants are minutes since 1970 in UTC, the wall clock is read off zoneinfo."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from functools import cached_property
from zoneinfo import ZoneInfo

DAY = 1440
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ONE_DAY = dt.timedelta(days=1)
Ranges = tuple[tuple[int, int], ...]


def wall_minutes(text: str) -> int:
    """Read "HH:MM" or "HH:MM+1" as minutes after the midnight of the day that is meant."""
    found = re.fullmatch(r"(\d{1,2}):(\d{2})(\+1)?", text.strip())
    if found is None:
        raise ValueError(f"{text!r} is no time of day")
    return int(found[1]) * 60 + int(found[2]) + (DAY if found[3] else 0)


def weekdays(text: str) -> frozenset[int]:
    """Read "mon-fri,sun" or "daily"."""
    days: set[int] = set()
    for part in text.lower().replace(" ", "").split(","):
        if part == "daily":
            return frozenset(range(7))
        first, _, last = part.partition("-")
        day, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
        days.add(day)
        while day != end:
            day = (day + 1) % 7
            days.add(day)
    return frozenset(days)


def ranges(text: str) -> Ranges:
    """Read "08:00-12:00,22:00-06:00" or "closed"; an end at or before its start is on the next day."""
    if text.strip().lower() == "closed":
        return ()
    found = []
    for part in text.split(","):
        start, end = (wall_minutes(piece) for piece in part.split("-"))
        found.append((start, end if end > start else end + DAY))
    return tuple(found)


def in_window(weekday: int, minute: int, days: frozenset[int], start: int, end: int) -> bool:
    """Say whether a wall-clock minute lies in a window that starts on some weekdays and may end on the next day."""
    if end <= start:
        end += DAY
    today = weekday in days and start <= minute < end
    return today or ((weekday - 1) % 7 in days and start <= minute + DAY < end)


@dataclass(frozen=True)
class Clock:
    """The wall clock of a time zone."""

    zone: ZoneInfo

    def local(self, instant: int) -> dt.datetime:
        """Wall-clock time of an instant, aware."""
        return dt.datetime.fromtimestamp(instant * 60, self.zone)

    def instant(self, date: dt.date, minute: int) -> int | None:
        """Instant of a wall-clock time, the first of two; None where the clock skips it."""
        naive = dt.datetime.combine(date, dt.time()) + dt.timedelta(minutes=minute)
        stamp = round(naive.replace(tzinfo=self.zone).timestamp() / 60)
        return stamp if self.local(stamp).replace(tzinfo=None, fold=0) == naive else None

    def at_or_before(self, date: dt.date, minute: int) -> int:
        """Instant of a wall-clock time; of the change of the clocks where they skip it."""
        back = 0
        while (found := self.instant(date, minute - back)) is None:
            back += 1
        return found + (1 if back else 0)

    def midnight(self, date: dt.date) -> int:
        """First instant of a local day."""
        ahead = 0
        while (found := self.instant(date, ahead)) is None:
            ahead += 1
        return found


@dataclass(frozen=True)
class Calendar:
    """The planning intervals of a horizon: `step` minutes each, from the first midnight to the last."""

    clock: Clock
    first: dt.date
    days: int
    step: int
    origin: int = field(init=False)
    length: int = field(init=False)

    def __post_init__(self) -> None:
        origin = self.clock.midnight(self.first)
        object.__setattr__(self, "origin", origin)
        end = self.clock.midnight(self.first + self.days * _ONE_DAY)
        object.__setattr__(self, "length", (end - origin) // self.step)

    @cached_property
    def walls(self) -> list[tuple[dt.date, int]]:
        """Local date and minute of the day at which each interval starts."""
        stamps = (self.clock.local(self.origin + k * self.step) for k in range(self.length))
        return [(stamp.date(), stamp.hour * 60 + stamp.minute) for stamp in stamps]

    def index(self, instant: int) -> int | None:
        """Number of the interval that starts at an instant, also outside the horizon; None off the grid."""
        steps, rest = divmod(instant - self.origin, self.step)
        return None if rest else steps

    def stamp(self, index: int) -> str:
        """Start of an interval as the files write it."""
        return self.clock.local(self.origin + index * self.step).isoformat()


def is_open(date: dt.date, minute: int, hours: dict[dt.date, Ranges], week: list[Ranges]) -> bool:
    """Say whether doors are open; hours past midnight belong to the day on which they start."""

    def day(when: dt.date) -> Ranges:
        return hours.get(when, week[when.weekday()])

    return any(start <= minute < end for start, end in day(date)) or any(
        start <= minute + DAY < end for start, end in day(date - _ONE_DAY)
    )


def read_instant(text: str) -> int | None:
    """Read an ISO stamp with offset as an instant; None where it is none."""
    try:
        stamp = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    if stamp.tzinfo is None or stamp.second or stamp.microsecond:
        return None
    return round(stamp.timestamp() / 60)
