"""Target cost by deduction (U12): servopt calc target-cost."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from models.money import minor_units
from models.target_cost import target_cost


def test_price_less_tax_less_profit():
    """C = P - tax - profit: 100 - 6 - 20 = 74; from 80 that is 6 less, 7.5 %."""
    found = target_cost(100, tax_share=0.06, profit=20, current_cost=80)
    assert (found.tax, found.allowed_cost, found.gap, found.cut_share) == (6, 74, 6, 0.075)
    assert target_cost(100, tax=6, profit_share=0.2).allowed_cost == 74
    assert target_cost(100, tax=6).gap is None
    assert target_cost(100, current_cost=0).cut_share is None


@given(st.floats(0.01, 1e6), st.floats(0, 0.5), st.floats(0, 0.45))
@example(0.013671875, 0.5, 0.375)
def test_the_parts_are_the_price_to_the_cent(price, tax, profit):
    found = target_cost(price, tax_share=tax, profit_share=profit)
    assert int(minor_units([found.tax, found.profit, found.allowed_cost]).sum()) == int(minor_units(price))


@pytest.mark.parametrize(
    "wrong",
    [
        {"price": 0},
        {"price": 0.001},
        {"tax": -1},
        {"profit": 101},
        {"tax_share": 0.6, "profit_share": 0.5},
        {"current_cost": -1},
    ],
)
def test_wrong_figures(wrong):
    with pytest.raises(ValueError):
        target_cost(**{"price": 100, **wrong})
