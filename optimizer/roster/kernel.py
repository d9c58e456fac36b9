"""The compiled search for the cheapest lines of work: costs to go, then a best-first search that they guide.

`_costs_to_go` fills a table over nodes and coordinates of the exact totals backwards. The priced totals are relaxed
there (A. M. Geoffrion, "Lagrangean relaxation for integer programming", 1974): a multiplier stands for each, and the
total that suits the multiplier best is paid for, so that each entry is what the rest of a line costs at least.
`_multipliers` moves the multipliers until the line found that way misses no total, or nothing more is gained.
`_search` then extends partial lines in the order of cost so far plus cost to go (A*; P. E. Hart, N. J. Nilsson and B.
Raphael, "A formal basis for the heuristic determination of minimum cost paths", 1968). Partial lines that reach the
same place and can nowhere do better than another are dropped. Priced totals whose multiplier is zero are left out of
that comparison at first: where a line then misses one of them, the search is run again with it.

Costs are compared in steps of `STEP`, so that lines of equal cost are found depth first whatever the rounding.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from models.compiled import compiled, kept, stamp

STEP = 1e-7
"""Of cost."""
SMALL = 1e-9
GROWTH, SHRINK = 1.3, 0.4
"""Of a multiplier's step when it goes on the same way, and when it turns back."""
LEAST_STEP, MOST_STEP = 1e-3, 1e3


@compiled
def _charge(n: Any, price: Any, own_add: Any, multiplier: Any, room: Any) -> None:
    """Put what each arc costs with the multipliers into ``room.charged``."""
    totals = n.add.shape[1]
    for day in range(price.shape[0]):
        for arc in range(n.first_arc[n.first_node[day]], n.first_arc[n.first_node[day + 1]]):
            cost = n.cost[arc] + price[day, n.choice[arc]]
            for k in range(totals):
                cost += multiplier[k] * (n.add[arc, k] + own_add[day, n.choice[arc], k])
            room.charged[arc] = cost


@compiled
def _costs_to_go(n: Any, days: int, width: int, room: Any) -> None:
    """Fill ``room.table`` for the charged arcs."""
    size = len(n.coordinate_cost)
    last = n.first_node[days] * width
    for i in range(width):
        room.table[last + i] = n.coordinate_cost[i] if i < size else math.inf
    for day in range(days - 1, -1, -1):
        low, high = n.low[day], n.high[day]
        for node in range(n.first_node[day], n.first_node[day + 1]):
            for i in range(size):
                room.row[i] = math.inf
            for arc in range(n.first_arc[node], n.first_arc[node + 1]):
                cost = room.charged[arc]
                if cost < math.inf:
                    _take(room.row, room.table, low, high, n.to[arc] * width + n.step[arc] + low, cost)
            for i in n.dead:
                room.row[i] = math.inf
            for i in range(width):
                room.table[node * width + i] = room.row[i] if i < size else math.inf


@compiled
def _take(row: Any, table: Any, low: Any, high: Any, begin: Any, cost: Any) -> None:
    """Go on with an arc where that is the cheapest so far; unsigned places let the machine do several at once."""
    first, other = np.uint64(low), np.uint64(begin)
    for i in range(np.uint64(max(high - low, 0))):
        row[first + i] = min(cost + table[other + i], row[first + i])


@compiled
def _suit(n: Any, multiplier: Any, room: Any) -> None:
    """Put into ``room.suits`` the most that a multiplier earns above a total's cost, at each total or any later one."""
    for k in range(n.add.shape[1]):
        best = -math.inf
        for total in range(n.total_cost.shape[1] - 1, -1, -1):
            best = max(best, multiplier[k] * total - n.total_cost[k, total])
            room.suits[k, total] = best


@compiled
def _bound(n: Any, start: Any, totals: Any, coordinate: Any, width: int, multiplier: Any, room: Any) -> Any:
    """Return what a line costs at least."""
    bound = room.table[start * width + coordinate]
    for k in range(n.add.shape[1]):
        bound += multiplier[k] * totals[k] - room.suits[k, totals[k]]
    return bound


@compiled
def _follow(
    n: Any, own_add: Any, start: Any, totals: Any, coordinate: Any, width: int, room: Any
) -> Any:  # fmt: skip
    """Follow the cheapest charged line; its totals come into ``room.reached``. Says whether there is one."""
    for k in range(len(totals)):
        room.reached[k] = totals[k]
    node, i = start, coordinate
    for day in range(own_add.shape[0]):
        best, chosen = math.inf, -1
        for arc in range(n.first_arc[node], n.first_arc[node + 1]):
            value = room.charged[arc] + room.table[n.to[arc] * width + i + n.step[arc]]
            if value < best:
                best, chosen = value, arc
        if chosen < 0:
            return False
        for k in range(len(totals)):
            room.reached[k] += n.add[chosen, k] + own_add[day, n.choice[chosen], k]
        i += n.step[chosen]
        node = n.to[chosen]
    return True


@compiled
def _multipliers(
    n: Any, price: Any, own_add: Any, start: Any, totals: Any, coordinate: Any, width: int, multiplier: Any, step: Any,
    room: Any, rounds: int,
) -> bool:  # fmt: skip
    """Leave the best multipliers in ``multiplier``, and the tables at them in ``room``; False without any line."""
    days = price.shape[0]
    count = n.add.shape[1]
    best = -math.inf
    for k in range(count):
        room.trial[k] = multiplier[k]
        room.way[k] = 0
    last_is_best = False
    for turn in range(rounds):
        _charge(n, price, own_add, room.trial, room)
        _costs_to_go(n, days, width, room)
        _suit(n, room.trial, room)
        if not _follow(n, own_add, start, totals, coordinate, width, room):
            return False
        bound = _bound(n, start, totals, coordinate, width, room.trial, room)
        last_is_best = bound > best
        if last_is_best:
            best = bound
            for k in range(count):
                multiplier[k] = room.trial[k]
        missed = False
        for k in range(count):
            total = room.reached[k]
            way = 0
            if room.trial[k] * total - n.total_cost[k, total] < room.suits[k, totals[k]] - SMALL:
                way = 1 if total > _suited(n, k, totals[k], room.trial[k]) else -1
                missed = True
            if way != 0:
                if way == room.way[k]:
                    step[k] = min(step[k] * GROWTH, MOST_STEP)
                elif way == -room.way[k]:
                    step[k] = max(step[k] * SHRINK, LEAST_STEP)
                before = room.trial[k]
                room.trial[k] += way * step[k]
                if before * room.trial[k] < 0:  # nothing is known beyond zero: stop there first
                    room.trial[k] = 0.0
                room.way[k] = way
        if not missed or turn == rounds - 1:
            break
    if not last_is_best:
        _charge(n, price, own_add, multiplier, room)
        _costs_to_go(n, days, width, room)
        _suit(n, multiplier, room)
    return True


@compiled
def _suited(n: Any, k: Any, least: Any, multiplier: Any) -> Any:
    """Return the total that suits a multiplier best."""
    best, chosen = -math.inf, least
    for total in range(least, n.total_cost.shape[1]):
        value = multiplier * total - n.total_cost[k, total]
        if value > best:
            best, chosen = value, total
    return chosen


@compiled
def _search(
    n: Any, own_add: Any, start: Any, totals: Any, coordinate: Any, width: int, multiplier: Any, room: Any, wanted: int,
    most: int,
) -> Any:  # fmt: skip
    """Find the cheapest lines; returns how many and the bound, infinite when there is none. See `_price`."""
    count = n.add.shape[1]
    for k in range(count):
        room.compared[k] = abs(multiplier[k]) > SMALL
    while True:
        _, found, bound, missed = _extend_all(
            n, own_add, start, totals, coordinate, width, multiplier, room, wanted, most
        )
        if found == 0 and bound < math.inf and missed == math.inf:
            return found, bound
        bound = min(bound, missed)
        again = False
        if missed < math.inf and (found == 0 or missed < room.key[room.ends[0]] - STEP):
            for k in range(count):
                again = again or (room.missed[k] and not room.compared[k])
                room.compared[k] = room.compared[k] or room.missed[k]
        if not again:
            return found, bound


@compiled
def _extend_all(
    n: Any, own_add: Any, start: Any, totals: Any, coordinate: Any, width: int, multiplier: Any, room: Any, wanted: int,
    most: int,
) -> Any:  # fmt: skip
    """Extend partial lines until enough are whole; returns entries used, lines, bound, bound on missed ones."""
    count = n.add.shape[1]
    for k in range(count):
        room.counts[0, k] = totals[k]
        room.missed[k] = False
    first = _bound(n, start, totals, coordinate, width, multiplier, room)
    if not first < math.inf:
        return 0, 0, math.inf, math.inf
    room.cost[0], room.key[0], room.node[0], room.at[0] = 0.0, first, start, coordinate
    for k in range(count):
        room.cost[0] += multiplier[k] * totals[k]
    room.parent[0], room.choice[0], room.dead[0], room.next[0] = -1, -1, False, -1
    room.heap[0] = 0
    used, size, found, bound, missed = 1, 1, 0, math.inf, math.inf
    last = n.first_node[own_add.shape[0]]
    while size > 0:
        entry = room.heap[0]
        if found == 0:
            bound = room.key[entry]
        size = _pop(room, size)
        node = room.node[entry]
        if node == last:
            room.ends[found] = entry
            found += 1
            if found == wanted:
                break
            continue
        if room.dead[entry]:
            continue
        if used + n.first_arc[node + 1] - n.first_arc[node] > most:
            size = -1
            break
        for arc in range(n.first_arc[node], n.first_arc[node + 1]):
            used, size, lost = _enter(n, own_add, last, width, multiplier, room, entry, arc, used, size)
            missed = min(missed, lost)
    for one in range(1, used):
        room.top[room.node[one] * width + room.at[one]] = -1
    if found == 0 and size != -1:
        bound = math.inf
    return used, found, bound, missed


@compiled
def _enter(
    n: Any, own_add: Any, last: int, width: int, multiplier: Any, room: Any, entry: Any, arc: Any, used: Any, size: Any
) -> Any:
    """Put a partial line one arc longer into the search unless it cannot end well.

    Returns the entries used, the size of the heap, and what the line would cost without the totals that it misses.
    """
    count = n.add.shape[1]
    node = n.to[arc]
    at = room.at[entry] + n.step[arc]
    cost = room.cost[entry] + room.charged[arc]
    key = cost + room.table[node * width + at]
    if not key < math.inf:
        return used, size, math.inf
    lost = math.inf
    for k in range(count):
        total = room.counts[entry, k] + n.add[arc, k] + own_add[n.day[arc], n.choice[arc], k]
        room.counts[used, k] = total
        room.suited[k] = room.suits[k, total if room.compared[k] else room.counts[0, k]]
        key -= room.suited[k]
    if not key < math.inf:
        return used, size, math.inf
    if node == last:
        relaxed = key
        for k in range(count):
            total = room.counts[used, k]
            exactly = room.suited[k] - multiplier[k] * total + n.total_cost[k, total]
            key += exactly
            if exactly > SMALL and not room.compared[k]:
                room.missed[k] = True
                lost = relaxed
        if not key < math.inf:
            return used, size, lost
        cost = key
    key = math.floor(key / STEP) * STEP
    place = node * width + at
    if node != last and _dominated(n, multiplier, room, place, cost, used, count):
        return used, size, lost
    room.parent[used], room.choice[used], room.node[used], room.at[used] = entry, n.choice[arc], node, at
    room.cost[used], room.key[used], room.dead[used] = cost, key, False
    room.next[used] = room.top[place]
    room.top[place] = used
    return used + 1, _push(room, used, size), lost


@compiled
def _dominated(n: Any, multiplier: Any, room: Any, place: Any, cost: Any, used: Any, count: int) -> Any:
    """Say whether a partial line at this place is nowhere dearer, whatever follows; drop those that this one beats."""
    other = room.top[place]
    while other >= 0:
        if not room.dead[other]:
            mine, its = cost - room.cost[other], room.cost[other] - cost
            for k in range(count):
                if room.compared[k]:
                    one, two = room.counts[used, k], room.counts[other, k]
                    paid = multiplier[k] * (one - two)
                    mine += n.no_worse[k, one, two] - paid
                    its += n.no_worse[k, two, one] + paid
            if its <= 0:
                return True
            if mine <= 0:
                room.dead[other] = True
        other = room.next[other]
    return False


@compiled
def _push(room: Any, entry: Any, size: Any) -> Any:
    """Put an entry into the heap; among equal keys the line that is further on comes first."""
    place = size
    while place > 0:
        above = (place - 1) // 2
        if not _before(room, entry, room.heap[above]):
            break
        room.heap[place] = room.heap[above]
        place = above
    room.heap[place] = entry
    return size + 1


@compiled
def _pop(room: Any, size: Any) -> Any:
    """Take the first entry off the heap."""
    size -= 1
    entry = room.heap[size]
    place = 0
    while True:
        child = 2 * place + 1
        if child >= size:
            break
        if child + 1 < size and _before(room, room.heap[child + 1], room.heap[child]):
            child += 1
        if not _before(room, room.heap[child], entry):
            break
        room.heap[place] = room.heap[child]
        place = child
    room.heap[place] = entry
    return size


@compiled
def _before(room: Any, one: Any, other: Any) -> Any:
    if room.key[one] != room.key[other]:
        return room.key[one] < room.key[other]
    return room.node[one] > room.node[other]


def _keep() -> Callable[..., tuple[int, float]]:
    """Keep the machine code of the entry for the next process, until a line of this file changes."""
    code = stamp(Path(__file__))

    @kept
    def price_line(
        n: Any, price: Any, own_add: Any, start: int, totals: Any, coordinate: int, width: int, multiplier: Any,
        step: Any, room: Any, wanted: int, rounds: int, most: int,
    ) -> Any:  # fmt: skip
        turns = rounds if len(multiplier) > 0 else min(1, code + 1)
        if not _multipliers(n, price, own_add, start, totals, coordinate, width, multiplier, step, room, turns):
            return 0, math.inf
        return _search(n, own_add, start, totals, coordinate, width, multiplier, room, wanted, most)

    return price_line


price_line = _keep()
"""Find the cheapest lines of one employee.

Parameters
----------
n : network as a named tuple of arrays
price : (D, S + 1) the employee's own cost of each choice on each day, less what it earns
own_add : (D, S + 1, K) what each choice adds to the priced totals, beside what the network says
start, totals, coordinate : node, priced totals (K,) and exact totals before the first day
width : entries of a node in the table
multiplier : (K,) of the priced totals, to begin with; the best ones found are left there
step : (K,) by how much they are moved, likewise
room : named tuple of work arrays; ``top`` holds -1 before and after
wanted : how many lines at most
rounds : of moving the multipliers
most : partial lines; the search ends there with the bound that it has reached

Returns
-------
found : number of lines; their last entries are in ``room.ends``
bound : no line costs less than this; infinite when there is none
"""
