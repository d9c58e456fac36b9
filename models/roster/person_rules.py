"""From contracts and settings to the rules of one person, with leave, history and balances in their bounds."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from models.roster.breach import HOUR_MIN
from models.roster.folder import Agent, Contract, RosterCalendar
from models.roster.records import Measure, Period, Rule
from models.roster.settings import COUNTS, ContractPrices, OvertimeTier, RuleSettings


@dataclass(frozen=True)
class Known:
    """What is known of a person's past.

    Parameters
    ----------
    history_days : int
        Days before the horizon whose shifts are known.
    balances : mapping of str to float
        What each rule counted before those days, in the unit of the rule's bounds.
    """

    history_days: int = 0
    balances: Mapping[str, float] = field(default_factory=dict)


ShiftNames = Callable[[tuple[str, ...]], tuple[str, ...]]
"""Types of shift for names and kinds."""


def contract_rules(
    agent: Agent, calendar: RosterCalendar, prices: ContractPrices, known: Known, named: ShiftNames
) -> Iterator[Rule]:
    """Rules of a contract; paid leave and days outside the employment lower its hours."""
    contract = agent.contract
    share = 1 - len(agent.outside) / calendar.days
    credit = sum(agent.credit_min)
    under, over = prices.under_per_hour, prices.over_per_hour
    if contract.min_hours > 0:
        least = max(0.0, contract.min_hours * HOUR_MIN * share - credit)
        yield Rule("fewest contract hours", Measure.MINUTES, least, price=under, unit=HOUR_MIN)
    if math.isfinite(contract.max_hours):
        most = max(0.0, contract.max_hours * HOUR_MIN * share - credit)
        yield Rule("most contract hours", Measure.MINUTES, 0, most, over, unit=HOUR_MIN)
    yield from _weekly_hours(agent, calendar, prices, known)
    yield from _stretches(contract)
    if math.isfinite(contract.max_weekends):
        yield Rule("most weekends", Measure.WEEKENDS, 0, contract.max_weekends)
    for name, most_shifts in contract.max_shifts.items():
        yield Rule(f"most shifts of {name}", Measure.SHIFTS, 0, most_shifts, shifts=named((name,)))


def _weekly_hours(agent: Agent, calendar: RosterCalendar, prices: ContractPrices, known: Known) -> Iterator[Rule]:
    """Hours of each week; leave lowers the bounds of its own, so weeks with the same bounds are one rule."""
    contract = agent.contract
    fewest: dict[float, list[Period]] = {}
    most: dict[float, list[Period]] = {}
    for first, end in calendar.weeks:
        inside = range(max(first, 0), min(end, calendar.days))
        credit = sum(agent.credit_min[day] for day in inside)
        part = 1 - sum(day in agent.outside for day in inside) / 7
        period = (first, min(end, calendar.days))
        if contract.min_hours_per_week > 0 and end <= calendar.days and first >= -known.history_days:
            least = max(0.0, contract.min_hours_per_week * HOUR_MIN * part - credit)
            fewest.setdefault(least, []).append(period)
        if math.isfinite(contract.max_hours_per_week):
            bound = max(0.0, contract.max_hours_per_week * HOUR_MIN - credit)
            most.setdefault(bound, []).append(period)
    for least, periods in fewest.items():
        price = prices.under_per_hour
        yield Rule("fewest hours of a week", Measure.MINUTES, least, price=price, periods=tuple(periods), unit=HOUR_MIN)
    for bound, periods in most.items():
        price = prices.over_per_hour
        yield Rule("most hours of a week", Measure.MINUTES, 0, bound, price, periods=tuple(periods), unit=HOUR_MIN)


def _stretches(contract: Contract) -> Iterator[Rule]:
    if contract.min_days_in_a_row > 1 or math.isfinite(contract.max_days_in_a_row):
        yield Rule(
            "days in a row", Measure.DAYS_IN_A_ROW, max(1, contract.min_days_in_a_row), contract.max_days_in_a_row
        )
    if contract.min_days_off_in_a_row > 1:
        yield Rule("days off in a row", Measure.DAYS_OFF_IN_A_ROW, contract.min_days_off_in_a_row)


def overtime_rules(agent: Agent, calendar: RosterCalendar, tiers: tuple[OvertimeTier, ...]) -> Iterator[Rule]:
    """One rule for each tier of overtime, at what the tier adds to the pay of an hour."""
    paid = {"day": 0.0, "week": 0.0}
    for tier in sorted(tiers, key=lambda one: (one.each, one.after_hours)):
        price = agent.wage_per_hour * max(0.0, tier.percent - paid[tier.each]) / 100
        paid[tier.each] = tier.percent
        name, most = f"overtime above {tier.after_hours:g} h a {tier.each}", tier.after_hours * HOUR_MIN
        if tier.each == "day":
            yield Rule(name, Measure.DAY_MINUTES, 0, most, price, unit=HOUR_MIN)
        else:
            periods = tuple((first, min(end, calendar.days)) for first, end in calendar.weeks)
            yield Rule(name, Measure.MINUTES, 0, most, price, periods=periods, unit=HOUR_MIN)


def setting_rules(given: RuleSettings, calendar: RosterCalendar, known: Known, named: ShiftNames) -> Iterator[Rule]:
    """Rules that an entry of roster.yaml or of a pack makes for a person."""
    measure, factor = COUNTS[given.counts or "shifts"]
    least, most = (given.least or 0) * factor, math.inf if given.most is None else given.most * factor
    name, shifts = given.name or "", named(given.shifts)
    days = () if given.days is None else calendar.days_on(given.days)
    if given.shifts and not shifts:
        return
    if given.average_over_weeks is not None:
        first = calendar.days - 7 * given.average_over_weeks
        before = known.balances.get(name)
        if before is None:
            first = max(first, -known.history_days)
        weeks = (calendar.days - first) / 7
        yield Rule(
            name, measure, least * weeks, most * weeks, given.price, shifts, ((first, calendar.days),),
            (before or 0) * factor, days, unit=factor,
        )  # fmt: skip
        return
    if given.each == "horizon":
        yield Rule(name, measure, least, most, given.price, shifts, days=days, after=given.after, unit=factor)
        return
    whole = tuple(
        (first, end) for first, end in calendar.weeks if end <= calendar.days and first >= -known.history_days
    )
    cut = tuple((first, min(end, calendar.days)) for first, end in calendar.weeks if (first, end) not in whole)
    if whole:
        yield Rule(name, measure, least, most, given.price, shifts, whole, days=days, unit=factor)
    if cut and math.isfinite(most):
        yield Rule(name, measure, 0, most, given.price, shifts, cut, days=days, unit=factor)
