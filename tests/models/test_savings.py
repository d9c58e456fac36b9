"""servopt roi: cashable savings and freed capacity, apart."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.baseline import Position
from models.savings import savings


def position(**pools):
    """A week: pool=(hours, time cost, extra cost)."""
    rows = [(name, hours, hours / 40, time, extra, time + extra) for name, (hours, time, extra) in pools.items()]
    columns = ["pool", "paid_hours", "full_time_equivalents", "time_cost", "extra_cost", "cost"]
    return Position("x", pd.DataFrame(rows, columns=columns), 7, {})


WEEKS = 365 / 7


def test_heads_leave_whole_and_the_rest_is_free():
    got = savings(position(a=(400, 8000, 300)), position(a=(260, 5200, 100)))
    # 140 h are 3.5 people: three leave, half a person's 20 h a week stay on the payroll
    assert got.heads_leave == 3
    assert got.freed_hours_per_week == pytest.approx(20)
    assert got.freed == pytest.approx(2800 * 0.5 / 3.5 * WEEKS)
    assert got.cashable == pytest.approx((2800 * 3 / 3.5 + 200) * WEEKS)
    assert got.saving == pytest.approx(3000 * WEEKS)


def test_people_of_two_pools_are_not_pieced_together():
    got = savings(position(a=(100, 2000, 0), b=(100, 2000, 0)), position(a=(76, 1520, 0), b=(76, 1520, 0)))
    assert got.heads_leave == 0  # 0.6 people in each pool
    assert got.cashable == 0
    assert got.freed == pytest.approx(960 * WEEKS)


def test_fewer_or_no_people_may_leave():
    before, after = position(a=(400, 8000, 0)), position(a=(200, 4000, 0))
    assert savings(before, after).heads_leave == 5
    got = savings(before, after, heads_leave=2)
    assert got.cashable == pytest.approx(4000 * 2 / 5 * WEEKS)
    assert got.freed_hours_per_week == pytest.approx(120)
    nobody = savings(before, after, heads_leave=0)
    assert (nobody.cashable, nobody.freed) == (0, pytest.approx(4000 * WEEKS, abs=0.01))
    for wrong in (6, -1):
        with pytest.raises(ValueError, match="cannot leave"):
            savings(before, after, heads_leave=wrong)


def test_a_dearer_plan_costs_cash():
    got = savings(position(a=(100, 2000, 0)), position(a=(140, 2800, 50)))
    assert got.cashable == pytest.approx(-850 * WEEKS)
    assert (got.freed, got.heads_leave) == (0, 0)


def test_premiums_that_are_no_longer_paid_are_cash_whoever_stays():
    got = savings(position(a=(100, 2000, 400)), position(a=(100, 2000, 100)))
    assert (got.cashable, got.freed) == (pytest.approx(300 * WEEKS), 0)


def test_who_leaves_is_priced_as_today_and_cheaper_hours_of_others_stand_apart():
    got = savings(position(a=(140, 140 * 21.8, 0)), position(a=(97, 97 * 21.0, 40)))
    row = got.pools.iloc[0]
    assert row["heads_leave"] == 1
    assert row["cashable_heads"] == 45_468.57  # 40 h x 21.80 x 365 / 7
    assert row["freed"] == pytest.approx(3 * 21.8 * WEEKS, abs=0.005)
    assert row["cheaper_hours"] == pytest.approx((97 * 0.8 - 40) * WEEKS, abs=0.01)
    assert round(row["cashable_heads"] + row["cheaper_hours"] + row["freed"], 2) == row["saving"]
    assert row["saving"] == round((140 * 21.8 - 97 * 21 - 40) * WEEKS, 2)
    assert (got.cashable_heads, got.cheaper_hours) == (row["cashable_heads"], row["cheaper_hours"])


def test_fewer_hours_that_cost_more_are_a_leaver_and_dearer_hours():
    got = savings(position(a=(120, 2400, 0)), position(a=(80, 2500, 0)))
    assert (got.cashable, got.freed, got.heads_leave) == (pytest.approx(-100 * WEEKS, abs=0.01), 0, 1)
    assert got.cheaper_hours == pytest.approx(-900 * WEEKS, abs=0.01)


def test_a_pool_that_is_new_or_gone():
    got = savings(position(a=(80, 1600, 0)), position(b=(40, 900, 0)))
    assert got.saving == pytest.approx(700 * WEEKS)
    assert got.pools.set_index("pool")["heads_leave"].to_dict() == {"a": 2, "b": 0}


def test_other_days_are_refused():
    before = position(a=(1, 1, 0))
    with pytest.raises(ValueError, match="days"):
        savings(before, Position("x", before.pools, 28, {}))


POOL = st.tuples(st.floats(0, 1e4), st.floats(0, 1e6), st.floats(0, 1e5))


@given(POOL, POOL, POOL, POOL)
def test_cash_and_freed_time_are_the_whole_saving(a, b, c, d):
    before, after = position(a=a, b=b), position(a=c, b=d)
    got = savings(before, after)
    whole = (before.cost - after.cost) * WEEKS
    cents = (got.pools[["cashable_heads", "cheaper_hours", "freed"]].sum(axis=1) - got.pools["saving"]).abs()
    assert cents.max() < 0.005
    assert got.saving == pytest.approx(whole, abs=0.006 + 1e-6 * (before.cost + after.cost + 1) * WEEKS)
    assert got.freed >= -1e-9 * (before.cost + after.cost + 1) * WEEKS
    assert got.heads_leave == int(got.heads_leave)
