"""A small mix with one of each kind of channel, and a folder that holds it."""

import copy

import pytest

ROWS = {
    "types": [
        {"contact_type": "orders", "pool": "desk"},
        {"contact_type": "claims", "pool": "desk", "aht_s": 600, "lost_cost": 9},
    ],
    "segments": [
        {"contact_type": "orders", "segment": "easy", "order": 1, "share": 0.6, "aht_s": 120},
        {"contact_type": "orders", "segment": "hard", "order": 2, "share": 0.4, "aht_s": 360},
    ],
    "tiers": [
        {"tier": "standard"},
        {"tier": "gold", "weight": 3, "csat_floor": 0.8, "bot_cap": 0.5, "human_always": "yes"},
    ],
    "volumes": [
        {"period": "2026-01", "contact_type": "orders", "tier": "standard", "issues": 1000},
        {"period": "2026-01", "contact_type": "orders", "tier": "gold", "issues": 200},
        {"period": "2026-02", "contact_type": "orders", "tier": "standard", "issues": 900},
        {"period": "2026-02", "contact_type": "claims", "tier": "standard", "issues": 100},
    ],
    "channels": [
        {"channel": "phone", "kind": "human_live", "unit_price": 0.1},
        {"channel": "bot", "kind": "bot", "fixed_price": 50, "resolution_price": 0.2, "licence_price": 100,
         "licence_hours": 5, "concurrency": 2, "duration_s": 90, "escalates_to": "phone"},
        {"channel": "partner", "kind": "outsourced", "unit_price": 3, "min_contacts": 50, "max_contacts": 400},
    ],
    "links": [
        {"contact_type": "*", "channel": "phone", "recontact_share": 0.1, "csat": 0.9},
        {"contact_type": "orders", "channel": "bot", "adoption_cap": 0.5, "containment": 0.6, "escalated_share": 0.75,
         "csat": 0.7, "escalation_extra_s": 30},
        {"contact_type": "orders", "segment": "easy", "channel": "bot", "adoption_cap": 0.8, "containment": 0.7,
         "escalated_share": 0.5, "csat": 0.8, "escalation_extra_s": 20},
        {"contact_type": "orders", "channel": "partner", "adoption_cap": 0.4, "recontact_share": 0.2, "csat": 0.75},
    ],
    "today": [
        {"contact_type": "orders", "channel": "phone", "share": 0.7},
        {"contact_type": "orders", "channel": "bot", "share": 0.2},
        {"contact_type": "orders", "channel": "partner", "share": 0.1},
        {"contact_type": "claims", "channel": "phone", "share": 1},
    ],
}  # fmt: skip
SETTINGS = {"name": "small", "periods": {"first": "2026-01", "count": 2}, "lost_cost": 2.0}


@pytest.fixture
def rows():
    """Rows to change at will."""
    return copy.deepcopy(ROWS)


@pytest.fixture
def settings():
    return copy.deepcopy(SETTINGS)


@pytest.fixture
def case(build_mix, rows, settings):
    return build_mix(settings, **rows)
