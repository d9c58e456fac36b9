"""What is said about a mix: prices of rules, next changes, outsourcing, and why there is none."""

from dataclasses import replace

import numpy as np
import pytest

from models.plan_comparison import FOUR_TYPES, NO_CHANGE, WORSE
from optimizer.mix import explain, rules
from optimizer.mix.lead import solve_case
from optimizer.mix.prices import adoption_states, looser_links, rule_states
from optimizer.mix.rules import Rule, with_level
from optimizer.mix.run import solve_mix
from optimizer.mix.search import Limits
from optimizer.progress import listening

EXACT = Limits(gap=1e-9)
TODAY = [
    {"contact_type": "orders", "channel": "phone", "share": 0.9},
    {"contact_type": "orders", "channel": "bot", "share": 0.1},
]
FLOORS = {"settings": {"csat_floor": 0.79}, "tier": {"gold": {"csat_floor": 0.81, "bot_cap": 0.2}},
          "channel": {"partner": {"max_contacts": 3000}, "bot": {"min_contacts": 100}}}  # fmt: skip
LICENCES = {"bot": {"licence_price": 500, "licence_hours": 300, "duration_s": 180, "concurrency": 2}}


def _cost(case):
    return solve_case(case, EXACT)[1].cost


@pytest.mark.parametrize("kind", [rules.CSAT, rules.TIER_CSAT, rules.BOT_CAP, rules.MOST, rules.LEAST])
def test_a_linear_price_is_the_slope_of_the_cost(make, kind):
    case = make(**FLOORS)
    state = next(state for state in rule_states(*solve_case(case, EXACT)) if state.rule.kind == kind)
    step = 1e-4 if state.rule.is_share else 0.1
    up, down = _cost(with_level(case, state.rule, step)), _cost(with_level(case, state.rule, -step))
    assert state.price_per_unit == pytest.approx(abs(up - down) / (2 * step), rel=1e-3, abs=0.01)


def test_the_price_of_an_adoption_cap_is_the_slope_of_the_cost(make):
    case = make(**FLOORS)
    state = next(iter(adoption_states(*solve_case(case, EXACT))), None)
    assert state is not None
    channel = case.links.channel == case.channels.name.index(state.rule.subject.split(" of ")[0])
    slope = (_cost(case) - _cost(looser_links(case, channel, adoption_cap=1e-5))) / 1e-5
    assert state.price_per_unit == pytest.approx(slope, rel=1e-2)


def test_a_linear_mix_prices_its_rules_by_duals_and_what_they_cost_by_solving_again(make):
    case = make(**FLOORS)
    mix = solve_mix(case, EXACT)
    table = mix.rules.set_index("rule")
    floor = table.loc["floor of the overall satisfaction"]
    assert (floor["how"], floor["cost_how"], bool(floor["binding"])) == ("dual", "re-solve", True)
    free = _cost(replace(case, settings=case.settings.model_copy(update={"csat_floor": None})))
    assert floor["cost_of_rule"] == pytest.approx(mix.result.objective - free, abs=0.01)
    assert "floor of the overall satisfaction" in mix.binding
    assert "least contacts of bot" not in mix.binding


def test_a_limit_that_grows_by_the_period_binds_where_it_is_tightest(make):
    volumes = [
        {"period": f"2026-0{month}", "contact_type": "orders", "tier": tier, "issues": issues}
        for month in (1, 2, 3)
        for tier, issues in (("gold", 5000), ("standard", 20000))
    ]
    settings = {"periods": {"first": "2026-01", "count": 3}, "change": {"per_period": 0.05}}
    case = make(settings, volumes=volumes, today=TODAY)
    rules = solve_mix(case, Limits()).rules
    change = rules[rules["rule"].str.startswith("change limit")]
    assert change["binding"].any()
    tight = change[change["binding"]]
    assert np.allclose(tight["level"], tight["reached"], atol=1e-6)
    assert (tight["price"] > 0).all()
    assert not (tight["cost_of_rule"] == 0).any()  # unknown is not nothing


def test_the_lead_that_is_reached_is_that_of_the_mix(make):
    mix = solve_mix(make({"csat_floor": 0.75}, tier={"gold": {"csat_lead": 0.01, "csat_floor": 0.84}}), Limits())
    row = mix.rules[mix.rules["rule"].str.startswith("lead of tier gold")].iloc[0]
    assert row["level"] == 0.01
    assert row["reached"] > 0.03
    assert not row["binding"]


def test_with_licences_prices_are_those_of_solving_again(make):
    case = make(**FLOORS | {"channel": LICENCES})
    mix = solve_mix(case, EXACT)
    table = mix.rules.set_index("rule")
    row = table.loc["floor of the overall satisfaction"]
    assert row["how"] == "re-solve"
    assert row["price"] > 0
    looser = _cost(with_level(case, Rule(rules.CSAT), -0.01))
    assert row["price"] == pytest.approx(mix.result.objective - looser, abs=0.01)


def test_the_next_changes_are_what_solving_with_them_saves(make):
    case = make(**FLOORS)
    mix = solve_mix(case, EXACT)
    row = mix.changes.set_index("change").loc["containment of bot 5 points higher"]
    bots = case.links.channel == case.channels.name.index("bot")
    assert row["saving"] == pytest.approx(mix.result.objective - _cost(looser_links(case, bots, containment=0.05)))
    assert mix.changes["saving"].is_monotonic_decreasing


def test_outsourcing_is_worth_it_below_its_break_even_price(make):
    """At the price said nothing is outsourced or all the same; a little cheaper, something is."""
    dear = make(channel={"partner": {"unit_price": 9}})
    row = solve_mix(dear, EXACT).outsource.iloc[0]
    assert (row["contacts"], row["choice"]) == (0, "in house")
    for factor, used in ((1.001, False), (0.999, True)):
        case = make(channel={"partner": {"unit_price": row["break_even_price"] * factor}})
        mix, found = solve_case(case, EXACT)
        flow = mix.flows(found.values)[case.links.channel == case.channels.name.index("partner")]
        assert bool(flow.sum() > 1) is used


def test_before_and_after_are_compared(make):
    mix = solve_mix(make({"csat_floor": 0.8}, today=TODAY), EXACT)
    assert mix.comparison.kind in (*FOUR_TYPES, NO_CHANGE, WORSE)
    assert mix.saving == pytest.approx(mix.before.total - mix.after.total)
    assert mix.saving > 0
    assert solve_mix(make(), EXACT).comparison is None


INFEASIBLE = {
    "a floor": ({"settings": {"csat_floor": 0.9}}, ["floor of the overall satisfaction (90 %)"], "90 % to 85 %"),
    "a budget": ({"settings": {"budget": 30000}}, ["budget (30,000 EUR)"], "raise the budget from 30,000 EUR to"),
    "a budget and a floor": (
        {"settings": {"budget": 60000, "csat_floor": 0.84}},
        ["budget (60,000 EUR)", "floor of the overall satisfaction (84 %)"],
        "lower the floor of the overall satisfaction",
    ),
    "a floor and a cap": (
        {"settings": {"csat_floor": 0.84}, "channel": {"phone": {"max_contacts": 4000}}},
        ["most contacts of phone (4,000 contacts)", "floor of the overall satisfaction (84 %)"],
        "raise the most contacts of phone",
    ),
    "a lead": ({"tier": {"gold": {"csat_lead": 0.2}}}, ["lead of tier gold"], "lower the lead of tier gold"),
}


@pytest.mark.parametrize("name", INFEASIBLE)
def test_an_infeasible_case_is_explained(make, name):
    with_rules, named, way_out = INFEASIBLE[name]
    mix = solve_mix(make(**with_rules), EXACT)
    assert (mix.result.status, mix.after) == ("infeasible", None)
    conflicts, ways = "\n".join(mix.conflicts), "\n".join(mix.relaxation)
    assert all(text in conflicts for text in named), conflicts
    assert way_out in ways
    assert "the mix then costs" in ways  # it was solved at the level that is said


@pytest.mark.parametrize("name", ["a budget and a floor", "a lead"])
def test_conflicts_alone_are_found_without_solving_ways_out(make, name, monkeypatch):
    case = make(**INFEASIBLE[name][0])
    told, ways = explain.explain_mix(case, EXACT)
    assert ways
    monkeypatch.setattr(explain, "solve_case", None)  # what is called fails
    assert explain.explain_mix(case, EXACT, ways=0) == (told, ())


def test_the_budget_that_is_suggested_is_the_least_whole_one(make):
    cost = _cost(make(channel=LICENCES))
    mix = solve_mix(make({"budget": 30000}, channel=LICENCES), EXACT)
    assert f"to {int(np.ceil(cost)):,} EUR" in mix.relaxation[0]


def test_a_budget_that_is_too_small_is_not_helped_by_a_longer_cost_table(make):
    table = [
        {"pool": "desk", "service_level": 0.8, "load_hours_per_week": load, "cost_per_week": 50 * load}
        for load in range(40, 700, 40)
    ]
    settings = {"people": {"cost_from": "cost_table"}, "budget": 1000.0}
    why = solve_mix(make(settings, pool_costs=table), EXACT)
    assert any("raise the budget" in way for way in why.relaxation)
    assert not any("tabulate" in way for way in why.relaxation)


def test_a_lead_over_a_floor_out_of_reach_is_no_conflict_of_its_own(make):
    why = solve_mix(make({"csat_floor": 0.95}, tier={"gold": {"csat_lead": 0.01}}), EXACT)
    assert why.relaxation
    assert all("lead" not in said for said in (*why.conflicts, *why.relaxation))


def test_a_cost_table_that_ends_too_soon_is_said_with_its_end(make):
    costs = [
        {"pool": "desk", "service_level": 0.8, "load_hours_per_week": load, "cost_per_week": 50 * load}
        for load in (40, 80)
    ]
    case = make({"people": {"cost_from": "cost_table"}}, pool_costs=costs, channel={"partner": {"max_contacts": 100}})
    mix = solve_mix(case, EXACT)
    assert "largest tabulated workload of pool desk (80 hours a week)" in mix.conflicts[0]
    assert any("which ends at 80 hours a week" in way for way in mix.relaxation)


def test_a_search_tells_its_best_and_its_bound_and_nothing_of_the_prices_after_it(make):
    heard = []
    with listening(heard.append):
        found = solve_mix(make(channel=LICENCES, **{k: v for k, v in FLOORS.items() if k != "channel"}))
    best = [one.best for one in heard if one.best is not None]
    bounds = [one.bound for one in heard if one.bound is not None]
    assert best == sorted(best, reverse=True)
    assert best[-1] == pytest.approx(found.result.objective)
    assert max(bounds) <= found.result.objective * (1 + 1e-9)
