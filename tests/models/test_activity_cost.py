"""Activity-based cost (U18): servopt calc activity-cost."""

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.activity_cost import ACTIVITIES as ACTIVITIES_TABLE
from models.activity_cost import DRIVERS as DRIVERS_TABLE
from models.activity_cost import NOT_CAUSED, activity_cost
from models.chart import LEDGER as LEDGER_TABLE
from models.faults import InputFaults
from models.money import minor_units
from models.sheets import load_sheet


def table(columns, *rows):
    return pd.DataFrame(rows, columns=columns.split(), index=range(2, 2 + len(rows)))


LEDGER = table("account amount", ("4000", 600.0), ("4100", 300.0), ("4100", 100.0))
ACTIVITIES = table("account activity share", ("40*", "calls", 0.75), ("40*", "mail", 0.25), ("4100", "mail", 1.0))
DRIVERS = table("activity contact_type driver_units", ("calls", "order", 100), ("calls", "complaint", 50),
                ("mail", "order", 10), ("mail", "complaint", 40))  # fmt: skip
VOLUMES = table("contact_type contacts", ("order", 50), ("complaint", 20))


def test_by_hand():
    """calls 450 over 150 minutes = 3; mail 150 + 400 = 550 over 50 = 11; order 300 + 110, complaint 150 + 440."""
    found = activity_cost(LEDGER, ACTIVITIES, DRIVERS, VOLUMES)
    assert found.activities["cost"].tolist() == [450, 550, 1000]
    assert found.activities["unit_cost"].tolist()[:2] == [3, 11]
    assert found.contact_types["contact_type"].tolist() == ["order", "complaint", "total"]
    assert found.contact_types["cost"].tolist() == [410, 590, 1000]
    assert found.contact_types["cost_per_contact"].tolist() == [8.2, 29.5, pytest.approx(1000 / 70)]
    assert found.notes == ()


def test_only_the_final_amounts_are_rounded():
    """Three accounts of one cent, each half to calls: 1.5 cents each; account by account calls would bear all three."""
    ledger = table("account amount", *((str(n), 0.01) for n in range(4)))
    shares = table("account activity share", *((str(n), name, 0.5) for n in range(4) for name in ("calls", "mail")))
    drivers = table("activity contact_type driver_units", *((a, t, 1) for a in ("calls", "mail") for t in "xy"))
    found = activity_cost(ledger, shares, drivers)
    assert found.activities["cost"].tolist() == [0.02, 0.02, 0.04]
    odd = activity_cost(ledger.iloc[:3], shares, drivers.assign(driver_units=[1, 2, 1, 2]))
    assert odd.activities["cost"].tolist() == [0.02, 0.01, 0.03]
    assert odd.contact_types["cost"].tolist() == [0.01, 0.02, 0.03]
    assert odd.details.groupby("activity")["cost"].sum().to_dict() == pytest.approx({"calls": 0.02, "mail": 0.01})


def test_the_example_is_right_to_the_cent():
    """Exactly 711,052.2145 and 250,984.9955."""
    folder = Path(__file__).resolve().parents[2] / "data" / "finance"
    tables = {"ledger": LEDGER_TABLE, "activities": ACTIVITIES_TABLE, "activity_drivers": DRIVERS_TABLE}
    read = [load_sheet(folder / f"{name}.csv", schema) for name, schema in tables.items()]
    costs = activity_cost(*read).activities.set_index("activity")["cost"]
    assert (costs["answer calls"], costs["answer e-mail"]) == (711052.21, 250985.00)


SHARES = st.lists(st.integers(1, 97), min_size=1, max_size=5)


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(-(10**8), 10**8)), min_size=1, max_size=40),
    st.lists(SHARES, min_size=4, max_size=4),
    st.lists(st.lists(st.floats(0, 1e4), min_size=3, max_size=3), min_size=5, max_size=5),
)
def test_every_cent_of_the_ledger_is_in_one_activity_and_one_contact_type(lines, shares, units):
    ledger = table("account amount", *[(str(account), cents / 100) for account, cents in lines])
    rows = [
        (str(account), f"a{n}", part / sum(parts))
        for account, parts in enumerate(shares)
        for n, part in enumerate(parts)
    ]
    activities = table("account activity share", *rows)
    known = set(activities["activity"])
    drivers = [
        (f"a{n}", f"t{t}", unit) for n, row in enumerate(units) for t, unit in enumerate(row) if f"a{n}" in known
    ]
    found = activity_cost(ledger, activities, table("activity contact_type driver_units", *drivers))
    whole = sum(cents for _, cents in lines)
    for frame in (found.activities, found.contact_types):
        cents = minor_units(frame["cost"])
        assert cents[:-1].sum() == cents[-1] == whole
    assert minor_units(found.details["cost"]).sum() == whole


def test_an_activity_without_driver_units_keeps_its_cost_in_sight():
    found = activity_cost(LEDGER, ACTIVITIES, DRIVERS.assign(driver_units=[100, 50, 0, 0]))
    types = found.contact_types.set_index("contact_type")
    assert types.at[NOT_CAUSED, "cost"] == 550 and types.at["total", "cost"] == 1000
    assert any(note.startswith("mail has cost but no driver units") for note in found.notes)
    assert np.isnan(found.activities.set_index("activity").at["mail", "unit_cost"])


def test_volumes_that_do_not_fit_are_said():
    found = activity_cost(LEDGER, ACTIVITIES, DRIVERS, table("contact_type contacts", ("order", 50), ("chat", 5)))
    assert any(note.startswith("complaint has no contacts") for note in found.notes)
    assert any(note.startswith("chat has contacts but causes no activity") for note in found.notes)


@pytest.mark.parametrize(
    ("ledger", "activities", "drivers", "message"),
    [
        (table("account amount", ("9", 1.0)), ACTIVITIES, DRIVERS, "ledger:2:account: '9': no activity uses it"),
        (LEDGER, ACTIVITIES.assign(share=[0.75, 0.2, 1.0]), DRIVERS, "activities:2:share: '0.95'.*must add up to 1"),
        (LEDGER, ACTIVITIES.assign(activity="mail"), DRIVERS.iloc[2:], "activities:3:activity: 'mail': stands twice"),
        (LEDGER, ACTIVITIES, DRIVERS.assign(contact_type="a"), "drivers:3:contact_type: 'a': stands twice"),
        (LEDGER, ACTIVITIES, DRIVERS.replace("mail", "post"), "drivers:4:activity: 'post': is no activity"),
        (LEDGER.assign(currency=["EUR", "USD", "EUR"]), ACTIVITIES, DRIVERS, "ledger:3:currency: 'USD'"),
    ],
)
def test_faults(ledger, activities, drivers, message):
    with pytest.raises(InputFaults, match=message):
        activity_cost(ledger, activities, drivers)


def test_a_million_lines_take_seconds():
    rng = np.random.default_rng(1)
    many = pd.DataFrame({"account": rng.choice(["4000", "4010", "4100"], 1_000_000).astype(object)})
    many["amount"] = np.round(rng.lognormal(4, 1, len(many)), 2)
    started = dt.datetime.now()
    found = activity_cost(many, ACTIVITIES, DRIVERS)
    assert (dt.datetime.now() - started).total_seconds() < 5
    assert int(minor_units(found.activities["cost"].iloc[-1])) == int(minor_units(many["amount"]).sum())
