"""The cheapest legal lines of work of each employee at given prices of cover."""

from __future__ import annotations

import math
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.roster.case import OFF, Lines, RosterCase
from models.roster.records import Employee, ShiftType
from optimizer.roster.kernel import costs_to_go, search
from optimizer.roster.network import Bools, Floats, Ints, LineNetwork, line_network

PARTIAL_LINES = 100_000
"""Of one search at most; one that needs more ends with the bound it has reached."""
QUICK_PARTIAL_LINES = 3_000
"""The same where lines are wanted and no bound."""

PENALTY_ROUNDS = 6
"""Of adjusting the penalties on counted shifts before each search."""
FIRST_STEP, LEAST_STEP, MOST_STEP = 10.0, 0.05, 200.0
"""Of these penalties, in units of cost: a step is halved whenever it led too far."""


class Room(NamedTuple):
    """Work arrays of a search: one entry a partial line, and the heap and index over them."""

    key: Floats
    cost: Floats
    parent: Ints
    shift: Ints
    day: Ints
    state: Ints
    w: Ints
    m: Ints
    next: Ints
    dead: Bools
    counts: Ints
    heap: Ints
    ends: Ints
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


class Pricer:
    """Prices the lines of all employees.

    It keeps the work arrays of each thread, and the penalties at which each employee's last search ended: prices change
    little from one call to the next.

    Parameters
    ----------
    networks : one for each employee
    threads : employees priced side by side
    """

    def __init__(self, networks: tuple[LineNetwork, ...], threads: int = 1) -> None:
        self._networks = networks
        self._threads = max(1, threads)
        self._penalty = [np.zeros(len(n.most)) for n in networks]
        self._step = [np.full(len(n.most), FIRST_STEP) for n in networks]
        self._tables = [np.zeros(max(_cells(n) for n in networks)) for _ in range(self._threads)]
        self._rooms = [_room(networks) for _ in range(self._threads)]

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
                self._price_one(place, reward[place], wanted, partial_lines, thread)
                for place in places[thread :: self._threads]
            ]

        if self._threads == 1:
            return some(0)
        with ThreadPoolExecutor(self._threads) as pool:
            parts = list(pool.map(some, range(self._threads)))
        found = {priced.employee: priced for part in parts for priced in part}
        return [found[place] for place in places]

    def _price_one(self, place: int, reward: Floats, wanted: int, partial_lines: int, thread: int) -> Priced:
        network = self._networks[place]
        days = len(network.off_cost)
        earned = reward[:, network.types]
        price = network.work_cost - earned
        shape = (days + 1, network.states, len(network.weekend_cost), len(network.minute_cost))
        cells = math.prod(shape)
        table = self._tables[thread][:cells].reshape(shape)
        room = self._rooms[thread]
        room = room._replace(top=room.top[:cells])
        penalty = self._prepare(place, network, price, table, room)
        found, bound = search(network, price, penalty, table, room, wanted, math.inf, partial_lines)
        chosen = np.array([_choices(room, room.ends[number], days) for number in range(found)], np.int64)
        chosen = chosen.reshape(found, days)
        number, day = np.nonzero(chosen >= 0)
        worked = chosen[number, day]
        lines, given = np.full((found, days), OFF, np.int64), np.zeros(found)
        lines[number, day] = network.types[worked]
        np.add.at(given, number, earned[day, worked])
        value = room.cost[room.ends[:found]]
        return Priced(place, lines, value + given, value, float(bound))

    def _prepare(self, place: int, network: LineNetwork, price: Floats, table: Floats, room: Room) -> Floats:
        """Fill the costs to go, with the penalties that bring the best line without counts closest to keeping them."""
        if not len(network.most):
            costs_to_go(network, price, table)
            return self._penalty[place]
        best, bound = self._penalty[place], -math.inf
        penalty, step, before = best, self._step[place], np.zeros(len(best))
        filled = best
        free = network._replace(counted=network.counted[:0], least=network.least[:0], most=network.most[:0])
        for _ in range(PENALTY_ROUNDS):
            charged = price + penalty @ network.counted
            costs_to_go(network, charged, table)
            filled = penalty
            found, value = search(free, charged, penalty, table, room, 1, math.inf, PARTIAL_LINES)
            if not found:
                break
            reached = float(value - penalty @ network.most)
            if reached > bound:
                best, bound = penalty, reached
            chosen = _choices(room, room.ends[0], len(price))
            excess = network.counted[:, chosen[chosen >= 0]].sum(axis=1) - network.most
            way = np.where((excess < 0) & (penalty == 0), 0, np.sign(excess))
            if not way.any():
                break
            step = np.clip(np.where(way * before < 0, step / 2, step), LEAST_STEP, MOST_STEP)
            before = way
            penalty = np.clip(penalty + way * step, 0, network.over_price)
        if filled is not best:
            costs_to_go(network, price + best @ network.counted, table)
        self._step[place] = np.clip(np.abs(best - self._penalty[place]), FIRST_STEP, MOST_STEP)
        self._penalty[place] = best
        return best


def load_machine_code() -> None:
    """Have the search compiled, or its machine code loaded where an earlier process compiled it."""
    case = RosterCase("smallest", 1, (ShiftType("shift", 1),), (Employee("employee"),))
    Pricer((line_network(case, 0),)).price([0], np.zeros((1, 1, 1)), 1)


def _choices(room: Room, entry: int, days: int) -> Ints:
    """Trace a line back from its last entry: the network's type on each day, or -1."""
    chosen = np.empty(days, np.int64)
    for day in range(days - 1, -1, -1):
        chosen[day] = room.shift[entry]
        entry = int(room.parent[entry])
    return chosen


def _cells(network: LineNetwork) -> int:
    return (len(network.off_cost) + 1) * network.states * len(network.weekend_cost) * len(network.minute_cost)


def _room(networks: tuple[LineNetwork, ...]) -> Room:
    size = PARTIAL_LINES
    counts = max(1, max(len(n.most) for n in networks))

    def whole() -> Ints:
        return np.zeros(size, np.int64)

    return Room(
        key=np.zeros(size), cost=np.zeros(size), parent=whole(), shift=whole(), day=whole(), state=whole(), w=whole(),
        m=whole(), next=whole(), dead=np.zeros(size, bool), counts=np.zeros((size, counts), np.int64), heap=whole(),
        ends=np.zeros(1_000, np.int64), top=np.zeros(max(_cells(n) for n in networks), np.int32),
    )  # fmt: skip
