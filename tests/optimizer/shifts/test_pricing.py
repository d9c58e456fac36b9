"""Pricing off prefix sums finds the least reduced cost of every start, pattern by pattern in plain loops."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.shifts.patterns import break_places, count_break_places, count_patterns, pattern_costs
from optimizer.shifts.pricing import price
from optimizer.shifts.rows import build_rows


def _reduced_cost(tiny, problem, rows, duals, pattern):
    """Cost less what the pattern collects in the rows, found by their names."""
    index, member, _ = pattern
    pool = problem.families[index].pool
    present, duty = tiny.attendance(problem, *pattern)
    found = tiny.pattern_cost(problem, *pattern)
    for (kind, label, place), dual in zip(rows.names, duals.tolist(), strict=True):
        if kind == "cover" and label == problem.pools[pool]:
            found -= dual * duty[place]
        if kind == "attended":
            limit = next(limit for limit in problem.attendance if limit.name == label)
            if pool in limit.pools:
                found -= dual * (duty if limit.on_duty else present)[place]
        if kind == "counted":
            limit = next(limit for limit in problem.counts if limit.name == label)
            if index in limit.factors:
                found -= dual * float(limit.factors[index][member])
    return found


@pytest.mark.parametrize("seed", range(40))
def test_price_is_the_least_of_all_patterns(tiny, seed):
    rng = np.random.default_rng(seed)
    problem = tiny.random(
        rng, pools=int(rng.integers(1, 3)), intervals=9, families=3, starts=3, breaks=3, longest=9,
        attendance=(tiny.limit((0,), 9, most=5, name="seats"), tiny.limit((0,), 9, most=4, on_duty=True, name="duty")),
        counts=(tiny.count({0: rng.uniform(-1, 1, 3)}, most=1, name="share"),),
    )  # fmt: skip
    rows = build_rows(problem)
    duals = rng.normal(0, 20, rows.count)
    priced = price(problem, rows, duals)
    for index, item in enumerate(priced):
        assert item.patterns.family == index
        for member in range(len(problem.families[index].starts)):
            every = [pattern for pattern in tiny.patterns(problem) if pattern[:2] == (index, member)]
            costs = {pattern[2]: _reduced_cost(tiny, problem, rows, duals, pattern) for pattern in every}
            assert item.reduced_cost[member] == pytest.approx(min(costs.values()))
            # and the breaks that it names have that reduced cost
            chosen = tuple(item.patterns.offsets[member].tolist())
            assert costs[chosen] == pytest.approx(item.reduced_cost[member])
        assert pattern_costs(problem, item.patterns) == pytest.approx(
            [
                tiny.pattern_cost(problem, index, member, tuple(places))
                for member, places in enumerate(item.patterns.offsets.tolist())
            ]
        )


def test_random_problems_have_several_breaks(tiny):
    """Guard the test above: three breaks in order, paid and unpaid, do occur."""
    families = [
        family
        for seed in range(40)
        for family in tiny.random(np.random.default_rng(seed), intervals=9, families=3, breaks=3, longest=9).families
    ]
    assert sum(len(family.breaks) == 3 for family in families) >= 10
    assert sum(family.work_between > 0 for family in families) >= 10
    assert {window.paid for family in families for window in family.breaks} == {True, False}


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 3), st.sets(st.integers(0, 9), min_size=1, max_size=5)), min_size=0, max_size=4),
    st.integers(0, 3),
)
def test_break_places_are_counted_and_made(tiny, windows, between):
    breaks = [tiny.rest(length, *sorted(offsets)) for length, offsets in windows]
    family = tiny.family(12, [0, 1], 10.0, breaks=breaks, work_between=between)
    expected = list(tiny.break_places(family))
    assert sorted(map(tuple, break_places(family).tolist())) == sorted(expected)
    assert count_break_places(family) == len(expected)
    assert count_patterns(tiny.problem([1] * 13, [family, family], before=0)) == 4 * len(expected)


def test_counting_never_overflows(tiny):
    """Twenty breaks with ten places each: more patterns than a 64-bit number holds."""
    breaks = [tiny.rest(1, *range(20 * k, 20 * k + 10)) for k in range(20)]
    assert count_break_places(tiny.family(400, [0], 10.0, breaks=breaks)) == 10**20
