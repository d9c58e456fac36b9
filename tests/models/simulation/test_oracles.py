"""Published figures of queues, met within the confidence interval of the simulation."""

import dataclasses

import numpy as np
import pytest

from models.backlog import lagged_load
from models.queueing import ServiceGoal, erlang_a, queue_figures, required_agents, service_level_c
from models.simulation import Groups, Queues, SimulationCase, people_from_levels, ratio, simulate

HALF_POINT = 0.005


def figure(result, name):
    """Return a figure over all queues and days with its half-width."""
    above, below = result.parts(name)
    return ratio(above.sum(axis=(1, 2)), below.sum(axis=(1, 2)))


def assert_within(found, expected, *, most=HALF_POINT):
    """Hold a simulated figure to a known one: within the half-width, which must itself be small.

    Five tests in a hundred would miss at 95 % though all were right, so the interval is that of 99.7 %.
    """
    value, half = found
    assert half <= most
    assert abs(value - expected) <= 1.52 * half


def test_erlang_a_oracle_of_the_repair_book(sim):
    """10 erlang, 180 s, 12 agents, patience 120 s, 20 s: 0.8256 of offered, 6.16 % abandon, 0.8798 of answered."""
    result = simulate(sim.steady(12, 100, 180.0, patience_s=120.0), 300, seed=11)
    assert_within(figure(result, "offered"), 0.8256)
    assert_within(figure(result, "answered"), 0.8798)
    assert_within(figure(result, "abandonment"), 0.0616, most=0.001)
    exact = erlang_a(12, 10, 180, 120, 20)
    assert_within(figure(result, "without_short_abandons"), float(exact.sl_without_short_abandons))
    assert_within(figure(result, "mean_wait_s"), float(exact.mean_wait_s), most=0.2)


def test_erlang_a_of_a_crowded_team(sim):
    """48 a minute, 1 min, 50 agents, patience 2 min: abandonment 3.09 %, wait 3.71 s, occupancy 93.03 %."""
    result = simulate(sim.steady(50, 48 * 30, 60.0, patience_s=120.0), 30, seed=12)
    assert_within(figure(result, "abandonment"), 0.0309, most=0.001)
    assert_within(figure(result, "mean_wait_s"), 3.71, most=0.15)
    busy, staffed = result.measure("busy_s").sum(axis=(1, 2)), result.measure("staffed_s").sum(axis=(1, 2))
    assert_within(ratio(busy, staffed), 0.9303)


@pytest.mark.parametrize(("agents", "level"), [(13, 0.7956), (14, 0.88835)])
def test_erlang_c_oracle(sim, agents, level):
    """100 per 30 min, 180 s, 20 s: 13 agents 79.56 %, 14 agents 88.835 % and ASA 7.836 s (14)."""
    result = simulate(sim.steady(agents, 100, 180.0, hours=48), 400, seed=13)
    assert_within(figure(result, "offered"), level)
    if agents == 14:
        assert_within(figure(result, "asa_s"), 7.836, most=0.3)


def test_deterministic_work_waits_half_as_long_as_exponential_work(sim):
    """Pollaczek-Khinchine: one agent, load 0.5: waits of 60 (1 + cv²) / 2 seconds."""
    case = dataclasses.replace(sim.steady(1, 15, 60.0, hours=96), handle="lognormal")
    for cv in (0.0, 2.0):
        result = simulate(dataclasses.replace(case, handle_cv=np.array(cv)), 400, seed=14)
        assert_within(figure(result, "mean_wait_s"), 60 * (1 + cv * cv) / 2, most=8.0)


def test_pooling_four_queues_of_5_erlang_against_one_of_20():
    """32 agents in four teams against 24 in one keep 80 % in 20 s, and one fewer does not."""

    def level(teams, agents):
        share = 4 // teams
        queues = Queues(("a", "b", "c", "d"), np.full((4, 96), 50.0), 180.0)
        picks = [[0 if q // share == g else -1 for q in range(4)] for g in range(teams)]
        groups = Groups(tuple(f"team {g}" for g in range(teams)), picks)
        staff = people_from_levels(np.full((teams, 96), agents), 1800.0)
        result = simulate(SimulationCase(1800.0, queues, groups, staff), 30, seed=15)
        return figure(result, "offered")

    assert service_level_c(8, 5, 180, 20) >= 0.8 > service_level_c(7, 5, 180, 20)
    assert level(4, 8)[0] >= 0.8 > level(4, 7)[0]
    assert level(1, 24)[0] >= 0.8 > level(1, 23)[0]


def test_an_agent_with_two_skills_is_one_agent():
    """A peer staffs 12 agents with both skills where 25 + 25 contacts of 5 min in 15 min need 21: nobody is in time."""
    queues = Queues(("billing", "tech"), np.full((2, 96), 25.0), 300.0)
    groups = Groups(("both",), [[0, 0]])

    def level(agents):
        staff = people_from_levels(np.full((1, 96), agents), 900.0)
        return simulate(SimulationCase(900.0, queues, groups, staff), 100, seed=16).service_level()[0]

    assert (level(12) < 0.01).all()
    assert (level(20) < 0.85).all()
    assert (level(21) > 0.80).all()


def test_chats_are_a_queue_of_slots(sim):
    """Agents with three chats at once serve like three times as many servers: 4 agents, 12 slots, Erlang A."""
    result = simulate(sim.steady(4, 100, 180.0, patience_s=120.0, queue={"concurrency": 3.0}), 200, seed=17)
    exact = queue_figures(4, 10, 180, within_s=20, patience_s=120, concurrency=3)
    assert_within(figure(result, "offered"), float(exact.sl_offered))
    assert_within(figure(result, "abandonment"), float(exact.abandonment), most=0.001)


def test_nobody_waits_when_patience_is_zero(sim):
    """Erlang B: B(10, 8) = 0.12166 of the contacts find no agent."""
    result = simulate(sim.steady(10, 80, 180.0, patience_s=0.0), 200, seed=18)
    assert_within(figure(result, "abandonment"), 0.12166, most=0.002)


def test_bots_contain_and_customers_come_back(sim):
    """Of 100 to a bot that contains 30 % and loses a tenth of the rest, 63 reach the queue; with 20 % back, 78.75."""
    queue = {"contained": 0.3, "escalated": 0.9, "bot_s": 60.0, "repeats": 0.2, "repeat_delay_s": 600.0}
    result = simulate(sim.steady(30, 100, 60.0, hours=48, queue=queue), 60, seed=19)
    offered = result.measure("offered").sum() / result.replications / 96
    came = offered / (result.measure("contained").sum() / result.replications / 96 / 0.3)
    assert came == pytest.approx(0.63 / (1 - 0.2), rel=0.01)
    lost = result.measure("lost").sum() / result.measure("contained").sum()
    assert lost == pytest.approx(0.07 / 0.3, rel=0.05)


@pytest.mark.parametrize(("cycle_h", "before", "after"), [(24.0, 0.758, 0.790), (8.0, 0.742, 0.798)])
def test_long_work_in_a_swinging_day_lags_behind_its_contacts(cycle_h, before, after):
    """AHT 30 min, arrivals +-60 %: the lagged load lifts the worst hour, from ``before``, at the same agent-hours.

    Eick, Massey & Whitt (1993). People finish the contact in hand when their shift is over, so the worst hour does not
    fall as deep as where agents vanish at once.
    """
    quarter = 900.0
    hour = (np.arange(4 * 24 * 2) + 0.5) / 4
    contacts = 100.0 * (1 + 0.6 * np.sin(2 * np.pi * hour / cycle_h))
    goal = ServiceGoal(0.8, 60.0, model="erlang-c")

    def worst(load):
        agents = required_agents(load, 1800.0, goal)
        queues = Queues(("calls",), contacts[None], 1800.0, within_s=60.0)
        staff = people_from_levels(agents[None], quarter)
        result = simulate(SimulationCase(quarter, queues, Groups(("team",), [[0]]), staff), 100, seed=20)
        hours = result.interval_sums[96:, 0].reshape(24, 4, -1).sum(axis=1)
        return (hours[:, 1] / hours[:, 0]).min(), agents[96:].sum()

    by_interval, agent_hours = worst(contacts * 1800.0 / quarter)
    lagged, lagged_hours = worst(lagged_load(contacts, 1800.0, 15))
    assert by_interval == pytest.approx(before, abs=0.012)
    assert lagged == pytest.approx(after, abs=0.012)
    assert lagged_hours == pytest.approx(agent_hours, rel=0.005)
