"""The channel mix written out as algebra in PuLP: to be read, and to be exported for any solver that a user owns.

It has the optimum of the arrays in `optimizer.mix.formulation`, which are made for speed; a test holds the two equal.
Here the decision is the flow itself (contacts), and every row stands as it is said in `optimizer.mix`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from models.mix.case import MixCase
from models.mix.today import channel_share, today_flow
from optimizer.mix.paying import MARGIN
from optimizer.mix.ruling import allowed_change


def as_pulp(case: MixCase, *, overall: float | None = None) -> Any:
    """Write a case as a PuLP problem.

    Parameters
    ----------
    overall : overall satisfaction that the tiers with a csat_lead have to lead and that the mix may not exceed; with
        None their lead is left out, since it is not linear

    Returns
    -------
    pulp.LpProblem
        Variables are named by the indices of links, tiers, periods, channels and pools.
    """
    return _Twin(case).problem(overall)


class _Twin:
    """The variables of a case, and its rows."""

    def __init__(self, case: MixCase) -> None:
        import pulp

        self.case, self.pulp = case, pulp
        self.P = pulp.LpProblem("channel_mix", pulp.LpMinimize)
        self.links, self.tiers, self.periods = (range(size) for size in case.shape)
        self.channels, self.types, self.pools = (
            range(len(names)) for names in (case.channels.name, case.contact_types, case.pools)
        )
        self.f = {
            (m, c, t): pulp.LpVariable(f"contacts_{m}_{c}_{t}", 0, float(case.flow_bound[m, c, t]))
            for m in self.links for c in self.tiers for t in self.periods
            if case.flow_bound[m, c, t] > 0
        }  # fmt: skip
        self.escalated = {key: float(case.escalated[key[0], key[1]]) * flow for key, flow in self.f.items()}
        self.channel = {key: int(case.links.channel[key[0]]) for key in self.f}
        self.used = {
            (h, t): self.sum(
                [flow for key, flow in self.f.items() if (self.channel[key], key[2]) == (h, t)]
                + [self.escalated[key] for key in self.f
                   if (int(case.channels.escalates_to[self.channel[key]]), key[2]) == (h, t)]
            )
            for h in self.channels for t in self.periods
        }  # fmt: skip
        self.cost: dict[int, list[Any]] = {t: [] for t in self.periods}

    def sum(self, terms: list[Any]) -> Any:
        """Sum of terms, also of none."""
        return self.pulp.lpSum(terms)

    def whole(self, name: str) -> Any:
        """A whole number from 0 on."""
        return self.pulp.LpVariable(name, 0, None, self.pulp.LpInteger)

    def yes(self, name: str) -> Any:
        """Yes (1) or no (0)."""
        return self.pulp.LpVariable(name, 0, 1, self.pulp.LpInteger)

    def problem(self, overall: float | None) -> Any:
        """Write everything."""
        self.balance()
        self.easy_first()
        self.contact_prices()
        self.licences()
        self.people()
        self.satisfaction(overall)
        self.bot_caps()
        self.contact_limits()
        self.change()
        self.P += self.sum([term for terms in self.cost.values() for term in terms])
        settings = self.case.settings
        if settings.budget is not None:
            self.P += self.sum([term for terms in self.cost.values() for term in terms]) <= settings.budget
        if settings.budget_per_period is not None:
            for t in self.periods:
                self.P += self.sum(self.cost[t]) <= settings.budget_per_period
        return self.P

    def balance(self) -> None:
        """Contacts that do not come back settle the new issues."""
        case = self.case
        for s, c, t in np.argwhere(case.segment_issues > 0).tolist():
            settled = [
                float(1 - case.links.recontact[m]) * self.f[m, c, t]
                for m in self.links if case.links.segment[m] == s and (m, c, t) in self.f
            ]  # fmt: skip
            self.P += self.sum(settled) == float(case.segment_issues[s, c, t])

    def easy_first(self) -> None:
        """Settled share of the harder segment <= settled share of the easier one."""
        case = self.case
        for easy, hard in case.easy_pairs.tolist() if case.settings.easy_first else []:
            for c in self.tiers:
                for t in self.periods:
                    issues = [float(case.segment_issues[case.links.segment[m], c, t]) for m in (easy, hard)]
                    if (hard, c, t) in self.f and issues[0] > 0:
                        shares = [
                            float(1 - case.links.recontact[m]) / amount * self.f[m, c, t] if (m, c, t) in self.f else 0
                            for m, amount in zip((easy, hard), issues, strict=True)
                        ]
                        self.P += shares[1] <= shares[0]

    def contact_prices(self) -> None:
        """Unit prices or price tiers, resolutions, fixed prices, contacts that give up."""
        case, channels = self.case, self.case.channels
        tiered = {prices.channel for prices in case.price_tiers}
        for (m, c, t), flow in self.f.items():
            h, i = self.channel[m, c, t], int(case.link_type[m])
            self.cost[t].append(float(channels.resolution_price[h] * case.links.containment[m]) * flow)
            self.cost[t].append(float(case.lost[m, c] * case.lost_cost[i]) * flow)
        for (h, t), used in self.used.items():
            if h not in tiered:
                self.cost[t].append(float(channels.unit_price[h]) * used)
            if channels.fixed_price[h] > 0:
                opened = self.yes(f"opened_{h}_{t}")
                self.P += used <= self.most(h, t) * opened
                self.cost[t].append(float(channels.fixed_price[h]) * opened)
        for prices in case.price_tiers:
            for t in self.periods:
                self.price_tiers(prices, t)

    def most(self, h: int, t: int) -> float:
        """Return the most contacts that a channel can have in a period."""
        here = sum(flow.upBound for key, flow in self.f.items() if (self.channel[key], key[2]) == (h, t))
        there = sum(
            float(self.case.escalated[key[0], key[1]]) * flow.upBound
            for key, flow in self.f.items()
            if (int(self.case.channels.escalates_to[self.channel[key]]), key[2]) == (h, t)
        )
        return float(min(here + there, self.case.channels.max_contacts[h, t]))

    def price_tiers(self, prices: Any, t: int) -> None:
        """All units: one tier prices every contact. Incremental: a tier is begun when the one before is full."""
        h, starts, most = prices.channel, prices.from_contacts.tolist(), self.most(prices.channel, t)
        ends = [*starts[1:], max(most, starts[-1])]
        band = [self.pulp.LpVariable(f"band_{h}_{t}_{k}", 0) for k in range(len(starts))]
        reached = [self.yes(f"reached_{h}_{t}_{k}") for k in range(len(starts))]
        self.P += self.sum(band) == self.used[h, t]
        if prices.mode == "all_units":
            self.P += self.sum(reached) == 1
        for k, (start, end) in enumerate(zip(starts, ends, strict=True)):
            self.cost[t].append(float(prices.unit_price[k]) * band[k])
            if prices.mode == "all_units":
                below = end if k == len(starts) - 1 else end * (1 - MARGIN)
                self.P += band[k] >= start * reached[k]
                self.P += band[k] <= below * reached[k]
            else:
                self.P += band[k] <= (end - start) * reached[k]
                if k > 0:
                    self.P += band[k - 1] >= (start - starts[k - 1]) * reached[k]

    def licences(self) -> None:
        """Hours of contacts <= hours of the licences."""
        case, channels = self.case, self.case.channels
        for h in np.flatnonzero(np.isfinite(channels.licence_hours)).tolist():
            for t in self.periods:
                count = self.whole(f"licences_{h}_{t}")
                hours = [
                    float(case.licence_hours[key[0]]) * flow
                    for key, flow in self.f.items() if (self.channel[key], key[2]) == (h, t)
                ]  # fmt: skip
                self.P += self.sum(hours) <= float(channels.licence_hours[h]) * count
                self.cost[t].append(float(channels.licence_price[h]) * count)

    def people(self) -> None:
        """Handling hours, paid by the hour or by the step of the cost table that carries them."""
        case, people = self.case, self.case.settings.people
        for p in self.pools:
            for t in self.periods:
                hours = [
                    float(case.handle_s[m]) / 3600 * flow
                    for (m, c, u), flow in self.f.items() if u == t and case.links.pool[m] == p
                ] + [
                    float(case.escalation_handle_s[key[0]]) / 3600 * escalated
                    for key, escalated in self.escalated.items()
                    if key[2] == t and case.links.escalation_pool[key[0]] == p
                ]  # fmt: skip
                if people.cost_from == "cost_per_hour":
                    self.cost[t].append(float(case.pool_cost_per_hour[p] / people.busy_share) * self.sum(hours))
                    continue
                table, weeks = case.table_of(p), float(case.days[t] / 7)
                level = [self.yes(f"level_{p}_{t}_{k}") for k in range(len(table.cost_per_week))]
                self.P += self.sum(level) == 1
                carried = [float(a) * weeks * y for a, y in zip(table.load_hours_per_week, level, strict=True)]
                self.P += self.sum(hours) <= self.sum(carried)
                self.cost[t] += [float(a) * weeks * y for a, y in zip(table.cost_per_week, level, strict=True)]

    def satisfaction(self, overall: float | None) -> None:
        """Sum of (csat - floor) x contacts >= 0, overall and of tiers; leads over a given overall satisfaction."""
        case = self.case
        every = list(self.periods)
        spans = [[t] for t in every] if case.settings.csat_holds == "period" else [every]
        for span in spans:
            if case.settings.csat_floor is not None:
                self.P += self.above(case.settings.csat_floor, case.tiers.weight, span) >= 0
            for c in np.flatnonzero(~np.isnan(case.tiers.csat_floor)).tolist():
                self.P += self.above(float(case.tiers.csat_floor[c]), np.eye(len(self.tiers))[c], span) >= 0
        if overall is None:
            return
        self.P += self.above(overall, case.tiers.weight, every) <= 0
        for c in np.flatnonzero(~np.isnan(case.tiers.csat_lead)).tolist():
            level = overall + float(case.tiers.csat_lead[c])
            self.P += self.above(level, np.eye(len(self.tiers))[c], every) >= 0

    def above(self, level: float, weight: Any, span: list[int]) -> Any:
        """Return the weighted sum of (csat - level) x contacts."""
        return self.sum(
            [float(weight[c] * (self.case.links.csat[m] - level)) * f for (m, c, t), f in self.f.items() if t in span]
        )

    def bot_caps(self) -> None:
        """Contacts first served by bots <= cap x contacts of the tier."""
        bots = self.case.channels.is_kind("bot")
        for c in np.flatnonzero(self.case.tiers.bot_cap < 1).tolist():
            for t in self.periods:
                mine = {key: flow for key, flow in self.f.items() if key[1:] == (c, t)}
                by_bots = self.sum([flow for key, flow in mine.items() if bots[self.channel[key]]])
                self.P += by_bots <= float(self.case.tiers.bot_cap[c]) * self.sum(list(mine.values()))

    def contact_limits(self) -> None:
        """Least and most contacts of a channel."""
        for (h, t), used in self.used.items():
            if self.case.channels.min_contacts[h, t] > 0:
                self.P += used >= float(self.case.channels.min_contacts[h, t])
            if np.isfinite(self.case.channels.max_contacts[h, t]):
                self.P += used <= float(self.case.channels.max_contacts[h, t])

    def change(self) -> None:
        """|contacts in a channel - today's share x contacts of the type| <= allowed x contacts of the type."""
        case = self.case
        flow, allowed = today_flow(case), allowed_change(case)
        if flow is None or allowed is None:
            return
        share = channel_share(case, flow)
        for i, h, t in np.argwhere(~np.isnan(share)).tolist():
            mine = {key: f for key, f in self.f.items() if key[2] == t and int(case.link_type[key[0]]) == i}
            here = self.sum([f for key, f in mine.items() if self.channel[key] == h])
            total = self.sum(list(mine.values()))
            self.P += here <= float(share[i, h, t] + allowed[t]) * total
            self.P += here >= float(share[i, h, t] - allowed[t]) * total
