"""How far effects can move what a mix costs: the most that any mix spends on what they act on, and loosened rules."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.investment.case import Floats
from models.investment.people_cost import DAYS_PER_YEAR
from models.investment.settings import People
from models.investment.tables import GAINS
from models.mix.case import MixCase


def helps(on: str, likely: float) -> bool:
    """Whether an effect can only make the mix cheaper."""
    return likely > 0 if on in (*GAINS, "csat") else likely < 0


def volume_factor(mix: MixCase, changed: MixCase) -> Floats:
    """Contacts that an issue makes on a link, beside today's, shape (L,): fewer issues and fewer that come back."""
    before = mix.issues.sum(axis=(1, 2))
    issues = np.divide(changed.issues.sum(axis=(1, 2)), before, out=np.ones_like(before), where=before > 0)
    again = (1 - mix.links.recontact) / (1 - changed.links.recontact)
    return np.asarray(issues[mix.link_type] * again)


def loosened(changed: MixCase, mix: MixCase, least: Floats) -> MixCase:
    """Drop or loosen the rules that fewer contacts could make harder to keep.

    The overall floor: with volume factors between ``least`` and 1, a link above the floor counts at most as today and
    one below it at least at its least factor, which its satisfaction here is set to. Floors and leads of tiers, bot
    caps, contracts and change limits are dropped when any volume may change (contracts where escalations may, too);
    budgets and leads always.
    """
    settings = changed.settings.model_copy(update={"budget": None, "budget_per_period": None})
    none = np.full(len(changed.tiers.name), np.nan)
    # fewer contacts escalate where bots contain more, which may leave a contract of the channel behind them unmet
    contained = bool((changed.links.containment > mix.links.containment + 1e-12).any())
    least_contacts = np.zeros_like(changed.channels.min_contacts)
    if (least > 1 - 1e-12).all():
        channels = replace(changed.channels, min_contacts=least_contacts) if contained else changed.channels
        tiers = replace(changed.tiers, csat_lead=none)
        return replace(changed, settings=settings, tiers=tiers, channels=channels)
    links, floor = changed.links, settings.csat_floor
    if floor is not None:
        off = links.csat - floor
        now = volume_factor(mix, changed)
        links = replace(links, csat=np.clip(floor + off * np.where(off < 0, least, 1.0) / now, 0.0, None))
    tiers = replace(changed.tiers, csat_floor=none, csat_lead=none, bot_cap=np.ones(len(none)))
    free = settings.model_copy(update={"change": type(settings.change)()})
    channels = replace(changed.channels, min_contacts=least_contacts)
    return replace(changed, settings=free, links=links, tiers=tiers, channels=channels)


def most_spent(mix: MixCase, on: str, pairs: set[tuple[str, str]], people: People) -> float:
    """Most that any mix spends in a year on what an effect acts on: every issue on the link where that is dearest.

    The mix pays people by the hour, or its cost of an hour is the most that an hour can save. Of repeats (fcr) it is
    what they cause: rho / (1 - rho) of a link's cost; of attrition the part of an hour's cost that goes to those who
    leave. Linear prices only: bounds come from linear programs, where licences, fixed prices and price tiers are no
    steps.
    """
    links, channels = mix.links, mix.channels
    named = [(mix.contact_types[i], channels.name[h]) for i, h in zip(mix.link_type, links.channel, strict=True)]
    here = np.array([name in pairs for name in named], dtype=bool)
    goes_to = np.array(
        [
            (mix.contact_types[i], channels.name[max(channels.escalates_to[h], 0)]) in pairs
            for i, h in zip(mix.link_type, links.channel, strict=True)
        ],
        dtype=bool,
    )
    unit, rate = _dearest_contact(mix), np.append(mix.pool_cost_per_hour / mix.settings.people.busy_share, 0.0)
    own = np.where(links.pool >= 0, rate[links.pool], 0.0) * mix.handle_s / 3600
    other = np.where(links.escalation_pool >= 0, rate[links.escalation_pool], 0.0) * mix.escalation_handle_s / 3600
    target = channels.escalates_to[links.channel]
    after = other + np.where(target >= 0, unit[np.maximum(target, 0)], 0.0)
    lost = mix.lost * mix.lost_cost[mix.link_type][:, None]
    escapes = after[:, None] * mix.escalated + lost
    licences = np.where(
        np.isfinite(channels.licence_hours[links.channel]),
        mix.licence_hours * channels.licence_price[links.channel] / channels.licence_hours[links.channel], 0.0,
    )  # fmt: skip
    prices = unit[links.channel] + channels.resolution_price[links.channel] * links.containment
    if on == "handle_time":
        each = (own * here)[:, None] + (other * goes_to)[:, None] * mix.escalated
    elif on == "containment":
        each = escapes * here[:, None]
    elif on == "attrition":
        leaving = people.attrition_per_year * people.cost_per_leaver / people.hours_per_head_per_year
        cheapest_pay = float(mix.pool_cost_per_hour.min(initial=np.inf))
        each = (own[:, None] + other[:, None] * mix.escalated) * min(1.0, leaving / max(cheapest_pay, 1e-9))
    else:
        each = (own + prices + licences)[:, None] + escapes
        each = each * here[:, None] if on == "fcr" else each * np.isin(mix.link_type, mix.link_type[here])[:, None]
    if on == "fcr":
        each = each * (links.recontact / (1 - links.recontact))[:, None]
    each = each / (1 - links.recontact)[:, None]
    dearest = np.zeros((len(mix.segments.name), len(mix.tiers.name)))
    np.maximum.at(dearest, links.segment, each * mix.open_to)
    whole = float((dearest[:, :, None] * mix.segment_issues).sum())
    return whole * DAYS_PER_YEAR / float(mix.days.sum())


def _dearest_contact(mix: MixCase) -> Floats:
    """Most that one more contact of a channel costs by its prices, shape (H,)."""
    unit = mix.channels.unit_price.copy()
    for tier in mix.price_tiers:
        unit[tier.channel] = max(unit[tier.channel], float(tier.unit_price.max()))
    # a linear program pays the fixed price in proportion to what the channel may take at most
    most = mix.channels.max_contacts.min(axis=1)
    return np.asarray(unit + np.where(np.isfinite(most), mix.channels.fixed_price / np.maximum(most, 1.0), 0.0))
