"""A small mix with three kinds of channels, three segments and two tiers, to be changed table by table."""

import numpy as np
import pytest

LINES = {
    "types": [{"contact_type": "orders", "pool": "desk", "lost_cost": 5}],
    "segments": [
        {"contact_type": "orders", "segment": "easy", "order": 1, "share": 0.5, "aht_s": 120},
        {"contact_type": "orders", "segment": "mid", "order": 2, "share": 0.3, "aht_s": 300},
        {"contact_type": "orders", "segment": "hard", "order": 3, "share": 0.2, "aht_s": 600},
    ],
    "volumes": [
        {"period": "2026-01", "contact_type": "orders", "tier": "gold", "issues": 5000},
        {"period": "2026-01", "contact_type": "orders", "tier": "standard", "issues": 20000},
    ],
    "tiers": [{"tier": "gold", "weight": 3, "human_always": "yes"}, {"tier": "standard"}],
    "channels": [
        {"channel": "phone", "kind": "human_live", "unit_price": 0.1},
        {"channel": "bot", "kind": "bot", "unit_price": 0.1, "escalates_to": "phone"},
        {"channel": "partner", "kind": "outsourced", "unit_price": 2.5},
    ],
    "links": [
        {"contact_type": "*", "channel": "phone", "csat": 0.85, "recontact_share": 0.1},
        {"contact_type": "*", "channel": "bot", "adoption_cap": 0.5, "containment": 0.6, "csat": 0.7,
         "escalated_share": 0.9, "escalation_extra_s": 30},
        {"contact_type": "*", "channel": "partner", "csat": 0.75, "recontact_share": 0.15},
    ],
}  # fmt: skip
TODAY = [
    {"contact_type": "orders", "channel": "phone", "share": 0.9},
    {"contact_type": "orders", "channel": "bot", "share": 0.1},
]
POOL_COSTS = [
    {"pool": "desk", "service_level": 0.8, "load_hours_per_week": load, "cost_per_week": 50 * load + load // 100 * 100}
    for load in range(40, 700, 40)
]


@pytest.fixture(scope="session")
def lines():
    return LINES


@pytest.fixture(scope="session")
def make(build_mix):
    """Build the case with some tables or fields of channels and tiers in place of those above."""

    def build(settings=None, *, channel=None, tier=None, **tables):
        rows = {name: [dict(line) for line in table] for name, table in (LINES | tables).items()}
        for key, changes in (("channel", channel or {}), ("tier", tier or {})):
            for line in rows[f"{key}s"]:
                line.update(changes.get(line[key], {}))
        return build_mix(settings, **rows)

    return build


LICENCES = {"bot": {"licence_price": 500, "licence_hours": 300, "duration_s": 180, "concurrency": 2}}
CASES = {
    "linear": {},
    "floors": {"settings": {"csat_floor": 0.78}, "tier": {"gold": {"csat_floor": 0.8, "bot_cap": 0.3}}},
    "licences and fixed prices": {
        "settings": {"csat_floor": 0.78},
        "channel": LICENCES | {"partner": {"fixed_price": 2000, "max_contacts": 6000, "unit_price": 1.7}},
    },
    "prices that fall": {
        "channel": {"partner": {"max_contacts": 9000}},
        "price_tiers": [
            {"channel": "bot", "from_contacts": 0, "unit_price": 0.9},
            {"channel": "bot", "from_contacts": 4000, "unit_price": 0.1},
            {"channel": "partner", "from_contacts": 0, "unit_price": 4.5, "mode": "all_units"},
            {"channel": "partner", "from_contacts": 3000, "unit_price": 1.2, "mode": "all_units"},
        ],
    },
    "prices that rise": {
        "price_tiers": [
            {"channel": "bot", "from_contacts": 0, "unit_price": 0.1},
            {"channel": "bot", "from_contacts": 4000, "unit_price": 0.9},
            {"channel": "partner", "from_contacts": 0, "unit_price": 1.2, "mode": "all_units"},
            {"channel": "partner", "from_contacts": 3000, "unit_price": 4.5, "mode": "all_units"},
        ],
    },
    "cost table": {"settings": {"people": {"cost_from": "cost_table"}}, "pool_costs": POOL_COSTS},
    "change": {"settings": {"change": {"max_share": 0.1}}, "today": TODAY},
    "budget of two periods": {
        "settings": {"periods": {"first": "2026-01", "count": 2}, "budget_per_period": 70000, "csat_floor": 0.79},
        "volumes": [
            {"period": month, "contact_type": "orders", "tier": tier, "issues": issues}
            for month, issues in (("2026-01", 6000), ("2026-02", 9000)) for tier in ("gold", "standard")
        ],
        "channel": {"bot": {"ramp_periods": 2}, "partner": {"min_contacts": 300}},
    },
}  # fmt: skip


@pytest.fixture(scope="session", params=CASES, ids=str)
def some_case(request, make):
    """One case after the other: each kind of price and rule."""
    return make(**CASES[request.param])


@pytest.fixture(scope="session")
def random_case(build_mix):
    """Build a random small case from a seed: 2 types, 2 tiers, 2 periods, 4 channels."""

    def build(seed, **settings):
        return build_mix({"periods": {"first": "2026-01", "count": 2}} | settings, **random_lines(seed))

    return build


def random_lines(seed):
    random = np.random.default_rng(seed)

    def draw(low, high):
        return round(float(random.uniform(low, high)), 3)

    def link(kind, channel, automated):
        line = {"contact_type": kind, "channel": channel, "csat": draw(0.5, 0.95), "recontact_share": draw(0, 0.2)}
        if automated:
            line |= {"adoption_cap": draw(0.1, 0.7), "containment": draw(0.2, 0.9), "escalated_share": draw(0.5, 1)}
        return line

    types = ("a", "b")
    return {
        "types": [{"contact_type": kind, "pool": "desk", "lost_cost": draw(0, 8)} for kind in types],
        "segments": [
            {"contact_type": kind, "segment": f"{kind}{order}", "order": order, "share": share, "aht_s": 150.0 * order}
            for kind in types
            for order, share in ((1, 0.6), (2, 0.4))
        ],
        "volumes": [
            {"period": period, "contact_type": kind, "tier": tier, "issues": draw(100, 5000)}
            for period in ("2026-01", "2026-02")
            for kind in types
            for tier in ("gold", "standard")
        ],
        "tiers": [{"tier": "gold", "weight": 3, "bot_cap": draw(0.2, 0.8)}, {"tier": "standard"}],
        "channels": [
            {"channel": "phone", "kind": "human_live", "unit_price": draw(0, 0.3)},
            {"channel": "bot", "kind": "bot", "unit_price": draw(0.05, 0.5), "escalates_to": "phone"},
            {"channel": "web", "kind": "self_service", "unit_price": draw(0.01, 0.1), "escalates_to": "phone"},
            {"channel": "partner", "kind": "outsourced", "unit_price": draw(1, 6), "max_contacts": draw(500, 5000)},
        ],
        "links": [
            link(kind, channel, channel in ("bot", "web"))
            for kind in types
            for channel in ("phone", "bot", "web", "partner")
        ],
    }


@pytest.fixture(scope="session", name="random_lines")
def _random_lines():
    return random_lines
