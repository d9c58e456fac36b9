"""The decisions as a table, each with what it adds and why, and the budgets with what is spent of them."""

from __future__ import annotations

from typing import Any

import pandas as pd

from models.investment.case import Choice, InvestmentCase, Start
from models.investment.portfolio import ABOUT, AT_LEAST, AT_MOST, BUDGET_COLUMNS, DECISION_COLUMNS, EXACT
from models.investment.pricing import by_year, outlays
from optimizer.invest.search import Found, value_of
from optimizer.invest.timing import why_then

AGAIN_GAP = 1e-5
"""What is solved again is as exact as this."""


def was_cut(case: InvestmentCase, found: Found) -> bool:
    """Whether time ended a search before it was as exact as what is solved again."""
    return found.choice is not None and (found.gap or 0.0) > 2 * max(AGAIN_GAP, case.settings.solve.gap)


def sureness(case: InvestmentCase, best: Found, again: Found, side: str) -> str:
    """Say how a difference to what was solved again stands to the true one: exact, or on a side of it."""
    if was_cut(case, best):
        return ABOUT
    return side if was_cut(case, again) else EXACT


def chosen_of(case: InvestmentCase, choice: Choice | None) -> list[int]:
    """Places of the initiatives that are chosen."""
    return [case.initiative_of[start.option] for start in choice.starts] if choice else []


def decision_table(case: InvestmentCase, best: Found, changes: dict[int, Found]) -> pd.DataFrame:
    """Lay out what was decided.

    Parameters
    ----------
    case : InvestmentCase
    best : Found
        The portfolio; without one nothing is chosen.
    changes : dict of int to Found
        Initiative to the outcome without it (chosen) or with it (rejected).

    Returns
    -------
    DataFrame
        `DECISION_COLUMNS`; chosen ones first, those that add most first, then the rejected that cost least.
    """
    if best.choice is None:
        return pd.DataFrame(columns=list(DECISION_COLUMNS))
    started = {case.initiative_of[start.option]: start for start in best.choice.starts}
    rows = [_row(case, k, started, best, changes.get(k)) for k in range(len(case.initiatives))]
    for spend, amounts in zip(case.spends, best.choice.spends, strict=True):
        decision = "chosen" if amounts.any() else "rejected"
        reason = "a spend of any size: its amounts by year stand in spends.csv"
        mean = float(amounts.mean())
        rows.append(_blank(spend.name) | {"decision": decision, "running_cost_per_year": mean, "reason": reason})
    table = pd.DataFrame(rows, columns=list(DECISION_COLUMNS))
    table["adds_npv"] = table["adds_npv"].astype(float)
    keys = pd.DataFrame({"rejected": table["decision"] != "chosen", "worth": -table["adds_npv"].fillna(-1e18)})
    return table.loc[keys.sort_values(["rejected", "worth"], kind="stable").index].reset_index(drop=True)


def _blank(name: str) -> dict[str, Any]:
    return {
        **dict.fromkeys(DECISION_COLUMNS, ""),
        "initiative": name, "decision": "rejected", "one_off_cost": 0.0, "running_cost_per_year": 0.0, "adds_npv": None,
    }  # fmt: skip


def _row(case: InvestmentCase, k: int, started: dict[int, Start], best: Found, found: Found | None) -> dict[str, Any]:
    chosen, row = k in started, _blank(case.initiatives[k])
    option = case.options[min(case.options_of[k], key=lambda o: case.options[o].one_off)]
    if chosen:
        option, period = case.options[started[k].option], started[k].period
        works = period + option.build
        row |= {"decision": "chosen", "start": case.horizon.period_name(period)}
        row |= {"level": option.level, "works_from": case.horizon.period_name(works)}
    row |= {"one_off_cost": option.one_off, "running_cost_per_year": option.running_per_year}
    swapped: set[int] = set()
    if found is not None and found.choice is not None:
        other = set(chosen_of(case, found.choice))
        row["adds_npv"] = best.value - found.value if chosen else found.value - best.value
        row["adds_npv_is"] = sureness(case, best, found, AT_MOST if chosen else AT_LEAST)
        swapped = (other - set(started) if chosen else set(started) - other) - {k}
    row["instead_of"] = ", ".join(case.initiatives[j] for j in sorted(swapped))
    row["reason"] = _reason(case.settings.goal, k in case.mandatory, chosen, found, str(row["instead_of"]))
    if chosen and best.choice is not None:
        row["reason"] += _apart(case, best.choice, started[k], row["adds_npv"]) + _falling(case, k, started)
        row["reason"] += f"; {why_then(case, best.choice, started[k])}"
    if row["adds_npv_is"] not in ("", EXACT) and k not in case.mandatory:
        row["reason"] += " (as far as was found when time ended the search)"
    return row


def _apart(case: InvestmentCase, choice: Choice, start: Start, adds: float | None) -> str:
    """Say of what takes away more than it brings: what it costs itself, and what the others lose by it."""
    if adds is None or adds >= 0 or case.settings.goal == "least_cost":
        return ""
    rest = Choice(tuple(one for one in choice.starts if one != start), choice.spends)
    own = value_of(case, rest) - value_of(case, choice)
    words = f"; its own cost less what it brings is {own:,.0f} in present value"
    return words + (f", what it displaces is worth {-adds - own:,.0f} more" if -adds - own >= 0.5 else "")


def _falling(case: InvestmentCase, k: int, started: dict[int, Start]) -> str:
    """Chosen initiatives that need this one, and so fall with it."""
    found, new = set[int](), {k}
    while new:
        new = {a for a, b in case.relations.needs if b in new and a in started} - found
        found |= new
    names = [case.initiatives[a] for a in sorted(found)]
    return f"; {', '.join(names)} need{'s' if len(names) == 1 else ''} it and would fall with it" if names else ""


def _reason(goal: str, mandatory: bool, chosen: bool, found: Found | None, swapped: str) -> str:
    if mandatory:
        return f"mandatory; without it {swapped} would be chosen" if swapped else "mandatory"
    if found is None or found.status == "no plan":
        return "not solved again: time"
    if chosen:
        return f"without it {swapped} would be chosen" if swapped else "nothing would take its place"
    if found.choice is None:
        return "cannot be chosen: rules or budgets exclude it"
    if swapped:
        return f"it would take the place of {swapped}"
    return "the target takes less outlay without it" if goal == "least_cost" else "it does not earn what it costs"


def budget_table(case: InvestmentCase, best: Found, more: dict[int, Found]) -> pd.DataFrame:
    """Lay out budgets, what is spent of them, what is carried on, and what a step more is worth.

    Parameters
    ----------
    case : InvestmentCase
    best : Found
        The portfolio; without one nothing is spent.
    more : dict of int to Found
        Calendar year to the outcome with one step more in it.

    Returns
    -------
    DataFrame
        `BUDGET_COLUMNS`.
    """
    choice = best.choice or Choice.none(case)
    settings = case.settings
    one_off, running = (by_year(case, part) for part in outlays(case, choice))
    rows, carried = [], 0.0
    for y, year in enumerate(case.horizon.calendar_years if settings.budgets else ()):
        given = settings.budgets.get(year, 0.0)
        covers = settings.budget_covers == "all" and year in settings.budgets
        spent = float(one_off[y]) + (float(running[y]) if covers else 0.0)
        left = carried + given - spent
        paid = float(one_off[y] + running[y])
        worth: tuple[float | None, float | None, float | None, str, str] = (None, None, None, "", "")
        if year in more:
            step, gain = settings.budget_step, max(0.0, more[year].value - best.value)
            words = changes(case, choice, more[year].choice or choice) if gain >= 0.01 else ""
            worth = (step, gain, gain / step, sureness(case, best, more[year], AT_LEAST), words)
        rows.append((year, given, carried, spent, left, paid, *worth))
        carried = left if settings.carry_over else 0.0
    table = pd.DataFrame(rows, columns=list(BUDGET_COLUMNS))
    figures = [name for name in BUDGET_COLUMNS if name not in ("calendar_year", "worth_is", "step_changes")]
    return table.astype(dict.fromkeys(figures, float))


def changes(case: InvestmentCase, before: Choice, after: Choice) -> str:
    """Say how a choice differs from another: what is started, done without, or started at another time or size."""
    old, new = ({case.initiative_of[start.option]: start for start in choice.starts} for choice in (before, after))
    words = []
    for k, name in enumerate(case.initiatives):
        if k in new and new[k] != old.get(k):
            label, when = case.options[new[k].option].label, case.horizon.period_name(new[k].period)
            words.append(f"{label} from {when}")
        elif k in old and k not in new:
            words.append(f"without {name}")
    return "; ".join(words)
