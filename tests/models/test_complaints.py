"""Complaints: cost, time, causes, satisfaction (servopt calc complaints)."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.complaints import RESPONSES, complaint_cost
from models.faults import InputFaults

COLUMNS = ["case", "opened", "closed", "cause", "outcome", "compensation", "handling_min", "csat"]
ROWS = (
    ("1", "2026-06-01", "2026-06-05", "late", "converted", 20, 30, 0.9),
    ("2", "2026-06-02", "2026-06-02", "late", "softened", 10, 60, 0.6),
    ("3", "2026-06-03", "2026-06-15", "late", "lost", 0, 90, 0.2),
    ("4", "2026-06-10", None, "rude", None, np.nan, 20, np.nan),
)


def table(*rows, **columns):
    frame = pd.DataFrame(rows, columns=COLUMNS).assign(**columns)
    frame.index = frame.index + 2
    return frame


def test_a_case_by_hand():
    """30 an hour: 35 + 40 + 45 for late, 10 for rude; 4, 0 and 12 days; five days open."""
    found = complaint_cost(table(*ROWS), 30, csat_base=0.8)
    assert found.total["cost"] == 130 and found.total["compensation"] == 30 and found.total["handling"] == 100
    assert (found.total["cases"], found.total["open_cases"], found.total["oldest_open_days"]) == (4, 1, 5)
    assert found.total["mean_days"] == pytest.approx(16 / 3) and found.total["median_days"] == 4
    assert found.total["p90_days"] == pytest.approx(4 + 0.8 * 8)
    assert found.total["csat_effect"] == pytest.approx(1.7 / 3 - 0.8)
    assert found.causes["cause"].tolist() == ["late", "rude"]
    assert found.causes["cost_share"].tolist() == pytest.approx([120 / 130, 10 / 130])
    assert found.causes["cumulative_cost_share"].iloc[-1] == pytest.approx(1)
    assert found.outcomes.iloc[0].tolist() == [
        "late",
        3,
        3,
        pytest.approx(1 / 3),
        pytest.approx(1 / 3),
        pytest.approx(1 / 3),
    ]
    assert found.outcomes.loc[1, "known"] == 0 and np.isnan(found.outcomes.loc[1, "lost_share"])
    assert found.as_of == dt.date(2026, 6, 15)


def test_prevent_before_convert_before_soften():
    found = complaint_cost(table(*ROWS), 30, csat_base=0.8)
    late = found.responses[found.responses["cause"] == "late"]
    assert late["response"].tolist() == ["prevent", "convert", "soften"] == list(RESPONSES)
    assert late["cases"].tolist() == [3, 2, 1]
    assert late["saving"].tolist() == [120, 85 - 2 * 35, 45 - 40]
    assert late["csat_gain"].tolist() == pytest.approx([2.4 - 1.7, 1.8 - 0.8, 0.6 - 0.2])
    rude = found.responses[found.responses["cause"] == "rude"]
    assert rude["saving"].tolist() == [10, 0, 0] and rude["csat_gain"].isna().all()


def test_a_cause_without_the_outcome_borrows_the_mean_of_all():
    found = complaint_cost(table(*ROWS, ("5", "2026-06-10", "2026-06-11", "rude", "lost", 0, 10, 0.1)), 30)
    convert = found.responses.query("cause == 'rude' and response == 'convert'").iloc[0]
    assert (convert["saving"], convert["csat_gain"]) == (5 - 35, pytest.approx(0.8))
    nobody = complaint_cost(table(ROWS[2]), 30).responses
    assert np.isnan(nobody["saving"].iloc[1]) and nobody["saving"].iloc[0] == 45


def test_no_base_leaves_the_effect_open_and_says_so():
    found = complaint_cost(table(*ROWS), 30, as_of=dt.date(2026, 6, 30))
    assert np.isnan(found.total["csat_effect"]) and found.causes["csat_effect"].isna().all()
    assert any("left open" in note for note in found.notes)
    assert any("1 cases have no outcome" in note or "no outcome: 1" in note for note in found.notes)
    assert found.total["oldest_open_days"] == 20


def test_faults_all_at_once():
    rows = table(
        ("1", "2026-06-05", "2026-06-01", "late", None, 0, 0, None),
        ("2", "2026-07-01", None, "late", None, 0, 0, None),
        ("3", "soon", None, "late", None, 0, 0, None),
        currency=["EUR", "EUR", "GBP"],
    )
    with pytest.raises(InputFaults) as caught:
        complaint_cost(rows, 30, as_of=dt.date(2026, 6, 30), file="c.csv")
    found = [(fault.row, fault.column) for fault in caught.value.faults]
    assert found == [(2, "closed"), (3, "opened"), (4, "opened"), (4, "currency")]
    with pytest.raises(InputFaults, match="later than 2026-06-30"):
        complaint_cost(rows.iloc[[1]], 30, latest=dt.date(2026, 6, 30))
    with pytest.raises(ValueError, match="wage"):
        complaint_cost(table(*ROWS), -1)
    with pytest.raises(ValueError, match="csat_base"):
        complaint_cost(table(*ROWS), 1, csat_base=80)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("xyz"), st.sampled_from(["converted", "softened", "lost", None]),
                  st.integers(0, 500), st.integers(0, 300), st.integers(0, 40)),
        min_size=1, max_size=30,
    )
)  # fmt: skip
def test_causes_add_up_to_the_total(cases):
    start = dt.date(2026, 1, 1)
    rows = [
        (str(place), str(start), str(start + dt.timedelta(days=days)), cause, outcome, money, minutes, 0.5)
        for place, (cause, outcome, money, minutes, days) in enumerate(cases)
    ]
    found = complaint_cost(table(*rows), 24, csat_base=0.7)
    assert found.causes["cost"].sum() == pytest.approx(found.total["cost"])
    assert found.causes["cases"].sum() == len(cases) and found.causes["share"].sum() == pytest.approx(1)
    assert found.causes["cost"].is_monotonic_decreasing
    assert found.responses.query("response == 'prevent'")["saving"].sum() == pytest.approx(found.total["cost"])
