"""Discrete-event simulation of a plan, contact by contact; it shares nothing with the formulations but the records.

`case` and `people` hold what is simulated and are easily written by hand; `engine` runs it, `result` holds the counts.
`plan_folder`, `plan_case` and `actuals` make a case of a plan, `report` and `files` write what it gives beside what it
promised. The machine code is in `kernel`, `agents`, `store`, `draws`, on the arrays of `layout` that `pack` fills.
"""

from models.simulation.case import Groups, Queues, SimulationCase
from models.simulation.engine import simulate, warm_up
from models.simulation.people import People, people, people_from_levels
from models.simulation.result import SimulationResult, ratio

__all__ = [
    "Groups",
    "People",
    "Queues",
    "SimulationCase",
    "SimulationResult",
    "people",
    "people_from_levels",
    "ratio",
    "simulate",
    "warm_up",
]
