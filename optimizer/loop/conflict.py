"""Why there is no plan: a pool whose least work no schedule can serve, or a mix that keeps no rule."""

from __future__ import annotations

from models.mix.case import MixCase
from models.remark import remark
from optimizer.mix.formulation import load_matrix, open_cells
from optimizer.mix.paying import least_load

DAYS_PER_WEEK = 7.0


def unserved_pools(month: MixCase) -> list[tuple[str, float, float]]:
    """Return the pools that have more work in any mix than the largest schedule of their table serves.

    Parameters
    ----------
    month : MixCase
        On cost tables.

    Returns
    -------
    list of (pool, least hours, most hours)
        Handling hours a week: what the adoption caps leave at least, and what is tabulated at most.
    """
    cells = open_cells(month)
    weeks = float(month.days.sum()) / DAYS_PER_WEEK
    least = least_load(month, cells, load_matrix(month, cells)).sum(axis=1) / weeks
    found = []
    for table in month.cost_tables:
        most = float(table.load_hours_per_week[-1])
        if least[table.pool] > most * (1 + 1e-6):
            found.append((month.pools[table.pool], float(least[table.pool]), most))
    return found


def why_no_mix(month: MixCase, *, found: bool = False) -> str:
    """Say why there is no mix on cost tables, and what would help.

    Parameters
    ----------
    found : bool
        Whether the search only ran out of time.
    """
    if found:
        return remark("no channel mix was found in time: raise --time-limit")
    unserved = unserved_pools(month)
    if not unserved:
        return remark(
            "no channel mix keeps the rules of mix.yaml: servopt mix says why, and what the cheapest way out is"
        )
    words = "; ".join(
        remark("pool {pool} has at least {count} handling hours a week in every mix, and no schedule serves more than "
               "{all}", pool=name, count=f"{least:,.1f}", all=f"{most:,.1f}")
        for name, least, most in unserved
    )  # fmt: skip
    return remark(
        "no schedule serves the work of any mix: {rules}. What would help: looser limits (seats, heads, shift types) "
        "or service in scenario.yaml, or higher adoption caps of other channels in links.csv", rules=words,
    )  # fmt: skip
