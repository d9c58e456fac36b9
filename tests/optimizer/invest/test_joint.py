"""Initiatives and mix together: against every portfolio with the best mix for each, and the calculators of both."""

import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models.faults import FaultLog
from models.investment.assembly import Tables, assemble
from models.investment.average_month import average_month
from models.investment.case import Choice, Start
from models.investment.files import write_joint
from models.investment.pricing import effect_in_time, flows, serve
from models.investment.settings import InvestSettings
from models.investment.with_mix import mix_at, mix_work
from models.mix.cost import price_flow
from models.mix.today import today_flow
from models.returns import evaluate_return
from optimizer.clock import Clock
from optimizer.invest.bounding import Bounding
from optimizer.invest.cuts import JointSearch, NoJointPlanError
from optimizer.invest.joint import invest_jointly
from optimizer.invest.least import least_cost
from optimizer.invest.reach import loosened
from optimizer.mix.lead import solve_case
from optimizer.mix.search import Limits
from optimizer.solve import Status


@pytest.fixture(scope="module")
def mix(build_mix):
    return build_mix(
        {"csat_floor": 0.79, "people": {"cost_per_hour": 40, "busy_share": 0.8}},
        types=[{"contact_type": "orders", "pool": "en", "lost_cost": 2, "aht_s": 300},
               {"contact_type": "faults", "pool": "en", "lost_cost": 4, "aht_s": 500}],
        volumes=[{"period": "2026-01", "contact_type": "orders", "issues": 9000},
                 {"period": "2026-01", "contact_type": "faults", "issues": 3000}],
        channels=[{"channel": "phone", "kind": "human_live"},
                  {"channel": "bot", "kind": "bot", "unit_price": 0.2, "escalates_to": "phone"}],
        links=[{"contact_type": "*", "channel": "phone", "csat": 0.84, "recontact_share": 0.1},
               {"contact_type": "*", "channel": "bot", "adoption_cap": 0.4, "containment": 0.5, "csat": 0.72,
                "escalated_share": 0.9}],
        today=[{"contact_type": kind, "channel": channel, "share": share}
               for kind in ("orders", "faults") for channel, share in (("phone", 0.9), ("bot", 0.1))],
    )  # fmt: skip


INITIATIVES = [
    {"initiative": "base", "one_off_cost": 60_000, "running_cost_per_year": 5_000},
    {"initiative": "bot", "one_off_cost": 90_000, "build_periods": 1},
    {"initiative": "train", "one_off_cost": 20_000, "running_cost_per_year": 12_000},
]
EFFECTS = [
    {"initiative": "base", "on": "handle_time", "likely": -0.08},
    {"initiative": "bot", "on": "containment", "channel": "bot", "likely": 0.3},
    {"initiative": "bot", "on": "adoption", "channel": "bot", "likely": 0.2},
    {"initiative": "train", "on": "fcr", "likely": 0.2},
    {"initiative": "train", "on": "csat", "likely": 0.01},
]
RELATIONS = [{"kind": "overlap", "a": "base", "b": "train", "value": 0.4}]


@pytest.fixture(scope="module")
def case(mix, typed_rows):
    settings = InvestSettings.model_validate(
        {"horizon": {"first_year": 2026, "years": 3, "periods_per_year": 1}, "budgets": {2026: 120_000, 2027: 60_000},
         "people": {"busy_share": 0.8, "attrition_per_year": 0.3, "replacement_cost": 4000}}
    )  # fmt: skip
    frames = {name: typed_rows(name, rows) for name, rows in
              (("initiatives", INITIATIVES), ("effects", EFFECTS), ("relations", RELATIONS), ("spends", []),
               ("costs", []))}  # fmt: skip
    return assemble(settings, Tables(**frames, work=mix_work(mix, settings.people)), of_mix=True)


def test_todays_mix_as_work_costs_what_the_mix_costs(case, mix):
    cost = serve(case, Choice.none(case))
    year = price_flow(mix, today_flow(mix)).total * 365 / 31
    assert (cost.people_cost + cost.channel_cost)[0].sum(axis=0) == pytest.approx([year] * 3)


def test_an_effect_on_the_mix_is_the_effect_on_its_work(case, mix):
    """Handle time, containment and repeats, priced as work and as a changed mix: one and the same, the mix held."""
    choice = Choice((Start(0, 0), Start(1, 0)), np.zeros((0, 3)))
    share, kept = effect_in_time(case, choice)
    changed = mix_at(case, mix, share[:, 2], kept[:, 2])
    cost = price_flow(changed, today_flow(changed)).total * 365 / 31
    service = serve(case, choice)
    paid = (service.people_cost + service.channel_cost)[0, :, 2].sum() + service.leaver_cost[0, 2]
    lost_before = price_flow(mix, today_flow(mix)).lost.sum() * 365 / 31
    lost_after = price_flow(changed, today_flow(changed)).lost.sum() * 365 / 31
    assert cost == pytest.approx(paid - (lost_before - lost_after), rel=1e-9)


def test_the_joint_answer_is_the_best_of_all_and_its_bound_holds(case, mix, tmp_path, all_choices):
    found = invest_jointly(case, mix)
    search = JointSearch(case, average_month(mix), Limits(gap=1e-6))
    values = []
    for choice in all_choices(case):
        priced = search.price(choice)
        if priced is not None:
            values.append(priced[0])
    assert found.result.bound >= max(values) - 0.5
    assert found.result.objective == pytest.approx(max(values), rel=1e-4)
    assert found.result.gap < 1e-3
    assert found.result.objective == pytest.approx(found.returns.npv, abs=0.01)
    assert len(found.states) > 1
    write_joint(tmp_path, found)
    flow = pd.read_csv(tmp_path / "cash_flow.csv")[["year", "benefit", "cost"]]
    assert evaluate_return(flow, 0.08).npv == pytest.approx(found.result.objective, abs=0.01)


def test_no_state_is_cheaper_than_its_cuts_say(case, mix):
    """Every cut, at every combination of effects, against the mix solved there."""
    search = JointSearch(case, average_month(mix), Limits(gap=1e-6), most_states=0)
    first = len(search.cuts)
    for starts in itertools.product((None, 0), repeat=3):
        choice = Choice(tuple(Start(o, s) for o, s in enumerate(starts) if s is not None), np.zeros((0, 3)))
        search.learn(choice)
    assert len(search.cuts) > first > 0
    for starts in itertools.product((None, 0, 1), repeat=3):
        choice = Choice(tuple(Start(o, s) for o, s in enumerate(starts) if s is not None), np.zeros((0, 3)))
        share, kept = effect_in_time(case, choice)
        on = {start.option: start.period + case.options[start.option].build for start in choice.starts}
        for t in range(3):
            true = search.state(share[:, t], kept[:, t]).cost_per_year
            for cut in search.cuts:
                lowers, lets = search._more(cut)
                there = [(start.option, t - start.period) for start in choice.starts if t >= start.period]
                claimed = cut.cost - sum(lowers[o][age] for o, age in there)
                claimed -= cut.room * any(lets[o][age] for o, age in there)
                for place in cut.overlaps:
                    a = case.relations.overlaps[place][0]
                    claimed -= cut.loose * (not (a in on and on[a] <= t))
                assert true >= claimed - 0.01 * 12


def test_what_the_searches_of_mixes_left_open_is_in_the_bound(case, mix, monkeypatch):
    """A mix that time ended counts at its bound, one that was not found at the least that any could cost."""
    none, base = Choice.none(case), Choice((Start(0, 0),), np.zeros((0, 3)))

    def searched(**ended):
        def solve(changed, limits):
            program, found = solve_case(changed, limits)
            return program, replace(found, **{name: value(found) for name, value in ended.items()})

        monkeypatch.setattr("optimizer.invest.cuts.solve_by_region", solve)
        return JointSearch(case, average_month(mix), Limits(gap=1e-6))

    exact = searched()
    value, states = exact.price(none)
    worth = exact.price(base)[0]
    assert exact.blur == pytest.approx(0, abs=0.01)
    stopped = searched(status=lambda found: Status.FEASIBLE, bound=lambda found: 0.99 * found.cost)
    assert stopped.price(none)[0] == pytest.approx(value)
    years = sum(1.08**-year for year in (1, 2, 3))
    assert stopped.blur == pytest.approx(0.01 * states[0].cost_per_year * years)
    lost = searched(status=lambda found: Status.NO_PLAN, values=lambda found: None, bound=lambda found: -np.inf)
    assert lost.price(base) is None and lost.highest > worth
    without = searched(status=lambda found: Status.INFEASIBLE, values=lambda found: None, bound=lambda found: -np.inf)
    assert without.price(base) is None and without.highest == -np.inf


def test_no_state_is_cheaper_than_its_table_says(case, mix):
    """Every cut of the table, in every period of every choice, ramps and overlaps included."""
    search = JointSearch(case, average_month(mix), Limits(gap=1e-6))
    table, checked = search.table, 0
    choices = [
        Choice(tuple(Start(o, s) for o, s in enumerate(starts) if s is not None), np.zeros((0, 3)))
        for starts in itertools.product((None, 0, 1), repeat=3)
    ]
    for choice in choices:
        search.price(choice)
        search.learn(choice)
    assert len(table.cuts) == len(table.states) == 8
    room = (table.exact - table.least).max()
    for choice in choices:
        share, kept = effect_in_time(case, choice)
        for t in range(3):
            true, place = search.state(share[:, t], kept[:, t]).cost_per_year, table.at(choice, t)
            ramping = not np.isin(share[:, t], (0.0, 1.0)).all()
            for cuts, allowed in ((table.cuts, 0.0), (table.cuts_in_full, room * ramping)):
                for c, a in cuts.values():
                    checked += 1
                    assert true >= c + table.works[place] @ a - allowed - 0.12
            c, a = table.cuts[place]
            assert c + table.works[place] @ a == pytest.approx(table.least[place], rel=0.01)
    assert checked > 500


def test_budget_and_floor_of_the_mix_hold_in_every_state(case, mix):
    found = invest_jointly(case, mix)
    for state in found.states:
        assert state.priced.overall_csat >= 0.79 - 1e-6
    alone = solve_case(average_month(mix), Limits(gap=1e-6))[1]
    assert alone.cost <= price_flow(average_month(mix), today_flow(average_month(mix))).total
    assert flows(case, found.choice).one_off[0] <= 120_000


def test_faults_of_effects_that_a_mix_cannot_take(case, mix, typed_rows):
    from models.investment.with_mix import mix_faults

    rows = [{"initiative": "base", "on": "contacts", "contact_type": "orders", "channel": "phone", "likely": -0.1}]
    settings = case.settings
    frames = {"initiatives": typed_rows("initiatives", INITIATIVES), "effects": typed_rows("effects", rows),
              "relations": typed_rows("relations", []), "spends": typed_rows("spends", []),
              "costs": typed_rows("costs", [])}  # fmt: skip
    other = assemble(settings, Tables(**frames, work=mix_work(mix, settings.people)), FaultLog(), of_mix=True)
    assert mix_faults(other, mix) == (
        "base: with a channel mix an effect on contacts is of contact types; leave the channel blank",
    )


def test_a_search_that_time_ends_says_its_gap(case, mix):
    settings = case.settings.model_copy(update={"solve": case.settings.solve.model_copy(update={"time_limit_s": 0.01})})
    found = invest_jointly(replace(case, settings=settings), mix)
    assert found.result.status == "feasible"
    assert found.result.gap == pytest.approx((found.result.bound - found.result.objective) / found.result.objective)
    assert found.result.gap > 1e-3


def test_no_mix_that_keeps_its_rules_is_said(case, mix):
    settings = mix.settings.model_copy(update={"csat_floor": 0.99})
    with pytest.raises(NoJointPlanError, match="no channel mix keeps the rules"):
        invest_jointly(case, replace(mix, settings=settings))


@pytest.mark.parametrize("seed", range(4))
def test_a_loosened_state_is_no_dearer_than_any_with_fewer_effects(case, mix, typed_rows, seed):
    """With bot caps, floors of tiers, limits on change and contracts, which other volumes make harder to keep."""
    rng = np.random.default_rng(seed)
    month = average_month(mix)
    links, tiers, channels = month.links, month.tiers, month.channels
    links = replace(links, recontact=rng.uniform(0.02, 0.2, len(links.recontact)))
    settings = month.settings.model_copy(
        update={"change": month.settings.change.model_copy(update={"max_share": float(rng.uniform(0.1, 0.3))})}
    )
    month = replace(
        month, links=links, settings=settings,
        tiers=replace(tiers, bot_cap=np.full(len(tiers.name), rng.uniform(0.15, 0.3)),
                      csat_floor=np.full(len(tiers.name), rng.uniform(0.78, 0.82))),
        channels=replace(channels, min_contacts=np.where(channels.is_kind("bot")[:, None], 1300.0, 0.0)),
    )  # fmt: skip
    gentle = replace(case, effects=tuple(one for one in case.effects if one.on != "containment"))
    full = np.ones(len(gentle.effects))
    whole = mix_at(gentle, month, full, full)
    least = least_cost(loosened(whole, month, whole))
    found = 0
    for _ in range(12):
        changed = mix_at(gentle, month, rng.choice([0.0, 0.3, 0.7, 1.0], len(full)), full)
        _, answer = solve_case(changed, Limits(gap=1e-6))
        if answer.values is not None:
            found += 1
            assert least <= answer.cost * 365 / float(month.days.sum()) * (1 + 1e-6)
    assert found > 0


class Memory:
    def __init__(self):
        self.records = {}

    def find(self, parts):
        return self.records.get(tuple(parts))

    def keep(self, parts, record):
        self.records[tuple(parts)] = record


def test_a_second_search_goes_on_where_the_first_one_ended(case, mix):
    month = average_month(mix)
    states = [frozenset(), frozenset({0}), frozenset({1}), frozenset({0, 1})]
    asked, memory = [], Memory()

    def some(function, arguments):
        """Time reaches two of them."""
        asked.append(len(arguments))
        return [function(*one) if place < 2 else np.nan for place, one in enumerate(arguments)]

    def all_of_them(function, arguments):
        asked.append(len(arguments))
        return [function(*one) for one in arguments]

    def table(side_by_side, kept):
        return Bounding(case, month, side_by_side, kept).table(states, Clock(60).grant(1.0), 1.0, 1e6)

    first = table(some, memory)
    assert (first.least[2:] == 1.0).all() and (first.least[:2] > 1.0).all()
    second = table(all_of_them, memory)
    third = table(all_of_them, memory)
    assert asked == [4, 2]
    assert second.least.tolist() == third.least.tolist() == table(all_of_them, None).least.tolist()
