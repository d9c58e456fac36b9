"""Requirements that a simulation corrects: shifted targets in both modes of service."""

import numpy as np
import pytest
import yaml

from models.examples import copy_example
from models.forecast import forecast
from models.requirement import corrected, require
from models.scenario import read_scenario


def made(place, mode):
    copy_example("small", place)
    path = place / "scenario.yaml"
    settings = yaml.safe_load(path.read_text())
    settings["service"]["mode"] = mode
    path.write_text(yaml.safe_dump(settings, sort_keys=False))
    scenario = read_scenario(place)
    return scenario, require(scenario, forecast(scenario).demand)


def test_in_interval_mode_the_least_agents_for_the_shifted_target(tmp_path):
    scenario, requirement = made(tmp_path / "s", "interval")
    before = requirement.pools["desk"]
    rows = np.flatnonzero(before.load_erlang > 0)
    for shift in (0.0, 0.08, -0.1):
        after = corrected(requirement, scenario, {"desk": np.full(len(before.open), shift)}).pools["desk"]
        level = before.service_level
        at = after.target_agents - before.floor_agents
        assert (level[rows, at[rows]] >= 0.8 + shift - 1e-9).all()
        fewer = rows[at[rows] > 0]
        assert (level[fewer, at[fewer] - 1] < 0.8 + shift).all()
        if shift == 0:
            assert (after.target_agents == before.target_agents).all()
    assert (after.target_agents >= before.floor_agents).all()


def test_in_day_mode_only_the_target_moves(tmp_path):
    scenario, requirement = made(tmp_path / "s", "day")
    shift = np.linspace(-0.05, 0.05, len(scenario.grid))
    after = corrected(requirement, scenario, {"desk": shift})
    assert after.pools["desk"].target_shift == pytest.approx(shift)
    assert (after.pools["desk"].target_agents == requirement.pools["desk"].target_agents).all()
    assert after.pools["chat"].target_shift == pytest.approx(0)
