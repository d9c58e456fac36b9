"""What must hold of every simulation: conservation, common random numbers, the same answer on any threads."""

import dataclasses
import itertools

import numpy as np
import pytest

from models.queueing import erlang_a
from models.simulation import Groups, People, Queues, SimulationCase, people, people_from_levels, ratio, simulate


@pytest.fixture
def two_days():
    """Two queues, one team of both skills and one of one, over two days with closed nights."""
    rng = np.random.default_rng(3)
    day = np.repeat([0, 1], 24)
    opened = np.tile((np.arange(24) >= 8) & (np.arange(24) < 20), 2)
    contacts = np.where(opened, rng.uniform(10, 60, (2, 48)), 0.0)
    queues = Queues(("a", "b"), contacts, [[240.0], [300.0]], patience_s=90.0, open=opened)
    rows = [
        (number % 2, 3600.0 * (24 * d + 8 + number % 4), 3600.0 * (24 * d + 16 + number % 4),
         [(3600.0 * (24 * d + 12 + number % 4), 1800.0)])
        for d in (0, 1)
        for number in range(24)
    ]  # fmt: skip
    groups = Groups(("both", "one"), [[0, 0], [-1, 0]], absent=np.array([0.05, 0.1]))
    return SimulationCase(3600.0, queues, groups, people(rows), day=day)


def same(one, other):
    return all(
        np.array_equal(getattr(one, name), getattr(other, name))
        for name in ("counts", "times", "interval_sums", "interval_times", "interval_squares")
    )


def test_same_seed_same_answer_on_any_threads(two_days):
    one = simulate(two_days, 20, seed=5, threads=1)
    assert same(one, simulate(two_days, 20, seed=5, threads=3))
    assert not same(one, simulate(two_days, 20, seed=6, threads=1))


def test_more_replications_begin_with_the_same_ones(two_days):
    assert np.array_equal(simulate(two_days, 12).counts[:5], simulate(two_days, 5).counts)


def test_every_contact_is_answered_or_gives_up(two_days):
    result = simulate(two_days, 10)
    offered = result.measure("offered")
    assert np.array_equal(offered, result.measure("answered") + result.measure("abandoned"))
    assert (result.measure("in_time") <= result.measure("answered")).all()
    assert (result.measure("short_abandoned") <= result.measure("abandoned")).all()
    assert offered.sum(axis=2).mean() == pytest.approx(two_days.queues.contacts.sum() / 2, rel=0.03)
    assert result.interval_sums.sum(axis=0) == pytest.approx(result.counts.sum(axis=(0, 1)))
    assert result.interval_times.sum(axis=0) == pytest.approx(result.times.sum(axis=(0, 1)))


def test_busy_time_is_the_time_of_the_contacts_and_within_staffed_time(two_days):
    result = simulate(two_days, 10)
    assert result.measure("busy_s").sum() == pytest.approx(result.measure("handled_s").sum(), rel=1e-3)
    assert (result.interval_times[..., 1] <= result.interval_times[..., 0] + 1e-6).all()


def test_another_plan_sees_the_same_customers(two_days):
    """The same contacts come, each with its own work: with people for everybody, work is equal to the second."""
    many = people_from_levels(np.full((2, 48), 80), 3600.0)
    more = people_from_levels(np.full((2, 48), 90), 3600.0)
    thin, plenty, lots = (
        simulate(dataclasses.replace(two_days, people=who), 10) for who in (two_days.people, many, more)
    )
    assert np.array_equal(thin.measure("offered"), plenty.measure("offered"))
    assert plenty.measure("abandoned").sum() == 0
    assert plenty.measure("handled_s") == pytest.approx(lots.measure("handled_s"))
    assert thin.measure("handled_s").sum() < plenty.measure("handled_s").sum()


def test_common_customers_make_differences_sharper(sim):
    """The half-width of a difference of two plans is well below that of two plans with customers of their own."""

    def levels(agents, seed):
        result = simulate(sim.steady(agents, 100, 180.0, patience_s=120.0, hours=12), 100, seed=seed)
        above, below = result.parts("offered")
        return above.sum(axis=(1, 2)) / below.sum(axis=(1, 2))

    common = np.std(levels(13, 1) - levels(12, 1))
    apart = np.std(levels(13, 1) - levels(12, 2))
    assert common < 0.6 * apart


def test_more_people_serve_more_in_time(sim):
    found = [simulate(sim.steady(n, 100, 180.0, patience_s=120.0), 20).service_level()[0][0] for n in range(9, 17)]
    assert all(later > earlier for earlier, later in itertools.pairwise(found))


def test_contacts_vary_as_poisson_and_by_day(sim):
    """A day of 4,800 contacts: standard deviation sqrt(4800); with a day factor of cv 0.1 about 485 together."""
    case = sim.steady(20, 100, 60.0)
    plain = simulate(case, 250).measure("offered").sum(axis=(1, 2))
    assert plain.mean() == pytest.approx(4800, rel=0.005)
    assert plain.std() == pytest.approx(np.sqrt(4800), rel=0.2)
    moved = simulate(dataclasses.replace(case, day_cv=0.1), 250).measure("offered").sum(axis=(1, 2))
    assert moved.mean() == pytest.approx(4800, rel=0.02)
    assert moved.std() == pytest.approx(np.sqrt(4800 + 480**2), rel=0.2)


def test_fixed_arrivals_bring_just_those_contacts(sim):
    case = sim.steady(20, 7.25, 60.0, arrivals="fixed")
    result = simulate(case, 200)
    per_interval = result.interval_sums[:, 0, 0] / 200
    assert per_interval == pytest.approx(np.full(48, 7.25), abs=0.15)
    whole = simulate(sim.steady(20, 7, 60.0, arrivals="fixed"), 20)
    assert (whole.interval_sums[:, 0, 0] == 140).all()


def test_handle_times_have_their_mean_and_spread(sim):
    """Lognormal with mean 180 s and cv 2, read off one contact an interval through the time it takes."""
    case = dataclasses.replace(sim.steady(300, 100, 180.0), handle="lognormal", handle_cv=np.array(2.0))
    result = simulate(case, 100)
    mean = result.measure("handled_s").sum() / result.measure("answered").sum()
    assert mean == pytest.approx(180, rel=0.02)
    daily = result.measure("handled_s").sum(axis=(1, 2))
    assert daily.std() == pytest.approx(180 * np.sqrt(4800 * (1 + 4)), rel=0.25)


def test_a_crowd_larger_than_the_room_at_first(sim):
    """Twenty thousand wait at a time, endlessly patient: the room grows, and the answer is that of any room."""
    result = simulate(sim.steady(1, 2000, 600.0, hours=6), 2)
    assert result.measure("offered").sum() == pytest.approx(48_000, rel=0.03)
    answered, left = result.measure("answered").sum(), result.measure("abandoned").sum()
    assert answered + left == result.measure("offered").sum()
    assert answered < 2 * 7 * 6 * 1.3  # six hours of ten minutes each, and the hour in which the last are served


def test_nobody_at_work(two_days):
    none = np.zeros(0)
    empty = People(none.astype(int), none, none, none.astype(int), none, none)
    result = simulate(dataclasses.replace(two_days, people=empty), 2)
    assert np.array_equal(result.measure("offered"), result.measure("abandoned"))


def test_queues_by_other_names_and_order_are_the_same_in_law(two_days):
    """Queues swapped: other draws, the same service within the intervals."""
    swapped = dataclasses.replace(
        two_days,
        queues=dataclasses.replace(
            two_days.queues, names=("b", "a"), pools=("b", "a"), contacts=two_days.queues.contacts[::-1],
            aht_s=two_days.queues.aht_s[::-1], open=two_days.queues.open[::-1],
        ),
        groups=Groups(("both", "one"), [[0, 0], [0, -1]], absent=np.array([0.05, 0.1])),
    )  # fmt: skip
    level, half = simulate(two_days, 200).service_level()
    other, other_half = simulate(swapped, 200).service_level()
    assert (abs(level - other[::-1]) <= 1.5 * (half + other_half[::-1])).all()


def test_ratio_by_hand():
    """Three replications, x = 8, 9, 10 of y = 10, 10, 12: ratio 27/32; variance by the delta method; t = 4.302653."""
    x, y = np.array([8.0, 9.0, 10.0]), np.array([10.0, 10.0, 12.0])
    value, half = ratio(x, y)
    assert value == pytest.approx(27 / 32)
    rest = x - 27 / 32 * y
    assert half == pytest.approx(4.302653 * np.sqrt((rest**2).sum() / 2 / 3) / (32 / 3), rel=1e-6)


def test_confidence_intervals_cover(sim):
    """Of 60 simulations of ten replications, about 95 % cover the exact figure of the stationary queue."""
    covered, exact = 0, float(erlang_a(14, 10, 180, 120, 20).sl_offered)
    for seed in range(60):
        value, half = simulate(sim.steady(14, 100, 180.0, patience_s=120.0, hours=12), 10, seed=seed).service_level()
        covered += abs(value[0] - exact) <= half[0]
    assert covered >= 51
