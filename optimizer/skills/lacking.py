"""Why there is no schedule: the queues whose agents are too few, whatever shifts they work."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimizer.shifts.engine import Limits
from optimizer.shifts.relaxation import as_elastic
from optimizer.skills.master import Master
from optimizer.skills.parts import Parts
from optimizer.skills.schedule import on_duty


def lacking(master: Master) -> list[str]:
    """Say which teams a schedule that misses as little as possible leaves short, the worst first.

    Parameters
    ----------
    master : whose teams cannot all have what they need
    """
    elastic = as_elastic(replace(master.stated.problem, teams=master.teams))
    found = Parts(Limits(gap=0.05, time_limit_s=20.0)).solve(elastic, sketch=True)
    heads = on_duty(elastic, found)
    groups = master.skills.names
    starts = master.stated.scenario.grid.starts
    lines = []
    for team in master.teams:
        there = heads[list(team.pools)].sum(axis=0)
        short = team.need - there
        worst = int(np.argmax(short))
        if short[worst] > 0:
            line = (
                f"{team.name}: {team.need[worst]:.0f} heads are needed at {starts[worst]:%Y-%m-%d %H:%M}; shifts of the"
                f" groups {', '.join(groups[group] for group in team.pools)} that lack as little as possible over all"
                f" days have {there[worst]:.0f} there. Raise their heads in skills.csv, or train others"
            )
            lines.append((float(short[worst]), line))
    return [line for _, line in sorted(lines, reverse=True)] or [
        "the agents of some queues are enough for every interval, but not for the day's service level"
    ]
