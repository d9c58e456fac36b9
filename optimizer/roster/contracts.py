"""From an employee's rules to machines and totals, and who shares a network of lines of work with whom."""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass, replace

import numpy as np

from models.roster.case import OFF, RosterCase
from models.roster.records import Employee, Measure, Period, Rule
from models.roster.totals import COUNTS
from optimizer.roster.building import line_network
from optimizer.roster.counting import Bounded, InPeriod, PerPeriod, count_of, periods_of, refusals
from optimizer.roster.layers import Days
from optimizer.roster.machines import DayCosts, LongestRest, Machine, Rest, RestAfter, Rests, State, Stretch, Succession
from optimizer.roster.network import Floats, Ints, LineNetwork, Person, Total

MOST_REMEMBERED = 64
"""A count with more values in a period than this is a total of the network rather than something that a node tells."""


@dataclass(frozen=True, eq=False)
class EmployeeLines:
    """An employee's lines of work in a network that others may share.

    Attributes
    ----------
    network : None where there is no legal line
    node, coordinate, totals : where the lines begin, and the exact and priced totals there; -1 where none can
    own_add : (D, S + 1, K) what each choice adds to each priced total; 0 = off
    own_cost : (D, S + 1) what each choice costs the employee on each day by the wishes
    """

    network: LineNetwork | None
    node: int
    coordinate: int
    totals: Ints
    own_add: Ints
    own_cost: Floats


@dataclass(frozen=True, eq=False)
class _Contract:
    """What an employee's rules are made of.

    Attributes
    ----------
    choices : off, and the types of shift that no hard rule forbids altogether
    charged : machines whose rules are charged day by day
    totals : charged at the end, with the rules on each
    constant : cost of periods that lie outside of the horizon
    """

    choices: tuple[int, ...]
    charged: tuple[Machine, ...]
    totals: tuple[tuple[Total, tuple[Rule, ...]], ...]
    constant: float

    def shape(self, days: int) -> Hashable:
        """Return what contracts must share to share a network."""
        machines = tuple((machine.kind, tuple(map(machine.phase, range(days)))) for machine in self.charged)
        return self.choices, machines, tuple(total.what for total, _ in self.totals)


def employee_lines(case: RosterCase) -> list[EmployeeLines]:
    """Return every employee's lines of work; a network is built once for all whose rules have the same shape."""
    contracts: dict[Hashable, _Contract] = {}
    shapes: dict[Hashable, Hashable] = {}
    groups: dict[Hashable, list[tuple[int, _Contract]]] = {}
    for place, employee in enumerate(case.employees):
        key = employee.rules, _choices(case, employee), _key_of_past(case, employee)
        if key not in contracts:
            contracts[key] = _contract(case, employee)
            shapes[key] = contracts[key].shape(case.days)
        groups.setdefault(shapes[key], []).append((place, contracts[key]))
    found: dict[int, EmployeeLines] = {}
    known = Days()
    for group in groups.values():
        people = [_person(case, case.employees[place], contract) for place, contract in group]
        shared = group[0][1]
        begun = line_network(
            case.days, shared.choices, shared.charged, tuple(total for total, _ in shared.totals), people, known
        )
        for (place, contract), begin in zip(group, begun, strict=True):
            own = own_costs(case, place)
            own[0] += contract.constant
            found[place] = EmployeeLines(*begin, own)
    return [found[place] for place in range(len(case.employees))]


def own_costs(case: RosterCase, place: int) -> Floats:
    """Return what each choice costs the employee on each day by the wishes, (D, S + 1); 0 = off."""
    cost = np.zeros((case.days, len(case.shifts) + 1))
    for wish in case.wishes_of.get(case.employees[place].name, ()):
        refused = [not case.granted(wish, choice) for choice in range(OFF, len(case.shifts))]
        cost[wish.day, refused] += math.inf if wish.price is None else wish.price
    return cost


def _key_of_past(case: RosterCase, employee: Employee) -> Hashable:
    """What an employee's past changes in the rules: what it exceeds, and the counts of periods that are over."""
    if not any(rule.periods and rule.periods[0][0] < 0 for rule in employee.rules):
        return None
    return employee.history


def _past(case: RosterCase, employee: Employee, rule: Rule, periods: tuple[Period, ...]) -> float:
    """What the first period counted before the horizon."""
    past = rule.before
    if periods[0][0] < 0 and employee.history:
        machine = InPeriod(count_of(case, employee, rule), periods[0])
        past += _read_history(case, employee, machine)[1]
    return past


def _read_history(case: RosterCase, employee: Employee, machine: Machine) -> tuple[State, float]:
    """State of a machine after an employee's history, and what it added."""
    first, total = -len(employee.history), 0.0
    state = machine.start(first)
    for place, choice in enumerate(case.history(employee).tolist()):
        state, more = machine.step(state, first + place, choice)
        total += more
    return machine.settled(state), total


def _choices(case: RosterCase, employee: Employee) -> tuple[int, ...]:
    """Off, and the types of shift that the employee may work at all."""
    never = {
        name
        for rule in employee.rules
        if rule.measure is Measure.SHIFTS and rule.price is None and rule.most < 1 and not (rule.periods or rule.days)
        for name in rule.shifts
    }
    fit = (shift.name not in never and shift.needs <= employee.skills for shift in case.shifts)
    return (OFF, *np.flatnonzero(list(fit)).tolist())


_What = tuple[Measure, frozenset[str], tuple[int, ...]]
"""Names what is counted: the measure, types of shift and days."""


def _contract(case: RosterCase, employee: Employee) -> _Contract:
    choices = _choices(case, employee)
    charged: list[Machine] = []
    remembered: dict[_What, list[tuple[Period, Rule, float]]] = {}
    totals: dict[Hashable, tuple[Total, tuple[Rule, ...]]] = {}
    constant = 0.0
    if case.forbidden.any():
        charged.append(Succession(tuple(map(tuple, case.forbidden.tolist()))))
    for rule in employee.rules:
        if rule.measure not in COUNTS:
            charged.append(_machine(case, rule))
            continue
        periods = periods_of(case, rule)
        worked = frozenset(rule.shifts) & {case.shifts[place].name for place in choices if place != OFF}
        if rule.measure is Measure.SHIFTS and not worked and rule.least == 0:
            continue  # nobody counts what is never worked
        for number, period in enumerate(periods):
            before = rule.before if number == 0 else 0
            plain = replace(rule, name="", periods=(), before=0)
            what = (rule.measure, worked, rule.days)
            if max(period[0], 0) >= min(period[1], case.days):
                lacks = rule.least - before - _count_before(case, employee, rule, period)
                constant += rule.cost(max(0.0, lacks))
            elif _remembers(case, rule, period, choices):
                remembered.setdefault(what, []).append((period, plain, before))
            else:
                past = _past(case, employee, rule, periods) if number == 0 else 0
                own = replace(plain, most=max(rule.most, past), before=before)
                machine = InPeriod(count_of(case, employee, rule), period)
                total = Total(machine, (*what, period), _grain(case, rule, choices), rule.measure is Measure.REFUSED)
                totals[total.what] = (total, (*totals.get(total.what, (total, ()))[1], own))
    for what, some in remembered.items():
        charged.extend(_per_period(case, employee, what, some, choices))
    return _Contract(choices, tuple(charged), tuple(totals.values()), constant)


def _per_period(
    case: RosterCase, employee: Employee, what: Hashable, some: list[tuple[Period, Rule, float]],
    choices: tuple[int, ...],
) -> list[Machine]:  # fmt: skip
    """Return machines of rules on one count, each of them with periods that do not overlap."""
    found: list[Machine] = []
    while some:
        taken: dict[Period, list[tuple[Rule, float]]] = {}
        rest = []
        for period, rule, before in some:
            apart = all(period == other or period[1] <= other[0] or other[1] <= period[0] for other in taken)
            if apart:
                taken.setdefault(period, []).append((rule, before))
            else:
                rest.append((period, rule, before))
        bounded = tuple(
            Bounded(period, tuple(rule for rule, _ in taken[period]), tuple(before for _, before in taken[period]))
            for period in sorted(taken)
        )
        rule = bounded[0].rules[0]
        lengths = case.length_min[[place for place in choices if place != OFF]]
        largest = int(lengths.max(initial=0)) if rule.measure is Measure.MINUTES else 1
        if rule.measure is Measure.REFUSED:
            largest = max((max(row) for row in refusals(case, employee)), default=0)
        found.append(PerPeriod(count_of(case, employee, rule), what, largest, bounded, case.days))
        some = rest
    return found


def _count_before(case: RosterCase, employee: Employee, rule: Rule, period: Period) -> float:
    """What a period before the horizon counted in the history; one behind the horizon counts nothing."""
    return _read_history(case, employee, InPeriod(count_of(case, employee, rule), period))[1] if period[1] <= 0 else 0


def _remembers(case: RosterCase, rule: Rule, period: Period, choices: tuple[int, ...]) -> bool:
    """Say whether nodes are to tell the counts of a period: where it is short, or nothing has to be remembered."""
    linear = rule.least == 0 and not rule.growing
    if linear and rule.most == 0:
        return True
    length = min(period[1], case.days) - max(period[0], 0)
    if length == case.days:
        return False
    if rule.measure is Measure.MINUTES:
        lengths = case.length_min[[place for place in choices if place != OFF]]
        length *= int(lengths.max(initial=0)) // _grain(case, rule, choices)
    return length <= MOST_REMEMBERED


def _grain(case: RosterCase, rule: Rule, choices: tuple[int, ...]) -> int:
    """Units of which every count is a whole multiple."""
    lengths = [int(case.length_min[place]) for place in choices if place != OFF]
    return max(1, math.gcd(*lengths)) if rule.measure is Measure.MINUTES and lengths else 1


def _machine(case: RosterCase, rule: Rule) -> Machine:
    """Return the machine of a rule that is charged day by day."""
    named = frozenset(case.shift_index[name] for name in rule.shifts)
    every = frozenset(range(len(case.shifts)))
    match rule.measure:
        case Measure.DAYS_IN_A_ROW:
            return Stretch(rule, every)
        case Measure.DAYS_OFF_IN_A_ROW:
            return Stretch(rule, frozenset({OFF}))
        case Measure.SHIFTS_IN_A_ROW:
            return Stretch(rule, named)
        case Measure.REST:
            return Rest(Rests(case, rule))
        case Measure.REST_AFTER:
            return RestAfter(Rests(case, rule), named)
        case Measure.LONGEST_REST:
            return LongestRest(case, rule)
        case Measure.DAY_MINUTES:
            return DayCosts(tuple(rule.cost(rule.miss(int(minutes))) for minutes in case.length_min))
        case _:
            raise ValueError(f"rule {rule.name!r}: the search does not know {rule.measure}")


def _person(case: RosterCase, employee: Employee, contract: _Contract) -> Person:
    """Return where an employee's lines begin, and the bounds on them."""
    states = [_read_history(case, employee, machine)[0] for machine in contract.charged]
    totals = [total for total, _ in contract.totals]
    counted = [_read_history(case, employee, total.machine) for total in totals]
    return Person(
        states=(*states, *(state for (state, _), total in zip(counted, totals, strict=True) if not total.personal)),
        counts=tuple(int(count) // total.grain for (_, count), total in zip(counted, totals, strict=True)),
        bounds=tuple(rules for _, rules in contract.totals),
        refused=refusals(case, employee) if any(total.personal for total in totals) else (),
    )
