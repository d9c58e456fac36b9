"""From a case to its program: shares, balance, easy first; sums, prices and rules are in the files beside."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from models.mix.case import MixCase
from models.mix.records import Floats, Ints
from optimizer.mix.aggregates import add_aggregates
from optimizer.mix.paying import add_bands, add_fixed, add_licences, add_planes, add_staffing, cell_costs
from optimizer.mix.program import Cells, MixProgram, Parts
from optimizer.mix.ruling import add_budgets, add_rules


def build_program(case: MixCase, *, lead: tuple[float, float] = (0.0, 1.0)) -> MixProgram:
    """Build the program of a case (formulation in `optimizer.mix`).

    Parameters
    ----------
    case : MixCase
    lead : what the overall satisfaction is known to lie between; only tiers with a csat_lead ask for it, and the
        program is exact for them as far as the two are equal

    Returns
    -------
    MixProgram
    """
    cells = open_cells(case)
    count = len(cells.link)
    parts = Parts()
    parts.add_columns(count, cost=cell_costs(case, cells), upper=np.minimum(cells.cap, 1.0), period=cells.period)
    _balance(case, cells, parts)
    _easy_first(case, cells, parts)
    handled, load, hours = handled_matrix(case, cells), load_matrix(case, cells), hours_matrix(case, cells)
    sums = add_aggregates(case, cells, handled, parts)
    opened = add_fixed(case, parts, sums)
    bands = add_bands(case, parts, sums)
    licences = add_licences(case, parts, hours)
    staffing, above = add_staffing(case, cells, parts, load), add_planes(case, parts, load)
    rule_rows, leading = add_rules(case, cells, parts, sums, staffing, lead)
    rule_rows += add_budgets(case, parts)
    whole = parts.program()
    money = unit_of_money(whole.cost[:count])
    whole = type(whole)(
        whole.cost / money, whole.lower, whole.upper, whole.integer, whole.matrix, whole.row_lower, whole.row_upper
    )
    return MixProgram(
        case,
        whole,
        money,
        cells,
        sums,
        licences,
        opened,
        staffing,
        bands,
        tuple(rule_rows),
        hours,
        load,
        (*sums.defining, *parts.bases),
        leading,
        above,
    )


def lead_range(case: MixCase) -> tuple[float, float]:
    """Return what the overall satisfaction of a mix that keeps its floor lies between."""
    csat = case.links.csat
    return max(float(csat.min()), case.settings.csat_floor or 0.0), float(csat.max())


def unit_of_money(cost: Floats) -> float:
    """Return the unit of the objective: about what an average cell costs, so that tolerances mean the same for all.

    A power of two, so that programs in different units are the same to the last digit.
    """
    mean = float(np.abs(cost).mean()) if len(cost) else 1.0
    return float(2.0 ** np.round(np.log2(max(mean, 1e-9))))


def open_cells(case: MixCase) -> Cells:
    """Return every link, tier and period in which contacts may come in."""
    link, tier, period = np.nonzero(case.flow_bound > 0)
    issues = case.segment_issues[case.links.segment[link], tier, period]
    cap = case.links.adoption_cap[link] * case.channels.ramp[case.links.channel[link], period]
    return Cells(link, tier, period, issues / (1 - case.links.recontact[link]), cap)


def handled_matrix(case: MixCase, cells: Cells) -> sparse.csr_matrix:
    """Contacts of a channel (H x T) by settled shares: first served there and escalated to it."""
    periods, target = len(case.periods), case.channels.escalates_to[case.links.channel[cells.link]]
    here = case.links.channel[cells.link] * periods + cells.period
    there = target * periods + cells.period
    escalated = cells.contacts * case.escalated[cells.link, cells.tier]
    return _gathered(
        [(here, cells.contacts), (np.where(target >= 0, there, -1), escalated)], len(case.channels.name) * periods
    )


def load_matrix(case: MixCase, cells: Cells) -> sparse.csr_matrix:
    """Handling hours of a pool (P x T) by settled shares."""
    periods = len(case.periods)
    own, other = case.links.pool[cells.link], case.links.escalation_pool[cells.link]
    escalated = cells.contacts * case.escalated[cells.link, cells.tier]
    return _gathered(
        [
            (np.where(own >= 0, own * periods + cells.period, -1), cells.contacts * case.handle_s[cells.link] / 3600),
            (
                np.where(other >= 0, other * periods + cells.period, -1),
                escalated * case.escalation_handle_s[cells.link] / 3600,
            ),
        ],
        len(case.pools) * periods,
    )


def hours_matrix(case: MixCase, cells: Cells) -> sparse.csr_matrix:
    """Hours of licences (H x T) by settled shares."""
    periods = len(case.periods)
    place = case.links.channel[cells.link] * periods + cells.period
    return _gathered([(place, cells.contacts * case.licence_hours[cells.link])], len(case.channels.name) * periods)


def _gathered(pieces: list[tuple[Ints, Floats]], rows: int) -> sparse.csr_matrix:
    """Matrix whose columns are the cells; row -1 is left out."""
    count = len(pieces[0][0])
    row, column, value = (
        np.concatenate(items)
        for items in zip(*((place, np.arange(count), amount) for place, amount in pieces), strict=True)
    )
    known = (row >= 0) & (value != 0)
    return sparse.csr_matrix((value[known], (row[known], column[known])), shape=(rows, count))


def _balance(case: MixCase, cells: Cells, parts: Parts) -> None:
    """All issues of a segment, tier and period are settled."""
    place = np.full(case.segment_issues.shape, -1)
    wanted = case.segment_issues > 0
    place[wanted] = parts.add_rows(int(wanted.sum()), 1.0, 1.0)
    rows = place[case.links.segment[cells.link], cells.tier, cells.period]
    parts.put(rows, np.arange(len(rows)), 1.0)


def _easy_first(case: MixCase, cells: Cells, parts: Parts) -> None:
    """Automated channels take no larger share of a segment than of the easier one beside it."""
    if not case.settings.easy_first or not len(case.easy_pairs):
        return
    place = np.full(case.shape, -1)
    place[cells.link, cells.tier, cells.period] = np.arange(len(cells.link))
    easy, hard = place[case.easy_pairs[:, 0]], place[case.easy_pairs[:, 1]]
    # without an issue of the easier kind there is nothing to compare with
    some = case.segment_issues[case.links.segment[case.easy_pairs[:, 0]]] > 0
    wanted = (hard >= 0) & some
    rows = parts.add_rows(int(wanted.sum()), -np.inf, 0.0)
    parts.put(rows, hard[wanted], 1.0)
    there = easy[wanted] >= 0
    parts.put(rows[there], easy[wanted][there], -1.0)
