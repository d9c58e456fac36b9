"""Cost standards (U13): servopt calc standard."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.cost_standard import SOURCES, cost_standards
from models.faults import InputFaults


def estimates(*rows):
    columns = ["item", "source", "estimate", "weight", "confidence"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.set_index(pd.Index(range(2, 2 + len(frame))))


def test_by_hand():
    """(4 x 3 x 1 + 3 x 2 x 0.5 + 1 x 1 x 1) / (3 + 1 + 1) = 16 / 5 = 3.2."""
    standards, details, notes = cost_standards(
        estimates(("call", "history", 4, 3, 1), ("call", "peers", 3, 2, 0.5), ("call", "experts", 1, 1, 1))
    )
    row = standards.iloc[0]
    assert row["standard"] == pytest.approx(3.2)
    assert (row["low"], row["high"], row["history_share"], row["peers_share"]) == (1, 4, 0.6, 0.2)
    assert row["spread_share"] == pytest.approx(((0.6 * 0.64 + 0.2 * 0.04 + 0.2 * 4.84) ** 0.5) / 3.2)
    assert details["away_share"].tolist() == pytest.approx([0.25, -0.0625, -0.6875])
    assert len(notes) == 2 and notes[1].startswith("call: experts lies -69% from the standard")
    assert row["provenance"] == "history 4 (60%); peers 3 (20%); experts 1 (20%)"


def test_weight_and_confidence_default_to_one_and_missing_sources_are_said():
    table = estimates(("call", "history", 4, None, None), ("call", "peers", 5, None, None), ("mail", "peers", 7, 1, 1))
    standards, _, notes = cost_standards(table.astype({"weight": float, "confidence": float}))
    assert standards["standard"].tolist() == [4.5, 7]
    assert notes == ("call: no estimate from experts", "mail: no estimate from history or experts")


@given(
    st.lists(
        st.tuples(st.sampled_from("ab"), st.sampled_from(SOURCES), st.floats(0.01, 1e6), st.floats(0.01, 9),
                  st.floats(0.01, 1)),
        min_size=1, max_size=12,
    )
)  # fmt: skip
def test_a_standard_lies_between_its_estimates_and_its_weights_are_one(rows):
    standards, details, _ = cost_standards(estimates(*rows))
    assert (standards["standard"] >= standards["low"] * (1 - 1e-9)).all()
    assert (standards["standard"] <= standards["high"] * (1 + 1e-9)).all()
    assert details.groupby("item")["weight_share"].sum().to_numpy() == pytest.approx(1)
    assert standards[[f"{s}_share" for s in SOURCES]].sum(axis=1).to_numpy() == pytest.approx(1)


def test_faults():
    with pytest.raises(InputFaults, match="2:weight: '0': every weight of call is zero"):
        cost_standards(estimates(("call", "history", 4, 0, 1)))
    with pytest.raises(InputFaults, match="3:currency: 'USD'"):
        two = estimates(("a", "history", 4, 1, 1), ("b", "peers", 4, 1, 1), ("c", "peers", 4, 1, 1))
        cost_standards(two.assign(currency=["EUR", "USD", "EUR"]))
