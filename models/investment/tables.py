"""The CSV tables of an investment case: every column with its meaning, unit, range and default, in this one place."""

from __future__ import annotations

import pandera.pandas as pa

from models.columns import AT_LEAST_ZERO, MONEY, SHARE, between, each, number, one_of, text
from models.settings_base import check_name

CONFIDENCE = ("high", "medium", "low", "assumption")
TARGETS = ("handle_time", "contacts", "containment", "adoption", "csat", "fcr", "attrition", "revenue", "cost")
CHANGES = ("handle_time", "contacts", "attrition")
"""Effects that change a figure by a share of it: -0.15 leaves 85 %."""
GAINS = ("containment", "adoption", "fcr")
"""Effects that win a share of what a figure lacks to 100 %: +0.10 on a containment of 0.40 makes 0.46."""
RELATIONS = ("needs", "excludes", "at_most", "overlap")
COST_KINDS = ("one_off", "running")
EVERY = "*"
_MOST_PERIODS = 360


def _is_name(value: object) -> bool:
    try:
        check_name(str(value))
    except ValueError:
        return False
    return True


_NAME = each(_is_name, 'must have 1 to 60 characters, no ; , " or line end, and not start with = + - @ or a quote')
_WHOLE = pa.Check(lambda values: values % 1 == 0, error="must be a whole number")
_PERIODS = between(0, _MOST_PERIODS, f"must lie between 0 and {_MOST_PERIODS}; nothing runs backwards")
_SOURCE = {
    "confidence": text("how sure the figures are", "medium", one_of(CONFIDENCE)),
    "source": text("where they come from", "empty"),
}

INITIATIVES = pa.DataFrameSchema(
    {
        "initiative": text("name of the initiative", "required", _NAME),
        "level": text("name of its size, when there are several, one a row; at most one is chosen", "one size", _NAME),
        "start_from": text("first period in which it may start: 2026, 2026-Q3, 2026-07 or a day", "first period"),
        "start_to": text("last period in which it may start", "last period"),
        "one_off_cost": number("paid when it starts", "currency", "0", AT_LEAST_ZERO),
        "running_cost_per_year": number("from when it works", "currency/year", "0", AT_LEAST_ZERO),
        "build_periods": number("from its start until it works", "periods", "0", _PERIODS, _WHOLE),
        "ramp_periods": number(
            "from when it works until it works in full: in equal steps, 0 at once", "periods", "0", _PERIODS, _WHOLE
        ),
        "capacity_needed": number("people of change capacity, from its start until it works in full (at least in the "
                                  "period of its start)", "people", "0", AT_LEAST_ZERO),
        "mandatory": text("yes when it must be done", "no", one_of(("yes", "no"))),
        **_SOURCE,
        "description": text("what it is", "empty"),
    },
    strict=True,
    name="initiatives.csv",
    description="What could be funded, one initiative (or one size of it) a row.",
)  # fmt: skip

EFFECTS = pa.DataFrameSchema(
    {
        "initiative": text("initiative of initiatives.csv or spends.csv", "required"),
        "level": text("its size", "all sizes"),
        "on": text(f"what it acts on: {', '.join(TARGETS)}", "required", one_of(TARGETS)),
        "contact_type": text(f"contact type of the work; {EVERY} for all", EVERY),
        "channel": text(f"channel of the work; {EVERY} for all", EVERY),
        "low": number("effect at its smallest or worst, see `likely`", "", "likely", MONEY),
        "likely": number(
            "effect in full: a change of handle_time, contacts, attrition (-0.15 is -15 %); a gain of containment, "
            "adoption, fcr (0.10 wins 10 % of what is missing to 100 %); points of csat (0.01); money a year of "
            "revenue and cost (-50000 saves)",
            "", "required", MONEY, required=True,
        ),
        "high": number("effect at its largest or best", "", "likely", MONEY),
        **_SOURCE,
    },
    strict=True,
    name="effects.csv",
    description="What initiatives do, one effect a row. Effects on the same figure multiply; money and points add up.",
)  # fmt: skip

RELATIONS_TABLE = pa.DataFrameSchema(
    {
        "kind": text(
            "needs (b works no later than a), excludes (not both), at_most (value of those in a, with ; between them), "
            "overlap (the share value of b's effects is lost where a works too; below 0 they help each other)",
            "required", one_of(RELATIONS),
        ),
        "a": text("initiative", "required"),
        "b": text("initiative; blank for at_most", "empty"),
        "value": number("number (at_most) or share (overlap)", "", "none", between(-1, 1e4, "must be -1 to 10000")),
        **_SOURCE,
    },
    strict=True,
    name="relations.csv",
    description="What initiatives have to do with each other, one relation a row. May be left out.",
)  # fmt: skip

SPENDS = pa.DataFrameSchema(
    {
        "initiative": text("name of the spend; not in initiatives.csv", "required", _NAME),
        "on": text("what it acts on", "required", one_of(CHANGES)),
        "contact_type": text(f"contact type of the work; {EVERY} for all", EVERY),
        "channel": text(f"channel of the work; {EVERY} for all", EVERY),
        "spend_per_year": number("a point of the curve: so much a year", "currency/year", "required", AT_LEAST_ZERO,
                                 required=True),
        "effect": number("its change at that point (-0.04 is -4 %)", "share", "required",
                         between(-1, 10, "must be above -1 (a change of -100 %) and at most 10", above=True),
                         required=True),
        **_SOURCE,
    },
    strict=True,
    name="spends.csv",
    description="Spends of any size with diminishing returns, one point of the curve a row; 0 has no effect. Between "
    "two points the logarithm of what is left moves evenly. May be left out.",
)  # fmt: skip

COSTS = pa.DataFrameSchema(
    {
        "initiative": text("initiative of initiatives.csv", "required"),
        "level": text("its size", "all sizes"),
        "after_periods": number("periods after its start; 0 is the start (running: after it works)", "periods",
                                "required", _PERIODS, _WHOLE, required=True),
        "cost": number("one_off: paid then, beside one_off_cost; running: what it costs a year from then on, in place "
                       "of running_cost_per_year", "currency", "required", AT_LEAST_ZERO, required=True),
        "kind": text("one_off or running", "one_off", one_of(COST_KINDS)),
    },
    strict=True,
    name="costs.csv",
    description="One-off costs that are paid over time, one payment a row, and running costs that change. May be left "
    "out.",
)  # fmt: skip

WORK = pa.DataFrameSchema(
    {
        "contact_type": text("contact type", "required", _NAME),
        "channel": text("channel", "required", _NAME),
        "contacts_per_year": number("contacts of the first year, repeats included", "contacts/year", "required",
                                    AT_LEAST_ZERO, required=True),
        "growth_per_year": number("their growth from year to year", "share", "0",
                                  between(-1, 10, "must lie above -1 and at most 10", above=True)),
        "aht_s": number("handle time of what people handle", "s", "required", between(0, 1e6, "must be 0 to 1000000"),
                        required=True),
        "contained_share": number("share that ends in the channel and needs nobody", "share", "0", SHARE),
        "repeat_share": number("share that comes back because it was not settled (1 - FCR)", "share", "0",
                               between(0, 1, "must be at least 0 and below 1", below=True)),
        "cost_per_hour": number("cost of a paid hour", "currency/h", "people.cost_per_hour", AT_LEAST_ZERO),
        "busy_share": number("share of its paid hours that is handling time", "share", "people.busy_share",
                             between(0, 1, "must be above 0 and at most 1", above=True)),
        "unit_price": number("price per contact, beside people", "currency", "0", AT_LEAST_ZERO),
        **_SOURCE,
    },
    strict=True,
    name="work.csv",
    description="Today's work, one contact type in one channel a row: what the effects act on. May be left out when "
    "all effects are on revenue and cost.",
)  # fmt: skip

TABLES = (INITIATIVES, EFFECTS, RELATIONS_TABLE, SPENDS, COSTS, WORK)
