"""Rules on unbroken stretches of days: how long people work, or are off, without an interruption."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

import numpy as np

from models.roster.breach import Breach, outside
from models.roster.case import OFF, Line, RosterCase
from models.roster.records import Employee, Rule


def days_in_a_row(case: RosterCase, employee: Employee, line: Line, rule: Rule) -> Iterator[Breach]:
    """Judge every unbroken stretch of work."""
    yield from _judged(employee, case.with_history(employee, line) != OFF, rule)


def days_off_in_a_row(case: RosterCase, employee: Employee, line: Line, rule: Rule) -> Iterator[Breach]:
    """Judge every unbroken stretch of days off."""
    yield from _judged(employee, case.with_history(employee, line) == OFF, rule)


def shifts_in_a_row(case: RosterCase, employee: Employee, line: Line, rule: Rule) -> Iterator[Breach]:
    """Judge every unbroken stretch of days with a shift of the rule's types."""
    types = [case.shift_index[name] for name in rule.shifts]
    yield from _judged(employee, np.isin(case.with_history(employee, line), types), rule)


def stretches(days: np.ndarray) -> Iterator[tuple[int, int]]:
    """First place and length of every unbroken stretch of true values."""
    start = 0
    for kind, same in groupby(days.tolist()):
        length = len(list(same))
        if kind:
            yield start, length
        start += length


def _judged(employee: Employee, days: np.ndarray, rule: Rule) -> Iterator[Breach]:
    """Judge stretches that reach day 0 or end just before it; one at an end of what is known may go on beyond."""
    history = len(employee.history)
    for start, length in stretches(days):
        last = start + length
        at_edge = start == 0 or last == len(days)
        if last < history or (at_edge and length < rule.least):
            continue
        past = min(last, history) - start if start < history else 0
        yield from outside(rule, employee, start - history, length, rule.measure, past)
