"""People paid by lines between the points of a table: convex, without whole levels, and the limit of many steps."""

from dataclasses import replace

import numpy as np
import pytest

from models.mix.cost import price_flow, step_cost
from models.mix.records import CostTable
from optimizer.mix.formulation import build_program
from optimizer.mix.lead import solve_case
from optimizer.mix.search import Limits

HOURS, COST = np.array([0.0, 40.0, 400.0, 4000.0]), np.array([500.0, 1000.0, 14000.0, 190000.0])


def paid_by(case, *, lines, hours=HOURS, cost=COST):
    people = case.settings.people.model_copy(update={"cost_from": "cost_table"})
    settings = case.settings.model_copy(update={"people": people, "service_target": None})
    tables = tuple(CostTable(p, 0.8, hours, cost, cost, lines=lines) for p in range(len(case.pools)))
    return replace(case, settings=settings, cost_tables=tables)


def test_a_load_between_two_points_costs_in_proportion():
    table = CostTable(0, 0.8, HOURS[1:], COST[1:], COST[1:], lines=True)
    assert step_cost(table, 220.0) == pytest.approx(7500.0)
    assert step_cost(table, 400.0) == pytest.approx(14000.0)
    assert step_cost(table, 3.0) == pytest.approx(1000.0)  # below the first point
    assert step_cost(table, 4001.0) == np.inf
    assert step_cost(replace(table, lines=False), 220.0) == pytest.approx(14000.0)


@pytest.mark.parametrize("seed", range(6))
def test_the_program_pays_what_the_calculator_says_and_many_small_steps_come_near(random_case, seed):
    case = random_case(seed)
    program, found = solve_case(paid_by(case, lines=True), Limits(gap=1e-6, time_limit_s=20))
    if found.values is None:
        pytest.skip("no mix keeps the rules of this case")
    assert not any(program.program.integer[one.columns].any() for one in program.staffing)
    flow = program.flows(found.values)
    assert found.cost == pytest.approx(price_flow(paid_by(case, lines=True), flow).total, rel=1e-6)
    assert found.bound <= found.cost * (1 + 1e-9)
    fine = np.unique(np.concatenate([HOURS, np.linspace(0, 4000, 401)]))
    steps = paid_by(case, lines=False, hours=fine, cost=np.interp(fine, HOURS, COST))
    # a step costs what its end does: never less than the line, and more by one step at most
    assert found.bound <= price_flow(steps, flow).total * (1 + 1e-6)


def test_lines_need_no_whole_columns(random_case):
    case = paid_by(random_case(1), lines=True)
    steps = paid_by(random_case(1), lines=False)
    more = build_program(steps).program.integer.sum() - build_program(case).program.integer.sum()
    assert more == len(HOURS) * len(case.pools) * len(case.periods)
