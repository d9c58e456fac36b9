"""Agents with several skills: the two-skill case at full precision, and a week of a real centre.

`pytest -m bench tests/bench/test_skills.py -s` prints the figures.
"""

import shutil
import time
from pathlib import Path

import numpy as np
import pytest

from models.forecast import forecast
from models.scenario import read_scenario
from models.skills import one_group_a_pool, one_group_a_queue, read_skills
from optimizer.pipeline import scenario_limits
from optimizer.skills.schedule import schedule_skills
from optimizer.skills.staffing import Precision, StaffingCase, keeps, staff

DATA = Path(__file__).resolve().parents[2] / "data"
MOST_SECONDS = 600.0
SEARCH_SECONDS = 400.0


@pytest.mark.bench
def test_two_skills_at_full_precision():
    case = StaffingCase(
        ("billing", "tech"), 100.0, 300.0, np.inf, 20.0, 0.8, ("B", "T", "F"), [[0, -1], [-1, 0], [0, 0]],
        [1.0, 1.0, 1.5], np.inf, 0.85,
    )  # fmt: skip
    found = staff(case, Precision(replications=40, hours=400.0))
    print(
        f"\n{found.judged.agents} cost {found.cost}, bound {found.bound}, {found.judged.level} in {found.seconds:.1f} s"
    )
    assert keeps(case, found.judged) and found.cost < 24.0


@pytest.mark.bench
@pytest.mark.timeout(3 * MOST_SECONDS)
def test_a_week_of_vanad_with_its_skills(tmp_path):
    folder = tmp_path / "vanad"
    shutil.copytree(DATA / "vanad", folder)
    settings = folder / "scenario.yaml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("{start: 2014-07-01, days: 28}", "{start: 2014-07-07, days: 7}"), encoding="utf-8")
    scenario = read_scenario(folder)
    demand, limits = forecast(scenario).demand, scenario_limits(scenario, time_limit_s=SEARCH_SECONDS)
    costs = {}
    ways = {
        "skills.csv": read_skills(scenario), "pools": one_group_a_pool(scenario), "queues": one_group_a_queue(scenario),
    }  # fmt: skip
    for name, skills in ways.items():
        started = time.perf_counter()
        answer = schedule_skills(scenario, demand, skills, limits)
        seconds = time.perf_counter() - started
        level, half_width = answer.served.queue_level()
        worst = int(np.nanargmin(level))
        print(
            f"\n{name}: cost {answer.cost:,.0f}, bound {answer.bound:,.0f}, worst queue {level[worst]:.3f} +-"
            f" {half_width[worst]:.3f}, {answer.rounds} rounds, {seconds:.0f} s"
        )
        assert not answer.short and level[worst] >= 0.8 and seconds <= MOST_SECONDS
        costs[name] = answer.cost
    assert costs["skills.csv"] < costs["queues"]
