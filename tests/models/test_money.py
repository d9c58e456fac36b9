"""Money: parts add up to the whole, to the cent, whatever is shared out by whatever shares."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.money import allocate, minor_units, money_sum, round_money

CENTS = st.integers(-(10**13), 10**13)
SHARES = st.lists(st.one_of(st.just(0.0), st.floats(1e-6, 1e6)), min_size=1, max_size=40).filter(any)


@given(CENTS, SHARES)
def test_parts_add_up_and_are_within_a_cent_of_their_exact_share(cents, shares):
    parts = minor_units(allocate(cents / 100, shares))
    assert int(parts.sum()) == cents
    whole = sum(map(Fraction, shares))
    for part, share in zip(parts, shares, strict=True):
        exact = Fraction(cents) * Fraction(share) / whole
        assert abs(int(part) - exact) < 1 + Fraction(abs(cents), 10**14)
        assert part == 0 or share > 0


@given(CENTS, SHARES)
def test_a_negative_total_is_shared_like_its_positive(cents, shares):
    assert np.array_equal(allocate(-cents / 100, shares), -allocate(cents / 100, shares))


def test_the_largest_remainder_takes_the_cent_and_the_earlier_of_equals():
    assert allocate(100, [1, 1, 1]).tolist() == [33.34, 33.33, 33.33]
    assert allocate(0.05, [1, 2, 2]).tolist() == [0.01, 0.02, 0.02]
    assert allocate(10, [2, 1, 1], decimals=0).tolist() == [5, 3, 2]
    assert allocate(0, [0, 0]).tolist() == [0, 0]


@pytest.mark.parametrize(
    ("total", "shares"),
    [(1, []), (1, [0, 0]), (1, [1, -1]), (1, [float("nan")]), (float("inf"), [1]), (1, [[1, 2]]), (1e15, [1])],
)
def test_what_cannot_be_shared(total, shares):
    with pytest.raises(ValueError):
        allocate(total, shares)


def test_halves_are_rounded_away_from_zero_also_where_floats_fall_short():
    assert round_money(1.005) == 1.01 and round_money(-1.005) == -1.01  # 1.005 is stored as 1.00499...
    assert round_money(2.675) == 2.68 and round_money(2.6749) == 2.67
    assert round_money([0.125, 0.135]).tolist() == [0.13, 0.14]
    assert money_sum([0.1] * 10) == 1.0  # the plain sum is 0.9999999999999999


@given(st.lists(CENTS.map(lambda cents: cents // 1000), max_size=50))
def test_sums_of_cents_are_exact(cents):
    assert money_sum([c / 100 for c in cents]) == sum(cents) / 100
