"""What happens to single contacts, followed by hand: breaks, ends of shifts, orders, interruptions."""

import dataclasses
import math

import numpy as np
import pytest

from models.simulation import simulate


def test_the_second_contact_waits_for_the_first(sim):
    case = sim.course([(0, 0, 60), (10, 0, 60)], [(0, 0, 7200, [])])
    result = simulate(case, 1)
    assert sim.of(result, "answered") == [2]
    assert sim.of(result, "wait_answered_s") == [50]
    assert sim.of(result, "in_time") == [1]
    assert result.measure("busy_s")[0].sum() == pytest.approx(120)
    assert result.measure("staffed_s")[0].sum() == pytest.approx(7200)


def test_a_contact_is_finished_before_a_break_which_keeps_its_length(sim):
    """Break at 100 for 300 s; the contact ends at 150, so the agent is back at 450 and takes who came at 160."""
    case = sim.course([(90, 0, 60), (160, 0, 10)], [(0, 0, 7200, [(100, 300)])])
    result = simulate(case, 1)
    assert sim.of(result, "wait_answered_s") == [450 - 160]
    assert result.measure("staffed_s")[0].sum() == pytest.approx(7200 - 300)


def test_an_idle_agent_takes_the_break_on_time(sim):
    case = sim.course([(160, 0, 10)], [(0, 0, 7200, [(100, 300)])])
    assert sim.of(simulate(case, 1), "wait_answered_s") == [400 - 160]


def test_who_is_busy_at_the_end_of_the_shift_stays_to_finish(sim):
    case = sim.course([(3500, 0, 400), (3550, 0, 10)], [(0, 0, 3600, [])], queue={"patience_s": 1e-6})
    result = simulate(case, 1)
    assert sim.of(result, "answered") == [1]
    assert sim.of(result, "abandoned") == [1]
    assert result.measure("overtime_s")[0].sum() == pytest.approx(300)
    assert result.measure("staffed_s")[0].sum() == pytest.approx(3900)


def test_who_waits_when_the_doors_close_is_served_before_people_go(sim):
    opened = np.array([[True, False, False, False]])
    contacts = [(3500, 0, 200), (3550, 0, 100)]
    closing = sim.course(contacts, [(0, 0, 3600, [])], queue={"open": opened})
    assert sim.of(simulate(closing, 1), "wait_answered_s") == [3700 - 3550]
    going_on = sim.course(contacts, [(0, 0, 3600, [])], queue={"open": np.array([[True, True, True, True]])})
    assert sim.of(simulate(going_on, 1), "answered") == [1]


def test_nobody_waits_through_the_night(sim):
    """Two hours closed, nobody there: who is endlessly patient is turned away an hour after the doors closed."""
    opened = np.array([[True, False, False, True]])
    case = sim.course([(3599, 0, 60)], [(0, 10800, 14400, [])], queue={"open": opened})
    result = simulate(case, 1)
    assert sim.of(result, "abandoned") == [1]
    assert sim.of(result, "wait_s") == [7200 - 3599]


def test_the_longest_idle_agent_is_next(sim):
    """Two agents of two groups, alike for the queue: contacts alternate between them."""
    contacts = [(100, 0, 10), (200, 0, 10), (300, 0, 10), (400, 0, 10)]
    case = sim.course(contacts, [(0, 0, 7200, []), (1, 50, 7200, [])], picks=[[0], [0]])
    busy = simulate(case, 1).measure("busy_s")[0].sum(axis=0)
    assert list(np.round(busy, 6)) == [20, 20]


def test_a_contact_prefers_the_group_of_the_better_rank(sim):
    contacts = [(100, 0, 50), (120, 0, 50), (200, 0, 50)]
    rows = [(0, 0, 7200, []), (1, 0, 7200, [])]
    case = sim.course(contacts, rows, picks=[[1], [0]])
    assert list(np.round(simulate(case, 1).measure("busy_s")[0].sum(axis=0), 6)) == [50, 100]
    other = sim.course(contacts, rows, picks=[[1], [0]], sends=[[0], [1]])
    assert list(np.round(simulate(other, 1).measure("busy_s")[0].sum(axis=0), 6)) == [100, 50]


def test_a_free_agent_takes_the_better_rank_before_the_longer_wait(sim):
    contacts = [(0, 0, 100), (10, 0, 100), (20, 1, 100)]
    equal = sim.course(contacts, [(0, 0, 7200, [])], picks=[[0, 0]])
    assert sim.of(simulate(equal, 1), "wait_answered_s") == [90, 180]
    urgent = sim.course(contacts, [(0, 0, 7200, [])], picks=[[1, 0]])
    assert sim.of(simulate(urgent, 1), "wait_answered_s") == [190, 80]


def test_who_has_not_the_skill_does_not_serve(sim):
    case = sim.course([(10, 1, 60)], [(0, 0, 7200, [])], picks=[[0, -1], [-1, 0]], queue={"patience_s": 100.0})
    result = simulate(case, 1)
    assert sim.of(result, "answered") == [0, 0]
    assert sim.of(result, "abandoned") == [0, 1]


def test_an_agent_serves_two_chats_at_once_and_a_third_waits(sim):
    case = sim.course([(0, 0, 100), (10, 0, 100), (20, 0, 50)], [(0, 0, 7200, [])], queue={"concurrency": 2.0})
    result = simulate(case, 1)
    assert sim.of(result, "wait_answered_s") == [80]
    assert result.measure("busy_s")[0].sum() == pytest.approx(250 / 2)


def test_a_call_needs_the_whole_agent(sim):
    """A call that comes while an agent has a chat waits for it; a chat that comes during the call waits too."""
    case = sim.course(
        [(0, 0, 100), (10, 1, 100), (20, 0, 50)], [(0, 0, 7200, [])], picks=[[1, 0]],
        queue={"concurrency": np.array([2.0, 1.0])},
    )  # fmt: skip
    result = simulate(case, 1)
    assert sim.of(result, "answered") == [2, 1]
    assert sim.of(result, "wait_answered_s") == [0, 90]  # the second chat joins the first at once


def test_live_contacts_interrupt_deferrable_work_which_is_then_finished(sim):
    """An e-mail of 600 s from 0; a call of 100 s at 200: the e-mail is done at 700, in time for 750 and not for 650."""
    for deadline, in_time in ((750.0, 1), (650.0, 0)):
        case = sim.course(
            [(0, 0, 600), (200, 1, 100)], [(0, 0, 7200, [])], picks=[[0, 0]],
            queue={"deadline_s": np.array([deadline, np.nan])},
        )  # fmt: skip
        result = simulate(case, 1)
        assert sim.of(result, "wait_answered_s") == [700, 0]
        assert sim.of(result, "in_time") == [in_time, 1]
        assert sim.of(result, "handled_s") == [600, 100]
        assert result.measure("deferrable_s")[0].sum() == pytest.approx(600)
        assert result.measure("busy_s")[0].sum() == pytest.approx(100)


def test_what_is_due_first_is_done_first_and_the_night_does_not_count(sim):
    """Mails at 0 (due in 2 h) and 10 s (due in 30 min): at 100 the agent comes and takes the second."""
    opened = np.array([[True, False, True, True]] * 2)
    case = sim.course(
        [(0, 0, 600), (10, 1, 600), (3590, 1, 600)], [(0, 100, 3600, []), (0, 7200, 14400, [])], picks=[[0, 0]],
        queue={"deadline_s": np.array([7200.0, 1800.0]), "open": opened},
    )  # fmt: skip
    result = simulate(case, 1)
    # the mail of 3590 is begun, put down at 3600, taken up at 7200 and done 590 s of open time later
    assert sim.of(result, "wait_s") == [1300, 690 + (7200 + 590 - 3590)]
    assert sim.of(result, "in_time") == [1, 2]


def test_work_that_nobody_does_is_late_only_when_it_is_due(sim):
    case = sim.course(
        [(0, 0, 600), (14000, 0, 600)], [(1, 0, 14400, [])], picks=[[0, -1], [-1, 0]],
        queue={"deadline_s": np.array([3600.0, np.nan])},
    )  # fmt: skip
    result = simulate(case, 1)
    assert sim.of(result, "due")[0] == 1
    assert sim.of(result, "answered")[0] == 0
    assert list(result.interval_sums[:, 0, 11]) == [1, 1, 1, 2]
    assert result.interval_sums[2, 0, 12] == pytest.approx(3 * 3600)


def test_who_is_absent_does_not_come(sim):
    case = sim.course([(10, 0, 60)], [(0, 0, 7200, [])] * 40, queue={"patience_s": 100.0})
    half = dataclasses.replace(case, groups=dataclasses.replace(case.groups, absent=np.array([0.5])))
    even = dataclasses.replace(half, absences="even")
    assert simulate(even, 1).measure("staffed_s")[0].sum() == pytest.approx(20 * 7200)
    staffed = simulate(half, 200).measure("staffed_s").sum(axis=(1, 2)) / 7200
    assert staffed.mean() == pytest.approx(20, abs=0.7)
    assert staffed.std() == pytest.approx(math.sqrt(40 * 0.25), rel=0.2)
