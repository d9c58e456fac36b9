"""Agent groups: who can serve what, in which order, at what wage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from models.scenario import Scenario

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class AgentGroup:
    """Agents with the same skills.

    Parameters
    ----------
    name : str
    priorities : dict of str to int
        Contact type to the order in which a free agent takes who waits: 1 first, the longest wait among equals.
    heads : int or None
        Agents that there are; None where that is no limit.
    wage_per_hour : float
        Currency per paid hour.
    planned_shrinkage, unplanned_shrinkage : float
        Shares.

    Raises
    ------
    ValueError
        If it can serve nothing.
    """

    name: str
    priorities: dict[str, int]
    heads: int | None
    wage_per_hour: float
    planned_shrinkage: float = 0.0
    unplanned_shrinkage: float = 0.0

    def __post_init__(self) -> None:
        if not self.priorities:
            raise ValueError(f"group {self.name} can serve nothing")


@dataclass(frozen=True)
class Skills:
    """All agent groups, and the contact types between them.

    Parameters
    ----------
    queues : tuple of str
        Contact types, Q of them.
    groups : tuple of AgentGroup
        G of them.

    Raises
    ------
    ValueError
        If a group's contact type is no queue, a queue has no group, or two groups have one name.
    """

    queues: tuple[str, ...]
    groups: tuple[AgentGroup, ...]

    def __post_init__(self) -> None:
        served = {name for group in self.groups for name in group.priorities}
        if served != set(self.queues):
            raise ValueError(f"queues without a group, or the other way round: {sorted(served ^ set(self.queues))}")
        if len({group.name for group in self.groups}) < len(self.groups):
            raise ValueError("two groups have the same name")

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the groups."""
        return tuple(group.name for group in self.groups)

    @property
    def can(self) -> Bools:
        """Who can serve what; (G, Q)."""
        return np.array([[name in group.priorities for name in self.queues] for group in self.groups])

    def picks(self) -> Ints:
        """Order in which a free agent takes waiting contacts, lowest first; -1 without the skill; (G, Q)."""
        return np.array(
            [[group.priorities.get(name, 0) - 1 for name in self.queues] for group in self.groups], np.int64
        )

    def sends(self) -> Ints:
        """Order in which a contact looks for an idle agent: fewest skills first; -1 without the skill; (G, Q).

        Whoever can do little else is kept busy, and those who can do much stay free for what only they can do.
        """
        can = self.can
        return np.where(can, can.sum(axis=1, keepdims=True), -1)


def one_group_a_pool(scenario: Scenario) -> Skills:
    """Return the skills that the pools of a scenario stand for: one group a pool."""
    groups = [_group(scenario, name, pool.contact_types) for name, pool in scenario.pools.items()]
    return Skills(tuple(scenario.contact_types["contact_type"]), tuple(groups))


def one_group_a_queue(scenario: Scenario) -> Skills:
    """Return the skills of specialists: one group a contact type, at its pool's wage."""
    queues = tuple(str(name) for name in scenario.contact_types["contact_type"])
    return Skills(queues, tuple(_group(scenario, name, (name,)) for name in queues))


def everybody_serves_all(scenario: Scenario) -> Skills:
    """Return one group that serves everything, at the highest wage."""
    queues = tuple(str(name) for name in scenario.contact_types["contact_type"])
    return Skills(queues, (_group(scenario, "everybody", queues),))


def _group(scenario: Scenario, name: str, types: tuple[str, ...]) -> AgentGroup:
    return group_of(scenario, name, dict.fromkeys(types, 1), None, 1.0)


def group_of(
    scenario: Scenario, name: str, priorities: dict[str, int], heads: int | None, wage_factor: float
) -> AgentGroup:
    """Make a group of a scenario; wage and shrinkage are the highest of the pools of its contact types."""
    pools = [pool for pool in scenario.pools.values() if set(pool.contact_types) & set(priorities)]
    return AgentGroup(
        name, priorities, heads, wage_factor * max(pool.wage_per_hour for pool in pools),
        max(pool.planned_shrinkage for pool in pools), max(pool.unplanned_shrinkage for pool in pools),
    )  # fmt: skip
