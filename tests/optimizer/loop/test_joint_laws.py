"""Tiny cases: against every mix of a grid, every portfolio and its schedules; and never dearer than in sequence."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models.csvtable import typed_table
from models.faults import FaultLog
from models.investment import tables as investment
from models.investment.assembly import Tables, assemble
from models.investment.case import Choice, Start
from models.investment.joint import joint_value
from models.investment.pricing import effect_in_time
from models.investment.settings import InvestSettings
from models.investment.with_mix import mix_at, mix_work
from models.mix.cost import price_flow
from models.scenario import read_scenario
from optimizer.clock import Clock
from optimizer.cost_table import Solved
from optimizer.invest.least import one_by_one
from optimizer.loop.answer import answer_of
from optimizer.loop.problem import LoopProblem
from optimizer.loop.rounds import Loop
from optimizer.loop.tables import Grid
from optimizer.mix.search import Limits
from optimizer.report.decision import proof_words

SCENARIO = """
time_zone: Europe/Berlin
horizon: {start: 2024-06-03, days: 7}
interval_min: 60
opening_hours: {daily: "08:00-16:00"}
pay: {wage_per_hour: 112.5}
shifts:
  - {name: any, earliest_start: "08:00", latest_start: "08:00", start_step_min: 60, latest_end: "16:00", paid_min: 480}
"""
SCHEMAS = {"initiatives": investment.INITIATIVES, "effects": investment.EFFECTS, "spends": investment.SPENDS,
           "relations": investment.RELATIONS_TABLE, "costs": investment.COSTS}  # fmt: skip
SHIFT_HOURS, SHIFT_COST = 30.0, 900.0


def typed(schema, rows):
    """Rows as a table that was read would look."""
    cells = pd.DataFrame(rows, columns=[*schema.columns]).astype(object)
    cells = cells.where(cells.notna(), "").map(str)
    cells.index = pd.RangeIndex(2, 2 + len(cells))
    return typed_table(str(schema.name), cells, schema, FaultLog())


class StepSchedules:
    """Schedules of a week as plain arithmetic: so many shifts of 30 handling hours, two at least."""

    solved = 0

    def solve(self, jobs):
        found = []
        for job in jobs:
            hours = float((job.demand["contacts"] * job.demand["aht_s"]).sum()) / 3600
            cost = hours / SHIFT_HOURS * SHIFT_COST if job.linear else week_cost(hours)
            found.append(Solved(None, hours, cost, cost))
        return found

    def side_by_side(self, function, arguments):
        return one_by_one(function, arguments)


def week_cost(hours):
    return 0.0 if hours <= 1e-9 else max(2, math.ceil(hours / SHIFT_HOURS - 1e-9)) * SHIFT_COST


@pytest.fixture
def tiny(build_mix, tmp_path):
    """Build a problem of one contact type, a bot with a price, and two initiatives, from random figures."""
    (tmp_path / "scenario.yaml").write_text(SCENARIO)
    (tmp_path / "contact_types.csv").write_text("contact_type,pool,kind,aht_s\norders,en,live,300\n")
    rows = [f"2024-06-{3 + day:02} {hour:02}:00,orders,1" for day in range(7) for hour in range(8, 16)]
    (tmp_path / "demand.csv").write_text("\n".join(["start,contact_type,contacts", *rows]) + "\n")
    plain = read_scenario(tmp_path)
    mixes = []

    def build(seed, *, initiatives=True):
        rng = np.random.default_rng(seed)
        issues = float(rng.integers(6000, 14000))
        scenario = replace(plain, demand=plain.demand.assign(contacts=issues / 31 / 8))
        price = round(float(rng.uniform(0.5, 3.0)), 2)
        mix = _scaled(mixes[0], issues, price) if mixes and not initiatives else build_mix(
            {"people": {"cost_per_hour": 30, "busy_share": 0.8}},
            types=[{"contact_type": "orders", "pool": "en", "lost_cost": 2, "aht_s": 300}],
            volumes=[{"period": "2026-01", "contact_type": "orders", "issues": issues}],
            channels=[{"channel": "phone", "kind": "human_live"},
                      {"channel": "bot", "kind": "bot", "unit_price": price,
                       "escalates_to": "phone"}],
            links=[{"contact_type": "*", "channel": "phone", "csat": 0.8},
                   {"contact_type": "*", "channel": "bot", "adoption_cap": 0.6, "containment": 0.5, "csat": 0.8}],
            today=[{"contact_type": "orders", "channel": "phone", "share": 1}],
        )  # fmt: skip
        mixes.append(mix)
        if not initiatives:
            return LoopProblem(scenario, scenario.demand, mix, None)
        settings = InvestSettings.model_validate(
            {"horizon": {"first_year": 2026, "years": 2, "periods_per_year": 1}, "budgets": {2026: 60_000},
             "people": {"busy_share": 0.8}}
        )  # fmt: skip
        tables = {
            "initiatives": [{"initiative": "base", "one_off_cost": int(rng.integers(5, 40)) * 1000, "start_to": "2026"},
                            {"initiative": "bot", "one_off_cost": int(rng.integers(5, 40)) * 1000, "start_to": "2026"}],
            "effects": [{"initiative": "base", "on": "handle_time", "likely": -0.15},
                        {"initiative": "bot", "on": "containment", "channel": "bot", "likely": 0.3}],
        }  # fmt: skip
        frames = {name: typed(schema, tables.get(name, [])) for name, schema in SCHEMAS.items()}
        case = assemble(settings, Tables(**frames, work=mix_work(mix, settings.people)), of_mix=True)
        return LoopProblem(scenario, scenario.demand, mix, case)

    return build


def _scaled(mix, issues, price):
    """Return a mix with other figures, without the time that its tables take to be read."""
    bot = np.array(mix.channels.name) == "bot"
    channels = replace(mix.channels, unit_price=np.where(bot, price, 0.0))
    return replace(mix, issues=mix.issues * issues / mix.issues.sum(), channels=channels)


def run(problem, step=0.02):
    grid = Grid(live=tuple(round(step * k, 4) for k in range(10, round(1.1 / step))))
    return Loop(problem, StepSchedules(), Limits(gap=1e-6), grid=grid).run()


def best_by_hand(problem, steps=240):
    """Present value of the cheapest of all portfolios, each year with the best share of the bot on a grid."""
    case, month = problem.case, problem.split.case
    costs = {}

    def year(share, kept):
        key = share.tobytes()
        if key not in costs:
            changed = mix_at(case, month, share, kept)
            shares = np.linspace(0, 0.6, steps + 1)
            costs[key] = min(year_cost(changed, part) for part in shares)
        return costs[key]

    found = []
    for picked in itertools.product(*([None, *options] for options in case.options_of)):
        starts = tuple(start_of(option) for option in picked if option is not None)
        if sum(case.options[start.option].one_off for start in starts) > 60_000:
            continue
        choice = Choice(starts, np.zeros((0, 2)))
        share, kept = effect_in_time(case, choice)
        service = np.array([year(share[:, t], kept[:, t]) for t in range(2)])
        found.append(-joint_value(case, choice, 0.0, service))
    return min(found)


def start_of(option):
    return Start(option, 0)


def year_cost(case, share):
    flow = np.zeros(case.shape)
    issues = float(case.issues.sum())
    bot = case.channels.name.index("bot")
    flow[case.links.channel == bot] = share * issues
    flow[case.links.channel != bot] = (1 - share) * issues
    priced = price_flow(case, flow)
    weeks = float(case.days.sum()) / 7
    rest = priced.total - float(priced.people.sum())
    return rest * 365 / float(case.days.sum()) + week_cost(float(priced.pool_hours.sum()) / weeks) * 365 / 7


@pytest.mark.parametrize("seed", range(3))
def test_tiny_cases_equal_every_mix_portfolio_and_schedule(tiny, seed):
    problem = tiny(seed)
    found, known = run(problem, 0.01), best_by_hand(problem)
    assert found.best.cost == pytest.approx(known, rel=4e-3)
    assert found.best.bound <= known * (1 + 4e-3)
    assert isinstance(found.rounds[0].gap, float)


def test_together_never_costs_more_than_in_sequence(tiny):
    """Fifty random cases, five of them with initiatives; in some of them deciding together is cheaper."""
    gains = []
    for seed in range(50):
        found = run(tiny(seed, initiatives=seed < 5), 0.1)
        assert math.isfinite(found.sequence)
        assert found.best.cost <= found.sequence * (1 + 1e-9)
        gains.append(1 - found.best.cost / found.sequence)
    assert max(gains) > 0.01


def test_without_time_the_plan_in_sequence_stands(tiny):
    problem = tiny(0)
    found = Loop(problem, StepSchedules(), Limits(gap=1e-6), clock=Clock(0.0)).run()
    assert found.best.cost == found.sequence
    assert found.ended.startswith("time is up")
    decision = answer_of(found, 1).decision
    assert decision.result["bound"] is decision.result["gap"] is None
    assert "nothing is proved yet" in proof_words(decision)


def test_an_interrupt_leaves_the_best_so_far(tiny, monkeypatch):
    def interrupted(loop, *arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(Loop, "_decide", interrupted)
    found = Loop(tiny(0), StepSchedules(), Limits(gap=1e-6)).run()
    assert found.best.cost == found.sequence
    assert found.ended == "ended by Ctrl-C"
