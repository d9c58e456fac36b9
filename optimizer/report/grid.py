"""The roster as people pin it to the wall: a row a person, a column a day."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pandas as pd

from models.calendar import TimeGrid
from optimizer.report.language import Language
from optimizer.report.pictures.palette import SERIES

OFF, LEAVE, LEAVE_SIGN = -1, -2, "×"
"""What a cell holds where nobody works, and how leave is shown."""


@dataclass(frozen=True)
class RosterGrid:
    """A roster as a table.

    Parameters
    ----------
    title, caption : str
    days : tuple of (short label, date, whether it is on a weekend)
    people : tuple of (name, cells)
        A cell is the number of its shift in `shifts`, `OFF` or `LEAVE`.
    shifts : tuple of (code, name, times, colour)
        Codes are short and differ.
    """

    title: str
    caption: str
    days: tuple[tuple[str, str, bool], ...]
    people: tuple[tuple[str, tuple[int, ...]], ...]
    shifts: tuple[tuple[str, str, str, str], ...]


def leave_days(leave: pd.DataFrame | None) -> dict[str, set[str]]:
    """Return the ISO dates on which people are on leave: of leave.csv, whose last day may be blank."""
    found: dict[str, set[str]] = {}
    if leave is None or not {"employee", "first_day"} <= set(leave):
        return found
    ends = leave["last_day"] if "last_day" in leave else leave["first_day"]
    for name, first, last in zip(leave["employee"], leave["first_day"], ends, strict=True):
        days = pd.date_range(str(first), str(first if pd.isna(last) or last == "" else last))
        found.setdefault(str(name), set()).update(map(str, days.date))
    return found


def roster_grid(
    roster: pd.DataFrame, grid: TimeGrid, people: list[str], speak: Language,
    leave: Mapping[str, Collection[str]] | None = None,
) -> RosterGrid | None:  # fmt: skip
    """Lay a roster out by person and day; None without shifts.

    Parameters
    ----------
    roster : DataFrame
        As in roster.csv: employee, date, shift, start, end.
    grid : TimeGrid
        Days of the roster.
    people : list of str
        Everybody, in their order, also who works nothing; those of the roster where empty.
    leave : mapping of str to collection of str, optional
        ISO dates on which somebody is on leave (`leave_days`).
    """
    if roster.empty:
        return None
    dates = {str(date): k for k, date in enumerate(grid.dates)}
    names = people or sorted(map(str, roster["employee"].unique()))
    kinds = sorted(map(str, roster["shift"].unique()))
    lines = {name: [OFF] * len(dates) for name in names}
    for name, days_away in (leave or {}).items():
        for date in dates.keys() & set(days_away) if name in lines else ():
            lines[name][dates[date]] = LEAVE
    for row in roster[["employee", "date", "shift"]].itertuples(index=False):
        if str(row.date) in dates:
            lines.setdefault(str(row.employee), [OFF] * len(dates))[dates[str(row.date)]] = kinds.index(str(row.shift))
    codes = _codes(kinds)
    shifts = []
    for k, kind in enumerate(kinds):
        times = roster.loc[roster["shift"] == kind, ["start", "end"]].astype(str)
        spans = sorted({f"{start[11:16]}–{end[11:16]}" for start, end in times.itertuples(index=False)})
        words = spans[0] if len(spans) == 1 else speak.between(spans[0], spans[-1])
        shifts.append((codes[k], kind, words, SERIES[k % len(SERIES)]))
    days = tuple((speak.weekday(date), speak.date(date), date.weekday() >= 5) for date in grid.dates)
    caption = speak("A blank is a day off.")
    if any(LEAVE in cells for cells in lines.values()):
        caption += " " + speak("{sign} is leave.", sign=LEAVE_SIGN)
    people_lines = tuple((name, tuple(cells)) for name, cells in lines.items())
    return RosterGrid(speak("Roster"), caption, days, people_lines, tuple(shifts))


def _codes(kinds: list[str]) -> list[str]:
    """Shortest beginnings that tell shifts apart, at most 4 signs; else a number."""
    for length in (1, 2, 3, 4):
        codes = [kind[:length].upper() for kind in kinds]
        if len(set(codes)) == len(kinds):
            return codes
    return [str(k + 1) for k in range(len(kinds))]
