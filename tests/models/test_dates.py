"""Dates, months and currencies in tables."""

import datetime as dt

import pandas as pd
import pytest

from models.dates import missing_months, one_currency, read_dates, read_months
from models.faults import FaultLog


def column(values, name="date"):
    return pd.Series(values, index=range(2, 2 + len(values)), name=name, dtype=object)


def test_dates_and_their_faults():
    log = FaultLog()
    texts = ["2026-06-30", None, "2026-02-30", "30/06/2026", "2026-07-01", "1850-01-01", "2026-06-30T23:30:00", "nan"]
    found = read_dates("t.csv", column(texts), log, latest=dt.date(2026, 6, 30))
    assert found.dropna().astype(str).to_dict() == {2: "2026-06-30", 8: "2026-06-30"}
    assert [(fault.row, fault.value) for fault in log.faults] == [
        (4, "2026-02-30"),
        (5, "30/06/2026"),
        (6, "2026-07-01"),
        (7, "1850-01-01"),
        (9, "nan"),
    ]
    assert "lies in the future: later than 2026-06-30" in str(log.faults[2])


def test_dates_with_offsets_count_where_they_were_written():
    log = FaultLog()
    found = read_dates("t.csv", column(["2026-01-01T00:30:00+02:00", "2026-01-01T23:30:00-05:00"]), log)
    assert found.astype(str).tolist() == ["2026-01-01", "2026-01-01"] and not log.faults


def test_months():
    log = FaultLog()
    found = read_months("t.csv", column(["2026-02", "2026-03-17", "2026-13", None], "month"), log)
    assert found.astype(str).tolist()[:2] == ["2026-02-01", "2026-03-01"] and found.isna().tolist()[2:] == [True, True]
    assert [fault.row for fault in log.faults] == [4]


def test_missing_months():
    assert missing_months(["2025-11", "2026-02", "2025-12"]) == ["2026-01"]
    assert missing_months(["2025-11", "first quarter"]) == [] == missing_months([])


@pytest.mark.parametrize(("cells", "main", "rows"), [
    (["EUR", None, "EUR"], "EUR", []),
    (["EUR", "USD", "EUR"], "EUR", [3]),
    ([None, None], None, []),
])  # fmt: skip
def test_currencies_do_not_mix(cells, main, rows):
    log = FaultLog()
    assert one_currency("t.csv", column(cells, "currency"), log) == main
    assert [fault.row for fault in log.faults] == rows
