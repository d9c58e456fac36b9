"""What budgets and obligations cost: the portfolio solved again one step looser."""

import pytest

from optimizer.loop.rule_prices import invest_rules


def test_budgets_and_what_must_be_done_have_a_price(build_case):
    """The law's 50,000 are paid when the last year begins, a third of it falls on each of three.

    With 100,000 more the good one is in, too.
    """
    case = build_case(
        [{"initiative": "good", "one_off_cost": 100_000},
         {"initiative": "law", "one_off_cost": 50_000, "mandatory": "yes"}],
        [{"initiative": "good", "on": "cost", "likely": -90_000}],
        budgets={2026: 60_000}, budget_step=100_000,
    )  # fmt: skip
    table = invest_rules(case).set_index("rule")
    assert table.loc["budget of 2026", "saves_per_year"] > 0
    assert table.loc["law must be done", "saves_per_year"] == pytest.approx(50_000 / 1.08**2 / 3, rel=1e-6)
