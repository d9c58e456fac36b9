"""Channel mixes in a batch: `mix` with all its files, its rules at their linear prices."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from models.mix import tables
from models.mix.case import MixCase
from models.mix.planfiles import mix_files
from models.mix.rereading import MixReader
from models.mix.settings import MixSettings
from optimizer.batch.commands import Answer
from optimizer.batch.records import Options, Plain
from optimizer.batch.reuse import Reuse
from optimizer.mix.run import mix_limits, solve_mix

SETTINGS = MixSettings
TABLES = tables.TABLES


def read(folder: Path) -> MixCase:
    """Read a channel mix; its faults are raised."""
    return _reader().read(folder)


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
    result = found.result
    if found.after is None:
        reason = "; ".join(found.conflicts) or "no channel mix was found within the time limit; raise it"
        return Answer(result.status, {"gap": None}, {}, reason)
    before = found.before
    figures: dict[str, Plain] = {
        "cost": found.after.total,
        "cost_before": None if before is None else before.total,
        "saving": found.saving,
        "csat": found.after.overall_csat,
        "csat_before": None if before is None else before.overall_csat,
        "objective": result.objective,
        "bound": result.bound,
        "gap": result.gap,
        "handled_hours": float(found.after.workload["hours"].sum()),
    }
    return Answer(result.status, figures, mix_files(found), "")
