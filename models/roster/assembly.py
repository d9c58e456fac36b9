"""From the tables of a roster folder to the case: names resolved, dates as days, rules for each person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from models.faults import FaultLog
from models.remark import remark
from models.roster.case import RosterCase
from models.roster.fair_shares import fair_rules
from models.roster.folder import Agent, RosterCalendar, RosterFolder
from models.roster.from_schedule import ScheduleShifts, read_schedule_shifts
from models.roster.inputs import RosterTables, hint, no_employee
from models.roster.packs import Pack, pack_names, read_pack
from models.roster.people import read_contracts, read_people
from models.roster.person_rules import Known, contract_rules, overtime_rules, setting_rules
from models.roster.records import Cover, Employee, ShiftType, Wish
from models.roster.settings import FairnessSettings, OvertimeTier, RuleSettings
from models.roster.wishes import closed_wishes, read_history, read_wishes
from models.roster.work import ShiftNamer, read_cover, read_shifts, with_nobody

MAX_CELLS = 5_000_000
"""Of a roster: people x days x types of shift."""


def assemble(given: RosterTables, schedule: Path | None, log: FaultLog) -> RosterFolder | None:
    """Put a roster together; None after a fault that leaves nothing to check."""
    settings = given.settings
    calendar = RosterCalendar.of(settings)
    contracts = read_contracts(given.rows("contracts"), log)
    agents, lines = read_people(given, contracts, calendar, log)
    shifts, cover, scheduled = _work(given, schedule, calendar, agents, log)
    if not agents or not shifts:
        return None
    if len(agents) * calendar.days * len(shifts) > MAX_CELLS:
        given.fault(log, ("days",), calendar.days, f"makes a roster of more than {MAX_CELLS:,} people x days x shifts")
    named = ShiftNamer(shifts)
    shifts = _followed(given, shifts, named, log)
    _check_names(given, agents, named, lines, log)
    packs = _packs(given, log)
    names = {shift.name for shift in shifts}
    cover, closed = with_nobody(cover, shifts, calendar, settings.cover)
    if len(closed) == calendar.days:
        log.add("cover.csv" if schedule is None else schedule.name, None, "need", "", "asks for nobody on any day")
    wishes = read_wishes(given, agents, names, calendar, log) + closed_wishes(agents, closed)
    past = _Past(read_history(given, agents, names, calendar, log), _balances(given, agents, log))
    if len(log):
        return None
    tiers = settings.pay.overtime or tuple(tier for pack in packs.values() for tier in pack.overtime)
    entries = [*_entries(settings.rules, packs)]
    employees = _employees(given, agents, shifts, cover, calendar, past, entries, tiers, wishes)
    case = RosterCase(
        settings.name, calendar.days, shifts, employees, wishes, cover, calendar.weekends,
        settings.first_day, settings.time_zone,
    )  # fmt: skip
    holiday = settings.pay.holiday_percent
    return RosterFolder(
        settings, calendar, case, agents, tiers,
        max((pack.holiday_percent for pack in packs.values()), default=0.0) if holiday is None else holiday,
        tuple(f"{name}: {pack.title} ({pack.label})" for name, pack in packs.items()),
        {} if scheduled is None else scheduled.breaks,
        None if scheduled is None else scheduled.cost,
        (() if scheduled is None else scheduled.notes) + _closed_note(closed, calendar),
    )  # fmt: skip


def _closed_note(closed: Sequence[int], calendar: RosterCalendar) -> tuple[str, ...]:
    """Remark on days without any cover."""
    if not closed:
        return ()
    first = ", ".join(str(calendar.date(day)) for day in closed[:3]) + (", ..." if len(closed) > 3 else "")
    return (remark("nobody works on days without cover ({count}): {dates}", count=len(closed), dates=first),)


def _employees(
    given: RosterTables,
    agents: tuple[Agent, ...],
    shifts: tuple[ShiftType, ...],
    cover: tuple[Cover, ...],
    calendar: RosterCalendar,
    past: _Past,
    entries: Sequence[RuleSettings],
    tiers: tuple[OvertimeTier, ...],
    wishes: Sequence[Wish],
) -> tuple[Employee, ...]:
    """People with all their rules: of the contract, of roster.yaml and its packs, of overtime and of fairness."""
    settings, named = given.settings, ShiftNamer(shifts)
    never: dict[str, set[tuple[int, str | None]]] = {}
    for wish in wishes:
        if wish.price is None and not wish.wanted:
            never.setdefault(wish.employee, set()).add((wish.day, wish.shift))
    fair = [
        fair_rules(
            one,
            agents,
            shifts,
            cover,
            calendar,
            [past.balance(agent, one.name) + _fallen_out(given, agent, one, calendar, named) for agent in agents],
            named,
            never,
        )
        for one in settings.fairness
    ]
    employees = []
    for place, agent in enumerate(agents):
        history = past.history.get(agent.name, ())
        known = Known(len(history), past.balances.get(agent.name, {}))
        rules = [*contract_rules(agent, calendar, settings.contract_hours, known, named)]
        for entry in entries:
            if not entry.contracts or agent.contract.name in entry.contracts:
                rules += setting_rules(entry, calendar, known, named)
        rules += overtime_rules(agent, calendar, tiers)
        rules += [rule for shares in fair if (rule := shares[place]) is not None]
        employees.append(Employee(agent.name, tuple(rules), agent.skills, history))
    return tuple(employees)


def _fallen_out(
    given: RosterTables, agent: Agent, fair: FairnessSettings, calendar: RosterCalendar, named: ShiftNamer
) -> float:
    """Return what somebody had of a burden in a published roster on days of leave: it counts as had."""
    if fair.counts not in ("shifts", "hours"):
        return 0.0
    shifts = given.rostered.get(agent.name, {})
    counted = [one for day, one in shifts.items() if fair.days is None or calendar.weekday(day) in fair.days]
    if fair.counts == "hours":
        return sum(minutes for minutes, _ in counted) / 60
    return float(sum(name in named(fair.shifts) for _, name in counted))


@dataclass(frozen=True)
class _Past:
    """What is known of the time before the horizon, by employee."""

    history: Mapping[str, tuple[str | None, ...]]
    balances: Mapping[str, Mapping[str, float]]

    def balance(self, agent: Agent, rule: str) -> float:
        return self.balances.get(agent.name, {}).get(rule, 0.0)


def _work(
    given: RosterTables, schedule: Path | None, calendar: RosterCalendar, agents: tuple[Agent, ...], log: FaultLog
) -> tuple[tuple[ShiftType, ...], tuple[Cover, ...], ScheduleShifts | None]:
    """Types of shift and cover, from a schedule or from their tables."""
    settings = given.settings
    skills = {skill for agent in agents for skill in agent.skills}
    if schedule is not None:
        found = read_schedule_shifts(schedule, settings.time_zone, calendar, settings.cover, skills, log)
        return ((), (), None) if found is None else (found.shifts, found.cover, found)
    shifts = read_shifts(given.rows("shifts"), skills, log)
    return shifts, read_cover(given.rows("cover"), shifts, skills, calendar, settings.cover, log), None


def _followed(
    given: RosterTables, shifts: tuple[ShiftType, ...], named: ShiftNamer, log: FaultLog
) -> tuple[ShiftType, ...]:
    """Add the successions that roster.yaml forbids to those of shifts.csv, names for kinds."""
    after: dict[str, set[str]] = {shift.name: set() for shift in shifts}
    for shift in shifts:
        after[shift.name] |= set(named(shift.not_followed_by))
    for first, others in given.settings.forbidden.items():
        for name in (first, *others):
            if not named((name,)):
                given.fault(log, ("forbidden", first), name, f"is no shift and no kind{named.hint(name)}")
        for name in named((first,)):
            after[name] |= set(named(others))
    return tuple(replace(shift, not_followed_by=tuple(sorted(after[shift.name]))) for shift in shifts)


def _check_names(
    given: RosterTables, agents: tuple[Agent, ...], named: ShiftNamer, lines: Mapping[str, int], log: FaultLog
) -> None:
    """Names of shifts and contracts in rules, fairness and contracts are those of the tables."""
    contracts = {str(cells["contract"]) for _, cells in given.rows("contracts")}
    settings: dict[str, Sequence[RuleSettings | FairnessSettings]] = {
        "rules": given.settings.rules,
        "fairness": given.settings.fairness,
    }
    for key, entries in settings.items():
        for place, entry in enumerate(entries):
            for name in entry.shifts:
                if not named((name,)):
                    given.fault(log, (key, place, "shifts"), name, f"is no shift and no kind{named.hint(name)}")
            for name in getattr(entry, "contracts", ()):
                if name not in contracts:
                    given.fault(log, (key, place, "contracts"), name, f"is no contract{hint(name, contracts)}")
    used = {agent.contract.name: agent.contract for agent in agents if agent.contract.name in lines}
    for contract in used.values():
        for name in contract.max_shifts:
            if not named((name,)):
                message = f"is no shift and no kind{named.hint(name)}"
                log.add("contracts.csv", lines[contract.name], "max_shifts", name, message, kind=contract.name + name)


def _packs(given: RosterTables, log: FaultLog) -> dict[str, Pack]:
    """Packs that roster.yaml asks for."""
    packs: dict[str, Pack] = {}
    for place, entry in enumerate(given.settings.rules):
        if entry.pack is None:
            continue
        path = ("rules", place, "pack")
        if entry.pack not in pack_names():
            given.fault(log, path, entry.pack, f"is no pack of rules; there are {', '.join(pack_names())}")
        elif entry.pack in packs:
            given.fault(log, path, entry.pack, "stands here twice; keep one of them")
        else:
            packs[entry.pack] = read_pack(entry.pack)
            names = [str(rule.name) for rule in packs[entry.pack].rules]
            for name in entry.leave_out:
                if name not in names:
                    message = f"is no rule of the pack; it has {', '.join(names) or 'none'}"
                    given.fault(log, ("rules", place, "leave_out"), name, message)
    return packs


def _entries(rules: tuple[RuleSettings, ...], packs: Mapping[str, Pack]) -> Iterator[RuleSettings]:
    """Rules of roster.yaml with those of its packs."""
    for entry in rules:
        if entry.pack is None:
            yield entry
        else:
            yield from (rule for rule in packs[entry.pack].rules if rule.name not in entry.leave_out)


def _balances(given: RosterTables, agents: tuple[Agent, ...], log: FaultLog) -> dict[str, dict[str, float]]:
    """What was counted before, by employee and rule."""
    settings = given.settings
    rules = {str(rule.name) for rule in settings.rules if rule.average_over_weeks}
    rules |= {str(r.name) for e in settings.rules if e.pack in pack_names() for r in read_pack(str(e.pack)).rules}
    rules |= {fair.name for fair in settings.fairness}
    people = {agent.name for agent in agents}
    found: dict[str, dict[str, float]] = {}
    for line, cells in given.rows("balances"):
        employee, rule, amount = cells["employee"], cells["rule"], cells["amount"]
        if employee is not None and employee not in people:
            no_employee(given, log, "balances.csv", line, employee, people)
        if rule is not None and rule not in rules:
            message = f"is no rule that looks back; there are {', '.join(sorted(rules)) or 'none'}"
            log.add("balances.csv", line, "rule", rule, message)
        if rule is not None and employee is not None and rule in found.get(str(employee), {}):
            log.add("balances.csv", line, "rule", rule, f"of {employee} stands here twice; keep one of them")
        if employee is not None and rule is not None and isinstance(amount, float):
            found.setdefault(str(employee), {})[str(rule)] = amount
    return found
