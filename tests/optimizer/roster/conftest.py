"""Tiny cases with every kind of rule, and all of their legal lines of work by brute force."""

import dataclasses
import itertools

import numpy as np
import pytest

from models.roster.case import OFF, RosterCase
from models.roster.check import check
from models.roster.records import Cover, Employee, Measure, Rule, ShiftType, Wish

SHIFTS = (ShiftType("E", 240), ShiftType("L", 360, ("E",)))


def random_case(seed, *, days=6, people=1):
    """Rules of random kinds, hard and soft, some of them impossible together."""
    rng = np.random.default_rng(seed)
    return RosterCase(
        f"random {seed}", days, SHIFTS,
        tuple(Employee(f"P{n}", _rules(rng), frozenset({"s"} if rng.random() < 0.5 else ())) for n in range(people)),
        tuple(_wishes(rng, days, people)),
        tuple(
            Cover(day, shift.name, int(rng.integers(0, people + 1)), float(rng.integers(5, 30)), float(rng.integers(3)),
                  "s" if rng.random() < 0.2 else None)
            for day in range(days) for shift in SHIFTS
        ),
        ((0,), (days - 3, days - 2)),
    )  # fmt: skip


def _rules(rng):
    kinds = {
        Measure.MINUTES: (480, 1320), Measure.DAYS_IN_A_ROW: (2, 3), Measure.DAYS_OFF_IN_A_ROW: (2, 3),
        Measure.WEEKENDS: (1, 1), Measure.SHIFTS: (1, 2),
    }  # fmt: skip
    rules = []
    for measure, (least, most) in kinds.items():
        for _ in range(rng.integers(0, 3)):
            named = {"shifts": tuple(rng.permutation(["E", "L"])[: rng.integers(1, 3)].tolist())}
            rules.append(
                Rule(
                    f"r{len(rules)}", measure,
                    least if rng.random() < 0.5 else 0,
                    most if rng.random() < 0.7 else float("inf"),
                    _price(rng, measure),
                    **(named if measure is Measure.SHIFTS else {}),
                )
            )  # fmt: skip
    return tuple(rules)


def _price(rng, measure):
    price = float(rng.integers(1, 5)) / (60 if measure is Measure.MINUTES else 1)
    return price if rng.random() < 0.6 else None


def _wishes(rng, days, people):
    for place in range(people):
        for _ in range(rng.integers(0, 4)):
            shift = [None, "E", "L"][rng.integers(3)]
            price = None if rng.random() < 0.2 else float(rng.integers(1, 6))
            yield Wish(f"P{place}", int(rng.integers(days)), shift, bool(rng.random() < 0.5), price)


def alone(case, place):
    """The case of one employee, without cover."""
    employee = case.employees[place]
    wishes = tuple(wish for wish in case.wishes if wish.employee == employee.name)
    return dataclasses.replace(case, employees=(employee,), wishes=wishes, cover=())


def legal_lines(case, place):
    """Every legal line of an employee with its own cost, by the rules' functions: (n, days), (n,)."""
    single = alone(case, place)
    lines, costs = [], []
    for line in itertools.product(range(OFF, len(case.shifts)), repeat=case.days):
        found = check(single, np.array([line]))
        if not found.broken:
            lines.append(line)
            costs.append(found.cost)
    return np.array(lines, np.int64).reshape(len(lines), case.days), np.array(costs)


@pytest.fixture(scope="session")
def make_case():
    return random_case


@pytest.fixture(scope="session")
def every_legal_line():
    return legal_lines
