"""Which worker gets which task: neighbours together, all of them once."""

import random

import pytest

from optimizer.batch.lanes import Lanes, Tasks


@pytest.mark.parametrize("total", [0, 1, 2, 7, 20])
@pytest.mark.parametrize("count", [1, 2, 3, 8])
def test_every_task_is_handed_out_once_whoever_asks(total, count):
    lanes, order = Lanes(list(range(total)), count), random.Random(1)
    found = [lanes.next(order.randrange(count)) for _ in range(total)]
    assert sorted(found) == list(range(total))
    assert all(lanes.next(lane) is None for lane in range(count))


def test_a_worker_goes_along_its_own_stretch_and_then_helps_the_last_from_its_end():
    lanes = Lanes(list(range(10)), 2)
    assert [lanes.next(0) for _ in range(5)] == [0, 1, 2, 3, 4]
    assert [lanes.next(1) for _ in range(2)] == [5, 6]
    assert [lanes.next(0), lanes.next(1), lanes.next(0)] == [9, 7, 8]
    assert lanes.next(1) is None


def test_what_comes_one_by_one_is_handed_out_in_its_order():
    lanes = Lanes(iter("abc"), 2)
    assert [lanes.next(1), lanes.next(0), lanes.next(1), lanes.next(0)] == ["a", "b", "c", None]


def test_a_task_is_only_made_when_its_turn_comes():
    made = []
    lanes = Lanes(Tasks(["a", "b", "c", "d"], lambda job: made.append(job) or job.upper()), 2)
    assert made == []
    assert [lanes.next(1), lanes.next(0)] == ["C", "A"]
    assert made == ["c", "a"]
