"""Erlang B, C and A, vectorised: figures of a queue for given agents, and the least agents for a goal.

`ratios` sums Poisson weights, `erlang_c` holds B and C, `erlang_a` the exact model with abandonment, `required` the
door by model name, chat concurrency and the search for the least agents.
"""

from models.queueing.erlang_a import QueueFigures, erlang_a
from models.queueing.erlang_c import asa_c_s, erlang_b, erlang_c, service_level_c
from models.queueing.heads import heads_for, productive
from models.queueing.ratios import EDGE
from models.queueing.required import (
    DEFINITIONS,
    MODELS,
    ServiceGoal,
    aht_at_concurrency,
    least_integer,
    meets,
    queue_figures,
    required_agents,
    slots,
)

__all__ = [
    "DEFINITIONS",
    "EDGE",
    "MODELS",
    "QueueFigures",
    "ServiceGoal",
    "aht_at_concurrency",
    "asa_c_s",
    "erlang_a",
    "erlang_b",
    "erlang_c",
    "heads_for",
    "least_integer",
    "meets",
    "productive",
    "queue_figures",
    "required_agents",
    "service_level_c",
    "slots",
]
