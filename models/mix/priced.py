"""A priced channel mix as tables: flows, cost, satisfaction, workload and licences, as a report shows them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.mix.case import MixCase
from models.mix.cost import ITEMS, MixCost, price_flow
from models.mix.records import EDGE, Floats

FLOW_COLUMNS = (
    "period", "contact_type", "segment", "tier", "channel", "contacts", "contained", "escalated", "lost", "repeats",
    "handled_hours", "csat", "cost",
)  # fmt: skip
COST_COLUMNS = ("period", "item", "name", "amount")
CSAT_COLUMNS = ("level", "name", "contacts", "csat")
WORKLOAD_COLUMNS = ("period", "pool", "contacts", "hours", "hours_per_week", "mean_aht_s", "cost")
LICENCE_COLUMNS = ("period", "channel", "hours", "licences", "amount")


@dataclass(frozen=True, eq=False)
class PricedMix:
    """What a mix does and costs.

    Parameters
    ----------
    cost : MixCost
        Arrays.
    flows : DataFrame
        `FLOW_COLUMNS`, one row for each link, tier and period that has contacts. `csat` is of the link; `cost` is the
        row's part of everything: what is not paid by the contact is spread over what uses it (people and licences by
        hours, fixed prices and price tiers by contacts).
    costs : DataFrame
        `COST_COLUMNS`; items are those of `models.mix.cost.ITEMS`, `name` the pool, channel or contact type.
    csat : DataFrame
        `CSAT_COLUMNS`; level is overall, period, tier, contact_type or channel. The mean over contacts first served,
        each with the weight of its tier (which cancels within a tier); NaN without contacts.
    workload : DataFrame
        `WORKLOAD_COLUMNS`; contacts and hours of a pool's people, those that escalate to them included.
    licences : DataFrame
        `LICENCE_COLUMNS`, of the channels that need any.
    """

    cost: MixCost
    flows: pd.DataFrame
    costs: pd.DataFrame
    csat: pd.DataFrame
    workload: pd.DataFrame
    licences: pd.DataFrame

    @property
    def total(self) -> float:
        """Everything, over the horizon."""
        return self.cost.total

    @property
    def overall_csat(self) -> float:
        """Satisfaction of all contacts, each with the weight of its tier; NaN without contacts."""
        return float(self.csat.loc[self.csat["level"] == "overall", "csat"].iloc[0])

    def cost_by(self, *keys: str) -> pd.DataFrame:
        """Contacts, cost and cost per contact by columns of `flows`, such as channel, or tier and period."""
        table = self.flows.groupby(list(keys), sort=False)[["contacts", "cost"]].sum().reset_index()
        return table.assign(cost_per_contact=table["cost"] / table["contacts"])


def price_mix(case: MixCase, flow: Floats, service_level: float | None = None) -> PricedMix:
    """Price flows and lay them out in tables.

    Parameters
    ----------
    case, flow, service_level
        As for `models.mix.cost.price_flow`, with the same errors.

    Returns
    -------
    PricedMix
    """
    cost = price_flow(case, flow, service_level)
    return PricedMix(
        cost=cost,
        flows=_flows(case, cost),
        costs=_costs(case, cost),
        csat=_csat(case, cost.outcomes.contacts),
        workload=_workload(case, cost),
        licences=_licences(case, cost),
    )


def spread_cost(case: MixCase, cost: MixCost) -> Floats:
    """Every flow's part of the cost; shape (L, C, T).

    It sums to the total, but for people who are paid and have no work at all (a cost table that does not begin at 0).
    """
    links, found = case.links, cost.outcomes
    target = case.channels.escalates_to[links.channel]
    per_contact = _rate(cost.contacts + cost.fixed, cost.channel_contacts)
    per_hour = _rate(cost.people, cost.pool_hours)
    per_licence_hour = _rate(cost.licences, cost.licence_hours)
    licence_h = (case.channels.duration_s / case.channels.concurrency)[links.channel] / 3600
    parts = found.contacts * per_contact[links.channel][:, None, :]
    parts = parts + found.escalated * _picked(per_contact, target)
    parts = parts + found.contained * case.channels.resolution_price[links.channel][:, None, None]
    parts = parts + found.contacts * (licence_h[:, None] * per_licence_hour[links.channel])[:, None, :]
    parts = parts + found.hours * _picked(per_hour, links.pool)
    parts = parts + found.escalation_hours * _picked(per_hour, links.escalation_pool)
    lost_cost = case.lost_cost[case.segments.contact_type[links.segment]]
    return np.asarray(parts + found.lost * lost_cost[:, None, None])


def _rate(amounts: Floats, quantity: Floats) -> Floats:
    return np.divide(amounts, quantity, out=np.zeros_like(amounts), where=quantity > EDGE)


def _picked(rate: Floats, place: np.ndarray) -> Floats:
    """Rates of places (rows of `rate`; 0 where the place is -1); shape (L, 1, T)."""
    padded = np.vstack([rate, np.zeros(rate.shape[1])])
    return np.asarray(padded[place][:, None, :])


def _flows(case: MixCase, cost: MixCost) -> pd.DataFrame:
    found, links = cost.outcomes, case.links
    period, link, tier = np.nonzero((found.contacts > EDGE).transpose(2, 0, 1))
    where = (link, tier, period)
    segment = links.segment[link]
    hours = found.hours + found.escalation_hours
    columns = {
        "period": _named(case.periods, period),
        "contact_type": _named(case.contact_types, case.segments.contact_type[segment]),
        "segment": _named(case.segments.name, segment),
        "tier": _named(case.tiers.name, tier),
        "channel": _named(case.channels.name, links.channel[link]),
        "contacts": found.contacts[where],
        "contained": found.contained[where],
        "escalated": found.escalated[where],
        "lost": found.lost[where],
        "repeats": found.repeats[where],
        "handled_hours": hours[where],
        "csat": links.csat[link],
        "cost": spread_cost(case, cost)[where],
    }
    return pd.DataFrame(columns, columns=list(FLOW_COLUMNS))


def _named(names: Iterable[str], places: np.ndarray) -> np.ndarray:
    named: np.ndarray = np.array(list(names), dtype=object)[places]
    return named


def _costs(case: MixCase, cost: MixCost) -> pd.DataFrame:
    """Every amount that is not zero, by period."""
    names = {"people": case.pools, "lost": case.contact_types}
    rows = [
        (case.periods[period], item, names.get(item, case.channels.name)[payee], float(cost.item(item)[payee, period]))
        for period in range(len(case.periods))
        for item in ITEMS
        for payee in np.flatnonzero(cost.item(item)[:, period])
    ]
    return pd.DataFrame(rows, columns=list(COST_COLUMNS))


def _csat(case: MixCase, contacts: Floats) -> pd.DataFrame:
    weight = case.tiers.weight[None, :, None]
    number, weighed = contacts.sum(axis=1), (contacts * weight).sum(axis=1)
    kind = case.segments.contact_type[case.links.segment][:, None]
    month = np.arange(len(case.periods))[None, :]
    rows: list[tuple[str, str, float, float]] = []

    def add(level: str, name: str, amounts: Floats, weights: Floats) -> None:
        total = float(weights.sum())
        mean = float((weights.sum(axis=1) * case.links.csat).sum()) / total if total > 0 else np.nan
        rows.append((level, name, float(amounts.sum()), mean))

    add("overall", "", number, weighed)
    for place, name in enumerate(case.periods):
        add("period", name, number * (month == place), weighed * (month == place))
    for place, name in enumerate(case.tiers.name):  # a tier of weight 0 has a satisfaction of its own all the same
        add("tier", name, contacts[:, place], contacts[:, place])
    for place, name in enumerate(case.contact_types):
        add("contact_type", name, number * (kind == place), weighed * (kind == place))
    for place, name in enumerate(case.channels.name):
        here = case.links.channel[:, None] == place
        add("channel", name, number * here, weighed * here)
    return pd.DataFrame(rows, columns=list(CSAT_COLUMNS))


def _workload(case: MixCase, cost: MixCost) -> pd.DataFrame:
    found, links = cost.outcomes, case.links
    rows = []
    for pool, name in enumerate(case.pools):
        handled = (found.contacts * (links.pool == pool)[:, None, None]).sum(axis=(0, 1))
        handled = handled + (found.escalated * (links.escalation_pool == pool)[:, None, None]).sum(axis=(0, 1))
        for period, label in enumerate(case.periods):
            hours, number = float(cost.pool_hours[pool, period]), float(handled[period])
            aht_s = hours * 3600 / number if number > EDGE else np.nan
            per_week = hours * 7 / float(case.days[period])
            rows.append((label, name, number, hours, per_week, aht_s, float(cost.people[pool, period])))
    return pd.DataFrame(rows, columns=list(WORKLOAD_COLUMNS))


def _licences(case: MixCase, cost: MixCost) -> pd.DataFrame:
    rows = [
        (
            label,
            case.channels.name[channel],
            float(cost.licence_hours[channel, period]),
            int(cost.licence_count[channel, period]),
            float(cost.licences[channel, period]),
        )
        for channel in np.flatnonzero(np.isfinite(case.channels.licence_hours))
        for period, label in enumerate(case.periods)
    ]
    return pd.DataFrame(rows, columns=list(LICENCE_COLUMNS))
