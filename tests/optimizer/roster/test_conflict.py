"""Why somebody has no legal line: the smallest set of demands, by brute force over every line and every set."""

import dataclasses
import datetime as dt
import itertools

import numpy as np
import pytest

from models.roster.case import OFF, RosterCase
from models.roster.check import check
from models.roster.records import Employee, Measure, Reason, Rule, ShiftType, Wish
from optimizer.roster.conflict import conflicts_of
from optimizer.roster.demands import alone, demands_on

DAY, NIGHT = ShiftType("D", 480, start_min=540), ShiftType("N", 480, ("D",), start_min=1380, needs=frozenset({"s"}))
MONDAY = dt.date(2026, 3, 23)
WEEKS = ((0, 4), (4, 7))


def _case(*rules, wishes=(), history=(), skills=("s",), days=7, others=()):
    people = (Employee("Ann", rules, frozenset(skills), history), *others)
    weekends = ((5, 6),) if days > 6 else ()
    return RosterCase("c", days, (DAY, NIGHT), people, tuple(wishes), (), weekends, MONDAY, "Europe/Amsterdam")


def _kept(case):
    """Demands of the first person that each line keeps, (lines, demands)."""
    employee = case.employees[0]
    demands = demands_on(case, employee)
    lines = np.array(list(itertools.product((OFF, 0, 1), repeat=case.days)))
    singles = [alone(case, employee, [one]) for one in demands]
    return lines, demands, np.array([[not check(one, line[None]).broken for one in singles] for line in lines])


def _least(kept):
    """Size of the smallest set of demands that no line keeps."""
    for size in range(1, kept.shape[1] + 1):
        for some in itertools.combinations(range(kept.shape[1]), size):
            if not kept[:, some].all(axis=1).any():
                return size
    return 0


def _random(seed):
    """Hard rules of many kinds on five days, too tight together more often than not."""
    rng = np.random.default_rng(seed)
    rules = [
        Rule("least", Measure.MINUTES, float(rng.integers(2, 4)) * 480, periods=((0, 5),)),
        Rule("most of a part", Measure.MINUTES, 0, 480.0 * rng.integers(0, 2), periods=((0, 2), (2, 5))),
        Rule("in a row", Measure.DAYS_IN_A_ROW, float(rng.integers(1, 3)), float(rng.integers(2, 4))),
        Rule("nights", Measure.SHIFTS, 0, float(rng.integers(0, 3)), shifts=("N",)),
        Rule("days off", Measure.DAYS_OFF, float(rng.integers(0, 4))),
        Rule("rest", Measure.REST, 660),
        Rule("after nights", Measure.REST_AFTER, 2000, shifts=("N",)),
    ]
    chosen = [rules[place] for place in sorted(rng.choice(len(rules), 5, replace=False))]
    wishes = [
        Wish("Ann", int(day), [None, "D", "N"][rng.integers(3)], bool(rng.random() < 0.5), None, Reason.FIXED)
        for day in rng.choice(5, rng.integers(0, 3), replace=False)
    ]
    history = tuple([None, "D", "N"][k] for k in rng.integers(0, 3, rng.integers(0, 3)))
    return _case(*chosen, wishes=wishes, history=history, skills=("s",) if rng.random() < 0.7 else (), days=5)


@pytest.mark.parametrize("seed", range(12))
def test_the_set_is_the_smallest_and_what_helps_does(seed):
    case = _random(seed)
    lines, demands, kept = _kept(case)
    whole = np.array([not check(case, line[None]).broken for line in lines])
    assert (kept.all(axis=1) == whole).all()  # taken apart, it is what it was
    if whole.any():
        return
    (found,) = conflicts_of(case, [0])
    assert found.is_smallest
    assert len(found.demands) == _least(kept)
    words = [one.words(case) for one in demands]
    members = [words.index(one) for one in found.demands]
    assert not kept[:, members].all(axis=1).any()
    alone_helps = [one for one in members if np.delete(kept, one, axis=1).all(axis=1).any()]
    assert len(found.ways_out) == len(alone_helps)
    assert bool(found.breaches) == (not alone_helps)


def test_most_of_these_cases_are_impossible():
    """The test above would prove nothing else."""
    assert sum(not _kept(_random(seed))[2].all(axis=1).any() for seed in range(12)) >= 5


def test_words_bounds_and_dates_of_a_way_out():
    rules = (
        Rule("contract hours", Measure.MINUTES, 32 * 60, 40 * 60, unit=60),
        Rule("week", Measure.MINUTES, 0, 16 * 60, periods=WEEKS, unit=60),
        Rule("nights", Measure.SHIFTS, 0, 3, shifts=("N",)),
    )
    leave = [Wish("Ann", day, None, False, None, Reason.LEAVE) for day in (4, 5)]
    (found,) = conflicts_of(_case(*rules, wishes=leave), [0])
    assert found.demands == (
        "contract hours: at least 32 h, over the horizon",
        "week: at most 16 h, 2026-03-23 to 2026-03-26",
        "leave: no work, 2026-03-27 to 2026-03-28",
    )
    assert found.is_smallest and not found.by_history
    assert "contract hours: at least 24 h in place of 32 h" in found.ways_out
    assert any(way in found.ways_out for way in (f"leave: give it up on 2026-03-{day}" for day in (27, 28)))
    assert "week: at most 24 h in place of 16 h, 2026-03-23 to 2026-03-26" in found.ways_out


def test_what_was_worked_before_is_named():
    rest = Rule("daily rest", Measure.REST, 660, unit=60)
    early = Wish("Ann", 0, "D", True, None, Reason.FIXED)
    (found,) = conflicts_of(_case(rest, wishes=[early], history=("N",)), [0])
    assert found.by_history
    assert "fixed assignment: D, 2026-03-23" in found.demands
    (found,) = conflicts_of(_case(wishes=[early, dataclasses.replace(early, shift="N")]), [0])
    assert not found.by_history and len(found.demands) == 2


def test_a_succession_and_a_skill():
    wishes = [Wish("Ann", day, name, True, None, Reason.FIXED) for day, name in ((2, "N"), (3, "D"))]
    (found,) = conflicts_of(_case(wishes=wishes), [0])
    assert "forbidden succession: N is not followed by D" in found.demands
    assert "forbidden succession: let D follow N" in found.ways_out
    (found,) = conflicts_of(_case(wishes=wishes[:1], skills=()), [0])
    assert found.demands == ("fixed assignment: N, 2026-03-25", "skill: N needs s")
    assert "skill: teach Ann s" in found.ways_out


def test_two_conflicts_at_once_are_told_by_the_nearest_line():
    wishes = [
        Wish("Ann", day, name, True, None, Reason.FIXED) for day, name in ((0, "D"), (0, "N"), (3, "D"), (3, "N"))
    ]
    (found,) = conflicts_of(_case(wishes=wishes), [0])
    assert len(found.demands) == 2
    assert found.ways_out == ()
    assert len(found.breaches) == 2


def test_people_with_the_same_trouble_are_named_together():
    rules = (Rule("least", Measure.MINUTES, 4800), Rule("week", Measure.MINUTES, 0, 1200, periods=WEEKS))
    others = (Employee("Bob", rules), Employee("Cem"), Employee("Dia", (Rule("none", Measure.DAYS_OFF, 9),)))
    found = conflicts_of(_case(*rules, others=others), [0, 1, 3])
    assert [(one.employee, one.others) for one in found] == [("Ann", ("Bob",)), ("Dia", ())]


def test_without_time_people_are_named_all_the_same():
    rules = (Rule("least", Measure.MINUTES, 4800), Rule("week", Measure.MINUTES, 0, 1200, periods=WEEKS))
    found = conflicts_of(_case(*rules, others=(Employee("Bob", rules),)), [0, 1], seconds=0.0)
    assert [one.employee for one in found] == ["Ann", "Bob"]
    assert not any(one.is_smallest for one in found)
