"""Forms of a shift type: every order of breaks that can be taken, those that are alike once, and not too many."""

import time
from itertools import permutations, product

import numpy as np
import pytest

from models.faults import InputFaults
from models.settings_shifts import ShiftType
from optimizer.shifts.families import MOST_FORMS, _all_forms


def shift(breaks, paid=480, between=0):
    return ShiftType.model_validate(
        {
            "name": "full", "earliest_start": "08:00", "latest_start": "08:00", "paid_min": paid,
            "min_work_between_breaks_min": between, "breaks": breaks,
        }
    )  # fmt: skip


def rests(count, **window):
    return [{"name": f"rest {number}", "length_min": 15, "paid": True} | window for number in range(count)]


def forms_of(one, step=15):
    return _all_forms([one], step)[0]


def test_breaks_that_are_alike_are_taken_in_one_order():
    forms = forms_of(shift(rests(7)))
    assert len(forms) == 1
    assert [window.name for window in forms[0][2]] == [f"rest {number}" for number in range(7)]


def test_twelve_breaks_are_read_in_a_second():
    began = time.process_time()
    assert len(forms_of(shift(rests(12)))) == 1
    meal = {"name": "meal", "length_min": 30}
    assert len(forms_of(shift([*rests(11), meal]))) == 12  # the meal before, between and after
    assert time.process_time() - began < 1.0


def test_breaks_of_other_pay_or_window_are_told_apart():
    assert len(forms_of(shift([*rests(1), {"name": "other", "length_min": 15}]))) == 2
    late = {"name": "late", "length_min": 15, "paid": True, "after_start_min": 60}
    assert len(forms_of(shift([*rests(1), late]))) == 2


def test_too_many_forms_are_a_fault_that_says_what_to_do():
    each = [{"name": f"b{number}", "length_min": 15 * (number + 1)} for number in range(7)]
    with pytest.raises(InputFaults, match=r"'full': may take more than 2,000 forms.*windows that settle their order"):
        forms_of(shift(each))
    for number, one in enumerate(each):
        one |= {"after_start_min": 120 * number, "within_start_min": 120 * number}
    assert len(forms_of(shift(each, paid=900))) == 1
    assert MOST_FORMS == 2000


def placed(windows, work):
    """Every way to place breaks in this order, by (length, pay) of each and start."""
    for starts in product(*(window.offsets for window in windows)):
        ends = [start + window.length for start, window in zip(starts, windows, strict=True)]
        if all(later - end >= work for end, later in zip(ends, starts[1:], strict=False)):
            yield tuple((start, window.length, window.paid) for start, window in zip(starts, windows, strict=True))


@pytest.mark.parametrize("seed", range(30))
def test_no_way_to_take_the_breaks_is_lost(seed):
    """Against all orders and all places, by plain loops."""
    rng = np.random.default_rng(seed)
    breaks = [
        {
            "name": f"b{number}", "length_min": 60 * int(rng.integers(1, 3)), "paid": True,
            "after_start_min": 60 * int(rng.integers(0, 3)), "before_end_min": 60 * int(rng.integers(0, 3)),
        }
        for number in range(int(rng.integers(1, 4)))
    ]  # fmt: skip
    work = int(rng.integers(0, 2))
    found = set()
    for _, _, windows in forms_of(shift(breaks, paid=480, between=60 * work), 60):
        found |= set(placed(windows, work))
    expected = set()
    for order in permutations(breaks):
        windows = [
            range(one["after_start_min"] // 60, 8 - (one["before_end_min"] + one["length_min"]) // 60 + 1)
            for one in order
        ]
        for starts in product(*windows):
            free, fits = work, True
            for start, one in zip(starts, order, strict=True):
                fits &= start >= free
                free = start + one["length_min"] // 60 + work
            if fits and free <= 8:
                expected.add(tuple((s, one["length_min"] // 60, True) for s, one in zip(starts, order, strict=True)))
    assert found == expected
