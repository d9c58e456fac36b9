"""The optimum of a channel mix: oracle, brute force, the readable twin, the calculator."""

import itertools
from dataclasses import replace

import numpy as np
import pulp
import pytest

from models.mix.cost import price_flow
from models.queueing.required import ServiceGoal, required_agents
from optimizer.changing import ChangingProgram
from optimizer.mix import lead
from optimizer.mix.formulation import build_program
from optimizer.mix.lead import solve_case
from optimizer.mix.search import Limits, certified, keeps_rows
from optimizer.mix.twin import as_pulp
from optimizer.solve import Status

EXACT = Limits(gap=1e-9, time_limit_s=30)


def test_the_optimum_is_that_of_the_readable_twin(some_case):
    problem = as_pulp(some_case)
    problem.solve(pulp.PULP_CBC_CMD(msg=False, gapRel=0))
    found = solve_case(some_case, EXACT)[1]
    assert (found.status, pulp.LpStatus[problem.status]) == (Status.OPTIMAL, "Optimal")
    assert found.cost == pytest.approx(pulp.value(problem.objective), rel=1e-6)


def test_the_cost_is_the_calculators_to_the_cent(some_case):
    mix, found = solve_case(some_case, EXACT)
    assert found.cost == pytest.approx(price_flow(some_case, mix.flows(found.values)).total, abs=0.005)


def test_the_mix_keeps_every_row_and_serves_everything(some_case):
    mix, found = solve_case(some_case, EXACT)
    assert keeps_rows(mix.program, found.values)
    flow = mix.flows(found.values)
    settled = np.zeros_like(some_case.segment_issues)
    np.add.at(settled, some_case.links.segment, flow * (1 - some_case.links.recontact)[:, None, None])
    assert settled == pytest.approx(some_case.segment_issues)
    assert (flow <= some_case.flow_bound * (1 + 1e-6) + 1e-9).all()


def test_every_linear_answer_has_a_certificate(some_case):
    mix = build_program(some_case)
    changing = ChangingProgram(mix.program)
    assert certified(changing).values is not None  # raises when it does not hold


def test_the_same_seed_gives_the_same_mix(make):
    case = make({"csat_floor": 0.78}, channel={"bot": {"licence_price": 500, "licence_hours": 300, "duration_s": 180}})
    (first, one), (_, other) = solve_case(case, EXACT), solve_case(case, EXACT)
    assert first.flows(one.values).tolist() == first.flows(other.values).tolist()


def test_easy_contacts_leave_first_and_handle_time_drifts(make):
    """The oracle of deflection: 70 of 100 easy contacts leave, and 35 agents become 31, not 24."""
    segments = [
        {"contact_type": "orders", "segment": name, "order": order, "share": share, "aht_s": aht_s}
        for order, (name, share, aht_s) in enumerate((("easy", 0.5, 120), ("mid", 0.3, 300), ("hard", 0.2, 600)), 1)
    ]
    phone = {"contact_type": "*", "channel": "phone", "csat": 0.9}
    bot = {"contact_type": "*", "segment": "easy", "channel": "bot", "adoption_cap": 0.7, "containment": 1, "csat": 0.9}
    half_hour = {
        "segments": segments,
        "volumes": [{"period": "2026-01", "contact_type": "orders", "tier": "standard", "issues": 200}],
    }
    before = make(links=[phone], **half_hour)
    after = make(links=[phone, bot], channel={"bot": {"unit_price": 0.01}}, **half_hour)
    loads, calls = [], []
    for case in (before, after):
        mix, found = solve_case(case, EXACT)
        cost = price_flow(case, mix.flows(found.values))
        loads.append(float(cost.pool_hours.sum()))
        calls.append(float(cost.channel_contacts[case.channels.name.index("phone")].sum()))
    aht_s = [hours * 3600 / number for hours, number in zip(loads, calls, strict=True)]
    assert calls[1] / calls[0] - 1 == pytest.approx(-0.35)
    assert aht_s == pytest.approx([270, 350.77], abs=0.01)
    assert loads[1] / loads[0] - 1 == pytest.approx(-0.1556, abs=5e-5)
    agents = [
        int(required_agents(number * seconds / 1800, seconds, ServiceGoal(0.8, 20, model="erlang-c")))
        for number, seconds in [(calls[0], aht_s[0]), (calls[1], aht_s[1]), (calls[1], aht_s[0])]
    ]
    assert agents == [35, 31, 24]


@pytest.mark.parametrize("licensed", [False, True])
def test_brute_force_over_a_grid_finds_nothing_cheaper(make, licensed):
    """All shares in steps of a tenth, for two segments and three channels; the optimum lies on the grid."""
    segments = [
        {"contact_type": "orders", "segment": "easy", "order": 1, "share": 0.5, "aht_s": 120},
        {"contact_type": "orders", "segment": "hard", "order": 2, "share": 0.5, "aht_s": 480},
    ]
    links = [
        {"contact_type": "*", "channel": "phone", "csat": 0.9},
        {"contact_type": "*", "channel": "bot", "adoption_cap": 0.6, "containment": 0.5, "escalated_share": 0.8,
         "csat": 0.7},
        {"contact_type": "*", "channel": "partner", "adoption_cap": 0.4, "csat": 0.8},
    ]  # fmt: skip
    bot = {"licence_price": 40, "licence_hours": 10, "duration_s": 180} if licensed else {}
    case = make(
        {"csat_floor": 0.8}, segments=segments, links=links, tiers=[{"tier": "standard"}],
        volumes=[{"period": "2026-01", "contact_type": "orders", "issues": 1000}],
        channel={"bot": bot, "partner": {"unit_price": 1.4, "fixed_price": 30 if licensed else 0}},
    )  # fmt: skip
    found = solve_case(case, EXACT)[1]
    cheapest = np.inf
    thirds = [(a, b, 10 - a - b) for a in range(11) for b in range(11 - a) if b <= 6 and 10 - a - b <= 4]
    place = {(s, h): m for m, (s, h) in enumerate(zip(case.links.segment, case.links.channel, strict=True))}
    for easy, hard in itertools.product(thirds, thirds):
        if hard[1] > easy[1]:
            continue  # easy first
        flow = np.zeros(case.shape)
        for segment, shares in enumerate((easy, hard)):
            for channel, tenths in enumerate(shares):
                flow[place[segment, channel], 0, 0] = 50.0 * tenths
        if float((flow[:, 0, 0] * case.links.csat).sum()) < 800 - 1e-9:
            continue
        cheapest = min(cheapest, price_flow(case, flow).total)
    assert found.cost == pytest.approx(cheapest, abs=0.005)


def test_a_lead_is_found_where_the_twin_has_it(make):
    """The twin at every hundredth of the overall satisfaction, and closer around the best, finds nothing cheaper."""
    case = make(tier={"gold": {"csat_lead": 0.05}})
    mix, found = solve_case(case, Limits(gap=1e-6))
    flow = mix.flows(found.values)
    by_tier = np.einsum("lct,l->c", flow, case.links.csat) / flow.sum(axis=(0, 2))
    overall = np.einsum("lct,l,c->", flow, case.links.csat, case.tiers.weight) / np.einsum(
        "lct,c->", flow, case.tiers.weight
    )
    assert by_tier[0] - overall == pytest.approx(0.05, abs=1e-6)
    best = np.inf
    for level in np.concatenate([np.arange(0.7, 0.86, 0.01), overall + np.linspace(-0.004, 0.004, 9)]):
        problem = as_pulp(case, overall=float(level))
        problem.solve(pulp.PULP_CBC_CMD(msg=False))
        if pulp.LpStatus[problem.status] == "Optimal":
            best = min(best, pulp.value(problem.objective))
    assert found.status is Status.OPTIMAL
    assert best == pytest.approx(found.cost, rel=1e-5)


def test_a_lead_that_costs_nothing_changes_nothing(make):
    plain, eased = make({"csat_floor": 0.8}), make({"csat_floor": 0.8}, tier={"gold": {"csat_lead": 0.0}})
    assert solve_case(eased, EXACT)[1].cost >= solve_case(plain, EXACT)[1].cost - 0.005


def test_a_lead_whose_search_is_stopped_proves_nothing_it_has_not_proved(make, monkeypatch):
    """An interval for which no mix was found in time keeps its bound; it is not taken for settled."""
    case = make(tier={"gold": {"csat_lead": 0.05}}, channel={"bot": {"licence_price": 90, "licence_hours": 50,
                                                                    "duration_s": 180}})  # fmt: skip
    best = solve_case(case, Limits(gap=1e-6))[1]
    real, calls = lead.search, []

    def stopped(mix, limits, **options):
        calls.append(1)
        found = real(mix, limits, **options)
        # the intervals after the first and its point are given up
        return found if len(calls) <= 2 else replace(found, status=Status.NO_PLAN, values=None, bound=-np.inf)

    monkeypatch.setattr(lead, "search", stopped)
    found = solve_case(case, Limits(gap=1e-9))[1]
    assert found.status is Status.FEASIBLE
    assert found.bound <= best.cost * (1 + 1e-6) <= found.cost * (1 + 2e-6)
