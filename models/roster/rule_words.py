"""Rules and wishes in a planner's words, with dates."""

from __future__ import annotations

import math
from collections.abc import Sequence

from models.roster.case import RosterCase
from models.roster.records import OF_TYPES, WHOLE_HORIZON, Measure, Period, Reason, Rule, Wish
from models.roster.rules import wish_name
from models.roster.settings import COUNTS

WORDS: dict[Measure, tuple[str, int]] = {measure: (word, factor) for word, (measure, factor) in COUNTS.items()}
"""What a measure is called in roster.yaml, and how many of its units make one of those."""


def day_words(case: RosterCase, first: int, last: int | None = None) -> str:
    """Say a day, or the days from one to another: as dates, or counted from 0 where the case has none."""
    last = first if last is None else last
    if case.first_date is None:
        return f"day {first}" if first == last else f"days {first} to {last}"
    ends = [case.date(day).isoformat() for day in (first, last)]
    return ends[0] if first == last else f"{ends[0]} to {ends[1]}"


def amount_words(measure: Measure, amount: float) -> str:
    """Say an amount of a measure in the unit of roster.yaml: 2880 minutes are 48 h."""
    factor = WORDS[measure][1]
    return f"{amount / factor:g}" + (" h" if factor > 1 else "")


def rule_words(case: RosterCase, rule: Rule) -> str:
    """Say what a rule demands, and of which days."""
    word = "" if rule.measure is Measure.MINUTES else WORDS[rule.measure][0]
    if rule.measure in OF_TYPES:
        word += f" of {', '.join(rule.shifts)}"
    if rule.measure is Measure.REST_AFTER and rule.after > 1:
        word += f" of {rule.after} or more"
    bounds = []
    if rule.least > 0:
        bounds.append(f"at least {amount_words(rule.measure, rule.least)}")
    if math.isfinite(rule.most):
        bounds.append(f"at most {amount_words(rule.measure, rule.most)}")
    periods = "; ".join(period_words(case, period) for period in rule.periods)
    when = f", {periods}" if periods else ("" if rule.measure in WHOLE_HORIZON else ", over the horizon")
    before = f", {amount_words(rule.measure, rule.before)} of it before" if rule.before else ""
    asked = " ".join(filter(None, [word, " and ".join(bounds)]))
    return f"{rule.name}: {asked}{when}{before}"


def period_words(case: RosterCase, period: Period) -> str:
    """Say the days of a period."""
    return day_words(case, period[0], period[1] - 1)


def wish_words(case: RosterCase, wishes: Sequence[Wish]) -> str:
    """Say what wishes alike, on days that follow each other, ask for."""
    wish = wishes[0]
    if wish.reason is Reason.CLOSED or (not wish.wanted and wish.shift is None):
        asked = "no work"
    else:
        asked = f"{'' if wish.wanted else 'not '}{wish.shift or ('any shift' if wish.wanted else 'a shift')}"
    return f"{wish_name(wish)}: {asked}, {day_words(case, wish.day, wishes[-1].day)}"
