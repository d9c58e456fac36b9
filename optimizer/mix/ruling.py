"""The rules as rows: floors and caps with a level, in the order of `optimizer.mix`."""

from __future__ import annotations

import numpy as np

from models.mix.case import MixCase
from models.mix.records import Floats, Ints
from models.mix.today import channel_share, today_flow
from optimizer.mix import rules
from optimizer.mix.program import Cells, Lead, Parts, Plane, Staffing, Sums
from optimizer.mix.rules import Rule, RuleRow

ROUNDING = 1e-9
"""A share that is so close to 0 or 1 is there."""


def add_rules(
    case: MixCase, cells: Cells, parts: Parts, sums: Sums, staffing: tuple[Staffing, ...], within: tuple[float, float]
) -> tuple[list[RuleRow], Lead | None]:
    """Add the rows of every rule but the budgets."""
    weights = np.broadcast_to(case.tiers.weight[:, None], sums.issues.shape)
    leading, lead = _lead(case, cells, parts, sums, weights, within)
    return [
        *_satisfaction(case, parts, sums, weights),
        *leading,
        *_bot_caps(case, cells, parts, sums),
        *_contacts(case, parts, sums),
        *_change(case, cells, parts, sums),
        *(
            RuleRow(
                Rule(rules.STAFFING, case.pools[one.pool]), one.row,
                float(one.hours[-1] * 7 / case.days[one.period]), one.period, -1,
                float(case.days[one.period] / 7 / max(one.hours[-1], 1e-6)),
            )
            for one in staffing
        ),
    ], lead  # fmt: skip


def _satisfaction(case: MixCase, parts: Parts, sums: Sums, weights: Floats) -> list[RuleRow]:
    found = []
    floors: list[tuple[Rule, float, Floats]] = []
    if case.settings.csat_floor is not None:
        floors.append((Rule(rules.CSAT), case.settings.csat_floor, weights))
    for c in np.flatnonzero(~np.isnan(case.tiers.csat_floor)).tolist():
        mine = np.zeros(weights.shape)
        mine[c] = 1.0
        floors.append((Rule(rules.TIER_CSAT, case.tiers.name[c]), float(case.tiers.csat_floor[c]), mine))
    for rule, level, weight in floors:
        for period in range(len(case.periods)) if case.settings.csat_holds == "period" else (-1,):
            row, base = _ratio(parts, sums, weight if period < 0 else weight * _at(weight, period), lower=0.0)
            if row >= 0:
                parts.put(row, base, -level)
                found.append(RuleRow(rule, row, level, period, base, 1.0))
    return found


def _lead(
    case: MixCase, cells: Cells, parts: Parts, sums: Sums, weights: Floats, within: tuple[float, float]
) -> tuple[list[RuleRow], Lead | None]:
    """A tier's satisfaction is at least the overall one and its lead.

    With theta for the overall one: quality of the tier - theta x contacts - lead x contacts >= 0, and quality of all -
    theta x contacts <= 0. Each product of theta and contacts is a column between the planes that McCormick (1976,
    Mathematical Programming 10) puts around it; exact where both ends of theta are equal.
    """
    found: list[RuleRow] = []
    leading = np.flatnonzero(~np.isnan(case.tiers.csat_lead)).tolist()
    if not leading:
        return found, None
    low, high = within
    theta = int(parts.add_columns(1, upper=max(high - low, 0.0))[0])  # above the lower end
    repeats = 1 / (1 - case.links.recontact[cells.link])
    products, planes = list[tuple[int, int]](), list[Plane]()
    for c in (-1, *leading):
        mine = weights if c < 0 else np.where(np.arange(len(weights))[:, None] == c, 1.0, 0.0) * np.ones(weights.shape)
        is_all = c < 0
        row, base = _ratio(parts, sums, mine, **({"upper": 0.0} if is_all else {"lower": 0.0}))
        if row < 0:
            continue
        some = repeats if is_all else repeats[cells.tier == c]
        product = int(parts.add_columns(1)[0])
        parts.put(row, product, -1.0)
        products.append((product, base))
        contacts = float(some.min()), float(some.max())
        planes += _planes(parts, (product, base, theta), within, contacts, from_above=is_all)
        if not is_all:
            level = float(case.tiers.csat_lead[c])
            parts.put(row, base, -level)
            found.append(RuleRow(Rule(rules.TIER_LEAD, case.tiers.name[c]), row, level, -1, base, 1.0))
    return found, Lead(theta, low, high, tuple(products), tuple(planes))


def _planes(
    parts: Parts, columns: tuple[int, int, int], within: tuple[float, float], contacts: tuple[float, float],
    *, from_above: bool,
) -> list[Plane]:  # fmt: skip
    """Bound product = theta x contacts from above or from below, by two planes."""
    product, base, theta = columns
    least, most = contacts
    # at theta = low one plane is exact, at theta = high the other one
    slopes = (most, least) if from_above else (least, most)
    found = []
    for is_low, slope in zip((True, False), slopes, strict=True):
        plane = Plane(parts.rows, base, is_low, slope, from_above)
        of_base, lower, upper = plane.numbers(*within)
        parts.add_rows(1, lower, upper)
        parts.put(plane.row, [product, base, theta], [1.0, of_base, -slope])
        found.append(plane)
    return found


def _at(weight: Floats, period: int) -> Floats:
    found = np.zeros(weight.shape)
    found[:, period] = 1.0
    return found


def _ratio(
    parts: Parts, sums: Sums, weight: Floats, *, lower: float = -np.inf, upper: float = np.inf
) -> tuple[int, int]:
    """Add a row that holds the weighted satisfaction, and the column of its contacts, which is not in the row yet.

    One unit of both is all weighted issues; (-1, -1) where there are none.
    """
    share = weight * sums.issues
    if not share.sum() > 0:
        return -1, -1
    share = share / share.sum()
    some = (sums.first >= 0) & (share > 0)
    base = parts.add_columns(1)
    row = parts.add_rows(1, 0.0, 0.0)
    parts.put(row, sums.first[some], share[some])
    parts.put(row, base, -1.0)
    parts.bases.append((row, base))
    row = parts.add_rows(1, lower, upper)
    parts.put(row[0], sums.quality[some], share[some])
    return int(row[0]), int(base[0])


def _bot_caps(case: MixCase, cells: Cells, parts: Parts, sums: Sums) -> list[RuleRow]:
    found = []
    bots = case.channels.is_kind("bot")[case.links.channel[cells.link]]
    for c in np.flatnonzero(case.tiers.bot_cap < 1).tolist():
        for period in np.flatnonzero(sums.first[c] >= 0).tolist():
            mine = np.flatnonzero(bots & (cells.tier == c) & (cells.period == period))
            if not len(mine):
                continue
            row, cap = int(parts.add_rows(1, -np.inf, 0.0)[0]), float(case.tiers.bot_cap[c])
            parts.put(row, mine, cells.contacts[mine] / sums.issues[c, period])
            parts.put(row, sums.first[c, period], -cap)
            rule = Rule(rules.BOT_CAP, case.tiers.name[c])
            found.append(RuleRow(rule, row, cap, period, int(sums.first[c, period]), 1.0))
    return found


def _contacts(case: MixCase, parts: Parts, sums: Sums) -> list[RuleRow]:
    found = []
    for kind, levels in ((rules.LEAST, case.channels.min_contacts), (rules.MOST, case.channels.max_contacts)):
        # a limit that these volumes cannot reach is a row all the same: other volumes have the same rows
        limits = (levels > 0) if kind == rules.LEAST else np.isfinite(levels)
        for h, period in zip(*np.nonzero(limits & (sums.used >= 0)), strict=True):
            level, unit = float(levels[h, period]), float(1 / sums.most[h, period])
            lower, upper = (level * unit, np.inf) if kind == rules.LEAST else (-np.inf, level * unit)
            row = int(parts.add_rows(1, lower, upper)[0])
            parts.put(row, sums.used[h, period], 1.0)
            found.append(RuleRow(Rule(kind, case.channels.name[h]), row, level, int(period), -1, unit))
    return found


def _change(case: MixCase, cells: Cells, parts: Parts, sums: Sums) -> list[RuleRow]:
    """Two rows a type, channel and period: above today's share, and below it."""
    flow, allowed = today_flow(case), allowed_change(case)
    if flow is None or allowed is None:
        return []
    share = channel_share(case, flow)
    keys, group = _by_type_and_channel(case, cells)
    # a channel that has to keep a share of today's although nothing can come in there is a conflict to be told
    kept = np.argwhere((share > allowed) & (sums.of_type >= 0)[:, None, :])
    keys = np.concatenate([keys, kept[~(kept[:, None] == keys[None]).all(axis=2).any(axis=1)]]) if len(kept) else keys
    kind, channel, period = keys.T
    level, base, today = allowed[period], sums.of_type[kind, period], share[kind, channel, period]
    amounts = cells.contacts / sums.type_issues[case.link_type[cells.link], cells.period]
    # above a share that cannot pass 1, and below one that cannot fall under 0, there is no rule
    asked = np.column_stack([today + level < 1 - ROUNDING, today - level > ROUNDING])
    rows = np.full(asked.shape, -1)
    rows[asked] = parts.add_rows(int(asked.sum()), -np.inf, 0.0)
    for side, sign in enumerate((1.0, -1.0)):
        mine, here = asked[group, side], asked[:, side]
        parts.put(rows[group, side][mine], np.flatnonzero(mine), sign * amounts[mine])
        parts.put(rows[here, side], base[here], -sign * today[here] - level[here])
    names = {
        (i, h): Rule(rules.CHANGE, f"{case.channels.name[h]} of {case.contact_types[i]}")
        for i, h in np.unique(keys[:, :2], axis=0).tolist()
    }
    number, _ = np.nonzero(asked)
    return [
        RuleRow(names[i, h], row, allowed_here, t, column, 1.0)
        for (i, h, t), row, allowed_here, column in zip(
            keys[number].tolist(), rows[asked].tolist(), level[number].tolist(), base[number].tolist(), strict=True
        )
    ]


def allowed_change(case: MixCase) -> Floats | None:
    """Return how far a share may be from today's in each period; None without a limit."""
    change = case.settings.change
    if change.max_share is None and change.per_period is None:
        return None
    step = np.inf if change.per_period is None else change.per_period
    most = np.inf if change.max_share is None else change.max_share
    allowed: Floats = np.minimum(most, step * np.arange(1, len(case.periods) + 1))
    return allowed


def _by_type_and_channel(case: MixCase, cells: Cells) -> tuple[Ints, Ints]:
    """Contact type, channel and period of all cells, each once; and which of them each cell has."""
    keys = np.column_stack([case.link_type[cells.link], case.links.channel[cells.link], cells.period])
    found, group = np.unique(keys, axis=0, return_inverse=True)
    return found, group.ravel()


def add_budgets(case: MixCase, parts: Parts) -> list[RuleRow]:
    """Add the rows of the budgets, when every column that costs is there."""
    found = []
    cost = np.concatenate(parts.cost)
    when = np.concatenate(parts.periods)
    for rule, budget, groups in (
        (Rule(rules.BUDGET), case.settings.budget, [(-1, np.flatnonzero(cost))]),
        (
            Rule(rules.PERIOD_BUDGET), case.settings.budget_per_period,
            [(period, np.flatnonzero((cost != 0) & (when == period))) for period in range(len(case.periods))],
        ),
    ):  # fmt: skip
        for period, mine in groups if budget is not None else ():
            unit = 1 / max(float(budget or 0.0), float(np.abs(cost[mine]).mean()) if len(mine) else 1.0, 1e-9)
            row = int(parts.add_rows(1, -np.inf, float(budget or 0.0) * unit)[0])
            parts.put(row, mine, cost[mine] * unit)
            found.append(RuleRow(rule, row, float(budget or 0.0), period, -1, unit))
    return found
