"""What given flows of a channel mix cost: plain arithmetic on the records, apart from any optimiser.

Costs of a period, by who is paid:

- people (pool): handling hours of a pool, either hours / busy_share x cost per paid hour, or the cost of the least
  tabulated load of its cost table that is not below the load (hours x 7 / days), x days / 7;
- contacts (channel): unit price, or price tiers, of the contacts first served there and those that escalate to it;
- resolutions (channel): resolution price of the contacts that are contained there;
- licences (channel): licence price x licences, of which there are just enough for the hours of contacts;
- fixed (channel): fixed price when it has contacts at all;
- lost (contact type): cost of the contacts that give up.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from models.mix.case import MixCase
from models.mix.records import EDGE, PEOPLE, CostPlanes, CostTable, Floats, Ints, PriceTiers

ITEMS = ("people", "contacts", "resolutions", "licences", "fixed", "lost")


@dataclass(frozen=True, eq=False)
class Outcomes:
    """What becomes of flows; arrays of shape (L, C, T) like the flow itself.

    Parameters
    ----------
    contacts, contained, escalated, lost, repeats : ndarray
        First served, and how many of them end there, go on, give up, come back.
    hours, escalation_hours : ndarray
        Handling hours of our own people: of those first served, and of those that escalate.
    """

    contacts: Floats
    contained: Floats
    escalated: Floats
    lost: Floats
    repeats: Floats
    hours: Floats
    escalation_hours: Floats


@dataclass(frozen=True, eq=False)
class MixCost:
    """Amounts of money by period, with the quantities that they are paid for.

    Parameters
    ----------
    outcomes : Outcomes
    people : ndarray, shape (P, T)
        inf where the load is beyond the pool's cost table.
    contacts, resolutions, licences, fixed : ndarray, shape (H, T)
    lost : ndarray, shape (I, T)
    pool_hours : ndarray, shape (P, T)
        Handling hours.
    channel_contacts : ndarray, shape (H, T)
        First served there or escalated to it.
    licence_hours, licence_count : ndarray, shape (H, T)
        Hours of contacts, one at a time per unit of concurrency, and the licences that carry them.
    """

    outcomes: Outcomes
    people: Floats
    contacts: Floats
    resolutions: Floats
    licences: Floats
    fixed: Floats
    lost: Floats
    pool_hours: Floats
    channel_contacts: Floats
    licence_hours: Floats
    licence_count: Floats

    def item(self, name: str) -> Floats:
        """Amounts of one of `ITEMS`, by payee and period."""
        amounts: Floats = getattr(self, name)
        return amounts

    @property
    def by_period(self) -> Floats:
        """Everything, by period; shape (T,)."""
        return np.asarray(np.sum([self.item(name).sum(axis=0) for name in ITEMS], axis=0))

    @property
    def total(self) -> float:
        """Everything, over the horizon."""
        return float(self.by_period.sum())


def price_flow(case: MixCase, flow: Floats, service_level: float | None = None) -> MixCost:
    """Price flows.

    Parameters
    ----------
    case : MixCase
    flow : ndarray, shape (L, C, T)
        Contacts first served on each link, by tier and period. Whether they keep any rule is not looked at.
    service_level : float, optional
        Whose rows of the cost tables hold; the settings' by default.

    Returns
    -------
    MixCost

    Raises
    ------
    ValueError
        If the flow has another shape, is negative, or is no number.
    KeyError
        If a pool has no cost table for the service level (with cost_from: cost_table).
    """
    if flow.shape != case.shape:
        raise ValueError(f"the flow has shape {flow.shape}, not {case.shape}")
    if not (np.isfinite(flow).all() and (flow >= -EDGE).all()):
        raise ValueError("a flow is negative or no number")
    outcomes = follow(case, np.maximum(flow, 0.0))
    links, channels = case.links, case.channels
    target = channels.escalates_to[links.channel]
    came = _by(outcomes.contacts, links.channel, len(channels.name))
    contacts = came + _by(outcomes.escalated, target, len(channels.name))
    pool_hours = _by(outcomes.hours, links.pool, len(case.pools)) + _by(
        outcomes.escalation_hours, links.escalation_pool, len(case.pools)
    )
    automated_s = (channels.duration_s / channels.concurrency)[links.channel]
    licence_hours = _by(outcomes.contacts * automated_s[:, None, None] / 3600, links.channel, len(channels.name))
    count = np.ceil(licence_hours / channels.licence_hours[:, None] - EDGE)
    contained = _by(outcomes.contained, links.channel, len(channels.name))
    kind = case.segments.contact_type[links.segment]
    return MixCost(
        outcomes=outcomes,
        people=_people(case, pool_hours, service_level),
        contacts=_unit_prices(case, contacts),
        resolutions=channels.resolution_price[:, None] * contained,
        licences=channels.licence_price[:, None] * count,
        fixed=channels.fixed_price[:, None] * (contacts > EDGE),
        lost=case.lost_cost[:, None] * _by(outcomes.lost, kind, len(case.contact_types)),
        pool_hours=pool_hours,
        channel_contacts=contacts,
        licence_hours=licence_hours,
        licence_count=count,
    )


def follow(case: MixCase, flow: Floats) -> Outcomes:
    """Follow contacts from where they are first served to their end.

    Parameters
    ----------
    case : MixCase
    flow : ndarray, shape (L, C, T)

    Returns
    -------
    Outcomes
    """
    links, channels = case.links, case.channels
    target = channels.escalates_to[links.channel]
    failed = flow * (1 - links.containment)[:, None, None]
    onwards = np.where(case.tiers.human_always, 1.0, links.escalated_share[:, None]) * (target >= 0)[:, None]
    escalated = failed * onwards[:, :, None]
    seconds = case.segments.aht_s[links.segment]
    people = np.array([kind in PEOPLE for kind in channels.kind])
    here_s = np.where(people, channels.aht_factor / channels.concurrency, 0.0)[links.channel] * seconds
    there_s = np.where(
        (target >= 0) & people[target],
        (channels.aht_factor / channels.concurrency)[target] * seconds + links.escalation_extra_s,
        0.0,
    )
    return Outcomes(
        contacts=flow,
        contained=flow * links.containment[:, None, None],
        escalated=escalated,
        lost=failed - escalated,
        repeats=flow * links.recontact[:, None, None],
        hours=flow * here_s[:, None, None] / 3600,
        escalation_hours=escalated * there_s[:, None, None] / 3600,
    )


def _by(amounts: Floats, place: Ints, size: int) -> Floats:
    """Sum (L, C, T) over links and tiers into their places; shape (size, T); place -1 is left out."""
    found = np.zeros((size, amounts.shape[2]))
    known = place >= 0
    np.add.at(found, place[known], amounts[known].sum(axis=1))
    return found


def _people(case: MixCase, hours: Floats, service_level: float | None) -> Floats:
    people = case.settings.people
    if people.cost_from == "cost_per_hour":
        return np.asarray(hours / people.busy_share * case.pool_cost_per_hour[:, None])
    cost = np.zeros_like(hours)
    weeks = case.days / 7
    for planes in case.cost_planes:
        for period, length in enumerate(weeks):
            cost[planes.pools, period] = planes_cost(planes, hours[planes.pools, period] / length) * length
    together = {pool for planes in case.cost_planes for pool in planes.pools.tolist()}
    for pool in set(range(len(case.pools))) - together:
        table = case.table_of(pool, service_level)
        cost[pool] = [step_cost(table, load) * length for load, length in zip(hours[pool] / weeks, weeks, strict=True)]
    return cost


def planes_cost(planes: CostPlanes, load_hours_per_week: Floats) -> Floats:
    """Cost per week of each pool at their loads, shape (J,).

    They sum to the highest plane of their region, and share it as that one's prices of their hours do.
    """
    region = planes.regions[region_of(planes, load_hours_per_week)]
    each = region.per_hour * load_hours_per_week
    values = region.base_per_week + each.sum(axis=1)
    highest = int(np.argmax(values))
    total, weight = max(float(values[highest]), 0.0), each[highest]
    if weight.sum() <= 0:
        weight = np.eye(len(weight))[0]
    return np.asarray(total * weight / weight.sum())


def region_of(planes: CostPlanes, load_hours_per_week: Floats) -> int:
    """Place of the region that holds loads (J,), of several the cheapest; the nearest where none does."""
    places = []
    for number, one in enumerate(planes.regions):
        outside = np.maximum(one.low - load_hours_per_week, load_hours_per_week - one.high)
        cost = float((one.base_per_week + one.per_hour @ load_hours_per_week).max())
        places.append((float(np.maximum(outside - EDGE, 0.0).sum()), cost, number))
    return min(places)[2]


def step_cost(table: CostTable, load_hours_per_week: float) -> float:
    """Cost per week of the least tabulated load that is not below a load; inf beyond the last."""
    for load, cost in zip(table.load_hours_per_week, table.cost_per_week, strict=True):
        if load_hours_per_week <= load * (1 + EDGE):
            return float(cost)
    return math.inf


def _unit_prices(case: MixCase, contacts: Floats) -> Floats:
    amounts = np.asarray(case.channels.unit_price[:, None] * contacts)
    for prices in case.price_tiers:
        amounts[prices.channel] = [tier_price(prices, number) for number in contacts[prices.channel]]
    return amounts


def tier_price(prices: PriceTiers, contacts: float) -> float:
    """Amount that a channel with price tiers asks for the contacts of a period."""
    if prices.mode == "all_units":
        reached = contacts >= prices.from_contacts * (1 - EDGE)
        return float(prices.unit_price[np.flatnonzero(reached)[-1]] * contacts)
    ends = np.append(prices.from_contacts[1:], math.inf)
    within = np.clip(contacts, prices.from_contacts, ends) - prices.from_contacts
    return float((prices.unit_price * within).sum())
