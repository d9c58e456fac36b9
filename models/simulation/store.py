"""Small containers of the compiled engine: heap of events, slots and lines of contacts, lists of agents."""

from __future__ import annotations

from typing import Any

from models.compiled import compiled
from models.simulation.layout import FREE, FREE_COUNT, HEAP


@compiled
def push(s: Any, at: float, what: Any) -> None:
    """Add an event to the binary heap."""
    heap = s.heap
    k = s.counter[HEAP]
    s.counter[HEAP] = k + 1
    while k > 0:
        up = (k - 1) >> 1
        if heap[up].at <= at:
            break
        heap[k].at = heap[up].at
        heap[k].what = heap[up].what
        k = up
    heap[k].at = at
    heap[k].what = what


@compiled
def pop(s: Any) -> int:
    """Take the earliest event off the heap and return what it is."""
    heap = s.heap
    first: int = heap[0].what
    size = s.counter[HEAP] - 1
    s.counter[HEAP] = size
    at, what = heap[size].at, heap[size].what
    k = 0
    while True:
        down = 2 * k + 1
        if down >= size:
            break
        if down + 1 < size and heap[down + 1].at < heap[down].at:
            down += 1
        if heap[down].at >= at:
            break
        heap[k].at = heap[down].at
        heap[k].what = heap[down].what
        k = down
    heap[k].at = at
    heap[k].what = what
    return first


@compiled
def take_slot(s: Any) -> int:
    """Return a free slot."""
    n: int = s.counter[FREE]
    s.counter[FREE] = s.slot[n].next
    s.counter[FREE_COUNT] -= 1
    s.slot[n].cancelled = 0
    s.slot[n].agent = -1
    s.slot[n].handle = -1.0  # not drawn yet
    return n


@compiled
def give_slot(s: Any, n: int) -> None:
    """Return a slot to the free ones."""
    s.slot[n].next = s.counter[FREE]
    s.counter[FREE] = n
    s.counter[FREE_COUNT] += 1


@compiled
def line_up(s: Any, q: int, n: int) -> None:
    """Put a contact at the end of its line."""
    line = s.line[q]
    s.slot[n].next = -1
    if line.tail < 0:
        line.head = n
    else:
        s.slot[line.tail].next = n
    line.tail = n
    line.length += 1


@compiled
def line_up_first(s: Any, q: int, n: int) -> None:
    """Put a contact at the front of its line."""
    line = s.line[q]
    s.slot[n].next = line.head
    line.head = n
    if line.tail < 0:
        line.tail = n
    line.length += 1


@compiled
def call_up(s: Any, q: int) -> int:
    """Take the first contact off a line."""
    line = s.line[q]
    n: int = line.head
    line.head = s.slot[n].next
    if line.head < 0:
        line.tail = -1
    line.length -= 1
    return n


@compiled
def join_list(s: Any, a: int, number: int, at: float) -> None:
    """Put an agent at the end of a list; who is longest in it stands first."""
    agent = s.agent[a]
    agent.list = number
    agent.since = at
    agent.next = -1
    last = s.lists[number].tail
    agent.previous = last
    if last < 0:
        s.lists[number].head = a
    else:
        s.agent[last].next = a
    s.lists[number].tail = a


@compiled
def leave_list(s: Any, a: int) -> None:
    """Take an agent off the list he is in, if he is in one."""
    agent = s.agent[a]
    number = agent.list
    if number < 0:
        return
    before, after = agent.previous, agent.next
    if before < 0:
        s.lists[number].head = after
    else:
        s.agent[before].next = after
    if after < 0:
        s.lists[number].tail = before
    else:
        s.agent[after].previous = before
    agent.list = -1


@compiled
def add_span(into: Any, group: int, measure: Any, start: float, end: float, weight: float, interval_s: float) -> None:
    """Add weighted seconds from start to end to the intervals in which they pass; what lies after the last is left."""
    k = int(start / interval_s)
    while k < len(into) and start < end:
        stop = min(end, (k + 1) * interval_s)
        into[k, group, measure] += (stop - start) * weight
        start = stop
        k += 1
