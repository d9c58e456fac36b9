"""Price and quantity variances (U15): servopt calc variance."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.faults import InputFaults
from models.money import minor_units
from models.variance import variances

COLUMNS = ["cost_centre", "item", "standard_price", "standard_quantity", "actual_price", "actual_quantity"]
FIGURE = st.floats(0, 1e5)


def items(*rows):
    return pd.DataFrame(rows, columns=COLUMNS, index=range(2, 2 + len(rows)))


def test_by_hand():
    """(pa - ps) qa + (qa - qs) ps: (22 - 20) x 900 = 1800, (900 - 1000) x 20 = -2000, together -200."""
    centres, lines = variances(items(("calls", "hours", 20, 1000, 22, 900), ("mail", "stamps", 0, 0, 1, 5)))
    row = lines.iloc[0]
    assert (row.price_variance, row.quantity_variance, row.total_variance) == (1800, -2000, -200)
    assert (row.variance_share, row.verdict) == (-0.01, "favourable")
    assert pd.isna(lines["variance_share"].iloc[1]) and lines["verdict"].iloc[1] == "unfavourable"
    assert centres["cost_centre"].tolist() == ["calls", "mail", "total"]
    assert centres["total_variance"].tolist() == [-200, 5, -195]


@given(st.lists(st.tuples(st.sampled_from("abc"), FIGURE, FIGURE, FIGURE, FIGURE), min_size=1, max_size=20))
def test_everything_adds_up_to_the_cent(rows):
    table = items(*[(centre, str(n), *figures) for n, (centre, *figures) in enumerate(rows)])
    centres, lines = variances(table)
    for frame in (centres, lines):
        cents = {name: minor_units(frame[name]) for name in frame.columns if name.endswith(("variance", "_cost"))}
        assert (cents["price_variance"] + cents["quantity_variance"] == cents["total_variance"]).all()
        assert (cents["actual_cost"] - cents["standard_cost"] == cents["total_variance"]).all()
    for name in ("price_variance", "quantity_variance", "total_variance"):
        whole = minor_units(centres[name])
        assert whole[:-1].sum() == whole[-1] == minor_units(lines[name]).sum()
    exact = (table["actual_quantity"] - table["standard_quantity"]) * table["standard_price"]
    assert lines["quantity_variance"].to_numpy() - exact.to_numpy() == pytest.approx(0, abs=0.0151)


def test_faults():
    with pytest.raises(InputFaults, match="3:item: 'x': stands twice"):
        variances(items(("a", "x", 1, 1, 1, 1), ("a", "x", 1, 1, 1, 1), ("b", "x", 1, 1, 1, 1)))
    with pytest.raises(InputFaults, match=r"2:standard_price: '1e.12': price x quantity is too large"):
        variances(items(("a", "x", 1e12, 1e12, 1, 1)))
    mixed = items(("a", "x", 1, 1, 1, 1), ("a", "y", 1, 1, 1, 1), ("b", "x", 1, 1, 1, 1))
    with pytest.raises(InputFaults, match="another currency than EUR"):
        variances(mixed.assign(currency=["EUR", None, "USD"]).assign(currency=["EUR", "EUR", "USD"]))
