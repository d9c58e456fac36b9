"""One replication, event by event: arrivals merged by time with completions and the changes of people's duty."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from models.simulation.agents import (
    change_duty,
    come,
    complete,
    drop_impatient,
    find_agent,
    open_time,
    serve,
    settle,
    take_work,
)
from models.simulation.compiled import compiled
from models.simulation.draws import (
    BOT,
    BOT_TIME,
    ESCALATES,
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
)
from models.simulation.store import call_up, give_slot, leave_list, line_up, pop, push, take_slot

_DAYS, _PEOPLE, _QUEUES, _ACTUALS = range(4)


@compiled
def replicate(t: Any, s: Any, out: Any, seed: int, replication: int) -> bool:
    """Run one replication and count it; False when the slots ran out: give more and run it again, it is the same."""
    key = child(child(np.uint64(0), seed), replication)
    _begin(t, s, out, key)
    end = t.intervals * t.interval_s
    mark = 0
    while True:
        if s.counter[FREE_COUNT] < SPARE or s.counter[HEAP] + SPARE > len(s.heap):
            return False
        q = s.counter[NEXT_QUEUE]
        arrival = s.line[q].at
        given, duty = s.counter[NEXT_GIVEN], s.counter[NEXT_DUTY]
        actual = t.given[given].at if given < len(t.given) else math.inf
        change = t.duty[duty].at if duty < len(t.duty) else math.inf
        event = s.heap[0].at if s.counter[HEAP] > 0 else math.inf
        first = min(min(arrival, actual), min(change, event))
        if t.marks == 1 and mark < t.intervals and (mark + 1) * t.interval_s <= first:
            _note_backlog(t, s, out, mark)
            mark += 1
            continue
        if first == math.inf:
            break
        if first == change:
            s.counter[NEXT_DUTY] = duty + 1
            change_duty(t, s, out, t.duty[duty])
        elif first == event:
            _happen(t, s, out, pop(s), event, end)
        elif first == arrival:
            contact = s.line[q].key
            _draw_next(t, s, q)
            _find_next_queue(s)
            _arrive(t, s, out, q, arrival, contact, -1.0)
        else:
            s.counter[NEXT_GIVEN] = given + 1
            contact = child(child(key, _ACTUALS), given)
            _arrive(t, s, out, t.given[given].queue, actual, contact, t.given[given].handle)
    _close(t, s, out, end)
    return True


@compiled
def _begin(t: Any, s: Any, out: Any, key: Any) -> None:
    """Empty rooms, everybody at home, and the first arrival of each queue."""
    out.cell[:] = 0.0
    out.time[:] = 0.0
    s.counter[:] = 0
    for n in range(len(s.slot)):
        s.slot[n].next = n + 1
    s.counter[FREE] = 0
    s.counter[FREE_COUNT] = len(s.slot)
    for number in range(len(s.lists)):
        s.lists[number].head = -1
        s.lists[number].tail = -1
    days = child(key, _DAYS)
    for d in range(len(s.factor)):
        sigma = t.day_sigma
        s.factor[d] = math.exp(sigma * normal(child(days, d), 0) - 0.5 * sigma * sigma) if sigma > 0 else 1.0
    _call_in(t, s, child(key, _PEOPLE))
    queues = child(key, _QUEUES)
    for q in range(len(s.line)):
        s.line[q].head = -1
        s.line[q].tail = -1
        s.line[q].length = 0
        s.line[q].interval = 0
        s.line[q].number = -1
        s.line[q].at = math.inf
        s.line[q].stream = child(queues, q)
        _draw_next(t, s, q)
    _find_next_queue(s)


@compiled
def _call_in(t: Any, s: Any, key: Any) -> None:
    """Reset the people; who is absent is drawn for each person-shift, or every so many-th one, from a random start."""
    groups = len(t.absent)
    debt = s.debt
    for group in range(groups):
        debt[group] = uniform(key, group)
    for a in range(len(s.agent)):
        group = s.agent[a].group
        if t.spread == 1:
            debt[group] += t.absent[group]
            absent = debt[group] >= 1.0
            if absent:
                debt[group] -= 1.0
        else:
            absent = uniform(key, groups + a) < t.absent[group]
        s.agent[a].absent = 1 if absent else 0
        s.agent[a].list = -1
        s.agent[a].contacts = 0
        s.agent[a].full = 0
        s.agent[a].on_duty = 0
        s.agent[a].leaving = 0
        s.agent[a].work = -1
        s.agent[a].break_s = 0.0


@compiled
def _draw_next(t: Any, s: Any, q: int) -> None:
    """Draw the next arrival of a queue: exponential gaps within an interval, or order statistics of a given number."""
    line = s.line[q]
    while line.interval < t.intervals:
        k = line.interval
        if line.number < 0:
            line.number = 0
            line.phase = 0.0
            line.mean = t.mean[q, k] * s.factor[t.day[k]]
            if t.fixed == 1 and line.mean > 0:
                whole = math.floor(line.mean)
                line.left = int(whole) + (1 if uniform(child(line.stream, k), 0) < line.mean - whole else 0)
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
def _arrive(t: Any, s: Any, out: Any, q: int, at: float, key: Any, handle: float) -> None:
    """Let a contact come: to the bot first where there is one."""
    rule = t.queue[q]
    if rule.contained > 0 or rule.bot_s > 0:
        interval = min(int(at / t.interval_s), t.intervals - 1)
        if uniform(key, BOT) < rule.contained:
            out.cell[interval, q, CONTAINED] += 1
            return
        if uniform(key, ESCALATES) >= rule.escalated:
            out.cell[interval, q, LOST] += 1
            return
    n = take_slot(s)
    s.slot[n].key = key
    s.slot[n].queue = q
    s.slot[n].handle = handle
    if rule.bot_s > 0:
        push(s, at + rule.bot_s * exponential(key, BOT_TIME), n)
    else:
        _join(t, s, out, n, at)


@compiled
def _join(t: Any, s: Any, out: Any, n: int, at: float) -> None:
    """Let a contact join its queue: served at once, or it waits."""
    q = s.slot[n].queue
    interval = min(int(at / t.interval_s), t.intervals - 1)
    s.slot[n].arrive = at
    s.slot[n].interval = interval
    out.cell[interval, q, OFFERED] += 1
    a = find_agent(t, s, q)
    if t.queue[q].deferrable == 1:
        s.slot[n].deadline = open_time(t, q, at) + t.queue[q].deadline_s
        line_up(s, q, n)
        if a >= 0 and s.agent[a].work < 0 and s.agent[a].contacts == 0:
            take_work(t, s, a, at)
            settle(t, s, a, at)
        return
    if a >= 0:
        leave_list(s, a)
        serve(t, s, out, a, n, at)
        settle(t, s, a, at)
        return
    patience = t.queue[q].patience_s
    deadline = at + patience * exponential(s.slot[n].key, PATIENCE) if patience < math.inf else math.inf
    s.slot[n].deadline = min(deadline, t.until[q, interval])
    line_up(s, q, n)
    s.counter[WAITING] += 1


@compiled
def _happen(t: Any, s: Any, out: Any, what: int, at: float, end: float) -> None:
    """Let an event of the heap happen: a break ends, a contact ends, or one comes from the bot or comes back."""
    if what < 0:
        come(t, s, out, -1 - what, at)
    elif s.slot[what].cancelled == 1:
        give_slot(s, what)
    elif s.slot[what].agent >= 0:
        complete(t, s, out, what, at)
    elif at < end:
        _join(t, s, out, what, at)
    else:
        give_slot(s, what)


@compiled
def _note_backlog(t: Any, s: Any, out: Any, interval: int) -> None:
    """Count what waits at the end of an interval, and how long the oldest piece has waited."""
    at = (interval + 1) * t.interval_s
    for q in range(len(s.line)):
        if t.queue[q].deferrable == 1 and s.line[q].head >= 0:
            out.cell[interval, q, BACKLOG] = s.line[q].length
            out.cell[interval, q, OLDEST] = at - s.slot[s.line[q].head].arrive


@compiled
def _close(t: Any, s: Any, out: Any, end: float) -> None:
    """Count who still waits when all is over."""
    for q in range(len(s.line)):
        if t.queue[q].deferrable == 0:
            drop_impatient(t, s, out, q, math.inf)
            continue
        while s.line[q].head >= 0:
            n = call_up(s, q)
            if s.slot[n].deadline <= t.open_clock[q, t.intervals]:
                out.cell[s.slot[n].interval, q, DUE] += 1
            give_slot(s, n)
