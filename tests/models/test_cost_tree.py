"""Cost tree (U8): servopt calc cost-tree."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.chart import match_accounts
from models.cost_tree import cost_tree
from models.faults import InputFaults
from models.money import minor_units

MAPPING = pd.DataFrame(
    [
        ("4000", "labour", "pay"),
        ("40*", "labour", "bonus"),
        ("421*", "material", "equipment"),
        ("43*", "time", "waiting"),
        ("44*", "other", "returns"),
    ],
    columns=["account", "group", "item"],
)


def ledger(*rows, **more):
    frame = pd.DataFrame(rows, columns=["account", "amount"], index=range(2, 2 + len(rows)))
    return frame.assign(**more)


BOOK = ledger(("4000", 700.0), ("4010", 50.0), ("4210", 120.10), ("4310", 80.0), ("4400", 49.9), ("4000", 0.0))


def test_the_tree_by_hand():
    found = cost_tree(BOOK, MAPPING, contacts=200, resolved=160)
    rows = found.tree.set_index(["group", "item"])
    assert found.total == 1000 and found.lines == 6
    assert list(rows.index) == [
        ("total", ""), ("labour", ""), ("labour", "pay"), ("labour", "bonus"), ("material", ""),
        ("material", "equipment"), ("time", ""), ("time", "waiting"), ("other", ""), ("other", "returns"),
    ]  # fmt: skip
    assert rows["amount"].tolist() == [1000, 750, 700, 50, 120.1, 120.1, 80, 80, 49.9, 49.9]
    assert rows.at[("labour", ""), "share"] == 0.75
    assert rows.at[("total", ""), "cost_per_contact"] == 5 and rows.at[("total", ""), "cost_per_resolution"] == 6.25


def test_customers_waiting_is_a_shadow_cost_and_never_in_the_total():
    plain = cost_tree(BOOK, MAPPING)
    found = cost_tree(BOOK, MAPPING, waiting_hours=410, value_of_waiting_hour=15)
    assert found.waiting_shadow_cost == 6150
    pd.testing.assert_frame_equal(found.tree, plain.tree)
    assert plain.waiting_shadow_cost is None and any("not in the total" in note for note in found.notes)


def test_exact_account_first_then_the_longest_start():
    found = match_accounts(pd.Index(["4000", "4001", "401", "9", "*"]), pd.Series(["*", "40*", "401*", "4000"]))
    assert found.tolist() == ["4000", "40*", "401*", "*", "*"]
    assert match_accounts(pd.Index(["5"]), pd.Series(["40*"])).tolist() == [None]


CENTS = st.integers(-(10**9), 10**9)


@given(st.lists(st.tuples(st.sampled_from(["4000", "4010", "4210", "4310", "4400"]), CENTS), min_size=1, max_size=60))
def test_items_add_up_to_groups_and_groups_to_the_ledger(rows):
    found = cost_tree(ledger(*[(account, cents / 100) for account, cents in rows]), MAPPING)
    tree = found.tree.assign(cents=minor_units(found.tree["amount"]))
    assert tree["cents"].iloc[0] == sum(cents for _, cents in rows)
    groups, items = tree[(tree["item"] == "") & (tree["group"] != "total")], tree[tree["item"] != ""]
    assert groups["cents"].sum() == tree["cents"].iloc[0]
    assert groups.set_index("group")["cents"].to_dict() == items.groupby("group")["cents"].sum().to_dict()


def test_faults_of_the_ledger():
    with pytest.raises(InputFaults, match="ledger:3:account: '999': is not in mapping") as raised:
        cost_tree(ledger(("4000", 1.0), ("999", 1.0), ("999", 2.0)), MAPPING)
    assert len(raised.value.faults) == 1  # an account once, however many lines it has
    with pytest.raises(InputFaults, match="ledger:4:currency: 'USD'"):
        cost_tree(BOOK.assign(currency=["EUR", "EUR", "USD", None, None, "EUR"]), MAPPING)
    with pytest.raises(InputFaults, match="ledger:2:date: '2026-07-01': is booked in the future"):
        cost_tree(BOOK.assign(date="2026-07-01"), MAPPING, latest=dt.date(2026, 6, 30))
    cost_tree(BOOK.assign(date="2026-06-30"), MAPPING, latest=dt.date(2026, 6, 30))


def test_amounts_that_cannot_be_added_up_to_the_cent_are_refused():
    with pytest.raises(InputFaults, match="too large to be added up to the cent"):
        cost_tree(ledger(*[("4000", 9e12)] * 11), MAPPING)


def test_wrong_figures():
    for wrong in ({"contacts": 0}, {"contacts": 5, "resolved": 6}, {"waiting_hours": 1},
                  {"waiting_hours": -1, "value_of_waiting_hour": 1}):  # fmt: skip
        with pytest.raises(ValueError):
            cost_tree(BOOK, MAPPING, **wrong)


def test_credit_notes_may_outweigh_cost():
    found = cost_tree(ledger(("4000", 10.0), ("4210", -3.0)), MAPPING)
    assert found.total == 7 and found.notes[0].startswith("material / equipment is negative")
    nothing = cost_tree(ledger(("4000", 3.0), ("4210", -3.0)), MAPPING)
    assert nothing.total == 0 and np.isnan(nothing.tree["share"]).all()


def test_a_million_lines_take_seconds():
    rng = np.random.default_rng(1)
    many = pd.DataFrame({"account": rng.choice(["4000", "4010", "4210"], 1_000_000).astype(object)})
    many["amount"] = np.round(rng.lognormal(4, 1, len(many)), 2)
    started = dt.datetime.now()
    found = cost_tree(many, MAPPING)
    assert (dt.datetime.now() - started).total_seconds() < 5
    assert int(minor_units(found.total)) == int(minor_units(many["amount"]).sum())
