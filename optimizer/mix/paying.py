"""What is paid for: prices of the cells, and the steps that need whole numbers."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from scipy import sparse

from models.mix.case import MixCase
from models.mix.records import CostPlanes, Floats, Ints, PriceTiers
from optimizer.mix.program import Above, Bands, Cells, Parts, Staffing, Sums

SMALLEST = 1e-6
"""Hours that count as no work."""
MARGIN = 1e-5
"""Of a step at which a price rises for all units: so far below it stays what is to be priced below, more than any
tolerance of a solver; the calculator's own is `models.mix.records.EDGE`."""


def cell_costs(case: MixCase, cells: Cells) -> Floats:
    """Return what a settled share of 1 costs by contacts, resolutions, hours of people and contacts that give up."""
    link, channels = cells.link, case.channels
    h, target = case.links.channel[link], case.channels.escalates_to[case.links.channel[link]]
    unit = channels.unit_price.copy()
    unit[[prices.channel for prices in case.price_tiers]] = 0.0  # paid by the band
    escalated, lost = case.escalated[link, cells.tier], case.lost[link, cells.tier]
    each = unit[h] + np.where(target >= 0, unit[target], 0.0) * escalated
    each += channels.resolution_price[h] * case.links.containment[link]
    each += lost * case.lost_cost[case.link_type[link]]
    if case.settings.people.cost_from == "cost_per_hour" and len(case.pools):
        per_second = case.pool_cost_per_hour / case.settings.people.busy_share / 3600
        own, other = case.links.pool[link], case.links.escalation_pool[link]
        each += np.where(own >= 0, per_second[own], 0.0) * case.handle_s[link]
        each += np.where(other >= 0, per_second[other], 0.0) * case.escalation_handle_s[link] * escalated
    costs: Floats = each * cells.contacts
    return costs


def add_fixed(case: MixCase, parts: Parts, sums: Sums) -> Ints:
    """Add ``opened`` where a channel has a fixed price: used <= most x opened; shape (H, T).

    A contract opens its channel in any mix; said as a bound, a relaxation pays all of its fixed price.
    """
    columns = np.full(sums.used.shape, -1)
    wanted = (sums.used >= 0) & (case.channels.fixed_price > 0)[:, None]
    count = int(wanted.sum())
    price = np.broadcast_to(case.channels.fixed_price[:, None], wanted.shape)[wanted]
    sure = (case.channels.min_contacts > 0)[wanted].astype(float)
    columns[wanted] = parts.add_columns(
        count, cost=price, lower=sure, upper=1.0, integer=True, period=np.nonzero(wanted)[1]
    )
    rows = parts.add_rows(count, -np.inf, 0.0)
    # the least that opens it: what it may have, by its limit too
    most = np.minimum(case.channels.max_contacts / sums.most, 1.0)[wanted]
    parts.put(rows, sums.used[wanted], 1.0)
    parts.put(rows, columns[wanted], -most)
    return columns


def add_licences(case: MixCase, parts: Parts, hours: sparse.csr_matrix) -> Ints:
    """Add whole ``licences`` that carry the hours of a channel's contacts; shape (H, T)."""
    channels, periods = case.channels, len(case.periods)
    columns = np.full((len(channels.name), periods), -1)
    for h in np.flatnonzero(np.isfinite(channels.licence_hours) & (channels.licence_price > 0)).tolist():
        mine = hours[h * periods : (h + 1) * periods] / channels.licence_hours[h]
        columns[h] = parts.add_columns(periods, cost=channels.licence_price[h], integer=True, period=np.arange(periods))
        rows = parts.add_rows(periods, -np.inf, 0.0)
        need = mine.tocoo()
        # many licences on one side, few on the other: one unit of the row is what the most could need
        unit = 1 / np.maximum(np.asarray(mine.max(axis=1).todense()).ravel(), 1.0)
        parts.put(rows[need.row], need.col, need.data * unit[need.row])
        parts.put(rows, columns[h], -unit)
    return columns


def add_staffing(case: MixCase, cells: Cells, parts: Parts, load: sparse.csr_matrix) -> tuple[Staffing, ...]:
    """Add the levels of the cost tables: one of them is paid, and carries the workload of the pool.

    Levels below the least workload that the adoption caps allow are closed: between no work at all and the first
    tabulated level there is a large step, which a relaxation would walk up as a ramp.
    """
    together = {pool for planes in case.cost_planes for pool in planes.pools.tolist()}
    pools = [pool for pool in range(len(case.pools)) if pool not in together]
    if case.settings.people.cost_from != "cost_table" or not pools:
        return ()
    found = []
    periods = len(case.periods)
    least = least_load(case, cells, load)
    for pool in pools:
        table = case.table_of(pool)
        for period, weeks in enumerate((case.days / 7).tolist()):
            hours = table.load_hours_per_week * weeks
            closed = hours * (1 + MARGIN) < least[pool, period]
            closed[-1] = False
            columns = parts.add_columns(
                len(hours), cost=table.cost_per_week * weeks, upper=np.where(closed, 0.0, 1.0),
                integer=True, period=np.full(len(hours), period),
            )  # fmt: skip
            one = parts.add_rows(1, 1.0, 1.0)
            row = parts.add_rows(1, -np.inf, 0.0)
            unit = max(float(hours[-1]), 1e-6)
            mine = slice(*load.indptr[pool * periods + period :][:2])
            parts.put(one[0], columns, 1.0)
            parts.put(row[0], load.indices[mine], load.data[mine] / unit)
            parts.put(row[0], columns, -hours / unit)
            found.append(Staffing(pool, period, columns, hours, int(row[0])))
    return tuple(found)


def add_planes(case: MixCase, parts: Parts, load: sparse.csr_matrix) -> tuple[Above, ...]:
    """Add what people cost by planes: one region of each period is taken, its work lies within it, its cost above it.

    The work of each region has columns of its own, which makes the relaxation as high as the regions allow.
    """
    found, periods = [], len(case.periods)
    for planes in case.cost_planes:
        for period, weeks in enumerate((case.days / 7).tolist()):
            found.append(_above(planes, period, weeks, parts, load[planes.pools * periods + period]))
    return tuple(found)


def _above(planes: CostPlanes, period: int, weeks: float, parts: Parts, load: sparse.csr_matrix) -> Above:
    regions, size = planes.regions, len(planes.pools)
    count = len(regions)
    high, low = (np.array([getattr(one, side) for one in regions]) * weeks for side in ("high", "low"))
    hours = np.maximum(high.max(axis=0), SMALLEST)
    unit = max(float((one.base_per_week * weeks + one.per_hour @ hours).max()) for one in regions) or 1.0
    base = tuple(one.base_per_week * weeks / unit for one in regions)
    per_hour = tuple(one.per_hour / unit for one in regions)
    taken = parts.add_columns(count, upper=1.0, integer=count > 1, period=period)
    work = parts.add_columns(count * size, period=period).reshape(count, size)
    cost = parts.add_columns(count, cost=unit, period=period)
    parts.put(parts.add_rows(1, 1.0, 1.0)[0], taken, 1.0)
    whole = parts.add_rows(size, 0.0, 0.0)
    parts.put(whole, work, 1.0)
    mine = load.tocoo()
    parts.put(whole[mine.row], mine.col, -mine.data / hours[mine.row])
    for side, sign in ((high, 1.0), (low, -1.0)):  # within its region, and none in the others
        rows = parts.add_rows(count * size, -np.inf, 0.0).reshape(count, size)
        parts.put(rows, work, sign)
        parts.put(rows, taken[:, None], -sign * side / hours)
    for r in range(count):
        rows = parts.add_rows(len(base[r]), 0.0, np.inf)
        parts.put(rows, cost[r], 1.0)
        parts.put(rows, taken[r], -base[r])
        parts.put(rows[:, None], work[r], -per_hour[r] * hours)
    return Above(planes, period, weeks, taken, work, cost, hours, base, per_hour)


def least_load(case: MixCase, cells: Cells, load: sparse.csr_matrix) -> Floats:
    """Return the least handling hours that a pool can have by the adoption caps alone; shape (P, T).

    In each segment, tier and period the links with the least work for the pool are filled first, up to their caps.
    """
    periods, found = len(case.periods), np.zeros((len(case.pools), len(case.periods)))
    group = np.ravel_multi_index(
        (case.links.segment[cells.link], cells.tier, cells.period), case.segment_issues.shape
    ) if len(cells.link) else np.zeros(0, np.int64)  # fmt: skip
    cap = np.minimum(cells.cap, 1.0)
    for pool in range(len(case.pools)):
        hours = np.asarray(load[pool * periods : (pool + 1) * periods].sum(axis=0)).ravel()
        order = np.lexsort((hours, group))
        filled = np.cumsum(cap[order])
        begins = np.flatnonzero(np.r_[True, np.diff(group[order]) > 0]) if len(order) else np.zeros(0, np.int64)
        before = np.repeat((filled - cap[order])[begins], np.diff(np.append(begins, len(order))))
        taken = np.clip(1.0 - (filled - cap[order] - before), 0.0, cap[order])
        np.add.at(found[pool], cells.period[order], taken * hours[order])
    return found


def add_bands(case: MixCase, parts: Parts, sums: Sums) -> tuple[Bands, ...]:
    """Add the contacts in each price tier; 0/1 columns only where prices do not simply rise."""
    found = []
    for prices in case.price_tiers:
        for period in range(len(case.periods)):
            if sums.used[prices.channel, period] >= 0:
                found.append(_band(prices, period, parts, sums))
    return tuple(found)


def _band(prices: PriceTiers, period: int, parts: Parts, sums: Sums) -> Bands:
    most, used = float(sums.most[prices.channel, period]), int(sums.used[prices.channel, period])
    reachable = (prices.from_contacts < most) | (prices.from_contacts == 0)
    start, price = prices.from_contacts[reachable], prices.unit_price[reachable]
    width = np.diff(np.append(start, max(most, start[-1]))) / most
    count, when = len(start), np.full(len(start), period)
    all_units = prices.mode == "all_units"
    band = parts.add_columns(count, cost=price * most, period=when, upper=np.inf if all_units else width)
    whole = parts.add_rows(1, 0.0, 0.0)[0]
    parts.put(whole, band, 1.0)
    parts.put(whole, used, -1.0)
    # incremental prices that rise fill their tiers in order by themselves
    if count == 1 or (not all_units and all(one <= other for one, other in pairwise(price))):
        return Bands(prices.channel, period, prices.mode, start, band, np.full(count, -1))
    reached = parts.add_columns(count, upper=1.0, integer=True, period=when)
    if all_units:
        end = np.append(start[1:] * (1 - MARGIN), max(most, start[-1])) / most
        parts.put(parts.add_rows(1, 1.0, 1.0)[0], reached, 1.0)
        rows = parts.add_rows(count, 0.0, np.inf)
        parts.put(rows, band, 1.0)
        parts.put(rows, reached, -start / most)
        rows = parts.add_rows(count, -np.inf, 0.0)
        parts.put(rows, band, 1.0)
        parts.put(rows, reached, -end)
    else:
        rows = parts.add_rows(count, -np.inf, 0.0)  # nothing in a tier that is not reached
        parts.put(rows, band, 1.0)
        parts.put(rows, reached, -width)
        rows = parts.add_rows(count - 1, 0.0, np.inf)  # a tier is reached when the one before is full
        parts.put(rows, band[:-1], 1.0)
        parts.put(rows, reached[1:], -width[:-1])
    return Bands(prices.channel, period, prices.mode, start, band, reached)
