"""The CSV tables of a scenario: every column with its meaning, unit, range and default, in this one place.

The data dictionary (data/README.md) is generated from these declarations by ``python -m models.dictionary``.
A column's ``metadata`` holds ``unit`` and ``default`` (what a blank cell, or a missing column, means).
"""

from __future__ import annotations

from typing import Any

import pandera.pandas as pa

from models.columns import IS_NAME, between, each, number, text
from models.wallclock import Ranges, parse_week

KINDS = ("live", "chat", "deferrable")


def parse_pool_hours(text: str) -> tuple[Ranges, ...]:
    """Read the opening hours of a pool from one cell, such as "mon-fri 08:00-18:00; sat 09:00-13:00".

    Parameters
    ----------
    text : str
        Weekdays, a blank, ranges; several parts with a semicolon between them.

    Returns
    -------
    tuple of Ranges, length 7
        Ranges that start on each weekday, Monday first.

    Raises
    ------
    ValueError
        If a part cannot be read, or a weekday is named twice.
    """
    hours: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in text.split(";"))):
        days, _, ranges = part.partition(" ")
        if days in hours:
            raise ValueError(f"{days} stands in {text!r} twice")
        hours[days] = ranges.strip()
    week = parse_week(hours)
    if not any(week):
        raise ValueError("the pool is never open; give hours to at least one weekday")
    return week


def _are_hours(text: Any) -> bool:
    try:
        parse_pool_hours(str(text))
    except ValueError:
        return False
    return True


_SHARE = between(0, 1, "must be above 0 and at most 1", above=True)
_OPEN_SHARE = between(0, 1, "must lie between 0 and 1, both excluded", above=True, below=True)
_SHRINKAGE = between(0, 0.9, "must be at least 0 and below 0.9", below=True)

CONTACT_TYPES = pa.DataFrameSchema(
    {
        "contact_type": text("name of the contact type", "required", IS_NAME, unique=True),
        "pool": text("pool of agents that serves it", "required", IS_NAME),
        "kind": text(
            "live (customers wait on the line), chat (an agent serves several at a time) or deferrable (e-mail, post)",
            "live",
            pa.Check.isin(KINDS, error="must be one of live, chat, deferrable"),
        ),
        "aht_s": number(
            "average handle time, used where history or demand gives none",
            "s",
            "mean of the history",
            between(0, 86400, "must be above 0 and at most 86400", above=True),
        ),
        "patience_s": number(
            "mean time after which a waiting customer gives up (live, chat)",
            "s",
            "nobody gives up",
            between(0, 1e6, "must be above 0 and at most 1000000", above=True),
        ),
        "concurrency": number(
            "contacts that an agent serves at a time (chat only)",
            "contacts",
            "1",
            between(1, 20, "must lie between 1 and 20"),
        ),
        "deadline_min": number(
            "time after arrival by which the work must be done, in opening time (deferrable only, and required there)",
            "min",
            "none",
            between(0, 44640, "must be above 0 and at most 44640 (a month)", above=True),
        ),
        "resolved_share": number("share of contacts that settle the matter for good", "share", "1", _SHARE),
        "description": text("what it is about", "empty"),
    },
    strict=True,
    name="contact_types.csv",
    description="Contact types, one a row: what arrives, who serves it, and how long it takes.",
)

POOLS = pa.DataFrameSchema(
    {
        "pool": text("name of the pool", "required", IS_NAME, unique=True),
        "wage_per_hour": number(
            "wage of a paid hour",
            "currency/h",
            "pay.wage_per_hour",
            between(0, 1e6, "must be above 0 and at most 1000000", above=True),
        ),
        "target": number("service level target", "share", "service.target", _OPEN_SHARE),
        "within_s": number(
            "waiting time of the target", "s", "service.within_s", between(0, 86400, "must lie between 0 and 86400")
        ),
        "floor": number("least service level of any interval when mode is day", "share", "service.floor", _OPEN_SHARE),
        "abandonment_cap": number("most that may give up", "share", "service.abandonment_cap", _OPEN_SHARE),
        "occupancy_cap": number("most that agents may be busy", "share", "service.occupancy_cap", _SHARE),
        "planned_shrinkage": number("planned shrinkage", "share", "shrinkage.planned", _SHRINKAGE),
        "unplanned_shrinkage": number("unplanned shrinkage", "share", "shrinkage.unplanned", _SHRINKAGE),
        "max_heads": number(
            "most heads on duty at a time, those on a break not counted",
            "heads",
            "no limit",
            between(0, 1e6, "must lie between 0 and 1000000"),
            pa.Check(lambda values: values % 1 == 0, error="must be a whole number"),
        ),
        "opening_hours": text(
            'hours of the pool, such as "mon-fri 08:00-18:00; sat 09:00-13:00"',
            "opening_hours",
            each(_are_hours, 'must be written like "mon-fri 08:00-18:00; sat 09:00-13:00", each weekday once'),
        ),
    },
    strict=True,
    name="pools.csv",
    description="Pools (groups of agents that serve the same contact types), one a row. The file may be left out, and"
    " so may any column but the first; a blank cell takes the value of scenario.yaml.",
)


def _series(name: str, description: str) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(
        {
            "start": text("start of the interval, ISO; local wall-clock time where no offset is given", "required"),
            "contact_type": text("contact type of contact_types.csv", "required"),
            "contacts": number(
                "contacts that arrive (offered, not only answered)",
                "contacts",
                "required",
                between(0, 1e9, "must be 0 or more"),
                required=True,
            ),
            "aht_s": number(
                "average handle time of the contacts; 0 or blank where unknown",
                "s",
                "unknown",
                between(0, 86400, "must lie between 0 and 86400"),
            ),
        },
        strict=False,
        name=name,
        description=description,
    )


HISTORY = _series(
    "history.csv",
    "Contacts of the past, one row for each interval and contact type. Further columns are ignored.",
)
DEMAND = _series(
    "demand.csv",
    "Contacts of the horizon, when they are known: the forecast is then skipped. Further columns are ignored.",
)
BASELINE = pa.DataFrameSchema(
    {
        "pool": text("pool of the scenario; every pool has a row", "required", unique=True),
        "hours_per_week": number(
            "paid hours, absence included", "h/week", "required", between(0, 1e7, "must be 0 or more"), required=True
        ),
        "cost_per_hour": number(
            "cost of a paid hour, everything in",
            "currency/h",
            "required",
            between(0, 1e6, "must be above 0 and at most 1000000", above=True),
            required=True,
        ),
        "service_level": number(
            "share of contacts answered in time today", "share", "not known", between(0, 1, "must lie between 0 and 1")
        ),
    },
    strict=True,
    name="baseline.csv",
    description="Today's staffing (optional), one pool a row: `servopt cost` and `servopt roi` hold a plan against it.",
)
SKILLS = pa.DataFrameSchema(
    {
        "group": text("agent group: agents with the same skills", "required", IS_NAME),
        "contact_type": text("contact type of contact_types.csv that the group can serve", "required"),
        "priority": number(
            "order in which a free agent of the group takes who waits: 1 first; the longest wait among equals",
            "",
            "1",
            between(1, 100, "must lie between 1 and 100"),
            pa.Check(lambda values: values % 1 == 0, error="must be a whole number"),
        ),
        "heads": number(
            "agents of the group that there are; at most so many shifts of a day are theirs. On any row of the group",
            "agents",
            "no limit",
            between(0, 1e6, "must lie between 0 and 1000000"),
            pa.Check(lambda values: values % 1 == 0, error="must be a whole number"),
        ),
        "wage_factor": number(
            "what a paid hour of the group costs, as a multiple of the highest wage among the pools of its contact"
            " types. On any row of the group",
            "factor",
            "1",
            between(0, 100, "must be above 0 and at most 100", above=True),
        ),
    },
    strict=True,
    name="skills.csv",
    description="Agents with several skills (optional), one row for each group and contact type: `servopt schedule DIR"
    " --skills` plans groups instead of pools. Every contact type of the scenario is served by some group.",
)
TABLES = (CONTACT_TYPES, POOLS, HISTORY, DEMAND, BASELINE, SKILLS)
