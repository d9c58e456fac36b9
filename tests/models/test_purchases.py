"""Recency, frequency, money (servopt calc rfm)."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.faults import InputFaults
from models.purchases import purchase_values

AS_OF = dt.date(2026, 6, 30)


def orders(*rows, **columns):
    frame = pd.DataFrame(rows, columns=["customer", "date", "amount"]).assign(**columns)
    frame["amount"] = frame["amount"].astype(float)
    frame.index = frame.index + 2
    return frame


def one(found, customer):
    return found.customers.set_index("customer").loc[customer]


def faults_of(*arguments, **options):
    with pytest.raises(InputFaults) as caught:
        purchase_values(*arguments, **options)
    return caught.value.faults


def test_the_worked_example():
    """SYSTEMS U22: M 200, F 4, R 30 -> TM 800, P 91.25, delta 61.25."""
    dates = ["2025-08-14", "2025-11-20", "2026-02-11", "2026-05-31"]
    found = one(purchase_values(orders(*(("a", day, 200) for day in dates)), AS_OF), "a")
    assert (found["mean_order"], found["orders"], found["recency_days"]) == (200, 4, 30)
    assert (found["value"], found["period_days"], found["delta_days"]) == (800, 91.25, 61.25)
    assert found["state"] == "on time"


def test_delta_below_zero_is_overdue_and_zero_is_not():
    found = purchase_values(orders(*[("late", "2026-01-01", 10)] * 4, ("just", "2025-07-01", 10)), AS_OF)
    assert one(found, "late")["delta_days"] == 91.25 - 180
    assert one(found, "late")["state"] == "overdue"
    assert (one(found, "just")["delta_days"], one(found, "just")["state"]) == (1, "on time")
    exact = purchase_values(orders(("x", "2026-06-25", 1)), AS_OF, window_days=5)
    assert exact.customers["state"].tolist() == ["lapsed"]  # five days end with the 30th: the 26th is the first
    exact = purchase_values(orders(("x", "2026-06-26", 1)), AS_OF, window_days=5)
    assert (one(exact, "x")["delta_days"], one(exact, "x")["state"]) == (1, "on time")


def test_no_purchases_are_an_answer():
    found = purchase_values(
        orders(("old", "2025-06-30", 99), ("new", "2026-06-30", 0)), AS_OF, customers=["none", "new"]
    )
    assert found.customers["customer"].tolist() == ["new", "none", "old"]
    old, none = one(found, "old"), one(found, "none")
    assert (old["orders"], old["value"], old["recency_days"], old["state"]) == (0, 0, 365, "lapsed")
    assert old[["mean_order", "period_days", "delta_days"]].isna().all()
    assert (none["state"], none["value"]) == ("never ordered", 0) and np.isnan(none["recency_days"])
    assert one(found, "new")["recency_days"] == 0
    empty = purchase_values(orders(), AS_OF)
    assert len(empty.customers) == 0


def test_the_window_is_365_days_with_the_day_itself():
    found = purchase_values(orders(("in", "2025-07-01", 1), ("out", "2025-06-30", 1)), AS_OF)
    assert found.window == (dt.date(2025, 7, 1), AS_OF)
    assert (one(found, "in")["orders"], one(found, "out")["orders"]) == (1, 0)


def test_lines_of_one_order_are_one_order():
    rows = orders(("a", "2026-01-05", 30), ("a", "2026-01-05", 70), ("a", "2026-02-05", 50), order=["1", "1", None])
    found = one(purchase_values(rows, AS_OF), "a")
    assert (found["orders"], found["value"], found["mean_order"]) == (2, 150, 75)
    assert one(purchase_values(rows.drop(columns="order"), AS_OF), "a")["orders"] == 3


def test_an_order_has_one_customer_and_one_day():
    rows = orders(("a", "2026-01-05", 30), ("b", "2026-01-06", 70), order=["1", "1"])
    found = faults_of(rows, AS_OF, file="o.csv")
    assert {(fault.row, fault.column) for fault in found} == {(3, "customer"), (3, "date")}
    assert "row 2 of the same order" in str(found[0])


def test_faults_say_row_and_column_all_at_once():
    rows = orders(
        ("a", "2026-07-01", 1),
        ("a", "yesterday", 1),
        ("a", "2026-01-01", -5),
        (None, "2026-01-01", 1),
        ("a", "2026-02-30", 1),
    )
    found = {(fault.row, fault.column) for fault in faults_of(rows, AS_OF, file="o.csv")}
    assert found == {(2, "date"), (3, "date"), (4, "amount"), (5, "customer"), (6, "date")}


def test_later_orders_are_faults_or_left_out_when_asked():
    rows = orders(("a", "2026-07-01", 1), ("a", "2026-06-01", 5))
    assert faults_of(rows, AS_OF)[0].value == "2026-07-01"
    found = purchase_values(rows, AS_OF, ignore_later=True)
    assert (one(found, "a")["value"], one(found, "a")["recency_days"]) == (5, 29)
    assert "Rows after 2026-06-30, left out: 1." in found.notes


def test_mixed_currencies_are_a_fault():
    rows = orders(*[("a", "2026-01-01", 1)] * 3, currency=["EUR", "USD", "EUR"])
    assert [(fault.row, fault.value) for fault in faults_of(rows, AS_OF)] == [(3, "USD")]


def test_a_window_has_a_day():
    with pytest.raises(ValueError, match="at least one day"):
        purchase_values(orders(), AS_OF, window_days=0)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("abcd"), st.dates(dt.date(2024, 1, 1), AS_OF), st.integers(0, 10_000)), max_size=40
    ),
    st.randoms(use_true_random=False),
)
def test_laws(rows, shuffler):
    """Nothing is lost, order does not matter, and every figure fits the others."""
    table = orders(*((name, str(day), cents / 100) for name, day, cents in rows))
    found = purchase_values(table, AS_OF).customers
    inside = [cents for _, day, cents in rows if (AS_OF - day).days < 365]
    assert found["value"].sum() == pytest.approx(sum(inside) / 100)
    assert found["orders"].sum() == len(inside)
    assert set(found["customer"]) == {name for name, _, _ in rows}
    bought = found[found["orders"] > 0]
    np.testing.assert_allclose(bought["mean_order"] * bought["orders"], bought["value"], atol=1e-5)
    np.testing.assert_allclose(bought["period_days"] - bought["recency_days"], bought["delta_days"])
    assert ((bought["delta_days"] < 0) == (bought["state"] == "overdue")).all()
    assert (bought["recency_days"] < 365).all()
    mixed = list(rows)
    shuffler.shuffle(mixed)
    again = purchase_values(orders(*((name, str(day), cents / 100) for name, day, cents in mixed)), AS_OF).customers
    pd.testing.assert_frame_equal(found, again)
