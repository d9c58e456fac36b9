"""From a case to its channel mix: the search, the prices of its rules, and why there is none."""

from __future__ import annotations

import numpy as np

from models.mix.case import MixCase
from models.mix.plan import ChannelMix
from models.mix.priced import PricedMix, price_mix
from models.mix.today import today_flow
from models.plan import StageResult
from models.plan_comparison import Comparison, compare_figures
from optimizer.mix.advice import next_changes, outsource_table
from optimizer.mix.explain import explain_mix
from optimizer.mix.lead import solve_case
from optimizer.mix.prices import rule_table
from optimizer.mix.search import Found, Limits
from optimizer.progress import muted, tell
from optimizer.solve import SolverFailureError, Status

CENT = 0.01
RELATIVE = 1e-9
PRICE_SECONDS = 12.0
"""Wall time for re-solves: three parts of it for the prices of rules, the rest for the next changes."""
PRICES = 0.75


def mix_limits(
    case: MixCase, *, gap: float | None = None, time_limit_s: float | None = None, seed: int | None = None
) -> Limits:
    """Return the limits of a case's settings, each replaced by what is given."""
    own = case.settings.solve
    return Limits(
        own.gap if gap is None else gap, own.time_limit_s if time_limit_s is None else time_limit_s,
        own.seed if seed is None else seed,
    )  # fmt: skip


def solve_mix(case: MixCase, limits: Limits | None = None, *, price_seconds: float = PRICE_SECONDS) -> ChannelMix:
    """Find the cheapest channel mix that keeps every rule, and what each rule costs.

    Parameters
    ----------
    price_seconds : wall time for pricing rules by solving again; 0 leaves them with their linear prices

    Raises
    ------
    SolverFailureError
        When a solver fails, or the cost that it claims is not what the calculator finds.
    """
    limits = limits or mix_limits(case)
    mix, found = solve_case(case, limits)
    today = today_flow(case)
    before = None if today is None else price_mix(case, today)
    result = _result(found, limits)
    if found.values is None:
        if found.status is not Status.INFEASIBLE:
            return ChannelMix(case, result, None, before)
        tell("no mix keeps every rule: finding out why")
        with muted():
            conflicts, relaxation = explain_mix(case, limits)
        return ChannelMix(case, result, None, before, conflicts=conflicts, relaxation=relaxation)
    after = price_mix(case, mix.flows(found.values))
    require_equal(found.cost, after.total)
    tell("prices of rules")
    with muted():
        rules = rule_table(mix, found, limits, PRICES * price_seconds)
        changes = next_changes(mix, found, rules, limits, (1 - PRICES) * price_seconds)
    return ChannelMix(
        case, result, after, before,
        rules=rules,
        binding=tuple(rules.loc[rules["binding"], "rule"]),
        changes=changes,
        outsource=outsource_table(mix, found, after),
        comparison=_comparison(before, after),
        notes=case.notes,
    )  # fmt: skip


def _result(found: Found, limits: Limits) -> StageResult:
    known = found.values is not None
    status = found.status.value if found.status is not Status.NO_PLAN else "no plan"
    return StageResult(
        status=status if status != Status.UNBOUNDED.value else "failed",
        objective=found.cost if known else None,
        bound=found.bound if np.isfinite(found.bound) else None,
        gap=found.gap if known and np.isfinite(found.gap) else None,
        seconds=found.seconds, solver=found.solver, seed=limits.seed,
    )  # fmt: skip


def require_equal(claimed: float, priced: float) -> None:
    """Hold the cost that the optimiser claims against what the calculator finds.

    Raises
    ------
    SolverFailureError
        They differ by more than rounding.
    """
    if abs(claimed - priced) > max(CENT / 2, RELATIVE * abs(priced)):
        raise SolverFailureError(f"the optimiser's cost {claimed:,.2f} is not the calculator's {priced:,.2f}")


def _comparison(before: PricedMix | None, after: PricedMix) -> Comparison | None:
    if before is None or not np.isfinite(before.total):
        return None
    shares = before.overall_csat, after.overall_csat
    if not all(np.isfinite(shares)):
        return None
    return compare_figures(shares[0], before.total, shares[1], after.total)
