"""From settled shares to every other column: sums, and the least licences, levels and price tiers that carry them."""

from __future__ import annotations

import numpy as np

from models.mix.records import EDGE, Floats
from optimizer.mix.paying import MARGIN
from optimizer.mix.program import Bands, MixProgram, overall_satisfaction

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
    program, count = mix.program, len(shares)
    values = np.zeros(len(program.cost))
    values[:count] = shares
    by_row = program.matrix.tocsr()
    for rows, columns in mix.defining:
        values[columns] = by_row[rows] @ values
    counted = mix.sums.used >= 0
    used = np.zeros(counted.shape)
    used[counted] = values[mix.sums.used[counted]] * mix.sums.most[counted]
    _set(values, mix.opened, (used > EDGE).astype(float))
    periods = len(mix.case.periods)
    hours = np.asarray(mix.hours @ shares).reshape(-1, periods)
    need = hours / mix.case.channels.licence_hours[:, None]
    _set(values, mix.licences, np.maximum(np.ceil(need - EDGE), 0.0))
    load = np.asarray(mix.load @ shares).reshape(-1, periods)
    for one in mix.staffing:
        carries = np.flatnonzero(load[one.pool, one.period] <= one.hours * (1 + EDGE))
        if not len(carries):
            return None
        values[one.columns[carries[0]]] = 1.0
    if mix.lead is not None and like is not None:
        copied = [mix.lead.theta, *(product for product, _ in mix.lead.products)]
        values[copied] = like[copied]
    elif mix.lead is not None:
        overall = overall_satisfaction(mix.case, mix.flows(values))
        values[mix.lead.theta] = min(max(overall, mix.lead.low), mix.lead.high) - mix.lead.low
        for product, base in mix.lead.products:
            values[product] = (values[mix.lead.theta] + mix.lead.low) * values[base]
    for band in mix.bands:
        _fill(values, band, float(used[band.channel, band.period]), float(mix.sums.most[band.channel, band.period]))
    return values


def _set(values: Floats, columns: np.ndarray, amounts: Floats) -> None:
    there = columns >= 0
    values[columns[there]] = amounts[there]


def _fill(values: Floats, band: Bands, used: float, unit: float) -> None:
    """Enter the contacts of each price tier."""
    if band.mode == "all_units":
        tier = int(np.flatnonzero(used >= band.start * (1 - EDGE))[-1])
        values[band.band[tier]] = used / unit
        if band.reached[tier] >= 0:
            values[band.reached[tier]] = 1.0
        return
    ends = np.append(band.start[1:], np.inf)
    values[band.band] = (np.clip(used, band.start, ends) - band.start) / unit
    there = band.reached >= 0
    values[band.reached[there]] = (used > band.start[there]) | (band.start[there] == 0)


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
