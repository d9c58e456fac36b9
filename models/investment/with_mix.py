"""Initiatives and the channel mix together: today's work as a mix has it, and a mix as initiatives leave it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from models.investment.case import Effect, Floats, InvestmentCase
from models.investment.people_cost import DAYS_PER_YEAR, people_lines
from models.investment.settings import People
from models.investment.tables import GAINS
from models.mix.case import MixCase
from models.mix.cost import price_flow
from models.mix.today import today_flow


def mix_work(mix: MixCase, people: People, flow: Floats | None = None) -> pd.DataFrame:
    """Return a mix as work.csv would have it: one contact type in one channel a row.

    Parameters
    ----------
    mix : MixCase
        With today.csv.
    people : People
        With cost tables, whose cost of a paid hour the busy share of each row is brought to, so that a further handling
        hour costs what the tables say; otherwise paid hours are those of the mix.
    flow : (L, C, T) array, optional
        The mix; today's when left out.

    Returns
    -------
    DataFrame
        Columns of `models.investment.tables.WORK`; contacts of a year of 365 days. What a contact costs beside people
        (prices, resolutions, licences, contacts that give up) is its unit price. With cost tables a handling hour costs
        what a further one does (`models.investment.people_cost`); the people who are there anyway are no row.

    Raises
    ------
    ValueError
        If the mix has no today.csv.
    """
    flow = today_flow(mix) if flow is None else flow
    if flow is None:
        raise ValueError("today's mix is not known: today.csv is missing")
    cost = price_flow(mix, flow)
    found, links = cost.outcomes, mix.links
    hourly = np.array([*(line.per_hour for line in people_lines(mix, cost)), 0.0])[:, None, None]  # -1: no pool
    paid = found.hours * hourly[links.pool] + found.escalation_hours * hourly[links.escalation_pool]
    whole = _all_costs(mix, found.contacts.sum(axis=(1, 2)), cost.by_period.sum() - cost.people.sum())
    rows = []
    for i, kind in enumerate(mix.contact_types):
        for h, channel in enumerate(mix.channels.name):
            mine = (mix.link_type == i) & (links.channel == h)
            if not mine.any():
                continue
            contacts = float(found.contacts[mine].sum())
            hours = float((found.hours + found.escalation_hours)[mine].sum())
            own = bool((links.pool[mine] >= 0).any())
            moved = float(found.escalated[mine].sum()) if not own else contacts
            rate = float(paid[mine].sum()) / hours if hours > 0 else 0.0
            rows.append(
                {
                    "contact_type": kind,
                    "channel": channel,
                    "contacts_per_year": contacts * DAYS_PER_YEAR / float(mix.days.sum()),
                    "growth_per_year": 0.0,
                    "aht_s": 3600 * hours / moved if moved > 0 else 0.0,
                    "contained_share": 0.0 if own else 1 - moved / contacts if contacts > 0
                    else float(links.containment[mine].mean()),
                    "repeat_share": float((found.repeats[mine].sum()) / contacts) if contacts > 0 else 0.0,
                    **_hour(mix, people, rate),
                    "unit_price": float(whole[mine].sum()) / contacts if contacts > 0 else 0.0,
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def _hour(mix: MixCase, people: People, rate: float) -> dict[str, float]:
    """Cost of a paid hour and busy share of a row whose handling hour costs ``rate``."""
    if mix.settings.people.cost_from != "cost_table" or rate <= 0 or people.cost_per_hour <= 0:
        busy = mix.settings.people.busy_share
        return {"cost_per_hour": rate * busy, "busy_share": busy}
    return {"cost_per_hour": people.cost_per_hour, "busy_share": people.cost_per_hour / rate}


def _all_costs(mix: MixCase, contacts: Floats, rest: float) -> Floats:
    """Share out what is not paid for people over the links, by contacts at their own prices; shape (L,)."""
    channels, h = mix.channels, mix.links.channel
    each = channels.unit_price[h] + channels.resolution_price[h] * mix.links.containment
    weights = contacts * (each if (contacts * each).any() else 1.0)
    total = float(weights.sum())
    return np.asarray(weights * (rest / total if total > 0 else 0.0))


def acts_on(case: InvestmentCase, mix: MixCase, effect: Effect) -> tuple[str, ...]:
    """Say by what an effect on handle time or contacts is named: ("type", ...) or ("channel", ...) and the names.

    Raises
    ------
    ValueError
        If it is one contact type in one channel: the mix decides how much of a type a channel has.
    """
    pairs = {case.work.names[row] for row in effect.work}
    types, channels = {kind for kind, _ in pairs}, {channel for _, channel in pairs}
    if pairs == {name for name in case.work.names if name[0] in types}:
        return ("type", *sorted(types))
    if effect.on == "handle_time" and pairs == {name for name in case.work.names if name[1] in channels}:
        return ("channel", *sorted(channels))
    raise ValueError(
        f"{case.options[effect.option].label}: with a channel mix an effect on {effect.on} is of contact types"
        + (" or of channels, not of one in the other" if effect.on == "handle_time" else "; leave the channel blank")
    )


def mix_at(case: InvestmentCase, mix: MixCase, share: Floats, kept: Floats) -> MixCase:
    """Return the mix case as effects leave it.

    Parameters
    ----------
    case : InvestmentCase
        Whose work is that of the mix (`mix_work`).
    mix : MixCase
    share, kept : (E,) arrays
        Share of each effect by ramp, and what overlaps keep of it (`models.investment.pricing.effect_in_time`).

    Returns
    -------
    MixCase
        Handle times, issues, containment, adoption caps, contacts that come back and satisfaction with the effects as
        likely; people cost what it takes to replace those who leave, too.
    """
    issues, aht_s = mix.issues.copy(), mix.segments.aht_s.copy()
    aht_factor, links = mix.channels.aht_factor.copy(), mix.links
    missing = {"containment": 1 - links.containment, "adoption": 1 - links.adoption_cap, "fcr": links.recontact.copy()}
    csat, attrition = links.csat.copy(), 1.0
    named = [(mix.contact_types[i], mix.channels.name[h]) for i, h in zip(mix.link_type, links.channel, strict=True)]
    for e in np.flatnonzero(share > 0):
        effect = case.effects[e]
        left = (1 + (-effect.likely if effect.on in GAINS else effect.likely) * share[e]) ** kept[e]
        pairs = {case.work.names[row] for row in effect.work}
        here = np.array([name in pairs for name in named], dtype=bool)
        if effect.on in missing:
            missing[effect.on] = np.where(here, missing[effect.on] * left, missing[effect.on])
        elif effect.on == "csat":
            csat = np.where(here, np.clip(csat + effect.likely * share[e] * kept[e], 0.0, 1.0), csat)
        elif effect.on == "attrition":
            attrition *= left
        elif effect.on in ("handle_time", "contacts"):
            kind, *names = acts_on(case, mix, effect)
            types = np.array([name in names for name in mix.contact_types], dtype=bool)
            if effect.on == "contacts":
                issues[types] *= left
            elif kind == "type":
                aht_s[types[mix.segments.contact_type]] *= left
            else:
                aht_factor[[name in names for name in mix.channels.name]] *= left
    changed = replace(
        links, containment=1 - missing["containment"], adoption_cap=1 - missing["adoption"], recontact=missing["fcr"],
        csat=csat,
    )  # fmt: skip
    return _with_leavers(
        case.settings.people,
        attrition,
        replace(
            mix, issues=issues, segments=replace(mix.segments, aht_s=aht_s), links=changed,
            channels=replace(mix.channels, aht_factor=aht_factor),
        ),
    )  # fmt: skip


def _with_leavers(people: People, attrition: float, mix: MixCase) -> MixCase:
    """Add what leavers cost to the cost of people, by the paid hour: on cost tables, cost over the cost of one."""
    per_hour = people.attrition_per_year * attrition * people.cost_per_leaver / people.hours_per_head_per_year
    if not per_hour:
        return mix
    more = 1 + per_hour / people.cost_per_hour if people.cost_per_hour > 0 else 1.0
    tables = tuple(
        replace(table, cost_per_week=more * table.cost_per_week, least_per_week=more * table.least_per_week)
        for table in mix.cost_tables
    )
    rates, planes = mix.pool_cost_per_hour + per_hour, tuple(one.scaled(more) for one in mix.cost_planes)
    return replace(mix, pool_cost_per_hour=rates, cost_tables=tables, cost_planes=planes)


def mix_faults(case: InvestmentCase, mix: MixCase) -> tuple[str, ...]:
    """Say which effects cannot act on a mix; empty when all can."""
    found = []
    for effect in case.effects:
        if effect.on in ("handle_time", "contacts"):
            try:
                acts_on(case, mix, effect)
            except ValueError as problem:
                found.append(str(problem))
    return tuple(dict.fromkeys(found))
