"""skills.csv: what it means, and every fault of it at once."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from models.examples import list_examples
from models.faults import InputFaults
from models.scenario import read_scenario
from models.skills import everybody_serves_all, one_group_a_pool, one_group_a_queue, queues_of, read_skills

DATA = Path(__file__).resolve().parents[3] / "data"

SCENARIO = """name: two desks
time_zone: Europe/Amsterdam
currency: EUR
horizon: {start: 2026-03-02, days: 1}
interval_min: 30
opening_hours: {mon-fri: "09:00-13:00"}
service: {target: 0.8, within_s: 20, mode: day, floor: 0.5, model: erlang-a}
pay: {wage_per_hour: 20}
shifts:
  - {name: half, days: mon-fri, earliest_start: "09:00", latest_start: "09:00", start_step_min: 30, latest_end: "13:00",
     paid_min: 240}
"""
TYPES = "contact_type,pool,kind,aht_s,patience_s\nbilling,desk,live,300,300\ntech,lab,live,300,300\n"
POOLS = "pool,wage_per_hour\ndesk,20\nlab,24\n"


def _folder(tmp_path, skills, types=TYPES):
    lines = ["start,contact_type,contacts,aht_s"]
    for half_hour in range(18, 26):
        stamp = f"2026-03-02 {half_hour // 2:02d}:{half_hour % 2 * 30:02d}"
        lines += [f"{stamp},billing,12,", f"{stamp},tech,12,"]
    (tmp_path / "scenario.yaml").write_text(SCENARIO)
    (tmp_path / "contact_types.csv").write_text(types)
    (tmp_path / "pools.csv").write_text(POOLS)
    (tmp_path / "demand.csv").write_text("\n".join(lines) + "\n")
    if skills is not None:
        (tmp_path / "skills.csv").write_text(skills)
    return read_scenario(tmp_path)


def _faults(scenario):
    with pytest.raises(InputFaults) as caught:
        read_skills(scenario)
    return [str(fault) for fault in caught.value.faults]


def test_groups_with_their_skills_wages_and_heads(tmp_path):
    text = "group,contact_type,priority,heads,wage_factor\nb,billing,,,\nboth,tech,1,4,1.5\nboth,billing,2,,\n"
    skills = read_skills(_folder(tmp_path, text))
    assert skills.names == ("b", "both") and skills.queues == ("billing", "tech")
    assert [group.heads for group in skills.groups] == [None, 4]
    # a factor of the highest wage among the pools that the group serves
    assert [group.wage_per_hour for group in skills.groups] == [20.0, 36.0]
    assert skills.can.tolist() == [[True, False], [True, True]]
    assert skills.picks().tolist() == [[0, -1], [1, 0]]
    # a contact looks for who can do least else
    assert skills.sends().tolist() == [[1, -1], [2, 2]]


def test_every_fault_is_found_at_once(tmp_path):
    text = "group,contact_type,priority,heads,wage_factor\nb,billing,,3,\nb,billing,,4,\nb,biling,,,\nc,billing,0,,-1\n"
    found = "\n".join(_faults(_folder(tmp_path, text)))
    assert "skills.csv:3:contact_type: 'billing': row 2 has this skill" in found
    assert "skills.csv:3:heads: '4': group b has 3 in row 2" in found
    assert "did you mean billing?" in found
    assert "'tech': no group serves it" in found
    assert "skills.csv:5:priority" in found and "skills.csv:5:wage_factor" in found


def test_no_file_says_what_to_do(tmp_path):
    assert "leave --skills out" in _faults(_folder(tmp_path, None))[0]


def test_work_that_may_wait_cannot_be_planned_with_skills(tmp_path):
    types = "contact_type,pool,kind,aht_s,deadline_min\nbilling,desk,live,300,\ntech,lab,deferrable,300,60\n"
    found = _faults(_folder(tmp_path, "group,contact_type\nboth,billing\nboth,tech\n", types))
    assert len(found) == 1 and "only live" in found[0] and "contact_types.csv" in found[0]


def test_organisations_that_need_no_file(tmp_path):
    scenario = _folder(tmp_path, None)
    assert [group.wage_per_hour for group in one_group_a_pool(scenario).groups] == [20.0, 24.0]
    assert one_group_a_queue(scenario).can.tolist() == [[True, False], [False, True]]
    assert [group.wage_per_hour for group in everybody_serves_all(scenario).groups] == [24.0]


def test_queues_of_a_scenario(tmp_path):
    scenario = _folder(tmp_path, None)
    queues = queues_of(scenario, scenario.demand)
    assert queues.names == ("billing", "tech") and queues.pools == ("desk", "lab")
    assert queues.contacts.sum(axis=1).tolist() == [96.0, 96.0]
    assert np.all(queues.aht_s == 300.0) and queues.open.sum() == 16


def test_the_example_is_read(tmp_path):
    assert "vanad" in list_examples()
    shutil.copytree(DATA / "vanad", tmp_path / "vanad")
    skills = read_skills(read_scenario(tmp_path / "vanad"))
    assert len(skills.groups) == 10 and len(skills.queues) == 11
    assert sum(group.heads for group in skills.groups) == 268  # of 275 agents, less seven
