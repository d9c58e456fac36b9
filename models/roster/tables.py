"""The CSV tables of a roster: every column with its meaning, unit, range and default, in this one place.

Cells that hold several names separate them by semicolons.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandera.pandas as pa

from models.columns import IS_NAME, between, each, number, text
from models.wallclock import DAY_MIN, parse_days, parse_time


def _is_date(value: Any) -> bool:
    try:
        dt.date.fromisoformat(str(value))
    except ValueError:
        return False
    return True


def _is_day(value: Any) -> bool:
    if _is_date(value):
        return True
    try:
        parse_days(str(value))
    except ValueError:
        return False
    return True


def _is_start(value: Any) -> bool:
    try:
        return parse_time(str(value)) < DAY_MIN
    except ValueError:
        return False


_DATE = each(_is_date, "must be a date, written YYYY-MM-DD")
_PRICE = between(0, 1e9, "must lie between 0 and 1000000000")
_HOURS = between(0, 10_000, "must lie between 0 and 10000")
_DAYS = between(0, 371, "must lie between 0 and 371")
_WHOLE = pa.Check(lambda values: values % 1 == 0, error="must be a whole number")
_PEOPLE = between(0, 100_000, "must lie between 0 and 100000")


def _date(meaning: str, default: str = "required") -> pa.Column:
    return text(f"{meaning}, YYYY-MM-DD", default, _DATE)


def _days(meaning: str) -> pa.Column:
    return number(meaning, "days", "no limit", _DAYS, _WHOLE)


def _table(name: str, description: str, **columns: pa.Column) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(columns, strict=True, name=name, description=description)


def _wage(default: str) -> pa.Column:
    return number("wage of a paid hour", "currency/h", default, between(0, 1e6, "must be above 0", above=True))


CONTRACTS = _table(
    "contracts.csv",
    "Contracts, one a row: the hours and rules that go with them.",
    contract=text("name of the contract", "required", IS_NAME, unique=True),
    hours_per_week=number(
        "contract hours: what leave credits (a fifth of them a weekday), and what shares burdens",
        "h/week",
        "required",
        between(0, 168, "must be above 0 and at most 168", above=True),
        required=True,
    ),
    min_hours=number("least hours over the horizon", "h", "no limit", _HOURS),
    max_hours=number("most hours over the horizon", "h", "no limit", _HOURS),
    min_hours_per_week=number("least hours of each whole week", "h", "no limit", _HOURS),
    max_hours_per_week=number("most hours of each week", "h", "no limit", _HOURS),
    min_days_in_a_row=_days("least days worked in a row"),
    max_days_in_a_row=_days("most days worked in a row"),
    min_days_off_in_a_row=_days("least days off in a row"),
    max_weekends=number("most weekends with work", "weekends", "no limit", _DAYS, _WHOLE),
    max_shifts=text("most shifts of a type or kind over the horizon, such as night=4;late=10", "no limit"),
    wage_per_hour=_wage("pay.wage_per_hour"),
)
AGENTS = _table(
    "agents.csv",
    "People, one a row.",
    employee=text("name of the employee", "required", IS_NAME, unique=True),
    contract=text("contract of contracts.csv", "required"),
    skills=text("skills, separated by semicolons", "none"),
    seniority=number("weight of the employee's requests", "factor", "1", between(0, 100, "must lie between 0 and 100")),
    first_day=_date("first day on which the employee works here", "always"),
    last_day=_date("last day on which the employee works here", "always"),
    wage_per_hour=_wage("that of the contract"),
)
SHIFTS = _table(
    "shifts.csv",
    "Types of shift, one a row; with a schedule (--schedule) its shifts are used instead.",
    shift=text("name of the type", "required", IS_NAME, unique=True),
    start=text("start by the wall clock, HH:MM", "required", each(_is_start, "must be a time from 00:00 to 23:59")),
    paid_min=number(
        "paid minutes", "min", "required", between(1, 1440, "must lie between 1 and 1440"), _WHOLE, required=True
    ),
    span_min=number(
        "elapsed minutes from start to end, unpaid breaks included; kept when the clocks change, so that the shift ends"
        " an hour later or earlier by the clock that night",
        "min",
        "as paid",
        between(1, 2880, "must lie between 1 and 2880"),
        _WHOLE,
    ),
    kind=text("what it counts as, such as early, late, night", "its own name", IS_NAME),
    skills=text("skills that whoever works it must have, all of them", "none"),
    not_followed_by=text("types or kinds that may not be worked on the next day", "none"),
)
COVER = _table(
    "cover.csv",
    "People that are needed. A row with a date comes before one with weekdays. A row with a skill asks for that many"
    " with the skill among those on the shift; who has two skills counts in both. Where each skill needs people of its"
    " own, give each its own type of shift with `skills`.",
    day=text("date, or weekdays such as mon-fri", "required", each(_is_day, "must be a date or weekdays, as mon-fri")),
    shift=text("type of shift", "required"),
    skill=text("only people with this skill count", "everybody counts"),
    need=number("people", "people", "required", _PEOPLE, _WHOLE, required=True),
    under_price=number("cost of each person too few", "currency", "cover.under", _PRICE),
    over_price=number("cost of each person too many", "currency", "cover.over; 0 with a skill", _PRICE),
)
LEAVE = _table(
    "leave.csv",
    "Leave, one spell a row: hard. Paid leave credits a fifth of the contract's hours on each weekday.",
    employee=text("employee of agents.csv", "required"),
    first_day=_date("first day"),
    last_day=_date("last day", "the first one"),
    paid=text("yes or no", "yes", pa.Check.isin(("yes", "no"), error="must be yes or no")),
    reason=text("what it is, such as holiday or sick", "empty"),
)
REQUESTS = _table(
    "requests.csv",
    "What people ask for, one request a row; each has a price and may be refused.",
    employee=text("employee of agents.csv", "required"),
    date=_date("day"),
    wants=text("on or off", "required", pa.Check.isin(("on", "off"), error="must be on or off")),
    shift=text("type of shift; off without one asks for a day off", "any shift"),
    price=number("cost when it is refused, times seniority", "currency", "requests.price", _PRICE),
)
FIXED = _table(
    "fixed.csv",
    "What is settled, one day a row: hard.",
    employee=text("employee of agents.csv", "required"),
    date=_date("day"),
    works=text("must or never", "must", pa.Check.isin(("must", "never"), error="must be must or never")),
    shift=text("type of shift", "any shift"),
)
HISTORY = _table(
    "history.csv",
    "Shifts worked before the horizon, one a row. Days between the first of an employee and the horizon without a row"
    " were off; who has no row has no history.",
    employee=text("employee of agents.csv", "required"),
    date=_date("day, before the horizon"),
    shift=text("type of shift", "a day off"),
)
BALANCES = _table(
    "balances.csv",
    "What rules with average_over_weeks, and fairness, counted before the days that history.csv knows.",
    employee=text("employee of agents.csv", "required"),
    rule=text("name of the rule", "required"),
    amount=number("hours or shifts so far", "", "required", between(0, 1e6, "must be 0 or more"), required=True),
)
TABLES = (AGENTS, CONTRACTS, SHIFTS, COVER, LEAVE, REQUESTS, FIXED, HISTORY, BALANCES)
REQUIRED = (AGENTS, CONTRACTS)
"""Tables without which there is no roster; shifts and cover come from a schedule or from their tables."""
