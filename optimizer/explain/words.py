"""Rules, days and ways out in the planner's words."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.calendar import TimeGrid
from models.remark import remark
from models.wallclock import DAY_NAMES
from models.words import percent_at_least
from optimizer.explain.rules import Give, Rule


@dataclass(frozen=True)
class Wording:
    """How a problem's targets and money are called.

    Attributes
    ----------
    target : pool -> "80% of contacts within 20 s"; empty without service levels
    money : amount -> text
    lead_in : how to let shifts of the day before reach in, such as "horizon_edges: lead_in"; empty where they may
    """

    grid: TimeGrid
    target: dict[str, str]
    money: Callable[[float], str]
    lead_in: str = ""


def conflict_words(rules: Iterable[Rule], wording: Wording) -> str:
    """Name the rules of a conflict."""
    rules = list(rules)
    found = []
    for family in dict.fromkeys(rule.family for rule in rules):
        kind, label = family
        days = on_days((rule.day for rule in rules if rule.family == family), wording.grid)
        if kind == "cover":
            said = remark("pool {pool} needs the people of its requirement", pool=label)
        elif kind == "service":
            target = wording.target.get(label, remark("its service level"))
            said = remark("pool {pool} must reach {what}", pool=label, what=target)
        elif kind == "due":
            said = remark("work of {name} must be done by its deadline", name=label)
        else:
            said = label
        found.append(_on(said, days) if kind != "due" else said)
    return cannot_be_kept(found)


def cannot_be_kept(rules: list[str]) -> str:
    """Say that rules exclude each other, or that one cannot be kept by itself."""
    return remark(
        "together these cannot be kept: {rules}" if len(rules) > 1 else "this cannot be kept: {rules}",
        rules="; ".join(rules),
    )


def _on(what: str, days: str) -> str:
    """Say on which days, where some are known."""
    return remark("{what} on {days}", what=what, days=days) if days else what


def give_words(give: Give, wording: Wording) -> str:
    """Say how far a rule gives way."""
    (kind, label), days = give.family, on_days(give.days, wording.grid)
    amount = f"{give.amount:.0f}"
    if kind == "cover":
        said = remark(
            "accept up to {count} person fewer than the requirement in pool {pool}" if give.amount == 1
            else "accept up to {count} people fewer than the requirement in pool {pool}", count=amount, pool=label,
        )  # fmt: skip
    elif kind == "service":
        said = remark("accept {level} instead of {what} in pool {pool}", level=percent_at_least(give.reaches),
                      what=wording.target.get(label, remark("the target")), pool=label)  # fmt: skip
    elif kind == "due":
        later = f"{give.amount * wording.grid.interval_min:.0f}"
        return remark("let work of {name} be done {count} minutes of opening time later", name=label, count=later)
    elif give.is_share:
        said = remark("raise {rule} to {level}", rule=label, level=f"{math.ceil(round(100 * give.reaches, 6))}%")
    else:
        said = remark("raise {rule} by {count}" if give.direction == "raise" else "lower {rule} by {count}",
                      rule=label, count=amount)  # fmt: skip
    return _on(said, days)


def on_days(days: Iterable[int], grid: TimeGrid) -> str:
    """Name days: "mon 2024-06-03 to fri 2024-06-07, mon 2024-06-10"; -1 is no day."""
    known = sorted({day for day in days if day >= 0})
    if not known:
        return ""
    parts = [
        _date(first, grid) if first == last else f"{_date(first, grid)} to {_date(last, grid)}"
        for first, last in runs(np.array(known))
    ]
    return ", ".join(parts)


def _date(day: int, grid: TimeGrid) -> str:
    date = grid.first_date + dt.timedelta(days=day)
    return f"{DAY_NAMES[date.weekday()]} {date}"


def which_days(days: Iterable[int], grid: TimeGrid) -> str:
    """Name days shortly: "mon 2024-06-03", or "mon to fri, 2024-06-03 to 2024-06-28"."""
    known = sorted(set(days))
    if len(known) == 1:
        return _date(known[0], grid)
    named = {grid.dates[day].weekday() for day in known}
    between = [day for day in range(known[0], known[-1] + 1) if grid.dates[day].weekday() in named]
    some = "" if known == between else f"{len(known)} of {len(between)} days, "
    return f"{some}{weekdays(known, grid)}, {grid.dates[known[0]]} to {grid.dates[known[-1]]}"


def weekdays(days: Iterable[int], grid: TimeGrid) -> str:
    """Name the weekdays of some days: "mon to fri", "mon, wed"."""
    named = sorted({grid.dates[day].weekday() for day in days})
    return ", ".join(
        DAY_NAMES[first] if first == last else f"{DAY_NAMES[first]} to {DAY_NAMES[last]}"
        for first, last in runs(np.array(named))
    )


def clock(grid: TimeGrid, first: int, last: int) -> str:
    """Name the time of day from the start of one interval to the end of another of the same day."""
    # the zone counts what really passes: adding to a stamp aware of it is right on days when the clocks change
    end = grid.starts[last] + dt.timedelta(minutes=grid.interval_min)
    return f"{grid.starts[first]:%H:%M}-{end:%H:%M}"


def runs(index: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Return (first, last) of each run of consecutive numbers."""
    breaks = np.flatnonzero(np.diff(index) > 1)
    firsts = index[np.concatenate([[0], breaks + 1])]
    lasts = index[np.concatenate([breaks, [len(index) - 1]])]
    return list(zip(firsts.tolist(), lasts.tolist(), strict=True))
