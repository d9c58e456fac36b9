"""The smallest part that cannot be met, against parts that are known beforehand."""

import itertools

import numpy as np
import pytest

from optimizer.clock import OutOfTimeError
from optimizer.roster.smallest import UnsettledError, hitting_set, smallest_part

COUNT = 9


def _oracle(parts, calls=None, most=10**9, unsettled=()):
    """Meets what holds none of the parts; tells of nothing more than it was asked for."""

    def meets(some):
        if calls is not None:
            calls.append(some)
            if len(calls) > most:
                raise OutOfTimeError
        if some in unsettled:
            raise UnsettledError
        return None if any(part <= some for part in parts) else some

    return meets


def _parts(seed):
    rng = np.random.default_rng(seed)
    return [frozenset(rng.choice(COUNT, rng.integers(1, 6), replace=False).tolist()) for _ in range(rng.integers(1, 7))]


@pytest.mark.parametrize("seed", range(40))
def test_no_part_is_smaller(seed):
    parts = _parts(seed)
    found = smallest_part(COUNT, _oracle(parts))
    assert found.is_smallest and found.is_irreducible
    assert found.members in parts
    assert len(found.members) == min(map(len, parts))


@pytest.mark.parametrize("most", [0, 1, 3, 6])
def test_without_time_it_is_a_part_that_is_not_called_smallest(most):
    parts = [frozenset({0, 1, 2, 3}), frozenset({3, 8})]
    found = smallest_part(COUNT, _oracle(parts, [], most))
    assert any(part <= found.members for part in parts)
    assert not found.is_smallest


def test_what_the_oracle_cannot_tell_of_stays_in_and_is_said():
    parts = [frozenset({2, 5})]
    silent = {frozenset(some) | {2, 5} for size in range(3) for some in itertools.combinations(range(COUNT), size)}
    found = smallest_part(COUNT, _oracle(parts, unsettled=silent))
    assert parts[0] < found.members
    assert not found.is_smallest and not found.is_irreducible


@pytest.mark.parametrize("seed", range(20))
def test_hitting_sets_against_all_choices(seed):
    sets = _parts(seed)
    choices = (frozenset(some) for size in range(COUNT) for some in itertools.combinations(range(COUNT), size))
    least = next(len(some) for some in choices if all(some & each for each in sets))
    found = hitting_set(sets, COUNT)
    assert len(found) == least and all(found & each for each in sets)
    assert hitting_set(sets, least - 1) is None
    assert hitting_set([], 0) == frozenset()
