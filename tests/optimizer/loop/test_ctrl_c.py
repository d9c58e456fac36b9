"""Ctrl-C in a schedule that this process searches ends the whole loop, not that schedule alone."""

from types import SimpleNamespace

import pandas as pd
import pytest

from optimizer.cost_table import Point, Solved
from optimizer.loop import schedules as module
from optimizer.loop.schedules import Job, Schedules
from optimizer.shifts.engine import Limits


@pytest.mark.parametrize("pressed", [False, True])
def test_a_schedule_that_ctrl_c_ended_ends_the_rest(monkeypatch, pressed):
    asked = []

    def solve(end, of, job, point, limits):
        asked.append(point)
        return Solved(Point("calls", 0.8, 1.0), 1.0, 2.0, 2.0), True

    scenario = SimpleNamespace(settings=SimpleNamespace(horizon=SimpleNamespace(days=7)))
    monkeypatch.setattr(module, "_solve_by", solve)
    jobs = [Job("calls", 0.8, pd.DataFrame({"contacts": [float(k)], "aht_s": [60.0]})) for k in range(3)]
    with Schedules(scenario, Limits(), processes=1) as found:
        found.is_stopped = lambda: pressed
        if pressed:
            with pytest.raises(KeyboardInterrupt):
                found.solve(jobs)
            assert len(asked) == 1
        else:
            assert [one.cost for one in found.solve(jobs)] == [2.0, 2.0, 2.0]
