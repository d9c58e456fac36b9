"""Columns that stand for sums of cells, so that the many cells stand in few rows."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from models.mix.case import MixCase
from models.mix.records import Bools, Floats, Ints
from optimizer.mix.program import Cells, Parts, Sums


def add_aggregates(case: MixCase, cells: Cells, handled: sparse.csr_matrix, parts: Parts) -> Sums:
    """Add contacts and satisfaction of tiers, contacts of types and of channels, as far as a rule or a price asks.

    Parameters
    ----------
    handled : (H x T, N) matrix: shares -> contacts of a channel
    """
    tiers, settings, periods = case.tiers, case.settings, len(case.periods)
    defining: list[tuple[Ints, Ints]] = []

    def sums(unit: Floats, group: Ints, amounts: Floats, asked: Bools | bool) -> Ints:
        scale = np.where(unit > 0, unit, 1.0).ravel()
        matrix = sparse.csr_matrix(
            (amounts / scale[group], (group, np.arange(len(group)))), shape=(unit.size, len(group))
        )
        return _sums(parts, matrix, np.broadcast_to(asked, unit.shape) & (unit > 0), defining)

    of_floors = settings.csat_floor is not None or not bool(np.isnan([*tiers.csat_floor, *tiers.csat_lead]).all())
    of_change = case.today is not None and (settings.change.max_share, settings.change.per_period) != (None, None)
    issues, type_issues = case.issues.sum(axis=0), case.issues.sum(axis=1)
    tier = cells.tier * periods + cells.period
    kind = case.link_type[cells.link] * periods + cells.period
    first = sums(issues, tier, cells.contacts, of_floors or bool((tiers.bot_cap < 1).any()))
    quality = sums(issues, tier, cells.contacts * case.links.csat[cells.link], of_floors)
    of_type = sums(type_issues, kind, cells.contacts, of_change)
    most = np.asarray(handled @ np.minimum(cells.cap, 1.0)).reshape(len(case.channels.name), periods)
    unit = np.where(most > 0, most, 1.0)
    matrix = sparse.diags(1 / unit.ravel()) @ handled
    used = _sums(parts, matrix.tocsr(), _counted(case, most), defining)
    return Sums(issues, first, quality, type_issues, of_type, unit, used, tuple(defining))


def _counted(case: MixCase, most: Floats) -> Bools:
    """Channels and periods whose contacts have limits, a fixed price or price tiers."""
    channels = case.channels
    priced = channels.fixed_price > 0
    priced[[prices.channel for prices in case.price_tiers]] = True
    limited = (channels.min_contacts > 0) | (np.isfinite(channels.max_contacts) & (most > 0))
    counted: Bools = limited | (priced[:, None] & (most > 0))
    return counted


def _sums(parts: Parts, matrix: sparse.csr_matrix, asked: Bools, defining: list[tuple[Ints, Ints]]) -> Ints:
    """Add a column for each row of a matrix that is asked for, equal to it."""
    columns = np.full(asked.shape, -1)
    count = int(asked.sum())
    columns[asked] = parts.add_columns(count)
    rows = parts.add_rows(count, 0.0, 0.0)
    mine = matrix[np.flatnonzero(asked.ravel())].tocoo()
    parts.put(rows[mine.row], mine.col, mine.data)
    parts.put(rows, columns[asked], -1.0)
    defining.append((rows, columns[asked]))
    return columns
