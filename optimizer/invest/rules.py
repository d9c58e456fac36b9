"""The rules that a portfolio keeps, as rows; each is labelled so that an explanation can name it."""

from __future__ import annotations

import numpy as np

from models.investment.case import Floats, InvestmentCase
from optimizer.invest.rows import Rows, sums
from optimizer.invest.starts import Decisions


def add_rules(rows: Rows, made: Decisions) -> dict[int, int]:
    """Add all rules.

    Returns
    -------
    dict of int to int
        Row of ``once`` by initiative: its lower side is 1 for what must be chosen.
    """
    case = made.case
    once = {}
    for k in range(len(case.initiatives)):
        entries = {int(made.column[n]): 1.0 for n in made.of_initiative(k)}
        once[k] = rows.row(("mandatory", k), entries, 1.0 if k in case.mandatory else 0.0, 1.0)
    _relations(rows, made)
    if case.settings.budgets:
        _budgets(rows, made)
    _capacity(rows, made)
    return once


def _relations(rows: Rows, made: Decisions) -> None:
    case = made.case
    chosen = [{int(made.column[n]): 1.0 for n in made.of_initiative(k)} for k in range(len(case.initiatives))]
    for place, (a, b) in enumerate(case.relations.needs):
        rows.row(("needs", place), chosen[a] | dict.fromkeys(chosen[b], -1.0), -np.inf, 0.0)
        for t in range(case.horizon.periods):
            first, other = made.working(a, t), made.working(b, t)
            if first:
                rows.row(("needs", place), first | dict.fromkeys(other, -1.0), -np.inf, 0.0)
    for place, (a, b) in enumerate(case.relations.excludes):
        rows.row(("excludes", place), chosen[a] | chosen[b], -np.inf, 1.0)
    for place, (members, number) in enumerate(case.relations.at_most):
        entries = {column: 1.0 for k in members for column in chosen[k]}
        rows.row(("at_most", place), entries, -np.inf, float(number))


def budgeted(case: InvestmentCase, option: int, start: int) -> Floats:
    """What a start takes of each year's budget, shape (Y,)."""
    about, years = case.options[option], case.horizon.years
    taken = sums(about.paid(start, case.horizon.periods), years)
    if case.settings.budget_covers == "all":
        runs = sums(about.running(start, case.horizon.periods) / case.horizon.periods_per_year, years)
        taken = taken + _has_budget(case) * runs
    return taken


def _has_budget(case: InvestmentCase) -> Floats:
    return np.array([float(year in case.settings.budgets) for year in case.horizon.calendar_years])


def _budgets(rows: Rows, made: Decisions) -> None:
    case, settings = made.case, made.case.settings
    given = np.array([settings.budgets.get(year, 0.0) for year in case.horizon.calendar_years])
    taken = np.array([budgeted(case, int(o), int(s)) for o, s in zip(made.option, made.period, strict=True)])
    taken = taken.reshape(len(made.option), case.horizon.years)
    spent = np.tile(_has_budget(case) * (settings.budget_covers == "all"), (len(case.spends), 1))
    if settings.carry_over:
        given, taken, up_to = given.cumsum(), taken.cumsum(axis=1), True
    else:
        up_to = False
    for y in range(case.horizon.years):
        entries = dict(zip(made.column.tolist(), taken[:, y].tolist(), strict=True))
        for place in range(len(case.spends)):
            for earlier in range(y + 1) if up_to else (y,):
                entries[int(made.amount[place, earlier])] = float(spent[place, earlier])
        # in thousands, so that a solver's tolerance is a thousandth of a unit of money
        rows.row(("budget", y), {c: v / 1000 for c, v in entries.items()}, -np.inf, float(given[y]) / 1000)


def _capacity(rows: Rows, made: Decisions) -> None:
    case, settings = made.case, made.case.settings
    periods = case.horizon.periods
    building = np.array(
        [case.options[o].is_built(int(s), periods) for o, s in zip(made.option, made.period, strict=True)], dtype=float
    ).reshape(len(made.option), periods)
    people = np.array([case.options[o].capacity for o in made.option])
    for t in range(periods):
        if settings.change_capacity is not None:
            entries = dict(zip(made.column.tolist(), (building[:, t] * people).tolist(), strict=True))
            rows.row(("capacity", t), entries, -np.inf, settings.change_capacity)
        if settings.at_most_at_once is not None:
            entries = dict(zip(made.column.tolist(), building[:, t].tolist(), strict=True))
            rows.row(("at_once", t), entries, -np.inf, float(settings.at_most_at_once))
