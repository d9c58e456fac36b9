"""servopt calc roi --tornado and --range: what the return hangs on."""

import math

import numpy as np
import pytest

from models.returns import Initiative
from models.sensitivity import Range, spread, tornado

CASE = Initiative(benefit=130, growth=0.2, years=3, outlay=70)


def test_tornado_is_what_recalculation_by_hand_gives():
    table = tornado(CASE, 0.1).set_index("figure")
    # present benefit 387.75: 20 % of it either way; the outlay 14 either way
    assert table.loc["benefit", "span"] == pytest.approx(0.4 * (317.7536 + 70), abs=1e-3)
    assert table.loc["outlay", ["npv_low", "npv_high"]].tolist() == pytest.approx([331.7536, 303.7536], abs=1e-3)
    by_hand = sum(130 * 1.24**t / 1.1 ** (t + 1) for t in range(3)) - 70
    assert table.loc["growth", "npv_high"] == pytest.approx(by_hand)
    assert table.loc["rate", "npv_low"] == pytest.approx(130 / 1.08 + 156 / 1.08**2 + 187.2 / 1.08**3 - 70)
    assert table["span"].is_monotonic_decreasing
    assert "yearly_outlay" not in table.index  # zero: a share of it is nothing


def test_ranges_of_no_width_are_the_certain_case():
    got = spread(CASE, 0.1, {"benefit": Range(130, 130), "outlay": Range(70, 70, 70)}, samples=10)
    npv = got.quantiles.set_index("measure").loc["npv"]
    assert npv.tolist() == pytest.approx([317.7536] * 4, abs=1e-3)
    assert got.loss_share == 0


def test_quantiles_of_a_linear_case_are_those_of_the_range():
    got = spread(Initiative(benefit=0, years=1), 0.0, {"benefit": Range(0, 100)}, samples=200_000, seed=3)
    npv = got.quantiles.set_index("measure").loc["npv"]
    assert npv[["P10", "P50", "P90"]].tolist() == pytest.approx([10, 50, 90], abs=0.6)
    # triangular 0, 0, 100: the p-quantile is 100 (1 - sqrt(1 - p))
    got = spread(Initiative(benefit=0, years=1), 0.0, {"benefit": Range(0, 100, 0)}, samples=200_000, seed=3)
    expected = [100 * (1 - math.sqrt(1 - p)) for p in (0.1, 0.5, 0.9)]
    assert got.quantiles.loc[0, ["P10", "P50", "P90"]].tolist() == pytest.approx(expected, abs=0.6)


def test_share_of_losses():
    got = spread(Initiative(benefit=100, years=1), 0.0, {"outlay": Range(50, 250)}, samples=100_000)
    assert got.loss_share == pytest.approx(0.75, abs=0.01)


def test_the_same_seed_gives_the_same_figures_and_another_does_not():
    ranges = {"benefit": Range(100, 150, 130), "rate": Range(0.05, 0.15)}
    one, two, other = (spread(CASE, 0.1, ranges, samples=500, seed=seed) for seed in (1, 1, 2))
    assert one.quantiles.equals(two.quantiles)
    assert not one.quantiles.equals(other.quantiles)


def test_a_range_more_does_not_move_the_draws_of_those_before_it():
    alone = spread(CASE, 0.1, {"benefit": Range(100, 150)}, samples=500).quantiles.set_index("measure")
    with_rate = spread(CASE, 0.1, {"benefit": Range(100, 150), "rate": Range(0.1, 0.1)}, samples=500).quantiles
    np.testing.assert_allclose(alone.to_numpy(), with_rate.set_index("measure").to_numpy())


@pytest.mark.parametrize("ends", [(2, 1), (0, 1, 2), (math.nan, 1), (0, math.inf)])
def test_ranges_must_ascend(ends):
    with pytest.raises(ValueError):
        Range(*ends)


@pytest.mark.parametrize(
    ("ranges", "word"),
    [({"price": Range(0, 1)}, "price"), ({"rate": Range(-1, 0)}, "rate"), ({"outlay": Range(-1, 0)}, "outlay")],
)
def test_impossible_ranges_are_refused(ranges, word):
    with pytest.raises(ValueError, match=word):
        spread(CASE, 0.1, ranges)


@pytest.mark.parametrize("swing", [0, 1, -0.1])
def test_swing_is_a_share(swing):
    with pytest.raises(ValueError, match="swing"):
        tornado(CASE, 0.1, swing)


def test_a_growth_is_never_lowered_to_the_loss_of_everything():
    table = tornado(Initiative(benefit=100, years=3, growth=-0.9, outlay=10), -0.5, swing=0.5).set_index("figure")
    assert table.loc["growth", "low"] == -0.999
    assert table.loc["rate", ["low", "high"]].tolist() == [-0.75, -0.25]
