"""servopt calc outsourcing: break-even of two cost sets by hand (SYSTEMS U6)."""

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.outsourcing import Terms, break_evens, outsourcing

HOUSE = {"option": "in-house", "fixed_cost": 30_000.0, "staff_cost": 200_000.0, "second_duties_share": 0.25,
         "cost_per_contact": 0.5, "resolved_share": 0.9}  # fmt: skip
VENDOR = {"option": "vendor", "fixed_cost": 12_000.0, "cost_per_contact": 2.9, "one_off_cost": 20_000.0,
          "resolved_share": 0.6}  # fmt: skip


def chosen(contacts, *options):
    return outsourcing(pd.DataFrame([*options]), contacts)


def test_break_even_by_hand():
    # in-house 30,000 + 150,000 + 0.5 v; vendor 12,000 + 2.9 v: equal at 168,000 / 2.4 = 70,000
    got = chosen(50_000, HOUSE, VENDOR)
    row = got.break_evens.iloc[0]
    assert row["contacts"] == pytest.approx(70_000)
    assert row["cost"] == pytest.approx(215_000)
    assert row["cheaper_above"] == "in-house"
    assert got.choice == "vendor"
    assert got.options["cost"].tolist() == pytest.approx([205_000, 157_000])
    assert got.options["saving"].tolist() == pytest.approx([0, 48_000])
    assert got.options["payback_months"].iloc[1] == pytest.approx(5)
    assert chosen(90_000, HOUSE, VENDOR).choice == "in-house"


def test_second_duties_that_are_forgotten_move_the_break_even():
    got = chosen(80_000, {**HOUSE, "second_duties_share": 0.0}, VENDOR)
    assert got.break_evens["contacts"].iloc[0] == pytest.approx(218_000 / 2.4)
    assert got.choice == "vendor"  # and with them in-house is cheaper at 80,000
    assert chosen(80_000, HOUSE, VENDOR).choice == "in-house"


def test_cost_per_resolution_may_say_otherwise():
    got = chosen(60_000, HOUSE, VENDOR)
    assert got.choice == "vendor"
    assert got.options["cost_per_resolution"].tolist() == pytest.approx([3.5 / 0.9, 3.1 / 0.6])
    assert "in-house is the cheapest" in got.notes[0]


def test_a_least_volume_gives_two_break_evens():
    one, other = Terms("a", 0, 1.0), Terms("b", 0.0, 0.5, least=1000)
    assert break_evens(one, other) == pytest.approx([500])
    low = Terms("c", 100, 0.9, least=1000)  # 1000 up to 1000 contacts, then 100 + 0.9 v
    assert break_evens(one, low) == pytest.approx([1000])
    assert break_evens(Terms("d", 900, 0.2), Terms("e", 0, 1.0, least=1000)) == pytest.approx([500, 1125])


def test_equal_lines_have_no_break_even():
    assert break_evens(Terms("a", 5, 1), Terms("b", 5, 1)) == []
    assert break_evens(Terms("a", 5, 1), Terms("b", 6, 1)) == []
    assert break_evens(Terms("a", 5, 1), Terms("b", 6, 2)) == []  # b is dearer everywhere


def test_no_contacts_at_all():
    got = chosen(0, HOUSE, VENDOR)
    assert got.choice == "vendor"
    assert got.options["cost_per_contact"].isna().all()


def test_of_equals_the_first_is_kept():
    assert chosen(10, VENDOR, {**VENDOR, "option": "other"}).choice == "vendor"
    assert math.isnan(chosen(10, VENDOR).options["payback_months"].iloc[0])


TERMS = st.builds(Terms, st.just("x"), st.floats(0, 1e6), st.floats(0, 100), st.floats(0, 1e5))


@given(TERMS, TERMS)
def test_at_a_break_even_both_cost_the_same(one, other):
    for volume in break_evens(one, other):
        assert one.cost(volume) == pytest.approx(other.cost(volume), rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("contacts", [-1, math.nan])
def test_volume_is_checked(contacts):
    with pytest.raises(ValueError):
        chosen(contacts, HOUSE)
