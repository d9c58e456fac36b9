"""What must hold of every channel mix, on random cases."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from optimizer.mix.lead import solve_case
from optimizer.mix.search import Limits

SEEDS = st.integers(0, 10**6)
FLOORS = st.floats(0.5, 0.9)
TIGHT = 1e-6
some = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _cost(case):
    """Cost of the best mix; infinite where there is none."""
    return solve_case(case, Limits(gap=1e-9))[1].cost


def _same(one, other):
    return one == other or one == pytest.approx(other, rel=TIGHT)


@some
@given(seed=SEEDS, floor=FLOORS, looser=st.floats(0, 0.2))
def test_a_looser_floor_never_costs_more(random_case, seed, floor, looser):
    assert _cost(random_case(seed, csat_floor=floor - looser)) <= _cost(random_case(seed, csat_floor=floor)) * (
        1 + TIGHT
    )


@some
@given(seed=SEEDS, floor=FLOORS)
def test_a_new_channel_never_costs_more(build_mix, random_lines, seed, floor):
    lines = random_lines(seed)
    names = {"periods": {"first": "2026-01", "count": 2}, "csat_floor": floor}
    fewer = lines | {
        name: [line for line in lines[name] if line["channel"] != "partner"] for name in ("channels", "links")
    }
    assert _cost(build_mix(names, **lines)) <= _cost(build_mix(names, **fewer)) * (1 + TIGHT)


@some
@given(seed=SEEDS, floor=FLOORS)
def test_two_equal_halves_of_a_type_cost_what_it_costs(build_mix, random_lines, seed, floor):
    names = {"periods": {"first": "2026-01", "count": 2}, "csat_floor": floor}
    lines = random_lines(seed)

    def halves(table, divided=()):
        rows = []
        for line in lines[table]:
            if line["contact_type"] != "a":
                rows.append(line)
                continue
            rows += [
                line | {"contact_type": half} | {column: line[column] / 2 for column in divided}
                for half in ("a-one", "a-two")
            ]
        return rows

    split = lines | {table: halves(table) for table in ("types", "segments", "links")}
    split["volumes"] = halves("volumes", ("issues",))
    assert _same(_cost(build_mix(names, **split)), _cost(build_mix(names, **lines)))


@some
@given(seed=SEEDS, floor=FLOORS, order=st.randoms(use_true_random=False))
def test_other_names_in_another_order_change_nothing(build_mix, random_lines, seed, floor, order):
    names = {"periods": {"first": "2026-01", "count": 2}, "csat_floor": floor}
    lines = random_lines(seed)
    renamed = {
        "phone": "z1",
        "bot": "y2",
        "web": "x3",
        "partner": "w4",
        "a": "q",
        "b": "p",
        "gold": "n",
        "standard": "m",
    }
    named = ("contact_type", "channel", "tier", "escalates_to")
    other = {
        table: [
            {key: renamed.get(value, value) if key in named else value for key, value in line.items()} for line in rows
        ]
        for table, rows in lines.items()
    }
    for rows in other.values():
        order.shuffle(rows)
    assert _same(_cost(build_mix(names, **other)), _cost(build_mix(names, **lines)))


@some
@given(seed=SEEDS, floor=FLOORS, factor=st.floats(0.01, 1000))
def test_other_money_scales_the_cost(random_case, seed, floor, factor):
    case = random_case(seed, csat_floor=floor)
    channels = case.channels
    prices = {
        name: getattr(channels, name) * factor
        for name in ("unit_price", "fixed_price", "resolution_price", "licence_price")
    }
    scaled = replace(
        case, channels=replace(channels, **prices), lost_cost=case.lost_cost * factor,
        pool_cost_per_hour=case.pool_cost_per_hour * factor,
    )  # fmt: skip
    cost = _cost(case)
    assert _same(_cost(scaled), cost * factor if np.isfinite(cost) else cost)


@some
@given(seed=SEEDS, floor=FLOORS, factor=st.floats(0.1, 50))
def test_more_contacts_of_every_kind_scale_the_cost(random_case, seed, floor, factor):
    case = random_case(seed, csat_floor=floor)
    more = replace(
        case, issues=case.issues * factor,
        channels=replace(case.channels, max_contacts=case.channels.max_contacts * factor),
    )  # fmt: skip
    cost = _cost(case)
    assert _same(_cost(more), cost * factor if np.isfinite(cost) else cost)
