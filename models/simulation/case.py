"""What is simulated: queues, agent groups with their skills, people, and how the customers behave."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.simulation.people import People

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

FORMS = ("exponential", "lognormal")
ARRIVALS = ("poisson", "fixed")
ABSENCES = ("random", "even")
DEFINITIONS = ("offered", "answered", "without_short_abandons")


@dataclass(frozen=True, eq=False)
class Queues:
    """Contact types, Q of them, over T intervals. A single number stands for all queues.

    Parameters
    ----------
    names : tuple of str, length Q
    contacts : (Q, T)
        Mean number that arrives in each interval (`SimulationCase.arrivals` says how they fall).
    aht_s : (Q, T), (Q, 1) or number
        Mean handle time of a contact that comes in the interval, above 0 everywhere; for chats at full concurrency.
    patience_s : (Q,)
        Mean of the exponential time after which who waits gives up; infinite: nobody does.
    within_s : (Q,)
        Waiting time of the service level.
    pools : tuple of str, length Q
        What a queue is reported under; each queue its own when left out.
    open : (Q, T) of bool
        Doors. Contacts that `contacts` sends to closed doors come all the same. Who still waits when the doors close
        is served before people go home; after an hour the rest is turned away, which counts as given up.
    concurrency : (Q,)
        Contacts of this queue that an agent handles at once; 1 is a call. Of 2.5 every other agent handles 3.
    deadline_s : (Q,)
        Deferrable work: done by agents who have no live contact, in order of what is due first, interrupted by live
        contacts; due so many seconds of open time after it came. NaN: live.
    contained, escalated, bot_s : (Q,)
        Bot before the queue: the share of contacts that ends there, the share of the others that goes on to the queue
        (the rest is lost), and the mean (exponential) time that it takes. `contacts` then come to the bot.
    repeats, repeat_delay_s : (Q,)
        Share of contacts served that comes back, on top of `contacts`, and mean (exponential) delay in open time.

    Raises
    ------
    ValueError
        If a shape or a figure is out of its range.
    """

    names: tuple[str, ...]
    contacts: Floats
    aht_s: Floats
    patience_s: Floats = field(default_factory=lambda: np.array(np.inf))
    within_s: Floats = field(default_factory=lambda: np.array(20.0))
    pools: tuple[str, ...] = ()
    open: Bools = field(default_factory=lambda: np.array(True))
    concurrency: Floats = field(default_factory=lambda: np.array(1.0))
    deadline_s: Floats = field(default_factory=lambda: np.array(np.nan))
    contained: Floats = field(default_factory=lambda: np.array(0.0))
    escalated: Floats = field(default_factory=lambda: np.array(1.0))
    bot_s: Floats = field(default_factory=lambda: np.array(0.0))
    repeats: Floats = field(default_factory=lambda: np.array(0.0))
    repeat_delay_s: Floats = field(default_factory=lambda: np.array(0.0))

    def __post_init__(self) -> None:
        contacts = np.atleast_2d(np.asarray(self.contacts, dtype=np.float64))
        if contacts.shape[0] != len(self.names) or contacts.shape[1] < 1 or not self.names:
            raise ValueError(f"contacts have shape {contacts.shape}, not ({len(self.names)} queues, T intervals)")
        object.__setattr__(self, "contacts", contacts)
        object.__setattr__(self, "pools", tuple(self.pools) or tuple(self.names))
        if len(self.pools) != len(self.names):
            raise ValueError("pools need one name for each queue")
        shape = contacts.shape
        aht_s = np.array(np.broadcast_to(np.asarray(self.aht_s, dtype=np.float64), shape))
        object.__setattr__(self, "aht_s", aht_s)
        object.__setattr__(self, "open", np.array(np.broadcast_to(np.asarray(self.open, dtype=np.bool_), shape)))
        for name, least, most in _RANGES:
            values = np.array(np.broadcast_to(np.asarray(getattr(self, name), dtype=np.float64), shape[:1]))
            if name != "deadline_s" and not ((values >= least) & (values <= most)).all():
                raise ValueError(f"{name} must lie between {least} and {most}, not {values}")
            object.__setattr__(self, name, values)
        if not (np.isfinite(contacts).all() and (contacts >= 0).all()):
            raise ValueError("contacts must be finite and not negative")
        if not (np.isfinite(aht_s).all() and (aht_s > 0).all()):
            raise ValueError("aht_s must be finite and above 0 in every interval")
        if (self.deferrable & ((self.deadline_s < 0) | (self.concurrency != 1))).any():
            raise ValueError("deferrable work needs a deadline that is not negative, and concurrency 1")

    @property
    def deferrable(self) -> Bools:
        """Which queues are deferrable work; (Q,)."""
        return ~np.isnan(self.deadline_s)


_RANGES = (
    ("patience_s", 0.0, np.inf), ("within_s", 0.0, np.inf), ("concurrency", 1.0, 20.0), ("deadline_s", 0.0, np.inf),
    ("contained", 0.0, 1.0), ("escalated", 0.0, 1.0), ("bot_s", 0.0, 1e9), ("repeats", 0.0, 1.0),
    ("repeat_delay_s", 0.0, 1e9),
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Groups:
    """Agent groups, G of them: who can serve which queue, and in which order.

    Parameters
    ----------
    names : tuple of str, length G
    picks : (G, Q) int
        Order in which a free agent takes waiting contacts: the lowest number first, the longest wait among equals;
        -1: the group has not that skill. All equal is "longest waiting first", the priority of a queue is its number.
    sends : (G, Q) int
        Order in which a contact that comes looks for an idle agent: the lowest number first, the longest idle among
        equals; -1 where `picks` is. Same as `picks` when left out.
    pools : tuple of str, length G
        What a group is reported under; each group its own when left out.
    absent : (G,)
        Share of person-shifts that are missing (unplanned shrinkage).

    Raises
    ------
    ValueError
        If shapes differ, a group has no skill, or the two orders name different skills.
    """

    names: tuple[str, ...]
    picks: Ints
    sends: Ints | None = None
    pools: tuple[str, ...] = ()
    absent: Floats = field(default_factory=lambda: np.array(0.0))

    def __post_init__(self) -> None:
        picks = np.atleast_2d(np.asarray(self.picks, dtype=np.int64))
        sends = picks if self.sends is None else np.atleast_2d(np.asarray(self.sends, dtype=np.int64))
        absent = np.array(np.broadcast_to(np.asarray(self.absent, dtype=np.float64), (len(self.names),)))
        for name, value in (("picks", picks), ("sends", sends), ("absent", absent)):
            object.__setattr__(self, name, value)
        object.__setattr__(self, "pools", tuple(self.pools) or tuple(self.names))
        if picks.shape[0] != len(self.names) or sends.shape != picks.shape or len(self.pools) != len(self.names):
            raise ValueError("picks, sends and pools need one row for each group")
        if ((picks < 0) != (sends < 0)).any():
            raise ValueError("picks and sends must name the same skills")
        if (picks < 0).all(axis=1).any():
            raise ValueError(f"group {self.names[int(np.argmax((picks < 0).all(axis=1)))]} has no skill")
        if not ((absent >= 0) & (absent < 1)).all():
            raise ValueError("absent must be at least 0 and below 1")


@dataclass(frozen=True, eq=False)
class SimulationCase:
    """Everything that a simulation needs; `dataclasses.replace(case, people=...)` makes another plan of the same days.

    Parameters
    ----------
    interval_s : float
        Length of an interval in seconds; T intervals one after the other.
    queues : Queues
    groups : Groups
    people : People
    day : (T,) int
        Day of each interval, from 0, never falling; one day when left out. A day has its own factor.
    handle : "exponential" or "lognormal"
        Form of handle times.
    handle_cv : (Q,)
        Coefficient of variation of lognormal handle times.
    day_cv : float
        Coefficient of variation of the lognormal factor, of mean 1, by which all contacts of a day are multiplied.
    arrivals : "poisson" or "fixed"
        Poisson with the mean of `queues.contacts`, or just that many (a fraction at random), at random times of the
        interval.
    absences : "random" or "even"
        Each person-shift is missing with probability `groups.absent`, independently; or every so many-th is, in the
        order of `people`, from a random start, which is how the formulas see it.
    definition : "offered", "answered" or "without_short_abandons"
        What a service level is a share of.
    short_abandon_s : float
        Who gives up within it is a short abandon.
    given_at_s, given_queue, given_handle_s : (N,)
        Single contacts, on top of `queues.contacts`, in the order of time; NaN handle time: drawn.

    Examples
    --------
    Two queues, and agents of whom some can serve both, for eight hours of half-hours:

    >>> queues = Queues(("billing", "tech"), np.full((2, 16), 50.0), 300.0, patience_s=120.0)
    >>> groups = Groups(("billing only", "both"), [[0, -1], [1, 0]])
    >>> case = SimulationCase(1800.0, queues, groups, people_from_levels(np.full((2, 16), 10), 1800.0))
    """

    interval_s: float
    queues: Queues
    groups: Groups
    people: People
    day: Ints | None = None
    handle: str = "exponential"
    handle_cv: Floats = field(default_factory=lambda: np.array(1.0))
    day_cv: float = 0.0
    arrivals: str = "poisson"
    absences: str = "random"
    definition: str = "offered"
    short_abandon_s: float = 5.0
    given_at_s: Floats = field(default_factory=lambda: np.zeros(0))
    given_queue: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    given_handle_s: Floats = field(default_factory=lambda: np.zeros(0))

    def __post_init__(self) -> None:
        count, length = self.queues.contacts.shape
        day = np.zeros(length, dtype=np.int64) if self.day is None else np.asarray(self.day, dtype=np.int64)
        _set(self, "day", day)
        _set(self, "handle_cv", np.array(np.broadcast_to(np.asarray(self.handle_cv, dtype=np.float64), (count,))))
        if day.shape != (length,) or day[0] < 0 or (np.diff(day) < 0).any():
            raise ValueError("day needs one number for each interval, from 0, never falling")
        if self.groups.picks.shape[1] != count:
            raise ValueError(f"groups know {self.groups.picks.shape[1]} queues, not {count}")
        if len(self.people) and not 0 <= self.people.group.min() <= self.people.group.max() < len(self.groups.names):
            raise ValueError("a person-shift belongs to no group")
        for name, allowed in (
            ("handle", FORMS),
            ("arrivals", ARRIVALS),
            ("absences", ABSENCES),
            ("definition", DEFINITIONS),
        ):
            if getattr(self, name) not in allowed:
                raise ValueError(f"{name} is one of {', '.join(allowed)}, not {getattr(self, name)!r}")
        for name in ("interval_s", "short_abandon_s", "day_cv"):
            if not (np.isfinite(getattr(self, name)) and getattr(self, name) >= 0):
                raise ValueError(f"{name} must be finite and not negative")
        if self.interval_s <= 0 or not ((self.handle_cv >= 0) & np.isfinite(self.handle_cv)).all():
            raise ValueError("interval_s must be above 0, handle_cv finite and not negative")
        _check_given(self)

    @property
    def intervals(self) -> int:
        """Number of intervals, T."""
        return int(self.queues.contacts.shape[1])

    @property
    def pool_names(self) -> tuple[str, ...]:
        """Names under which queues and groups are reported, in the order in which they are first named."""
        return tuple(dict.fromkeys((*self.queues.pools, *self.groups.pools)))

    @property
    def days(self) -> int:
        """Number of days, D."""
        assert self.day is not None  # noqa: S101 - __post_init__ fills it
        return int(self.day[-1]) + 1


def _check_given(case: SimulationCase) -> None:
    for name, kind in (("given_at_s", np.float64), ("given_queue", np.int64), ("given_handle_s", np.float64)):
        _set(case, name, np.asarray(getattr(case, name), dtype=kind))
    at, queue, handle = case.given_at_s, case.given_queue, case.given_handle_s
    if not at.shape == queue.shape == handle.shape:
        raise ValueError("given_at_s, given_queue and given_handle_s need one value for each contact")
    if len(at) and not (at[0] >= 0 and at[-1] < case.intervals * case.interval_s and (np.diff(at) >= 0).all()):
        raise ValueError("given_at_s must lie within the intervals, in the order of time")
    if len(at) and not (0 <= queue.min() <= queue.max() < len(case.queues.names)):
        raise ValueError("given_queue names no queue")
    if (handle <= 0).any():
        raise ValueError("given_handle_s must be above 0, or NaN")


def _set(record: Any, name: str, value: ArrayLike) -> None:
    object.__setattr__(record, name, value)
