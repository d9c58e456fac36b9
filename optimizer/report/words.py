"""Figures as people read them. Money and shares are rounded here, where they are shown, and nowhere else."""

from __future__ import annotations

from typing import Any

import pandas as pd

UNKNOWN = "–"


def number(value: Any, digits: int = 0) -> str:
    """Write a number with thousands separators; `UNKNOWN` for None and NaN."""
    return UNKNOWN if value is None or pd.isna(value) else f"{value:,.{digits}f}"


def share(value: Any, digits: int = 1) -> str:
    """Write a fraction as a percentage."""
    return UNKNOWN if value is None or pd.isna(value) else f"{100 * value:.{digits}f} %"


def money(value: Any, currency: str, digits: int = 0) -> str:
    """Write an amount with its currency, such as ``EUR 12,345``."""
    return UNKNOWN if value is None or pd.isna(value) else f"{currency} {value:,.{digits}f}"


def gap(value: Any) -> str:
    """Write a relative gap; small ones keep two digits that mean something."""
    if value is None or pd.isna(value):
        return UNKNOWN
    if value == 0:
        return "0 %"
    return f"{100 * value:.2f} %" if value >= 1e-4 else "< 0.01 %"


def moment(value: Any, *, year: bool = False) -> str:
    """Write the start of an interval, such as ``Tue 1 Jul 08:30``, on the wall clock of its own offset."""
    if value is None:
        return UNKNOWN
    stamp = pd.Timestamp(value)
    return f"{stamp:%a} {stamp.day} {stamp:%b %Y %H:%M}" if year else f"{stamp:%a} {stamp.day} {stamp:%b %H:%M}"
