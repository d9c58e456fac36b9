"""Agents in the compiled engine: who takes a contact, which contact an agent takes, breaks and the end of a shift."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from models.compiled import compiled
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
    rule = t.queue[q]
    mean = t.span[interval, q].aht_s
    if rule.lognormal == 0:
        return float(mean * exponential(key, HANDLE))
    sigma = rule.sigma
    return float(mean * math.exp(sigma * normal(key, HANDLE) - 0.5 * sigma * sigma))


@compiled
def find_agent(t: Any, s: Any, q: int) -> int:
    """Agent who takes a contact that has just come: best rank, least busy, longest idle; -1 if nobody can."""
    rule = t.queue[q]
    best, best_rank, best_order = -1, 0, 0
    last = 1 if rule.concurrency <= 1 else math.ceil(rule.concurrency)
    for k in range(rule.sends, rule.sends_end):
        group, rank = t.link[k].to, t.link[k].rank
        if best >= 0 and rank > best_rank:
            break
        for order in range(last + 1):
            if best >= 0 and order > best_order:
                break
            # idle first, then who can interrupt deferrable work, then who has one contact in hand, two, ...
            level = 0 if order == 0 else (t.levels - 1 if order == 1 else order - 1)
            a = s.lists[group * t.levels + level].head
            while a >= 0 and order > 1 and s.agent[a].contacts >= at_once(s, a, rule.concurrency):
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
    line = s.line[q]
    while line.head >= 0 and s.slot[line.head].deadline <= at:
        n = call_up(s, q)
        slot = s.slot[n]
        s.counter[WAITING] -= 1
        interval = slot.interval
        wait = slot.deadline - slot.arrive
        s.cell[interval, q, ABANDONED] += 1
        s.cell[interval, q, WAIT] += wait
        if wait <= t.queue[q].short_s:
            s.cell[interval, q, SHORT] += 1
        give_slot(s, n)


@compiled
def pick_waiting(t: Any, s: Any, a: int, at: float, closing: int) -> int:
    """Contact that a free agent takes: best rank, longest wait; -1 if none. `closing`: only of queues that are shut."""
    agent = s.agent[a]
    if s.counter[WAITING] == 0:
        return -1
    best, best_rank = -1, 0
    group = agent.group
    now = min(int(at / t.interval_s), t.intervals)
    for k in range(t.group[group].picks, t.group[group].picks_end):
        q, rank = t.link[k].to, t.link[k].rank
        line = s.line[q]
        if best >= 0 and rank > best_rank:
            break
        if line.length == 0 or (closing == 1 and now < t.intervals and t.span[now, q].open == 1):
            continue
        if agent.contacts > 0 and agent.contacts >= at_once(s, a, t.queue[q].concurrency):
            continue
        drop_impatient(t, s, q, at)
        n = line.head
        if n >= 0 and (best < 0 or s.slot[n].arrive < s.slot[best].arrive):
            best, best_rank = n, rank
    if best >= 0:
        call_up(s, s.slot[best].queue)
        s.counter[WAITING] -= 1
    return best


@compiled
def serve(t: Any, s: Any, a: int, n: int, at: float) -> None:
    """Begin a live contact or chat with an agent, who is in no list."""
    slot = s.slot[n]
    agent = s.agent[a]
    q, interval = slot.queue, slot.interval
    rule = t.queue[q]
    wait = at - slot.arrive
    cell = s.cell
    cell[interval, q, ANSWERED] += 1
    cell[interval, q, WAIT_ANSWERED] += wait
    cell[interval, q, WAIT] += wait
    if wait <= rule.within_s:
        cell[interval, q, IN_TIME] += 1
    handle = slot.handle
    if handle < 0:
        handle = handle_time(t, q, interval, slot.key)
    cell[interval, q, HANDLED] += handle
    if agent.work >= 0:
        interrupt(t, s, a, at)
    most = at_once(s, a, rule.concurrency)
    agent.contacts += 1
    agent.full = 1 if most <= 1 else 0
    slot.agent = a
    add_span(s.time, agent.group, BUSY, at, at + handle, 1.0 / most, t.interval_s)
    push(s, at + handle, n)


@compiled
def interrupt(t: Any, s: Any, a: int, at: float) -> None:
    """Put deferrable work that an agent has in hand back to the front of its line; the rest is done later."""
    agent = s.agent[a]
    old = agent.work
    before = s.slot[old]
    agent.work = -1
    before.cancelled = 1  # its completion stands in the heap and frees the slot
    n = take_slot(s)
    q = before.queue
    for_now = at - before.start
    s.slot[n].arrive = before.arrive
    s.slot[n].deadline = before.deadline
    s.slot[n].interval = before.interval
    s.slot[n].key = before.key
    s.slot[n].queue = q
    s.slot[n].handle = max(before.handle - for_now, 0.0)
    s.cell[s.slot[n].interval, q, HANDLED] += for_now
    line_up_first(s, q, n)
    add_span(s.time, agent.group, WORKING, before.start, at, 1.0, t.interval_s)


@compiled
def take_work(t: Any, s: Any, a: int, at: float) -> bool:
    """Begin the deferrable work that is due first, if there is any that the agent can do."""
    agent = s.agent[a]
    best, group = NOBODY, agent.group
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
    agent.work = best
    push(s, at + s.slot[best].handle, best)
    return True


@compiled
def _slack(t: Any, s: Any, n: Any, at: float) -> float:
    """Open seconds left until a piece of deferrable work is due."""
    slot = s.slot[n]
    return float(slot.deadline) - open_time(t, slot.queue, at)


@compiled
def settle(t: Any, s: Any, a: int, at: float) -> None:
    """Put an agent on the list that says what he can still take."""
    agent = s.agent[a]
    leave_list(s, a)
    group = agent.group
    if agent.work >= 0:
        join_list(s, a, group * t.levels + t.levels - 1, at)
    elif agent.full == 0 and agent.contacts < at_once(s, a, t.group[group].most):
        join_list(s, a, group * t.levels + agent.contacts, at)


@compiled
def next_task(t: Any, s: Any, a: int, at: float) -> None:
    """Send a free agent home or on a break if that is due, else to the next contact, deferrable work, or idle."""
    agent = s.agent[a]
    leaving, pauses = agent.leaving == 1, agent.break_s > 0
    if (leaving or pauses) and agent.contacts > 0:
        leave_list(s, a)  # finishes what he has in hand and takes no more
        return
    if leaving:  # who still waits when the doors close is served before people go, for a while
        n = pick_waiting(t, s, a, at, agent.leaving)
        if n >= 0:
            leave_list(s, a)
            serve(t, s, a, n, at)
            return
    if leaving or pauses:
        go_off(t, s, a, at)
        return
    while agent.full == 0 and agent.contacts < at_once(s, a, t.group[agent.group].most):
        n = pick_waiting(t, s, a, at, agent.leaving)
        if n < 0:
            break
        serve(t, s, a, n, at)
    if agent.contacts == 0 and agent.work < 0:
        take_work(t, s, a, at)
    settle(t, s, a, at)


@compiled
def go_off(t: Any, s: Any, a: int, at: float) -> None:
    """Take an agent without contacts off the floor: for a break of full length, or home."""
    agent = s.agent[a]
    leave_list(s, a)
    if agent.work >= 0:
        interrupt(t, s, a, at)
    agent.on_duty = 0
    add_span(s.time, agent.group, STAFFED, agent.on_since, at, 1.0, t.interval_s)
    if agent.leaving == 1:
        last = len(s.time) - 1
        s.time[min(int(at / t.interval_s), last), agent.group, OVERTIME] += at - agent.leave_at
    else:
        push(s, at + agent.break_s, -1 - a)
        agent.break_s = 0.0


@compiled
def change_duty(t: Any, s: Any, number: int) -> int:
    """Let a person come, pause or go, as the shift says; returns the agent if a new task is to be found, else -1."""
    duty = t.duty[number]
    a, at = duty.agent, duty.at
    agent = s.agent[a]
    if agent.absent == 1:
        return -1
    if duty.kind == COMES:
        return come(s, a, at)
    if duty.kind == BREAKS:
        agent.break_s += duty.length
    else:
        agent.leaving = 1
        agent.leave_at = at
    return int(a) if agent.on_duty == 1 else -1


@compiled
def come(s: Any, a: int, at: float) -> int:
    """Put an agent on the floor, at the start of the shift or after a break, and return him."""
    agent = s.agent[a]
    agent.on_duty = 1
    agent.on_since = at
    return a


@compiled
def complete(t: Any, s: Any, n: int, at: float) -> int:
    """End a contact or a piece of deferrable work, whose customer may come back; returns the agent."""
    slot = s.slot[n]
    q, a = slot.queue, int(slot.agent)
    rule = t.queue[q]
    agent = s.agent[a]
    if rule.deferrable == 1:
        interval = slot.interval
        s.cell[interval, q, ANSWERED] += 1
        s.cell[interval, q, DUE] += 1
        s.cell[interval, q, HANDLED] += slot.handle
        s.cell[interval, q, WAIT] += at - slot.arrive
        s.cell[interval, q, WAIT_ANSWERED] += at - slot.arrive
        if open_time(t, q, at) <= slot.deadline + 1e-6:
            s.cell[interval, q, IN_TIME] += 1
        agent.work = -1
        add_span(s.time, agent.group, WORKING, slot.start, at, 1.0, t.interval_s)
    else:
        agent.contacts -= 1
        agent.full = 0
    if rule.repeats > 0 and uniform(slot.key, RETURNS) < rule.repeats:
        again = take_slot(s)
        s.slot[again].key = child(slot.key, AGAIN)
        s.slot[again].queue = q
        delay = rule.repeat_delay_s * exponential(slot.key, RETURN_DELAY)
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
