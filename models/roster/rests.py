"""Rules on rest: elapsed time between the end of a shift and the start of the next, whatever the clocks do."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from models.roster.breach import Breach, outside
from models.roster.case import OFF, Line, RosterCase
from models.roster.records import Employee, Rule
from models.roster.stretches import stretches


def rest_between(case: RosterCase, employee: Employee, line: Line, rule: Rule) -> Iterator[Breach]:
    """Judge the rest between every two shifts that follow each other, the later one in the horizon."""
    known = case.with_history(employee, line)
    for first, second in pairwise(np.flatnonzero(known != OFF) - len(employee.history)):
        if second >= 0:
            yield from _rest(case, employee, known, int(first), int(second), rule)


def rest_after(case: RosterCase, employee: Employee, line: Line, rule: Rule) -> Iterator[Breach]:
    """Judge the rest after every stretch of the rule's types that is long enough and has ended."""
    known = case.with_history(employee, line)
    worked = np.flatnonzero(known != OFF).tolist()
    types = [case.shift_index[name] for name in rule.shifts]
    for start, length in stretches(np.isin(known, types)):
        last = start + length - 1
        following = next((day for day in worked if day > last), -1) - len(employee.history)
        if length >= rule.after and following >= 0:
            yield from _rest(case, employee, known, last - len(employee.history), following, rule)


def longest_rest(case: RosterCase, employee: Employee, line: Line, rule: Rule) -> Iterator[Breach]:
    """Judge the longest time without work inside each period, from its first midnight to its last."""
    known, history = case.with_history(employee, line), len(employee.history)
    for first, end in rule.periods or ((0, case.days),):
        begin, finish = case.midnight_min(first), case.midnight_min(end)
        busy = [
            (case.start_min(day, shift), case.end_min(day, shift))
            for day in range(max(first - 2, -history), min(end, case.days))
            if (shift := int(known[day + history])) != OFF
        ]
        free_from = [begin, *(min(max(until, begin), finish) for _, until in busy)]
        free_to = [*(min(max(since, begin), finish) for since, _ in busy), finish]
        longest = max(until - since for since, until in zip(free_from, free_to, strict=True))
        yield from outside(rule, employee, max(first, 0), longest, "minutes of rest")


def _rest(case: RosterCase, employee: Employee, known: Line, first: int, second: int, rule: Rule) -> Iterator[Breach]:
    history = len(employee.history)
    one, other = int(known[first + history]), int(known[second + history])
    rest = case.start_min(second, other) - case.end_min(first, one)
    words = f"minutes of rest between {case.shifts[one].name} and {case.shifts[other].name}"
    yield from outside(rule, employee, second, rest, words)
