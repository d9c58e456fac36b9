"""Net present value against budget: one curve, each point solved and proved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

from models.investment.case import InvestmentCase, Option
from models.investment.risk import scenario_sizes
from optimizer.invest.answer import with_budgets
from optimizer.invest.decisions import chosen_of
from optimizer.invest.model import InvestModel
from optimizer.invest.search import search

COLUMNS = ("budget", "npv", "bound", "status", "gap", "npv_per_unit_more", "initiatives")


def largest_budget(case: InvestmentCase) -> float:
    """Money for every initiative in its dearest size; with running costs and spends where budgets pay them too."""
    # they do in the years that have a budget, the first one where none has
    years = (len(case.settings.budgets) or 1) if case.settings.budget_covers == "all" else 0
    dearest = (
        max(case.options[o].one_off + years * _most_running(case.options[o]) for o in options)
        for options in case.options_of
    )
    return sum(dearest) + years * float(sum(spend.amounts[-1] for spend in case.spends))


def _most_running(option: Option) -> float:
    """Most that an option costs to run in a year."""
    return max(option.running_per_year, *(amount for _, amount in option.running_later), 0.0)


def budget_frontier(
    case: InvestmentCase, totals: Sequence[float], *, tell: Callable[[str], None] = lambda text: None
) -> pd.DataFrame:
    """Solve a case at several total budgets.

    Parameters
    ----------
    case : InvestmentCase
        Its budgets say how a total is spread over the years (all in the first year when it has none).
    totals : sequence of float
        Money, any order.
    tell : callable
        Takes progress in words.

    Returns
    -------
    DataFrame
        `COLUMNS`, ascending by budget: npv (by the measure of risk; blank where no portfolio keeps the rules), its
        bound, status, gap, what a unit of budget more earns on the way to the next point (blank at the last), and the
        initiatives chosen.
    """
    given = case.settings.budgets or {case.horizon.first_year: 1.0}
    whole = sum(given.values())
    shares = {year: amount / whole if whole else 1 / len(given) for year, amount in given.items()}
    sizes = scenario_sizes(case)
    tangents, hint = None, None
    rows: list[tuple[Any, ...]] = []
    for total in sorted(totals):
        tell(f"budget {total:,.0f}")
        changed = with_budgets(case, {year: total * share for year, share in shares.items()})
        model = InvestModel(changed, sizes, tangents)
        # what fits a smaller budget fits this one
        found = search(model, hint=hint, again=tangents is not None and hint is not None)
        tangents = model.tangents
        if found.choice is None:
            rows.append((total, None, None, found.status, None, None, ""))
            continue
        names = ", ".join(case.initiatives[k] for k in chosen_of(case, found.choice))
        rows.append((total, found.value, found.bound, found.status, found.gap, None, names))
        hint = found.choice
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    table = table.astype(dict.fromkeys(("budget", "npv", "bound", "gap", "npv_per_unit_more"), float))
    table["npv_per_unit_more"] = table["npv"].diff().shift(-1) / table["budget"].diff().shift(-1).clip(lower=1e-9)
    return table
