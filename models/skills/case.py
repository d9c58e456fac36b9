"""What is simulated of a scenario whose agents have several skills."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from models.simulation import Groups, People, Queues, SimulationCase

if TYPE_CHECKING:
    from models.scenario import Scenario
    from models.skills.records import Skills


def queues_of(scenario: Scenario, demand: pd.DataFrame) -> Queues:
    """Return the contact types of a scenario as queues over its planning intervals.

    Parameters
    ----------
    scenario : Scenario
        Live contact types.
    demand : DataFrame
        start (on the planning grid), contact_type, contacts, aht_s (blank: that of the contact type).
    """
    grid, types = scenario.grid, scenario.contact_types
    names = tuple(str(name) for name in types["contact_type"])
    place = grid.starts.get_indexer(pd.DatetimeIndex(demand["start"]).tz_convert(grid.time_zone).as_unit("ns"))
    row = demand["contact_type"].map({name: number for number, name in enumerate(names)}).to_numpy()
    known = types["aht_s"].to_numpy(dtype=np.float64)
    contacts, aht_s = np.zeros((len(names), len(grid))), np.repeat(known[:, None], len(grid), axis=1)
    contacts[row, place] = demand["contacts"].to_numpy(dtype=np.float64)
    given = demand["aht_s"].to_numpy(dtype=np.float64) if "aht_s" in demand else np.full(len(demand), np.nan)
    some = given > 0
    aht_s[row[some], place[some]] = given[some]
    pools = {name: pool.name for pool in scenario.pools.values() for name in pool.contact_types}
    doors = np.array([scenario.open_mask(name) for name in names])
    return Queues(
        names,
        np.where(doors, contacts, 0.0),
        aht_s,
        patience_s=types["patience_s"].to_numpy(dtype=np.float64),
        within_s=np.array([scenario.pools[pools[name]].within_s for name in names]),
        pools=tuple(pools[name] for name in names),
        open=doors,
    )


def skills_case(scenario: Scenario, queues: Queues, skills: Skills, people: People) -> SimulationCase:
    """Return the case of agents with several skills.

    Parameters
    ----------
    queues : Queues
        As of `queues_of`.
    people : People
        Their groups are those of `skills`, by index.
    """
    groups = Groups(
        skills.names, skills.picks(), skills.sends(), absent=np.array([g.unplanned_shrinkage for g in skills.groups])
    )
    service = scenario.settings.service
    return SimulationCase(
        scenario.grid.interval_min * 60.0, queues, groups, people, day=scenario.grid.day,
        short_abandon_s=service.short_abandon_s,
    )  # fmt: skip
