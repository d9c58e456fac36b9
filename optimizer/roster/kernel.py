"""The compiled search for the cheapest lines of work: costs to go, then a best-first search that they guide.

`costs_to_go` fills a table over (day, state, weekends, minutes) backwards, without the counts of shifts, so that each
entry is what the rest of a line costs at least. To come closer, the shifts in each count may be charged a penalty there
(Lagrangian relaxation of the most that the count allows); what the count still allows is then free. `search` then
extends partial lines in the order of cost so far plus cost to go (A*; P. E. Hart, N. J. Nilsson and B. Raphael, "A
formal basis for the heuristic determination of minimum cost paths", 1968). Without counts the first line goes straight
to its end; with them, partial lines that reach the same place at no less cost and with no better counts are dropped.

Costs are compared in steps of `STEP`, so that lines of equal cost are found depth first whatever the rounding.

A state is a number: off for o days is o - 1; type t worked r days in a row is off_states + t * work_states + r - 1.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from models.compiled import compiled, kept, stamp

STEP = 1e-7
"""Of cost."""


@compiled
def _costs_to_go(n: Any, price: Any, table: Any) -> None:
    """Fill ``table`` (D + 1, states, W, M) for the days' prices of work ``price`` (D, T)."""
    days, types = price.shape
    off_states, work_states = len(n.off_step) - 1, len(n.work_step) - 1
    weekends = len(n.weekend_cost)
    for state in range(table.shape[1]):
        for w in range(weekends):
            for m in range(table.shape[3]):
                table[days, state, w, m] = n.weekend_cost[w] + n.minute_cost[m]
    for day in range(days - 1, 0, -1):
        table[day] = math.inf
        low, high = n.low[day], n.high[day]
        for o in range(1, min(off_states, day) + 1):
            begin = n.work_step[0] + (0.0 if o == day else n.off_end[o])
            _relax_off(n, table, day, o - 1, min(o + 1, off_states) - 1, n.off_step[o], low, high)
            for t in range(types):
                to = off_states + t * work_states
                _relax_work(n, table, day, o - 1, to, t, begin + price[day, t], n.weekend_day[day] > 0, low, high)
        for t in range(types):
            for r in range(1, min(work_states, day) + 1):
                state = off_states + t * work_states + r - 1
                end = n.off_step[0] + (0.0 if r == day else n.work_end[r])
                _relax_off(n, table, day, state, 0, end, low, high)
                for u in range(types):
                    if n.may_follow[t, u]:
                        to = off_states + u * work_states + min(r + 1, work_states) - 1
                        cost = n.work_step[r] + price[day, u]
                        _relax_work(n, table, day, state, to, u, cost, n.weekend_day[day] == 1, low, high)


@compiled
def _relax_off(n: Any, table: Any, day: Any, state: Any, to: Any, cost: Any, low: Any, high: Any) -> None:
    """Take a day off where that is the cheapest so far."""
    cost += n.off_cost[day]
    if cost < math.inf:
        for w in range(table.shape[2]):
            for m in range(low, high + 1):
                table[day, state, w, m] = min(table[day, state, w, m], cost + table[day + 1, to, w, m])


@compiled
def _relax_work(
    n: Any, table: Any, day: Any, state: Any, to: Any, t: Any, cost: Any, new_weekend: Any, low: Any, high: Any
) -> None:
    """Work type t where that is the cheapest so far."""
    if cost < math.inf:
        more, step = n.levels[t], 1 if new_weekend else 0
        for w in range(table.shape[2] - step):
            for m in range(low, min(high, n.high[day + 1] - more) + 1):
                table[day, state, w, m] = min(table[day, state, w, m], cost + table[day + 1, to, w + step, m + more])


@compiled
def _search(n: Any, price: Any, penalty: Any, table: Any, room: Any, wanted: int, below: float, most: int) -> Any:
    """Find the cheapest lines.

    Parameters
    ----------
    n : network as a named tuple of arrays
    price : (D, T) price of work on each day
    penalty : (K,) what a shift in each count was charged in the costs to go, at most its price above the most
    table : costs to go for the prices with these penalties
    room : named tuple of work arrays, one entry a partial line
    wanted : how many lines at most
    below : lines that cost as much or more are not wanted, but for the first one
    most : partial lines; the search ends there with the bound that it has reached

    Returns
    -------
    found : number of lines; their last entries are in ``room.ends``
    bound : no line costs less than this; infinite when there is none
    """
    room.top[:] = -1
    size = _first_day(n, price, penalty, table, room)
    used, found, bound = size, 0, math.inf
    days = price.shape[0]
    while size > 0:
        entry = room.heap[0]
        if found == 0:
            bound = room.key[entry]
        elif room.key[entry] >= below:
            break
        size = _pop(room, size)
        if room.day[entry] == days:
            room.ends[found] = entry
            found += 1
            if found == wanted:
                break
            continue
        if room.dead[entry]:
            continue
        if used + len(n.levels) + 1 > most:
            return found, bound
        used, size = _extend(n, price, penalty, table, room, entry, used, size)
    return found, bound if found > 0 else math.inf


@compiled
def _first_day(n: Any, price: Any, penalty: Any, table: Any, room: Any) -> int:
    """Begin a line with each choice of the first day; returns how many there are."""
    off_states, work_states = len(n.off_step) - 1, len(n.work_step) - 1
    size = 0
    used = 0
    for t in range(-1, price.shape[1]):
        cost = n.off_cost[0] + n.off_step[0] if t < 0 else price[0, t] + n.work_step[0]
        state = 0 if t < 0 else off_states + t * work_states
        w = 1 if t >= 0 and n.weekend_day[0] > 0 else 0
        m = 0 if t < 0 else n.levels[t]
        if w < len(n.weekend_cost) and n.low[1] <= m <= n.high[1]:
            for k in range(len(n.most)):
                room.counts[used, k] = 0
            used, size = _enter(n, penalty, table, room, -1, t, 1, state, w, m, cost, used, size)
    return size


@compiled
def _extend(n: Any, price: Any, penalty: Any, table: Any, room: Any, entry: int, used: int, size: int) -> Any:
    """Add every next day to a partial line."""
    off_states, work_states = len(n.off_step) - 1, len(n.work_step) - 1
    day, state, w, m = room.day[entry], room.state[entry], room.w[entry], room.m[entry]
    cost = room.cost[entry]
    off = state < off_states
    run = state + 1 if off else (state - off_states) % work_states + 1
    worked = -1 if off else (state - off_states) // work_states
    rest = n.off_step[run] if off else n.off_step[0] + (0.0 if run == day else n.work_end[run])
    to = min(run + 1, off_states) - 1 if off else 0
    _copy_counts(n, room, entry, used)
    used, size = _enter(
        n, penalty, table, room, entry, -1, day + 1, to, w, m, cost + rest + n.off_cost[day], used, size
    )
    step = n.work_step[0] + (0.0 if run == day else n.off_end[run]) if off else n.work_step[run]
    new_weekend = n.weekend_day[day] > 0 if off else n.weekend_day[day] == 1
    w2 = w + 1 if new_weekend else w
    if w2 >= len(n.weekend_cost):
        return used, size
    for t in range(price.shape[1]):
        m2 = m + n.levels[t]
        if (worked >= 0 and not n.may_follow[worked, t]) or m2 > n.high[day + 1]:
            continue
        to = off_states + t * work_states + (0 if off else min(run + 1, work_states) - 1)
        _copy_counts(n, room, entry, used)
        used, size = _enter(
            n, penalty, table, room, entry, t, day + 1, to, w2, m2, cost + step + price[day, t], used, size
        )
    return used, size


@compiled
def _copy_counts(n: Any, room: Any, entry: Any, used: Any) -> None:
    for k in range(len(n.most)):
        room.counts[used, k] = room.counts[entry, k]


@compiled
def _enter(
    n: Any, penalty: Any, table: Any, room: Any, parent: Any, t: Any, day: Any, state: Any, w: Any, m: Any, cost: Any,
    used: Any, size: Any,
) -> Any:  # fmt: skip
    """Put a partial line into the search unless it cannot end well; its counts before t stand in ``room`` already."""
    days = len(n.off_cost)
    for k in range(len(n.most)):
        if t >= 0 and n.counted[k, t]:
            room.counts[used, k] += 1
            if room.counts[used, k] > n.most[k]:
                cost += n.over_price[k]
        if day == days and room.counts[used, k] < n.least[k]:
            cost += n.under_price[k] * (n.least[k] - room.counts[used, k])
    key = cost + table[day, state, w, m]
    if day == days:
        cost = key
    else:
        for k in range(len(n.most)):
            key -= penalty[k] * max(0, n.most[k] - room.counts[used, k])
    if not key < math.inf:
        return used, size
    key = math.floor(key / STEP) * STEP
    place = ((day * table.shape[1] + state) * table.shape[2] + w) * table.shape[3] + m
    if day < days and _dominated(n, room, place, cost, used):
        return used, size
    room.parent[used], room.shift[used], room.day[used] = parent, t, day
    room.state[used], room.w[used], room.m[used] = state, w, m
    room.cost[used], room.key[used], room.dead[used] = cost, key, False
    room.next[used] = room.top[place]
    room.top[place] = used
    return used + 1, _push(room, used, size)


@compiled
def _dominated(n: Any, room: Any, place: Any, cost: Any, used: Any) -> Any:
    """Say whether a partial line at this place is no dearer and no worse in its counts; drop those that are worse."""
    other = room.top[place]
    while other >= 0:
        if not room.dead[other]:
            better, worse = room.cost[other] <= cost, room.cost[other] >= cost
            for k in range(len(n.most)):
                mine, its = room.counts[used, k], room.counts[other, k]
                mine_short, its_short = max(0, n.least[k] - mine), max(0, n.least[k] - its)
                mine_left, its_left = max(0, n.most[k] - mine), max(0, n.most[k] - its)
                better = better and its_short <= mine_short and its_left >= mine_left
                worse = worse and its_short >= mine_short and its_left <= mine_left
            if better:
                return True
            if worse:
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
    return room.day[one] > room.day[other]


def _keep() -> tuple[Callable[..., None], Callable[..., tuple[int, float]]]:
    """Keep the machine code of the two entries for the next process, until a line of this file changes."""
    code = stamp(Path(__file__))

    @kept
    def costs_to_go(n: Any, price: Any, table: Any) -> None:
        if code >= 0:
            _costs_to_go(n, price, table)

    @kept
    def search(n: Any, price: Any, penalty: Any, table: Any, room: Any, wanted: int, below: float, most: int) -> Any:
        return _search(n, price, penalty, table, room, wanted, below, most + min(code, 0))

    return costs_to_go, search


costs_to_go, search = _keep()
"""The two entries; see `_costs_to_go` and `_search`."""
