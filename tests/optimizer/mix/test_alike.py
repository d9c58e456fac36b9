"""Mixes that are found from one that was solved: as good as their proof says, whatever was found before them."""

from dataclasses import replace

import numpy as np
import pytest

from models.examples import example_path
from models.mix.cost import price_flow
from models.mix.reading import read_mix
from optimizer.frontier import most_satisfied
from optimizer.mix.alike import search_alike
from optimizer.mix.formulation import build_program, lead_range
from optimizer.mix.known import KnownMix
from optimizer.mix.lead import leads
from optimizer.mix.program import overall_satisfaction
from optimizer.mix.repricing import is_price_alone, with_prices
from optimizer.mix.search import Limits, Search, keeps_rows
from optimizer.mix.sweep import known_mix, made_alike, solve_alike


def months(case, count):
    """The first months of a case."""
    channels = case.channels
    cut = {name: getattr(channels, name)[:, :count] for name in ("min_contacts", "max_contacts", "ramp")}
    return replace(
        case, periods=case.periods[:count], days=case.days[:count], issues=case.issues[:, :, :count],
        channels=replace(channels, **cut),
    )  # fmt: skip


def other(case, *, floor=None, people=1.0, volume=1.0):
    tables = tuple(
        replace(one, cost_per_week=one.cost_per_week * people, least_per_week=one.least_per_week * people)
        for one in case.cost_tables
    )
    settings = case.settings if floor is None else case.settings.model_copy(update={"csat_floor": floor})
    return replace(case, settings=settings, cost_tables=tables, issues=case.issues * volume)


@pytest.fixture(scope="module")
def shop():
    return months(read_mix(example_path("retail")), 3)


@pytest.fixture(scope="module")
def known(shop):
    found = known_mix(shop, Limits(seed=1))
    assert isinstance(found, KnownMix)
    return found


CHANGES = [{}, {"people": 1.1}, {"floor": 0.855}, {"people": 0.9, "floor": 0.845}, {"volume": 1.03}]


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_the_bound_holds_and_the_mix_keeps_its_rules(shop, known, change):
    case = other(shop, **change)
    mix = build_program(case)
    found = search_alike(mix, known, Limits(gap=0.02))
    assert found is not None
    assert found.gap <= 0.02
    assert keeps_rows(mix.program, found.values)
    assert price_flow(case, mix.flows(found.values)).total == pytest.approx(found.cost, rel=1e-9)
    exact = Search(mix, 1).solve(Limits(gap=1e-4))
    assert found.bound <= exact.cost * (1 + 1e-9)
    assert found.cost >= exact.bound * (1 - 1e-9)


def test_an_answer_does_not_depend_on_those_before_it(shop, known):
    cases = [other(shop, **change) for change in CHANGES]
    forth = [search_alike(build_program(case), known, Limits(gap=0.01)) for case in cases]
    back = [search_alike(build_program(case), known, Limits(gap=0.01)) for case in reversed(cases)][::-1]
    for one, two in zip(forth, back, strict=True):
        assert (one is None) == (two is None)
        if one is not None:
            assert (one.cost, one.bound) == (two.cost, two.bound)
            assert np.array_equal(one.values, two.values)


def test_another_structure_is_solved_in_full(shop, known):
    case = replace(shop, settings=shop.settings.model_copy(update={"budget": 1e7}))
    assert search_alike(build_program(case), known, Limits(gap=0.01)) is None
    mix, found = solve_alike(case, known, Limits(gap=0.01))
    assert found.gap <= 0.01
    assert mix.program.matrix.shape[0] > known.mix.program.matrix.shape[0]


def test_other_prices_and_floors_are_the_program_that_would_be_built(shop):
    prices = shop.channels.resolution_price * 1.7
    dearer = replace(shop, channels=replace(shop.channels, resolution_price=prices), lost_cost=shop.lost_cost + 1)
    mix = build_program(shop, lead=lead_range(shop))
    for case in (other(shop, floor=0.845), other(shop, people=1.3), other(dearer, floor=0.86), dearer):
        assert is_price_alone(shop, case)
        one, two = with_prices(mix, case), build_program(case, lead=lead_range(case))
        assert one.case is case
        assert np.array_equal(one.program.cost * one.money, two.program.cost * two.money)
        assert one.money == two.money
        assert np.array_equal(one.program.matrix.toarray(), two.program.matrix.toarray())
        for name in ("lower", "upper", "row_lower", "row_upper"):
            assert np.array_equal(getattr(one.program, name), getattr(two.program, name))
        assert one.rule_rows == two.rule_rows
        assert vars(one.lead) == vars(two.lead)


def test_what_changes_rows_is_not_only_a_price(shop):
    channels = shop.channels
    for case in (
        other(shop, volume=1.1),
        replace(shop, channels=replace(channels, fixed_price=channels.fixed_price * 2)),
        replace(shop, channels=replace(channels, licence_price=channels.licence_price * 0)),
        replace(shop, settings=shop.settings.model_copy(update={"csat_floor": None})),
        replace(shop, settings=shop.settings.model_copy(update={"budget": 1e7})),
    ):
        assert not is_price_alone(shop, case)
        assert not is_price_alone(case, shop)


def test_one_solved_at_several_prices_finds_mixes_at_others(shop):
    def at(times):
        return replace(shop, channels=replace(shop.channels, resolution_price=shop.channels.resolution_price * times))

    wide, case = known_mix(shop, Limits(seed=1), (at(0.5), at(2.0))), at(1.8)
    found = search_alike(build_program(case), wide, Limits(gap=0.01))
    exact = Search(build_program(case), 1).solve(Limits(gap=1e-4))
    assert found.gap <= 0.01
    assert found.bound <= exact.cost * (1 + 1e-9)
    assert found.cost >= exact.bound * (1 - 1e-9)


def test_a_search_goes_on_until_a_budget_is_decided(shop, known):
    """Between bound and cost of the first answer nothing is said of a budget; then it is."""
    mix = build_program(shop)
    first = search_alike(mix, known, Limits(gap=0.01))
    exact = Search(mix, 1).solve(Limits(gap=1e-4))
    for budget in np.linspace(first.bound, first.cost, 5)[1:-1]:
        found = search_alike(mix, known, Limits(gap=0.01), budget)
        if found is not None:
            assert found.cost <= budget or found.bound > budget
            assert found.bound <= exact.cost * (1 + 1e-9)
    assert search_alike(mix, known, Limits(gap=0.01), 0.9 * first.bound).cost == first.cost


def test_a_floor_near_the_most_that_is_reachable_is_found_too(shop, known):
    """There missing the floor has to cost more than any share, and a tier that leads has to lead over the floor."""
    top = most_satisfied(build_program(shop, lead=lead_range(shop)), Limits(gap=1e-3))[1]
    found = [made_alike(other(shop, floor=floor), known, Limits(gap=0.01)) for floor in (top - 0.004, top - 0.002)]
    for mix, answer in filter(None, found):
        assert overall_satisfaction(mix.case, mix.flows(answer.values)) >= mix.case.settings.csat_floor - 1e-6
        assert leads(mix.case, mix.flows(answer.values))
    assert all(one is not None for one in found)
