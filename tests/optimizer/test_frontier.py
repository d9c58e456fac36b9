"""Frontiers: each point is the optimum of its level, what no mix reaches is said, the knee stands where it should."""

from dataclasses import replace

import numpy as np
import pytest

from optimizer.frontier import budget_frontier, csat_frontier, knee, service_frontier, service_levels
from optimizer.mix.lead import solve_case
from optimizer.mix.search import Limits

EXACT = Limits(gap=1e-9)
LINES = {
    "types": [{"contact_type": "orders", "pool": "desk", "aht_s": 300}],
    "volumes": [{"period": "2026-01", "contact_type": "orders", "issues": 10000}],
    "links": [
        {"contact_type": "*", "channel": "phone", "csat": 0.9},
        {"contact_type": "*", "channel": "bot", "adoption_cap": 0.5, "containment": 0.7, "csat": 0.7},
        {"contact_type": "*", "channel": "web", "adoption_cap": 0.3, "containment": 0.9, "csat": 0.6},
    ],
}


def _channels(**bot):
    return [
        {"channel": "phone", "kind": "human_live"},
        {"channel": "bot", "kind": "bot", "unit_price": 0.2, "escalates_to": "phone"} | bot,
        {"channel": "web", "kind": "self_service", "unit_price": 0.05, "escalates_to": "phone"},
    ]


@pytest.fixture
def case(build_mix):
    return build_mix(channels=_channels(), **LINES)


@pytest.fixture
def licensed(build_mix):
    return build_mix(channels=_channels(licence_price=400, licence_hours=60, duration_s=180), **LINES)


@pytest.mark.parametrize("name", ["case", "licensed"])
def test_each_point_is_the_optimum_of_its_floor(request, name):
    case = request.getfixturevalue(name)
    points = csat_frontier(case, EXACT, points=6).points
    assert points["status"].eq("optimal").all()
    for row in points.itertuples():
        floor = replace(case, settings=case.settings.model_copy(update={"csat_floor": row.level - 1e-7}))
        assert row.cost == pytest.approx(solve_case(floor, EXACT)[1].cost, rel=1e-5)
    assert points["csat"].iloc[-1] == pytest.approx(0.9)  # everybody on the phone
    assert points["cost"].is_monotonic_increasing


def test_the_price_of_a_point_is_what_the_next_one_costs(case):
    points = csat_frontier(case, EXACT, points=81).points
    slope, price = np.diff(points["cost"]) / np.diff(points["level"]) / 100, points["price"].to_numpy()
    assert ((price[:-1] <= slope * (1 + 1e-6)) & (slope <= price[1:] * (1 + 1e-6))).all()


def test_levels_that_no_mix_reaches_are_said(case):
    points = csat_frontier(case, EXACT, points=4, low=0.85, high=1.0).points
    assert points["status"].tolist() == ["optimal", "optimal", "infeasible", "infeasible"]
    assert points["cost"].isna().tolist() == [False, False, True, True]


def test_a_budget_buys_the_satisfaction_of_the_cost_frontier(case):
    bought = budget_frontier(case, EXACT, points=5).points
    assert bought["status"].eq("optimal").all()
    for row in bought.itertuples():
        assert row.cost <= row.level * (1 + 1e-6)
        floor = replace(case, settings=case.settings.model_copy(update={"csat_floor": row.csat - 1e-7}))
        assert solve_case(floor, EXACT)[1].cost == pytest.approx(row.level, rel=1e-4)
    assert budget_frontier(case, EXACT, points=2, low=1.0, high=2.0).points["cost"].isna().all()


def test_a_budget_buys_no_more_than_floors_allow_where_licences_are_whole(licensed):
    points = budget_frontier(licensed, EXACT, points=3).points
    assert points["csat"].is_monotonic_increasing
    assert (points["cost"] <= points["level"] * (1 + 1e-6)).all()
    assert (points["gap"] <= 0.05).all()  # in satisfaction
    last = points.iloc[1]
    floor = licensed.settings.model_copy(update={"csat_floor": float(last["csat"] + last["gap"] + 1e-3)})
    _, dearer = solve_case(replace(licensed, settings=floor), EXACT)
    assert dearer.values is None or dearer.cost > last["level"]


def test_more_service_costs_more_where_it_is_tabulated(build_mix, case):
    costs = [
        {"pool": "desk", "service_level": level, "load_hours_per_week": load, "cost_per_week": load * (30 + 40 * level)}
        for level in (0.7, 0.8, 0.9)
        for load in (0, 50, 100, 150, 200, 250)
    ]
    settings = {"people": {"cost_from": "cost_table"}, "service_target": 0.8}
    tabulated = build_mix(settings, channels=_channels(), pool_costs=costs, **LINES)
    points = service_frontier(tabulated, EXACT).points
    assert points["level"].tolist() == service_levels(tabulated) == [0.7, 0.8, 0.9]
    assert np.diff(points["cost"]).min() > 0
    assert service_levels(case) == []
    with pytest.raises(ValueError, match="tabulated"):
        service_frontier(case, EXACT)


@pytest.mark.parametrize(
    ("cost", "gain", "place"),
    [
        ([0, 1, 10], [0, 9, 10], 1),
        ([0, 1, 2, 10], [0, 5, 9, 10], 2),
        ([0, 1, np.nan, 10], [0, 9, np.nan, 10], 1),
        ([0, 5, 10], [0, 5, 10], None),
        ([0, 10], [0, 10], None),
        ([1, 1, 1], [0, 5, 10], None),
    ],
)
def test_the_knee_is_furthest_above_the_line_between_the_ends(cost, gain, place):
    assert knee(np.array(cost, float), np.array(gain, float)) == place
