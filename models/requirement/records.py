"""The records of a requirement."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.backlog import DeferrableWork
from models.calendar import TimeGrid

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class PoolRequirement:
    """What one pool needs; arrays of shape (T,) on the planning grid, zero where closed.

    open : whether contacts are taken.
    contacts : live contacts and chats that arrive (offered) in the interval.
    aht_s : their mean handle time in seconds; 0 where there is no load.
    patience_s : mean patience in seconds, infinite where nobody abandons.
    load_erlang : contacts at work if nobody waited, not divided by the concurrency; lagged where handling is long.
    floor_agents : least productive agents for the floor and the caps; at least 1 where there are contacts.
    target_agents : least productive agents for the target and the caps in that interval alone.
    service_level : (T, K); [t, k] is the share served in time, by the scenario's definition, with floor_agents[t] + k
        productive agents. Never falls along k. The last column is at least 0.995, and lies above target_agents,
        everywhere.
    deferrable_agents : deferrable work that arrives, in agent-intervals; the sum over `deferrable`.
    deferrable : the deferrable work by contact type, with its deadline.
    concurrency : contacts that an agent handles at once, (T,) or (1,).
    target_shift : what a simulation adds to the target of each interval (module `correction`), (T,) or (1,).
    """

    pool: str
    open: Bools
    contacts: Floats
    aht_s: Floats
    patience_s: Floats
    load_erlang: Floats
    floor_agents: Ints
    target_agents: Ints
    service_level: Floats
    deferrable_agents: Floats
    deferrable: tuple[DeferrableWork, ...] = ()
    concurrency: Floats = field(default_factory=lambda: np.ones(1))
    target_shift: Floats = field(default_factory=lambda: np.zeros(1))

    def __post_init__(self) -> None:
        length = len(self.open)
        for name in ("contacts", "aht_s", "patience_s", "load_erlang", "floor_agents", "target_agents"):
            if getattr(self, name).shape != (length,):
                raise ValueError(f"{name} of pool {self.pool} has shape {getattr(self, name).shape}, not ({length},)")
        if self.service_level.ndim != 2 or len(self.service_level) != length:
            raise ValueError(f"service_level of pool {self.pool} has shape {self.service_level.shape}, not (T, K)")
        if (self.floor_agents > self.target_agents).any():
            raise ValueError(f"pool {self.pool} needs more agents for its floor than for its target")


@dataclass(frozen=True, eq=False)
class Requirement:
    """Requirements of all pools on one grid, by pool name."""

    grid: TimeGrid
    pools: dict[str, PoolRequirement]

    def __post_init__(self) -> None:
        for name, pool in self.pools.items():
            if name != pool.pool or len(pool.open) != len(self.grid):
                raise ValueError(f"requirement of {pool.pool} on {len(pool.open)} intervals stands under {name}")
