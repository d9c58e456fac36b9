"""One replication, event by event: arrivals merged by time with completions and the changes of people's duty."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from models.compiled import compiled, kept, stamp
from models.simulation.agents import (
    change_duty,
    come,
    complete,
    drop_impatient,
    find_agent,
    next_task,
    open_time,
    serve,
    settle,
    take_work,
)
from models.simulation.draws import (
    BOT,
    BOT_TIME,
    ESCALATES,
    FIRST,
    GAP,
    PATIENCE,
    child,
    exponential,
    normal,
    uniform,
)
from models.simulation.layout import (
    BACKLOG,
    CONTAINED,
    DUE,
    FREE,
    FREE_COUNT,
    HEAP,
    LOST,
    NEXT_DUTY,
    NEXT_GIVEN,
    NEXT_QUEUE,
    OFFERED,
    OLDEST,
    SPARE,
    WAITING,
    State,
    Tables,
)
from models.simulation.store import call_up, give_slot, leave_list, line_up, pop, push, take_slot

_DAYS, _PEOPLE, _QUEUES, _ACTUALS = np.arange(4)


@compiled
def _begin(t: Any, s: Any, key: Any) -> None:
    """Empty rooms, everybody at home, and the first arrival of each queue."""
    s.cell[:] = 0.0
    s.time[:] = 0.0
    s.counter[:] = 0
    for n in range(len(s.slot)):
        s.slot[n].next = n + 1
    s.counter[FREE] = 0
    s.counter[FREE_COUNT] = len(s.slot)
    for number in range(len(s.lists)):
        s.lists[number].head = -1
        s.lists[number].tail = -1
    _call_in(t, s, child(key, _PEOPLE))
    queues, days = child(key, _QUEUES), child(key, _DAYS)
    for q in range(len(s.line)):
        line = s.line[q]
        line.head = -1
        line.tail = -1
        line.length = 0
        line.interval = 0
        line.number = -1
        line.at = math.inf
        line.stream = child(queues, q)
        _draw_next(t, s, q, days)
    _find_next_queue(s)


@compiled
def _call_in(t: Any, s: Any, key: Any) -> None:
    """Reset the people; who is absent is drawn for each person-shift, or every so many-th one, from a random start."""
    for a in range(len(s.agent)):
        agent = s.agent[a]
        group = agent.group
        share = t.group[group].absent
        if t.spread == 1:
            before = agent.place * share + uniform(key, group)
            absent = math.floor(before + share) > math.floor(before)
        else:
            absent = uniform(key, len(t.group) + a) < share
        agent.absent = 1 if absent else 0
        agent.list = -1
        agent.contacts = 0
        agent.full = 0
        agent.on_duty = 0
        agent.leaving = 0
        agent.work = -1
        agent.break_s = 0.0


@compiled
def _day_factor(t: Any, days: Any, day: int) -> float:
    """By what all contacts of a day are multiplied; lognormal with mean 1."""
    if t.day_sigma == 0:
        return 1.0
    return math.exp(t.day_sigma * normal(child(days, day), FIRST) - 0.5 * t.day_sigma * t.day_sigma)


@compiled
def _draw_next(t: Any, s: Any, q: int, days: Any) -> None:
    """Draw the next arrival of a queue: exponential gaps within an interval, or order statistics of a given number."""
    line = s.line[q]
    while line.interval < t.intervals:
        k = line.interval
        if line.number < 0:
            line.number = 0
            line.phase = 0.0
            line.mean = t.span[k, q].mean * _day_factor(t, days, t.span[k, q].day)
            if t.fixed == 1 and line.mean > 0:
                whole = math.floor(line.mean)
                line.left = int(whole) + (1 if uniform(child(line.stream, k), FIRST) < line.mean - whole else 0)
        if line.mean > 0:
            key = child(child(line.stream, k), 1 + line.number)
            line.number += 1
            if t.fixed == 1:
                if line.left > 0:
                    line.phase = 1.0 - (1.0 - line.phase) * uniform(key, GAP) ** (1.0 / line.left)
                    line.left -= 1
                    line.at = (k + line.phase) * t.interval_s
                    line.key = key
                    return
            else:
                line.phase += exponential(key, GAP) / line.mean
                if line.phase < 1.0:
                    line.at = (k + line.phase) * t.interval_s
                    line.key = key
                    return
        line.interval = k + 1
        line.number = -1
    line.at = math.inf


@compiled
def _find_next_queue(s: Any) -> None:
    """Find the queue with the earliest arrival."""
    best = 0
    for q in range(1, len(s.line)):
        if s.line[q].at < s.line[best].at:
            best = q
    s.counter[NEXT_QUEUE] = best


@compiled
def _arrive(t: Any, s: Any, q: int, at: float, key: Any, handle: float) -> None:
    """Let a contact come: to the bot first where there is one."""
    rule = t.queue[q]
    if rule.contained > 0 or rule.bot_s > 0:
        interval = min(int(at / t.interval_s), t.intervals - 1)
        if uniform(key, BOT) < rule.contained:
            s.cell[interval, q, CONTAINED] += 1
            return
        if uniform(key, ESCALATES) >= rule.escalated:
            s.cell[interval, q, LOST] += 1
            return
    n = take_slot(s)
    slot = s.slot[n]
    slot.key = key
    slot.queue = q
    slot.handle = handle
    if rule.bot_s > 0:
        push(s, at + rule.bot_s * exponential(key, BOT_TIME), n)
    else:
        _join(t, s, n, at)


@compiled
def _join(t: Any, s: Any, n: int, at: float) -> None:
    """Let a contact join its queue: served at once, or it waits."""
    slot = s.slot[n]
    q = slot.queue
    rule = t.queue[q]
    interval = min(int(at / t.interval_s), t.intervals - 1)
    slot.arrive = at
    slot.interval = interval
    s.cell[interval, q, OFFERED] += 1
    a = find_agent(t, s, q)
    agent = s.agent[a]
    if rule.deferrable == 1:
        slot.deadline = open_time(t, q, at) + rule.deadline_s
        line_up(s, q, n)
        if a >= 0 and agent.work < 0 and agent.contacts == 0:
            take_work(t, s, a, at)
            settle(t, s, a, at)
        return
    if a >= 0:
        leave_list(s, a)
        serve(t, s, a, n, at)
        settle(t, s, a, at)
        return
    patience = rule.patience_s
    deadline = at + patience * exponential(slot.key, PATIENCE) if patience < math.inf else math.inf
    slot.deadline = min(deadline, t.span[interval, q].until)
    line_up(s, q, n)
    s.counter[WAITING] += 1


@compiled
def _happen(t: Any, s: Any, what: int, at: float) -> int:
    """Let an event of the heap happen: a break ends, a contact ends, or one comes from the bot or comes back.

    Returns the agent for whom a new task is to be found, -1 if there is none.
    """
    if what < 0:
        return come(s, -1 - what, at)
    if s.slot[what].cancelled == 0 and s.slot[what].agent >= 0:
        return complete(t, s, what, at)
    if s.slot[what].cancelled == 0 and at < t.intervals * t.interval_s:
        _join(t, s, what, at)
    else:
        give_slot(s, what)
    return -1


@compiled
def _note_backlog(t: Any, s: Any, interval: Any) -> None:
    """Count what waits at the end of an interval, and how long the oldest piece has waited."""
    at = (interval + 1) * t.interval_s
    for q in range(len(s.line)):
        line = s.line[q]
        if t.queue[q].deferrable == 1 and line.head >= 0:
            s.cell[interval, q, BACKLOG] = line.length
            s.cell[interval, q, OLDEST] = at - s.slot[line.head].arrive


@compiled
def _close(t: Any, s: Any, end: float) -> None:
    """Count who still waits when all is over."""
    for q in range(len(s.line)):
        if t.queue[q].deferrable == 0:
            drop_impatient(t, s, q, math.inf)
            continue
        while s.line[q].head >= 0:
            n = call_up(s, q)
            slot = s.slot[n]
            if slot.deadline <= t.span[t.intervals, q].open_clock:
                s.cell[slot.interval, q, DUE] += 1
            give_slot(s, n)


@compiled
def _replicate(t: Any, s: Any, seed: int, replication: int) -> bool:
    """Run one replication and count it; False when the slots ran out: give more and run it again, it is the same."""
    key = child(child(np.uint64(0), seed), replication)
    _begin(t, s, key)
    end = t.intervals * t.interval_s
    days = child(key, _DAYS)
    mark = FIRST
    while True:
        if s.counter[FREE_COUNT] < SPARE or s.counter[HEAP] + SPARE > len(s.heap):
            return False
        q = s.counter[NEXT_QUEUE]
        line = s.line[q]
        arrival = line.at
        given, duty = s.counter[NEXT_GIVEN], s.counter[NEXT_DUTY]
        actual = t.given[given].at if given < len(t.given) else math.inf
        change = t.duty[duty].at if duty < len(t.duty) else math.inf
        event = s.heap[0].at if s.counter[HEAP] > 0 else math.inf
        first = min(min(arrival, actual), min(change, event))
        if t.marks == 1 and mark < t.intervals and (mark + 1) * t.interval_s <= first:
            _note_backlog(t, s, mark)
            mark += 1
            continue
        if first == math.inf:
            break
        free = -1
        if first == change:
            s.counter[NEXT_DUTY] = duty + 1
            free = change_duty(t, s, duty)
        elif first == event:
            free = _happen(t, s, pop(s), event)
        elif first == arrival:
            contact = line.key
            _draw_next(t, s, q, days)
            _find_next_queue(s)
            _arrive(t, s, q, arrival, contact, -1.0)
        else:
            s.counter[NEXT_GIVEN] = given + 1
            contact = child(child(key, _ACTUALS), given)
            _arrive(t, s, t.given[given].queue, actual, contact, t.given[given].handle)
        if free >= 0:
            next_task(t, s, free, first)
    _close(t, s, end)
    return True


def _keep() -> Callable[[Tables, State, int, int], bool]:
    code = stamp(*(Path(__file__).with_name(f"{name}.py") for name in ("agents", "draws", "kernel", "layout", "store")))

    @kept
    def replicate(t: Any, s: Any, seed: int, replication: int) -> bool:
        return code >= 0 and _replicate(t, s, seed, replication)

    return replicate


replicate = _keep()
"""Runs one replication and counts it in the state's `cell` and `time`; see `_replicate`."""
