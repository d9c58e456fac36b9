"""How far effects can move what a mix costs: the most that any mix spends on what they act on, and loosened rules."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.investment.average_month import at_least
from models.investment.case import Floats, InvestmentCase
from models.investment.people_cost import DAYS_PER_YEAR
from models.investment.settings import People
from models.investment.tables import GAINS
from models.mix.case import MixCase

LET_IN = ("adoption", "csat")
"""Effects that let other mixes in, instead of making the same one cheaper."""


def helps(on: str, likely: float) -> bool:
    """Whether an effect can only make the mix cheaper."""
    return likely > 0 if on in (*GAINS, "csat") else likely < 0


def everything(case: InvestmentCase) -> tuple[Floats, Floats]:
    """Return a share of 1 of each effect that helps, and what overlaps keep of effects at best."""
    share = np.array([float(helps(effect.on, effect.likely)) for effect in case.effects])
    kept = np.ones(len(case.effects))
    for e, effect in enumerate(case.effects):
        for _, b, lost in case.relations.overlaps:
            if case.initiative_of[effect.option] == b and lost < 0:
                kept[e] -= lost
    return share, kept


def volume_factor(mix: MixCase, changed: MixCase) -> Floats:
    """Contacts that an issue makes on a link, beside today's, shape (L,): fewer issues and fewer that come back."""
    before = mix.issues.sum(axis=(1, 2))
    issues = np.divide(changed.issues.sum(axis=(1, 2)), before, out=np.ones_like(before), where=before > 0)
    return np.asarray(issues[mix.link_type] * _repeat_factor(mix, changed))


def _repeat_factor(mix: MixCase, changed: MixCase) -> Floats:
    """Contacts of an issue on a link by fewer that come back alone, shape (L,)."""
    return np.asarray((1 - mix.links.recontact) / (1 - changed.links.recontact))


def loosened(changed: MixCase, mix: MixCase, lowest: MixCase) -> MixCase:
    """Loosen the rules that other volumes could make harder to keep.

    The state has effects between none and those of ``lowest``: beside the volumes here, a link has ``up`` times as many
    contacts at most and ``down`` times at least. Satisfaction: a link above the overall floor counts at most ``up``
    times, one below it at least ``down`` times, which its satisfaction here is set to; floors of tiers go down by what
    that leaves of their own distance. Bot caps: shares of contacts of all types, which weights between ``down`` and
    ``up`` move by their ratio at most. Limits on change: shares within a contact type, where fewer issues weigh all
    links alike and only those who come back count. Contracts by the most that a link may have more, and not at all
    where escalations may become fewer, too. Budgets and leads of tiers are dropped.
    """
    settings = changed.settings.model_copy(update={"budget": None, "budget_per_period": None})
    none = np.full(len(changed.tiers.name), np.nan)
    least, now = volume_factor(mix, lowest), volume_factor(mix, changed)
    up, down = 1.0 / now, np.minimum(least / now, 1.0)
    # fewer contacts escalate where bots contain more, which may leave a contract of the channel behind them unmet
    contained = bool((changed.links.containment > mix.links.containment + 1e-12).any())
    least_contacts = changed.channels.min_contacts * (0.0 if contained else 1.0 / float(up.max(initial=1.0)))
    channels = replace(changed.channels, min_contacts=least_contacts)
    if (least > 1 - 1e-12).all():
        return replace(changed, settings=settings, tiers=replace(changed.tiers, csat_lead=none), channels=channels)
    links, floor = changed.links, settings.csat_floor
    counted = links.csat
    if floor is not None:
        off = links.csat - floor
        counted = np.clip(floor + off * np.where(off < 0, down, up), 0.0, None)
    floors = np.array([_lower_floor(one, links.csat, counted, up, down) for one in changed.tiers.csat_floor.tolist()])
    spread = float(up.max(initial=1.0) / down.min(initial=1.0))
    tiers = replace(
        changed.tiers, csat_floor=floors, csat_lead=none, bot_cap=np.minimum(changed.tiers.bot_cap * spread, 1.0)
    )
    again = _repeat_factor(mix, changed), _repeat_factor(mix, lowest)
    change = settings.change
    if change.max_share is not None:
        # the ratio by which the weights of two links of a type may be apart
        apart = float((1.0 / again[0]).max(initial=1.0) / np.minimum(again[1] / again[0], 1.0).min(initial=1.0))
        wider = change.max_share + apart - 1.0
        change = change.model_copy(update={"max_share": wider if wider < 1 else None})
    free = settings.model_copy(update={"change": change.model_copy(update={"per_period": None})})
    return replace(changed, settings=free, links=replace(links, csat=counted), tiers=tiers, channels=channels)


def _lower_floor(floor: float, csat: Floats, counted: Floats, up: Floats, down: Floats) -> float:
    """Return a floor that no link misses by more at the satisfaction it is set to than at any of its weights."""
    off = csat - floor
    most = off * np.where(off < 0, down, up)
    return float(np.min(counted - most, initial=np.inf)) if np.isfinite(floor) else np.nan


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


def steepest(mix: MixCase) -> MixCase:
    """Return the case with the most that one hour less can save as its cost of an hour, for the reach of effects.

    On cost tables that is the steepest part of the envelope below the steps, which is its last one; such a case pays
    people by the tables, whatever its cost of an hour.
    """
    if mix.settings.people.cost_from != "cost_table":
        return mix
    rates, least = mix.pool_cost_per_hour.copy(), at_least(mix)
    for planes in least.cost_planes:
        slopes = np.max([one.per_hour.max(axis=0) for one in planes.regions], axis=0) * mix.settings.people.busy_share
        rates[planes.pools] = np.maximum(rates[planes.pools], slopes)
    for table in least.cost_tables:
        hours, cost = table.load_hours_per_week, table.cost_per_week
        if len(hours) > 1:
            slope = float(((cost[-1] - cost[:-1]) / (hours[-1] - hours[:-1])).max())
            rates[table.pool] = max(float(rates[table.pool]), slope * mix.settings.people.busy_share)
    return replace(mix, pool_cost_per_hour=rates)
