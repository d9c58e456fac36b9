"""Run a case: replications side by side on threads, each one machine code from its first event to its last."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.simulation import layout
from models.simulation.case import Groups, Queues, SimulationCase
from models.simulation.layout import IN_TIME, MEASURES, SPARE, TIMES, State, Tables
from models.simulation.pack import tables_of
from models.simulation.people import People
from models.simulation.result import SimulationResult, counted_contacts

Floats = NDArray[np.float64]
_FIRST_SLOTS = 4096
_MOST_SLOTS = _FIRST_SLOTS * 4**6
_MOST_BYTES = 4 * 2**30
_BLOCK = 8  # replications of one task; fixed, so that sums are added in the same order on any number of threads


class _Block(NamedTuple):
    """What some replications counted; see `SimulationResult`."""

    counts: Floats
    times: Floats
    interval_sums: Floats
    interval_times: Floats
    interval_squares: Floats


def simulate(case: SimulationCase, replications: int, seed: int = 1, threads: int | None = None) -> SimulationResult:
    """Simulate a case so many times.

    Parameters
    ----------
    case : SimulationCase
    replications : int, at least 1
        Runs through all intervals of the case, each from empty queues.
    seed : int
        Same case and seed: same result, whatever the threads. Another plan of the same days sees the same customers.
    threads : int, optional
        Replications that run side by side; as many as there are cores when left out.

    Returns
    -------
    SimulationResult

    Raises
    ------
    ValueError
        If a number is below 1, or the seed is negative.
    MemoryError
        If what is counted would not fit into 4 GiB, or queues grow without end.
    """
    if replications < 1 or seed < 0 or (threads is not None and threads < 1):
        raise ValueError("replications and threads must be at least 1, and the seed not negative")
    _require_room(case, replications)
    warm_up()
    started = time.perf_counter()
    tables = tables_of(case)
    blocks = [np.arange(k, min(k + _BLOCK, replications)) for k in range(0, replications, _BLOCK)]
    workers = min(threads or os.cpu_count() or 1, len(blocks))
    total = _room(case, replications)
    if workers == 1:
        for block in blocks:
            _add(total, block, _run(case, tables, seed, block))
    else:
        pool = ThreadPoolExecutor(workers)
        try:
            for block, part in zip(
                blocks, pool.map(lambda block: _run(case, tables, seed, block), blocks), strict=True
            ):
                _add(total, block, part)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)  # Ctrl-C waits for the blocks at work only
    return SimulationResult(case, seed, *total, time.perf_counter() - started)


def _require_room(case: SimulationCase, replications: int) -> None:
    """Refuse what would fill the memory before it does."""
    each = case.days * (len(case.queues.names) * len(MEASURES) + len(case.groups.names) * len(TIMES)) * 8
    if replications * each > _MOST_BYTES:
        raise MemoryError(
            f"{replications:,} simulations of {case.days} days would take {replications * each / 2**30:.0f} GiB;"
            f" {_MOST_BYTES // each:,} are possible"
        )


def _room(case: SimulationCase, replications: int) -> _Block:
    queues, groups = len(case.queues.names), len(case.groups.names)
    return _Block(
        np.zeros((replications, case.days, queues, len(MEASURES))),
        np.zeros((replications, case.days, groups, len(TIMES))),
        np.zeros((case.intervals, queues, len(MEASURES))),
        np.zeros((case.intervals, groups, len(TIMES))),
        np.zeros((case.intervals, queues + len(case.pool_names), 3)),
    )


def _add(total: _Block, block: NDArray[np.int64], part: _Block) -> None:
    """Add what a block counted; blocks come in their order, so that sums are the same on any number of threads."""
    total.counts[block], total.times[block] = part.counts, part.times
    for into, what in zip(total[2:], part[2:], strict=True):
        into[:] += what


def warm_up() -> None:
    """Compile the engine, or load its machine code; once in a process, some seconds the first time on a machine."""
    from models.simulation.kernel import replicate

    if replicate.signatures:  # type: ignore[attr-defined]
        return
    nobody = np.zeros(0)
    tiny = SimulationCase(
        60.0,
        Queues(("a",), np.ones((1, 1)), np.ones(1)),
        Groups(("a",), np.zeros((1, 1), dtype=np.int64)),
        People(nobody.astype(np.int64), nobody, nobody, nobody.astype(np.int64), nobody, nobody),
    )
    _run(tiny, tables_of(tiny), 0, np.zeros(1, dtype=np.int64))


def _run(case: SimulationCase, tables: Tables, seed: int, block: NDArray[np.int64]) -> _Block:
    """Simulate some replications one after the other."""
    from models.simulation.kernel import replicate

    days = np.searchsorted(case.day, np.arange(case.days)) if case.day is not None else np.zeros(1, dtype=np.int64)
    done = _room(case, len(block))
    slots = _FIRST_SLOTS
    state = _state(case, tables, slots)
    for row, replication in enumerate(block):
        while not replicate(tables, state, seed, int(replication)):
            slots *= 4
            if slots > _MOST_SLOTS:
                raise MemoryError(f"more than {_MOST_SLOTS // 4:,} contacts are in the system at a time")
            state = _state(case, tables, slots)
        done.counts[row] = np.add.reduceat(state.cell, days, axis=0)
        done.times[row] = np.add.reduceat(state.time, days, axis=0)
        done.interval_sums[:] += state.cell
        done.interval_times[:] += state.time
        _add_squares(done.interval_squares, state.cell, case)
    return done


def _add_squares(into: Floats, cell: Floats, case: SimulationCase) -> None:
    """Add the squares that the confidence intervals of intervals need: of queues, and of the live queues of pools."""
    counted = np.stack([cell[..., IN_TIME], counted_contacts(cell, case.definition)], axis=-1)
    names = case.pool_names
    pooled = np.zeros((len(cell), len(names), 2))
    for queue in np.flatnonzero(~case.queues.deferrable):
        pooled[:, names.index(case.queues.pools[queue])] += counted[:, queue]
    both = np.concatenate([counted, pooled], axis=1)
    into[..., 0] += both[..., 0] * both[..., 0]
    into[..., 1] += both[..., 0] * both[..., 1]
    into[..., 2] += both[..., 1] * both[..., 1]


def _state(case: SimulationCase, tables: Tables, slots: int) -> State:
    """Room for a replication: `slots` contacts in the system at a time, besides one for each person."""
    agent = np.zeros(len(case.people), dtype=layout.AGENT)
    agent["group"] = case.people.group
    for group in range(len(case.groups.names)):
        mine = agent["group"] == group
        agent["place"][mine] = np.arange(mine.sum())
    # 2.5 contacts at once are 2 for one agent and 3 for the next: fractions of a golden-ratio sequence are even
    agent["rounding"] = (np.arange(len(agent)) * 0.6180339887498949) % 1.0
    room = slots + len(agent) + 2 * SPARE
    return State(
        np.zeros(len(case.queues.names), dtype=layout.LINE),
        agent,
        np.zeros(len(case.groups.names) * tables.levels, dtype=layout.LIST),
        np.zeros(room, dtype=layout.SLOT),
        np.zeros(2 * room, dtype=layout.EVENT),
        np.zeros(layout.COUNTERS, dtype=np.int64),
        np.zeros((case.intervals, len(case.queues.names), len(MEASURES))),
        np.zeros((case.intervals, len(case.groups.names), len(TIMES))),
    )
