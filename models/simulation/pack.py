"""From the records of a case to the arrays of the compiled engine."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from models.simulation import layout
from models.simulation.case import Queues, SimulationCase
from models.simulation.layout import BREAKS, COMES, LEAVES, Tables

LAST_CALLS_S = 3600.0
"""How long people stay after the doors closed to serve who still waits; then the rest is turned away."""
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def tables_of(case: SimulationCase) -> Tables:
    """Pack a case."""
    queues, groups = case.queues, case.groups
    live = ~queues.deferrable
    assert groups.sends is not None  # noqa: S101 - the record fills it
    skilled = np.where((groups.picks >= 0) & live, queues.concurrency, 1.0)
    queue, group, link = _queue_table(case), np.zeros(len(groups.names), dtype=layout.GROUP), _Links()
    queue["sends"], queue["sends_end"] = link.add(groups.sends.T)
    group["picks"], group["picks_end"] = link.add(np.where(live, groups.picks, -1))
    group["works"], group["works_end"] = link.add(np.where(live, -1, groups.picks))
    group["absent"], group["most"] = groups.absent, skilled.max(axis=1)
    return Tables(
        float(case.interval_s),
        case.intervals,
        int(case.arrivals == "fixed"),
        int(queues.deferrable.any()),
        math.ceil(skilled.max()) + 1,
        int(case.absences == "even"),
        math.sqrt(math.log1p(case.day_cv**2)),
        queue,
        group,
        np.array(link.rows, dtype=layout.LINK),
        _spans(case),
        _duty(case),
        _given(case),
    )


def _queue_table(case: SimulationCase) -> NDArray[np.void]:
    queues = case.queues
    table = np.zeros(len(queues.names), dtype=layout.QUEUE)
    for name in (
        "within_s", "patience_s", "deadline_s", "concurrency", "contained", "escalated", "bot_s", "repeats",
        "repeat_delay_s",
    ):  # fmt: skip
        table[name] = getattr(queues, name)
    table["short_s"] = case.short_abandon_s
    table["sigma"] = np.sqrt(np.log1p(case.handle_cv**2))
    table["lognormal"] = case.handle == "lognormal"
    table["deferrable"] = queues.deferrable
    return table


class _Links:
    """Rows of matrices of ranks as one list of (column, rank), the lowest rank of a row first, no negative ones."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, int]] = []

    def add(self, ranks: Ints) -> tuple[Ints, Ints]:
        """Add a matrix and return where each of its rows begins and ends."""
        begins, ends = [], []
        for row in ranks:
            begins.append(len(self.rows))
            self.rows += [(int(k), int(row[k])) for k in np.argsort(row, kind="stable") if row[k] >= 0]
            ends.append(len(self.rows))
        return np.array(begins), np.array(ends)


def _spans(case: SimulationCase) -> NDArray[np.void]:
    """Every queue in every interval, and one row more for what the clocks show at the end; (T + 1, Q)."""
    queues, length = case.queues, case.intervals
    table = np.zeros((length + 1, len(queues.names)), dtype=layout.SPAN)
    table["open_clock"] = _open_clock(queues, case.interval_s).T
    until = _turned_away(queues, case.interval_s).T
    for name, values in (("mean", queues.contacts.T), ("aht_s", queues.aht_s.T), ("open", queues.open.T)):
        table[name][:length] = values
    table["until"][:length] = until
    assert case.day is not None  # noqa: S101 - the record fills it
    table["day"][:length] = case.day[:, None]
    return table


def _open_clock(queues: Queues, interval_s: float) -> Floats:
    """Open seconds of each queue before each interval, and in all; (Q, T + 1)."""
    seconds = np.cumsum(queues.open * interval_s, axis=1)
    return np.concatenate([np.zeros((len(seconds), 1)), seconds], axis=1)


def _turned_away(queues: Queues, interval_s: float) -> Floats:
    """When who came in an interval is turned away at the latest: `LAST_CALLS_S` after the doors close; (Q, T)."""
    until = np.empty(queues.open.shape)
    for row, opened in zip(until, queues.open, strict=True):
        closes = len(opened)
        for k in range(len(opened) - 1, -1, -1):
            if not opened[k]:
                closes = k
            row[k] = max(closes, k + 1) * interval_s + LAST_CALLS_S
    return until


def _duty(case: SimulationCase) -> NDArray[np.void]:
    """Everybody's changes of duty in the order of time; who comes stands before who goes."""
    people, end = case.people, case.intervals * case.interval_s
    count, pauses = len(people), len(people.break_person)
    duty = np.zeros(2 * count + pauses, dtype=layout.DUTY)
    who = np.arange(count)
    duty["at"] = np.concatenate([np.maximum(people.start_s, 0.0), people.end_s, people.break_start_s])
    duty["agent"] = np.concatenate([who, who, people.break_person])
    duty["kind"] = np.repeat([COMES, LEAVES, BREAKS], [count, count, pauses])
    duty["length"][2 * count :] = people.break_length_s
    # a break or shift that began before the first interval counts with what is left of it
    early = (duty["kind"] == BREAKS) & (duty["at"] < 0)
    duty["length"][early] += duty["at"][early]
    duty["at"][early] = 0.0
    inside = (people.end_s > 0) & (people.start_s < end)
    duty = duty[inside[duty["agent"]] & ((duty["kind"] != BREAKS) | (duty["length"] > 0))]
    order = np.lexsort((duty["agent"], duty["kind"], duty["at"]))
    return np.asarray(duty[order])


def _given(case: SimulationCase) -> NDArray[np.void]:
    given = np.zeros(len(case.given_at_s), dtype=layout.GIVEN)
    given["at"], given["queue"] = case.given_at_s, case.given_queue
    given["handle"] = np.where(np.isnan(case.given_handle_s), -1.0, case.given_handle_s)
    return given
