"""Dates, months and currencies in tables: read by column, each fault with its row."""

from __future__ import annotations

import datetime as dt
import re

import numpy as np
import pandas as pd

from models.faults import FaultLog

_ISO = r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$"
_EARLIEST, _LATEST = pd.Timestamp("1900-01-01"), pd.Timestamp("2200-01-01")


def read_dates(
    file: str, column: pd.Series, log: FaultLog, *, latest: dt.date | None = None, why: str = "lies in the future"
) -> pd.Series:
    """Read a column of ISO dates.

    Parameters
    ----------
    file : str
        Name that faults carry.
    column : Series of object
        Text such as 2026-06-30, or with a time of day (2026-06-30T12:00:00+02:00): the date that is written counts.
        None where blank. The index is the row in the file.
    log : FaultLog
        Takes what is no date between 1900 and 2200, and what is later than `latest`.
    latest : date, optional
        Last day that may occur.
    why : str
        What the fault says of a later one.

    Returns
    -------
    Series of datetime64[ns]
        NaT where blank or wrong; same index.
    """
    codes, texts = pd.factorize(column.to_numpy(dtype=object))  # few dates on many rows
    written = pd.Series(texts, dtype=object)
    of_day = written.where(written.str.match(_ISO, na=False).astype(bool), "").str[:10]
    found = pd.to_datetime(of_day, format="%Y-%m-%d", errors="coerce")
    days = found.astype("datetime64[ns]").dt.normalize()
    good = (days >= _EARLIEST) & (days < _LATEST)
    late = good & (days > pd.Timestamp(latest)) if latest is not None else np.zeros(len(days), dtype=bool)
    kept = days.where(good & ~late)
    _log_dates(file, column, codes, np.asarray(~good), "is no date between 1900 and 2200; write 2026-06-30", log)
    if latest is not None:
        message = f"{why}: later than {latest.isoformat()}"
        _log_dates(file, column, codes, np.asarray(late), message, log)
    values = np.full(len(column), np.datetime64("NaT", "ns"))
    known = codes >= 0
    values[known] = kept.to_numpy()[codes[known]]
    return pd.Series(values, index=column.index, name=column.name)


def _log_dates(file: str, column: pd.Series, codes: np.ndarray, bad: np.ndarray, message: str, log: FaultLog) -> None:
    if not bad.any():
        return
    rows = (codes >= 0) & bad[codes]
    for line, value in column[rows].items():
        log.add(file, int(str(line)), str(column.name), value, message)


def read_months(file: str, column: pd.Series, log: FaultLog) -> pd.Series:
    """Read a column of months, written 2026-06 (or a date of the month).

    Parameters
    ----------
    file, column, log
        As for `read_dates`.

    Returns
    -------
    Series of datetime64[ns]
        First day of the month; NaT where blank or wrong; same index.
    """
    full = column.map(lambda text: f"{text}-01" if len(str(text)) == 7 else text, na_action="ignore")
    days = read_dates(file, pd.Series(full, index=column.index, dtype=object, name=column.name), log)
    values = days.to_numpy().astype("datetime64[M]").astype("datetime64[ns]")
    return pd.Series(values, index=column.index, name=column.name)


def one_currency(file: str, column: pd.Series, log: FaultLog) -> str | None:
    """Check that all amounts are in one currency: nothing here converts any.

    Parameters
    ----------
    file : str
        Name that faults carry.
    column : Series of object
        Currency of each row; blank means that of the others.
    log : FaultLog
        Takes every row in another currency than the most common one.

    Returns
    -------
    str or None
        The currency; None when no row names one.
    """
    counts = column.value_counts(dropna=True)
    if counts.empty:
        return None
    main = str(counts.index[0])
    for line, value in column[column.notna() & (column != main)].items():
        message = f"another currency than {main} of most rows; convert the amounts first, or split the file"
        log.add(file, int(str(line)), str(column.name), value, message, kind=f"another currency than {main}")
    return main


def missing_months(names: list[str]) -> list[str]:
    """Months that are missing between the first and the last of some months.

    Parameters
    ----------
    names : list of str
        Periods as 2026-01; when one is written otherwise, nothing can be said.

    Returns
    -------
    list of str
        In order.
    """
    if not all(re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", name) for name in names) or not names:
        return []
    months = pd.period_range(min(names), max(names), freq="M").astype(str)
    return sorted(set(map(str, months)) - set(names))
