"""Shifts of agent groups on a day of two queues: promises kept in simulation, bound, limits, files."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from models.forecast import forecast
from models.scenario import read_scenario
from models.skills import everybody_serves_all, one_group_a_queue, read_skills
from optimizer.cli import main
from optimizer.shifts.engine import Limits
from optimizer.skills.lacking import lacking
from optimizer.skills.master import lacks, master_of
from optimizer.skills.promises import FEW_CONTACTS
from optimizer.skills.schedule import schedule_skills
from optimizer.skills.tables import coverage_table, schedule_table, service_table
from optimizer.skills.value import organisation, training_values
from optimizer.solve import Status

LIMITS = Limits(gap=0.01, time_limit_s=120.0, threads=2, seed=1)
"""Far more time than it takes: the search ends by itself, and so is the same every time."""


@pytest.fixture(scope="module")
def scenario(tmp_path_factory, write_desks):
    return read_scenario(write_desks(tmp_path_factory.mktemp("desks")))


@pytest.fixture(scope="module")
def answer(scenario):
    return schedule_skills(scenario, forecast(scenario).demand, read_skills(scenario), LIMITS, replications=60)


def test_every_queue_keeps_its_promise_in_simulation(answer):
    assert answer.status is Status.FEASIBLE and not answer.short
    level, half_width = answer.served.queue_level()
    assert (level + half_width >= 0.8).all() and (half_width < 0.02).all()
    # with other customers than the rounds have seen
    assert answer.served.result.seed != answer.simulator.seed


def test_cost_is_that_of_the_shifts_and_not_below_the_bound(answer):
    table = schedule_table(answer)
    assert (table["count"] * table["cost_each"]).sum() == pytest.approx(answer.cost)
    assert 0 < answer.bound <= answer.cost + 1e-6 and answer.gap < 0.25
    assert set(table["group"]) <= {"b", "t", "both"}


def test_every_team_has_what_erlang_wants_of_it(answer):
    assert not any(lacks(team, answer.heads) for team in answer.master.teams)


def test_heads_of_the_schedule_are_those_of_the_coverage(answer):
    heads = answer.heads
    table = coverage_table(answer.served, answer.simulator, heads)
    for queue, row in (("billing", 0), ("tech", 1)):
        mine = table[table["contact_type"] == queue]
        assert (mine["heads"].to_numpy() == heads[[row, 2]].sum(axis=0)[18:30]).all()
    service = service_table(answer.served, answer.simulator)
    assert set(service["date"]) == {"all", "2026-03-02"} and (service["target"] == 0.8).all()


def test_pooling_is_never_dearer_than_queues_for_themselves(scenario, answer):
    demand = forecast(scenario).demand
    alone = schedule_skills(scenario, demand, one_group_a_queue(scenario), LIMITS, replications=60)
    pooled = schedule_skills(scenario, demand, everybody_serves_all(scenario), LIMITS, replications=60)
    # everybody at the common wage is cheapest; a mix with a premium of 10 % lies between
    assert pooled.bound <= answer.bound + 1e-6 <= alone.bound + 2e-6
    assert pooled.cost < alone.cost
    for one in (organisation("alone", alone), organisation("pooled", pooled)):
        assert one.kept == one.promises > 0 and one.worst_level >= one.worst_target == 0.8


def test_training_is_worth_at_most_its_price_less_the_higher_wage(answer):
    table = training_values(answer)
    assert (table["to_group"] == "both").all() and set(table["from_group"]) <= {"b", "t"}
    assert (table["value_per_shift"] >= -1e-6).all() and set(table["how"]) == {"at most"}
    shifts = schedule_table(answer)
    for row in table.to_dict("records"):
        mine = shifts[shifts["group"] == row["from_group"]]
        # agents of both get 10 % more
        tenth = 0.1 * (mine["count"] * mine["cost_each"]).sum() / mine["count"].sum()
        assert row["wage_change_per_shift"] == pytest.approx(tenth)
        assert row["net_per_agent_week"] == pytest.approx(row["value_per_shift"] - tenth, abs=1e-5)  # a day: one shift
        # everybody can be had at these wages: nothing is left to gain
        assert row["net_per_shift"] <= 1e-6


def test_same_seed_same_schedule(scenario, answer):
    again = schedule_skills(scenario, forecast(scenario).demand, read_skills(scenario), LIMITS, replications=60)
    pd.testing.assert_frame_equal(schedule_table(again), schedule_table(answer))
    assert np.array_equal(again.served.level, answer.served.level)


def test_too_few_agents_are_named(tmp_path, write_desks):
    scenario = read_scenario(write_desks(tmp_path, heads=2))
    master = master_of(scenario, forecast(scenario).demand, read_skills(scenario))
    assert any(line.startswith("billing + tech: ") for line in lacking(master))


def test_command_writes_schedule_service_coverage_and_training(tmp_path, write_desks):
    write_desks(tmp_path)
    run = ["schedule", str(tmp_path), "--skills", "--out", str(tmp_path / "s.csv"), "--replications", "40", "--compare"]
    result = CliRunner().invoke(main, run)
    assert result.exit_code == 0, result.output
    assert "every promise is kept in simulation" in result.output and "each queue for itself" in result.output
    ways = pd.read_csv(tmp_path / "s_organisations.csv")
    assert list(ways["name"]) == [
        "skills.csv",
        "each queue for itself",
        "everybody serves everything",
        "each pool for itself",
    ]
    assert list(ways["wage_per_hour"]) == [22, 20, 20, 20]
    for name, column in (("s", "group"), ("s_service", "half_width"), ("s_coverage", "heads"), ("s_training", "how")):
        assert column in pd.read_csv(tmp_path / f"{name}.csv").columns


def test_command_ends_with_four_where_agents_are_too_few(tmp_path, write_desks):
    write_desks(tmp_path, heads=2)
    result = CliRunner().invoke(main, ["schedule", str(tmp_path), "--skills", "--out", str(tmp_path / "s.csv")])
    assert result.exit_code == 4 and "Raise their heads in skills.csv" in result.output
    assert not (tmp_path / "s.csv").exists()


def test_a_search_without_time_still_has_a_schedule_and_says_what_it_misses(scenario):
    hurried = Limits(gap=0.01, time_limit_s=1e-3, threads=2, seed=1)
    answer = schedule_skills(scenario, forecast(scenario).demand, read_skills(scenario), hurried, replications=20)
    assert answer.rounds == 1 and answer.found.chosen and answer.served.result.replications == 20
    assert (answer.status is Status.NO_PLAN) == bool(answer.short)
    missed = [day.key for day in answer.days if day.shortfall(answer.served) > 0]
    assert [day.key for day in answer.short] == missed


def test_days_of_few_contacts_are_judged_together_and_have_no_floor(answer):
    (day, *_) = answer.days
    level, half_width = answer.served.day_level(day.queues, day.day)
    assert not day.is_small and day.level(answer.served) == (level, half_width)
    small = replace(day, expected=FEW_CONTACTS - 1)
    assert small.is_small and small.floor == 0.0 and len(small.missing_of_floor(answer.served)) == 0
    assert small.level(answer.served) == answer.served.day_level(day.queues, None)
    assert small.shortfall(answer.served) == pytest.approx(day.target - small.level(answer.served)[0])


def test_shifts_that_mending_has_made_keep_the_heads_there_are(tmp_path, write_desks):
    scenario = read_scenario(write_desks(tmp_path, heads=6))
    found = schedule_skills(scenario, forecast(scenario).demand, read_skills(scenario), LIMITS, replications=40)
    people = schedule_table(found).groupby("group")["count"].sum()
    assert (people <= 6).all()


def test_what_the_last_word_misses_of_a_floor_is_asked_for_in_its_intervals(answer):
    day = replace(answer.days[0], floor=0.9)
    before = day.missing_of_floor(answer.served)
    day.ask_more(answer.served, answer.served, 0.0)
    asked = day.missing_of_floor(answer.served) > before
    assert asked.any() and (asked == (before > 0)).all() and day.ask == 0.0
