"""A hedge against the forecast's error, and the prices of the rules of a schedule, on a small desk."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models.scenario import read_scenario
from optimizer.loop.hedge import day_error, hedged
from optimizer.loop.rule_prices import COLUMNS, UNSURE, in_words, loosened, ranked, schedule_rules
from optimizer.pipeline import scenario_limits

SETTINGS = """
time_zone: Europe/Berlin
horizon: {start: 2024-06-03, days: 2}
interval_min: 60
opening_hours: {daily: "08:00-16:00"}
pay: {wage_per_hour: 20}
service: {target: 0.8, within_s: 20, floor: 0.5, abandonment_cap: 0.3}
shrinkage: {planned: 0, unplanned: 0}
shifts:
  - {name: any, earliest_start: "08:00", latest_start: "12:00", start_step_min: 60, latest_end: "16:00",
     paid_min: {from: 240, to: 480, step: 60}}
solve: {seed: 1, time_limit_s: 30, gap: 0.001}
"""


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    place = tmp_path_factory.mktemp("desk")
    (place / "scenario.yaml").write_text(SETTINGS)
    (place / "contact_types.csv").write_text("contact_type,pool,kind,aht_s,patience_s\ncalls,desk,live,300,600\n")
    rows = [f"2024-06-0{day} {hour:02}:00,calls,{40 + 6 * hour}" for day in (3, 4) for hour in range(8, 16)]
    (place / "demand.csv").write_text("\n".join(["start,contact_type,contacts", *rows]) + "\n")
    return read_scenario(place)


def test_a_hedge_costs_more_and_meets_more_days(desk):
    found = hedged(desk, desk.demand, scenario_limits(desk), 0.95, 0.1, 0.03, scenarios=40, margins=(0.0, 0.1, 0.25))
    table = found.table
    assert table["day_meets_target"].is_monotonic_increasing and table["cost"].is_monotonic_increasing
    assert table["day_meets_target"].iloc[0] < 0.9
    assert (table["cvar_short"] >= table["mean_short"] - 1e-9).all()
    assert table["day_meets_target"].iloc[found.chosen] >= 0.95
    assert found.price == pytest.approx(table["cost"].iloc[found.chosen] - table["cost"].iloc[0])
    assert found.price > 0


def test_without_error_the_plan_for_the_mean_meets_every_day(desk):
    found = hedged(desk, desk.demand, scenario_limits(desk), 0.99, 0.0, 0.0, scenarios=10)
    assert found.chosen == 0 and found.price == 0
    assert found.table["day_meets_target"].iloc[0] == 1


def test_the_error_of_a_day_is_read_off_the_interval_of_the_forecast():
    """Chance alone is no error of the day; a width beyond it is."""
    mean = np.full(50, 100.0)
    for spread in (0.0, 0.2):
        wide = 2.563 / 2 * np.sqrt(mean + (spread * mean) ** 2)
        frame = pd.DataFrame({"contacts": mean, "contacts_low": mean - wide, "contacts_high": mean + wide})
        assert day_error(frame) == pytest.approx(spread, abs=1e-9)
    assert day_error(pd.DataFrame({"contacts": mean})) is None


def test_rules_of_a_schedule_cost_what_solving_without_them_saves(desk):
    limits = scenario_limits(desk)
    table = schedule_rules(desk, desk.demand, limits, processes=1)
    assert list(table.columns) == list(COLUMNS)
    target = table.set_index("rule").loc["service target of pool desk"]
    assert target["saves_per_year"] > 0 and target["to"] == "75%"
    words = in_words(ranked([table]).iloc[0], "EUR")
    assert "instead of" in words and "a week" in words
    looser = replace(desk, pools={"desk": replace(desk.pools["desk"], target=0.75)})
    again = (
        schedule_rules(looser, desk.demand, limits, processes=1).set_index("rule").loc["service target of pool desk"]
    )
    assert again["from"].startswith("75%") and again["how"] in ("re-solve", UNSURE)
    assert {one.rule for one in loosened(desk)} == set(table["rule"])
