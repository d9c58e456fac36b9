"""Small cases written by hand: a queue that stands still for days, and single contacts whose course is known."""

from types import SimpleNamespace

import numpy as np
import pytest

from models.simulation import Groups, Queues, SimulationCase, people, people_from_levels

HOUR = 3600.0


def steady(agents, per_half_hour, aht_s, *, patience_s=np.inf, within_s=20.0, hours=24, queue=None, **changes):
    """Return one queue with constant arrivals and agents."""
    length = 2 * hours
    queues = Queues(
        ("calls",), np.full((1, length), float(per_half_hour)), aht_s, patience_s=patience_s, within_s=within_s,
        **(queue or {}),
    )  # fmt: skip
    staff = people_from_levels(np.full((1, length), agents), 1800.0)
    return SimulationCase(1800.0, queues, Groups(("team",), [[0]]), staff, **changes)


def course(contacts, rows, *, picks=((0,),), sends=None, hours=4, queue=None, **changes):
    """Return a case of single contacts (at_s, queue, handle_s) and person-shifts (group, start_s, end_s, breaks)."""
    count = len(picks[0])
    names = tuple(f"queue {number}" for number in range(count))
    queues = Queues(names, np.zeros((count, hours)), 60.0, **{"pools": ("pool",) * count} | (queue or {}))
    groups = Groups(tuple(f"group {number}" for number in range(len(picks))), picks, sends)
    at, which, handle = zip(*contacts, strict=True)
    return SimulationCase(
        HOUR, queues, groups, people(rows), given_at_s=np.array(at, dtype=float), given_queue=np.array(which),
        given_handle_s=np.array(handle, dtype=float), **changes,
    )  # fmt: skip


def of(result, measure):
    """Return a measure by queue, over all days, of the only replication."""
    assert result.replications == 1
    return list(np.round(result.measure(measure)[0].sum(axis=0), 6))


@pytest.fixture(scope="session")
def sim():
    return SimpleNamespace(steady=steady, course=course, of=of)
