"""Periods as people write them: 2026, 2026-Q3, 2026-07, 2026-07-01."""

from __future__ import annotations

import re

from models.investment.settings import Horizon

_WRITTEN = re.compile(
    r"^(?P<year>\d{4})(?:-Q(?P<quarter>[1-4])|-(?P<month>0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?$"
)


def read_period(text: str, horizon: Horizon, *, last: bool = False) -> int:
    """Place of a period in the horizon.

    Parameters
    ----------
    text : str
        A year, quarter, month or day.
    horizon : Horizon
    last : bool
        Of several periods that it spans (a year of quarters) the last one instead of the first.

    Returns
    -------
    int
        0 is the first period of the horizon.

    Raises
    ------
    ValueError
        If it cannot be read, or lies outside the horizon.
    """
    found = _WRITTEN.match(text.strip().upper())
    if found is None:
        raise ValueError("is no period; write 2026, 2026-Q3, 2026-07 or 2026-07-01")
    first_month, months = 0, 12
    if found["quarter"]:
        first_month, months = 3 * (int(found["quarter"]) - 1), 3
    elif found["month"]:
        first_month, months = int(found["month"]) - 1, 1
    month = first_month + (months - 1 if last else 0)
    years = horizon.calendar_years
    if int(found["year"]) not in years:
        raise ValueError(f"lies outside the horizon {years[0]} to {years[-1]}")
    per_year = horizon.periods_per_year
    return (int(found["year"]) - horizon.first_year) * per_year + month * per_year // 12
