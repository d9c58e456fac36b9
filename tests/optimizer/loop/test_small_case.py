"""The small case of prices that are passed between models: 28 shift patterns with a break, four types, two channels.

A scan of every workload knows the joint optimum; it is worked out from scratch, with Erlang C, patterns and program of
its own. The loop reaches it; passing prices from schedule to mix and back does not.
"""

import json
import math
from functools import cache

import numpy as np
import pandas as pd
import pulp
import pytest
from click.testing import CliRunner

from models.mix.reading import read_mix
from models.scenario import read_scenario
from optimizer.cli import main
from optimizer.loop.problem import LoopProblem
from optimizer.loop.rounds import Loop
from optimizer.loop.schedules import Schedules
from optimizer.loop.tables import Grid
from optimizer.mix.search import Limits
from optimizer.pipeline import scenario_limits

SLOTS, HALF_HOUR_S, AHT_S, WITHIN_S, TARGET = 19, 1800, 300.0, 20.0, 0.8
PROFILE = np.array([3, 5, 7, 9, 10, 10, 9, 8, 7, 7, 8, 9, 9, 8, 7, 6, 5, 4, 3], dtype=float)
PROFILE /= PROFILE.sum()
WAGE, SPAN, MEAL = 20.0, 13, (5, 6, 7, 8)
BOT_PRICE = 1.2
TYPES = {  # contacts a day, share that the bot contains, most that it may take
    "order": (260.0, 0.62, 0.8),
    "returns": (200.0, 0.55, 0.7),
    "payment": (180.0, 0.45, 0.7),
    "advice": (160.0, 0.35, 0.6),
}
PATTERNS = [
    np.array([float(start <= slot < start + SPAN and slot != start + meal) for slot in range(SLOTS)])
    for start in range(7)
    for meal in MEAL
]


def wait_chance(servers, load):
    blocked = 1.0
    for k in range(1, servers + 1):
        blocked = load * blocked / (k + load * blocked)
    return servers * blocked / (servers - load * (1 - blocked))


@cache
def needed(contacts):
    """Fewest agents that answer the target in time, by Erlang C."""
    load = contacts * AHT_S / HALF_HOUR_S
    servers = max(1, math.floor(load) + 1)
    while load > 0:
        served = 1 - wait_chance(servers, load) * math.exp(-(servers - load) * WITHIN_S / AHT_S)
        if served >= TARGET:
            return servers
        servers += 1
    return 0


@cache
def _cover(need):
    """Cheapest cover of a requirement by the patterns."""
    problem = pulp.LpProblem("cover", pulp.LpMinimize)
    x = [pulp.LpVariable(f"x{p}", lowBound=0, cat="Integer") for p in range(len(PATTERNS))]
    problem += pulp.lpSum(x)
    for slot in range(SLOTS):
        problem += pulp.lpSum(x[p] for p, row in enumerate(PATTERNS) if row[slot]) >= need[slot]
    problem.solve(pulp.COIN_CMD(msg=False) if not hasattr(pulp, "PULP_CBC_CMD") else pulp.PULP_CBC_CMD(msg=False))
    return round(pulp.value(problem.objective)) * WAGE * (SPAN - 1) / 2


def schedule_cost(contacts_a_day):
    return _cover(tuple(needed(round(float(contacts_a_day * share), 9)) for share in PROFILE))


def best_mix(price_of_contact):
    """Contacts that people have, and cost of the bot, when a contact of people has a price: each type at a vertex."""
    human, paid = 0.0, 0.0
    for volume, contained, cap in TYPES.values():
        goes = cap if contained * price_of_contact > BOT_PRICE else 0.0
        human += volume * (1 - goes * contained)
        paid += volume * goes * BOT_PRICE
    return human, paid


def cheapest_bot(human):
    """Least cost of the bot that leaves people so many contacts; inf where it cannot."""
    left, paid = sum(volume for volume, *_ in TYPES.values()) - human, 0.0
    for volume, contained, cap in sorted(TYPES.values(), key=lambda row: -row[1]):
        taken = min(left / contained, volume * cap)
        paid += taken * BOT_PRICE
        left -= taken * contained
        if left <= 1e-9:
            return paid
    return math.inf


def scan(steps=400):
    """Joint optimum by trying every workload: the cost, and the contacts of people."""
    most = sum(volume for volume, *_ in TYPES.values())
    least = most - sum(volume * cap * contained for volume, contained, cap in TYPES.values())
    tried = [(schedule_cost(human) + cheapest_bot(human), human) for human in np.linspace(least, most, steps + 1)]
    return min(tried)


def price_loop(price_of, rounds=30):
    """Pass a price from schedule to mix and back until it repeats; the best cost on the way."""
    human = sum(volume for volume, *_ in TYPES.values())
    best, seen = math.inf, set()
    for _ in range(rounds):
        price = price_of(human)
        human, paid = best_mix(price)
        best = min(best, schedule_cost(human) + paid)
        if human in seen:
            break
        seen.add(human)
    return best


def average_price(human):
    return schedule_cost(human) / human


def marginal_price(human, step=20.0):
    return (schedule_cost(human) - schedule_cost(human - step)) / step


SCENARIO = """
time_zone: Europe/Berlin
horizon: {start: 2024-06-03, days: 1}
interval_min: 30
opening_hours: {daily: "08:00-17:30"}
pay: {wage_per_hour: 20}
service: {target: 0.8, within_s: 20, mode: interval, model: erlang-c}
shrinkage: {planned: 0, unplanned: 0}
shifts:
  - {name: day, earliest_start: "08:00", latest_start: "11:00", start_step_min: 30, latest_end: "17:30", paid_min: 360,
     breaks: [{name: meal, length_min: 30, paid: false, after_start_min: 150, before_end_min: 120}]}
horizon_edges: cut
solve: {seed: 1, time_limit_s: 20, gap: 0.0001}
"""
MIX = """
name: small
periods: {first: 2024-06, count: 1}
people: {cost_per_hour: 20, busy_share: 0.8}
"""


@pytest.fixture(scope="module")
def small_folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("small")
    whole, types = sum(volume for volume, *_ in TYPES.values()), TYPES
    rows = [
        f"2024-06-03 {8 + slot // 2:02}:{30 * (slot % 2):02},calls,{whole * share:.9f}"
        for slot, share in enumerate(PROFILE)
    ]
    tables = {
        "contact_types": ["contact_type,pool,kind,aht_s", "calls,desk,live,300"],
        "demand": ["start,contact_type,contacts", *rows],
        "types": ["contact_type,pool,aht_s", *(f"{name},desk,300" for name in types)],
        "volumes": [
            "period,contact_type,issues",
            *(f"2024-06,{name},{30 * volume}" for name, (volume, *_) in types.items()),
        ],
        "channels": [
            "channel,kind,unit_price,escalates_to", "phone,human_live,,", f"bot,bot,{BOT_PRICE},phone",
        ],
        "links": [
            "contact_type,channel,adoption_cap,containment,csat", "*,phone,1,,0.8",
            *(f"{name},bot,{cap},{contained},0.8" for name, (_, contained, cap) in types.items()),
        ],
        "today": ["contact_type,channel,share", *(f"{name},phone,1" for name in types)],
    }  # fmt: skip
    (place / "scenario.yaml").write_text(SCENARIO)
    (place / "mix.yaml").write_text(MIX)
    for name, lines in tables.items():
        (place / f"{name}.csv").write_text("\n".join(lines) + "\n")
    return place


@pytest.fixture(scope="module")
def small(small_folder):
    scenario = read_scenario(small_folder)
    return LoopProblem(scenario, scenario.demand, read_mix(small_folder))


def day_cost(cost_per_year):
    return cost_per_year / 365


@pytest.fixture(scope="module")
def joint():
    return scan(300)[0]


@pytest.mark.parametrize("price", [average_price, marginal_price])
def test_passing_a_price_stops_above_the_joint_optimum(price, joint):
    """A price only returns vertices of the mix; the optimum lies between two of them, at a step of the schedule."""
    assert len(PATTERNS) == 28
    assert price_loop(price) > 1.02 * joint


def test_the_loop_reaches_the_joint_optimum_of_all_workloads(small, joint):
    grid = Grid(live=tuple(round(0.6 + 0.03 * k, 3) for k in range(15)))
    with Schedules(small.scenario, scenario_limits(small.scenario), processes=1) as schedules:
        found = Loop(small, schedules, Limits(gap=1e-6), grid=grid).run()
    best = day_cost(found.best.cost)
    assert best <= 1.001 * joint
    assert best >= joint * (1 - 1e-3)
    assert day_cost(found.best.bound) <= joint * (1 + 1e-6)
    assert found.best.assumed == pytest.approx(found.best.cost, rel=0.005)
    assert day_cost(found.today.cost_per_year) == pytest.approx(schedule_cost(800), rel=1e-6)


def test_the_commands_plan_and_compare_it(small_folder, joint, tmp_path, monkeypatch):
    """plan decides mix and shifts and writes both; compare sets today's plan beside it."""
    monkeypatch.setenv("SERVOPT_CACHE", str(tmp_path / "cache"))
    options = ["--replications", "0", "--quiet"]
    for name, more in (("now", ["--today"]), ("then", ["--threads", "1"])):
        done = CliRunner().invoke(main, ["plan", str(small_folder), "--out", str(tmp_path / name), *options, *more])
        assert done.exit_code == 0, done.output
    figures = pd.read_csv(tmp_path / "then" / "decision.csv").set_index("figure")
    cost = figures.loc["service cost a year"]
    assert cost["before"] / 365 == pytest.approx(schedule_cost(800), rel=1e-6)
    assert cost["after"] / 365 <= 1.01 * joint
    assert figures.loc["capacity freed but paid a year", "after"] > 0
    assert (tmp_path / "then" / "mix" / "mix.json").is_file()
    assert not (tmp_path / "now" / "decision.json").exists()
    record = json.loads((tmp_path / "then" / "decision.json").read_text())
    assert record["result"]["in_sequence"] > record["result"]["cost"] >= record["result"]["bound"]
    done = CliRunner().invoke(main, ["compare", str(tmp_path / "now"), str(tmp_path / "then")])
    assert done.exit_code == 0 and "service the same, cost down" in done.output, done.output
