"""The breaks of a shift, and how schedule.csv writes them.

A cell holds the breaks of one shift, separated by ``;``: ``12:00-12:30 meal unpaid; 15:00-15:15 rest paid``. Times are
wall clock. A break whose time lies before the shift's start time is on the next day. In the hour that the clock shows
twice a bare time is the first of the two, and the second carries its offset: ``02:30+01:00-02:45+01:00 rest paid``.
"""

from __future__ import annotations

import datetime as dt
import functools
import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import pandas as pd

from models.calendar import DAY_MIN, instant_of

_TIME = r"([01]\d|2[0-3]):([0-5]\d)([+-]\d{2}:\d{2})?"
_BREAK = re.compile(rf"^{_TIME}-{_TIME} (\S.*) (paid|unpaid)$")


@dataclass(frozen=True, order=True)
class Break:
    """One break of a shift, by elapsed minutes from the shift's start.

    Parameters
    ----------
    offset_min : int
        Start, in minutes after the shift's start; at least 0.
    length_min : int
        Length in minutes; at least 1.
    name : str
        What it is (meal, rest); one line without ``;``.
    paid : bool
        Whether its minutes are paid.

    Raises
    ------
    ValueError
        If a value is out of its range.
    """

    offset_min: int
    length_min: int
    name: str
    paid: bool

    def __post_init__(self) -> None:
        if self.offset_min < 0 or self.length_min < 1:
            raise ValueError(f"break {self.name!r}: offset {self.offset_min} min, length {self.length_min} min")
        if not self.name.strip() or self.name != self.name.strip() or ";" in self.name or "\n" in self.name:
            raise ValueError(f"a break's name is one line of text without ';', not {self.name!r}")

    @property
    def end_min(self) -> int:
        """End, in minutes after the shift's start."""
        return self.offset_min + self.length_min


def format_breaks(start: pd.Timestamp, breaks: Iterable[Break]) -> str:
    """Write the breaks of a shift as a cell of schedule.csv.

    Parameters
    ----------
    start : Timestamp
        The shift's start, aware of its time zone by name (Europe/Amsterdam).
    breaks : iterable of Break
        In any order.

    Returns
    -------
    str
        Sorted by start, separated by ``"; "``; empty without breaks.
    """
    steady = _steady(str(start.tz), start.date())
    cells = []
    for item in sorted(breaks):
        begin, end = (_wall(start, offset_min, steady) for offset_min in (item.offset_min, item.end_min))
        cells.append(f"{begin}-{end} {item.name} {'paid' if item.paid else 'unpaid'}")
    return "; ".join(cells)


def parse_breaks(start: pd.Timestamp, cell: str) -> tuple[Break, ...]:
    """Read a cell of schedule.csv (the inverse of `format_breaks`).

    Parameters
    ----------
    start : Timestamp
        The shift's start, aware of its time zone by name.
    cell : str
        As `format_breaks` writes it; blank means no breaks.

    Returns
    -------
    tuple of Break
        Sorted by start.

    Raises
    ------
    ValueError
        If the cell cannot be read, names a time that the clocks skip, or two breaks overlap.
    """
    steady = _steady(str(start.tz), start.date())
    found = []
    for part in filter(None, (piece.strip() for piece in cell.split(";"))):
        match = _BREAK.match(part)
        if match is None:
            raise ValueError(f"{part!r} is no break; write for example '12:00-12:30 meal unpaid'")
        plain = steady and not match[3] and not match[6]
        offset_of = _offset_on_a_steady_day if plain else _offset
        begin_min = offset_of(start, 0, (match[1], match[2], match[3]))
        end_min = offset_of(start, begin_min + 1, (match[4], match[5], match[6]))
        found.append(Break(begin_min, end_min - begin_min, match[7], match[8] == "paid"))
    found.sort()
    for earlier, later in itertools.pairwise(found):
        if later.offset_min < earlier.end_min:
            raise ValueError(f"breaks overlap: {cell!r}")
    return tuple(found)


Clock = tuple[str, str, str | None]
"""Hour, minute, and the offset from UTC if it is written."""


@functools.lru_cache(maxsize=4096)
def _steady(time_zone: str, date: dt.date) -> bool:
    """Whether the clocks of a zone do not change on a date nor on the two after it: then minutes simply add up."""
    zone = ZoneInfo(time_zone)
    days = (dt.datetime.combine(date + dt.timedelta(days=k), dt.time(), tzinfo=zone) for k in range(4))
    return len({day.utcoffset() for day in days}) == 1


def _wall(start: pd.Timestamp, offset_min: int, steady: bool) -> str:
    """Wall-clock time; with its offset only where the clock shows it for the second time."""
    if steady:
        hour, minute = divmod((start.hour * 60 + start.minute + offset_min) % DAY_MIN, 60)
        return f"{hour:02d}:{minute:02d}"
    stamp = start + pd.Timedelta(minutes=offset_min)
    text = f"{stamp:%H:%M}"
    first = instant_of(stamp.date(), stamp.hour * 60 + stamp.minute, str(stamp.tz))
    # As timestamps: datetimes of different zones are never equal in an hour that comes twice (PEP 495).
    if first is not None and pd.Timestamp(first) == stamp:
        return text
    return text + stamp.isoformat()[-6:]


def _offset_on_a_steady_day(start: pd.Timestamp, least_min: int, clock: Clock) -> int:
    """Least minutes after the shift's start, at least `least_min`, after which the clock shows the time."""
    minute = int(clock[0]) * 60 + int(clock[1])
    return least_min + (minute - (start.hour * 60 + start.minute) - least_min) % DAY_MIN


def _offset(start: pd.Timestamp, least_min: int, clock: Clock) -> int:
    """Like `_offset_on_a_steady_day`, where the clocks may change in between."""
    earliest = start + pd.Timedelta(minutes=least_min)
    hour, minute, offset = clock
    for date in (earliest.date(), earliest.date() + dt.timedelta(days=1)):
        if offset is None:
            instant = instant_of(date, int(hour) * 60 + int(minute), str(earliest.tz))
        else:
            instant = dt.datetime.fromisoformat(f"{date}T{hour}:{minute}:00{offset}")
        if instant is not None and instant >= earliest:
            return round((pd.Timestamp(instant) - start).total_seconds() / 60)
    raise ValueError(
        f"a break at {hour}:{minute} in a shift from {start.isoformat()}: the clock does not show that time"
    )
