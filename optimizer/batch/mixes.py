"""Channel mixes in a batch: `mix` with all its files and its rules at their linear prices, or the figures alone."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from models.faults import InputFaults
from models.mix import tables
from models.mix.case import MixCase
from models.mix.cost import ITEMS, MixCost, price_flow
from models.mix.planfiles import mix_files
from models.mix.renumbering import CHANNEL_PRICES
from models.mix.rereading import MixReader
from models.mix.settings import MixSettings
from models.mix.today import today_flow
from optimizer.batch.commands import Answer, Base, no_plan
from optimizer.batch.overrides import Cells, OverrideError, parse_path
from optimizer.batch.records import Options, Override, Plain
from optimizer.batch.reuse import Reuse
from optimizer.mix.explain import explain_mix
from optimizer.mix.known import KnownMix
from optimizer.mix.lead import solve_case
from optimizer.mix.program import MixProgram, overall_satisfaction
from optimizer.mix.rules import BUDGET, Rule, level_words
from optimizer.mix.run import mix_limits, require_equal, solve_mix
from optimizer.mix.search import Found, Limits
from optimizer.mix.sweep import known_mix, made_alike, solve_alike
from optimizer.solve import SolverFailureError, Status

SETTINGS = MixSettings
TABLES = tables.TABLES
BRIEF_GAP = 0.01
"""To which a sweep is searched that keeps figures alone, where nobody asks for another gap."""
_OF_CHANNELS = frozenset(f"channels.csv.{name}" for name in CHANNEL_PRICES)
PRICES = _OF_CHANNELS | {
    "csat_floor", "budget", "lost_cost", "types.csv.lost_cost", "people.cost_per_hour",
    "pool_costs.csv.cost_per_week", "pool_costs.csv.least_cost_per_week",
}  # fmt: skip
"""What leaves the months as they are."""
BUDGET_SLACK = 1e-6
"""A budget that is passed by less is not passed."""
MOST_KNOWN = 8
_TIMES = "x0.5", "x2"
"""The base is searched with those prices of channels multiplied by so much that are other in the scenarios."""


def read(folder: Path) -> MixCase:
    """Read a channel mix; its faults are raised."""
    return _reader().read(folder)


def read_contents(files: Mapping[str, bytes]) -> MixCase:
    """Read a channel mix from the contents of its files; its faults are raised."""
    return _reader().read_contents(files)


@cache
def _reader() -> MixReader:
    """The reader of this worker: mixes of a sweep share most of their tables."""
    return MixReader()


def mix(case: MixCase, folder: Path, options: Options, threads: int, reuse: Reuse) -> Answer:
    """Find the cheapest channel mix, as `servopt mix` does; nothing is solved again to price the rules.

    Parameters
    ----------
    folder, threads, reuse
        Not used: the search runs in one thread, and mixes have nothing costly in common.
    """
    limits = mix_limits(case, gap=options.gap, time_limit_s=options.time_limit_s, seed=options.seed)
    found = solve_mix(case, limits, price_seconds=0.0)
    if found.after is None:
        return no_plan(found.result.status, found.conflicts, "channel mix")
    before = None if found.before is None else found.before.cost
    figures = _figures(case, found.after.cost, before, found.result.objective, found.result.bound, found.result.gap)
    return Answer(found.result.status, {**figures, "gap_asked": limits.gap}, mix_files(found), "")


def shared(overrides: tuple[Override, ...]) -> tuple[Override, ...]:
    """Leave out prices and the floor of the satisfaction: with them the months can do what they could before."""
    return tuple(one for one in overrides if _name(one.path) not in PRICES)


def _name(path: str) -> str:
    """Name what a path changes, whatever the rows."""
    where = parse_path(path)
    return f"{where.table}.{where.column}" if isinstance(where, Cells) else ".".join(where)


def quick(case: MixCase, base: Base, options: Options) -> Answer:
    """Find the cheapest channel mix of a sweep from the one without its changes of prices and floors."""
    gap = BRIEF_GAP if options.gap is None else options.gap
    limits = mix_limits(case, gap=gap, time_limit_s=options.time_limit_s, seed=options.seed)
    free, known, most = _without_budget(case), _known(base, limits), case.settings.budget
    program, found = _cheapest(free, known, limits)
    if most is not None and known is not None and found.bound <= most * (1 + BUDGET_SLACK) and most < found.cost:
        program, found = made_alike(free, known, limits, most) or (program, found)
    if most is not None and found.values is not None and found.cost > most:
        if found.bound > most * (1 + BUDGET_SLACK):
            return no_plan("infeasible", (_too_dear(case, most, found.bound),), "channel mix")
        program, found = solve_case(case, limits)
    if found.values is None:
        if found.status is not Status.INFEASIBLE:
            return no_plan("no plan", (), "channel mix")
        return no_plan("infeasible", explain_mix(case, limits, ways=0)[0], "channel mix")
    today, after = today_flow(case), price_flow(case, program.flows(found.values))
    require_equal(found.cost, after.total)
    before = None if today is None else price_flow(case, today)
    figures = _figures(case, after, before, found.cost, found.bound, found.gap)
    return Answer(found.status.value, {**figures, "gap_asked": limits.gap}, {})


def _without_budget(case: MixCase) -> MixCase:
    """Leave out the budget of the horizon: the cheapest mix keeps it, or none does."""
    if case.settings.budget is None:
        return case
    return replace(case, settings=case.settings.model_copy(update={"budget": None}))


def _too_dear(case: MixCase, most: float, bound: float) -> str:
    currency = case.settings.currency
    words = level_words(Rule(BUDGET), most, currency)
    return f"budget ({words}): the cheapest mix that keeps every other rule costs at least {bound:,.0f} {currency}"


_LAST: list[tuple[MixCase, KnownMix | None, Limits, tuple[MixProgram, Found]]] = []
_SHARED = ("periods", "segments", "tiers", "channels", "links", "issues", "price_tiers", "cost_tables", "today")


def _cheapest(case: MixCase, known: KnownMix | None, limits: Limits) -> tuple[MixProgram, Found]:
    """Solve a case; the answer to the last one is taken where it was the same, as when only the budgets differ."""
    for last, of, within, found in _LAST:
        same = all(getattr(last, name) is getattr(case, name) for name in _SHARED)
        if same and last.settings == case.settings and of is known and within == limits:
            return found
    _LAST[:] = [(case, known, limits, solve_alike(case, known, limits))]
    return _LAST[0][-1]


_KNOWN: OrderedDict[tuple[str, tuple[str, ...]], KnownMix | None] = OrderedDict()


def _known(base: Base, limits: Limits) -> KnownMix | None:
    """What is known of the mix that scenarios of this worker are like; it does not depend on those."""
    paths = tuple(sorted({path for path in base.others if _name(path) in _OF_CHANNELS}))
    key = base.key, paths
    if key not in _KNOWN:
        try:
            _KNOWN[key] = known_mix(_without_budget(base.read(())), limits, _at_other_prices(base, paths))
        except (InputFaults, OverrideError, SolverFailureError):
            _KNOWN[key] = None  # a sweep may be right although its base is not
        while len(_KNOWN) > MOST_KNOWN:
            _KNOWN.popitem(last=False)
    _KNOWN.move_to_end(key)
    return _KNOWN[key]


def _at_other_prices(base: Base, paths: tuple[str, ...]) -> list[MixCase]:
    """Return the base with other prices of channels; none where one of them is blank there."""
    try:
        cases = [base.read(tuple(Override(path, times) for path in paths)) for times in _TIMES if paths]
    except OverrideError:
        return []
    return [_without_budget(case) for case in cases]


def _figures(
    case: MixCase, after: MixCost, before: MixCost | None, objective: float | None, bound: float | None,
    gap: float | None,
) -> dict[str, Plain]:  # fmt: skip
    def csat(cost: MixCost | None) -> float | None:
        return None if cost is None else overall_satisfaction(case, cost.outcomes.contacts)

    return {
        "cost": after.total,
        "cost_before": None if before is None else before.total,
        "saving": None if before is None else before.total - after.total,
        "csat": csat(after),
        "csat_before": csat(before),
        "objective": objective,
        "bound": bound,
        "gap": gap,
        "handled_hours": float(after.pool_hours.sum()),
        **{f"cost_{item}": float(after.item(item).sum()) for item in ITEMS},
        **{
            f"contacts_{name}": float(after.outcomes.contacts[case.links.channel == place].sum())
            for place, name in enumerate(case.channels.name)
        },
    }
