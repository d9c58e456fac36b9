"""Staffing one interval of several skills: the case that a peer gets wrong, brute force, limits."""

from itertools import product

import numpy as np
import pytest

from models.queueing import ServiceGoal, required_agents
from optimizer.skills.staffing import Judge, Precision, StaffingCase, keeps, staff, team_rows
from optimizer.solve import Status

QUICK = Precision(replications=10, hours=40.0, seed=3, threads=2)


def two_skills(cost=(1.0, 1.0, 1.5), available=np.inf, **changes):
    """25 contacts of either kind in 15 minutes, 300 s each, 80 % in 20 s, at most 85 % busy, nobody gives up."""
    figures = {
        "contacts_per_hour": 100.0, "aht_s": 300.0, "patience_s": np.inf, "within_s": 20.0, "target": 0.8,
        "occupancy_cap": 0.85,
    } | changes  # fmt: skip
    picks = [[0, -1], [-1, 0], [0, 0]]
    return StaffingCase(
        ("billing", "tech"), groups=("B", "T", "F"), picks=picks, cost=cost, available=available, **figures
    )


@pytest.fixture(scope="module")
def judge():
    return Judge(two_skills(), QUICK)


def test_twelve_agents_of_two_skills_serve_nobody(judge):
    # what a tool answers that counts an agent of two skills fully in both queues: 12 where 16.7 are busy
    assert judge(np.array([0, 0, 12])).level.max() < 0.01


def test_twenty_one_agents_of_two_skills_are_the_least(judge):
    assert not keeps(judge.case, judge(np.array([0, 0, 20])))
    assert keeps(judge.case, judge(np.array([0, 0, 21])))
    alone = two_skills(available=np.array([0.0, 0.0, np.inf]))
    found = staff(alone, QUICK)
    assert found.judged.agents.tolist() == [0, 0, 21]
    assert found.status is Status.OPTIMAL and found.cost == found.bound == 31.5


def test_brute_force_agrees_on_the_cheapest_mix(judge):
    case = judge.case
    found = staff(case, QUICK)
    assert keeps(case, found.judged) and found.cost < 24.0  # twelve and twelve specialists cost 24
    assert found.bound <= found.cost and found.gap == pytest.approx((found.cost - found.bound) / found.cost)
    # billing and tech are alike: T >= B only; what could still grow by an agent is checked grown
    for B, T, F in product(range(16), range(16), range(9)):
        agents = np.array([B, T, F])
        if B <= T and found.cost - 1.0 <= case.cost @ agents < found.cost - 1e-9:
            assert not keeps(case, judge(agents)), agents


def test_a_flexible_agent_at_no_premium_leaves_no_room_for_others():
    found = staff(two_skills(cost=(1.0, 1.0, 1.0)), QUICK)
    assert found.cost == found.bound == 21.0 and found.status is Status.OPTIMAL


def test_single_skills_are_staffed_as_by_erlang():
    case = two_skills(available=np.array([np.inf, np.inf, 0.0]), occupancy_cap=None)
    alone = int(required_agents(100 * 300 / 3600, 300.0, ServiceGoal(0.8, 20.0, model="erlang-c")))
    found = staff(case, QUICK)
    assert found.judged.agents.tolist() == [alone, alone, 0] and found.status is Status.OPTIMAL


def test_too_few_agents_is_infeasible():
    found = staff(two_skills(available=np.array([5.0, 5.0, 5.0])), QUICK)
    assert found.status is Status.INFEASIBLE and found.judged is None


def test_team_rows_of_the_case():
    assert team_rows(two_skills()) == [((0, 2), 12), ((1, 2), 12), ((0, 1, 2), 21)]


def test_same_seed_same_answer():
    first, second = (staff(two_skills(), QUICK) for _ in range(2))
    assert first.judged.agents.tolist() == second.judged.agents.tolist()
    assert first.judged.level.tolist() == second.judged.level.tolist()


def test_a_queue_without_agents_is_refused():
    with pytest.raises(ValueError, match="nobody serves tech"):
        StaffingCase(("billing", "tech"), 10.0, 300.0, np.inf, 20.0, 0.8, ("B",), [[0, -1]], 1.0, np.inf)
