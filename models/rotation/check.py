"""What a rotation breaks and costs, in plain arithmetic on its line of days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from models.rotation.records import OFF, WEEK_DAYS, RotationCase, Span
from models.wallclock import DAY_NAMES


def broken_rules(case: RotationCase, line: Sequence[str]) -> list[str]:
    """Return in words every rule that a rotation breaks; none in a good one.

    Parameters
    ----------
    case : RotationCase
    line : sequence of str
        Shift of each day, `OFF` on a day off: the weeks one after the other, from a Monday on; the last day is followed
        by the first.

    Raises
    ------
    ValueError
        If the line has another length, or a name is unknown.
    """
    days = list(line)
    if len(days) != WEEK_DAYS * case.weeks:
        raise ValueError(f"the line has {len(days)} days, not {WEEK_DAYS * case.weeks}")
    if unknown := set(days) - {OFF, *(shift.name for shift in case.shifts)}:
        raise ValueError(f"unknown shifts: {', '.join(sorted(unknown))}")
    return [*_people(case, days), *_stretches(case, days), *_successions(case, days)]


def cost_of(case: RotationCase, line: Sequence[str]) -> float:
    """Return what a rotation costs by the prices of its case."""
    days, prices = list(line), case.prices
    weekends = sum(days[week * WEEK_DAYS + 5] != OFF or days[week * WEEK_DAYS + 6] != OFF for week in range(case.weeks))
    singles = sum(kind == OFF and length == 1 for kind, length in _runs([OFF if d == OFF else "on" for d in days]))
    changes = sum(OFF not in pair and pair[0] != pair[1] for pair in _tuples(days, 2))
    return prices.weekend_worked * weekends + prices.single_day_off * singles + prices.change * changes


def _people(case: RotationCase, days: list[str]) -> Iterator[str]:
    for shift in case.shifts:
        for weekday, need in enumerate(shift.need):
            present = days[weekday::WEEK_DAYS].count(shift.name)
            if present != need:
                yield f"{DAY_NAMES[weekday]}: {present} on {shift.name}, needed {need}"


def _stretches(case: RotationCase, days: list[str]) -> Iterator[str]:
    for kind, length in _runs([OFF if day == OFF else "on" for day in days]):
        yield from _outside(
            "days off" if kind == OFF else "days of work", length, case.off if kind == OFF else case.work
        )
    blocks = {shift.name: shift.block for shift in case.shifts}
    for kind, length in _runs(days):
        if kind != OFF:
            yield from _outside(f"days of {kind}", length, blocks[kind])


def _outside(what: str, length: int, span: Span) -> Iterator[str]:
    if not span.least <= length <= span.most:
        yield f"{length} {what} in a row, allowed {span.least} to {span.most}"


def _successions(case: RotationCase, days: list[str]) -> Iterator[str]:
    for forbidden in case.forbidden:
        for found in _tuples(days, len(forbidden)):
            if found == forbidden:
                yield f"{' '.join(forbidden)} occurs"


def _tuples(days: list[str], length: int) -> Iterator[tuple[str, ...]]:
    """Every succession of some days, around the end."""
    around = days + days[: length - 1]
    for place in range(len(days)):
        yield tuple(around[place : place + length])


def _runs(days: list[str]) -> list[tuple[str, int]]:
    """Kind and length of every unbroken stretch, around the end."""
    runs = [(kind, len(list(same))) for kind, same in groupby(days)]
    if len(runs) > 1 and runs[0][0] == runs[-1][0]:
        runs[0] = (runs[0][0], runs[0][1] + runs.pop()[1])
    return runs
