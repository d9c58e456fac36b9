"""shifts.csv and cover.csv: what there is to do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

from models.faults import FaultLog
from models.roster.folder import RosterCalendar
from models.roster.inputs import Rows, hint, listed
from models.roster.records import Cover, ShiftType
from models.roster.settings import CoverPrices
from models.wallclock import parse_days, parse_time


class ShiftNamer:
    """Resolves names and kinds of shifts to names.

    Parameters
    ----------
    shifts : types
    """

    def __init__(self, shifts: Sequence[ShiftType]) -> None:
        self._names: dict[str, list[str]] = {}
        for shift in shifts:
            for name in {shift.name, shift.kind} - {""}:
                self._names.setdefault(name, []).append(shift.name)

    def __call__(self, names: Collection[str]) -> tuple[str, ...]:
        """Names of the types that some names or kinds mean, in the order of the types; unknown ones mean none."""
        return tuple(dict.fromkeys(found for name in names for found in self._names.get(name, ())))

    def hint(self, name: str) -> str:
        """What was probably meant by an unknown name."""
        return hint(name, self._names)


def read_shifts(rows: Rows, skills: set[str], log: FaultLog) -> tuple[ShiftType, ...]:
    """Types of shift; `not_followed_by` holds names and kinds as written."""
    found: list[tuple[int, ShiftType]] = []
    for line, cells in rows:
        name, start, paid, span = (cells[key] for key in ("shift", "start", "paid_min", "span_min"))
        if isinstance(span, float) and isinstance(paid, float) and span < paid:
            log.add("shifts.csv", line, "span_min", f"{span:g}", f"is less than the {paid:g} paid minutes")
            continue
        needs = listed(cells["skills"])
        for skill in needs:
            if skill not in skills:
                log.add("shifts.csv", line, "skills", skill, f"is no skill of anybody{hint(skill, skills)}")
        if name is None or start is None or not isinstance(paid, float):
            continue
        found.append(
            (
                line,
                ShiftType(
                    str(name), int(paid), listed(cells["not_followed_by"]), parse_time(str(start)),
                    int(span) if isinstance(span, float) else None, str(cells["kind"] or ""), frozenset(needs),
                ),
            )
        )  # fmt: skip
    shifts = tuple(shift for _, shift in found)
    named = ShiftNamer(shifts)
    for line, shift in found:
        for other in shift.not_followed_by:
            if not named((other,)):
                log.add("shifts.csv", line, "not_followed_by", other, f"is no shift and no kind{named.hint(other)}")
    return shifts


def read_cover(
    rows: Rows,
    shifts: Sequence[ShiftType],
    skills: set[str],
    calendar: RosterCalendar,
    prices: CoverPrices,
    log: FaultLog,
) -> tuple[Cover, ...]:
    """People that each type of shift needs on each day; a date comes before weekdays."""
    names = {shift.name for shift in shifts}
    found: dict[tuple[int, str, str], tuple[bool, int, Cover]] = {}
    for line, cells in rows:
        shift, skill = cells["shift"], cells["skill"]
        if shift is not None and shift not in names:
            log.add("cover.csv", line, "shift", shift, f"is no shift of shifts.csv{hint(str(shift), names)}")
            continue
        if skill is not None and skill not in skills:
            log.add("cover.csv", line, "skill", skill, f"is no skill of anybody{hint(str(skill), skills)}")
            continue
        if shift is None or cells["day"] is None or not isinstance(cells["need"], float):
            continue
        dated, days = _days(str(cells["day"]), line, calendar, log)
        for day in days:
            key = day, str(shift), str(skill or "")
            before = found.get(key)
            if before is not None and before[0] == dated:
                message = (
                    f"{shift}{f' with {skill}' if skill else ''} on {calendar.date(day)} stands in row {before[1]}"
                )
                log.add("cover.csv", line, "day", cells["day"], f"{message} already; keep one", kind=f"twice {line}")
                break
            if before is None or dated:
                found[key] = dated, line, _cover(day, str(shift), cells, prices)
    return tuple(cover for _, _, cover in found.values())


def with_nobody(
    cover: Sequence[Cover], shifts: Sequence[ShiftType], calendar: RosterCalendar, prices: CoverPrices
) -> tuple[tuple[Cover, ...], tuple[int, ...]]:
    """Add that nobody is wanted where there is no cover: whoever works there is one too many.

    Returns
    -------
    cover : with a row for every type on every day on which anybody is wanted
    closed : days on which nobody is
    """
    wanted = {(one.day, one.shift) for one in cover if one.skill is None}
    opened = {one.day for one in cover if one.need > 0}
    none = [
        Cover(day, shift.name, 0, prices.under, prices.over)
        for day in sorted(opened)
        for shift in shifts
        if (day, shift.name) not in wanted
    ]
    return (*cover, *none), tuple(day for day in range(calendar.days) if day not in opened)


def _cover(day: int, shift: str, cells: Mapping[str, object], prices: CoverPrices) -> Cover:
    skill = cells["skill"]
    under, over = cells["under_price"], cells["over_price"]
    return Cover(
        day,
        shift,
        int(float(str(cells["need"]))),
        under if isinstance(under, float) else prices.under,
        over if isinstance(over, float) else 0.0 if skill else prices.over,
        None if skill is None else str(skill),
    )


def _days(text: str, line: int, calendar: RosterCalendar, log: FaultLog) -> tuple[bool, tuple[int, ...]]:
    """Whether a cell is a date, and the days that it means."""
    try:
        date = dt.date.fromisoformat(text)
    except ValueError:
        return False, calendar.days_on(parse_days(text))
    day = calendar.day(date)
    if not 0 <= day < calendar.days:
        last = calendar.date(calendar.days - 1)
        log.add("cover.csv", line, "day", text, f"lies outside the horizon, {calendar.first_day} to {last}")
        return True, ()
    return True, (day,)
