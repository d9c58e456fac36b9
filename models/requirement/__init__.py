"""From demand to agents: what each pool needs in each interval, and what any number of agents would give.

`records` holds the result, `build` makes it from demand, `correction` shifts its targets by what a simulation saw,
`evaluation` says what given agents achieve, `expected` what a schedule promises, `table` writes and reads
requirement.csv.
"""

from models.backlog import DeferrableWork
from models.queueing import heads_for, productive
from models.requirement.build import goals, require
from models.requirement.correction import corrected
from models.requirement.demand_file import read_demand
from models.requirement.evaluation import Evaluation, evaluate
from models.requirement.expected import STEPS, Expected, expected_service
from models.requirement.records import PoolRequirement, Requirement
from models.requirement.table import day_table, read_requirement, requirement_frame

__all__ = [
    "STEPS",
    "DeferrableWork",
    "Evaluation",
    "Expected",
    "PoolRequirement",
    "Requirement",
    "corrected",
    "day_table",
    "evaluate",
    "expected_service",
    "goals",
    "heads_for",
    "productive",
    "read_demand",
    "read_requirement",
    "require",
    "requirement_frame",
]
