"""Searches among partial lines of work, compiled; costs to go say what each can come to.

`_by_days` keeps a limited number of partial lines on each day (a beam; P. S. Ow and T. E. Morton, "Filtered beam search
in scheduling", 1988) and nearly always ends with good lines soon; the least that one left out could have cost is a
bound. `_best_first` then looks for anything below the best of them in the order of cost so far plus cost to go (A*; P.
E. Hart, N. J. Nilsson and B. Raphael, "A formal basis for the heuristic determination of minimum cost paths", 1968).

Partial lines that reach the same place and can nowhere do better than another are dropped. In the best-first search,
priced totals whose multiplier is zero are left out of that comparison at first: where a line then misses one of them,
the search is run again with it. Costs are compared in steps of `STEP`, so that lines of equal cost are found depth
first whatever the rounding.
"""

from __future__ import annotations

import math
from typing import Any

from models.compiled import compiled
from optimizer.roster.costs_to_go import SMALL, bound_at

STEP = 1e-7
"""Of cost."""


@compiled
def find_lines(
    n: Any, own_add: Any, start: Any, totals: Any, coordinate: Any, width: int, multiplier: Any, room: Any, wanted: int,
    beam: int, most: int,
) -> Any:  # fmt: skip
    """Find cheap lines, and the cheapest where ``most`` suffices; returns how many and the bound. See `price_line`."""
    count = n.add.shape[1]
    for k in range(count):
        room.compared[k] = True
    base, found, bound = _by_days(n, own_add, start, totals, coordinate, width, multiplier, room, wanted, beam)
    best = room.key[room.ends[0]] if found > 0 else math.inf
    if bound >= best - STEP or most <= base:
        return found, bound
    for k in range(count):
        room.compared[k] = abs(multiplier[k]) > SMALL
    for number in range(found):
        room.kept[number] = room.ends[number]
    while True:
        better, low, missed = _best_first(
            n, own_add, start, totals, coordinate, width, multiplier, room, base, wanted, best - STEP, most
        )
        if better == 0 and low < math.inf:  # the search was cut short
            break
        again = False
        if missed < (room.key[room.ends[0]] if better > 0 else best) - STEP:
            for k in range(count):
                again = again or (room.missed[k] and not room.compared[k])
                room.compared[k] = room.compared[k] or room.missed[k]
        if not again:
            break
    bound = max(bound, min(low, missed, best))
    for number in range(min(found, wanted - better)):
        room.ends[better + number] = room.kept[number]
    return min(better + found, wanted), bound


@compiled
def _begin(
    n: Any, start: Any, totals: Any, coordinate: Any, width: int, multiplier: Any, room: Any, entry: int
) -> None:  # fmt: skip
    """Enter the line that has not begun."""
    room.cost[entry], room.node[entry], room.at[entry] = 0.0, start, coordinate
    room.key[entry] = bound_at(n, start, totals, coordinate, width, multiplier, room)
    for k in range(n.add.shape[1]):
        room.counts[entry, k] = totals[k]
        room.cost[entry] += multiplier[k] * totals[k]
    room.parent[entry], room.choice[entry], room.dead[entry], room.next[entry] = -1, -1, False, -1


@compiled
def _by_days(
    n: Any, own_add: Any, start: Any, totals: Any, coordinate: Any, width: int, multiplier: Any, room: Any, wanted: int,
    beam: int,
) -> Any:  # fmt: skip
    """Extend all partial lines by a day at a time, and keep the ``beam`` most promising ones.

    Returns the entries used, the lines found, and a bound: the least that a line left out could have cost.
    """
    for k in range(n.add.shape[1]):
        room.missed[k] = False
    _begin(n, start, totals, coordinate, width, multiplier, room, 0)
    if not room.key[0] < math.inf:
        return 1, 0, math.inf
    days = own_add.shape[0]
    last = n.first_node[days]
    first, end, left_out = 0, 1, math.inf
    for _ in range(days):
        used = end
        for entry in range(first, end):
            node = room.node[entry]
            if used + n.first_arc[node + 1] - n.first_arc[node] > len(room.key):
                left_out = min(left_out, room.key[entry])
                continue
            for arc in range(n.first_arc[node], n.first_arc[node + 1]):
                used, _ = _enter(n, own_add, last, width, multiplier, room, entry, arc, used, math.inf)
        for one in range(end, used):
            room.top[room.node[one] * width + room.at[one]] = -1
        left_out = min(left_out, _leave_out(room, end, used, beam))
        first, end = end, _closed_up(n, room, end, used)
    found = 0
    while found < min(wanted, end - first):
        chosen = -1
        for one in range(first, end):
            if not room.dead[one] and (chosen < 0 or room.key[one] < room.key[chosen]):
                chosen = one
        room.ends[found], room.dead[chosen] = chosen, True
        found += 1
    return end, found, min(left_out, room.key[room.ends[0]]) if found > 0 else left_out


@compiled
def _leave_out(room: Any, first: int, end: int, beam: int) -> Any:
    """Mark as dead all but the best of some entries; returns the least key of those left out. Hoare's selection."""
    count = 0
    for one in range(first, end):
        if not room.dead[one]:
            room.heap[count] = one
            count += 1
    low, high = 0, count - 1
    while count > beam and low < high:
        pivot = room.heap[(low + high) // 2]
        one, other = low, high
        while one <= other:
            while _sooner(room, room.heap[one], pivot):
                one += 1
            while _sooner(room, pivot, room.heap[other]):
                other -= 1
            if one <= other:
                room.heap[one], room.heap[other] = room.heap[other], room.heap[one]
                one += 1
                other -= 1
        if beam - 1 <= other:
            high = other
        elif beam - 1 >= one:
            low = one
        else:
            break
    least = math.inf
    for place in range(beam, count):
        room.dead[room.heap[place]] = True
        least = min(least, room.key[room.heap[place]])
    return least


@compiled
def _sooner(room: Any, one: Any, other: Any) -> Any:
    return room.key[one] < room.key[other] or (room.key[one] == room.key[other] and one < other)


@compiled
def _closed_up(n: Any, room: Any, first: int, end: int) -> Any:
    """Move the entries that are left together; returns their end."""
    place = first
    for one in range(first, end):
        if room.dead[one]:
            continue
        room.parent[place], room.choice[place] = room.parent[one], room.choice[one]
        room.node[place], room.at[place] = room.node[one], room.at[one]
        room.cost[place], room.key[place], room.dead[place] = room.cost[one], room.key[one], False
        for k in range(n.add.shape[1]):
            room.counts[place, k] = room.counts[one, k]
        place += 1
    return place


@compiled
def _best_first(
    n: Any, own_add: Any, start: Any, totals: Any, coordinate: Any, width: int, multiplier: Any, room: Any, base: int,
    wanted: int, cut: Any, most: int,
) -> Any:  # fmt: skip
    """Extend the most promising partial line until enough lines below ``cut`` are whole; entries begin at ``base``.

    Returns the lines found, the bound on those below ``cut`` (infinite when there is none, and when there are lines),
    and the bound on lines that miss totals which are not compared.
    """
    for k in range(n.add.shape[1]):
        room.missed[k] = False
    _begin(n, start, totals, coordinate, width, multiplier, room, base)
    room.heap[0] = base
    used, size, found, bound, missed = base + 1, 1, 0, math.inf, math.inf
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
            before = used
            used, lost = _enter(n, own_add, last, width, multiplier, room, entry, arc, used, cut)
            missed = min(missed, lost)
            if used > before:
                size = _push(room, before, size)
    for one in range(base + 1, used):
        room.top[room.node[one] * width + room.at[one]] = -1
    if found == 0 and size != -1:
        bound = math.inf
    return found, bound, missed


@compiled
def _enter(
    n: Any, own_add: Any, last: int, width: int, multiplier: Any, room: Any, entry: Any, arc: Any, used: Any, cut: Any
) -> Any:
    """Keep a partial line one arc longer unless it cannot end below ``cut``, or another one is nowhere dearer.

    Returns the entries used, and what the line would cost without the totals that it misses.
    """
    count = n.add.shape[1]
    node = n.to[arc]
    at = room.at[entry] + n.step[arc]
    cost = room.cost[entry] + room.charged[arc]
    key = cost + room.table[node * width + at]
    if not key < math.inf:
        return used, math.inf
    lost = math.inf
    for k in range(count):
        total = room.counts[entry, k] + n.add[arc, k] + own_add[n.day[arc], n.choice[arc], k]
        room.counts[used, k] = total
        room.suited[k] = room.suits[k, total if room.compared[k] else room.counts[0, k]]
        key -= room.suited[k]
    if not key < math.inf:
        return used, math.inf
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
            return used, lost
        cost = key
    key = math.floor(key / STEP) * STEP
    if not key < cut:
        return used, lost
    place = node * width + at
    if node != last and _dominated(n, multiplier, room, place, cost, used, count):
        return used, lost
    room.parent[used], room.choice[used], room.node[used], room.at[used] = entry, n.choice[arc], node, at
    room.cost[used], room.key[used], room.dead[used] = cost, key, False
    room.next[used] = room.top[place]
    room.top[place] = used
    return used + 1, lost


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
