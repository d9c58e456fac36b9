"""The shift scheduling problem as plain arrays, free of files, money formats and calendars.

Time is an axis of *slots* of one planning interval each. Slot ``s`` falls into interval ``interval_of_slot[s]`` of the
horizon, or into none (-1): a shift may begin before the horizon or end after it, and on a cyclic horizon the slots
behind its end are its first intervals again.

Sets
    p pool, t interval, s slot, k family of shifts (same pool, length and breaks), x pattern (a start of a family
    with a place for each break), d service period (a pool's day), u team (pools that together serve something),
    i promise (a queue's day), k support of a promise
Decisions
    count[x] people on pattern x (whole); step[t, n] the n-th head above the floor is bought in t; work[t] heads of
    deferrable work done in t; missing[t], excess[t] heads short or over, where those are allowed; used[j] shift j is
    used at all
Objective
    least sum cost[x] count[x] + under_cost missing + over_cost excess + distinct_cost used
Subject to
    cover[p, t]     on duty - sum step - work + missing - excess >= need[p, t]
    service[d]      sum weight[t] gain[t, n] step[t, n] >= rest of the target of day d
    order[t, n]     step[t, n] >= step[t, n + 1] where the gains do not decrease
    attended[l, t]  lower <= people present (seats) or on duty (limits by hour) <= upper
    counted[l]      lower <= sum factor[x] count[x] <= upper (limits by shift type)
    released[w, t]  work done <= work arrived;  due[w, t]  work done >= work due
    cover[p, t]     on duty >= heads[p, t], of pools in teams
    team[u, t]      sum over the team's pools heads[p, t] - sum step >= need[u, t], and service[d] as above
    support[i,k,t]  served[i, t] <= level[k, t] + sum over p slope[k, p, t] (heads[p, t] - at[k, p, t])
    promise[i]      sum weight[t] served[i, t] >= target[i] sum weight[t], and served[i, t] >= floor[i]
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class BreakWindow:
    """A break of fixed length that starts at one of several offsets from the shift's start.

    Attributes
    ----------
    offsets : (m,) increasing slots from the start of the shift
    length : slots
    """

    name: str
    length: int
    offsets: tuple[int, ...]
    paid: bool = False

    def __post_init__(self) -> None:
        if self.length < 1 or not self.offsets or min(self.offsets) < 0:
            raise ValueError(f"break {self.name!r} needs a length and a place inside the shift")
        if list(self.offsets) != sorted(set(self.offsets)):
            raise ValueError(f"break {self.name!r}: offsets must increase")


@dataclass(frozen=True)
class ShiftFamily:
    """Shifts that differ only in where they start.

    Attributes
    ----------
    pool : index of the pool
    length : slots from first to last, breaks included
    starts : (n,) slot of each start
    shift : (n,) index of the shift type's name
    day : (n,) index of the local day on which the shift starts (may be -1)
    cost : (n,) cost of one person on that shift, before unpaid breaks are taken off
    breaks : in the order in which they are taken
    work_between : least slots of work between two breaks
    rate_factor : multiplies the pool's pay rate for unpaid breaks
    """

    pool: int
    length: int
    starts: Ints
    shift: Ints
    day: Ints
    cost: Floats
    breaks: tuple[BreakWindow, ...] = ()
    work_between: int = 0
    rate_factor: float = 1.0

    def __post_init__(self) -> None:
        if not len(self.starts) == len(self.shift) == len(self.day) == len(self.cost):
            raise ValueError("a family's starts, shift types, days and costs must have the same length")
        for window in self.breaks:
            if max(window.offsets) + window.length > self.length:
                raise ValueError(f"break {window.name!r} may reach beyond the end of its shift of {self.length} slots")


@dataclass(frozen=True)
class ServicePeriod:
    """A pool's day whose service level must hold on average over its contacts.

    Attributes
    ----------
    intervals : (n,) intervals of the period
    weight : (n,) contacts offered in each
    base_level : (n,) service level with exactly ``need`` heads
    gains : one array per interval, gain of each further head
    target : service level over the period, share of offered contacts
    """

    pool: int
    intervals: Ints
    weight: Floats
    base_level: Floats
    gains: tuple[Floats, ...]
    target: float

    @property
    def reachable(self) -> float:
        """Service level with every step bought."""
        best = self.base_level + np.array([gain.sum() for gain in self.gains])
        return float(self.weight @ best / self.weight.sum())

    def lost_by_missing(self, place: int, need: int) -> float:
        """Return the service level that each head below ``need`` takes from one interval.

        What lies below the floor is not known here: evenly down to nothing without heads, and no less than what the
        next head would gain.
        """
        next_gain = float(np.max(self.gains[place], initial=0.0))
        return max(float(self.base_level[place]) / max(need, 1), next_gain)


@dataclass(frozen=True, eq=False)
class AttendanceLimit:
    """A limit on the heads in each interval, over some pools.

    Attributes
    ----------
    lower, upper : (T,) heads; -inf and inf where there is no limit
    on_duty : count those on duty; otherwise everyone present, breaks included (a seat is kept during a break)
    """

    name: str
    pools: tuple[int, ...]
    lower: Floats
    upper: Floats
    on_duty: bool = False


@dataclass(frozen=True)
class CountLimit:
    """A limit on a weighted number of shifts.

    Attributes
    ----------
    factors : family index -> (n,) factor of each of its starts
    """

    name: str
    factors: dict[int, Floats]
    lower: float
    upper: float


@dataclass(frozen=True)
class DeferrableWork:
    """Work that may wait: done in any open interval between its arrival and the end of the interval in which it is due.

    Attributes
    ----------
    work : (T,) heads for one interval, that arrive in each interval
    due : (T,) cumulated work that must be done by the end of each interval; what is due later may remain
    waiting : work that waits when the horizon begins; it is part of ``due``
    """

    name: str
    pool: int
    work: Floats
    due: Floats
    waiting: float = 0.0


@dataclass(frozen=True, eq=False)
class Team:
    """Pools whose people together serve something: who can do any of it counts, whatever else he can do.

    Attributes
    ----------
    pools : indices of the pools
    need : (T,) heads on duty of all of them together
    service : days of the team; their ``pool`` is one of the team's
    """

    name: str
    pools: tuple[int, ...]
    need: Ints
    service: tuple[ServicePeriod, ...] = ()


@dataclass(frozen=True, eq=False)
class Support:
    """A linear upper bound on what is served in time in each interval of a promise, n of them.

    Attributes
    ----------
    level : (n,) share served with the heads ``at``
    slope : (P, n) share that one more head of a pool gains, not negative; at : (P, n) heads
    """

    level: Floats
    slope: Floats
    at: Floats


@dataclass(frozen=True, eq=False)
class Promise:
    """A queue's day of which no formula says how its service follows from the heads of the pools: bounds do.

    Attributes
    ----------
    intervals, weight : (n,) intervals, and contacts in each
    target : share served in time over the day; floor : (n,) in each interval
    supports : upper bounds; without any the promise binds nothing
    """

    name: str
    intervals: Ints
    weight: Floats
    target: float
    floor: Floats
    supports: tuple[Support, ...] = ()


@dataclass(frozen=True)
class ShiftProblem:
    """Everything that the schedule is decided from. See the module's docstring for the formulation.

    Attributes
    ----------
    need : (P, T) heads on duty that every interval needs
    open : (P, T) bool, intervals in which work can be done
    pay_rate : (P, S) pay of one head in one slot, taken off for unpaid breaks
    under_cost : cost of one missing head in one interval; None = cover is a must
    elastic : every demand may be missed at ``under_cost`` a unit (head, per mille of service level, late work, head or
        shift below a lower limit); upper limits stay. Such a problem always has a schedule.
    over_cost : cost of one head too many in one interval
    distinct_cost : cost of each shift (start of the day and length) that occurs at all
    distinct_key : family index -> (n,) which distinct shift each start belongs to
    teams, promises : of pools that share what they serve (agent groups with several skills)
    """

    intervals: int
    interval_of_slot: Ints
    pools: tuple[str, ...]
    shifts: tuple[str, ...]
    families: tuple[ShiftFamily, ...]
    need: Ints
    open: NDArray[np.bool_]
    pay_rate: Floats
    service: tuple[ServicePeriod, ...] = ()
    attendance: tuple[AttendanceLimit, ...] = ()
    counts: tuple[CountLimit, ...] = ()
    deferrable: tuple[DeferrableWork, ...] = ()
    under_cost: float | None = None
    elastic: bool = False
    over_cost: float = 0.0
    distinct_cost: float = 0.0
    distinct_key: dict[int, Ints] = field(default_factory=dict)
    teams: tuple[Team, ...] = ()
    promises: tuple[Promise, ...] = ()

    def __post_init__(self) -> None:
        if self.elastic and self.under_cost is None:
            raise ValueError("an elastic problem needs the cost of missing its demands")
        pools = len(self.pools)
        if self.need.shape != (pools, self.intervals) or self.open.shape != self.need.shape:
            raise ValueError("need and open must be arrays of pools x intervals")
        if self.pay_rate.shape != (pools, len(self.interval_of_slot)):
            raise ValueError("pay_rate must be an array of pools x slots")
        for family in self.families:
            if len(family.starts) and (
                family.starts.min() < 0 or family.starts.max() + family.length > len(self.interval_of_slot)
            ):
                raise ValueError("a shift reaches beyond the axis of slots")
