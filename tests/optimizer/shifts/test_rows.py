"""Service steps: one column a head in pools of some hundred agents, merged without promising too much beyond."""

import time

import numpy as np
import pytest

from models.queueing import erlang_a
from optimizer.shifts.rows import MERGE_FROM, SERVICE_ROW_SCALE, build_rows

AHT_S, PATIENCE_S, WITHIN_S = 300.0, 180.0, 20.0


def levels(load):
    """Service level from half on, of an interval with so much load."""
    agents = np.arange(int(load * 0.8), int(load * 1.3) + 60)
    level = erlang_a(agents, load, AHT_S, PATIENCE_S, WITHIN_S).sl_offered
    return level[level >= 0.5]


def one_day(tiny, level, count=1):
    """A day of equal intervals that begin with the first level."""
    gains = [np.diff(level)] * count
    period = tiny.service(range(count), [1.0] * count, [level[0]] * count, gains, 0.8)
    return tiny.problem([1] * count, [tiny.family(1, range(count), 1.0)], service=(period,))


def steps_of(rows):
    """(width, gain a head, whole) of the steps of a problem with one interval."""
    place = [number for number, kind in enumerate(rows.side_kind) if kind[0] == "step"]
    service = rows.names.index(("service", "p0", 0))
    gain = rows.side_matrix.toarray()[service, place] / SERVICE_ROW_SCALE
    return rows.side_upper[place], gain, rows.side_integer[place]


@pytest.mark.parametrize("load", [3, 20, 95])
def test_pools_of_up_to_a_hundred_agents_have_a_column_a_head(tiny, load):
    level = levels(load)
    width, gain, whole = steps_of(build_rows(one_day(tiny, level)))
    assert np.array_equal(width, np.ones(len(width)))
    assert np.allclose(gain, np.diff(level)[: len(gain)], atol=1e-12)
    assert not whole.any()


@pytest.mark.parametrize("load", [400, 1500, 5000])
def test_merged_steps_are_exact_at_their_ends_and_never_promise_too_much(tiny, load):
    level = levels(load)
    width, gain, _ = steps_of(build_rows(one_day(tiny, level)))
    assert len(width) < MERGE_FROM < width.sum()
    ends = np.concatenate([[0], np.cumsum(width)])
    promised = level[0] + np.interp(np.arange(int(ends[-1]) + 1), ends, np.concatenate([[0], np.cumsum(gain * width)]))
    less = level[: len(promised)] - promised
    assert np.allclose(less[ends.astype(int)], 0.0, atol=1e-9)
    assert less.min() > -1e-9
    assert less.max() < 1e-4


def test_whole_steps_are_never_merged_and_come_first(tiny):
    """Gains rise over the first thirty heads: bought whole, in order, and before what is merged."""
    rising, falling = np.linspace(1e-4, 3e-3, 30), 3e-3 * np.exp(-np.arange(400) / 60)
    level = np.concatenate([[0.2], 0.2 + np.cumsum(np.concatenate([rising, falling]))])
    rows = build_rows(one_day(tiny, level))
    width, _, whole = steps_of(rows)
    assert whole.sum() >= 30
    assert (width[whole] == 1).all()
    assert width[~whole].max() > 1
    orders = [number for number, name in enumerate(rows.names) if name[0] == "order"]
    assert len(orders) == len(width) - 1
    order = rows.side_matrix.toarray()[orders][:, -len(width) :]
    # bought in full one after the other keeps every order; any step before the one in front of it does not
    for number in range(len(width)):
        bought = np.where(np.arange(len(width)) <= number, width, 0.0)
        assert (order @ bought >= 0).all()
    assert (order @ np.where(np.arange(len(width)) == len(width) - 1, 0.01, 0.0)).min() < 0


def test_a_week_of_thousands_of_agents_is_written_down_in_a_second(tiny):
    problem = one_day(tiny, levels(5000), 672)
    began = time.process_time()
    rows = build_rows(problem)
    assert time.process_time() - began < 2.0
    assert len(rows.side_cost) < 672 * MERGE_FROM
