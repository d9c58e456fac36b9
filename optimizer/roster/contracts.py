"""From an employee's rules to machines and totals, and who shares a network of lines of work with whom."""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass, replace

import numpy as np

from models.roster.case import OFF, RosterCase
from models.roster.records import Employee, Measure, Period, Rule
from models.roster.totals import COUNTS
from optimizer.roster.counting import InPeriod, PerPeriod, count_of, periods_of, refusals
from optimizer.roster.machines import DayCosts, LongestRest, Machine, Rest, RestAfter, Rests, State, Stretch, Succession
from optimizer.roster.network import Floats, Ints, LineNetwork, Total, line_network

MOST_REMEMBERED = 64
"""A count with more values in a period than this is a total of the network rather than something that a node tells."""


@dataclass(frozen=True, eq=False)
class EmployeeLines:
    """An employee's lines of work in a network that others may share.

    Attributes
    ----------
    network : None where there is no legal line
    node, coordinate, totals : where the lines begin, and the exact and priced totals there; -1 where none can
    own_cost : (D, S + 1) what each choice costs the employee on each day by the wishes; 0 = off
    """

    network: LineNetwork | None
    node: int
    coordinate: int
    totals: Ints
    own_cost: Floats


@dataclass(frozen=True, eq=False)
class _Contract:
    """What an employee's rules are made of.

    Attributes
    ----------
    choices : that no hard rule forbids altogether
    charged : machines whose rules are charged day by day
    totals : charged at the end
    constant : cost of periods that lie outside of the horizon
    """

    choices: tuple[int, ...]
    charged: tuple[Machine, ...]
    totals: tuple[Total, ...]
    constant: float


def employee_lines(case: RosterCase) -> list[EmployeeLines]:
    """Return every employee's lines of work; a network is built once for all who have the same rules."""
    groups: dict[Hashable, list[int]] = {}
    for place, employee in enumerate(case.employees):
        groups.setdefault(_key(case, employee), []).append(place)
    found: dict[int, EmployeeLines] = {}
    for places in groups.values():
        contract = _contract(case, case.employees[places[0]])
        begins = [_begin(case, case.employees[place], contract) for place in places]
        network, nodes = line_network(case.days, contract.choices, contract.charged, contract.totals, begins)
        for place, node, (_, counts) in zip(places, nodes, begins, strict=True):
            own = own_costs(case, place)
            own[0] += contract.constant
            at = (0, np.zeros(0, np.int64)) if network is None else network.totals_at(counts)
            found[place] = EmployeeLines(network, node, *at, own)
    return [found[place] for place in range(len(case.employees))]


def own_costs(case: RosterCase, place: int) -> Floats:
    """Return what each choice costs the employee on each day by the wishes, (D, S + 1); 0 = off."""
    cost = np.zeros((case.days, len(case.shifts) + 1))
    for wish in case.wishes_of.get(case.employees[place].name, ()):
        refused = [not case.granted(wish, choice) for choice in range(OFF, len(case.shifts))]
        cost[wish.day, refused] += math.inf if wish.price is None else wish.price
    return cost


def _key(case: RosterCase, employee: Employee) -> Hashable:
    """What employees must share to share a network; history only moves the begin, but for what it exceeds."""
    rules = _with_past(case, employee)
    refused = refusals(case, employee) if any(rule.measure is Measure.REFUSED for rule in employee.rules) else ()
    return tuple(rules), _choices(case, employee), refused


def _with_past(case: RosterCase, employee: Employee) -> list[tuple[Rule, tuple[Period, ...], float]]:
    """Rules, the periods in which they count, and what the past exceeds on its own: that becomes the bound."""
    found = []
    for rule in employee.rules:
        periods = periods_of(case, rule)
        past = _past(case, employee, rule, periods) if rule.measure in COUNTS else 0
        found.append((rule, periods, past if past > rule.most else 0))
    return found


def _past(case: RosterCase, employee: Employee, rule: Rule, periods: tuple[Period, ...]) -> float:
    """What the first period counts before the horizon."""
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
    fit = [
        place for place, shift in enumerate(case.shifts) if shift.name not in never and shift.needs <= employee.skills
    ]
    return (OFF, *fit)


def _contract(case: RosterCase, employee: Employee) -> _Contract:
    choices = _choices(case, employee)
    charged: list[Machine] = []
    totals: dict[Hashable, Total] = {}
    constant = 0.0
    if case.forbidden.any():
        charged.append(Succession(tuple(map(tuple, case.forbidden.tolist()))))
    for rule, periods, past in _with_past(case, employee):
        if rule.measure not in COUNTS:
            charged.append(_machine(case, rule))
            continue
        inside = tuple(
            period for period in periods if period[0] < case.days and period[1] > 0 and period[0] < period[1]
        )
        for number, period in enumerate(periods):
            if period not in inside:
                before = rule.before if number == 0 else 0
                constant += rule.cost(max(0.0, rule.least - before - _count_before(case, employee, rule, period)))
        if not inside:
            continue
        before = rule.before if inside[0] == periods[0] else 0
        count = count_of(case, employee, rule)
        if len(inside) > 1 and _values(case, rule, inside, choices) <= MOST_REMEMBERED:
            charged.append(PerPeriod(count, rule, inside, case.days, before))
            continue
        for period in inside:
            own = replace(rule, before=0)
            if period == periods[0]:
                own = replace(rule, most=max(rule.most, past))
            shifts = frozenset(rule.shifts) & {case.shifts[place].name for place in choices if place != OFF}
            key = (rule.measure, shifts, rule.days, period)
            total = totals.get(key) or Total(InPeriod(count, period), (), _grain(case, rule, choices))
            totals[key] = replace(total, rules=(*total.rules, own))
    return _Contract(choices, tuple(charged), tuple(totals.values()), constant)


def _count_before(case: RosterCase, employee: Employee, rule: Rule, period: Period) -> float:
    """What a period before the horizon counted in the history; one behind the horizon counts nothing."""
    return _read_history(case, employee, InPeriod(count_of(case, employee, rule), period))[1] if period[1] <= 0 else 0


def _values(case: RosterCase, rule: Rule, periods: tuple[Period, ...], choices: tuple[int, ...]) -> float:
    """How many values a count can take in one of its periods before it costs by the unit."""
    longest = max(min(end, case.days) - max(first, 0) for first, end in periods)
    if rule.measure is Measure.MINUTES:
        lengths = case.length_min[[place for place in choices if place != OFF]]
        return longest * (int(lengths.max(initial=0)) // _grain(case, rule, choices))
    return longest


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


def _begin(case: RosterCase, employee: Employee, contract: _Contract) -> tuple[tuple[State, ...], tuple[int, ...]]:
    """States of all machines before the horizon, and what each total counted in the history, in its grains."""
    states = [_read_history(case, employee, machine)[0] for machine in contract.charged]
    counted = [_read_history(case, employee, total.machine) for total in contract.totals]
    counts = tuple(int(count) // total.grain for (_, count), total in zip(counted, contract.totals, strict=True))
    return (*states, *(state for state, _ in counted)), counts
