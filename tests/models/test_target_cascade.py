"""Target cascade (U16): servopt calc cascade."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.faults import InputFaults
from models.money import minor_units
from models.target_cascade import target_cascade


def units(*rows):
    frame = pd.DataFrame(rows, columns=["unit", "parent", "cost", "achieved"])
    return frame.astype({"cost": float, "achieved": float}).set_index(pd.Index(range(2, 2 + len(frame))))


SMALL = units(
    ("calls", None, None, None),
    ("orders", "calls", 200, 30),
    ("invoices", "calls", 100, 5),
    ("mail", None, 100, -3),
)


def test_by_hand():
    """100 over 300 and 100: 75 and 25; 75 over 200 and 100: 50 and 25."""
    table, notes = target_cascade(SMALL, 100, elapsed=0.5)
    rows = table.set_index("unit")
    assert table["unit"].tolist() == ["total", "calls", "orders", "invoices", "mail"]
    assert rows["target"].tolist() == [100, 75, 50, 25, 25]
    assert rows["achieved"].tolist() == [32, 35, 30, 5, -3]
    assert rows["open"].tolist() == [68, 40, 20, 20, 28]
    assert rows["verdict"].tolist() == ["behind", "behind", "on track", "behind", "behind"]
    assert rows.at["orders", "target_share"] == 0.25 and notes == ()
    assert target_cascade(SMALL, 20)[0].set_index("unit").at["orders", "verdict"] == "reached"


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 10**7)), min_size=1, max_size=25), st.integers(0, 10**9))
def test_children_sum_to_their_parent_to_the_cent(rows, cents):
    parents = [min(above, n) - 1 for n, (above, _) in enumerate(rows)]
    leaves = set(range(len(rows))) - set(parents)
    if not any(rows[leaf][1] for leaf in leaves):
        return
    table = units(
        *[
            (f"u{n}", f"u{parent}" if parent >= 0 else None, cost / 100 if n in leaves else None, None)
            for n, ((_, cost), parent) in enumerate(zip(rows, parents, strict=True))
        ]
    )
    found, _ = target_cascade(table, cents / 100)
    target = dict(zip(found["unit"], minor_units(found["target"]), strict=True))
    assert target["total"] == cents
    for name, children in found[found["level"] > 0].groupby(found["parent"].replace("", "total")):
        assert sum(target[child] for child in children["unit"]) == target[name]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (SMALL.replace("calls", "call").assign(unit=SMALL["unit"]), "3:parent: 'call': is no unit"),
        (SMALL.assign(cost=[300.01, 200, 100, 100]), "2:cost: '300.01': its parts add up to 300.00"),
        (SMALL.assign(cost=[None, 200, None, 100]), "4:cost: is blank, and the unit has no parts"),
        (SMALL.assign(cost=[None, 0.0, 0.0, 0.0]), "every cost is zero"),
        (SMALL.assign(achieved=[1.0, 0, 0, 0]), "2:achieved: '1.00'"),
        (units(("a", "b", 1, 0), ("b", "a", 1, 0)), "circle"),
        (SMALL.assign(currency=["EUR", "EUR", "USD", None]), "4:currency: 'USD'"),
    ],
)
def test_faults(table, message):
    with pytest.raises(InputFaults, match=message):
        target_cascade(table, 100)


def test_a_cost_of_a_parent_that_fits_is_fine_and_targets_above_cost_are_said():
    _, notes = target_cascade(SMALL.assign(cost=[300.0, 200, 100, 100]), 1000)
    assert "the target of mail is above the cost it can influence" in notes
    for wrong in ((-1, 1), (float("nan"), 1), (1, 1.5)):
        with pytest.raises(ValueError):
            target_cascade(SMALL, wrong[0], elapsed=wrong[1])
