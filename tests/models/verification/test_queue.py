"""The verifier's own queues: published figures, and the closed forms of the product, with which it shares no code."""

import math

import numpy as np
import pytest

from models.queueing import queue_figures
from models.verification.queue import Queue, erlang_b, figures, levels


def queue(load, aht_s, patience_s=math.inf, *, within_s=20.0, short_s=5.0, model="erlang-a", concurrency=1.0):
    return Queue(load, aht_s, patience_s, concurrency, within_s, short_s, model)


@pytest.mark.parametrize(("servers", "load", "blocking"), [(10, 8, 0.12166), (132, 123, 0.031243)])
def test_erlang_b(servers, load, blocking):
    assert erlang_b(servers, load) == pytest.approx(blocking, abs=1e-5)


def test_erlang_c():
    """100 contacts of 180 s in half an hour, 20 s."""
    thirteen, fourteen = (figures(queue(10, 180, model="erlang-c"), agents) for agents in (13, 14))
    assert thirteen.in_time == pytest.approx(0.7956, abs=5e-5)
    assert fourteen.in_time == pytest.approx(0.88835, abs=5e-6)
    assert fourteen.wait_s == pytest.approx(7.836, abs=5e-4)


def test_erlang_a():
    """48 contacts a minute of one minute, 50 agents, mean patience two minutes; and 10 erlang with 12 agents."""
    busy = figures(queue(48, 60, 120), 50)
    assert busy.abandoned == pytest.approx(0.0309, abs=5e-5)
    assert busy.wait_s == pytest.approx(3.71, abs=5e-3)
    assert busy.occupancy == pytest.approx(0.9303, abs=5e-5)
    calm = figures(queue(10, 180, 120), 12)
    assert calm.level("offered") == pytest.approx(0.8256, abs=5e-5)
    assert calm.level("answered") == pytest.approx(0.8798, abs=5e-5)


def test_it_agrees_with_the_closed_forms():
    random = np.random.default_rng(7)
    for _ in range(150):
        servers, aht, patience = int(random.integers(1, 400)), random.uniform(30, 2000), random.uniform(5, 3000)
        load, within, short = servers * random.uniform(0.2, 1.5), float(random.choice([0, 20, 600])), 10.0
        mine = figures(queue(load, aht, patience, within_s=within, short_s=short), servers)
        other = queue_figures(servers, load, aht, within_s=within, patience_s=patience, short_abandon_s=short)
        for definition in ("offered", "answered", "without_short_abandons"):
            assert mine.level(definition) == pytest.approx(float(other.service_level(definition)), abs=1e-9)
        assert mine.abandoned == pytest.approx(float(other.abandonment), abs=1e-9)
        assert mine.occupancy == pytest.approx(float(other.occupancy), abs=1e-9)


def test_between_whole_agents_figures_are_interpolated():
    desk = queue(10, 180, 120)
    below, above = figures(desk, 12), figures(desk, 13)
    level, counted = levels(desk, 12.25, "answered")
    assert level == pytest.approx(0.75 * below.level("answered") + 0.25 * above.level("answered"))
    assert counted == pytest.approx(0.75 * (1 - below.abandoned) + 0.25 * (1 - above.abandoned))
    assert figures(queue(0, 180), 0).in_time == 1
