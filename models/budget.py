"""Budget and execution: burn, forecast to year end, breaches (U17)."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pandera.pandas as pa

from models.columns import AT_LEAST_ZERO, MONEY, number, text
from models.dates import one_currency, read_months
from models.faults import FaultLog
from models.money import minor_units

METHODS = ("burn", "run-rate", "plan")

TABLE = pa.DataFrameSchema(
    {
        "line": text("budget line", "required"),
        "month": text("month, such as 2026-03", "required"),
        "budget": number("budget of the month", "currency", "required", AT_LEAST_ZERO, required=True),
        "actual": number("spent in the month; blank where it is not over", "currency", "not known yet", MONEY),
        "currency": text("currency of the amounts", "that of the other rows"),
    },
    strict=False,
    name="budget",
    description="Budget and spending, one row for each line and month.",
)


def budget_status(
    budget: pd.DataFrame,
    *,
    method: str = "burn",
    tolerance: float = 0.0,
    latest: dt.date | None = None,
    file: str = "budget",
) -> tuple[pd.DataFrame, pd.DataFrame, tuple[str, ...]]:
    """Compare spending with the budget, and say where the year will end.

    burn = spent / budget of the same months. Forecast to the end = spent so far + rest, where the rest is

    - ``burn``: remaining budget x burn (what was overspent goes on in proportion; seasons of the budget are kept),
    - ``run-rate``: mean spending of a month so far x months left,
    - ``plan``: remaining budget.

    Parameters
    ----------
    budget : DataFrame
        `TABLE`; the index is the row in the file. A line's months must follow each other without a gap, and those with
        an actual must come before those without.
    method : str
        One of `METHODS`. Where nothing was budgeted so far, ``burn`` falls back to ``plan``.
    tolerance : float
        Share of the budget by which it may be exceeded before that is a breach; >= 0.
    latest : date, optional
        Day up to which something may have been spent: an actual in a month that begins later is a fault.
    file : str
        Name that faults carry.

    Returns
    -------
    lines : DataFrame
        line, budget, budget_to_date, spent, burn_share (NaN where nothing was budgeted so far), forecast, forecast_over
        (forecast - budget; neither is rounded, so that lines add up), months_breached (months whose spending is above
        budget), breach_month (first month, by spending or forecast, in which the sum since the start exceeds the whole
        budget; blank if none), status (over, will be over, within; judged to the cent). Currency; the last row is the
        total.
    months : DataFrame
        line, month (2026-03), budget, actual (NaN where not known), expected (actual, else the forecast of the month,
        not rounded), cumulative_budget, cumulative_expected, over (bool: an actual above its
        month's budget), expected_over (bool: cumulative_expected above cumulative_budget, to the cent).
    notes : tuple of str
        Breaches in words.

    Raises
    ------
    InputFaults
        A month twice or missing, an actual after a blank one or after `latest`, months that cannot be read,
        several currencies.
    ValueError
        An unknown method, or a negative tolerance.
    """
    if method not in METHODS or not tolerance >= 0:
        raise ValueError(f"the method must be one of {', '.join(METHODS)}, and the tolerance not negative")
    table = _checked(budget, latest, file)
    parts = [_line(rows, method) for _, rows in table.groupby("line", sort=False)]
    months = pd.concat(parts, ignore_index=True)
    rows = [_summary(str(line), rows, tolerance) for line, rows in months.groupby("line", sort=False)]
    rows.append(_summary("total", _all_lines(months), tolerance))
    lines = pd.DataFrame(rows)
    notes = []
    for line, status, over, month in zip(
        lines["line"], lines["status"], lines["forecast_over"], lines["breach_month"], strict=True
    ):
        if status != "within":
            when = f"; its budget is used up in {month}" if month else ""
            notes.append(f"{line} {'is' if status == 'over' else 'will be'} {over:,.2f} over its budget{when}")
    cents = ["budget", "actual", "expected", "cumulative_budget", "cumulative_expected"]
    months[cents] = months[cents] / 100.0
    return lines, months.drop(columns="known"), tuple(notes)


def _checked(budget: pd.DataFrame, latest: dt.date | None, file: str) -> pd.DataFrame:
    """Lines and months in order, in cents; faults for what does not follow."""
    log = FaultLog()
    if "currency" in budget:
        one_currency(file, budget["currency"], log)
    month = read_months(file, budget["month"], log)
    log.raise_if_any()
    actual = budget["actual"] if "actual" in budget else pd.Series(np.nan, index=budget.index)
    known = actual.notna().to_numpy()
    if latest is not None:
        message = f"is spent in the future: the month begins after {latest.isoformat()}; leave it blank"
        for row in budget.index[known & (month > pd.Timestamp(latest)).to_numpy()]:
            log.add(file, int(row), "actual", actual.at[row], message)
        log.raise_if_any()
    table = pd.DataFrame(
        {
            "line": budget["line"].to_numpy(),
            "month": month.dt.strftime("%Y-%m").to_numpy(),
            "number": (month.dt.year * 12 + month.dt.month).to_numpy(),
            "budget": minor_units(budget["budget"].to_numpy(dtype=float)),
            "actual": minor_units(actual.fillna(0.0).to_numpy(dtype=float)),
            "known": known,
            "row": budget.index.to_numpy(),
        }
    )
    table = table.sort_values("number", kind="stable")
    for line, rows in table.groupby("line", sort=False):
        step = np.diff(rows["number"])
        for place in np.flatnonzero(step != 1):
            at = rows.iloc[place + 1]
            what = "stands twice for its line" if step[place] == 0 else f"does not follow {rows.iloc[place]['month']}"
            message = f"{what}; every line needs each of its months once"
            log.add(file, int(at["row"]), "month", at["month"], f"{line}: {message}", kind=message)
        flags = rows["known"].to_numpy()
        for place in np.flatnonzero(~flags[:-1] & flags[1:]):
            at = rows.iloc[place]
            message = "is blank, but a later month has spending; write 0 if nothing was spent"
            log.add(file, int(at["row"]), "actual", "", message)
    log.raise_if_any()
    in_file_order = pd.unique(budget["line"])
    place_of = {line: place for place, line in enumerate(in_file_order)}
    return table.assign(place=table["line"].map(place_of)).sort_values(["place", "number"], ignore_index=True)


def _line(rows: pd.DataFrame, method: str) -> pd.DataFrame:
    """Expected spending of each month of a line, in cents and parts of them."""
    known = rows["known"].to_numpy()
    planned, spent = rows["budget"].to_numpy(dtype=float), rows["actual"].to_numpy(dtype=float)
    to_date = planned[known].sum()
    expected = spent.copy()
    if method == "run-rate" and known.any():
        rest = np.full(int((~known).sum()), spent[known].mean())
    elif method == "burn" and to_date > 0:
        rest = planned[~known] * spent[known].sum() / to_date
    else:
        rest = planned[~known]
    expected[~known] = rest  # not rounded: twelve rounded months miss the year by cents
    return pd.DataFrame(
        {
            "line": rows["line"].to_numpy(),
            "month": rows["month"].to_numpy(),
            "budget": planned,
            "actual": np.where(known, spent, np.nan),
            "expected": expected,
            "cumulative_budget": planned.cumsum(),
            "cumulative_expected": expected.cumsum(),
            "over": known & (spent > planned),
            "expected_over": np.rint(expected.cumsum()) > planned.cumsum(),
            "known": known,
        }
    )


def _all_lines(months: pd.DataFrame) -> pd.DataFrame:
    """All lines together by month; a month counts as known where any line has an actual."""
    total = months.groupby("month", sort=True).agg(
        budget=("budget", "sum"),
        actual=("actual", lambda cents: cents.sum(min_count=1)),
        expected=("expected", "sum"),
        budget_known=("budget", lambda cents: cents[months.loc[cents.index, "known"]].sum()),
        known=("known", "any"),
    )
    total["over"] = total["known"] & (total["actual"] > total["budget_known"])
    total["cumulative_expected"] = total["expected"].cumsum()
    return total.reset_index()


def _summary(line: str, rows: pd.DataFrame, tolerance: float) -> dict[str, object]:
    """Row of one line, from cents."""
    whole, spent, forecast = rows["budget"].sum(), rows["actual"].sum(), rows["expected"].sum()
    known = rows["budget_known"] if "budget_known" in rows else rows["budget"].where(rows["known"], 0.0)
    to_date = known.sum()
    limit = whole * (1 + tolerance)
    past = np.rint(rows["cumulative_expected"].to_numpy()) > limit
    status = "over" if spent > limit else "will be over" if np.rint(forecast) > limit else "within"
    return {
        "line": line,
        "budget": whole / 100.0,
        "budget_to_date": to_date / 100.0,
        "spent": spent / 100.0,
        "burn_share": spent / to_date if to_date else float("nan"),
        "forecast": forecast / 100.0,
        "forecast_over": (forecast - whole) / 100.0,
        "months_breached": int((rows["actual"].fillna(0.0) > known * (1 + tolerance)).sum()),
        "breach_month": str(rows["month"].iloc[int(np.argmax(past))]) if past.any() else "",
        "status": status,
    }
