"""Records of a case refuse what cannot be simulated, and say why."""

import dataclasses

import numpy as np
import pytest

from models.simulation import Groups, Queues, SimulationCase, people, people_from_levels, simulate


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"contacts": [[1.0, -1.0]]}, "not negative"),
        ({"contacts": [[1.0, np.inf]]}, "finite"),
        ({"contacts": np.ones((2, 2))}, "queues"),
        ({"aht_s": 0.0}, "aht_s"),
        ({"patience_s": -1.0}, "patience_s"),
        ({"concurrency": 0.5}, "concurrency"),
        ({"contained": 1.2}, "contained"),
        ({"repeats": -0.1}, "repeats"),
        ({"deadline_s": -5.0}, "deadline"),
        ({"deadline_s": 60.0, "concurrency": 2.0}, "concurrency 1"),
        ({"pools": ("a", "b")}, "pools"),
    ],
)
def test_queues_that_cannot_be(changes, message):
    with pytest.raises(ValueError, match=message):
        Queues(**{"names": ("a",), "contacts": [[1.0, 1.0]], "aht_s": 60.0} | changes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"picks": [[-1, -1]]}, "no skill"),
        ({"sends": [[0, 0]]}, "same skills"),
        ({"picks": [[0, 0], [0, 0]]}, "row"),
        ({"absent": 1.0}, "absent"),
    ],
)
def test_groups_that_cannot_be(changes, message):
    with pytest.raises(ValueError, match=message):
        Groups(**{"names": ("team",), "picks": [[0, -1]]} | changes)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([(0, 100, 100, [])], "end after"),
        ([(0, 0, 100, [(90, 20)])], "outside its shift"),
        ([(0, 0, 100, [(90, 0)])], "outside its shift"),
    ],
)
def test_people_that_cannot_be(rows, message):
    with pytest.raises(ValueError, match=message):
        people(rows)


def test_cases_that_cannot_be(sim):
    case = sim.steady(2, 10, 60.0, hours=2)
    wrong = [
        ({"people": people([(1, 0, 100, [])])}, "no group"),
        ({"groups": Groups(("team",), [[0, 0]])}, "know 2 queues"),
        ({"day": np.array([0, 1, 0, 1])}, "never falling"),
        ({"handle": "normal"}, "handle"),
        ({"arrivals": "given"}, "arrivals"),
        ({"absences": "odd"}, "absences"),
        ({"definition": "all"}, "definition"),
        ({"interval_s": 0.0}, "interval_s"),
        ({"day_cv": -0.1}, "day_cv"),
        ({"given_at_s": np.array([5.0]), "given_queue": np.array([3]), "given_handle_s": np.array([60.0])}, "no queue"),
        ({"given_at_s": np.array([9e9]), "given_queue": np.array([0]), "given_handle_s": np.array([60.0])}, "within"),
    ]
    for changes, message in wrong:
        with pytest.raises(ValueError, match=message):
            dataclasses.replace(case, **changes)
    for arguments in ({"replications": 0}, {"replications": 1, "threads": 0}, {"replications": 1, "seed": -1}):
        with pytest.raises(ValueError, match="at least 1"):
            simulate(case, **arguments)


def test_people_from_levels_are_as_many_as_the_levels():
    levels = np.array([[0, 3, 5, 2, 2, 0], [1, 1, 0, 4, 1, 1]])
    who = people_from_levels(levels, 900.0)
    middle = (np.arange(6) + 0.5) * 900.0
    for group in (0, 1):
        mine = who.group == group
        on_duty = (who.start_s[mine][:, None] <= middle) & (who.end_s[mine][:, None] > middle)
        assert list(on_duty.sum(axis=0)) == list(levels[group])
    with pytest.raises(ValueError, match="whole"):
        people_from_levels([[1.5]], 900.0)


def test_a_case_written_by_hand_as_the_documentation_shows():
    queues = Queues(("billing", "tech"), np.full((2, 16), 50.0), 300.0, patience_s=120.0)
    groups = Groups(("billing only", "both"), [[0, -1], [1, 0]])
    case = SimulationCase(1800.0, queues, groups, people_from_levels(np.full((2, 16), 10), 1800.0))
    level, half = simulate(case, 10).service_level()
    assert level.shape == half.shape == (2,)
    assert ((level > 0.5) & (level < 1)).all()
