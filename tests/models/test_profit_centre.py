"""servopt calc profit-centre: offers x conversion x margin against cost (SYSTEMS U27)."""

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.profit_centre import profit_centre

LINE = {"line": "a", "contacts": 1000.0, "offer_share": 0.4, "conversion": 0.1, "price": 50.0, "margin_share": 0.6,
        "cost": 900.0}  # fmt: skip


def judged(*lines):
    return profit_centre(pd.DataFrame([*lines])).set_index("line")


def test_a_line_by_hand():
    got = judged(LINE).loc["a"]
    # 1000 contacts, 400 offers, 40 sales, 2000 revenue, 1200 margin
    assert got[["offers", "sales", "revenue", "margin", "result"]].tolist() == pytest.approx([400, 40, 2000, 1200, 300])
    assert got["coverage"] == pytest.approx(4 / 3)
    assert got["break_even_conversion"] == pytest.approx(900 / (400 * 30))


def test_at_its_break_even_conversion_a_line_pays_for_itself():
    even = judged(LINE).loc["a", "break_even_conversion"]
    assert judged({**LINE, "conversion": even}).loc["a", "result"] == pytest.approx(0)


def test_nothing_offered_is_an_answer():
    got = judged({**LINE, "contacts": 0.0, "cost": 0.0}).loc["a"]
    assert got["result"] == 0
    assert math.isnan(got["conversion"]) and math.isnan(got["coverage"]) and math.isnan(got["break_even_conversion"])


def test_blanks_mean_every_contact_all_margin_no_cost():
    got = judged({"line": "a", "contacts": 10.0, "conversion": 0.5, "price": 2.0, "offer_share": math.nan}).loc["a"]
    assert got[["offers", "margin", "cost"]].tolist() == [10, 10, 0]


@given(st.lists(st.tuples(st.floats(0, 1e5), st.floats(0, 1), st.floats(0, 1e3), st.floats(0, 1e5)), min_size=1,
                max_size=5))  # fmt: skip
def test_lines_add_up(lines):
    got = judged(
        *(
            {"line": str(k), "contacts": n, "conversion": c, "price": p, "cost": x}
            for k, (n, c, p, x) in enumerate(lines)
        )
    )
    for name in ("offers", "sales", "revenue", "margin", "cost", "result"):
        assert got.loc["all", name] == pytest.approx(got[name].iloc[:-1].sum())
