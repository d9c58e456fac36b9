"""Budget and execution (U17): servopt calc budget."""

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.budget import METHODS, budget_status
from models.faults import InputFaults
from models.money import minor_units


def budget(line="pay", budgets=(100, 100, 200, 200), actuals=(110, 130), start=1):
    rows = [
        (line, f"2026-{start + n:02d}", amount, actuals[n] if n < len(actuals) else None)
        for n, amount in enumerate(budgets)
    ]
    frame = pd.DataFrame(rows, columns=["line", "month", "budget", "actual"]).astype({"budget": float, "actual": float})
    return frame.set_index(pd.Index(range(2, 2 + len(frame))))


@pytest.mark.parametrize(("method", "forecast"), [("burn", 720), ("run-rate", 480), ("plan", 640)])
def test_forecasts_by_hand(method, forecast):
    """240 spent of 200: burn 120 %. Rest: 400 x 1.2 = 480; 2 x 120 = 240; 400."""
    lines, months, _ = budget_status(budget(), method=method)
    row = lines.iloc[0]
    assert (row["budget"], row["budget_to_date"], row["spent"], row["burn_share"]) == (600, 200, 240, 1.2)
    assert (row["forecast"], row["forecast_over"]) == (forecast, forecast - 600)
    assert months["cumulative_expected"].iloc[-1] == forecast and months["over"].tolist() == [True, True, False, False]
    assert lines["line"].tolist() == ["pay", "total"] and lines["forecast"].tolist() == [forecast, forecast]


def test_breaches():
    lines, _, notes = budget_status(budget())
    assert lines.loc[0, ["months_breached", "breach_month", "status"]].tolist() == [2, "2026-04", "will be over"]
    assert notes[0] == "pay will be 120.00 over its budget; its budget is used up in 2026-04"
    assert budget_status(budget(), tolerance=0.2)[0]["status"].tolist() == ["within", "within"]
    spent = budget_status(budget(actuals=(300, 301)))[0]
    assert spent.loc[0, ["breach_month", "status"]].tolist() == ["2026-02", "over"]
    assert budget_status(budget(actuals=()))[0]["forecast"].tolist() == [600, 600]
    assert budget_status(budget(budgets=(0, 100), actuals=(50,)))[0].loc[0, "forecast"] == 150  # no burn: as planned


def test_months_to_come_are_expected_over_by_the_sums_since_the_start():
    """110 + 80 of 200, then as budgeted: over in the first month only; 110 + 130 of 200: over to the end."""
    under = budget_status(budget(actuals=(110, 80)))[1]
    assert under["over"].tolist() == under["expected_over"].tolist() == [True, False, False, False]
    over = budget_status(budget())[1]
    assert over["over"].tolist() == [True, True, False, False] and over["expected_over"].tolist() == [True] * 4


def test_nothing_is_spent_in_the_future():
    assert len(budget_status(budget(), latest=dt.date(2026, 2, 1))[0]) == 2  # the month has begun
    with pytest.raises(InputFaults, match=r"3:actual: '130.0': is spent in the future: .* begins after 2026-01-31"):
        budget_status(budget(), latest=dt.date(2026, 1, 31))


def test_months_are_not_rounded_before_they_are_summed():
    """57,858.16 spent of 63,000 in six equal months: the year ends at 2 x 57,858.16, not at 6 x 9,643.03 beside it."""
    actuals = (9740.84, 9567.02, 9799.19, 9822.76, 9384.64, 9543.71)
    for method in ("burn", "run-rate"):
        lines, months, _ = budget_status(budget("telephony", (10500,) * 12, actuals), method=method)
        assert lines["forecast"].tolist() == pytest.approx([115716.32] * 2, abs=1e-6)
        assert lines["forecast_over"].tolist() == pytest.approx([-10283.68] * 2, abs=1e-6)
        assert months["cumulative_expected"].iloc[-1] == pytest.approx(115716.32, abs=1e-6)
    # a third of a cent is not over
    assert budget_status(budget(budgets=(0.03, 0.03, 0.03), actuals=(0.03,)))[0]["status"].tolist() == ["within"] * 2


@given(
    st.lists(st.tuples(st.integers(0, 10**8), st.integers(-(10**6), 10**8)), min_size=1, max_size=12),
    st.integers(0, 12),
    st.sampled_from(METHODS),
)
def test_lines_add_up_to_the_total_and_months_to_their_line(rows, known, method):
    tables = [
        budget(line, [b / 100 for b, _ in rows], [a / 100 for _, a in rows[:known]]).assign(line=line) for line in "ab"
    ]
    lines, months, _ = budget_status(pd.concat(tables, ignore_index=True), method=method)
    for name in ("budget", "budget_to_date", "spent"):
        cents = minor_units(lines[name])
        assert cents[:-1].sum() == cents[-1]
    for name in ("forecast", "forecast_over"):  # not rounded
        assert lines[name].iloc[:-1].sum() == pytest.approx(lines[name].iloc[-1], rel=1e-9, abs=1e-4)
    for line, part in months.groupby("line"):
        assert part["expected"].sum() == pytest.approx(lines.set_index("line").at[line, "forecast"], rel=1e-9)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (budget().drop(index=3), "4:month: '2026-03': pay: does not follow 2026-01"),
        (pd.concat([budget(), budget()]).reset_index(drop=True), "stands twice for its line"),
        (budget(actuals=(1, None, 3)), "3:actual: is blank, but a later month has spending"),
        (budget().assign(month="June"), "2:month: 'June': is no date"),
        (budget().assign(currency=["EUR", "EUR", "USD", None]), "4:currency: 'USD'"),
    ],
)
def test_faults(table, message):
    with pytest.raises(InputFaults, match=message):
        budget_status(table)


def test_months_may_stand_in_any_order_and_cross_the_year():
    table = budget(start=1)
    shuffled = table.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(budget_status(shuffled)[0], budget_status(table)[0])
    over_new_year = table.assign(month=["2025-11", "2025-12", "2026-01", "2026-02"])
    assert budget_status(over_new_year)[0].loc[0, "breach_month"] == "2026-02"
    for wrong in ({"method": "guess"}, {"tolerance": -0.1}):
        with pytest.raises(ValueError):
            budget_status(table, **wrong)
