"""Sets of queues whose teams can matter."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.skills.teams import alike, queue_sets, team_of


def test_two_queues_with_specialists_and_both():
    can = np.array([[True, False], [False, True], [True, True]])
    assert queue_sets(can) == [(0,), (1,), (0, 1)]
    assert [team_of(can, queues) for queues in queue_sets(can)] == [(0, 2), (1, 2), (0, 1, 2)]


def test_a_queue_that_nobody_but_the_others_agents_serve_joins_them():
    # whoever serves queue 0 serves queue 1 too: the team of queue 0 alone is that of both
    assert queue_sets(np.array([[True, True]])) == [(0, 1)]
    assert queue_sets(np.array([[True, True], [False, True]])) == [(0,), (0, 1)]


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 4), st.integers(1, 5), st.randoms(use_true_random=False))
def test_every_set_is_inside_a_listed_one_with_the_same_team(groups, queues, random):
    can = np.array([[random.random() < 0.5 for _ in range(queues)] for _ in range(groups)])
    can[random.randrange(groups)] = True
    listed = {team_of(can, chosen): set(chosen) for chosen in queue_sets(can)}
    for size in range(1, queues + 1):
        for chosen in combinations(range(queues), size):
            assert set(chosen) <= listed[team_of(can, chosen)]


@pytest.mark.parametrize(
    ("promise", "classes"), [((0.8, 0.8, 0.8), [(0, 1), (2,)]), ((0.8, 0.9, 0.8), [(0,), (1,), (2,)])]
)
def test_queues_are_alike_with_the_same_agents_order_and_promise(promise, classes):
    picks = np.array([[0, 0, 1], [0, 0, -1]])
    assert alike(picks >= 0, picks, [(level,) for level in promise]) == classes
