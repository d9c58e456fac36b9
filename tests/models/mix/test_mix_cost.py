"""What flows of a mix cost: by hand, by a second way of counting, and the laws that must hold."""

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies
from hypothesis.extra import numpy as arrays

from models.mix.case_checks import misfits
from models.mix.cost import ITEMS, price_flow, step_cost, tier_price
from models.mix.priced import price_mix, spread_cost
from models.mix.records import CostTable, PriceTiers
from models.mix.summary import channel_summary
from models.mix.today import channel_share, today_flow
from models.queueing import ServiceGoal, required_agents

ANY = settings(max_examples=40, deadline=None, derandomize=True)


@pytest.fixture(scope="module")
def shared(build_mix, request):
    """One case for the laws: what hypothesis draws are the flows."""
    import copy

    rows, given_settings = copy.deepcopy(ROWS), copy.deepcopy(SETTINGS)
    return build_mix(given_settings, **rows)


ROWS = {
    "types": [{"contact_type": "orders", "pool": "desk"}, {"contact_type": "claims", "pool": "back", "aht_s": 600}],
    "segments": [
        {"contact_type": "orders", "segment": "easy", "order": 1, "share": 0.6, "aht_s": 120},
        {"contact_type": "orders", "segment": "hard", "order": 2, "share": 0.4, "aht_s": 360},
    ],
    "tiers": [{"tier": "standard"}, {"tier": "gold", "weight": 3, "human_always": "yes"}],
    "volumes": [
        {"period": period, "contact_type": kind, "tier": tier, "issues": 500}
        for period in ("2026-01", "2026-02") for kind in ("orders", "claims") for tier in ("standard", "gold")
    ],
    "channels": [
        {"channel": "phone", "kind": "human_live", "unit_price": 0.1},
        {"channel": "chat", "kind": "human_live", "concurrency": 2, "aht_factor": 1.5, "escalates_to": "phone"},
        {"channel": "bot", "kind": "bot", "fixed_price": 50, "resolution_price": 0.2, "licence_price": 100,
         "licence_hours": 5, "concurrency": 2, "duration_s": 90, "escalates_to": "partner"},
        {"channel": "web", "kind": "self_service", "unit_price": 0.05, "escalates_to": "chat"},
        {"channel": "partner", "kind": "outsourced", "unit_price": 3},
    ],
    "price_tiers": [{"channel": "partner", "from_contacts": 100, "unit_price": 2}],
    "links": [
        {"contact_type": "*", "channel": "phone", "recontact_share": 0.1, "csat": 0.9},
        {"contact_type": "*", "channel": "chat", "containment": 0.9, "recontact_share": 0.1, "csat": 0.85},
        {"contact_type": "*", "channel": "bot", "adoption_cap": 0.5, "containment": 0.6, "escalated_share": 0.75,
         "csat": 0.7, "escalation_extra_s": 30},
        {"contact_type": "orders", "channel": "web", "adoption_cap": 0.8, "containment": 0.7, "csat": 0.8,
         "escalation_extra_s": 20, "escalated_share": 0.5},
        {"contact_type": "orders", "channel": "partner", "recontact_share": 0.2, "csat": 0.75},
    ],
}  # fmt: skip
SETTINGS = {
    "name": "laws", "periods": {"first": "2026-01", "count": 2}, "lost_cost": 2.0,
    "people": {"cost_per_hour": 24, "busy_share": 0.75, "by_pool": {"back": 40}},
}  # fmt: skip


def by_hand(case, flow):
    """Count the cost again, contact by contact, from the records: loops and no arrays."""
    channels, links, total = case.channels, case.links, 0.0
    priced = {prices.channel: prices for prices in case.price_tiers}
    for t in range(len(case.periods)):
        contacts, licence_h = [0.0] * len(channels.name), [0.0] * len(channels.name)
        for n, (s, h) in enumerate(zip(links.segment, links.channel, strict=True)):
            kind, goes = case.segments.contact_type[s], channels.escalates_to[h]
            for c in range(len(case.tiers.name)):
                number = flow[n, c, t]
                failed = number * (1 - links.containment[n])
                share = 1.0 if case.tiers.human_always[c] else links.escalated_share[n]
                onwards = failed * share if goes >= 0 else 0.0
                contacts[h] += number
                licence_h[h] += number * channels.duration_s[h] / 3600 / channels.concurrency[h]
                total += number * links.containment[n] * channels.resolution_price[h]
                total += (failed - onwards) * case.lost_cost[kind]
                rate = 1 / 3600 / case.settings.people.busy_share
                if links.pool[n] >= 0:
                    seconds = case.segments.aht_s[s] * channels.aht_factor[h] / channels.concurrency[h]
                    total += number * seconds * rate * case.pool_cost_per_hour[links.pool[n]]
                if goes >= 0:
                    contacts[goes] += onwards
                if links.escalation_pool[n] >= 0:
                    seconds = case.segments.aht_s[s] * channels.aht_factor[goes] / channels.concurrency[goes]
                    seconds += links.escalation_extra_s[n]
                    total += onwards * seconds * rate * case.pool_cost_per_hour[links.escalation_pool[n]]
        for h in range(len(channels.name)):
            if h in priced:
                first, second = priced[h].unit_price
                total += min(contacts[h], 100) * first + max(contacts[h] - 100, 0) * second
            else:
                total += contacts[h] * channels.unit_price[h]
            total += channels.fixed_price[h] if contacts[h] > 1e-6 else 0
            if math.isfinite(channels.licence_hours[h]):
                total += channels.licence_price[h] * math.ceil(licence_h[h] / channels.licence_hours[h] - 1e-6)
    return total


def flows(case):
    """Flows to draw: whole contacts and fractions, often none."""
    numbers = strategies.one_of(strategies.just(0.0), strategies.floats(0, 400, allow_subnormal=False))
    return arrays.arrays(float, case.shape, elements=numbers.filter(lambda x: x == 0 or x > 1e-3))


@ANY
@given(data=strategies.data())
def test_two_ways_of_counting_agree_to_the_cent(shared, data):
    flow = data.draw(flows(shared))
    cost = price_flow(shared, flow)
    assert cost.total == pytest.approx(by_hand(shared, flow), abs=0.005, rel=1e-12)
    assert cost.total == pytest.approx(sum(cost.item(name).sum() for name in ITEMS))
    assert spread_cost(shared, cost).sum() == pytest.approx(cost.total, abs=1e-6, rel=1e-9)


@ANY
@given(data=strategies.data())
def test_every_contact_has_one_end(shared, data):
    flow = data.draw(flows(shared))
    found = price_flow(shared, flow).outcomes
    assert found.contained + found.escalated + found.lost == pytest.approx(flow)
    assert (found.lost[:, 1] <= 1e-9).all()  # gold: a person is always there
    # the arrays that the optimiser reads say the same
    assert found.escalated == pytest.approx(flow * shared.escalated[:, :, None])
    assert found.lost == pytest.approx(flow * shared.lost[:, :, None], abs=1e-9)
    assert found.hours == pytest.approx(flow * shared.handle_s[:, None, None] / 3600)
    assert found.escalation_hours == pytest.approx(found.escalated * shared.escalation_handle_s[:, None, None] / 3600)


@ANY
@given(data=strategies.data(), factor=strategies.sampled_from([0.5, 2.0, 100.0]))
def test_money_scales(shared, data, factor):
    flow = data.draw(flows(shared))
    prices = ("unit_price", "fixed_price", "resolution_price", "licence_price")
    channels = dataclasses.replace(
        shared.channels, **{name: getattr(shared.channels, name) * factor for name in prices}
    )
    tiers = tuple(dataclasses.replace(p, unit_price=p.unit_price * factor) for p in shared.price_tiers)
    dearer = dataclasses.replace(
        shared, channels=channels, price_tiers=tiers, lost_cost=shared.lost_cost * factor,
        pool_cost_per_hour=shared.pool_cost_per_hour * factor,
    )  # fmt: skip
    assert price_flow(dearer, flow).total == pytest.approx(factor * price_flow(shared, flow).total)


def test_figures_by_hand(build_mix):
    """1,000 issues: 600 to the phone, 400 to a bot that contains 60 % and loses a quarter of the rest."""
    case = build_mix(
        {"lost_cost": 2, "people": {"cost_per_hour": 30, "busy_share": 0.8}},
        types=[{"contact_type": "orders", "pool": "desk", "aht_s": 300}],
        volumes=[{"period": "2026-01", "contact_type": "orders", "issues": 940}],
        channels=[
            {"channel": "phone", "kind": "human_live", "unit_price": 0.1},
            {"channel": "bot", "kind": "bot", "unit_price": 0.05, "fixed_price": 70, "resolution_price": 0.5,
             "licence_price": 90, "licence_hours": 4, "concurrency": 2, "duration_s": 120, "escalates_to": "phone"},
        ],
        links=[
            {"contact_type": "*", "channel": "phone", "csat": 0.9, "recontact_share": 0.1},
            {"contact_type": "*", "channel": "bot", "adoption_cap": 1, "containment": 0.6, "escalated_share": 0.75,
             "csat": 0.7, "escalation_extra_s": 60},
        ],
    )  # fmt: skip
    priced = price_mix(case, np.array([[[600.0]], [[400.0]]]))
    amounts = {(item, name): amount for _, item, name, amount in priced.costs.itertuples(index=False)}
    # 600 x 300 s + 120 escalated x 360 s = 62 h; 400 x 120 s / 2 = 6.67 h in 2 licences of 4 h
    assert amounts == pytest.approx(
        {
            ("people", "desk"): 62 / 0.8 * 30, ("contacts", "phone"): 72.0, ("contacts", "bot"): 20.0,
            ("resolutions", "bot"): 120.0, ("licences", "bot"): 180.0, ("fixed", "bot"): 70.0, ("lost", "orders"): 80.0,
        }
    )  # fmt: skip
    assert priced.total == pytest.approx(2325 + 72 + 20 + 120 + 180 + 70 + 80)
    assert priced.csat.loc[0].tolist() == ["overall", "", 1000, pytest.approx(0.82)]
    load = priced.workload.iloc[0]
    assert (load["contacts"], load["hours"]) == (720, pytest.approx(62)) and load["mean_aht_s"] == pytest.approx(310)
    assert load["hours_per_week"] == pytest.approx(62 * 7 / 31)
    assert priced.licences.iloc[0]["licences"] == 2
    assert priced.flows["repeats"].tolist() == [60, 0] and priced.flows["cost"].sum() == pytest.approx(priced.total)
    # the phone: 50 h and 60 of line; the bot: 12 h and 12 of line for those it passes on, and all of its own
    assert priced.cost_by("channel")["cost"].tolist() == pytest.approx([1875 + 60, 450 + 12 + 20 + 120 + 180 + 70 + 80])


def test_easy_contacts_leave_first_and_the_rest_takes_longer(build_mix):
    """100 x 120 s, 60 x 300 s, 40 x 600 s in half an hour: 70 easy ones leave, 35 % of contacts but 16 % of work.

    The mean rises from 270 to 350.8 s, and 80/20 needs 31 agents for 35, not the 24 of an unchanged handle time.
    """
    case = build_mix(
        {"periods": [{"name": "now", "days": 7}]},
        types=[{"contact_type": "orders", "pool": "desk"}],
        segments=[
            {"contact_type": "orders", "segment": name, "order": order, "share": share, "aht_s": aht_s}
            for name, order, share, aht_s in (("easy", 1, 0.5, 120), ("mid", 2, 0.3, 300), ("hard", 3, 0.2, 600))
        ],
        volumes=[{"period": "now", "contact_type": "orders", "issues": 200}],
        channels=[{"channel": "phone", "kind": "human_live"}, {"channel": "web", "kind": "self_service"}],
        links=[
            {"contact_type": "*", "channel": "phone", "csat": 0.9},
            {
                "contact_type": "*",
                "segment": "easy",
                "channel": "web",
                "adoption_cap": 0.7,
                "containment": 1,
                "csat": 0.9,
            },
        ],
    )
    phone = case.links.channel == 0

    def work(taken):
        flow = case.segment_issues[case.links.segment].copy()
        flow[~phone], flow[np.flatnonzero(phone)[0]] = taken, 100 - taken
        return price_mix(case, flow).workload.iloc[0]

    def agents(contacts, aht_s):
        goal = ServiceGoal(0.8, 20, model="erlang-c")
        return int(required_agents(np.array([contacts * aht_s / 1800]), np.array([aht_s]), goal)[0])

    before, after = work(0.0), work(70.0)
    assert after["contacts"] / before["contacts"] == pytest.approx(0.65)
    assert (before["mean_aht_s"], after["mean_aht_s"]) == (pytest.approx(270), pytest.approx(350.8, abs=0.05))
    assert after["hours"] / before["hours"] - 1 == pytest.approx(-0.156, abs=0.001)
    assert agents(200, before["mean_aht_s"]) == 35 and agents(130, after["mean_aht_s"]) == 31 and agents(130, 270) == 24


def test_price_tiers_of_both_modes():
    tiers = PriceTiers(0, np.array([0.0, 100, 200]), np.array([3.0, 2, 1]), "incremental")
    assert [tier_price(tiers, n) for n in (0, 50, 100, 150, 250)] == [0, 150, 300, 400, 550]
    whole = dataclasses.replace(tiers, mode="all_units")
    assert [tier_price(whole, n) for n in (0, 50, 99, 100, 150, 250)] == [0, 150, 297, 200, 300, 250]


def test_people_cost_by_steps():
    table = CostTable(0, 0.8, np.array([0.0, 10, 20]), np.array([0.0, 500, 900]), np.full(3, np.nan))
    assert [step_cost(table, load) for load in (0, 0.1, 10, 10.0000001, 10.01, 20)] == [0, 500, 500, 500, 900, 900]
    assert step_cost(table, 20.1) == math.inf


def test_the_weeks_of_a_period_pay_the_table(build_mix):
    rows = [
        {"pool": "desk", "service_level": 0.8, "load_hours_per_week": load, "cost_per_week": cost}
        for load, cost in ((0, 0), (10, 500), (20, 900))
    ]
    case = build_mix(
        {"periods": [{"name": "four weeks", "days": 28}], "people": {"cost_from": "cost_table"}},
        types=[{"contact_type": "orders", "pool": "desk", "aht_s": 360}],
        volumes=[{"period": "four weeks", "contact_type": "orders", "issues": 401}],
        channels=[{"channel": "phone", "kind": "human_live"}],
        links=[{"contact_type": "*", "channel": "phone", "csat": 0.9}],
        pool_costs=rows,
    )
    assert [price_flow(case, np.full((1, 1, 1), n)).total for n in (400.0, 401.0, 801.0)] == [2000, 3600, math.inf]


def test_splitting_a_type_changes_nothing(build_mix):
    def total(names):
        case = build_mix(
            SETTINGS | {"people": {"cost_per_hour": 24}},
            types=[{"contact_type": name, "pool": "desk", "aht_s": 200} for name in names],
            volumes=[
                {"period": "2026-01", "contact_type": name, "issues": 1000 / len(names)} for name in names
            ],
            channels=[row for row in ROWS["channels"] if row["channel"] in ("phone", "bot", "partner")],
            links=[row for row in ROWS["links"] if row["channel"] in ("phone", "bot")],
            today=[
                {"contact_type": name, "channel": channel, "share": share}
                for name in names for channel, share in (("phone", 0.6), ("bot", 0.4))
            ],
        )  # fmt: skip
        priced = price_mix(case, today_flow(case))
        return priced.total, priced.csat.loc[0, "csat"], priced.workload["hours"].sum()

    assert total(["one", "two"]) == pytest.approx(total(["whole"]))


def test_names_change_nothing(build_mix):
    renamed = {"phone": "z-phone", "orders": "9", "gold": "Au"}

    def with_names(rows):
        return [{key: renamed.get(value, value) for key, value in row.items()} for row in rows]

    cases = [
        build_mix(SETTINGS, **ROWS),
        build_mix(SETTINGS, **{name: with_names(rows) for name, rows in ROWS.items()}),
    ]
    flow = np.random.default_rng(1).uniform(0, 100, cases[0].shape)
    first, second = (price_flow(case, flow).total for case in cases)
    assert first == second


def test_todays_contacts_settle_every_issue(case):
    flow = today_flow(case)
    settled = np.zeros_like(case.segment_issues)
    np.add.at(settled, case.links.segment, flow * (1 - case.links.recontact)[:, None, None])
    assert settled == pytest.approx(case.segment_issues)
    shares = channel_share(case, flow)
    assert shares[0, :, 0].tolist() == pytest.approx([0.7, 0.2, 0.1]) and shares[1, :, 1].tolist() == [1, 0, 0]
    assert np.isnan(shares[1, :, 0]).all()  # no claims in January


def test_without_today_there_is_no_flow_of_today(build_mix, settings, rows):
    del rows["today"]
    case = build_mix(settings, **rows)
    assert today_flow(case) is None and channel_summary(case)["today_share"].isna().all()


def test_the_summary_says_how_far_a_channel_reaches(case):
    table = channel_summary(case).set_index("channel")
    assert table.loc["bot", "contact_types"] == 1 and table.loc["phone", "could_settle_share"] == pytest.approx(1)
    assert table.loc["bot", "could_settle_share"] == pytest.approx(2100 * (0.6 * 0.8 + 0.4 * 0.5) / 2200)
    assert (table.loc["partner", "min_contacts"], table.loc["partner", "max_contacts"]) == (50, 400)


@pytest.mark.parametrize("flow", [np.zeros((1, 1, 1)), "negative", "nan"])
def test_flows_that_are_none_are_refused(case, flow):
    if isinstance(flow, str):
        flow = np.full(case.shape, -1.0 if flow == "negative" else np.nan)
    with pytest.raises(ValueError, match="flow"):
        price_flow(case, flow)


def test_no_flow_costs_nothing_and_has_no_satisfaction(case):
    priced = price_mix(case, np.zeros(case.shape))
    assert priced.total == 0 and len(priced.flows) == 0 and len(priced.costs) == 0
    assert priced.csat["csat"].isna().all() and priced.workload["mean_aht_s"].isna().all()
    assert (priced.licences["licences"] == 0).all()


BROKEN = {
    "issues has shape": lambda case: {"issues": case.issues[:1]},
    "links.csat has shape": lambda case: {"links": dataclasses.replace(case.links, csat=case.links.csat[:2])},
    "links.channel points outside": lambda case: {
        "links": dataclasses.replace(case.links, channel=case.links.channel + 9)
    },
    "periods has a name twice": lambda case: {"periods": ("a", "a")},
    "links.recontact lies outside": lambda case: {
        "links": dataclasses.replace(case.links, recontact=np.ones_like(case.links.recontact))
    },
    "segments of orders have shares": lambda case: {
        "segments": dataclasses.replace(case.segments, share=np.array([0.5, 0.4, 1.0]))
    },
    "issues is below 0": lambda case: {"issues": -case.issues - 1},
    "today does not sum": lambda case: {"today": case.today / 2},
    "links.pool names a pool": lambda case: {
        "links": dataclasses.replace(case.links, pool=np.full_like(case.links.pool, -1))
    },
}


@pytest.mark.parametrize("words", BROKEN)
def test_a_case_that_does_not_fit_together_is_refused(case, words):
    assert misfits(case) == []
    with pytest.raises(ValueError, match=words):
        dataclasses.replace(case, **BROKEN[words](case))


def test_all_misfits_are_listed(case):
    links = dataclasses.replace(case.links, csat=case.links.csat + 1, containment=case.links.containment - 2)
    with pytest.raises(ValueError, match=r"links\.containment .*; links\.csat"):
        dataclasses.replace(case, links=links)
