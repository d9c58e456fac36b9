"""The cheapest legal lines of work of each employee at given prices of cover."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.roster.case import Lines, RosterCase
from models.roster.records import Employee, ShiftType
from optimizer.roster.contracts import EmployeeLines, employee_lines
from optimizer.roster.kernel import price_line
from optimizer.roster.network import Bools, Floats, Ints, LineNetwork
from optimizer.roster.windows import arcs_by_choice, window

PARTIAL_LINES = 100_000
"""Of a thorough search at most; one that needs more ends with the bound it has reached."""
BEAM, QUICK_BEAM = 60, 30
"""Partial lines followed from day to day before a thorough search, and where good lines are enough."""

ROUNDS, QUICK_ROUNDS = 12, 2
"""Of moving the multipliers of the priced totals before each search, and before one that is to be quick."""
FIRST_STEP = 1.0
"""Of these multipliers, in units of cost."""


class Room(NamedTuple):
    """Work arrays of a search: costs to go, one entry a partial line, the heap and index over them, multipliers."""

    table: Floats
    row: Floats
    charged: Floats
    suits: Floats
    suited: Floats
    reached: Ints
    trial: Floats
    way: Ints
    compared: Bools
    missed: Bools
    key: Floats
    cost: Floats
    parent: Ints
    choice: Ints
    node: Ints
    at: Ints
    next: Ints
    dead: Bools
    counts: Ints
    heap: Ints
    ends: Ints
    kept: Ints
    top: NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Priced:
    """Lines of one employee, cheapest first.

    Attributes
    ----------
    employee : place in the case
    lines : (n, D) types of shift, or `OFF`
    cost : (n,) what the line's own rules and wishes cost
    value : (n,) that cost less the prices of the cover it gives
    bound : no line of the employee has a lower value; infinite when there is no legal line
    """

    employee: int
    lines: Lines
    cost: Floats
    value: Floats
    bound: float


@dataclass(frozen=True, eq=False)
class _Ways:
    """What is searched for one employee.

    Attributes
    ----------
    own : the lines, of all days or of some that follow each other
    first, end : of these days; a window's lines have one more
    multiplier, step : at which the last search ended
    line : (D,) what is worked on all other days
    """

    own: EmployeeLines
    first: int
    end: int
    multiplier: Floats
    step: Floats
    line: Ints


class Pricer:
    """Prices the lines of all employees.

    It keeps the work arrays of each thread, and the multipliers at which each employee's last search ended: prices
    change little from one call to the next.

    Parameters
    ----------
    case : RosterCase
    threads : employees priced side by side
    seconds_left : when none are, `price` finds nothing more and proves nothing
    """

    def __init__(
        self, case: RosterCase, threads: int = 1, seconds_left: Callable[[], float] = lambda: math.inf
    ) -> None:
        self._days, self._threads, self._seconds_left = case.days, max(1, threads), seconds_left
        lines = employee_lines(case)
        nothing = np.zeros(case.days, np.int64)
        self._whole = [
            _Ways(own, 0, case.days, np.zeros(len(own.totals)), np.full(len(own.totals), FIRST_STEP), nothing)
            for own in lines
        ]
        networks = list({id(own.network): own.network for own in lines if own.network is not None}.values())
        self._rooms = [_room(networks) for _ in range(self._threads)]
        self._by_choice: dict[int, Ints] = {}
        self._parts: dict[int, _Ways] = {}

    @contextmanager
    def within(self, lines: Mapping[int, Ints], first: int, end: int) -> Iterator[None]:
        """Let the lines of some employees differ from given ones only from a first day to before an end day.

        Parameters
        ----------
        lines : (D,) of each of them
        """
        for employee, line in lines.items():
            whole = self._whole[employee]
            network = whole.own.network
            if network is None:
                continue
            known = self._by_choice.get(id(network.to))
            if known is None:  # networks that differ by the costs of totals share their arcs
                known = self._by_choice[id(network.to)] = arcs_by_choice(network)
            part = window(whole.own, network, known, line + 1, first, end)
            self._make_room(part)
            self._parts[employee] = _Ways(part, first, end, whole.multiplier.copy(), whole.step.copy(), line)
        try:
            yield
        finally:
            self._parts.clear()

    def _make_room(self, part: EmployeeLines) -> None:
        """Make the tables larger where a window needs that: what follows it may count by nodes very differently."""
        cells, width = (0, 0) if part.network is None else (part.network.cells, part.network.width)
        for thread, room in enumerate(self._rooms):
            if len(room.table) < cells or len(room.row) < width:
                self._rooms[thread] = room._replace(
                    table=np.zeros(cells), row=np.zeros(width), top=np.full(cells, -1, np.int32)
                )

    def price(
        self, employees: Iterable[int], reward: Floats, wanted: int, partial_lines: int = PARTIAL_LINES
    ) -> list[Priced]:
        """Find the cheapest lines of some employees.

        Parameters
        ----------
        employees : their places
        reward : (E, D, S) price that each employee's work earns on a day in a type of shift
        wanted : lines of each at most
        partial_lines : of each search at most

        Returns
        -------
        list of Priced
            In the order of ``employees``.
        """
        places = list(employees)

        def some(thread: int) -> list[Priced]:
            return [
                self._price_one(place, reward[place], wanted, partial_lines, self._rooms[thread])
                if self._seconds_left() > 0
                else self._nothing(place)
                for place in places[thread :: self._threads]
            ]

        if self._threads == 1:
            return some(0)
        with ThreadPoolExecutor(self._threads) as pool:
            parts = list(pool.map(some, range(self._threads)))
        found = {priced.employee: priced for part in parts for priced in part}
        return [found[place] for place in places]

    def price_one(self, place: int, reward: Floats, wanted: int, partial_lines: int = PARTIAL_LINES) -> Priced:
        """Find the cheapest lines of one employee at rewards (D, S); see `price`."""
        return self._price_one(place, reward, wanted, partial_lines, self._rooms[0])

    def _nothing(self, place: int, bound: float = -math.inf) -> Priced:
        return Priced(place, np.zeros((0, self._days), np.int64), np.zeros(0), np.zeros(0), bound)

    def _price_one(self, place: int, reward: Floats, wanted: int, partial_lines: int, room: Room) -> Priced:
        ways = self._parts.get(place, self._whole[place])
        own, network = ways.own, ways.own.network
        if network is None or own.node < 0:
            return self._nothing(place, math.inf)
        days = slice(ways.first, ways.end)
        count = ways.end - ways.first
        price = own.own_cost.copy()
        price[:count, 1:] -= reward[days]
        tries = ((ROUNDS, BEAM),) if partial_lines else ((QUICK_ROUNDS, QUICK_BEAM), (ROUNDS, BEAM))
        found, bound = 0, -math.inf
        for rounds, beam in tries:  # a quick search that finds none is made again
            found, bound = price_line(
                network, price, own.own_add, own.node, own.totals, own.coordinate, network.width, ways.multiplier,
                ways.step, room, wanted, rounds, beam, partial_lines,
            )  # fmt: skip
            if found or math.isinf(bound):
                break
        lines, given = np.tile(ways.line, (found, 1)), np.zeros(found)
        for number in range(found):
            chosen = _choices(room, int(room.ends[number]), len(price))[:count]
            lines[number, days] = chosen - 1
            worked = np.flatnonzero(chosen)
            given[number] = reward[ways.first + worked, chosen[worked] - 1].sum()
        value = room.cost[room.ends[:found]]
        return Priced(place, lines, value + given, value, float(bound))


def load_machine_code() -> None:
    """Have the search compiled, or its machine code loaded where an earlier process compiled it."""
    case = RosterCase("smallest", 1, (ShiftType("shift", 1),), (Employee("employee"),))
    Pricer(case).price([0], np.zeros((1, 1, 1)), 1)


def _choices(room: Room, entry: int, days: int) -> Ints:
    """Trace a line back from its last entry: 0 = off, else 1 + the type of shift."""
    chosen = np.empty(days, np.int64)
    for day in range(days - 1, -1, -1):
        chosen[day] = room.choice[entry]
        entry = int(room.parent[entry])
    return chosen


def _room(networks: list[LineNetwork]) -> Room:
    size = PARTIAL_LINES
    totals = max((n.add.shape[1] for n in networks), default=0)
    cells = max((n.cells for n in networks), default=0)

    def whole() -> Ints:
        return np.zeros(size, np.int64)

    return Room(
        table=np.zeros(cells), row=np.zeros(max((n.width for n in networks), default=0)),
        charged=np.zeros(max((len(n.to) for n in networks), default=0) + 1),
        suits=np.zeros((totals, max((n.total_cost.shape[1] for n in networks), default=0))), suited=np.zeros(totals),
        reached=np.zeros(totals, np.int64), trial=np.zeros(totals), way=np.zeros(totals, np.int64),
        compared=np.zeros(totals, bool), missed=np.zeros(totals, bool), key=np.zeros(size), cost=np.zeros(size),
        parent=whole(), choice=whole(), node=whole(), at=whole(), next=whole(), dead=np.zeros(size, bool),
        counts=np.zeros((size, max(1, totals)), np.int64), heap=whole(), ends=np.zeros(1_000, np.int64),
        kept=np.zeros(1_000, np.int64),
        top=np.full(cells, -1, np.int32),
    )  # fmt: skip
