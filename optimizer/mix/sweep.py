"""Many mixes that differ in prices and in levels of rules: one is searched in full, the others from what it showed."""

from __future__ import annotations

from dataclasses import replace

from models.mix.case import MixCase
from optimizer.mix.alike import search_alike
from optimizer.mix.formulation import build_program
from optimizer.mix.known import KnownMix, horizon_levels
from optimizer.mix.lead import leads, solve_case
from optimizer.mix.program import MixProgram
from optimizer.mix.rules import CSAT
from optimizer.mix.search import Found, Limits, Search

BASE_GAP = 0.002
"""To which the mix is searched from which others are found: its prices have to be good ones."""
STEPS = (-0.02, -0.01, 0.01, 0.02)
"""The floor of the satisfaction is moved by so much, so that other floors find shares that they can use."""


def known_mix(case: MixCase, limits: Limits) -> KnownMix | None:
    """Search a case, at several floors of its satisfaction, and keep what was met; None where that is of no use.

    Parameters
    ----------
    limits : seed and time; its gap is not used
    """
    mix = _relaxed_lead(case)
    search = Search(mix, limits.seed)
    if mix.is_linear:
        return None
    asked = replace(limits, gap=BASE_GAP)
    floors = [row for row in mix.rule_rows if row.rule.kind == CSAT and row.period < 0]
    levels, met = horizon_levels(mix), []
    for step in (*STEPS, 0.0) if floors else (0.0,):
        for row in floors:
            search.set_level(row, row.level + step)
        found = search.solve(asked)
        if found.values is not None and search.parts.centre is not None:
            moved = levels.copy()
            moved[[row.rule.kind == CSAT for row in mix.rule_rows if row.period < 0]] += step
            met.append((moved, search.parts.centre.copy()))
    return KnownMix.of(mix, search.parts, met)


def solve_alike(case: MixCase, known: KnownMix | None, limits: Limits) -> tuple[MixProgram, Found]:
    """Solve a case from what is known of one that it is like; in full where that does not prove the gap."""
    if known is not None:
        mix = _relaxed_lead(case)
        found = search_alike(mix, known, limits)
        if found is not None and found.values is not None and leads(case, mix.flows(found.values)):
            return mix, found
    return solve_case(case, limits)


def _relaxed_lead(case: MixCase) -> MixProgram:
    """Build the program in which a tier's lead is only asked for over the least satisfaction that there can be."""
    csat = case.links.csat
    return build_program(case, lead=(max(float(csat.min()), case.settings.csat_floor or 0.0), float(csat.max())))
