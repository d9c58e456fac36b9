"""Why a chosen initiative starts when it does: what a period earlier would break or earn, the others as they are."""

from __future__ import annotations

from dataclasses import replace

from models.investment.case import Choice, InvestmentCase, Start
from models.investment.portfolio import capacity_table
from models.investment.pricing import by_year, outlays, serve
from optimizer.invest.search import value_of

_PERIODS = {1: "year", 4: "quarter", 12: "month"}
_SLACK = 1e-6


def why_then(case: InvestmentCase, choice: Choice, start: Start) -> str:
    """Say in words why an initiative does not start earlier.

    Parameters
    ----------
    case : InvestmentCase
    choice : Choice
    start : Start
        One of the choice.

    Returns
    -------
    str
        The window, a rule that a start one period earlier breaks, or what it would earn less.
    """
    option, period = case.options[start.option], _PERIODS[case.horizon.periods_per_year]
    if start.period == option.first_start:
        return "it starts as soon as it may"
    earlier = replace(start, period=start.period - 1)
    moved = Choice(tuple(earlier if one == start else one for one in choice.starts), choice.spends)
    if words := _broken(case, choice, moved, start):
        return f"a {period} earlier {words}"
    less = value_of(case, choice) - value_of(case, moved)
    if abs(less) < 0.5:
        return f"a {period} earlier would make no difference"
    what = "take {} outlay" if case.settings.goal == "least_cost" else "earn {}"
    more = case.settings.goal == "least_cost"
    side = ("more" if more else "less") if less > 0 else ("less" if more else "more, beyond what was proved")
    return f"a {period} earlier it would {what.format(f'{abs(less):,.0f} {side}')}"


def _broken(case: InvestmentCase, choice: Choice, moved: Choice, start: Start) -> str:
    """Rule that a choice breaks when one start moves a period forward; empty when it keeps all."""
    settings = case.settings
    for year, lack in _lacking(case, moved).items():
        return f"the budget of {year} would lack {lack:,.0f}"
    table = capacity_table(case, moved)
    for column, limit, words in (
        ("people_used", settings.change_capacity, "change capacity would be {} people of {} in {}"),
        ("being_built", settings.at_most_at_once, "{} of at most {} would be under way in {}"),
    ):
        over = table[table[column] > limit + _SLACK] if limit is not None else table.iloc[:0]
        if len(over):
            return words.format(f"{over[column].iloc[0]:g}", f"{limit:g}", over["period"].iloc[0])
    works = {case.initiative_of[one.option]: one.period + case.options[one.option].build for one in choice.starts}
    mine = case.initiative_of[start.option]
    for a, b in case.relations.needs:
        if a == mine and works.get(b, works[a]) >= works[a]:
            return f"{case.initiatives[b]}, which it needs, would not yet work"
    floor, today = settings.csat.floor, settings.csat.today
    if floor is not None and today is not None and (today + serve(case, moved).csat_change < floor - 1e-9).any():
        return "satisfaction would be below its floor"
    return ""


def _lacking(case: InvestmentCase, choice: Choice) -> dict[int, float]:
    """What a choice takes beyond the budgets, by calendar year, where it does."""
    settings, left, lacking = case.settings, 0.0, dict[int, float]()
    one_off, running = (by_year(case, part) for part in outlays(case, choice))
    for y, year in enumerate(case.horizon.calendar_years if settings.budgets else ()):
        pays = settings.budget_covers == "all" and year in settings.budgets
        left = (left if settings.carry_over else 0.0) + settings.budgets.get(year, 0.0)
        left -= float(one_off[y]) + (float(running[y]) if pays else 0.0)
        if left < -0.005:
            lacking[year] = -left
    return lacking
