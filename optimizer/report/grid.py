"""The roster as people pin it to the wall: a row a person, a column a day."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from models.calendar import TimeGrid
from optimizer.report.language import Language
from optimizer.report.pictures.palette import SERIES


@dataclass(frozen=True)
class RosterGrid:
    """A roster as a table.

    Parameters
    ----------
    title, caption : str
    days : tuple of (short label, date, whether it is on a weekend)
    people : tuple of (name, cells)
        A cell is the number of its shift in `shifts`, or -1 for a day off.
    shifts : tuple of (code, name, times, colour)
        Codes are short and differ.
    """

    title: str
    caption: str
    days: tuple[tuple[str, str, bool], ...]
    people: tuple[tuple[str, tuple[int, ...]], ...]
    shifts: tuple[tuple[str, str, str, str], ...]


def roster_grid(roster: pd.DataFrame, grid: TimeGrid, people: list[str], speak: Language) -> RosterGrid | None:
    """Lay a roster out by person and day; None without shifts.

    Parameters
    ----------
    roster : DataFrame
        As in roster.csv: employee, date, shift, start, end.
    grid : TimeGrid
        Days of the roster.
    people : list of str
        Everybody, in their order, also who works nothing; those of the roster where empty.
    """
    if roster.empty:
        return None
    dates = {str(date): k for k, date in enumerate(grid.dates)}
    names = people or sorted(map(str, roster["employee"].unique()))
    kinds = sorted(map(str, roster["shift"].unique()))
    lines = {name: [-1] * len(dates) for name in names}
    for row in roster[["employee", "date", "shift"]].itertuples(index=False):
        if str(row.date) in dates:
            lines.setdefault(str(row.employee), [-1] * len(dates))[dates[str(row.date)]] = kinds.index(str(row.shift))
    codes = _codes(kinds)
    shifts = []
    for k, kind in enumerate(kinds):
        times = roster.loc[roster["shift"] == kind, ["start", "end"]].astype(str)
        spans = sorted({f"{start[11:16]}–{end[11:16]}" for start, end in times.itertuples(index=False)})
        words = spans[0] if len(spans) == 1 else speak.between(spans[0], spans[-1])
        shifts.append((codes[k], kind, words, SERIES[k % len(SERIES)]))
    days = tuple((speak.weekday(date), speak.date(date), date.weekday() >= 5) for date in grid.dates)
    caption = speak("A blank is a day off.")
    people_lines = tuple((name, tuple(cells)) for name, cells in lines.items())
    return RosterGrid(speak("Roster"), caption, days, people_lines, tuple(shifts))


def _codes(kinds: list[str]) -> list[str]:
    """Shortest beginnings that tell shifts apart, at most 4 signs; else a number."""
    for length in (1, 2, 3, 4):
        codes = [kind[:length].upper() for kind in kinds]
        if len(set(codes)) == len(kinds):
            return codes
    return [str(k + 1) for k in range(len(kinds))]
