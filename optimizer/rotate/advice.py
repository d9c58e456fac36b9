"""Why there is no rotation: the smallest set of rules that exclude each other, and what would help."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from models.rotation.records import OFF, WEEK_DAYS, RotationCase, Span
from models.wallclock import DAY_NAMES
from optimizer.rotate.engine import solve_rotation
from optimizer.solve import Status

Change = Callable[[RotationCase], RotationCase]
MORE_DAYS = 1
"""By which a way out makes a stretch longer."""
FREE_DAYS = 14
"""Of a stretch without a rule: two weeks; longer ones would only make the programs larger."""


@dataclass(frozen=True)
class Advice:
    """What is said of a case without a rotation.

    Attributes
    ----------
    too_many : weekdays on which more people are needed than there are
    excluding : rules of which none can be left out: together with the people needed they exclude each other. Empty
        where the people needed are too many without any rule
    smallest : whether every rule was tried before time was up
    ways_out : rules that, relaxed alone, leave a rotation; each was solved
    """

    too_many: tuple[str, ...]
    excluding: tuple[str, ...]
    smallest: bool
    ways_out: tuple[str, ...]


def advice(case: RotationCase, time_limit_s: float, seed: int = 1) -> Advice:
    """Explain an infeasible case by solving it again with fewer rules, and with easier ones.

    Parameters
    ----------
    time_limit_s : for both together; half of it for each
    """
    begun = time.perf_counter()
    excluding, smallest = _excluding(case, begun + time_limit_s / 2, seed)
    return Advice(_too_many(case), excluding, smallest, _ways_out(case, begun + time_limit_s, seed))


def _too_many(case: RotationCase) -> tuple[str, ...]:
    return tuple(
        f"{DAY_NAMES[day]}: {case.weeks - case.people_off(day)} people are needed, and there are {case.weeks}"
        for day in range(WEEK_DAYS)
        if case.people_off(day) < 0
    )


def _excluding(case: RotationCase, end: float, seed: int) -> tuple[tuple[str, ...], bool]:
    """Leave out one rule after the other as long as there is still no rotation: what stays excludes each other."""
    kept: list[str] = []
    current = case
    for words, drop in _rules(case):
        left = end - time.perf_counter()
        easier = drop(current)
        if easier == current:
            continue
        status = solve_rotation(easier, left, seed).status if left > 0 else Status.NO_PLAN
        if status is Status.INFEASIBLE:
            current = easier
        elif status is Status.NO_PLAN:
            return (), False
        else:
            kept.append(words)
    return tuple(kept), True


def _rules(case: RotationCase) -> Iterator[tuple[str, Change]]:
    """Yield every rule in words, with the way to leave it out of a case."""
    free = Span(1, min(WEEK_DAYS * case.weeks, FREE_DAYS))
    for days in case.forbidden:
        yield f"{_said(days)} is forbidden", partial(_allowed, days)
    for shift in case.shifts:
        yield f"{_span(shift.block)} of {shift.name} in a row", partial(_of_blocks, shift.name, free)
    yield f"{_span(case.work)} of work in a row", lambda case: replace(case, work=free)
    yield f"{_span(case.off)} off in a row", lambda case: replace(case, off=free)


def _allowed(days: tuple[str, ...], case: RotationCase) -> RotationCase:
    """Allow a succession."""
    return replace(case, forbidden=tuple(other for other in case.forbidden if other != days))


def _of_blocks(name: str, block: Span, case: RotationCase) -> RotationCase:
    """Give a shift other stretches."""
    return replace(case, shifts=tuple(replace(s, block=block) if s.name == name else s for s in case.shifts))


def _span(span: Span) -> str:
    if span.least == span.most:
        return f"{span.least} days, no fewer and no more,"
    return f"at most {span.most} days" if span.least == 1 else f"{span.least} to {span.most} days"


def _said(days: tuple[str, ...]) -> str:
    return " - ".join("off" if day == OFF else day for day in days)


def _ways_out(case: RotationCase, end: float, seed: int) -> tuple[str, ...]:
    ways = []
    for words, easier in _easier(case):
        left = end - time.perf_counter()
        if left <= 0:
            break
        if solve_rotation(easier, left, seed).line is not None:
            ways.append(words)
    return tuple(ways)


def _easier(case: RotationCase) -> Iterator[tuple[str, RotationCase]]:
    """Yield the case with one rule relaxed at a time, and with more people, each with words for it."""
    for words, span in _longer("days of work", case.work):
        yield words, replace(case, work=span)
    for words, span in _longer("days off", case.off):
        yield words, replace(case, off=span)
    for shift in case.shifts:
        for words, span in _longer(f"days of {shift.name}", shift.block):
            yield words, _of_blocks(shift.name, span, case)
    for days in case.forbidden:
        yield f"allow {_said(days)}", _allowed(days, case)
    for more in (1, 2, 3):
        people = f"{more} more {'person' if more == 1 else 'people'}"
        yield f"{people}: a rotation of {case.weeks + more} weeks", replace(case, weeks=case.weeks + more)


def _longer(what: str, span: Span) -> Iterator[tuple[str, Span]]:
    """Yield a stretch with an easier bound below, and above."""
    if span.least > 1:
        yield f"allow {span.least - 1} {what} in a row, not only {span.least}", Span(span.least - 1, span.most)
    yield (
        f"allow {span.most + MORE_DAYS} {what} in a row, not only {span.most}",
        Span(span.least, span.most + MORE_DAYS),
    )
