"""The arrays of the compiled engine: what stays (`Tables`), what moves (`State`), what is counted (`Sums`)."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

QUEUE = np.dtype(
    [
        ("within_s", "f8"), ("short_s", "f8"), ("patience_s", "f8"), ("deadline_s", "f8"), ("concurrency", "f8"),
        ("sigma", "f8"), ("contained", "f8"), ("escalated", "f8"), ("bot_s", "f8"), ("repeats", "f8"),
        ("repeat_delay_s", "f8"), ("lognormal", "i8"), ("deferrable", "i8"), ("sends", "i8"), ("sends_end", "i8"),
    ],
    align=True,
)  # fmt: skip
"""One queue's rules; `sigma` of the logarithm of its handle time; its groups are links `sends` to `sends_end`."""
GROUP = np.dtype(
    [
        ("absent", "f8"), ("most", "f8"), ("picks", "i8"), ("picks_end", "i8"), ("works", "i8"), ("works_end", "i8"),
    ],
    align=True,
)  # fmt: skip
"""One group: largest concurrency, and where its live queues and its deferrable ones stand among the links."""
LINK = np.dtype([("to", "i8"), ("rank", "i8")])
SPAN = np.dtype([("mean", "f8"), ("aht_s", "f8"), ("open_clock", "f8"), ("until", "f8"), ("open", "i8"), ("day", "i8")])
"""One queue in one interval: contacts, open seconds before it, and when who still waits is turned away."""
LINE = np.dtype(
    [
        ("head", "i8"), ("tail", "i8"), ("length", "i8"), ("at", "f8"), ("interval", "i8"), ("number", "i8"),
        ("left", "i8"), ("phase", "f8"), ("mean", "f8"), ("stream", "u8"), ("key", "u8"),
    ],
    align=True,
)  # fmt: skip
"""One queue's line of waiting contacts (first and last slot), and its next arrival."""
AGENT = np.dtype(
    [
        ("group", "i8"), ("list", "i8"), ("next", "i8"), ("previous", "i8"), ("contacts", "i8"), ("full", "i8"),
        ("on_duty", "i8"), ("leaving", "i8"), ("work", "i8"), ("absent", "i8"), ("since", "f8"), ("on_since", "f8"),
        ("break_s", "f8"), ("leave_at", "f8"), ("rounding", "f8"), ("place", "i8"),
    ],
    align=True,
)  # fmt: skip
"""One person-shift: contacts in hand, slot of deferrable work in hand (or -1), what is pending, place in its group."""
SLOT = np.dtype(
    [
        ("arrive", "f8"), ("deadline", "f8"), ("handle", "f8"), ("start", "f8"), ("key", "u8"), ("interval", "i8"),
        ("queue", "i8"), ("agent", "i8"), ("next", "i8"), ("cancelled", "i8"),
    ],
    align=True,
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
STAFFED, BUSY, WORKING, OVERTIME = np.arange(len(TIMES))  # of numpy, so that functions that take them compile once
FREE, FREE_COUNT, HEAP, WAITING, NEXT_DUTY, NEXT_GIVEN, NEXT_QUEUE = range(7)
COUNTERS = 7
SPARE = 16
"""Slots and events that one step of the clock may need at most, with room to spare."""


class Tables(NamedTuple):
    """What does not change during a replication. Q queues, G groups, T intervals, E duty events, N given contacts.

    Few arrays with many fields: each array is seven arguments of each compiled call, which takes time to compile.
    """

    interval_s: float
    intervals: int
    fixed: int  # contacts arrive in given numbers instead of Poisson ones
    marks: int  # whether backlogs are noted at the end of intervals
    levels: int  # lists of a group: idle, one contact, ...; the last one is "at deferrable work"
    spread: int  # absences spread evenly instead of at random
    day_sigma: float  # of the logarithm of a day's factor
    queue: Any  # (Q,) QUEUE
    group: Any  # (G,) GROUP
    link: Any  # (K,) LINK
    span: Any  # (T + 1, Q) SPAN
    duty: Any  # (E,) DUTY, sorted
    given: Any  # (N,) GIVEN, sorted


class State(NamedTuple):
    """What moves, and what one replication counts."""

    line: Any  # (Q,) LINE
    agent: Any  # (N,) AGENT
    lists: Any  # (G * levels,) LIST
    slot: Any  # SLOT
    heap: Any  # EVENT
    counter: Any  # (COUNTERS,)
    cell: Any  # (T, Q, MEASURES)
    time: Any  # (T, G, TIMES)
