"""The breaks of a shift, and how schedule.csv writes them.

A cell holds the breaks of one shift, separated by ``;``: ``12:00-12:30 meal unpaid; 15:00-15:15 rest paid``. Times are
wall clock. A break whose time lies before the shift's start time is on the next day. In the hour that the clock shows
twice a bare time is the first of the two, and the second carries its offset: ``02:30+01:00-02:45+01:00 rest paid``.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from models.calendar import instant_of

_TIME = r"(\d{2}):(\d{2})([+-]\d{2}:\d{2})?"
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
    cells = []
    for item in sorted(breaks):
        begin = start + pd.Timedelta(minutes=item.offset_min)
        end = start + pd.Timedelta(minutes=item.end_min)
        cells.append(f"{_wall(begin)}-{_wall(end)} {item.name} {'paid' if item.paid else 'unpaid'}")
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
    found = []
    for part in filter(None, (piece.strip() for piece in cell.split(";"))):
        match = _BREAK.match(part)
        if match is None:
            raise ValueError(f"{part!r} is no break; write for example '12:00-12:30 meal unpaid'")
        begin = _instant(start, match[1], match[2], match[3], part)
        end = _instant(begin + pd.Timedelta(minutes=1), match[4], match[5], match[6], part)
        found.append(Break(_minutes(begin - start), _minutes(end - begin), match[7], match[8] == "paid"))
    found.sort()
    for earlier, later in itertools.pairwise(found):
        if later.offset_min < earlier.end_min:
            raise ValueError(f"breaks overlap: {cell!r}")
    return tuple(found)


def _wall(stamp: pd.Timestamp) -> str:
    """Wall-clock time; with its offset only where the clock shows it for the second time."""
    text = f"{stamp:%H:%M}"
    first = instant_of(stamp.date(), stamp.hour * 60 + stamp.minute, str(stamp.tz))
    # As timestamps: datetimes of different zones are never equal in an hour that comes twice (PEP 495).
    if first is not None and pd.Timestamp(first) == stamp:
        return text
    return text + stamp.isoformat()[-6:]


def _instant(earliest: pd.Timestamp, hour: str, minute: str, offset: str | None, part: str) -> pd.Timestamp:
    """First instant at or after `earliest`, on its date or the next, at which the clock shows the time."""
    for date in (earliest.date(), earliest.date() + dt.timedelta(days=1)):
        if offset is None:
            instant = instant_of(date, int(hour) * 60 + int(minute), str(earliest.tz))
        else:
            instant = dt.datetime.fromisoformat(f"{date}T{hour}:{minute}:00{offset}")
        if instant is not None and instant >= earliest:
            return pd.Timestamp(instant).tz_convert(earliest.tz)
    raise ValueError(f"{part!r}: the clock does not show {hour}:{minute} on that day")


def _minutes(span: pd.Timedelta) -> int:
    return round(span.total_seconds() / 60)
