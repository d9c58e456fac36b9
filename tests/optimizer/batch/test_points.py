"""Points of cost tables in the cache: the same table, and only what is new is solved."""

from dataclasses import replace

import pytest

from models.scenario import read_scenario
from optimizer import cost_table
from optimizer.batch.points import KeptPoints
from optimizer.batch.reuse import PLAIN, Reuse
from optimizer.cost_table import Point, Solved, pool_costs
from optimizer.pipeline import scenario_limits

TYPES = "contact_type,pool,aht_s\ncalls,desk,180\nmore,other,240\n"
POOLS = "pool,wage_per_hour\ndesk,20\nother,25\n"
GRID = (0.0, 0.5, 1.0)


@pytest.fixture
def two_pools(tmp_path, scenario):
    rows = [f"2024-06-03T{hour:02d}:00,{kind},60" for kind in ("calls", "more") for hour in range(9, 13)]
    demand = "\n".join(["start,contact_type,contacts", *rows]) + "\n"
    return read_scenario(scenario(tmp_path / "two", contact_types=TYPES, pools=POOLS, demand=demand))


@pytest.fixture
def table(tmp_path, monkeypatch):
    """Make a cost table with one cache; `table.solved` names the points that were solved."""
    own = cost_table.solve_point

    def solve(scenario, demand, point, limits):
        table_of.solved.append(point)
        return own(scenario, demand, point, limits)

    monkeypatch.setattr(cost_table, "solve_point", solve)

    def table_of(scenario, grid=GRID, **limits):
        table_of.solved.clear()
        given = scenario_limits(scenario, **limits)
        known = KeptPoints(Reuse(tmp_path / "kept"), scenario, scenario.demand, given)
        return pool_costs(scenario, scenario.demand, (0.8,), grid, given, processes=1, known=known)

    table_of.solved = []
    return table_of


def test_only_new_points_are_solved(two_pools, table):
    first = table(two_pools)
    assert len(table.solved) == 6
    again = table(two_pools)
    assert table.solved == []
    assert again.table.equals(first.table)
    assert again.notes == first.notes
    assert len(table(two_pools, (0.0, 0.5, 0.75, 1.0)).table) == 8
    assert {point.factor for point in table.solved} == {0.75}
    table(two_pools, seed=5)
    assert len(table.solved) == 6


def test_a_wage_of_one_pool_leaves_the_others_known(two_pools, table):
    first = table(two_pools).table
    dearer = replace(two_pools, pools=two_pools.pools | {"desk": replace(two_pools.pools["desk"], wage_per_hour=40.0)})
    found = table(replace(dearer, settings=two_pools.settings.model_copy(update={"name": "other name"}))).table
    assert {point.pool for point in table.solved} == {"desk"}
    assert found[found["pool"] == "other"].equals(first[first["pool"] == "other"])
    assert found["cost_per_week"].sum() > first["cost_per_week"].sum()


@pytest.mark.parametrize("field", ["pay", "limits", "shifts", "service"])
def test_settings_of_the_schedule_count(two_pools, table, field):
    table(two_pools)
    settings = two_pools.settings
    section = getattr(settings, field)
    update = {
        "pay": lambda: section.model_copy(update={"overhead_per_seat_hour": 3.0}),
        "limits": lambda: section.model_copy(update={"seats": 50}),
        "shifts": lambda: tuple(one.model_copy(update={"name": "another"}) for one in section),
        "service": lambda: section.model_copy(update={"model": "erlang-a"}),
    }[field]()
    table(replace(two_pools, settings=settings.model_copy(update={field: update})))
    assert len(table.solved) == 6


def test_a_load_that_no_schedule_carries_is_known_too(two_pools, table):
    limits = two_pools.settings.limits.model_copy(update={"seats": 1})
    short = replace(two_pools, settings=two_pools.settings.model_copy(update={"limits": limits}))
    first = table(short)
    assert any("no schedule keeps every rule" in note for note in first.notes)
    assert table(short).notes == first.notes
    assert table.solved == []


def test_what_time_ended_is_not_kept(two_pools, table, monkeypatch):
    def hurried(scenario, demand, point, limits):
        table.solved.append(point)
        return Solved(point, 1.0, 100.0, 50.0, proved=False)

    monkeypatch.setattr(cost_table, "solve_point", hurried)
    for _ in range(2):
        table(two_pools)
        assert len(table.solved) == 6


def test_an_entry_of_another_form_is_solved_again(two_pools, tmp_path):
    limits = scenario_limits(two_pools)
    known = KeptPoints(Reuse(tmp_path / "kept"), two_pools, two_pools.demand, limits)
    point = Point("desk", 0.8, 1.0)
    known.keep(Solved(point, 1.0, 2.0, 1.5))
    assert known.find(point) == Solved(point, 1.0, 2.0, 1.5)
    known._reuse.keep("schedule-cost", known._parts(point), PLAIN, [1])
    assert known.find(point) is None
