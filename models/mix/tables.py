"""The CSV tables of a channel mix: every column with its meaning, unit, range and default, in this one place."""

from __future__ import annotations

import pandera.pandas as pa

from models.columns import IS_NAME, SHARE, between, number, one_of, text
from models.mix.records import KINDS, MODES

CONFIDENCES = ("high", "medium", "low", "assumption")
ALL = "*"
_COUNT = between(0, 1e9, "must be 0 or more")
_PRICE = between(0, 1e9, "must be 0 or more")
_SECONDS = between(0, 86400, "must be above 0 and at most 86400", above=True)
_BELOW_ONE = between(0, 1, "must be at least 0 and below 1", below=True)
_WHOLE = pa.Check(lambda values: values % 1 == 0, error="must be a whole number")
_ORDER = between(1, 1000, "must be 1 or more")


def _table(name: str, description: str, columns: dict[str, pa.Column]) -> pa.DataFrameSchema:
    origin = {
        "source": text("where the figures of the row come from", "not said"),
        "confidence": text("how far they can be trusted", "not said", one_of(CONFIDENCES)),
    }
    return pa.DataFrameSchema(columns | origin, strict=True, name=name, description=description)


TYPES = _table(
    "types.csv",
    "Contact types of the mix, one a row: what customers want. A language of its own is a contact type of its own.",
    {
        "contact_type": text("name of the contact type", "required", IS_NAME, unique=True),
        "pool": text("pool of agents that serves it, where neither links.csv nor channels.csv says another", "none"),
        "aht_s": number(
            "handle time of a person, for a contact type without rows in segments.csv", "s", "none", _SECONDS
        ),
        "lost_cost": number("cost of a contact that gives up unserved", "currency", "lost_cost of mix.yaml", _PRICE),
        "language": text("language of the customers", "empty"),
        "description": text("what it is about", "empty"),
    },
)
SEGMENTS = _table(
    "segments.csv",
    "Pieces of a contact type that are about equally hard (optional): easy ones leave to bots first, and what is left"
    " for people takes longer on average.",
    {
        "contact_type": text("contact type of types.csv", "required"),
        "segment": text("name of the segment", "required", IS_NAME),
        "order": number("1 for the easiest of the type", "", "required", _ORDER, _WHOLE, required=True),
        "share": number("share of the type's issues; they sum to 1", "share", "required", SHARE, required=True),
        "aht_s": number("handle time of a person with one contact", "s", "required", _SECONDS, required=True),
    },
)
VOLUMES = _table(
    "volumes.csv",
    "What customers want, one row for each period, contact type and tier; a missing row is no issue at all.",
    {
        "period": text("period of mix.yaml", "required"),
        "contact_type": text("contact type of types.csv", "required"),
        "tier": text("customer tier of tiers.csv", "the only tier"),
        "issues": number(
            "new issues: contacts before anybody comes back", "contacts", "required", _COUNT, required=True
        ),
    },
)
TIERS = _table(
    "tiers.csv",
    "Customer tiers (optional): what they are promised. Without it the tiers of volumes.csv weigh the same.",
    {
        "tier": text("name of the tier", "required", IS_NAME, unique=True),
        "weight": number(
            "weight of a contact of the tier in the overall satisfaction", "", "1",
            between(0, 1e6, "must lie between 0 and 1000000"),
        ),
        "csat_floor": number("least mean satisfaction of the tier", "share", "none", SHARE),
        "csat_lead": number("how far its satisfaction is to lie above the overall one", "share", "none", SHARE),
        "bot_cap": number("most of its contacts that a bot may serve first, per period", "share", "1", SHARE),
        "human_always": text(
            "yes when nobody of the tier may give up: what is not contained goes on to a person",
            "no",
            one_of(("yes", "no")),
        ),
    },
)  # fmt: skip
CHANNELS = _table(
    "channels.csv",
    "Channels, one a row. The contacts of a channel are those first served in it and those that escalate to it.",
    {
        "channel": text("name of the channel", "required", IS_NAME, unique=True),
        "kind": text("who serves it", "required", one_of(KINDS)),
        "unit_price": number("price of a contact", "currency", "0", _PRICE),
        "fixed_price": number("price of a period in which the channel has contacts", "currency", "0", _PRICE),
        "resolution_price": number("price of a contact that is contained there", "currency", "0", _PRICE),
        "licence_price": number("price of a licence per period (bot, self_service)", "currency", "0", _PRICE),
        "licence_hours": number(
            "hours of contacts, one at a time, that a licence carries per period without a queue at the peak",
            "h",
            "no licence is needed",
            between(0, 1e6, "must be above 0 and at most 1000000", above=True),
        ),
        "concurrency": number(
            "contacts at once per agent (people) or licence (bot, self_service)", "contacts", "1",
            between(1, 1e6, "must lie between 1 and 1000000"),
        ),
        "duration_s": number("length of a contact (bot, self_service); needed with licence_hours", "s", "0", _SECONDS),
        "aht_factor": number(
            "handle time beside that of the segment (people)", "", "1",
            between(0, 100, "must be above 0 and at most 100", above=True),
        ),
        "min_contacts": number("least contacts per period: what a contract asks for", "contacts", "0", _COUNT),
        "max_contacts": number("most contacts per period", "contacts", "no limit", _COUNT),
        "escalates_to": text("channel of people to which goes on what is not contained", "nothing goes on"),
        "pool": text("pool of agents, where it is not that of the contact type (people)", "pool of the contact type"),
        "available_from": text("first period in which the channel is there", "the first"),
        "ramp_periods": number(
            "periods over which adoption grows to its cap, in equal steps", "periods", "1", _ORDER, _WHOLE
        ),
    },
)  # fmt: skip
PRICE_TIERS = _table(
    "price_tiers.csv",
    "Unit prices by volume (optional), in place of unit_price from the tier's first contact on.",
    {
        "channel": text("channel of channels.csv", "required"),
        "from_contacts": number(
            "contacts per period from which the price holds", "contacts", "required", _COUNT, required=True
        ),
        "unit_price": number("price of a contact", "currency", "required", _PRICE, required=True),
        "mode": text(
            "incremental: the price is for the contacts within the tier; all_units: for all contacts of the period",
            "incremental",
            one_of(MODES),
        ),
    },
)
LINKS = _table(
    "links.csv",
    "What may be first served where, one row for each contact type (`*`: all of them) and channel. The more special row"
    " holds: contact type and segment, before contact type, before segment, before neither. Without a row it is not"
    " possible.",
    {
        "contact_type": text("contact type of types.csv, or `*`", "required"),
        "segment": text("segment of segments.csv", "all segments"),
        "channel": text("channel of channels.csv", "required"),
        "adoption_cap": number(
            "most of the issues that it may settle (required for bot and self_service)", "share", "1", SHARE
        ),
        "containment": number(
            "share of its contacts that end there, net of those who come back (required for bot and self_service)",
            "share", "1", SHARE,
        ),
        "escalated_share": number(
            "share of what is not contained that goes on to escalates_to; the others give up", "share",
            "1 where the channel escalates, else 0", SHARE,
        ),
        "recontact_share": number(
            "share of its contacts that come back as a new contact", "share", "0", _BELOW_ONE
        ),
        "csat": number(
            "mean satisfaction of all contacts first served here", "share", "required", SHARE, required=True
        ),
        "escalation_extra_s": number(
            "handling of an escalated contact beyond the usual", "s", "0",
            between(0, 86400, "must lie between 0 and 86400"),
        ),
        "pool": text("pool of agents, where it is another than the channel's and the contact type's", "as they say"),
    },
)  # fmt: skip
TODAY = _table(
    "today.csv",
    "Today's mix (optional): where contacts are first served now. The most special rows hold: segment and tier, before"
    " segment, before tier, before neither; those of a segment and tier sum to 1.",
    {
        "contact_type": text("contact type of types.csv", "required"),
        "segment": text("segment of segments.csv", "all segments"),
        "tier": text("tier of tiers.csv", "all tiers"),
        "channel": text("channel of channels.csv", "required"),
        "share": number("share of the contacts", "share", "required", SHARE, required=True),
    },
)
POOL_COSTS = _table(
    "pool_costs.csv",
    "Cost of a pool's people by its workload, from schedules (`servopt cost-table`). Needed for cost_from: cost_table.",
    {
        "pool": text("pool of agents", "required"),
        "service_level": number(
            "service level that the schedules keep", "share", "required",
            between(0, 1, "must lie between 0 and 1, both excluded", above=True, below=True), required=True,
        ),
        "load_hours_per_week": number(
            "workload: handling hours per week", "h/week", "required", between(0, 1e8, "must be 0 or more"),
            required=True,
        ),
        "cost_per_week": number(
            "cost of the schedule for it, and for less work down to the row before", "currency", "required", _PRICE,
            required=True,
        ),
        "least_cost_per_week": number("proved: no schedule for the load costs less", "currency", "not known", _PRICE),
    },
)  # fmt: skip
TABLES = (TYPES, SEGMENTS, VOLUMES, TIERS, CHANNELS, PRICE_TIERS, LINKS, TODAY, POOL_COSTS)
REQUIRED = (TYPES, VOLUMES, CHANNELS, LINKS)
