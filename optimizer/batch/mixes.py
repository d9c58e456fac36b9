"""Channel mixes in a batch: `mix` with all its files and its rules at their linear prices, or the figures alone."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from models.faults import InputFaults
from models.mix import tables
from models.mix.case import MixCase
from models.mix.cost import ITEMS, MixCost, price_flow
from models.mix.planfiles import mix_files
from models.mix.rereading import MixReader
from models.mix.settings import MixSettings
from models.mix.today import today_flow
from optimizer.batch.commands import Answer, Base, no_plan
from optimizer.batch.overrides import Cells, OverrideError, parse_path
from optimizer.batch.records import Options, Override, Plain
from optimizer.batch.reuse import Reuse
from optimizer.mix.explain import explain_mix
from optimizer.mix.known import KnownMix
from optimizer.mix.program import overall_satisfaction
from optimizer.mix.run import mix_limits, require_equal, solve_mix
from optimizer.mix.search import Limits
from optimizer.mix.sweep import known_mix, solve_alike
from optimizer.solve import SolverFailureError, Status

SETTINGS = MixSettings
TABLES = tables.TABLES
BRIEF_GAP = 0.01
"""To which a sweep is searched that keeps figures alone, where nobody asks for another gap."""
PRICES = frozenset({
    "csat_floor", "lost_cost", "people.cost_per_hour",
    "pool_costs.csv.cost_per_week", "pool_costs.csv.least_cost_per_week", "types.csv.lost_cost",
    "channels.csv.unit_price", "channels.csv.resolution_price", "channels.csv.licence_price",
})  # fmt: skip
"""What leaves the months as they are."""
MOST_KNOWN = 8


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

    def name(path: str) -> str:
        where = parse_path(path)
        return f"{where.table}.{where.column}" if isinstance(where, Cells) else ".".join(where)

    return tuple(one for one in overrides if name(one.path) not in PRICES)


def quick(case: MixCase, base: Base, options: Options) -> Answer:
    """Find the cheapest channel mix of a sweep from the one without its changes of prices and floors."""
    gap = BRIEF_GAP if options.gap is None else options.gap
    limits = mix_limits(case, gap=gap, time_limit_s=options.time_limit_s, seed=options.seed)
    program, found = solve_alike(case, _known(base, limits), limits)
    if found.values is None:
        if found.status is not Status.INFEASIBLE:
            return no_plan("no plan", (), "channel mix")
        return no_plan("infeasible", explain_mix(case, limits)[0], "channel mix")
    today, after = today_flow(case), price_flow(case, program.flows(found.values))
    require_equal(found.cost, after.total)
    before = None if today is None else price_flow(case, today)
    figures = _figures(case, after, before, found.cost, found.bound, found.gap)
    return Answer(found.status.value, {**figures, "gap_asked": limits.gap}, {})


_KNOWN: OrderedDict[str, KnownMix | None] = OrderedDict()


def _known(base: Base, limits: Limits) -> KnownMix | None:
    """What is known of the mix that scenarios of this worker are like; it does not depend on those."""
    if base.key not in _KNOWN:
        try:
            _KNOWN[base.key] = known_mix(base.read(), limits)
        except (InputFaults, OverrideError, SolverFailureError):
            _KNOWN[base.key] = None  # a sweep may be right although its base is not
        while len(_KNOWN) > MOST_KNOWN:
            _KNOWN.popitem(last=False)
    _KNOWN.move_to_end(base.key)
    return _KNOWN[base.key]


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
