"""Many mixes that differ in prices and in levels of rules: one is searched in full, the others from what it showed."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from models.mix.case import MixCase
from optimizer.mix.alike import search_alike
from optimizer.mix.formulation import build_program, lead_range
from optimizer.mix.known import KnownMix
from optimizer.mix.lead import leads, solve_case
from optimizer.mix.program import MixProgram
from optimizer.mix.repricing import is_price_alone, with_prices
from optimizer.mix.rules import CSAT, Rule, with_level
from optimizer.mix.search import Found, Limits, Search

BASE_GAP = 0.002
"""To which the mix is searched from which others are found: its prices have to be good ones."""
MOST_PROGRAMS = 4
STEPS, HIGH_STEPS = (-0.02, -0.01, 0.01, 0.0), (0.03, 0.025, 0.02)
"""The floor of the satisfaction is moved by so much, so that other floors find shares that they can use; of the high
ones the first that any mix keeps."""
FEW_STEPS = -0.015, 0.01
"""Those at other prices."""


def known_mix(case: MixCase, limits: Limits, others: Sequence[MixCase] = ()) -> KnownMix | None:
    """Search a case, at several floors of its satisfaction, and keep what was met; None where that is of no use.

    Parameters
    ----------
    limits : seed and time; its gap is not used
    others : the case at other prices, at which it is searched too
    """
    mix = _PROGRAMS.of(case)
    if mix.is_linear:
        return None
    search, asked = Search(mix, limits.seed), replace(limits, gap=BASE_GAP)
    for one in (case, *others):
        _at_floors(search, one, asked, STEPS if one is case else FEW_STEPS)
    return KnownMix.of(mix, search.parts)


def _at_floors(search: Search, case: MixCase, asked: Limits, steps: tuple[float, ...]) -> None:
    """Search a case at several floors of the satisfaction."""
    floor = case.settings.csat_floor

    def at(step: float) -> bool:
        search.move(_PROGRAMS.of(with_level(case, Rule(CSAT), step) if floor is not None else case))
        return search.solve(asked).values is not None

    for step in steps if floor is not None else (0.0,):
        at(step)
    if floor is not None:
        any(at(step) for step in HIGH_STEPS)


def solve_alike(case: MixCase, known: KnownMix | None, limits: Limits) -> tuple[MixProgram, Found]:
    """Solve a case from what is known of one that it is like; in full where that does not prove the gap."""
    return (None if known is None else made_alike(case, known, limits)) or solve_case(case, limits)


def made_alike(
    case: MixCase, known: KnownMix, limits: Limits, budget: float = np.inf
) -> tuple[MixProgram, Found] | None:
    """Solve a case from what is known of one that it is like; None where that does not prove the gap.

    Parameters
    ----------
    budget : currency; that it is kept or cannot be kept is proved too
    """
    mix = _PROGRAMS.of(case)
    found = search_alike(mix, known, limits, budget)
    if found is None or found.values is None or not leads(case, mix.flows(found.values)):
        return None
    return mix, found


class _Programs:
    """The last programs that were built: scenarios of a sweep often differ from them in prices and the floor alone."""

    def __init__(self) -> None:
        self._last: deque[MixProgram] = deque(maxlen=MOST_PROGRAMS)

    def of(self, case: MixCase) -> MixProgram:
        """Return the program in which a tier's lead is asked for over the floor, as far as planes tell."""
        for last in self._last:
            if is_price_alone(last.case, case):
                return with_prices(last, case)
        self._last.appendleft(build_program(case, lead=lead_range(case)))
        return self._last[0]


_PROGRAMS = _Programs()
