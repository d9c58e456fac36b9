"""The service that the optimiser counts with for a number of heads is the service that the plan reports."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.queueing import DEFINITIONS, MODELS, heads_for, productive
from models.requirement import evaluate, require
from models.scenario import read_scenario
from optimizer.shifts.needs import levels_by_head

YAML = """
time_zone: Europe/Amsterdam
horizon: {start: 2024-03-28, days: 1}
interval_min: 30
opening_hours: {daily: "08:00-20:00"}
pay: {wage_per_hour: 20}
shifts: [{name: day, earliest_start: "08:00", latest_start: "16:00", paid_min: 240}]
"""
T = 20  # 10:00


@pytest.fixture(scope="module")
def scenario(tmp_path_factory):
    folder = tmp_path_factory.mktemp("levels")
    (folder / "scenario.yaml").write_text(YAML)
    (folder / "contact_types.csv").write_text("contact_type,pool,aht_s,patience_s\ncalls,desk,180,120\n")
    (folder / "demand.csv").write_text(
        "start,contact_type,contacts\n2024-03-28 10:00,calls,1\n2024-03-28 10:30,calls,0\n"
    )
    return read_scenario(folder)


@settings(max_examples=100, deadline=None)
@given(
    st.floats(0, 0.6), st.floats(0.5, 400), st.floats(30, 900), st.sampled_from(MODELS), st.sampled_from(DEFINITIONS)
)
def test_levels_by_head_are_what_evaluate_finds(scenario, absent, contacts, aht_s, model, definition):
    service = scenario.settings.service.model_copy(update={"model": model, "definition": definition})
    changed = dataclasses.replace(scenario, settings=scenario.settings.model_copy(update={"service": service}))
    demand = pd.DataFrame(
        {"start": [scenario.grid.starts[T]], "contact_type": "calls", "contacts": contacts, "aht_s": aht_s}
    )
    requirement = require(changed, demand)
    need = requirement.pools["desk"]
    last = need.floor_agents[T] + need.service_level.shape[1] - 1
    first = int(heads_for(need.floor_agents[T], absent))
    levels = levels_by_head(need, absent, T, first)
    assert productive(first + len(levels) - 1, absent) >= last - 1e-9  # the whole table is there
    agents = np.zeros(len(scenario.grid))
    for heads, level in enumerate(levels, first):
        agents[T] = productive(heads, absent)
        found = evaluate(changed, requirement, "desk", agents).frame["service_level"][T]
        if agents[T] <= last:
            assert found == pytest.approx(level, abs=2e-9)
        else:  # beyond its table the optimiser counts with the last level
            assert found >= level - 2e-9
