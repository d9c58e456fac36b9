"""Columns of the tables that a user gives: each with its meaning, unit, range, and what a blank cell means."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pandera.pandas as pa

from models.settings_base import check_name


def number(meaning: str, unit: str, default: str, *checks: pa.Check, required: bool = False) -> pa.Column:
    """Declare a column of numbers.

    Parameters
    ----------
    meaning : str
        What it holds.
    unit : str
        Its unit; "share" for a fraction of 1, "currency" for money.
    default : str
        What a blank cell (or a missing column) means, in words; "required" when a blank is a fault.
    *checks : Check
        Its range (`between`).
    required : bool
        Whether the column must be there; it may still hold blanks unless `default` is "required".

    Returns
    -------
    Column
        Read as float, NaN where blank.
    """
    return pa.Column(
        float,
        list(checks),
        nullable=default != "required",
        required=required,
        description=meaning,
        metadata={"unit": unit, "default": default},
    )


def text(meaning: str, default: str, *checks: pa.Check, unique: bool = False) -> pa.Column:
    """Declare a column of text; `default` "required" makes a blank cell and a missing column faults.

    Parameters
    ----------
    meaning, default, *checks
        As for `number`.
    unique : bool
        Whether the same text twice is a fault.

    Returns
    -------
    Column
        Read as object, None where blank.
    """
    must = default == "required"
    return pa.Column(
        "object",
        list(checks),
        nullable=not must,
        required=must,
        unique=unique,
        description=meaning,
        metadata={"unit": "", "default": default},
    )


def between(low: float, high: float, words: str, *, above: bool = False, below: bool = False) -> pa.Check:
    """Check that numbers lie in [low, high]; `above` and `below` leave out the ends; `words` says it to the user."""
    return pa.Check.in_range(low, high, include_min=not above, include_max=not below, error=words)


def each(test: Callable[[Any], bool], error: str) -> pa.Check:
    """Check every distinct value on its own by `test`; `error` says to the user what it must be."""
    return pa.Check(lambda values: values.isin([v for v in pd.unique(values) if test(v)]), error=error)


def one_of(choices: tuple[str, ...]) -> pa.Check:
    """Check that text is one of some words."""
    return pa.Check.isin(choices, error=f"must be one of {', '.join(choices)}")


def _is_name(text: Any) -> bool:
    try:
        check_name(str(text))
    except ValueError:
        return False
    return True


IS_NAME = each(_is_name, 'must have 1 to 60 characters, no ; , " or line end, and not start with = + - @ or a quote')
MONEY = between(-1e13, 1e13, "must be an amount below 10,000,000,000,000")
AT_LEAST_ZERO = between(0, 1e13, "must be 0 or more")
ABOVE_ZERO = between(0, 1e13, "must be above 0", above=True)
SHARE = between(0, 1, "must lie between 0 and 1 (0.25 is 25 %)")
