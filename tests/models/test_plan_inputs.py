"""The inputs that a plan's folder keeps: a scenario of their own, and never in place of the user's files."""

import pytest

from models.examples import copy_example
from models.faults import InputFaults
from models.plan_inputs import inputs_folder, kept_inputs, require_free_inputs
from models.scenario import read_scenario

DEMAND = "start,contact_type,contacts,aht_s\n2024-06-03T09:00:00+02:00,calls,20.5,240.25\n"
DEMAND += "2024-06-03T09:30:00+02:00,calls,8,240\n"


def test_what_is_kept_is_a_scenario_without_its_history(tmp_path):
    copy_example("small", tmp_path / "mine")
    kept = kept_inputs(read_scenario(tmp_path / "mine"))
    assert set(kept) == {"scenario.yaml", "contact_types.csv", "pools.csv", "baseline.csv"}
    for name, content in inputs_folder(kept, DEMAND).items():
        path = tmp_path / "plan" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    again = read_scenario(tmp_path / "plan" / "scenario")
    assert again.history is None
    assert again.contact_types["aht_s"].notna().all()  # the mean of the history, which is gone
    first = again.demand[again.demand["contact_type"] == "calls"].iloc[0]
    assert (first["contacts"], first["aht_s"]) == (20.5, 240.25)
    require_free_inputs(tmp_path / "plan", tmp_path / "mine")  # a later plan may replace the copy


def test_the_scenario_itself_is_never_replaced(tmp_path):
    copy_example("small", tmp_path / "scenario")
    with pytest.raises(InputFaults, match="is the scenario itself"):
        require_free_inputs(tmp_path, tmp_path / "scenario")


def test_files_of_the_user_are_never_replaced(tmp_path):
    copy_example("small", tmp_path / "scenario")
    with pytest.raises(InputFaults, match=r"holds README\.md"):
        require_free_inputs(tmp_path, tmp_path / "other")
