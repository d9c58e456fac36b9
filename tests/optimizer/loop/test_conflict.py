"""A mix whose work no schedule serves is named, with the pool and what would help."""

from dataclasses import replace

import numpy as np
import pytest

from models.mix.records import CostTable
from optimizer.loop.conflict import unserved_pools, why_no_mix


@pytest.fixture
def month(build_mix):
    mix = build_mix(
        {"people": {"cost_per_hour": 30, "busy_share": 0.8}},
        types=[{"contact_type": "orders", "pool": "en", "lost_cost": 2, "aht_s": 360}],
        volumes=[{"period": "2026-01", "contact_type": "orders", "issues": 3100}],
        channels=[{"channel": "phone", "kind": "human_live"},
                  {"channel": "bot", "kind": "bot", "escalates_to": "phone"}],
        links=[{"contact_type": "*", "channel": "phone", "csat": 0.8},
               {"contact_type": "*", "channel": "bot", "adoption_cap": 0.5, "containment": 0.4, "csat": 0.8}],
    )  # fmt: skip

    def with_most(hours):
        table = CostTable(0, 0.8, np.array([0.0, hours]), np.array([0.0, 100.0]), np.array([0.0, 90.0]))
        return replace(mix, cost_tables=(table,))

    return with_most


def test_a_pool_that_no_schedule_serves_is_named(month):
    """70 hours a week come in, the bot takes at most 0.5 x 0.4 of them: 56 are left."""
    (found,) = unserved_pools(month(50.0))
    assert found == ("en", pytest.approx(56.0), 50.0)
    words = why_no_mix(month(50.0))
    assert "pool en has at least 56.0 handling hours a week" in words and "What would help" in words


def test_its_neighbour_is_served(month):
    assert unserved_pools(month(56.0)) == []
    assert "servopt mix says why" in why_no_mix(month(56.0))
    assert "time" in why_no_mix(month(56.0), found=True)
