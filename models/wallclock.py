"""Words for time as people write it: weekdays, wall-clock times, opening ranges.

Minutes count from the midnight that starts the day, on the wall clock: "08:00" is 480, "24:00" is 1440, and
"06:00+1" (06:00 on the next day) is 1800.
"""

from __future__ import annotations

import functools
import itertools
import re
import zoneinfo
from collections.abc import Mapping

DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MIN = 1440
Ranges = tuple[tuple[int, int], ...]
"""Half-open ranges of wall-clock minutes that start on one day; an end above 1440 lies on the next day."""

time_zones = functools.cache(zoneinfo.available_timezones)
"""IANA names; finding them walks the folders of the system, which takes as long as reading a scenario."""

_TIME = re.compile(r"^(\d{1,2}):(\d{2})(\+1)?$")


def parse_time(text: str) -> int:
    """Read a wall-clock time as minutes after the midnight that starts the day.

    Parameters
    ----------
    text : str
        "HH:MM", from "00:00" to "24:00"; "HH:MM+1" is the same time on the next day.

    Returns
    -------
    int
        Minutes, 0 to 2880.

    Raises
    ------
    ValueError
        If the text is no such time; the message says how to write one.
    """
    found = _TIME.match(str(text).strip())
    if found:
        hour, minute = int(found[1]), int(found[2])
        if minute < 60 and hour * 60 + minute <= DAY_MIN:
            return hour * 60 + minute + (DAY_MIN if found[3] else 0)
    raise ValueError(f"{str(text)!r} is no time of day; write HH:MM from 00:00 to 24:00, and 06:00+1 for the next day")


def format_time(minute: int) -> str:
    """Write minutes after midnight as "HH:MM", with "+1" past the day's end (the inverse of `parse_time`)."""
    if 0 <= minute <= DAY_MIN:
        return f"{minute // 60:02d}:{minute % 60:02d}"
    if DAY_MIN < minute <= 2 * DAY_MIN:
        return format_time(minute - DAY_MIN) + "+1"
    raise ValueError(f"{minute} minutes do not lie within one day and the next")


def parse_days(text: str) -> tuple[int, ...]:
    """Read weekdays such as "mon-fri,sun" or "daily"; a range may wrap around the week ("sat-mon").

    Parameters
    ----------
    text : str
        Comma-separated three-letter English names or ranges of them, in any case; "daily" is all seven.

    Returns
    -------
    tuple of int
        Sorted, without repetition; 0 is Monday.

    Raises
    ------
    ValueError
        If a name is unknown or nothing is named.
    """
    days: set[int] = set()
    for part in str(text).lower().replace(" ", "").split(","):
        if part == "daily":
            return tuple(range(7))
        ends = part.split("-")
        if len(ends) > 2 or any(end not in DAY_NAMES for end in ends):
            raise ValueError(f"{part!r} is no weekday; write for example mon-fri,sun or daily")
        first, last = DAY_NAMES.index(ends[0]), DAY_NAMES.index(ends[-1])
        days.update((first + step) % 7 for step in range((last - first) % 7 + 1))
    return tuple(sorted(days))


def parse_ranges(text: str) -> Ranges:
    """Read opening ranges of one day: "08:00-12:00,13:00-17:00", "22:00-06:00" (past midnight), "closed".

    Parameters
    ----------
    text : str
        Ranges, comma-separated. An end at or before its start lies on the next day.

    Returns
    -------
    tuple of (int, int)
        Half-open ranges in minutes, sorted; empty when closed.

    Raises
    ------
    ValueError
        If a range cannot be read, two ranges of the day overlap, or one is longer than a day.
    """
    if str(text).strip().lower() == "closed":
        return ()
    ranges: list[tuple[int, int]] = []
    for part in str(text).split(","):
        start_text, dash, end_text = part.partition("-")
        if not dash:
            raise ValueError(f'{part.strip()!r} is no opening range; write "08:00-20:00" or "closed"')
        start, end = parse_time(start_text), parse_time(end_text)
        if start >= DAY_MIN:
            raise ValueError(f"{part.strip()!r} starts on the next day; put it on the day it starts")
        if end <= start:
            end += DAY_MIN
        if end - start > DAY_MIN:
            raise ValueError(f"{part.strip()!r} is longer than 24 hours")
        ranges.append((start, end))
    ranges.sort()
    if any(later[0] < earlier[1] for earlier, later in itertools.pairwise(ranges)):
        raise ValueError(f"the ranges of {text!r} overlap")
    return tuple(ranges)


def parse_week(hours: Mapping[str, str]) -> tuple[Ranges, ...]:
    """Read the opening hours of a week.

    Parameters
    ----------
    hours : mapping of str to str
        Weekdays (`parse_days`) to ranges (`parse_ranges`). A weekday that is not named is closed.

    Returns
    -------
    tuple of Ranges, length 7
        Ranges that start on each weekday, Monday first.

    Raises
    ------
    ValueError
        If a day or range cannot be read, or a day is named twice.
    """
    week: list[Ranges | None] = [None] * 7
    for days, text in hours.items():
        for day in parse_days(days):
            if week[day] is not None:
                raise ValueError(f"{DAY_NAMES[day]} has two opening hours; name each weekday once")
            week[day] = parse_ranges(text)
    return tuple(ranges or () for ranges in week)
