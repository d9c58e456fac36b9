"""contracts.csv, agents.csv and leave.csv: who there is, and when."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from models.faults import FaultLog
from models.roster.folder import Agent, Contract, RosterCalendar
from models.roster.inputs import RosterTables, Rows, hint, listed, no_employee, parse_date

_NO_CONTRACT = Contract("", 1.0)
WORKDAYS_OF_A_WEEK = 5


def read_contracts(rows: Rows, log: FaultLog) -> dict[str, Contract]:
    """Contracts by name."""
    found: dict[str, Contract] = {}
    for line, cells in rows:
        limits = _limits(cells["max_shifts"], line, log)
        for least, most in (
            ("min_hours", "max_hours"),
            ("min_hours_per_week", "max_hours_per_week"),
            ("min_days_in_a_row", "max_days_in_a_row"),
        ):
            if _number(cells[least], 0) > _number(cells[most], math.inf):
                log.add("contracts.csv", line, least, f"{cells[least]:g}", f"is above {most}, {cells[most]:g}")
                cells[least] = None
        if cells["contract"] is None or not isinstance(cells["hours_per_week"], float):
            continue
        name = str(cells["contract"])
        found[name] = Contract(
            name,
            cells["hours_per_week"],
            _number(cells["min_hours"], 0),
            _number(cells["max_hours"], math.inf),
            _number(cells["min_hours_per_week"], 0),
            _number(cells["max_hours_per_week"], math.inf),
            _number(cells["min_days_in_a_row"], 0),
            _number(cells["max_days_in_a_row"], math.inf),
            _number(cells["min_days_off_in_a_row"], 0),
            _number(cells["max_weekends"], math.inf),
            limits,
            _wage(cells["wage_per_hour"]),
        )
    return found


def read_people(
    given: RosterTables, contracts: Mapping[str, Contract], calendar: RosterCalendar, log: FaultLog
) -> tuple[tuple[Agent, ...], dict[str, int]]:
    """People with their leave, and the line of each contract in contracts.csv."""
    agents: list[Agent] = []
    for line, cells in given.rows("agents"):
        contract = contracts.get(str(cells["contract"]))
        if contract is None and cells["contract"] is not None and contracts:
            text = str(cells["contract"])
            log.add("agents.csv", line, "contract", text, f"is no contract of contracts.csv{hint(text, contracts)}")
        if cells["employee"] is None:
            continue
        contract = contract or _NO_CONTRACT
        wage = _wage(cells["wage_per_hour"]) or contract.wage_per_hour or given.settings.pay.wage_per_hour
        agents.append(
            Agent(
                str(cells["employee"]), contract, frozenset(listed(cells["skills"])), _number(cells["seniority"], 1.0),
                wage, (0.0,) * calendar.days, *_outside(cells, line, calendar, log),
            )
        )  # fmt: skip
    if not agents and given.frames.get("agents") is not None:
        log.add("agents.csv", None, None, "", "has no rows; name the people")
    lines = {str(cells["contract"]): line for line, cells in given.rows("contracts")}
    return _with_leave(given, agents, calendar, log), lines


def _outside(
    cells: Mapping[str, object], line: int, calendar: RosterCalendar, log: FaultLog
) -> tuple[frozenset[int], frozenset[int]]:
    """Days of the horizon outside somebody's employment, twice: they are away, too."""
    first, last = parse_date(cells["first_day"]), parse_date(cells["last_day"])
    if first is not None and last is not None and last < first:
        log.add("agents.csv", line, "last_day", str(last), f"lies before the first day, {first}")
    days = frozenset(
        day
        for day in range(calendar.days)
        if (first is not None and calendar.date(day) < first) or (last is not None and calendar.date(day) > last)
    )
    return days, days


def _with_leave(given: RosterTables, agents: list[Agent], calendar: RosterCalendar, log: FaultLog) -> tuple[Agent, ...]:
    """Take leave into the records: days away, and what paid ones credit.

    Leave that was known before the roster credits a fifth of the contract's hours on each weekday; one that falls on
    shifts of a published roster, such as sickness, credits these shifts and nothing else.
    """
    found = {agent.name: agent for agent in agents}
    for line, cells in given.rows("leave"):
        employee, first = cells["employee"], parse_date(cells["first_day"])
        last = parse_date(cells["last_day"]) or first
        if employee is not None and employee not in found:
            no_employee(given, log, "leave.csv", line, employee, found)
            continue
        if first is None or last is None or employee is None:
            continue
        if last < first:
            log.add("leave.csv", line, "last_day", str(last), f"lies before the first day, {first}")
            continue
        agent = found[str(employee)]
        days = frozenset(range(max(0, calendar.day(first)), min(calendar.days, calendar.day(last) + 1)))
        credit, rostered = list(agent.credit_min), given.rostered.get(agent.name, {})
        for day in days if cells["paid"] != "no" else ():
            if not days.isdisjoint(rostered):
                credit[day] = rostered[day][0] if day in rostered else 0.0
            elif day not in agent.outside and calendar.weekday(day) not in calendar.weekend_days:
                credit[day] = agent.contract.hours_per_week * 60 / WORKDAYS_OF_A_WEEK
        found[agent.name] = replace(agent, away=agent.away | days, credit_min=tuple(credit))
    return tuple(found.values())


def _limits(text: object, line: int, log: FaultLog) -> dict[str, int]:
    """Most shifts by type or kind, from a cell such as night=4;late=10."""
    limits: dict[str, int] = {}
    for part in listed(text):
        name, _, most = (piece.strip() for piece in part.partition("="))
        if name and most.isascii() and most.isdecimal():
            limits[name] = int(most)
        else:
            log.add("contracts.csv", line, "max_shifts", part, "is no limit; write night=4;late=10", kind="max_shifts")
    return limits


def _number(value: object, blank: float) -> float:
    return value if isinstance(value, float) else blank


def _wage(value: object) -> float | None:
    return value if isinstance(value, float) else None
