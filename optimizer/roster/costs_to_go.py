"""Costs to go of an employee's lines of work, compiled: what the rest of a line costs at least, wherever it stands.

`_costs_to_go` fills a table over nodes and coordinates of the exact totals backwards. The priced totals are relaxed
there (A. M. Geoffrion, "Lagrangean relaxation for integer programming", 1974): a multiplier stands for each, and the
total that suits the multiplier best is paid for. `set_multipliers` moves the multipliers until the line found that way
misses no total, or nothing more is gained.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from models.compiled import compiled

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
        low, high = n.low[day], max(n.low[day], n.high[day])
        first, end = 0, width  # nothing but what the day before can lead to is ever read
        if day > 0:
            first, end = n.low[day - 1], min(max(n.low[day - 1], n.high[day - 1]) + width - size, width)
        for node in range(n.first_node[day], n.first_node[day + 1]):
            for i in range(low, high):
                room.row[i] = math.inf
            for arc in range(n.first_arc[node], n.first_arc[node + 1]):
                cost = room.charged[arc]
                if cost < math.inf:
                    _take(room.row, room.table, low, high, n.to[arc] * width + n.step[arc] + low, cost)
            for i in n.dead:
                if low <= i < high:
                    room.row[i] = math.inf
            for i in range(first, end):
                room.table[node * width + i] = room.row[i] if low <= i < high else math.inf


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
def bound_at(n: Any, start: Any, totals: Any, coordinate: Any, width: int, multiplier: Any, room: Any) -> Any:
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
    if not room.table[node * width + i] < math.inf:
        return False
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
def set_multipliers(
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
        bound = bound_at(n, start, totals, coordinate, width, room.trial, room)
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
