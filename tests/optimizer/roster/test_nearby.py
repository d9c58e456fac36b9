"""Few people get new lines and all others keep theirs: costs, who is chosen, and what is left alone."""

import dataclasses

import numpy as np
import pytest

from models.roster.case import OFF
from models.roster.check import check
from models.roster.records import Reason, Wish
from models.roster.repair import repaired
from optimizer.roster.engine import RosterLimits
from optimizer.roster.folder import people_near
from optimizer.roster.nearby import broken_people, lost_shifts, nearest_people, part_of, solve_near
from optimizer.solve import Status


@pytest.mark.parametrize("seed", range(6))
def test_a_part_costs_more_by_as_much_as_the_whole(seed, make_case):
    """Whatever the few work, while the others stay: by the rules' own functions."""
    case = make_case(seed, people=5)
    case = dataclasses.replace(
        case,
        employees=tuple(
            dataclasses.replace(one, rules=tuple(r for r in one.rules if r.price is not None)) for one in case.employees
        ),
        wishes=tuple(wish for wish in case.wishes if wish.price is not None),
    )
    rng = np.random.default_rng(seed)
    lines, others = (rng.integers(-1, 2, (5, case.days)) for _ in range(2))
    part = part_of(case, lines, [1, 3])
    changed = lines.copy()
    changed[[1, 3]] = others[[1, 3]]
    whole = check(case, changed).cost - check(case, lines).cost
    assert check(part, others[[1, 3]]).cost - check(part, lines[[1, 3]]).cost == pytest.approx(whole)


def _sick(make_case):
    case = make_case(3, people=8)
    people = tuple(dataclasses.replace(one, rules=()) for one in case.employees)
    lines = np.full((8, case.days), OFF)
    lines[:4, 2] = 0
    leave = Wish("P0", 2, None, False, None, Reason.LEAVE)
    return dataclasses.replace(case, employees=people, wishes=(leave,)), lines


def test_who_is_hit_and_who_helps(make_case):
    case, lines = _sick(make_case)
    judged = check(case, lines)
    assert broken_people(case, judged) == [0]
    assert lost_shifts(case, lines, [0]) == [(2, 0)]
    near = nearest_people(case, lines, judged, [0], [(2, 0)], 3)
    assert len(near) == 3 and near[0] == 0
    assert all(lines[place, 2] == OFF for place in near[1:])  # rather than who works that shift already


def test_nobody_else_changes_and_the_cost_is_that_of_the_whole(make_case):
    case, lines = _sick(make_case)
    priced = repaired(case, lines, 1.0)
    found = solve_near(priced, lines, [0, 5, 6], RosterLimits(time_limit_s=10.0))
    changed = (found.lines != lines).any(axis=1)
    assert not changed[[1, 2, 3, 4, 7]].any()
    assert (found.lines[0, 2], found.status, found.bound) == (OFF, Status.FEASIBLE, -np.inf)
    judged = check(priced, found.lines)
    assert (judged.broken, judged.cost) == ((), pytest.approx(found.cost))


def test_everybody_may_change_unless_there_are_many(make_case):
    case, lines = _sick(make_case)
    assert people_near(case, lines, None) is None
    assert people_near(case, lines, 0) is None
    assert len(people_near(case, lines, 4)) == 4
    lines[0, 2] = OFF
    assert people_near(case, lines, 4) is None  # nobody is hit
