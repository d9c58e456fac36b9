"""Many mixes that differ in prices and in levels of rules: one is searched in full, the others from what it showed."""

from __future__ import annotations

from collections import deque
from dataclasses import replace

from models.mix.case import MixCase
from optimizer.mix.alike import search_alike
from optimizer.mix.formulation import build_program
from optimizer.mix.known import KnownMix
from optimizer.mix.lead import leads, solve_case
from optimizer.mix.program import MixProgram
from optimizer.mix.repricing import CHANNEL_PRICES, is_price_alone, with_prices
from optimizer.mix.rules import CSAT
from optimizer.mix.search import Found, Limits, Search

BASE_GAP = 0.002
"""To which the mix is searched from which others are found: its prices have to be good ones."""
MOST_PROGRAMS = 4
STEPS, HIGH_STEPS = (-0.02, -0.01, 0.01, 0.0), (0.03, 0.025, 0.02)
"""The floor of the satisfaction is moved by so much, so that other floors find shares that they can use; of the high
ones the first that any mix keeps."""
FACTORS, FEW_STEPS = (0.5, 2.0), (-0.015, 0.01)
"""Prices of the channels are multiplied by so much, where scenarios have other ones, each with these floors."""


def known_mix(case: MixCase, limits: Limits, *, other_prices: bool = False) -> KnownMix | None:
    """Search a case, at several floors of its satisfaction, and keep what was met; None where that is of no use.

    Parameters
    ----------
    limits : seed and time; its gap is not used
    other_prices : whether it is searched at other prices of its channels too
    """
    mix = _PROGRAMS.of(case)
    search = Search(mix, limits.seed)
    if mix.is_linear:
        return None
    asked = replace(limits, gap=BASE_GAP)
    for factor in (1.0, *FACTORS) if other_prices else (1.0,):
        if factor != 1.0:
            cost = build_program(_with_prices(case, factor), lead=lead_range(case))
            search.set_costs(cost.program.cost * (cost.money / mix.money))
        _at_floors(search, asked, STEPS if factor == 1.0 else FEW_STEPS)
    return KnownMix.of(mix, search.parts)


def _at_floors(search: Search, asked: Limits, steps: tuple[float, ...]) -> None:
    """Search at floors of the satisfaction; their levels are those of before at the end."""
    floors = [(row, row.level) for row in search.mix.rule_rows if row.rule.kind == CSAT and row.period < 0]

    def at(step: float) -> bool:
        for row, level in floors:
            search.set_level(row, level + step)
        return search.solve(asked).values is not None

    for step in steps if floors else (0.0,):
        at(step)
    if floors:
        any(at(step) for step in HIGH_STEPS)
    for row, level in floors:
        search.set_level(row, level)


def _with_prices(case: MixCase, factor: float) -> MixCase:
    """Return a case whose channels have other prices."""
    prices = {name: getattr(case.channels, name) * factor for name in CHANNEL_PRICES}
    tiers = tuple(replace(one, unit_price=one.unit_price * factor) for one in case.price_tiers)
    return replace(case, channels=replace(case.channels, **prices), price_tiers=tiers)


def lead_range(case: MixCase) -> tuple[float, float]:
    """Least and most overall satisfaction that there can be."""
    return float(case.links.csat.min()), float(case.links.csat.max())


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
    """The last programs that were built: scenarios of a sweep often differ from them in prices and the floor alone."""

    def __init__(self) -> None:
        self._last: deque[MixProgram] = deque(maxlen=MOST_PROGRAMS)

    def of(self, case: MixCase) -> MixProgram:
        """Return the program in which a tier's lead is only asked for over the least satisfaction that there can be."""
        for last in self._last:
            if is_price_alone(last.case, case):
                return with_prices(last, case)
        self._last.appendleft(build_program(case, lead=lead_range(case)))
        return self._last[0]


_PROGRAMS = _Programs()
