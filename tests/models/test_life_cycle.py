"""Life-cycle value by segment (servopt calc life-cycle)."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.faults import InputFaults
from models.life_cycle import STAGES, life_cycle_value, present_years

COLUMNS = ["segment", "stage", "customers", "start_year", "years", "revenue_per_customer", "cost_per_customer"]


def table(*rows):
    frame = pd.DataFrame(rows, columns=COLUMNS)
    frame.index = frame.index + 2
    return frame


def test_a_case_by_hand():
    """100 won at 50; a year at 40 - 10; 60 stay 3 years at 80 - 30; 10 won back once for 25 - 5: 7,200 in all."""
    found = life_cycle_value(
        table(
            ("x", "win back", 10, 4, 0, 25, 5),
            ("x", "acquire", 100, 0, 0, 0, 50),
            ("x", "retain", 60, 1, 3, 80, 30),
            ("x", "develop", 100, 0, 1, 40, 10),
        )
    )
    assert found.stages["stage"].tolist() == list(STAGES)
    assert found.stages["value"].tolist() == [-5000, 3000, 9000, 200]
    segment = found.segments.iloc[0]
    assert (segment["value"], segment["revenue"], segment["cost"]) == (7200, 18650, 11450)
    assert (segment["value_per_customer"], segment["acquisition_cost_per_customer"]) == (72, 50)
    assert segment["value_to_acquisition"] == pytest.approx(12200 / 5000)
    assert found.by_stage.iloc[0].tolist() == ["x", -5000, 3000, 9000, 200, 7200]
    assert found.notes == ()


def test_discounting_against_a_sum_over_days():
    days = (np.arange(365 * 3) + 0.5) / 365
    assert present_years(1.5, 3, 0.1) == pytest.approx((1.1 ** -(1.5 + days)).sum() / 365, rel=1e-6)
    assert present_years(2, 0, 0.1) == pytest.approx(1.1**-2)
    assert present_years([0, 4], 2.5).tolist() == [2.5, 2.5]
    assert present_years(0, 10, -0.02) > 10
    with pytest.raises(ValueError, match="above -1"):
        present_years(0, 1, -1)


@settings(max_examples=40, deadline=None)
@given(st.floats(-0.5, 2), st.floats(0, 20), st.floats(0.01, 20), st.floats(0.01, 20))
def test_a_stage_may_be_split(rate, start, first, second):
    whole = present_years(start, first + second, rate)
    parts = present_years(start, first, rate) + present_years(start + first, second, rate)
    assert math.isclose(whole, parts, rel_tol=1e-9)


def test_segments_are_sorted_and_losses_said():
    found = life_cycle_value(
        table(
            ("poor", "acquire", 10, 0, 0, 0, 5),
            ("poor", "retain", 5, 0, 1, 10, 20),
            ("rich", "acquire", 10, 0, 0, 0, 5),
            ("rich", "retain", 5, 0, 1, 90, 20),
        )
    )
    assert found.segments["segment"].tolist() == ["rich", "poor"] == found.by_stage["segment"].tolist()
    assert found.notes[0] == "poor: to retain costs 50.00 more than it brings."
    assert "poor: no row for develop, win back; taken as nothing." in found.notes


def test_blank_cells_and_no_customers_won():
    found = life_cycle_value(table(("old", "retain", 10, np.nan, 1, 12, np.nan)))
    assert found.segments["value"].tolist() == [120]
    assert found.segments[["value_per_customer", "value_to_acquisition"]].isna().all(axis=None)


def test_faults():
    with pytest.raises(InputFaults) as caught:
        life_cycle_value(
            table(
                ("x", "acquire", 10, 0, 0, 0, 5), ("x", "retain", 11, 0, 1, 0, 5), ("x", "retain", 1, 0, 1, 0, 5)
            ),
            file="l.csv",
        )  # fmt: skip
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [(3, "customers"), (4, "stage")]
