"""Driver chain and tree (U10): servopt calc drivers."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.drivers import chain_effect, driver_tree, output_change_for, unit_cost_change
from models.faults import InputFaults


def drivers(*rows):
    frame = pd.DataFrame(rows, columns=["driver", "parent", "share", "change"])
    return frame.set_index(pd.Index(range(2, 2 + len(frame))))


def test_the_oracle_of_the_chain():
    """14 % x 87 % x 15 % = 1.827 %, not the 2 % that the source rounds it to."""
    assert chain_effect([0.14, 0.87], -0.15).total_change == pytest.approx(-0.01827, abs=1e-12)
    tree, _ = driver_tree(drivers(("telephony", None, 0.14, None), ("lines", "telephony", 0.87, -0.15)))
    assert tree["branch_share"].iloc[0] == pytest.approx(-0.01827, abs=1e-12)


def test_the_oracle_of_output_per_head():
    """15 % more output: 1 - 1/1.15 = 13.04 % less a unit, 1.589 % of the total; 15 % less a unit: 17.65 % more."""
    assert unit_cost_change(0.15) == pytest.approx(-0.1304, abs=5e-5)
    assert chain_effect([0.14, 0.87], unit_cost_change(0.15)).total_change == pytest.approx(-0.01589, abs=5e-6)
    assert output_change_for(-0.15) == pytest.approx(0.1765, abs=5e-5)
    frame = drivers(("telephony", None, 0.14, None), ("lines", "telephony", 0.87, None))
    tree, _ = driver_tree(frame.assign(output_change=[np.nan, 0.15]))
    assert tree["branch_share"].iloc[0] == pytest.approx(-0.01589, abs=5e-6)


@given(st.floats(-0.99, 100))
def test_cost_and_output_undo_each_other(change):
    assert output_change_for(unit_cost_change(change)) == pytest.approx(change, rel=1e-9, abs=1e-9)


def test_changes_above_each_other_multiply():
    tree, notes = driver_tree(drivers(("pay", None, 0.5, -0.2), ("calls", "pay", 0.5, -0.5), ("mail", "pay", 0.3, 0.1)))
    rows = tree.set_index("driver")
    assert rows.at["total", "branch_share"] == pytest.approx(0.5 * (0.8 * (1 - 0.25 + 0.03) - 1))
    assert rows.at["pay", "alone_share"] == pytest.approx(-0.1)
    assert rows.at["calls", "alone_share"] == pytest.approx(-0.125)
    assert rows["level"].tolist() == [0, 1, 2, 2] and any("multiply" in note for note in notes)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=6), st.floats(-1, 3))
def test_a_tree_that_is_a_chain_says_what_the_chain_says(shares, change):
    rows = [(f"d{n}", f"d{n - 1}" if n else None, share, None) for n, share in enumerate(shares)]
    tree, _ = driver_tree(drivers(*rows[:-1], (*rows[-1][:3], change)))
    effect = chain_effect(shares, change)
    assert tree["branch_share"].iloc[0] == pytest.approx(effect.total_change, abs=1e-12)
    assert tree["share_of_total"].iloc[-1] == pytest.approx(math.prod(shares), abs=1e-12)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (drivers(("a", "x", 0.5, 0)), "2:parent: 'x': is no driver of this table"),
        (drivers(("a", "b", 0.5, 0), ("b", "a", 0.5, 0)), "2:parent: 'b': goes round in a circle: a in b in a"),
        (drivers(("a", "a", 0.5, 0)), "circle: a in a"),
        (drivers(("a", None, 0.6, 0), ("b", None, 0.5, 0)), "parts of the total add up to 1.1"),
        (drivers(("a", None, 0.6, 0.1)).assign(output_change=0.1), "not both"),
    ],
)
def test_faults(table, message):
    with pytest.raises(InputFaults, match=message):
        driver_tree(table)


def test_wrong_figures():
    for call in (lambda: chain_effect([1.1], 0), lambda: chain_effect([0.5], -1.1), lambda: unit_cost_change(-1),
                 lambda: output_change_for(-1), lambda: unit_cost_change(float("nan"))):  # fmt: skip
        with pytest.raises(ValueError):
            call()
    assert math.isnan(chain_effect([0.5], -1).same_by_output_change)
