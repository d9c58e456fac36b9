"""Every kind of rule, decided by the search as its own function judges it: brute force over every line of work."""

import datetime as dt
import math

import numpy as np
import pytest

from models.roster.case import OFF, RosterCase
from models.roster.check import check
from models.roster.records import OF_TYPES, ON_DAYS, RESTS, WHOLE_HORIZON, Employee, Measure, Rule, ShiftType, Wish
from optimizer.roster.pricing import Pricer

SHIFTS = (
    ShiftType("E", 240, start_min=360, kind="day"),
    ShiftType("N", 480, ("E",), start_min=1320, span_min=540, needs=frozenset({"s"})),
)
DAYS = 6
BOUNDS = {
    Measure.SHIFTS: (1, 2), Measure.MINUTES: (480, 1200), Measure.DAYS_OFF: (2, 3), Measure.WEEKENDS: (1, 1),
    Measure.WEEKENDS_OFF: (1, 1), Measure.SPLIT_WEEKENDS: (0, 0), Measure.DAYS_OFF_PAIRS: (1, 2),
    Measure.SHIFT_TYPES: (1, 1), Measure.REFUSED: (0, 1), Measure.DAY_MINUTES: (240, 300),
    Measure.DAYS_IN_A_ROW: (2, 3), Measure.DAYS_OFF_IN_A_ROW: (2, 2), Measure.SHIFTS_IN_A_ROW: (2, 2),
    Measure.REST: (1000, 3200), Measure.REST_AFTER: (2000, 4000), Measure.LONGEST_REST: (2200, 2900),
}  # fmt: skip
"""Least and most that bind in some of the tiny cases."""


PERIODS = [((-2, 2), (2, 6)), ((0, 3), (3, 6)), ((-3, 6),), ((1, 4),), ((-1, 5), (5, 9))]


def _rule(rng, measure, number):
    """One rule on a measure, with everything that may go with it."""
    least, most = BOUNDS[measure]
    fields = {}
    if measure in OF_TYPES:
        fields["shifts"] = tuple(rng.permutation(["E", "N"])[: rng.integers(1, 3)].tolist())
    if measure in ON_DAYS and rng.random() < 0.3:
        fields["days"] = tuple(sorted(rng.choice(DAYS, 4, replace=False).tolist()))
    if measure not in WHOLE_HORIZON and rng.random() < 0.6:
        fields["periods"] = PERIODS[rng.integers(len(PERIODS))]
    if measure not in WHOLE_HORIZON | RESTS and rng.random() < 0.3:
        fields["before"] = 1.0 if measure is not Measure.MINUTES else 130.0
    if measure is Measure.REST_AFTER:
        fields["after"] = int(rng.integers(1, 3))
    minutes = measure in RESTS or measure in (Measure.MINUTES, Measure.DAY_MINUTES)
    return Rule(
        f"r{number}", measure,
        least if rng.random() < 0.6 else 0,
        most if rng.random() < 0.7 else math.inf,
        None if rng.random() < 0.3 else float(rng.integers(1, 5)),
        unit=60.0 if minutes else 1.0,
        growing=bool(rng.random() < 0.3),
        **fields,
    )  # fmt: skip


def _case(seed):
    """One person, rules on a few measures; the clocks change on the third day."""
    rng = np.random.default_rng(seed)
    measures = [list(BOUNDS)[seed % len(BOUNDS)], *rng.choice(list(BOUNDS), rng.integers(0, 4)).tolist()]
    rules = tuple(_rule(rng, Measure(measure), number) for number, measure in enumerate(measures))
    history = tuple([None, "E", "N"][rng.integers(3)] for _ in range(rng.choice([0, 0, 1, 3, 5])))
    wishes = tuple(
        Wish("P", int(rng.integers(DAYS)), [None, "E", "N"][rng.integers(3)], bool(rng.random() < 0.5),
             None if rng.random() < 0.15 else float(rng.integers(1, 6)))
        for _ in range(rng.integers(0, 6))
    )  # fmt: skip
    skills = frozenset({"s"} if rng.random() < 0.8 else ())
    weekends = [((2, 3),), ((0,), (5,)), ((0, 1), (4, 5))][rng.integers(3)]
    return RosterCase(
        f"seed {seed}", DAYS, SHIFTS, (Employee("P", rules, skills, history),), wishes, (), weekends,
        dt.date(2026, 3, 27), "Europe/Amsterdam",
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(96))
def test_the_cheapest_line_is_that_of_brute_force(seed, every_legal_line):
    case = _case(seed)
    lines, costs = every_legal_line(case, 0)
    reward = np.random.default_rng(seed).uniform(-5, 10, (1, DAYS, len(SHIFTS)))
    (found,) = Pricer(case).price([0], reward, 4)
    if not len(lines):
        assert (len(found.lines), found.bound) == (0, math.inf)
        return
    earned = np.where(lines == OFF, 0.0, reward[0][np.arange(DAYS), lines]).sum(axis=1)
    best = (costs - earned).min()
    assert found.value[0] == pytest.approx(best, abs=1e-6)
    assert best - 1e-5 <= found.bound <= best + 1e-9
    for line, cost in zip(found.lines, found.cost, strict=True):
        judged = check(case, line[None])
        assert (judged.broken, judged.cost) == ((), pytest.approx(cost, abs=1e-6))


@pytest.mark.parametrize("measure", list(BOUNDS))
def test_every_measure_binds_in_some_case(measure, every_legal_line):
    """The test above would prove nothing about a rule that no line ever misses."""
    for seed in range(list(BOUNDS).index(measure), 96, len(BOUNDS)):
        case = _case(seed)
        lines = np.array([np.random.default_rng(number).integers(-1, 2, DAYS) for number in range(20)])
        if any(breach.rule == "r0" for line in lines for breach in check(case, line[None]).breaches):
            return
    pytest.fail(f"no case misses a rule on {measure}")
