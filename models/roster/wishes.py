"""Leave, requests, fixed days and history: what is known of single days of single people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from models.faults import FaultLog
from models.roster.folder import Agent, RosterCalendar
from models.roster.inputs import RosterTables, hint, no_employee, parse_date
from models.roster.records import Reason, Wish

MAX_HISTORY_DAYS = 366


def read_wishes(
    given: RosterTables, agents: Sequence[Agent], shifts: set[str], calendar: RosterCalendar, log: FaultLog
) -> tuple[Wish, ...]:
    """Leave, fixed days and requests of everybody, in this order."""
    people = {agent.name: agent for agent in agents}
    wishes = [Wish(agent.name, day, None, False, None, Reason.LEAVE) for agent in agents for day in sorted(agent.away)]
    seen: dict[tuple[object, ...], dict[tuple[object, ...], int]] = {}
    for file in ("fixed.csv", "requests.csv"):
        for line, cells in given.rows(file.removesuffix(".csv")):
            day = _day(given, file, line, cells, people, shifts, calendar, log)
            if day is None:
                continue
            agent, shift = people[str(cells["employee"])], cells["shift"]
            wish = _fixed(cells, agent, day) if file == "fixed.csv" else _request(given, cells, agent, day)
            if file == "requests.csv" and day in agent.away:
                continue  # settled by the leave, and neither granted nor refused
            key = file, agent.name, day, shift, wish.wanted
            rows = seen.setdefault(key[:3], {})
            against = [other for other in rows if _excludes(other, key)]
            if against:
                message = f"of {agent.name} stands in row {rows[against[0]]} the other way round; keep one of them"
                log.add(file, line, "date", cells["date"], message)
            elif key in rows:
                log.add(
                    file, line, "date", cells["date"], f"of {agent.name} stands in row {rows[key]} already; keep one"
                )
            elif file == "fixed.csv" and wish.wanted and day in agent.away:
                log.add(file, line, "date", cells["date"], f"{agent.name} is on leave; settle one of them")
            elif file == "fixed.csv" and wish.wanted and (must := [k for k in rows if k[4]]):
                message = f"{agent.name} has {must[0][3] or 'a shift'} by row {rows[must[0]]}; one shift a day"
                log.add(file, line, "shift", shift, message)
            rows.setdefault(key, line)
            wishes.append(wish)
    return tuple(wishes)


def closed_wishes(agents: Sequence[Agent], closed: Sequence[int]) -> tuple[Wish, ...]:
    """Nobody works on closed days; who is on leave then has the wish already."""
    return tuple(
        Wish(agent.name, day, None, False, None, Reason.CLOSED)
        for agent in agents
        for day in closed
        if day not in agent.away
    )


def _excludes(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    """Whether two rows of one day cannot both come true: a day off and a shift on it, or a shift and not that shift."""
    if one[4] == other[4]:
        return False
    off = other if one[4] else one
    return off[3] is None or one[3] == other[3]


def _fixed(cells: dict[str, object], agent: Agent, day: int) -> Wish:
    shift = None if cells["shift"] is None else str(cells["shift"])
    return Wish(agent.name, day, shift, cells["works"] != "never", None, Reason.FIXED)


def _request(given: RosterTables, cells: dict[str, object], agent: Agent, day: int) -> Wish:
    shift = None if cells["shift"] is None else str(cells["shift"])
    price = cells["price"] if isinstance(cells["price"], float) else given.settings.requests.price
    return Wish(agent.name, day, shift, cells["wants"] == "on", price * agent.seniority)


def _day(
    given: RosterTables,
    file: str,
    line: int,
    cells: dict[str, object],
    people: dict[str, Agent],
    shifts: set[str],
    calendar: RosterCalendar,
    log: FaultLog,
) -> int | None:
    """Day of a row whose employee and shift are known; None after a fault."""
    before = len(log)
    employee, shift, date = cells["employee"], cells["shift"], parse_date(cells["date"])
    if employee is not None and employee not in people:
        no_employee(given, log, file, line, employee, people)
        return None
    if shift is not None and shift not in shifts:
        log.add(file, line, "shift", shift, f"is no type of shift{hint(str(shift), shifts)}")
    if date is not None and file != "history.csv" and not 0 <= calendar.day(date) < calendar.days:
        last = calendar.date(calendar.days - 1)
        log.add(file, line, "date", str(date), f"lies outside the horizon, {calendar.first_day} to {last}")
    return None if employee is None or date is None or len(log) > before else calendar.day(date)


def read_history(
    given: RosterTables, agents: Sequence[Agent], shifts: set[str], calendar: RosterCalendar, log: FaultLog
) -> dict[str, tuple[str | None, ...]]:
    """Shifts of each employee on the days before the horizon, oldest first."""
    people = {agent.name: agent for agent in agents}
    found: dict[str, dict[int, str | None]] = {}
    for line, cells in given.rows("history"):
        day = _day(given, "history.csv", line, cells, people, shifts, calendar, log)
        if day is None:
            continue
        employee, date = str(cells["employee"]), str(cells["date"])
        days = found.setdefault(employee, {})
        earliest = calendar.first_day - dt.timedelta(days=MAX_HISTORY_DAYS)
        if not -MAX_HISTORY_DAYS <= day < 0:
            log.add("history.csv", line, "date", date, f"must lie from {earliest} to before {calendar.first_day}")
        elif day in days:
            log.add("history.csv", line, "date", date, f"of {employee} stands here twice; keep one of them")
        else:
            days[day] = None if cells["shift"] is None else str(cells["shift"])
    return {employee: tuple(days.get(day) for day in range(min(days), 0)) for employee, days in found.items() if days}
