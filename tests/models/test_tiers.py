"""Tiers by rank and classes by cumulative value (servopt calc tiers, servopt calc abc)."""

import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.faults import InputFaults
from models.tiers import abc_classes, customer_groups, tier_sizes, tiers


def table(*values, names=None, **columns):
    names = names or [f"k{place:03d}" for place in range(len(values))]
    frame = pd.DataFrame({"customer": names, "value": pd.Series(values, dtype=float)}).assign(**columns)
    frame.index = frame.index + 2
    return frame


def of_class(found):
    return {name: part["value"].tolist() for name, part in found.items.groupby("class")}


def test_two_hundred_customers():
    """SYSTEMS U23: 200 -> 2, 8, 30, 160."""
    assert tier_sizes(200) == (2, 8, 30, 160)
    found = tiers(table(*range(200)))
    assert found.groups["customers"].tolist() == [2, 8, 30, 160]
    assert found.items["value"].iloc[:3].tolist() == [199, 198, 197]
    assert found.items["tier"].iloc[[1, 2, 9, 10, 39, 40]].tolist() == [1, 2, 2, 3, 3, 4]
    assert found.groups["least_value"].tolist() == [198, 190, 160, 0]


def test_few_customers_leave_tiers_empty():
    assert tier_sizes(0) == (0, 0, 0, 0)
    assert tier_sizes(1) == (0, 0, 0, 1)
    assert tier_sizes(9) == (0, 0, 2, 7)
    assert tier_sizes(10) == (0, 1, 1, 8)
    assert tier_sizes(50) == (1, 2, 7, 40)
    assert tiers(table(5.0)).groups["least_value"].isna().tolist() == [True, True, True, False]


@pytest.mark.parametrize("shares", [(), (0.5, 0.4), (0.6, 0.6), (1.0, 0.0), (1.5, -0.5), (math.nan, 0.5)])
def test_shares_that_do_not_sum_are_refused(shares):
    with pytest.raises(ValueError, match="share"):
        tier_sizes(100, shares)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 5000), st.lists(st.integers(1, 100), min_size=1, max_size=6))
def test_sizes_sum_and_boundaries_are_within_half_a_customer(count, weights):
    shares = [weight / sum(weights) for weight in weights]
    sizes = tier_sizes(count, shares)
    assert sum(sizes) == count and min(sizes) >= 0
    for k in range(len(sizes)):
        assert abs(sum(sizes[:k]) - count * sum(shares[:k])) <= 0.5 + 1e-6


def test_the_worked_example_of_classes():
    """SYSTEMS U23: A {40}, B {20, 15, 10}, C {8, 7}."""
    found = abc_classes(table(8, 40, 10, 7, 15, 20))
    assert of_class(found) == {"A": [40], "B": [20, 15, 10], "C": [8, 7]}
    assert found.items["cumulative_share"].tolist() == pytest.approx([0.4, 0.6, 0.75, 0.85, 0.93, 1.0])
    assert found.groups["value_share"].tolist() == pytest.approx([0.4, 0.45, 0.15])
    assert found.notes == ()


def test_a_bound_that_is_met_exactly_is_within():
    assert of_class(abc_classes(table(55, 30, 15))) == {"A": [55], "B": [30], "C": [15]}
    assert of_class(abc_classes(table(*[0.1] * 10)))["A"] == [0.1] * 5  # floating cents cross no bound
    assert len(of_class(abc_classes(table(*[0.05] * 20)))["B"]) == 6


def test_the_most_valuable_item_is_always_a():
    found = abc_classes(table(90, 6, 4))
    assert of_class(found) == {"A": [90], "C": [6, 4]}
    assert "alone is 90.0%" in found.notes[0]
    assert of_class(abc_classes(table(3))) == {"A": [3]}


def test_ties_go_by_name_and_are_said():
    names = ["d", "b", "a", "c"]
    found = abc_classes(table(25, 25, 25, 25, names=names))
    assert found.items["customer"].tolist() == ["a", "b", "c", "d"]
    assert found.items["class"].tolist() == ["A", "A", "B", "C"]
    assert len(found.notes) == 2 and found.notes[0].startswith("4 have the value 25.00")
    by_tier = tiers(table(*[1.0] * 10, 2.0))
    assert by_tier.groups["customers"].tolist() == [0, 1, 1, 9]
    assert any("parts them" in note for note in by_tier.notes)
    assert tiers(table(5, 4, 3, 2, 1)).notes == ()


def test_nothing_of_value_is_class_c():
    found = abc_classes(table(0, 0))
    assert found.items["class"].tolist() == ["C", "C"]
    assert found.items["value_share"].tolist() == [0, 0]
    assert "total value is 0" in found.notes[-1]
    assert len(abc_classes(table()).items) == 0


@pytest.mark.parametrize("bounds", [(0.85, 0.55), (0, 0.5), (0.5, 1.1), (0.5,)])
def test_bounds_must_rise(bounds):
    with pytest.raises(ValueError, match="rise"):
        abc_classes(table(1), bounds)


def test_faults():
    wrong = table(1, -1, math.inf, math.nan, 2, names=["a", "b", "c", "d", "a"])
    with pytest.raises(InputFaults) as caught:
        abc_classes(wrong, file="v.csv")
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [
        (3, "value"), (4, "value"), (5, "value"), (6, "customer"),
    ]  # fmt: skip
    with pytest.raises(InputFaults, match="another currency"):
        tiers(table(1, 2, currency=["EUR", "CHF"]))
    assert tiers(table(1, -2)).items["value"].tolist() == [1, -2]  # a rank needs no positive value


def test_groups_keep_the_columns_of_customers():
    found = customer_groups(table(40, 20, 15, 10, 8, 7).assign(state="on time"))
    assert found.items["class"].tolist() == list("ABBBCC")
    assert found.items["tier"].tolist() == [3, 4, 4, 4, 4, 4]
    assert found.items["state"].eq("on time").all()
    with pytest.raises(ValueError, match="sorted"):
        customer_groups(table(1, 2))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 1000), min_size=1, max_size=60))
def test_laws_of_classes(cents):
    found = abc_classes(table(*(value / 100 for value in cents)))
    items = found.items
    assert items["value"].is_monotonic_decreasing and sorted(items["class"]) == items["class"].tolist()
    assert found.groups["customers"].sum() == len(cents)
    assert found.groups["value"].sum() == pytest.approx(sum(cents) / 100)
    if sum(cents) and len(items[items["class"] == "A"]) > 1:
        assert items.loc[items["class"] == "A", "value_share"].sum() <= 0.55 + 1e-6
    assert items.loc[items["class"] != "C", "value_share"].sum() <= max(0.85, items["value_share"].max()) + 1e-6
