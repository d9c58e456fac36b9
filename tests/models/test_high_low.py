"""High-low method (U14): servopt calc high-low."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.faults import InputFaults
from models.high_low import high_low


def periods(*rows):
    frame = pd.DataFrame(rows, columns=["period", "volume", "cost"])
    return frame.set_index(pd.Index(range(2, 2 + len(frame))))


def test_the_oracle():
    """(1000, 30000) and (400, 18000) -> 20 a unit and 10000 fixed."""
    result, _, notes = high_low(periods(("a", 1000, 30000), ("b", 400, 18000)))
    assert (result.unit_variable_cost, result.fixed_cost) == (20, 10000)
    assert (result.high_period, result.low_period) == ("a", "b")
    assert result.least_squares_unit_cost == pytest.approx(20) and result.methods_differ_share == pytest.approx(0)
    assert any("two periods always fit" in note for note in notes)


def test_volume_decides_not_cost():
    """The dearest and the cheapest month are other ones."""
    result, _, _ = high_low(periods(("a", 1000, 30000), ("b", 700, 45000), ("c", 600, 9000), ("d", 400, 18000)))
    assert (result.unit_variable_cost, result.fixed_cost) == (20, 10000)


def test_least_squares_is_what_numpy_fits():
    rng = np.random.default_rng(1)
    volume = rng.uniform(300, 1200, 12)
    cost = 9000 + 18 * volume + rng.normal(0, 900, 12)
    result, lines, _ = high_low(pd.DataFrame({"period": list("abcdefghijkl"), "volume": volume, "cost": cost}))
    slope, base = np.polyfit(volume, cost, 1)
    assert result.least_squares_unit_cost == pytest.approx(slope)
    assert result.least_squares_fixed_cost == pytest.approx(base)
    assert result.r_squared == pytest.approx(np.corrcoef(volume, cost)[0, 1] ** 2)
    for left_out in (0, 5):  # studentised: the error of a point against the line through the others
        keep = np.arange(12) != left_out
        a, b = np.polyfit(volume[keep], cost[keep], 1)
        others = cost[keep] - a * volume[keep] - b
        spread = others @ others / 9
        away = (
            1
            + 1 / 11
            + (volume[left_out] - volume[keep].mean()) ** 2 / ((volume[keep] - volume[keep].mean()) ** 2).sum()
        )
        t = (cost[left_out] - a * volume[left_out] - b) / np.sqrt(spread * away)
        assert lines["studentised_residual"].iloc[left_out] == pytest.approx(t)


def test_disagreement_and_outliers_are_said():
    rows = [(f"2026-{m:02d}", v, 10000 + 20 * v + (m % 3) * 10) for m, v in enumerate((400, 500, 600, 700, 800), 1)]
    result, lines, notes = high_low(periods(*rows, ("2026-07", 900, 60000)))
    assert result.outliers == ("2026-07",) and lines["outlier"].tolist() == [False] * 5 + [True]
    assert any("methods disagree" in note for note in notes)
    assert any(note.startswith("2026-07 lies far off") and note.endswith("rests on it") for note in notes)
    assert "2026-06 is missing between the periods" in notes
    assert not any("disagree" in note or "far off" in note for note in high_low(periods(*rows))[2])


def test_a_negative_unit_cost_is_warned_of():
    result, _, notes = high_low(periods(("a", 1000, 18000), ("b", 700, 29000), ("c", 400, 30000)))
    assert result.unit_variable_cost == result.least_squares_unit_cost == -20
    for method in ("high-low", "least squares"):
        assert any(note.startswith(f"warning: the unit variable cost of {method} is negative (-20)") for note in notes)
    _, _, notes = high_low(periods(("a", 1000, 30000), ("b", 990, 1000), ("c", 410, 60000), ("d", 400, 18000)))
    assert [note for note in notes if "is negative" in note and "high-low" in note] == []
    assert any(note.startswith("warning: the unit variable cost of least squares is negative") for note in notes)


def test_points_on_one_line_have_no_outliers():
    result, _, notes = high_low(periods(*[(str(v), v, 10000 + 20 * v) for v in (400, 531, 677, 800, 1000)]))
    assert result.outliers == () and notes == ()
    assert result.r_squared == pytest.approx(1)


def test_ties_take_the_mean_in_any_order():
    rows = [("a", 1000, 29000), ("b", 1000, 31000), ("c", 400, 18000)]
    for order in (rows, rows[::-1]):
        result, _, notes = high_low(periods(*order))
        assert (result.unit_variable_cost, result.fixed_cost) == (20, 10000)
        assert any("mean cost was taken" in note for note in notes)


def test_faults():
    with pytest.raises(InputFaults, match="two periods of different volume"):
        high_low(periods(("a", 5, 1), ("b", 5, 2)))
    with pytest.raises(InputFaults, match="3:currency: 'USD'"):
        high_low(periods(("a", 5, 1), ("b", 6, 2), ("c", 7, 3)).assign(currency=["EUR", "USD", "EUR"]))


@given(st.lists(st.tuples(st.floats(0, 1e6), st.floats(0, 1e6)), min_size=2, max_size=20))
def test_the_line_goes_through_both_extremes(points):
    volumes = [v for v, _ in points]
    if len(set(volumes)) < len(volumes) or max(volumes) - min(volumes) < 1:
        return
    frame = pd.DataFrame(points, columns=["volume", "cost"]).assign(period=[str(n) for n in range(len(points))])
    _, lines, _ = high_low(frame)
    ends = lines.iloc[[int(np.argmax(volumes)), int(np.argmin(volumes))]]
    assert ends["high_low_cost"].to_numpy() == pytest.approx(ends["cost"].to_numpy(), rel=1e-6, abs=1e-3)
