"""Work that does not arrive and leave within its interval: deferrable work with a deadline, and lagged offered load.

Deferrable work (e-mail) is no queue in the sense of Erlang: it waits until agents have time, B_t = B_(t-1) + A_t -
s_t, and its promise is a deadline, sum_(u<=t) s_u >= sum_(u<=t-D) A_u. Work is measured in agent-intervals: one
agent who works for one interval does 1. Work may be started in the interval in which it arrives.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.queueing import EDGE

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

#: An AHT is long, and the offered load is lagged, from this share of the interval on. Below it an interval inherits
#: only a small part of its load from the one before, and its own arrivals are the better known figure.
LAG_FROM = 0.5


@dataclass(frozen=True, eq=False)
class DeferrableWork:
    """Deferrable work of one contact type.

    contact_type : its name.
    work : (T,) agent-intervals that arrive in each interval of the grid.
    deadline_intervals : work that arrives in interval t must be done by the end of the deadline_intervals-th open
    interval after t; 0 is t itself.
    open : (T,) bool, the intervals that count for the deadline; None means all. Work arrives in open intervals only
        (`held_until_open`).
    """

    contact_type: str
    work: Floats
    deadline_intervals: int
    open: Bools | None = None

    def __post_init__(self) -> None:
        work = np.asarray(self.work, dtype=np.float64)
        if work.ndim != 1 or not (np.isfinite(work).all() and (work >= 0).all()):
            raise ValueError(f"work of {self.contact_type} must be one row of finite numbers, none negative")
        if self.deadline_intervals < 0:
            raise ValueError(f"the deadline of {self.contact_type} must not be negative")
        object.__setattr__(self, "work", work)
        if self.open is not None:
            mask = np.asarray(self.open, dtype=bool)
            if mask.shape != work.shape or (work[~mask] > 0).any():
                raise ValueError(f"work of {self.contact_type} arrives while closed; hold it until the next opening")
            object.__setattr__(self, "open", mask)

    def due_index(self) -> Ints:
        """Last interval in which work that arrives in t is on time; T for a deadline beyond the horizon; (T,)."""
        length = len(self.work)
        if self.open is None:
            return np.minimum(np.arange(length) + self.deadline_intervals, length)
        opens = np.flatnonzero(self.open)
        rank = np.searchsorted(opens, np.arange(length)) + self.deadline_intervals
        return np.append(opens, length)[np.minimum(rank, len(opens))]

    def due(self) -> Floats:
        """Work that must be done by the end of each interval, cumulated; (T,)."""
        amounts = np.zeros(len(self.work) + 1)
        np.add.at(amounts, self.due_index(), self.work)
        return np.cumsum(amounts[:-1])


@dataclass(frozen=True, eq=False)
class BacklogRun:
    """What becomes of deferrable work, by type (rows) and interval; agent-intervals, shape (I, T).

    done : work done in the interval. backlog : work that waits at its end. late : of that, work past its deadline.
    """

    done: Floats
    backlog: Floats
    late: Floats

    @property
    def on_time(self) -> bool:
        """Every deadline within the horizon is met."""
        return bool((self.late <= EDGE * (1 + self.backlog.max(initial=0.0))).all())


def run_backlog(works: Sequence[DeferrableWork], agents: ArrayLike) -> BacklogRun:
    """Work off deferrable work with the agents at hand, earliest deadline first.

    If any order of work keeps all deadlines, this one does.

    Parameters
    ----------
    works : sequence of I types on one grid of T intervals
    agents : array_like, (T,) or scalar
        Agents with time for it in each interval, not negative; real numbers allowed.

    Raises
    ------
    ValueError : lengths that differ, negative agents.
    """
    length = _common_length(works)
    due_at = [work.due_index() for work in works]
    supply = np.broadcast_to(np.asarray(agents, dtype=np.float64), (length,))
    if not (supply >= 0).all():
        raise ValueError("agents must not be negative")
    done = np.zeros((len(works), length))
    queue: list[tuple[int, int, float]] = []  # (last interval in which it is on time, type, amount)
    for t in range(length):
        for i, work in enumerate(works):
            if work.work[t] > 0:
                heapq.heappush(queue, (int(due_at[i][t]), i, float(work.work[t])))
        left = float(supply[t])
        while queue and left > 0:
            due, i, amount = heapq.heappop(queue)
            share = min(left, amount)
            done[i, t] += share
            left -= share
            if amount > share:
                heapq.heappush(queue, (due, i, amount - share))
    finished = np.cumsum(done, axis=1)
    arrived = np.array([np.cumsum(work.work) for work in works]).reshape(done.shape)
    due_by = np.array([work.due() for work in works]).reshape(done.shape)
    return BacklogRun(done, np.maximum(arrived - finished, 0.0), np.maximum(due_by - finished, 0.0))


def least_constant_agents(works: Sequence[DeferrableWork], open_intervals: ArrayLike | None = None) -> float:
    """Least constant number of agents, in open intervals, that keeps every deadline within the horizon.

    Real-valued (round up for people): the largest, over all stretches u..v, of the work that arrives from u on and
    is due by v, divided by the open intervals in the stretch. Infinite when work falls due in a stretch that is
    closed throughout. O(T^2) in vector steps, no search.
    """
    length = _common_length(works)
    mask = np.ones(length, dtype=bool) if open_intervals is None else np.asarray(open_intervals, dtype=bool)
    if mask.shape != (length,):
        raise ValueError(f"the mask of open intervals has shape {mask.shape}, not ({length},)")
    opened = np.concatenate([[0], np.cumsum(mask)])
    need = np.zeros(length + 1)  # by interval in which it is due: work that arrives from u on
    due_at = [work.due_index() for work in works]
    most = 0.0
    for u in range(length - 1, -1, -1):
        for work, due in zip(works, due_at, strict=True):
            need[due[u]] += work.work[u]
        total = np.cumsum(need[u:length])
        room = opened[u + 1 :] - opened[u]
        some = total > EDGE
        if (some & (room == 0)).any():
            return float("inf")
        most = max(most, float(np.max(total[some] / room[some], initial=0.0)))
    return most


def held_until_open(work: ArrayLike, open_intervals: ArrayLike) -> Floats:
    """Move work that arrives while closed to the next open interval, from which its deadline counts.

    (T,) and (T,) bool -> (T,). Work after the last open interval belongs to the next horizon and is left out.
    """
    amounts = np.asarray(work, dtype=np.float64)
    mask = np.asarray(open_intervals, dtype=bool)
    opens = np.flatnonzero(mask)
    target = np.searchsorted(opens, np.arange(len(amounts)))
    inside = target < len(opens)
    out = np.zeros(len(amounts))
    np.add.at(out, opens[target[inside]], amounts[inside])
    return out


def deadline_in_intervals(deadline_min: float, interval_min: int) -> int:
    """Whole intervals D such that work done by the end of interval t + D is in time wherever in t it arrived.

    A contact at the start of interval t has waited (D + 1) intervals at the end of t + D; a deadline shorter than one
    interval gives 0, done in the interval of arrival, which is as fine as the grid can say.
    """
    if deadline_min < 0:
        raise ValueError("deadline_min must not be negative")
    return max(int(np.floor(deadline_min / interval_min + EDGE)) - 1, 0)


def lagged_load(contacts: ArrayLike, aht_s: ArrayLike, interval_min: float, start_load: float = 0.0) -> Floats:
    """Mean offered load in erlangs within each interval when handling takes its time.

    Parameters
    ----------
    contacts, aht_s : array_like, (T,)
        Arrivals per interval, spread evenly within it, and mean handle time.
    interval_min : minutes
    start_load : erlang
        Contacts at work when the first interval starts.

    Returns
    -------
    (T,) erlang. For an AHT that is short against the interval, contacts x AHT / interval.

    Notes
    -----
    Contacts at work with endless staff and exponential handle times: m'(t) = lambda(t) - m(t) / AHT (Eick, Massey &
    Whitt, "The physics of the Mt/G/infinity queue", 1993), solved exactly in each interval and averaged over it.
    Staffing to it is the modified-offered-load approximation (Jennings, Mandelbaum, Massey & Whitt 1996).
    """
    return _lagged(contacts, aht_s, interval_min, start_load)[0]


def returning_load(contacts: ArrayLike, aht_s: ArrayLike, interval_min: float) -> float:
    """Contacts at work at the start of intervals that repeat for ever: as many as at their end, erlang.

    Arguments as for `lagged_load`, of which it is the `start_load` of a cyclic horizon.
    """
    _, end, kept = _lagged(contacts, aht_s, interval_min, 0.0)
    return end / (1 - kept) if kept < 1 else 0.0  # the level at the end is end + kept x the level at the start


def _lagged(contacts: ArrayLike, aht_s: ArrayLike, interval_min: float, start: float) -> tuple[Floats, float, float]:
    """Mean load of each interval, the level at the end, and the share of the start that is still at work then."""
    n, aht = np.broadcast_arrays(np.asarray(contacts, dtype=np.float64), np.asarray(aht_s, dtype=np.float64))
    length_s = interval_min * 60.0
    positive = np.maximum(aht, 1e-9)
    goal = n / length_s * positive
    keep = np.exp(-length_s / positive)
    share = (1 - keep) * positive / length_s
    out = np.empty(len(n))
    level = float(start)
    for t in range(len(n)):
        out[t] = goal[t] + (level - goal[t]) * share[t]
        level = goal[t] + (level - goal[t]) * keep[t]
    return out, level, float(np.prod(keep))


def is_long(aht_s: float, interval_min: float) -> bool:
    """Whether handling takes so long against the interval that the load has to be lagged (`LAG_FROM`)."""
    return aht_s >= LAG_FROM * interval_min * 60.0 * (1 - EDGE)


def _common_length(works: Sequence[DeferrableWork]) -> int:
    lengths = {len(work.work) for work in works}
    if len(lengths) != 1:
        raise ValueError(f"deferrable work on one grid is needed, not on lengths {sorted(lengths)}")
    return lengths.pop()
