"""Three levers (U20): servopt calc levers."""

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.levers import levers
from models.money import minor_units

CHANGE = st.floats(-1, 1)


def test_the_oracle():
    """-15 % handle time and -20 % contacts = -32 %, not -35 %."""
    effects, notes = levers(1_000_000, {"handle_time": -0.15, "cost_per_contact": 0.0, "contacts": -0.2})
    rows = effects.set_index("lever")
    assert rows.at["together", "saving"] == 320_000
    assert rows.at["together", "change"] == pytest.approx(-0.32)
    assert rows["saving"].tolist() == [135_000, 0, 185_000, 320_000]
    assert rows["alone_saving"].tolist() == [150_000, 0, 200_000, 320_000]
    assert "effects multiply: -32.00% of the cost, not the -35.00% that adding up would claim" in notes


@given(st.floats(0, 1e8), st.tuples(CHANGE, CHANGE, CHANGE))
def test_parts_add_up_and_are_the_mean_over_all_orders(cost, changes):
    names = ("handle_time", "cost_per_contact", "contacts")
    effects, _ = levers(cost, dict(zip(names, changes, strict=True)))
    saving = minor_units(effects["saving"])
    assert saving[:-1].sum() == saving[-1]
    factors = [1 + change for change in changes]
    for place in range(3):
        steps = []
        for order in itertools.permutations(range(3)):
            before = order[: order.index(place)]
            steps.append(math.prod(factors[other] for other in before) * (1 - factors[place]))
        assert effects["saving"].iloc[place] == pytest.approx(cost * sum(steps) / 6, abs=0.03)


@pytest.mark.parametrize("arguments", [(-1, {"contacts": 0.1}), (1, {}), (1, {"contacts": -1.1}),
                                       (1, {"contacts": float("inf")})])  # fmt: skip
def test_wrong_figures(arguments):
    with pytest.raises(ValueError):
        levers(*arguments)
