"""What a roster means: for each person, for each shift, for each rule, and how evenly burdens are shared."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from models.roster.breach import HOUR_MIN, Breach
from models.roster.case import OFF, Lines
from models.roster.folder import RosterFolder
from models.roster.pay import pay_table
from models.roster.records import Measure, Reason, Rule
from models.roster.totals import COUNTS

COVER_COLUMNS = ("date", "shift", "skill", "need", "rostered", "under", "over", "uncovered_hours")
RULE_COLUMNS = ("rule", "employee", "date", "amount", "unit", "price", "cost", "hard", "words")
FAIRNESS_COLUMNS = ("burden", "employee", "share_least", "share_most", "before", "count", "beside_share", "cost")


def agent_table(found: RosterFolder, lines: Lines, worked: pd.DataFrame, breaches: Sequence[Breach]) -> pd.DataFrame:
    """Return a row for each employee: shifts, hours, nights, weekends, requests, rules and pay.

    ``night_shifts`` are those of the kind night; ``contract_hours`` those of the horizon by the contract's hours a
    week; ``rules_cost`` what the employee's own soft rules, requests and changes cost, by the breaches of the roster.
    """
    case, calendar = found.case, found.calendar
    pay = pay_table(found, lines, worked)
    costs: dict[str, float] = {}
    for breach in breaches:
        if breach.employee is not None:
            costs[breach.employee] = costs.get(breach.employee, 0.0) + breach.cost
    rows = []
    for place, agent in enumerate(found.agents):
        line = lines[place]
        kinds = [case.shifts[shift].counts_as for shift in line[line != OFF]]
        requests = [
            wish
            for wish in case.wishes_of.get(agent.name, ())
            if wish.reason is Reason.REQUEST and wish.price is not None
        ]
        rows.append(
            {
                "employee": agent.name,
                "contract": agent.contract.name,
                "shifts": len(kinds),
                "contract_hours": agent.contract.hours_per_week * calendar.days / 7,
                "night_shifts": kinds.count("night"),
                "weekends": sum(bool((line[list(days)] != OFF).any()) for days in calendar.weekends),
                "requests": len(requests),
                "refused_requests": sum(not case.granted(wish, int(line[wish.day])) for wish in requests),
                "rules_cost": costs.get(agent.name, 0.0),
            }
        )
    table = pd.DataFrame(rows).merge(pay, on="employee", validate="one_to_one")
    first = ["employee", "contract", "shifts", "hours", "leave_hours", "contract_hours"]
    return table[[*first, *(name for name in table.columns if name not in first)]]


def cover_table(found: RosterFolder, lines: Lines) -> pd.DataFrame:
    """Return `COVER_COLUMNS`, one row for each need; ``uncovered_hours`` are paid hours of the people too few."""
    case = found.case
    skills = {
        skill: np.array([skill in employee.skills for employee in case.employees])
        for skill in {one.skill for one in case.cover if one.skill is not None}
    }
    rows = []
    for one in sorted(case.cover, key=lambda c: (c.day, case.shift_index[c.shift], c.skill or "")):
        works = lines[:, one.day] == case.shift_index[one.shift]
        present = int((works if one.skill is None else works & skills[one.skill]).sum())
        under = max(0, one.need - present)
        hours = under * case.shifts[case.shift_index[one.shift]].length_min / 60
        date = found.calendar.date(one.day).isoformat()
        rows.append((date, one.shift, one.skill, one.need, present, under, max(0, present - one.need), hours))
    return pd.DataFrame(rows, columns=list(COVER_COLUMNS))


def rule_table(found: RosterFolder, breaches: Sequence[Breach]) -> pd.DataFrame:
    """Return `RULE_COLUMNS`, one row for each place where a rule is missed, dearest first, hard ones before all.

    ``amount`` is in the unit of ``price``: but for fairness, whose price grows, their product is the ``cost``.
    """
    units = {rule.name: (_unit(rule), rule.unit) for employee in found.case.employees for rule in employee.rules}
    rows = [
        (
            breach.rule,
            breach.employee,
            None if breach.day is None else found.calendar.date(breach.day).isoformat(),
            breach.amount / units[breach.rule][1] if breach.rule in units else breach.amount,
            units[breach.rule][0] if breach.rule in units else "people" if breach.employee is None else "days",
            breach.price,
            breach.cost,
            breach.price is None,
            breach.words,
        )
        for breach in breaches
        if breach.price is None or breach.cost
    ]
    table = pd.DataFrame(rows, columns=list(RULE_COLUMNS))
    return table.sort_values(["hard", "cost"], ascending=False, kind="stable").reset_index(drop=True)


def _unit(rule: Rule) -> str:
    minutes = (Measure.MINUTES, Measure.DAY_MINUTES, Measure.REST, Measure.REST_AFTER, Measure.LONGEST_REST)
    if rule.measure in minutes:
        return "hours" if rule.unit == HOUR_MIN else "minutes"
    return str(rule.measure)


def fairness_table(found: RosterFolder, lines: Lines) -> pd.DataFrame:
    """Return `FAIRNESS_COLUMNS`, one row for each burden and person who has a share in it.

    ``count`` holds what came before the horizon, too; hours are in hours. ``beside_share`` is negative for less.
    """
    case = found.case
    whole = np.arange(case.days)
    rows = []
    for place, employee in enumerate(case.employees):
        known = case.with_history(employee, lines[place])
        for rule in employee.rules:
            if not rule.growing:
                continue
            count = (rule.before + COUNTS[rule.measure](case, employee, known, whole, rule)) / rule.unit
            least, most = rule.least / rule.unit, rule.most / rule.unit
            beside = max(0.0, count - most) - max(0.0, least - count)
            cost = rule.cost(rule.miss(count * rule.unit, rule.before))
            rows.append((rule.name, employee.name, least, most, rule.before / rule.unit, count, beside, cost))
    return pd.DataFrame(rows, columns=list(FAIRNESS_COLUMNS))


def spread_table(fairness: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each burden: people, least, most, mean and standard deviation of what is beside the shares."""
    if fairness.empty:
        return pd.DataFrame(columns=["burden", "people", "on_share", "least", "most", "mean", "std_beside_share"])
    groups = fairness.groupby("burden", sort=False)
    return pd.DataFrame(
        {
            "people": groups.size(),
            "on_share": groups["beside_share"].agg(lambda values: int((values == 0).sum())),
            "least": groups["count"].min(),
            "most": groups["count"].max(),
            "mean": groups["count"].mean(),
            "std_beside_share": groups["beside_share"].std(ddof=0),
        }
    ).reset_index()
