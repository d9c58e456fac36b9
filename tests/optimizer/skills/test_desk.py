"""Moves of single shifts against what must be kept: added, removed, exchanged, within limits."""

import numpy as np
import pytest

from optimizer.shifts.engine import Limits
from optimizer.shifts.problem import CountLimit, ShiftFamily, ShiftProblem, Team
from optimizer.skills.desk import Claims
from optimizer.skills.parts import Parts

COST = (2.0, 3.0, 3.5)


def desk_of(need=(0,), counts=()):
    """Three groups (b, t, both), one interval, a shift of each group; a team of all needs ``need``."""
    families = [
        ShiftFamily(pool=pool, length=1, starts=np.zeros(1, np.int64), shift=np.zeros(1, np.int64),
                    day=np.zeros(1, np.int64), cost=np.array([COST[pool]]))
        for pool in range(3)
    ]  # fmt: skip
    problem = ShiftProblem(
        intervals=1, interval_of_slot=np.arange(1), pools=("b", "t", "both"), shifts=("one",), families=tuple(families),
        need=np.zeros((3, 1), np.int64), open=np.ones((3, 1), bool), pay_rate=np.zeros((3, 1)), counts=tuple(counts),
        teams=(Team("all", (0, 1, 2), np.maximum(need, 1)),),
    )  # fmt: skip
    parts = Parts(Limits(gap=0.0, time_limit_s=5.0, threads=1))
    parts.solve(problem, sketch=True)
    (desk,) = parts.desks(problem)
    return desk


def claims_of(desk, short, brings):
    """``brings``: for each claim, what a head of each group brings."""
    slope = np.array(brings, float)[:, desk.cells[:, 0]]
    return Claims(np.array(short, float), slope, slope)


def people(desk):
    return {int(group): int(heads) for (group, _), heads in zip(desk.cells, desk.heads, strict=True) if heads}


def test_what_gains_most_for_its_cost_is_added_until_nothing_is_short():
    desk = desk_of((1,))
    # both: 2 answers of each claim for 3.5; b or t alone: 2 answers for 2 or 3
    added = desk.add(claims_of(desk, [4.0, 4.0], [[2, 0, 2], [0, 2, 2]]), 10)
    assert added == 2 and people(desk) == {0: 1, 2: 2}
    assert desk.add(claims_of(desk, [0.0, -1.0], [[2, 0, 2], [0, 2, 2]]), 10) == 0


def test_no_more_is_added_than_asked_and_than_a_limit_allows():
    limit = CountLimit("heads of both", {2: np.ones(1)}, -np.inf, 1.0)
    desk = desk_of((1,), [limit])
    assert desk.add(claims_of(desk, [9.0], [[0, 0, 1]]), 5) == 1
    assert people(desk)[2] == 1 and desk.keeps_limits
    free = desk_of((1,))
    assert free.add(claims_of(free, [9.0], [[0, 0, 1]]), 5) == 5


def test_a_shift_leaves_only_if_every_claim_can_spare_it():
    desk = desk_of((4,))
    assert people(desk) == {0: 4}
    removed, rest = desk.remove(claims_of(desk, [-2.5, -9.0], [[1, 0, 1], [1, 0, 0]]), 10)
    assert removed == 2 and people(desk) == {0: 2} and rest.short == pytest.approx([-0.5, -7.0])
    assert desk.remove(claims_of(desk, [-0.5], [[1, 0, 1]]), 10)[0] == 0


def test_a_dearer_shift_gives_way_to_a_cheaper_one_that_does_as_much():
    desk = desk_of((0,))
    both = int(np.flatnonzero(desk.columns.cost == COST[2])[0])
    desk.counts[both] = 2
    # one of the two is needed for the second claim, which b does not serve
    done = desk.exchange(claims_of(desk, [0.0, -1.0], [[1, 0, 1], [0, 1, 1]]), 10)
    assert done == 1 and people(desk) == {0: 2, 2: 1} and desk.cost == pytest.approx(7.5)


def test_a_rounded_start_is_brought_within_its_limits():
    least = CountLimit("two of t", {1: np.ones(1)}, 2.0, 3.0)
    desk = desk_of((1,), [least])
    desk.counts[:] = 0
    desk._keep_limits()
    assert people(desk) == {1: 2}
    desk.counts *= 3
    desk._keep_limits()
    assert people(desk) == {1: 3} and desk.keeps_limits
