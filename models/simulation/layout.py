"""The arrays of the compiled engine: what stays (`Tables`), what moves (`State`), what is counted (`Sums`)."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

QUEUE = np.dtype(
    [
        ("within_s", "f8"), ("short_s", "f8"), ("patience_s", "f8"), ("deadline_s", "f8"), ("concurrency", "f8"),
        ("sigma", "f8"), ("contained", "f8"), ("escalated", "f8"), ("bot_s", "f8"), ("repeats", "f8"),
        ("repeat_delay_s", "f8"), ("lognormal", "i8"), ("deferrable", "i8"),
    ]
)  # fmt: skip
"""One queue's rules; `sigma` of the logarithm of its handle time."""
LINE = np.dtype(
    [
        ("head", "i8"), ("tail", "i8"), ("length", "i8"), ("at", "f8"), ("interval", "i8"), ("number", "i8"),
        ("left", "i8"), ("phase", "f8"), ("mean", "f8"), ("stream", "u8"), ("key", "u8"),
    ]
)  # fmt: skip
"""One queue's line of waiting contacts (first and last slot), and its next arrival."""
AGENT = np.dtype(
    [
        ("group", "i8"), ("list", "i8"), ("next", "i8"), ("previous", "i8"), ("contacts", "i8"), ("full", "i8"),
        ("on_duty", "i8"), ("leaving", "i8"), ("work", "i8"), ("absent", "i8"), ("since", "f8"), ("on_since", "f8"),
        ("break_s", "f8"), ("leave_at", "f8"), ("rounding", "f8"),
    ]
)  # fmt: skip
"""One person-shift: contacts in hand, slot of deferrable work in hand (or -1), break and leave that are pending."""
SLOT = np.dtype(
    [
        ("arrive", "f8"), ("deadline", "f8"), ("handle", "f8"), ("start", "f8"), ("key", "u8"), ("interval", "i8"),
        ("queue", "i8"), ("agent", "i8"), ("next", "i8"), ("cancelled", "i8"),
    ]
)  # fmt: skip
"""One contact in the system. `deadline`: gives up then; for deferrable work on the clock that runs in open time."""
EVENT = np.dtype([("at", "f8"), ("what", "i8")])
"""`what`: a slot that completes or joins its line, or -1 - agent whose break ends."""
DUTY = np.dtype([("at", "f8"), ("length", "f8"), ("agent", "i8"), ("kind", "i8")])
GIVEN = np.dtype([("at", "f8"), ("handle", "f8"), ("queue", "i8")])
LIST = np.dtype([("head", "i8"), ("tail", "i8")])

COMES, BREAKS, LEAVES = range(3)

MEASURES = (
    "offered", "in_time", "answered", "abandoned", "short_abandoned", "wait_answered_s", "wait_s", "handled_s",
    "contained", "lost", "due", "backlog", "oldest_s",
)  # fmt: skip
"""What is counted for a queue in the interval in which a contact joins it; the last two at the interval's end."""
(
    OFFERED, IN_TIME, ANSWERED, ABANDONED, SHORT, WAIT_ANSWERED, WAIT, HANDLED, CONTAINED, LOST, DUE, BACKLOG, OLDEST,
) = range(len(MEASURES))  # fmt: skip
TIMES = ("staffed_s", "busy_s", "deferrable_s", "overtime_s")
"""Agent seconds of a group, in the interval in which they pass."""
STAFFED, BUSY, WORKING, OVERTIME = range(len(TIMES))
FREE, FREE_COUNT, HEAP, WAITING, NEXT_DUTY, NEXT_GIVEN, NEXT_QUEUE = range(7)
COUNTERS = 7
SPARE = 16
"""Slots and events that one step of the clock may need at most, with room to spare."""


class Tables(NamedTuple):
    """What does not change during a replication. Q queues, G groups, T intervals, D days, E duty events."""

    interval_s: float
    intervals: int
    fixed: int  # contacts arrive in given numbers instead of Poisson ones
    marks: int  # whether backlogs are noted at the end of intervals
    levels: int  # lists of a group: idle, one contact, ...; the last one is "at deferrable work"
    absent: Any  # (G,) share of person-shifts that are missing
    spread: int  # absences spread evenly instead of at random
    day_sigma: float
    day: Any  # (T,)
    queue: Any  # (Q,) QUEUE
    mean: Any  # (Q, T) contacts
    aht_s: Any  # (Q, T)
    open: Any  # (Q, T)
    open_clock: Any  # (Q, T + 1) open seconds before an interval
    until: Any  # (Q, T) when the doors open again after they closed: nobody waits longer
    most: Any  # (G,) largest concurrency
    route_at: Any  # (Q + 1,) rows of route
    route: Any  # (K, 2) group, rank
    pick_at: Any  # (G + 1,) rows of pick
    pick: Any  # (K, 2) queue, rank
    work_at: Any  # (G + 1,) rows of work
    work: Any  # (K, 2) queue, rank, deferrable ones
    duty: Any  # (E,) DUTY, sorted
    given: Any  # (N,) GIVEN, sorted


class State(NamedTuple):
    """What moves."""

    line: Any  # (Q,) LINE
    agent: Any  # (N,) AGENT
    lists: Any  # (G * levels,) LIST
    slot: Any  # SLOT
    heap: Any  # EVENT
    counter: Any  # (COUNTERS,)
    factor: Any  # (D,) of each day's contacts
    debt: Any  # (G,) absences that are due, when they are spread


class Sums(NamedTuple):
    """What one replication counts."""

    cell: Any  # (T, Q, MEASURES)
    time: Any  # (T, G, TIMES)
