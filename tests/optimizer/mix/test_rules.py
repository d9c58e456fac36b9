"""Each rule alone: the cheapest mix without it breaks it, with it the mix is at its level and dearer."""

import numpy as np
import pytest

from models.mix.cost import price_flow
from models.mix.today import channel_share, today_flow
from optimizer.mix.lead import solve_case
from optimizer.mix.search import Limits
from optimizer.solve import Status

EXACT = Limits(gap=1e-9)
TODAY = [
    {"contact_type": "orders", "channel": "phone", "share": 0.9},
    {"contact_type": "orders", "channel": "bot", "share": 0.1},
]


def _csat(case, flow, tier=None):
    weights = case.tiers.weight if tier is None else np.eye(len(case.tiers.name))[tier]
    weighed = np.einsum("lct,c->l", flow, weights)
    return float(weighed @ case.links.csat / weighed.sum())


def _bots(case, flow):
    bots = case.channels.is_kind("bot")[case.links.channel]
    return float(flow[bots, 0].sum() / flow[:, 0].sum())


def _contacts(channel):
    return lambda case, flow: float(price_flow(case, flow).channel_contacts[case.channels.name.index(channel)].sum())


def _moved(case, flow):
    return float(np.abs(channel_share(case, flow) - channel_share(case, today_flow(case))).max())


RULES = {
    "csat": (_csat, 0.8, {"settings": {"csat_floor": 0.8}}),
    "tier csat": (lambda case, flow: _csat(case, flow, 0), 0.8, {"tier": {"gold": {"csat_floor": 0.8}}}),
    "bot cap": (_bots, 0.2, {"tier": {"gold": {"bot_cap": 0.2}}}),
    "least contacts": (_contacts("partner"), 9000, {"channel": {"partner": {"min_contacts": 9000}}}),
    "most contacts": (_contacts("bot"), 4000, {"channel": {"bot": {"max_contacts": 4000}}}),
    "change": (_moved, 0.1, {"settings": {"change": {"max_share": 0.1}}}),
    "change by the period": (_moved, 0.05, {"settings": {"change": {"per_period": 0.05}}}),
}
AT_LEAST = ("csat", "tier csat", "least contacts")


@pytest.mark.parametrize("name", RULES)
def test_a_rule_is_kept_and_costs_something(make, name):
    measure, level, with_rule = RULES[name]
    plain, ruled = make(today=TODAY), make(today=TODAY, **with_rule)
    (free_mix, free), (mix, found) = solve_case(plain, EXACT), solve_case(ruled, EXACT)
    before, after = measure(plain, free_mix.flows(free.values)), measure(ruled, mix.flows(found.values))
    assert before < level - 1e-3 if name in AT_LEAST else before > level + 1e-3
    assert after == pytest.approx(level, rel=1e-6)
    assert found.cost > free.cost + 0.01


def test_a_rule_that_is_kept_anyway_costs_nothing(make):
    free = solve_case(make(), EXACT)[1]
    settings, tier = {"csat_floor": 0.6, "budget": free.cost + 1}, {"gold": {"csat_floor": 0.6, "bot_cap": 0.9}}
    channel = {"partner": {"max_contacts": 1e6}}
    found = solve_case(make(settings, tier=tier, channel=channel), EXACT)[1]
    assert found.cost == pytest.approx(free.cost)


def test_a_budget_at_the_least_cost_is_enough_and_less_is_not(make):
    cost = solve_case(make(), EXACT)[1].cost
    assert solve_case(make({"budget": cost + 0.01}), EXACT)[1].status is Status.OPTIMAL
    assert solve_case(make({"budget": cost * 0.999}), EXACT)[1].status is Status.INFEASIBLE


def test_nobody_of_a_tier_that_always_reaches_people_gives_up(make):
    case = make(tier={"standard": {"human_always": "no"}})
    mix, found = solve_case(case, EXACT)
    lost = price_flow(case, mix.flows(found.values)).outcomes.lost
    assert lost[:, case.tiers.name.index("gold")].sum() == 0
    assert lost[:, case.tiers.name.index("standard")].sum() > 0


def test_harder_contacts_leave_no_sooner_than_easier_ones(make):
    """A bot saves most on hard contacts; without the rule it takes more of them."""
    links = [
        {"contact_type": "*", "channel": "phone", "csat": 0.85},
        {"contact_type": "*", "channel": "bot", "adoption_cap": 0.5, "containment": 0.6, "csat": 0.7},
        {
            "contact_type": "*",
            "segment": "easy",
            "channel": "bot",
            "adoption_cap": 0.2,
            "containment": 0.6,
            "csat": 0.7,
        },
    ]
    shares = []
    for easy_first in (True, False):
        case = make({"easy_first": easy_first}, links=links)
        mix, found = solve_case(case, EXACT)
        flow = mix.flows(found.values)[case.links.channel == case.channels.name.index("bot")].sum(axis=(1, 2))
        shares.append(flow / case.segment_issues.sum(axis=(1, 2)))
    assert shares[0] == pytest.approx([0.2, 0.2, 0.2])
    assert shares[1] == pytest.approx([0.2, 0.5, 0.5])


def test_a_channel_ramps_up_and_is_not_there_before(make):
    months = [f"2026-0{k}" for k in (1, 2, 3, 4)]
    case = make(
        {"periods": {"first": "2026-01", "count": 4}},
        volumes=[{"period": m, "contact_type": "orders", "tier": "gold", "issues": 1000} for m in months],
        channel={"bot": {"available_from": "2026-02", "ramp_periods": 2}},
    )
    mix, found = solve_case(case, EXACT)
    flow = mix.flows(found.values)[case.links.channel == case.channels.name.index("bot")].sum(axis=(0, 1))
    assert flow == pytest.approx([0, 250, 500, 500])


def test_what_is_defined_at_the_edges(make):
    """A tier without volume, a channel without capacity, a type that only people can serve."""
    case = make(
        {"csat_floor": 0.75},
        types=[{"contact_type": "orders", "pool": "desk"}, {"contact_type": "claims", "pool": "desk", "aht_s": 500}],
        volumes=[
            {"period": "2026-01", "contact_type": kind, "tier": "standard", "issues": 1000}
            for kind in ("orders", "claims")
        ],
        links=[
            {"contact_type": "*", "channel": "phone", "csat": 0.85},
            {"contact_type": "orders", "channel": "bot", "adoption_cap": 0.5, "containment": 0.6, "csat": 0.7},
            {"contact_type": "orders", "channel": "partner", "csat": 0.8},
        ],
        tier={"gold": {"csat_floor": 0.9, "csat_lead": 0.05, "bot_cap": 0.1}},
        channel={"partner": {"max_contacts": 0, "fixed_price": 100}},
    )
    mix, found = solve_case(case, EXACT)
    flow = mix.flows(found.values)
    assert found.status is Status.OPTIMAL
    assert flow[:, case.tiers.name.index("gold")].sum() == 0
    assert flow[case.links.channel == case.channels.name.index("partner")].sum() == pytest.approx(0, abs=1e-6)
    claims = case.link_type == case.contact_types.index("claims")
    assert flow[claims].sum() == pytest.approx(1000)
    assert found.cost == pytest.approx(price_flow(case, flow).total, abs=0.005)


def test_without_any_contact_nothing_is_paid(make):
    case = make(volumes=[{"period": "2026-01", "contact_type": "orders", "tier": "gold", "issues": 0}])
    mix, found = solve_case(case, EXACT)
    assert (found.status, found.cost, mix.flows(found.values).sum()) == (Status.OPTIMAL, 0, 0)
