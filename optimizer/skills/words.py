"""What a class of queues misses of its promise, in words."""

from __future__ import annotations

import numpy as np

from models.scenario import Scenario
from models.words import percent
from optimizer.skills.promises import Day
from optimizer.skills.simulated import Served


def missed_words(day: Day, served: Served, scenario: Scenario, queues: tuple[str, ...]) -> str:
    """Say what is missed on a day: the target, that of one of the queues, or the floor at some time.

    Parameters
    ----------
    day : that misses its promise
    served : by simulation
    queues : names of all queues
    """
    level, half_width = day.level(served)
    if level < day.target:
        days = "all days" if day.is_small else "the day"
        chance = ", which may be chance" if level + half_width >= day.target else ""
        return f"{_shares(level, half_width)} over {days}, target {percent(day.target, ' %')}{chance}"
    lowest = min(day.queues, key=lambda queue: float(np.nan_to_num(served.level[day.day, queue], nan=np.inf)))
    least, half_width = served.level[day.day, lowest], served.half_width[day.day, lowest]
    if least + half_width < day.target:
        return f"{queues[lowest]} {_shares(least, half_width)} over the day, target {percent(day.target, ' %')}"
    worst = int(np.argmax(day.missing_of_floor(served)))
    at = scenario.grid.starts[day.intervals[worst]]
    level = served.class_level(day.queues, day.intervals)[worst]
    return f"{100 * level:.1f} % at {at:%H:%M}, floor {percent(day.floor, ' %')}"


def _shares(level: float, half_width: float) -> str:
    return f"{100 * level:.1f} % ± {100 * half_width:.1f}"
