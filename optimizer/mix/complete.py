"""From settled shares to every other column: sums, and the least licences, levels and price tiers that carry them."""

from __future__ import annotations

import numpy as np

from models.mix.cost import region_of
from models.mix.records import EDGE, Bools, Floats
from optimizer.mix.paying import MARGIN
from optimizer.mix.program import Above, Bands, MixProgram, overall_satisfaction

NOTHING = 1e-9
"""A share below it is none."""


def clean_shares(mix: MixProgram, values: Floats) -> Floats:
    """Return the settled shares of a solution within their caps, with every issue settled once.

    A solver keeps rows and bounds within its tolerance; this takes the rest away.
    """
    case, cells = mix.case, mix.cells
    cap = mix.program.upper[: len(cells.link)]
    shares = np.clip(values[: len(cap)], 0.0, cap)
    shares[shares < NOTHING] = 0.0
    place = (case.links.segment[cells.link], cells.tier, cells.period)
    settled = np.zeros(case.segment_issues.shape)
    np.add.at(settled, place, shares)
    # a sum that is short by a tolerance is made up in proportion; caps may be passed by as little
    return np.asarray(shares / np.where(settled > 0, settled, 1.0)[place])


def complete(mix: MixProgram, shares: Floats, like: Floats | None = None) -> Floats | None:
    """Return all columns of the program for given shares, at the least cost; None when no staffing level carries them.

    Whether rules are kept is not looked at.

    Parameters
    ----------
    like : solution of which the products of a leading tier are taken: an interval of the overall satisfaction lets
        them be other than the shares have it
    """
    several, carried = carry(mix, shares[:, None])
    if not carried.all():
        return None
    values = several[:, 0].copy()
    if mix.lead is not None and like is not None:
        copied = [mix.lead.theta, *(product for product, _ in mix.lead.products)]
        values[copied] = like[copied]
    elif mix.lead is not None:
        overall = overall_satisfaction(mix.case, mix.flows(values))
        values[mix.lead.theta] = min(max(overall, mix.lead.low), mix.lead.high) - mix.lead.low
        for product, base in mix.lead.products:
            values[product] = (values[mix.lead.theta] + mix.lead.low) * values[base]
    return values


def carry(mix: MixProgram, shares: Floats) -> tuple[Floats, Bools]:
    """Return the sums of several settled shares, and the least whole columns that carry them.

    Parameters
    ----------
    shares : (cells, n)

    Returns
    -------
    All columns but those of a leading tier, (columns, n); and whether a staffing level carries a period, (T, n).
    """
    program, count = mix.program, shares.shape[1]
    values = np.zeros((len(program.cost), count))
    values[: len(shares)] = shares
    for matrix, (_, columns) in zip(mix.sum_rows, mix.defining, strict=True):
        values[columns] = matrix @ values
    counted = mix.sums.used >= 0
    used = np.zeros((*counted.shape, count))
    used[counted] = values[mix.sums.used[counted]] * mix.sums.most[counted][:, None]
    _set(values, mix.opened, (used > EDGE).astype(float))
    periods = len(mix.case.periods)
    need = (mix.hours @ shares).reshape(-1, periods, count) / mix.case.channels.licence_hours[:, None, None]
    _set(values, mix.licences, np.maximum(np.ceil(need - EDGE), 0.0))
    load = (mix.load @ shares).reshape(-1, periods, count)
    carried = np.ones((periods, count), bool)
    for one in mix.staffing:
        level = np.searchsorted(one.hours * (1 + EDGE), load[one.pool, one.period])
        carried[one.period] &= level < len(one.hours)
        values[one.columns[np.minimum(level, len(one.hours) - 1)], np.arange(count)] = 1.0
    for above in mix.above:
        _pay(values, above, load[above.pools, above.period])
    for band in mix.bands:
        _fill(values, band, used[band.channel, band.period], float(mix.sums.most[band.channel, band.period]))
    return values, carried


def _pay(values: Floats, above: Above, load: Floats) -> None:
    """Enter the region that holds the loads (J, n) of pools, and what they cost there."""
    for each in range(load.shape[1]):
        mine = load[:, each]
        region = region_of(above.planes, mine / above.weeks)
        values[above.taken[region], each] = 1.0
        values[above.load[region], each] = mine / above.hours
        values[above.cost[region], each] = max(float((above.base[region] + above.per_hour[region] @ mine).max()), 0.0)


def _set(values: Floats, columns: np.ndarray, amounts: Floats) -> None:
    there = columns >= 0
    values[columns[there]] = amounts[there]


def _fill(values: Floats, band: Bands, used: Floats, unit: float) -> None:
    """Enter the contacts of each price tier; shape (n,)."""
    there = band.reached >= 0
    if band.mode == "all_units":
        tier = np.searchsorted(band.start * (1 - EDGE), used, side="right") - 1
        each = np.arange(len(used))
        values[band.band[tier], each] = used / unit
        if there.all():
            values[band.reached[tier], each] = 1.0
        return
    ends = np.append(band.start[1:], np.inf)[:, None]
    start = band.start[:, None]
    values[band.band] = (np.clip(used, start, ends) - start) / unit
    values[band.reached[there]] = ((used > start) | (start == 0))[there]


def fixed_integers(mix: MixProgram, values: Floats) -> Floats:
    """Return whole columns for the solution of the linear relaxation: enough of everything for its shares."""
    whole = complete(mix, clean_shares(mix, values), values)
    if whole is None:
        # the relaxation mixes levels of the tables: the last one carries whatever any of them does
        whole = np.where(mix.program.integer, np.ceil(values - MARGIN), values)
        for one in mix.staffing:
            whole[one.columns] = 0.0
            whole[one.columns[-1]] = 1.0
    return whole
