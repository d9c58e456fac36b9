"""Planes below samples: nowhere above one, exact where costs are convex, nearer where they bend once halved."""

import itertools
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest

from models.mix.cost import planes_cost
from optimizer.cost_table import Solved
from optimizer.loop.planes import ENOUGH, MOST_REGIONS, PlaneMaker, fit
from optimizer.loop.tables import Shape
from optimizer.loop.workload import Workload


def grid(*axes):
    return np.array(list(itertools.product(*axes)), dtype=float)


def test_a_convex_cost_is_met_at_every_sample():
    hours = grid(range(0, 60, 10), range(0, 60, 10))
    cost = np.maximum(100 + 3 * hours[:, 0] + hours[:, 1], 2 * hours[:, 0] + 6 * hours[:, 1])
    found = fit(hours, cost)
    assert found.above < 1e-3
    assert len(found.base) <= 4


@pytest.mark.parametrize("seed", range(4))
def test_no_plane_lies_above_a_sample_and_none_falls(seed):
    rng = np.random.default_rng(seed)
    hours = rng.uniform(1, 50, (40, 3))
    cost = np.sqrt(hours.sum(axis=1)) * rng.uniform(0.8, 1.2, 40) * 50
    found = fit(hours, cost)
    assert ((found.base + hours @ found.per_hour.T).max(axis=1) <= cost * (1 + 1e-9)).all()
    assert (found.per_hour >= 0).all()


class Curve:
    """Schedules whose linear programs cost a curve of the hours of two parts, up to some hours."""

    def __init__(self, most):
        self.most = most

    def solve(self, jobs):
        costs = [curve(job.hours) if job.hours.sum() <= self.most else np.inf for job in jobs]
        return [Solved(None, 0.0, cost, cost) for cost in costs]


def curve(hours):
    return float(400 + 30 * np.sqrt(hours[0] + 1) * 10 + 12 * hours[1])


@dataclass(frozen=True)
class Asked:
    hours: object
    linear: bool = False


class Maker:
    """What planes ask of a table maker."""

    split = SimpleNamespace(parts=((0, 1),))

    def __init__(self, most=np.inf):
        self.schedules, self.base = Curve(most), SHAPE
        self.job = lambda pool, work, needed=True: Asked(work.hours)

    def of_one_hour(self, work, base):
        return work.scaled(1 / float(work.hours.sum()))


SHAPE = Shape(
    (Workload(np.array([100.0, 0.0]), np.array([20.0, 0.0])), Workload(np.array([0.0, 50.0]), np.array([0.0, 8.0])))
)


def test_regions_are_halved_until_the_samples_lie_near():
    maker = PlaneMaker(Maker(), [(5.0, 90.0), (0.0, 30.0)])
    (found,) = maker.planes([SHAPE], [1.1 * curve(np.array([20.0, 8.0]))])
    assert 1 < len(found.regions) <= MOST_REGIONS
    assert maker.above <= ENOUGH
    assert found.least_share == pytest.approx(1 / 1.1)
    # no planes of a region lie above the curve there, and all lie near it
    for hours in grid(range(6, 90, 7), range(1, 30, 4)):
        mine = [one for one in found.regions if (one.low <= hours).all() and (hours <= one.high).all()]
        assert mine
        for one in mine:
            least = float((one.base_per_week + one.per_hour @ hours).max()) / 1.1
            assert 0.97 * curve(hours) <= least <= 1.0005 * curve(hours)
    assert any((one.high > 90).any() for one in found.regions)  # beyond what was thought to be the most


def test_work_that_no_schedule_serves_is_said():
    maker = PlaneMaker(Maker(most=100.0), [(5.0, 90.0), (0.0, 30.0)])
    maker.planes([SHAPE], [1.1 * curve(np.array([20.0, 8.0]))])
    assert maker.is_capped
    within = PlaneMaker(Maker(most=200.0), [(5.0, 90.0), (0.0, 30.0)])
    within.planes([SHAPE], [1.1 * curve(np.array([20.0, 8.0]))])
    assert not within.is_capped


def test_a_dearer_sample_of_a_later_round_is_fitted_and_whole_people_are_counted_anew():
    maker = PlaneMaker(Maker(), [(5.0, 90.0), (0.0, 30.0)])
    maker.planes([SHAPE], [curve(np.array([20.0, 8.0]))])
    later = Shape((Workload(np.array([500.0, 0.0]), np.array([100.0, 0.0])), SHAPE.parts[1]))
    (found,) = maker.planes([later], [1.2 * curve(np.array([100.0, 8.0]))])
    assert found.least_share == pytest.approx(1 / 1.2)
    said = planes_cost(found, np.array([100.0, 8.0])).sum()
    assert said == pytest.approx(1.2 * curve(np.array([100.0, 8.0])), rel=0.01)
