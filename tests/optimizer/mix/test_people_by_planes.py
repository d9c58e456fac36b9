"""People paid by planes: the highest of the cheapest region that holds the work, without whole columns for one."""

from dataclasses import replace

import numpy as np
import pytest

from models.mix.cost import planes_cost, price_flow
from models.mix.records import CostPlanes, CostRegion
from optimizer.mix.formulation import build_program
from optimizer.mix.regions import least_of_regions, solve_by_region
from optimizer.mix.search import Limits
from optimizer.solve import Status, solve

MOST = 4000.0


def region(low, high, planes, pools=1):
    base, slope = (np.array(side, dtype=float) for side in zip(*planes, strict=True))
    return CostRegion(np.full(pools, low), np.full(pools, high), base, np.repeat(slope[:, None], pools, axis=1))


def paid_by(case, *regions):
    people = case.settings.people.model_copy(update={"cost_from": "cost_table"})
    settings = case.settings.model_copy(update={"people": people, "service_target": None})
    pools = len(case.pools)
    made = tuple(region(*one, pools) for one in regions)
    return replace(case, settings=settings, cost_tables=(), cost_planes=(CostPlanes(np.arange(pools), made),))


def first_month(case):
    channels = case.channels
    return replace(
        case, periods=case.periods[:1], days=case.days[:1], issues=case.issues[:, :, :1],
        channels=replace(channels, min_contacts=channels.min_contacts[:, :1], ramp=channels.ramp[:, :1],
                         max_contacts=channels.max_contacts[:, :1]),
    )  # fmt: skip


CONVEX = ((0.0, MOST, [(500.0, 10.0), (-300.0, 30.0)]),)
CONCAVE = ((0.0, 60.0, [(400.0, 40.0)]), (60.0, MOST, [(2200.0, 10.0)]))


def test_work_costs_the_highest_plane_of_the_cheapest_region_that_holds_it():
    planes = CostPlanes(np.array([0]), (region(0, 60, [(400, 40)]), region(50, 900, [(2200, 10), (0, 40)])))
    cost = [float(planes_cost(planes, np.array([hours])).sum()) for hours in (0.0, 40.0, 55.0, 100.0, 1000.0)]
    assert cost == pytest.approx([400, 2000, 2600, 4000, 40000])


def test_pools_share_their_cost_by_the_prices_of_their_hours():
    one = CostRegion(np.zeros(2), np.full(2, 90.0), np.array([60.0]), np.array([[10.0, 30.0]]))
    shared = planes_cost(CostPlanes(np.array([0, 1]), (one,)), np.array([6.0, 4.0]))
    assert shared == pytest.approx([240 * 60 / 180, 240 * 120 / 180])


@pytest.mark.parametrize("regions", [CONVEX, CONCAVE], ids=["convex", "concave"])
@pytest.mark.parametrize("seed", range(5))
def test_the_best_mix_is_that_of_the_best_region_and_costs_what_the_calculator_says(random_case, seed, regions):
    month = first_month(random_case(seed))
    case, limits = paid_by(month, *regions), Limits(gap=1e-6, time_limit_s=20)
    program, found = solve_by_region(case, limits)
    alone = [solve_by_region(paid_by(month, one), limits)[1] for one in regions]
    if found.values is None:
        assert all(one.values is None for one in alone)
        return
    assert found.cost == pytest.approx(min(one.cost for one in alone if one.values is not None), rel=1e-5)
    assert found.cost == pytest.approx(price_flow(case, program.flows(found.values)).total, rel=1e-6)
    assert found.bound <= found.cost * (1 + 1e-9)
    whole = build_program(case)
    bound = least_of_regions(whole, 1e-6, 20.0) * whole.money
    assert bound <= found.cost * (1 + 1e-6)
    relaxed = solve(whole.relaxed, solver="glop")
    assert relaxed.status is Status.OPTIMAL and relaxed.objective * whole.money <= bound * (1 + 1e-6)


def test_every_period_takes_its_own_region(random_case):
    case = paid_by(random_case(2), *CONCAVE)
    program, found = solve_by_region(case, Limits(gap=1e-6, time_limit_s=20))
    assert found.cost == pytest.approx(price_flow(case, program.flows(found.values)).total, rel=1e-6)
    assert found.status is Status.OPTIMAL


def test_one_region_needs_no_whole_columns(random_case):
    convex, concave = (build_program(paid_by(random_case(1), *one)) for one in (CONVEX, CONCAVE))
    periods = len(random_case(1).periods)
    assert int(concave.program.integer.sum() - convex.program.integer.sum()) == 2 * periods
