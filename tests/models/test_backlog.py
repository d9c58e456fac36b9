"""Deferrable work against brute force, and lagged load against a time-dependent queue of the test's own."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from models.backlog import (
    DeferrableWork,
    deadline_in_intervals,
    held_until_open,
    is_long,
    lagged_load,
    least_constant_agents,
    run_backlog,
)
from models.queueing import ServiceGoal, required_agents

# --- deferrable work ---


def test_backlog_follows_its_recursion_and_deadline():
    mail = DeferrableWork("mail", np.array([4.0, 0, 2, 0, 0]), 2)
    run = run_backlog([mail], [1, 1, 1, 1, 1])
    assert run.done.tolist() == [[1, 1, 1, 1, 1]]
    assert run.backlog.tolist() == [[3, 2, 3, 2, 1]]
    assert run.late.tolist() == [[0, 0, 1, 0, 1]]  # 4 due by the end of interval 2, 6 by the end of 4
    assert not run.on_time
    assert run_backlog([mail], 1.5).on_time


def test_least_constant_agents_by_hand():
    assert least_constant_agents([DeferrableWork("a", np.array([4.0, 0, 2, 0, 0]), 2)]) == pytest.approx(4 / 3)
    assert least_constant_agents([DeferrableWork("a", np.array([6.0, 0, 0]), 0)]) == 6
    assert least_constant_agents([DeferrableWork("a", np.array([6.0, 0, 0]), 5)]) == 0  # due after the horizon
    assert least_constant_agents([DeferrableWork("a", np.zeros(4), 1)]) == 0
    # closed in between: two open intervals for what three would have done
    mask = np.array([True, False, True, True])
    assert least_constant_agents([DeferrableWork("a", np.array([6.0, 0, 0, 0]), 2)], mask) == 3
    assert least_constant_agents([DeferrableWork("a", np.array([6.0, 0, 0, 0]), 2, mask)], mask) == 2
    assert least_constant_agents([DeferrableWork("a", np.array([6.0, 0]), 0)], [False, True]) == np.inf


amounts = st.lists(st.floats(0, 10).map(lambda v: round(v, 3)), min_size=1, max_size=12)


@settings(max_examples=150, deadline=None)
@given(amounts, amounts, st.integers(0, 5), st.integers(0, 5), st.lists(st.booleans(), min_size=12, max_size=12))
def test_least_constant_agents_is_the_edge_of_feasibility(one, two, first, second, opened):
    length = min(len(one), len(two))
    mask = np.array(opened[:length])
    mask[-1] = True
    works = [
        DeferrableWork("one", held_until_open(one[:length], mask), first, mask),
        DeferrableWork("two", held_until_open(two[:length], mask), second, mask),
    ]
    least = least_constant_agents(works, mask)
    assert run_backlog(works, np.where(mask, least * (1 + 1e-9) + 1e-9, 0)).on_time
    if least > 1e-3:
        assert not run_backlog(works, np.where(mask, least * 0.999 - 1e-6, 0)).on_time


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(0, 3), min_size=4, max_size=4),
    st.lists(st.integers(0, 2), min_size=4, max_size=4),
    st.integers(0, 2),
    st.integers(0, 2),
    st.lists(st.integers(0, 3), min_size=4, max_size=4),
)
def test_earliest_deadline_first_finds_a_plan_when_there_is_one(one, two, first, second, agents):
    """Brute force over every integer split of the agents between two types."""
    works = [DeferrableWork("one", np.array(one, float), first), DeferrableWork("two", np.array(two, float), second)]
    due = np.array([work.due() for work in works])
    arrived = np.cumsum([one, two], axis=1)
    possible = False
    for split in itertools.product(*(range(supply + 1) for supply in agents)):
        done = np.zeros((2, 4))
        for t in range(4):
            for i, supply in enumerate((split[t], agents[t] - split[t])):
                done[i, t] = min(supply, arrived[i, t] - done[i, :t].sum())
        possible |= bool((np.cumsum(done, axis=1) >= due - 1e-9).all())
    assert run_backlog(works, agents).on_time == possible


def test_deadlines_count_open_time():
    mask = np.array([True, True, False, False, True, True])
    work = DeferrableWork("mail", np.array([1.0, 1, 0, 0, 1, 0]), 1, mask)
    assert work.due_index().tolist()[:2] == [1, 4]
    assert work.due().tolist() == [0, 1, 1, 1, 2, 3]
    with pytest.raises(ValueError, match="closed"):
        DeferrableWork("mail", np.ones(6), 1, mask)


def test_work_that_arrives_while_closed_waits_for_the_opening():
    mask = [False, True, False, False, True, False]
    assert held_until_open([1, 2, 3, 4, 5, 6], mask).tolist() == [0, 3, 0, 0, 12, 0]


@pytest.mark.parametrize(
    ("deadline", "interval", "whole"), [(480, 30, 15), (30, 30, 0), (20, 30, 0), (59, 30, 0), (60, 30, 1)]
)
def test_deadline_holds_for_the_first_contact_of_an_interval(deadline, interval, whole):
    assert deadline_in_intervals(deadline, interval) == whole
    assert (whole + 1) * interval <= max(deadline, interval)


# --- lagged load ---


def test_lagged_load_is_the_load_when_handling_is_short():
    contacts = np.array([10.0, 50, 20])
    assert lagged_load(contacts, 1.0, 30) == pytest.approx(contacts / 1800, rel=0.01)
    assert not is_long(300, 30)
    assert is_long(900, 30)


def test_lagged_load_solves_its_equation():
    """m' = lambda - m / AHT in small steps; and every contact is worked on in the end."""
    contacts, aht, length = np.array([30.0, 90, 0, 60, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), 2400.0, 1800
    level, slow = 0.0, []
    for number in contacts:
        total = 0.0
        for _ in range(length * 10):
            step = level + 0.05 * (number / length - level / aht)
            total += step * 0.1
            level += 0.1 * (number / length - step / aht)
        slow.append(total / length)
    assert lagged_load(contacts, aht, 30) == pytest.approx(slow, rel=1e-5)
    assert lagged_load(contacts, aht, 30).sum() * length == pytest.approx(contacts.sum() * aht, rel=0.01)


def transient_service(rate_per_min, agents, aht_min, within_min, per_agents_min):
    """Share served within a time, by interval, of M(t)/M/s(t): the forward equations in small steps (midpoint rule).

    A contact that finds j >= s others waits for j - s + 1 departures at rate s / AHT (agents constant meanwhile); who
    finds a free agent is served at once. It starts in the Poisson law of the first load, and so needs no warm-up.
    """
    states = np.arange(int(max(agents)) * 2 + 120)
    load = rate_per_min(0.0) * aht_min
    p = np.exp(states * np.log(load) - load - special.gammaln(states + 1))
    step, out = 0.125, []
    for k, s in enumerate(agents):
        leave = np.minimum(states, s) / aht_min
        in_time = np.where(states < s, 1.0, special.gammainc(np.maximum(states - s + 1, 1), s / aht_min * within_min))
        served = arrived = 0.0

        def flow(p, rate, leave=leave):
            up, down = rate * p, leave * p
            up[-1] = 0.0
            change = -up - down
            change[1:] += up[:-1]
            change[:-1] += down[1:]
            return change

        for i in range(int(per_agents_min / step)):
            t = k * per_agents_min + i * step
            middle = p + step / 2 * flow(p, rate_per_min(t))
            rate = rate_per_min(t + step / 2)
            served += rate * float(middle @ in_time)
            arrived += rate
            p = p + step * flow(middle, rate)
        out.append(served / arrived)
    return np.array(out)


def test_lagged_load_saves_the_worst_interval():
    """MATH.md 1: AHT 30 min, swings of 60 % over the day; the same agent-hours, 50 % against 75 % at worst."""
    aht_min, length, base = 30.0, 30.0, 50.0
    edges = np.arange(49) * length

    def rate(t):
        return base / aht_min * (1 + 0.6 * np.sin(2 * np.pi * t / 1440))

    swing = -np.diff(np.cos(2 * np.pi * edges / 1440)) * 1440 / (2 * np.pi) / length
    contacts = base / aht_min * length * (1 + 0.6 * swing)
    own = contacts * aht_min / length
    # the day repeats: start the lag with the load that yesterday left
    lagged = lagged_load(np.tile(contacts, 2), aht_min * 60, length, base)[48:]
    goal = ServiceGoal(0.8, 20, model="erlang-c")
    by_interval, by_lag = (required_agents(load, aht_min * 60, goal) for load in (own, lagged))
    assert by_lag.sum() == pytest.approx(by_interval.sum(), rel=0.005)
    worst = [transient_service(rate, agents, aht_min, 20 / 60, length)[4:].min() for agents in (by_interval, by_lag)]
    assert 0.45 < worst[0] < 0.55
    assert worst[1] > 0.75
