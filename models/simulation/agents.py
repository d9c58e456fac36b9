"""Agents in the compiled engine: who takes a contact, which contact an agent takes, breaks and the end of a shift."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from models.simulation.compiled import compiled
from models.simulation.draws import AGAIN, HANDLE, RETURN_DELAY, RETURNS, child, exponential, normal, uniform
from models.simulation.layout import (
    ABANDONED,
    ANSWERED,
    BREAKS,
    BUSY,
    COMES,
    DUE,
    HANDLED,
    IN_TIME,
    OVERTIME,
    SHORT,
    STAFFED,
    WAIT,
    WAIT_ANSWERED,
    WAITING,
    WORKING,
)
from models.simulation.store import (
    add_span,
    call_up,
    give_slot,
    join_list,
    leave_list,
    line_up_first,
    push,
    take_slot,
)

NOBODY = np.int64(-1)


@compiled
def open_time(t: Any, q: int, at: float) -> float:
    """Seconds that a queue was open before an instant."""
    k = min(int(at / t.interval_s), t.intervals - 1)
    seconds: float = t.span[k, q].open_clock
    if t.span[k, q].open == 1:
        seconds += min(at - k * t.interval_s, t.interval_s)
    return seconds


@compiled
def at_once(s: Any, a: int, concurrency: float) -> int:
    """Contacts that an agent handles at once; of 2.5, every other agent handles 3."""
    whole = math.floor(concurrency)
    return int(whole) + (1 if s.agent[a].rounding < concurrency - whole else 0)


@compiled
def handle_time(t: Any, q: int, interval: int, key: Any) -> float:
    """Handle time of a contact, from its own draws."""
    mean = t.span[interval, q].aht_s
    if t.queue[q].lognormal == 0:
        return float(mean * exponential(key, HANDLE))
    sigma = t.queue[q].sigma
    return float(mean * math.exp(sigma * normal(key, HANDLE) - 0.5 * sigma * sigma))


@compiled
def find_agent(t: Any, s: Any, q: int) -> int:
    """Agent who takes a contact that has just come: best rank, least busy, longest idle; -1 if nobody can."""
    best, best_rank, best_order = -1, 0, 0
    last = 1 if t.queue[q].concurrency <= 1 else math.ceil(t.queue[q].concurrency)
    for k in range(t.queue[q].sends, t.queue[q].sends_end):
        group, rank = t.link[k].to, t.link[k].rank
        if best >= 0 and rank > best_rank:
            break
        for order in range(last + 1):
            if best >= 0 and order > best_order:
                break
            # idle first, then who can interrupt deferrable work, then who has one contact in hand, two, ...
            level = 0 if order == 0 else (t.levels - 1 if order == 1 else order - 1)
            a = s.lists[group * t.levels + level].head
            while a >= 0 and order > 1 and s.agent[a].contacts >= at_once(s, a, t.queue[q].concurrency):
                a = s.agent[a].next
            if a < 0:
                continue
            if best < 0 or order < best_order or s.agent[a].since < s.agent[best].since:
                best, best_rank, best_order = a, rank, order
            break
    return best


@compiled
def drop_impatient(t: Any, s: Any, q: int, at: float) -> None:
    """Take contacts off the front of a line who gave up before now; behind the first patient one they can wait."""
    while s.line[q].head >= 0 and s.slot[s.line[q].head].deadline <= at:
        n = call_up(s, q)
        s.counter[WAITING] -= 1
        interval = s.slot[n].interval
        wait = s.slot[n].deadline - s.slot[n].arrive
        s.cell[interval, q, ABANDONED] += 1
        s.cell[interval, q, WAIT] += wait
        if wait <= t.queue[q].short_s:
            s.cell[interval, q, SHORT] += 1
        give_slot(s, n)


@compiled
def pick_waiting(t: Any, s: Any, a: int, at: float, closing: int) -> int:
    """Contact that a free agent takes: best rank, longest wait; -1 if none. `closing`: only of queues that are shut."""
    if s.counter[WAITING] == 0:
        return -1
    best, best_rank = -1, 0
    group = s.agent[a].group
    now = min(int(at / t.interval_s), t.intervals)
    for k in range(t.group[group].picks, t.group[group].picks_end):
        q, rank = t.link[k].to, t.link[k].rank
        if best >= 0 and rank > best_rank:
            break
        if s.line[q].length == 0 or (closing == 1 and now < t.intervals and t.span[now, q].open == 1):
            continue
        if s.agent[a].contacts > 0 and s.agent[a].contacts >= at_once(s, a, t.queue[q].concurrency):
            continue
        drop_impatient(t, s, q, at)
        n = s.line[q].head
        if n >= 0 and (best < 0 or s.slot[n].arrive < s.slot[best].arrive):
            best, best_rank = n, rank
    if best >= 0:
        call_up(s, s.slot[best].queue)
        s.counter[WAITING] -= 1
    return best


@compiled
def serve(t: Any, s: Any, a: int, n: int, at: float) -> None:
    """Begin a live contact or chat with an agent, who is in no list."""
    q, interval = s.slot[n].queue, s.slot[n].interval
    wait = at - s.slot[n].arrive
    cell = s.cell
    cell[interval, q, ANSWERED] += 1
    cell[interval, q, WAIT_ANSWERED] += wait
    cell[interval, q, WAIT] += wait
    if wait <= t.queue[q].within_s:
        cell[interval, q, IN_TIME] += 1
    handle = s.slot[n].handle
    if handle < 0:
        handle = handle_time(t, q, interval, s.slot[n].key)
    cell[interval, q, HANDLED] += handle
    if s.agent[a].work >= 0:
        interrupt(t, s, a, at)
    most = at_once(s, a, t.queue[q].concurrency)
    s.agent[a].contacts += 1
    s.agent[a].full = 1 if most <= 1 else 0
    s.slot[n].agent = a
    add_span(s.time, s.agent[a].group, BUSY, at, at + handle, 1.0 / most, t.interval_s)
    push(s, at + handle, n)


@compiled
def interrupt(t: Any, s: Any, a: int, at: float) -> None:
    """Put deferrable work that an agent has in hand back to the front of its line; the rest is done later."""
    old = s.agent[a].work
    s.agent[a].work = -1
    s.slot[old].cancelled = 1  # its completion stands in the heap and frees the slot
    n = take_slot(s)
    q = s.slot[old].queue
    for_now = at - s.slot[old].start
    s.slot[n].arrive = s.slot[old].arrive
    s.slot[n].deadline = s.slot[old].deadline
    s.slot[n].interval = s.slot[old].interval
    s.slot[n].key = s.slot[old].key
    s.slot[n].queue = q
    s.slot[n].handle = max(s.slot[old].handle - for_now, 0.0)
    s.cell[s.slot[n].interval, q, HANDLED] += for_now
    line_up_first(s, q, n)
    add_span(s.time, s.agent[a].group, WORKING, s.slot[old].start, at, 1.0, t.interval_s)


@compiled
def take_work(t: Any, s: Any, a: int, at: float) -> bool:
    """Begin the deferrable work that is due first, if there is any that the agent can do."""
    best, group = NOBODY, s.agent[a].group
    for k in range(t.group[group].works, t.group[group].works_end):
        n = s.line[t.link[k].to].head
        if n >= 0 and (best < 0 or _slack(t, s, n, at) < _slack(t, s, best, at)):
            best = n
    if best < 0:
        return False
    q, interval = s.slot[best].queue, s.slot[best].interval
    call_up(s, q)
    if s.slot[best].handle < 0:
        s.slot[best].handle = handle_time(t, q, interval, s.slot[best].key)
    s.slot[best].agent = a
    s.slot[best].start = at
    s.agent[a].work = best
    push(s, at + s.slot[best].handle, best)
    return True


@compiled
def _slack(t: Any, s: Any, n: int, at: float) -> float:
    """Open seconds left until a piece of deferrable work is due."""
    return float(s.slot[n].deadline) - open_time(t, s.slot[n].queue, at)


@compiled
def settle(t: Any, s: Any, a: int, at: float) -> None:
    """Put an agent on the list that says what he can still take."""
    leave_list(s, a)
    group = s.agent[a].group
    if s.agent[a].work >= 0:
        join_list(s, a, group * t.levels + t.levels - 1, at)
    elif s.agent[a].full == 0 and s.agent[a].contacts < at_once(s, a, t.group[group].most):
        join_list(s, a, group * t.levels + s.agent[a].contacts, at)


@compiled
def next_task(t: Any, s: Any, a: int, at: float) -> None:
    """Send a free agent home or on a break if that is due, else to the next contact, deferrable work, or idle."""
    leaving, pauses = s.agent[a].leaving == 1, s.agent[a].break_s > 0
    if (leaving or pauses) and s.agent[a].contacts > 0:
        leave_list(s, a)  # finishes what he has in hand and takes no more
        return
    if leaving:  # who still waits when the doors close is served before people go, for a while
        n = pick_waiting(t, s, a, at, s.agent[a].leaving)
        if n >= 0:
            leave_list(s, a)
            serve(t, s, a, n, at)
            return
    if leaving or pauses:
        go_off(t, s, a, at)
        return
    while s.agent[a].full == 0 and s.agent[a].contacts < at_once(s, a, t.group[s.agent[a].group].most):
        n = pick_waiting(t, s, a, at, s.agent[a].leaving)
        if n < 0:
            break
        serve(t, s, a, n, at)
    if s.agent[a].contacts == 0 and s.agent[a].work < 0:
        take_work(t, s, a, at)
    settle(t, s, a, at)


@compiled
def go_off(t: Any, s: Any, a: int, at: float) -> None:
    """Take an agent without contacts off the floor: for a break of full length, or home."""
    leave_list(s, a)
    if s.agent[a].work >= 0:
        interrupt(t, s, a, at)
    s.agent[a].on_duty = 0
    add_span(s.time, s.agent[a].group, STAFFED, s.agent[a].on_since, at, 1.0, t.interval_s)
    if s.agent[a].leaving == 1:
        last = len(s.time) - 1
        s.time[min(int(at / t.interval_s), last), s.agent[a].group, OVERTIME] += at - s.agent[a].leave_at
    else:
        push(s, at + s.agent[a].break_s, -1 - a)
        s.agent[a].break_s = 0.0


@compiled
def change_duty(t: Any, s: Any, number: int) -> int:
    """Let a person come, pause or go, as the shift says; returns the agent if a new task is to be found, else -1."""
    a, at = t.duty[number].agent, t.duty[number].at
    if s.agent[a].absent == 1:
        return -1
    if t.duty[number].kind == COMES:
        return come(s, a, at)
    if t.duty[number].kind == BREAKS:
        s.agent[a].break_s += t.duty[number].length
    else:
        s.agent[a].leaving = 1
        s.agent[a].leave_at = at
    return int(a) if s.agent[a].on_duty == 1 else -1


@compiled
def come(s: Any, a: int, at: float) -> int:
    """Put an agent on the floor, at the start of the shift or after a break, and return him."""
    s.agent[a].on_duty = 1
    s.agent[a].on_since = at
    return a


@compiled
def complete(t: Any, s: Any, n: int, at: float) -> int:
    """End a contact or a piece of deferrable work, whose customer may come back; returns the agent."""
    q, a = s.slot[n].queue, int(s.slot[n].agent)
    if t.queue[q].deferrable == 1:
        interval = s.slot[n].interval
        s.cell[interval, q, ANSWERED] += 1
        s.cell[interval, q, DUE] += 1
        s.cell[interval, q, HANDLED] += s.slot[n].handle
        s.cell[interval, q, WAIT] += at - s.slot[n].arrive
        s.cell[interval, q, WAIT_ANSWERED] += at - s.slot[n].arrive
        if open_time(t, q, at) <= s.slot[n].deadline + 1e-6:
            s.cell[interval, q, IN_TIME] += 1
        s.agent[a].work = -1
        add_span(s.time, s.agent[a].group, WORKING, s.slot[n].start, at, 1.0, t.interval_s)
    else:
        s.agent[a].contacts -= 1
        s.agent[a].full = 0
    if t.queue[q].repeats > 0 and uniform(s.slot[n].key, RETURNS) < t.queue[q].repeats:
        again = take_slot(s)
        s.slot[again].key = child(s.slot[n].key, AGAIN)
        s.slot[again].queue = q
        delay = t.queue[q].repeat_delay_s * exponential(s.slot[n].key, RETURN_DELAY)
        push(s, when_open(t, q, open_time(t, q, at) + delay), again)
    give_slot(s, n)
    return a


@compiled
def when_open(t: Any, q: int, seconds: float) -> float:
    """Instant at which a queue has been open for so many seconds; infinite after the last interval."""
    low, high = 0, t.intervals
    if seconds >= t.span[high, q].open_clock:
        return math.inf
    while high - low > 1:
        middle = (low + high) >> 1
        if t.span[middle, q].open_clock <= seconds:
            low = middle
        else:
            high = middle
    return float(low * t.interval_s + seconds - t.span[low, q].open_clock)
