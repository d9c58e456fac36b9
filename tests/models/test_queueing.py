"""Erlang B, C and A: published figures, an independent birth-death computation, and laws that must hold."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from models.queueing import (
    EDGE,
    ServiceGoal,
    aht_at_concurrency,
    asa_c_s,
    erlang_a,
    erlang_b,
    erlang_c,
    heads_for,
    least_integer,
    meets,
    productive,
    queue_figures,
    required_agents,
    service_level_c,
)
from models.queueing.calculator import staffing


def goal_c(target=0.8, within_s=20.0, **more):
    return ServiceGoal(target, within_s, model="erlang-c", **more)


# --- published figures: MATH.md 1, and tables of Erlang C ---


@pytest.mark.parametrize(
    ("function", "servers", "load", "value", "digits"),
    [
        (erlang_b, 10, 8, 0.12166, 5),
        (erlang_c, 10, 8, 0.40918, 5),
        (erlang_b, 132, 123, 0.031243, 6),
        (erlang_c, 132, 123, 0.321116, 6),
        (erlang_c, 12421, 12345, 0.381225, 6),
    ],
)
def test_published_probabilities(function, servers, load, value, digits):
    assert round(function(servers, load), digits) == value


def test_hundred_calls_of_three_minutes():
    load = 100 * 180 / 1800
    assert round(service_level_c(13, load, 180, 20), 4) == 0.7956
    assert round(service_level_c(14, load, 180, 20), 5) == 0.88835
    assert round(erlang_c(14, load), 5) == 0.17413
    assert round(asa_c_s(14, load, 180), 3) == 7.836
    figures = queue_figures(14, load, 180, within_s=20, model="erlang-c")
    assert round(float(figures.occupancy), 4) == 0.7143
    assert required_agents(load, 180, goal_c()) == 14
    assert heads_for(14, 0.3) == 20


def test_two_hundred_calls_of_five_minutes():
    load = 200 * 300 / 1800
    assert round(service_level_c(38, load, 300, 20), 4) == 0.7557
    assert round(service_level_c(39, load, 300, 20), 4) == 0.8259


def test_published_requirements():
    assert required_agents(250 * 330 / 3600, 330, goal_c(0.8, 30)) == 28
    assert required_agents(25 * 752 / 900, 752, goal_c(0.9, 20)) == 28
    assert round(service_level_c(37, 35 * 752 / 900, 752, 20), 4) == 0.9042


def test_erlang_a_oracle_of_forty_eight_erlang():
    """Mandelbaum & Zeltyn: 48 calls a minute of one minute, 50 agents, patience 2 minutes, beside Erlang C."""
    figures = erlang_a(50, 48, 60, 120, 20)
    assert round(float(figures.abandonment), 4) == 0.0309
    assert round(float(figures.mean_wait_s), 2) == 3.71
    assert round(float(figures.queue), 2) == 2.97
    assert round(float(figures.occupancy), 4) == 0.9303
    assert round(asa_c_s(50, 48, 60), 2) == 20.83


def test_erlang_a_oracle_of_ten_erlang():
    figures = erlang_a(12, 10, 180, 120, 20)
    assert round(float(figures.sl_offered), 4) == 0.8256
    assert round(float(figures.abandonment), 4) == 0.0616
    assert round(float(figures.sl_answered), 4) == 0.8798


def test_pooling_oracle():
    assert 4 * required_agents(5, 180, goal_c()) == 32
    assert required_agents(20, 180, goal_c()) == 24


def test_deflection_oracle_keeps_the_handle_time_drift():
    """Taking away 70 easy contacts raises AHT: 35 -> 31 agents, and not the 24 of an unchanged AHT."""
    contacts, aht = np.array([100, 60, 40]), np.array([120, 300, 600])
    before, after = contacts, contacts - [70, 0, 0]

    def need(numbers, mean):
        return int(required_agents(numbers.sum() * mean / 1800, mean, goal_c()))

    mean_before, mean_after = (before @ aht) / before.sum(), (after @ aht) / after.sum()
    assert (mean_before, round(mean_after, 1)) == (270, 350.8)
    assert (need(before, mean_before), need(after, mean_after), need(after, mean_before)) == (35, 31, 24)


# --- an independent computation of Erlang A: the chain summed state by state, waits by numerical integration ---


def slow_erlang_a(n, load, aht, patience, within, short):
    """P(wait), SL offered, abandonment, mean queue, P(abandon within `short`), from the birth-death chain."""
    lam, mu, theta = load / aht, 1 / aht, 1 / patience
    states = int(n + 200 + 60 * np.sqrt(lam / theta) + 3 * lam / theta)
    k = np.arange(1, states + 1)
    log = np.concatenate([[0], np.cumsum(np.log(lam) - np.log(np.minimum(k, n) * mu + np.maximum(k - n, 0) * theta))])
    p = np.exp(log - log.max())
    p /= p.sum()
    waiting = np.maximum(np.arange(states + 1) - n, 0)
    queue = (p * waiting).sum()

    def integral(values, until):
        weights = np.ones(len(values))
        weights[1:-1:2], weights[2:-1:2] = 4, 2
        return (values * weights).sum() * until / (len(values) - 1) / 3

    def density(t):  # of the wait of a contact that would never abandon (Baccelli & Hebuterne)
        return n * mu * p[n] * np.exp(-n * mu * t + lam / theta * -np.expm1(-theta * t))

    p_wait = p[n:].sum()
    t = np.linspace(0, within, 4001)
    level = 1 - p_wait + integral(density(t) * np.exp(-theta * t), within)
    t = np.linspace(0, short, 4001)
    reached = np.concatenate([[0], np.cumsum((density(t)[1:] + density(t)[:-1]) / 2 * np.diff(t))])
    gone = integral(theta * np.exp(-theta * t) * (p_wait - reached), short)
    return p_wait, level, theta * queue / lam, queue, gone


CASES = [
    (1, 0.5, 300, 60),
    (1, 30, 300, 60),
    (5, 4, 180, 1000),
    (5, 400, 180, 1000),
    (12, 10, 180, 120),
    (100, 80, 300, 60),
    (100, 160, 300, 600),
    (1000, 990, 240, 90),
    (1000, 700, 240, 3000),
    (1000, 1500, 240, 300),
    (10000, 9990, 300, 180),
    (10000, 9000, 300, 180),
    (10000, 9950, 60, 60000),
    (3, 1e-6, 300, 180),
    (40, 1e-3, 300, 5),
    (20, 25, 60, 36000),
    (20, 18, 60, 36000),
]


@pytest.mark.parametrize(("n", "load", "aht", "patience"), CASES)
def test_erlang_a_equals_the_chain(n, load, aht, patience):
    p_wait, level, left, queue, gone = slow_erlang_a(n, load, aht, patience, 20.0, 5.0)
    figures = erlang_a(n, load, aht, patience, 20.0, 5.0)
    assert float(figures.p_wait) == pytest.approx(p_wait, abs=1e-9)
    assert float(figures.sl_offered) == pytest.approx(level, abs=1e-9)
    assert float(figures.abandonment) == pytest.approx(left, abs=1e-9)
    assert float(figures.queue) == pytest.approx(queue, rel=1e-7, abs=1e-9)
    assert float(figures.occupancy) == pytest.approx(load * (1 - left) / n, abs=1e-9)
    assert float(figures.sl_answered) == pytest.approx(level / (1 - left), abs=1e-8)
    assert float(figures.sl_without_short_abandons) == pytest.approx(level / (1 - gone), abs=2e-7)


def test_erlang_a_against_a_simulation():
    """The queue event by event, without any formula of the product; tolerances are about five standard errors."""
    rng = np.random.default_rng(7)
    n, load, aht, patience, calls = 12, 10.0, 180.0, 120.0, 200_000
    arrive = np.cumsum(rng.exponential(aht / load, calls))
    talk, willing = rng.exponential(aht, calls), rng.exponential(patience, calls)
    free = [0.0] * n
    in_time = left = 0
    for at, service, bears in zip(arrive.tolist(), talk.tolist(), willing.tolist(), strict=True):
        first = min(range(n), key=free.__getitem__)
        wait = max(free[first] - at, 0.0)
        if wait > bears:
            left += 1
            continue
        in_time += wait <= 20.0
        free[first] = at + wait + service
    figures = erlang_a(n, load, aht, patience, 20.0)
    assert in_time / calls == pytest.approx(float(figures.sl_offered), abs=0.008)
    assert left / calls == pytest.approx(float(figures.abandonment), abs=0.005)


def slow_erlang_b(servers, load):
    blocked = 1.0
    for k in range(1, servers + 1):
        blocked = load * blocked / (k + load * blocked)
    return blocked


@pytest.mark.parametrize("load", [1e-9, 0.01, 1.0, 9.5, 250.0, 4000.0, 9990.0, 40000.0, 1e7])
@pytest.mark.parametrize("servers", [1, 2, 7, 150, 201, 1000, 10000])
def test_erlang_b_equals_its_recursion(servers, load):
    assert erlang_b(servers, load) == pytest.approx(slow_erlang_b(servers, load), rel=1e-8, abs=1e-300)


# --- edges ---


def test_no_contacts_need_nobody_and_are_served():
    for model in ("erlang-a", "erlang-c", "erlang-b"):
        goal = ServiceGoal(0.8, 20, model=model, abandonment_cap=0.03, occupancy_cap=0.8)
        assert required_agents(0.0, 180, goal, patience_s=60) == 0
        for agents in (0, 5):
            figures = queue_figures(agents, 0.0, 180, within_s=20, model=model, patience_s=60)
            assert float(figures.sl_offered) == float(figures.sl_answered) == 1.0
            assert float(figures.abandonment) == float(figures.mean_wait_s) == float(figures.occupancy) == 0.0


def test_nobody_on_duty():
    figures = queue_figures(0, 5.0, 180, within_s=20, patience_s=60)
    assert (float(figures.sl_offered), float(figures.abandonment), float(figures.mean_wait_s)) == (0.0, 1.0, 60.0)
    patient = queue_figures(0, 5.0, 180, within_s=20, model="erlang-c")
    assert (float(patient.sl_offered), float(patient.mean_wait_s)) == (0.0, np.inf)


def test_a_load_on_the_edge_of_a_step_stays_on_it():
    """Ten erlang in floats is 9.999... or 10.000...; neither may move a capped requirement from 10 to 11."""
    for load in (10 * (1 - 1e-15), 10.0, 10 * (1 + 1e-15), 100 * 0.1 / 1.0000000000000002):
        assert required_agents(load, 180, goal_c(0.0, 20, occupancy_cap=1.0)) == 10
        assert required_agents(load / 2, 180, goal_c(0.0, 20, occupancy_cap=0.5)) == 10
    assert required_agents(10 * (1 + 1e-6), 180, goal_c(0.0, 20, occupancy_cap=1.0)) == 11


def test_load_equal_to_servers_has_no_end_in_erlang_c():
    assert service_level_c(10, 10, 180, 20) == 0.0
    assert asa_c_s(10, 10, 180) == np.inf
    assert erlang_c(10, 10) == 1.0


@pytest.mark.parametrize("patience", [1e4, 1e6, 1e9, 1e12])
@pytest.mark.parametrize(("n", "load"), [(14, 10.0), (1050, 1000.0), (10000, 9900.0)])
def test_endless_patience_becomes_erlang_c(n, load, patience):
    figures = erlang_a(n, load, 180, patience, 20)
    close = 200 * n * 180 / patience * float(figures.p_wait) / (n - load) + 1e-8
    assert float(figures.sl_offered) == pytest.approx(service_level_c(n, load, 180, 20), abs=close)
    assert np.isfinite(figures.mean_wait_s)


def test_overload_is_shared_out_by_abandonment():
    """Far above the load that n agents carry, n / load of the contacts are served, whatever the patience."""
    for n, load, patience in [(100, 150, 300), (10000, 20000, 1e9), (1, 1e6, 60), (10, 1000, 1e12)]:
        assert float(erlang_a(n, load, 180, patience, 20).abandonment) == pytest.approx(1 - n / load, abs=1e-6)


def test_ten_thousand_agents_are_found():
    need = int(required_agents(9900.0, 300, ServiceGoal(0.8, 20), patience_s=180))
    assert float(erlang_a(need, 9900.0, 300, 180, 20).sl_offered) >= 0.8
    assert float(erlang_a(need - 1, 9900.0, 300, 180, 20).sl_offered) < 0.8
    assert 9000 < need < 9900


def test_scalars_give_floats_and_arrays_broadcast():
    assert isinstance(erlang_c(14, 10.0), float)
    assert erlang_b(np.arange(1, 4)[:, None], [1.0, 2.0]).shape == (3, 2)
    assert required_agents([[1.0, 2.0]], [[100.0], [200.0]], goal_c()).shape == (2, 2)


@pytest.mark.parametrize("bad", [-1.0, np.nan])
def test_negative_and_undefined_values_are_refused(bad):
    with pytest.raises(ValueError, match="load"):
        erlang_b(5, bad)
    with pytest.raises(ValueError, match="load"):
        erlang_a(5, bad, 180, 60, 20)
    with pytest.raises(ValueError, match="load"):
        required_agents(bad, 180, goal_c())


@pytest.mark.parametrize(
    "wrong",
    [
        {"target": 1.0},
        {"target": -0.1},
        {"model": "erlang-x"},
        {"definition": "some"},
        {"abandonment_cap": 0.0},
        {"occupancy_cap": 1.2},
    ],
)
def test_goals_out_of_range_are_refused(wrong):
    with pytest.raises(ValueError):
        ServiceGoal(**{"target": 0.8, "within_s": 20.0, **wrong})


# --- caps, chat ---


def test_caps_bind_and_are_tight():
    load = np.array([40.0, 333.0])
    plain = required_agents(load, 300, ServiceGoal(0.8, 20), patience_s=180)
    for cap in ({"abandonment_cap": 0.01}, {"occupancy_cap": 0.75}):
        goal = ServiceGoal(0.8, 20, **cap)
        capped = required_agents(load, 300, goal, patience_s=180)
        assert (capped > plain).all()
        assert meets(queue_figures(capped, load, 300, within_s=20, patience_s=180), goal).all()
        assert not meets(queue_figures(capped - 1, load, 300, within_s=20, patience_s=180), goal).any()


def test_chat_agents_hold_whole_slots():
    """Three chats per agent are three servers per agent; 2.5 give 2 agents five slots, one agent two."""
    alone = queue_figures(12, 10, 600, within_s=60, patience_s=200)
    threefold = queue_figures(4, 10, 600, within_s=60, patience_s=200, concurrency=3)
    assert float(alone.sl_offered) == float(threefold.sl_offered)
    assert required_agents(10, 600, ServiceGoal(0.8, 60), patience_s=200, concurrency=3) == -(
        -required_agents(10, 600, ServiceGoal(0.8, 60), patience_s=200) // 3
    )
    two = queue_figures([1, 2], 2, 600, within_s=60, patience_s=200, concurrency=2.5)
    slots = queue_figures([2, 5], 2, 600, within_s=60, patience_s=200)
    assert np.array_equal(two.sl_offered, slots.sl_offered)


def test_slowdown_of_chats():
    assert aht_at_concurrency(300, 1, 0.2) == 300
    assert aht_at_concurrency(300, 3, 0.2) == pytest.approx(420)
    with pytest.raises(ValueError):
        aht_at_concurrency(300, 0.5)


def test_erlang_b_requirement_is_its_table():
    """10 erlang at 1 % loss: 18 lines (Erlang B tables)."""
    assert required_agents(10, 180, ServiceGoal(0.99, 0, model="erlang-b")) == 18
    figures = queue_figures(18, 10, 180, within_s=0, model="erlang-b")
    assert float(figures.abandonment) == pytest.approx(slow_erlang_b(18, 10))


def test_least_integer_finds_every_edge_from_any_guess():
    rng = np.random.default_rng(3)
    first = rng.integers(0, 5, 500).astype(float)
    edge = first + rng.integers(0, 1000, 500)
    got = least_integer(lambda i, n: n >= edge[i], first, edge + rng.integers(-900, 900, 500))
    assert np.array_equal(got, edge)


def test_calculator_shows_the_neighbours():
    answer = staffing(100, 30, 180, goal_c(), shrinkage=0.3)
    assert (answer.required_agents, answer.required_heads) == (14, 20)
    assert [row.agents for row in answer.rows] == [13, 14, 15]
    assert [row.meets_goal for row in answer.rows] == [False, True, True]
    assert [row.agents for row in staffing(0, 30, 180, goal_c()).rows] == [0, 1]
    assert staffing(100, 30, 180, goal_c(), agents=20).shown_agents == 20


# --- laws ---

loads = st.floats(0.01, 3000)
ahts = st.floats(10, 3600)
patiences = st.floats(5, 5000)
withins = st.floats(0, 300)


@settings(max_examples=150, deadline=None)
@given(loads, ahts, patiences, withins, st.integers(-40, 40), st.floats(0, 30))
def test_more_agents_never_serve_worse(load, aht, patience, within, shift, short):
    first = max(int(load) + shift, 0)
    agents = np.arange(first, first + 30)
    figures = erlang_a(agents, load, aht, patience, within, short)
    for rising in (figures.sl_offered, figures.sl_answered, figures.sl_without_short_abandons):
        assert (np.diff(rising) >= -EDGE).all()
    for falling in (figures.p_wait, figures.abandonment, figures.mean_wait_s / patience):
        assert (np.diff(falling) <= EDGE).all()
    busy = figures.occupancy[agents > 0]
    assert (np.diff(busy) <= EDGE).all()
    for share in (figures.p_wait, figures.sl_offered, figures.abandonment, figures.occupancy):
        assert ((share >= 0) & (share <= 1)).all()
    assert (figures.sl_offered <= figures.sl_answered + EDGE).all()
    assert (figures.sl_offered + figures.abandonment <= 1 + EDGE).all()


@settings(max_examples=100, deadline=None)
@given(loads, ahts, patiences, withins, st.integers(1, 30))
def test_abandonment_shortens_the_queue_for_all(load, aht, patience, within, spare):
    n = int(load) + spare
    figures = erlang_a(n, load, aht, patience, within)
    assert float(figures.p_wait) <= erlang_c(n, load) + EDGE
    assert float(figures.mean_wait_s) <= asa_c_s(n, load, aht) * (1 + 1e-6) + 1e-6
    assert float(figures.sl_answered) >= service_level_c(n, load, aht, within) - 1e-7


@settings(max_examples=60, deadline=None)
@given(st.lists(loads, min_size=1, max_size=6), ahts, patiences, withins, st.floats(0.05, 0.97))
def test_the_requirement_is_the_least(values, aht, patience, within, target):
    load = np.array(values)
    for model in ("erlang-a", "erlang-c", "erlang-b"):
        goal = ServiceGoal(target, within, model=model)
        need = required_agents(load, aht, goal, patience_s=patience)
        enough = meets(queue_figures(need, load, aht, within_s=within, model=model, patience_s=patience), goal)
        fewer = meets(queue_figures(need - 1, load, aht, within_s=within, model=model, patience_s=patience), goal)
        assert enough.all()
        assert not fewer[need > 1].any()
        assert (need >= 1).all()


@settings(max_examples=60, deadline=None)
@given(st.floats(0.1, 200), st.floats(0.1, 200), ahts, withins, st.floats(0.05, 0.95))
def test_pooling_never_needs_more(one, two, aht, within, target):
    need = required_agents([one, two, one + two], aht, ServiceGoal(target, within, model="erlang-c"))
    assert need[2] <= need[0] + need[1]


@settings(max_examples=60, deadline=None)
@given(st.floats(0.1, 200), st.floats(0.1, 200), ahts, st.floats(60, 5000), st.floats(0, 30), st.floats(0.8, 0.95))
def test_pooling_with_abandonment_never_needs_more(one, two, aht, patience, within, target):
    """Where every pool is staffed above its load; below it the law fails (10 + 10 erlang, half served at once)."""
    need = required_agents([one, two, one + two], aht, ServiceGoal(target, within), patience_s=patience)
    assume(need[0] >= one and need[1] >= two)
    assert need[2] <= need[0] + need[1]


@settings(max_examples=60, deadline=None)
@given(loads, ahts, patiences, withins, st.floats(0.05, 0.9), st.floats(0.1, 10))
def test_harder_goals_never_need_fewer_and_time_has_no_unit(load, aht, patience, within, target, scale):
    def need(level, load=load, scale=1.0):
        return int(required_agents(load, aht * scale, ServiceGoal(level, within * scale), patience_s=patience * scale))

    assert need(target) <= need(target + 0.05)
    assert need(target) <= need(target, load * 1.1)
    assert abs(need(target) - need(target, scale=scale)) <= 0


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 20000), st.floats(0, 0.9))
def test_heads_and_agents_are_inverse(agents, shrinkage):
    heads = int(heads_for(agents, shrinkage))
    assert productive(heads, shrinkage) >= agents - EDGE
    assert heads == 0 or productive(heads - 1, shrinkage) < agents - EDGE


def test_absence_is_not_rounded():
    assert productive([0, 13, 20], 0.1) == pytest.approx([0, 11.7, 18])
    assert heads_for([0, 11, 11.7, 12, 18], 0.1).tolist() == [0, 13, 13, 14, 20]
