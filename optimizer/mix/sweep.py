"""Many mixes that differ in prices and in levels of rules: one is searched in full, the others from what it showed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

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
_TABLES = (
    "days", "pools", "segments", "tiers", "channels", "links", "issues", "price_tiers", "cost_tables", "today",
)  # fmt: skip
STEPS = (-0.02, -0.01, 0.01, 0.02)
"""The floor of the satisfaction is moved by so much, so that other floors find shares that they can use."""


def known_mix(case: MixCase, limits: Limits) -> KnownMix | None:
    """Search a case, at several floors of its satisfaction, and keep what was met; None where that is of no use.

    Parameters
    ----------
    limits : seed and time; its gap is not used
    """
    mix = _PROGRAMS.of(case)
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
    return (None if known is None else made_alike(case, known, limits)) or solve_case(case, limits)


def made_alike(case: MixCase, known: KnownMix, limits: Limits) -> tuple[MixProgram, Found] | None:
    """Solve a case from what is known of one that it is like; None where that does not prove the gap."""
    mix = _PROGRAMS.of(case)
    found = search_alike(mix, known, limits)
    if found is None or found.values is None or not leads(case, mix.flows(found.values)):
        return None
    return mix, found


class _Programs:
    """The last program that was built: scenarios of a sweep often differ from it in the floor alone."""

    def __init__(self) -> None:
        self._last: MixProgram | None = None

    def of(self, case: MixCase) -> MixProgram:
        """Return the program in which a tier's lead is only asked for over the least satisfaction that there can be."""
        last, csat = self._last, case.links.csat
        if last is not None and _is_floor_alone(last.case, case):
            return _with_floor(last, case)
        self._last = build_program(case, lead=(float(csat.min()), float(csat.max())))
        return self._last


_PROGRAMS = _Programs()


def _is_floor_alone(one: MixCase, other: MixCase) -> bool:
    """Say whether two cases have the same tables and the same settings but for another floor of the satisfaction."""
    floors = one.settings.csat_floor, other.settings.csat_floor
    if floors[0] is None or floors[1] is None:
        return False
    settings = one.settings.model_copy(update={"csat_floor": floors[1]})
    same = all(getattr(one, name) is getattr(other, name) for name in _TABLES)
    return same and settings == other.settings and np.array_equal(one.lost_cost, other.lost_cost)


def _with_floor(mix: MixProgram, case: MixCase) -> MixProgram:
    """Return a program with the floor of another case."""
    level, matrix = float(case.settings.csat_floor or 0.0), mix.program.matrix.copy()
    floors = {row.row for row in mix.rule_rows if row.rule.kind == CSAT}
    rows = tuple(replace(row, level=level) if row.row in floors else row for row in mix.rule_rows)
    for row in rows:
        if row.row in floors:
            matrix[row.row, row.base] = -level
    return replace(mix, case=case, program=replace(mix.program, matrix=matrix), rule_rows=rows)
