"""The answer: what each one adds, the price of the best rejected, the worth of budget, and why there is none."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from models.investment.risk import scenario_sizes
from optimizer.invest.answer import invest, with_budgets
from optimizer.invest.decisions import budget_table, decision_table
from optimizer.invest.frontier import budget_frontier, largest_budget
from optimizer.invest.model import InvestModel
from optimizer.invest.search import search
from optimizer.report.portfolio import portfolio_summary


def rendered(part):
    console = Console(width=80, file=io.StringIO())
    console.print(part)
    return console.file.getvalue()


WORK = [{"contact_type": "all", "channel": "phone", "contacts_per_year": 90_000, "aht_s": 400}]
ROWS = [
    {"initiative": "best", "one_off_cost": 60_000, "start_to": 2026},
    {"initiative": "next", "one_off_cost": 50_000, "start_to": 2026},
    {"initiative": "poor", "one_off_cost": 90_000, "start_to": 2026},
]
EFFECTS = [
    {"initiative": "best", "on": "handle_time", "low": -0.25, "likely": -0.2, "high": -0.1},
    {"initiative": "next", "on": "handle_time", "likely": -0.15},
    {"initiative": "poor", "on": "contacts", "likely": -0.02},
]
SETTINGS = {"budget_step": 50_000, "people": {"cost_per_hour": 40, "busy_share": 1.0}}


@pytest.fixture(scope="module")
def case(build_case):
    return build_case(ROWS, EFFECTS, work=WORK, budgets={2026: 60_000}, years=2, **SETTINGS)


@pytest.fixture(scope="module")
def answer(case):
    return invest(case)


ANNUITY = 1 / 1.08 + 1 / 1.08**2


def test_what_each_adds_is_solved_again(answer):
    rows = answer.decisions.set_index("initiative")
    best, second = 0.2 * 400_000 * ANNUITY - 60_000, 0.15 * 400_000 * ANNUITY - 50_000
    assert answer.returns.npv == pytest.approx(best)
    assert rows.loc["best", ["decision", "instead_of"]].tolist() == ["chosen", "next"]
    assert rows.loc["best", "adds_npv"] == pytest.approx(best - second)
    assert rows.loc["next", "adds_npv"] == pytest.approx(second - best)
    assert rows.loc["next", "reason"] == "it would take the place of best"
    assert rows.loc["poor", "reason"] == "cannot be chosen: rules or budgets exclude it"
    assert rows["adds_npv_is"].to_dict() == {"best": "exact", "next": "exact", "poor": ""}
    assert answer.budget["worth_is"].tolist() == ["exact", ""]


def test_change_capacity_is_shown_and_one_more_person_is_worth_what_a_new_solution_earns(build_case):
    rows = [{**row, "capacity_needed": 2} for row in ROWS[:2]]
    case = build_case(rows, EFFECTS[:2], work=WORK, years=2, change_capacity=3, **SETTINGS)
    found = invest(case)
    assert found.capacity["people_used"].tolist() == [2, 0]
    assert found.capacity["people"].tolist() == [3, 3]
    more = invest(replace(case, settings=case.settings.model_copy(update={"change_capacity": 4})), again=False)
    assert found.capacity_step.worth == pytest.approx(more.returns.npv - found.returns.npv)
    assert found.capacity_step.worth == pytest.approx(0.8 * 0.15 * 400_000 * ANNUITY - 50_000)
    assert found.capacity_step.changes == "next from 2026"
    text = rendered(portfolio_summary(found))
    assert "Limits that bind: change capacity." in text
    assert f"One person more: {found.capacity_step.worth:,.0f} NPV" in " ".join(text.split())
    assert "a loss in 0% of samples; 0% of the benefit rests on" in " ".join(text.split())


def test_what_rests_on_effects_of_low_confidence(build_case):
    rows = [{"initiative": "a"}, {"initiative": "b"}]
    effects = [{"initiative": "a", "on": "revenue", "likely": 300, "confidence": "low"},
               {"initiative": "b", "on": "revenue", "likely": 100, "confidence": "high"}]  # fmt: skip
    assert invest(build_case(rows, effects, work=WORK), again=False).unsure_share == pytest.approx(0.75)


def test_less_than_a_post_is_cash_only_where_hours_can_be_cut(build_case):
    for size, said in ((-0.05, True), (-0.2, False)):  # of 10,000 hours; a post has 1,800
        case = build_case([{"initiative": "a"}], [{"initiative": "a", "on": "handle_time", "likely": size}], work=WORK,
                          **SETTINGS)  # fmt: skip
        notes = invest(case, again=False).notes
        assert ("the hours saved by the end are 0.28 of a post: cash only if hours can be cut" in notes) == said


def test_why_it_starts_when_it_does_and_what_falls_with_it(build_case):
    rows = [
        {"initiative": "base", "one_off_cost": 60_000, "mandatory": "yes", "start_from": "2027", "start_to": "2027"},
        {"initiative": "on top", "one_off_cost": 10},
        {"initiative": "big", "one_off_cost": 50_000, "running_cost_per_year": 100},
        {"initiative": "small", "one_off_cost": 50_000},
    ]
    effects = [
        {"initiative": "on top", "on": "revenue", "likely": 500},
        {"initiative": "big", "on": "revenue", "likely": 90_000},
        {"initiative": "small", "on": "revenue", "likely": 50_000},
    ]
    budgets = {2026: 50_010, 2027: 120_000}
    case = build_case(
        rows, effects, work=WORK, years=3, budgets=budgets, relations=[{"kind": "needs", "a": "on top", "b": "base"}]
    )
    said = invest(case).decisions.set_index("initiative")["reason"]
    own = 60_000 / 1.08
    assert said["base"] == (
        f"mandatory; its own cost less what it brings is {own:,.0f} in present value; on top needs it and would fall "
        "with it; it starts as soon as it may"
    )
    assert said["on top"].endswith("a year earlier base, which it needs, would not yet work")
    assert said["big"].endswith("it starts as soon as it may")
    assert said["small"].endswith("a year earlier the budget of 2026 would lack 49,990")


def test_the_price_of_the_best_rejected_one(answer, case):
    """`next` is beaten by `best` until both fit the budget or it earns more: it must cost 0 beside 60,000, or less."""
    rejected = answer.rejected
    assert rejected.initiative == "next"
    best, second = 0.2 * 400_000 * ANNUITY - 60_000, 0.15 * 400_000 * ANNUITY - 50_000
    assert rejected.loss == pytest.approx(best - second)
    assert rejected.price == pytest.approx(50_000 - (best - second), abs=100)

    def at(price):
        option = replace(case.options[1], payments=(price,))
        changed = replace(case, options=(case.options[0], option, case.options[2]))
        found = search(InvestModel(changed, scenario_sizes(changed)))
        return {changed.options[start.option].initiative for start in found.choice.starts}

    assert "next" in at(rejected.price - 200)
    assert "next" not in at(rejected.price + 200)


def test_the_worth_of_a_step_of_budget(answer, case):
    row = answer.budget.iloc[0]
    both = (1 - 0.8 * 0.85) * 400_000 * ANNUITY - 110_000
    assert row["worth_of_step"] == pytest.approx(both - answer.returns.npv, rel=1e-6)
    assert row["worth_per_unit"] == pytest.approx(row["worth_of_step"] / 50_000)
    assert (row["spent"], row["left"]) == (60_000, 0)
    more = with_budgets(case, {2026: 110_000})
    assert search(InvestModel(more, scenario_sizes(more))).value == pytest.approx(both)


def test_a_search_that_time_ended_gives_one_side_of_what_each_adds(case):
    """Without `best` 10 % more may be possible than was found, so that it adds at most what is shown."""
    best = search(InvestModel(case, scenario_sizes(case)))
    other = search(InvestModel(case, scenario_sizes(case)), banned=frozenset([0]))
    cut = replace(other, status="feasible", bound=1.1 * other.value)
    beside = replace(other, choice=best.choice, value=best.value - 5, status="feasible", bound=best.value)
    rows = decision_table(case, best, {0: cut, 2: replace(beside, bound=2 * best.value)}).set_index("initiative")
    assert rows.loc["best", "adds_npv_is"] == "at most" and rows.loc["best", "adds_npv"] == best.value - cut.value
    assert rows.loc["poor", "adds_npv_is"] == "at least"
    words = "it does not earn what it costs (as far as was found when time ended the search)"
    assert rows.loc["poor", "reason"] == words
    assert budget_table(case, best, {2026: replace(cut, value=best.value + 7)})["worth_is"].iloc[0] == "at least"
    unproved = replace(best, status="feasible", bound=2 * best.value)
    assert decision_table(case, unproved, {0: other}).set_index("initiative").loc["best", "adds_npv_is"] == "about"


def test_uncertainty_stands_beside_the_answer(answer):
    table, loss = answer.quantiles
    npv = table.set_index("measure").loc["npv"]
    assert npv["P10"] < npv["P50"] < npv["P90"] < 0.25 * 400_000 * ANNUITY - 60_000
    assert loss == 0.0
    assert answer.tornado.iloc[0]["figure"] == "best: handle_time"


def test_the_frontier_rises_and_says_what_cannot_be(build_case):
    must = [{**ROWS[0], "mandatory": "yes"}, *ROWS[1:]]
    case = build_case(must, EFFECTS, work=WORK, budgets={2026: 60_000}, years=2, **SETTINGS)
    table = budget_frontier(case, [30_000, 60_000, 110_000, 200_000])
    assert table["status"].tolist() == ["infeasible", "optimal", "optimal", "optimal"]
    assert table["npv"].isna().tolist() == [True, False, False, False]
    assert table["npv"].dropna().is_monotonic_increasing
    assert table["initiatives"].tolist() == ["", "best", "best, next", "best, next"]


@pytest.mark.parametrize(("covers", "money"), [("one_off", 200_000), ("all", 200_000 + 2 * (3_000 + 8_000))])
def test_the_frontier_ends_where_everything_is_paid(build_case, covers, money):
    """60,000 + 50,000 + 90,000; with running costs of 3,000 and a spend of up to 8,000 in both years."""
    rows = [ROWS[0] | {"running_cost_per_year": 3_000}, *ROWS[1:]]
    spends = [{"initiative": "coaching", "on": "handle_time", "spend_per_year": 8_000, "effect": -0.02}]
    budgets = {2026: 60_000, 2027: 0}
    case = build_case(rows, EFFECTS, work=WORK, spends=spends, budgets=budgets, budget_covers=covers, years=2)
    assert largest_budget(case) == money


def test_mandatory_ones_that_no_budget_carries_are_a_named_conflict(build_case):
    must = [{**ROWS[0], "mandatory": "yes"}, {**ROWS[1], "mandatory": "yes"}, ROWS[2]]
    answer = invest(build_case(must, EFFECTS, work=WORK, budgets={2026: 100_000}, years=2))
    assert answer.result.status == "infeasible"
    assert answer.conflicts == (
        "best must be done, at 60,000 EUR or more",
        "next must be done, at 50,000 EUR or more",
        "the budget up to 2026 is 100,000 EUR",
    )
    assert answer.relaxation[0] == "raise the budget: that of 2026 by 10,000 EUR"
    assert "do without best (mandatory: no)" in answer.relaxation


def test_rules_that_exclude_mandatory_ones_are_named(build_case):
    must = [{**row, "mandatory": "yes"} for row in ROWS[:2]]
    rules = [{"kind": "excludes", "a": "best", "b": "next"}, {"kind": "needs", "a": "next", "b": "best"}]
    answer = invest(build_case(must, EFFECTS[:2], work=WORK, relations=rules, years=2))
    assert "best and next exclude each other" in answer.conflicts
    assert not any("needs" in words for words in answer.conflicts)


def test_a_floor_of_satisfaction_holds(build_case):
    rows = [{"initiative": "cheap", "start_to": 2026}, {"initiative": "kind", "one_off_cost": 100, "start_to": 2026}]
    effects = [{"initiative": "cheap", "on": "cost", "likely": -9000},
               {"initiative": "cheap", "on": "csat", "likely": -0.02},
               {"initiative": "kind", "on": "csat", "likely": 0.01}]  # fmt: skip
    build = {"initiatives": rows, "effects": effects, "work": WORK, "years": 1}
    free, held = (
        invest(build_case(**build, csat={"today": 0.8, "floor": floor}), again=False) for floor in (0.7, 0.79)
    )
    assert [len(answer.choice.starts) for answer in (free, held)] == [1, 2]
    assert held.headcount["csat"].min() == pytest.approx(0.79)


def test_a_target_that_no_portfolio_reaches_names_the_most_that_is(build_case):
    goal = {"goal": "least_cost", "budgets": {2026: 110_000}, "years": 2, **SETTINGS}
    answer = invest(build_case(ROWS, EFFECTS, work=WORK, target_saving_per_year=200_000, **goal))
    most = (1 - 0.8 * 0.85) * 400_000  # best and next; poor is beyond the budget
    assert answer.result.status == "infeasible"
    assert f"lower target_saving_per_year: {most:,.0f} EUR can be reached" in answer.relaxation
    assert (
        invest(build_case(ROWS, EFFECTS, work=WORK, target_saving_per_year=most, **goal), again=False).outlay == 110_000
    )


def test_a_step_of_budget_says_what_it_buys(answer):
    assert answer.budget["step_changes"].tolist() == ["next from 2026", ""]


def test_what_a_duty_costs_is_solved_again_without_it(build_case):
    must = [*ROWS[:2], {**ROWS[2], "mandatory": "yes"}]
    answer = invest(build_case(must, EFFECTS, work=WORK, budgets={2026: 150_000}, years=2, **SETTINGS))
    row = answer.decisions.set_index("initiative").loc["poor"]
    free = (1 - 0.8 * 0.85) * 400_000 * ANNUITY - 110_000  # best and next, which the 60,000 beside it cannot carry
    assert row["adds_npv"] == pytest.approx(answer.returns.npv - free) and row["adds_npv"] < -90_000
    alone = 90_000 - 0.02 * 0.8 * 400_000 * ANNUITY
    assert row["reason"] == (
        f"mandatory; without it next would be chosen; its own cost less what it brings is {alone:,.0f} in present "
        f"value, what it displaces is worth {-row['adds_npv'] - alone:,.0f} more; it starts as soon as it may"
    )


def test_what_a_target_does_not_take_is_said(build_case):
    goal = {"goal": "least_cost", "target_saving_per_year": 70_000, "years": 2, **SETTINGS}
    rows = invest(build_case(ROWS, EFFECTS, work=WORK, **goal)).decisions.set_index("initiative")
    assert rows["decision"].to_dict() == {"best": "chosen", "next": "rejected", "poor": "rejected"}
    assert rows.loc["next", "reason"] == "the target takes less outlay without it"
    assert rows.loc["next", "adds_npv"] == pytest.approx(-50_000)
