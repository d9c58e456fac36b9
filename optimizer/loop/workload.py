"""From a mix to the demand that the shift schedule has to serve: contacts and handle times of a typical week.

The scenario says how the contacts of its types are spread over a week, the mix how many there are and how long they
take. Work of a mix (contact type, channel, pool) is that of

1. the scenario's contact type of the same name in that pool; else
2. the pool's contact types of the same kind: deferrable for channels of kind human_deferrable, chat where an agent has
   several contacts at once, live otherwise; else
3. all contact types of the pool,

shared out by their own contacts where they are several. So what leaves takes its own hours of the day with it, and its
own handle time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.faults import Fault, InputFaults
from models.mix.case import MixCase
from models.mix.cost import Outcomes, follow
from models.mix.records import Floats, Ints
from models.scenario import Scenario
from optimizer.loop.pools import Kind

DAYS_PER_WEEK = 7.0


@dataclass(frozen=True, eq=False)
class Workload:
    """Work of each contact type of a scenario in a week.

    Parameters
    ----------
    contacts : ndarray, shape (K,)
        Contacts a week.
    hours : ndarray, shape (K,)
        Handling hours a week, shared by concurrency.
    """

    contacts: Floats
    hours: Floats

    def scaled(self, factor: float) -> Workload:
        """Return so many times the contacts, each as long."""
        return Workload(self.contacts * factor, self.hours * factor)

    def __add__(self, other: Workload) -> Workload:
        """Return both together."""
        return Workload(self.contacts + other.contacts, self.hours + other.hours)


class WorkloadMap:
    """Which contact types of a scenario do the work of a mix.

    Parameters
    ----------
    scenario : Scenario
    demand : DataFrame
        start, contact_type, contacts, aht_s: the scenario's own, of its horizon.
    mix : MixCase
    pools : tuple of str, length P
        Pool of the scenario that each pool of the mix is.

    Raises
    ------
    InputFaults
        A pool of the mix that works is none of the scenario's.
    """

    def __init__(self, scenario: Scenario, demand: pd.DataFrame, mix: MixCase, pools: tuple[str, ...]) -> None:
        types = scenario.contact_types.set_index("contact_type")
        self.scenario, self.names = scenario, tuple(types.index)
        self.at_once = types["concurrency"].astype(float).to_numpy()
        aht_s = demand["aht_s"].fillna(demand["contact_type"].map(types["aht_s"])).astype(float)
        self.demand = demand.assign(aht_s=aht_s)
        weeks = scenario.settings.horizon.days / DAYS_PER_WEEK
        sums = self.demand.assign(work=self.demand["contacts"] * aht_s).groupby("contact_type")[["contacts", "work"]]
        own = sums.sum().reindex(list(self.names)).fillna(0.0) / weeks
        self.base = Workload(own["contacts"].to_numpy(), own["work"].to_numpy() / 3600 / self.at_once)
        kinds = types["kind"].astype(str).to_numpy()
        self.is_deferrable = kinds == "deferrable"
        self._share: dict[tuple[int, int, int], Floats] = {}
        missing = []
        for p, pool in enumerate(pools):
            mine = (types["pool"] == pool).to_numpy()
            if not mine.any():
                missing.append(pool)
                continue
            for i, name in enumerate(mix.contact_types):
                for h in range(len(mix.channels.name)):
                    kind = _kind(mix, h)
                    same = mine & (np.array(self.names) == name)
                    for chosen in (same, mine & (kinds == kind), mine):
                        weight = np.where(chosen, self.base.contacts, 0.0)
                        if weight.sum() > 0:
                            self._share[p, i, h] = weight / weight.sum()
                            break
        if missing:
            known = f"its pools are {', '.join(scenario.pools)}"
            raise InputFaults(
                [
                    Fault("types.csv", None, "pool", pool, f"no contact type of the shift scenario is in it; {known}")
                    for pool in dict.fromkeys(missing)
                ]
            )

    def kind_of(self, pool: int, kind: int, channel: int) -> Kind:
        """Tell works apart by the contact types of the scenario that do them (`optimizer.loop.pools.split_pools`)."""
        share = self._share.get((pool, kind, channel))
        if share is None:  # no contacts of the scenario to share the work out by
            return False, (), "other"
        done_by = tuple(np.flatnonzero(share).tolist())
        late = bool(self.is_deferrable[list(done_by)].all())
        return late, done_by, ", ".join(self.names[place] for place in done_by)

    def of(self, mix: MixCase, flow: Floats, pools: Ints | None = None) -> Workload:
        """Return the work of a mix in an average week of its periods; of some of its pools where they are given."""
        found: Outcomes = follow(mix, flow)
        links, channels, weeks = mix.links, mix.channels, float(mix.days.sum()) / DAYS_PER_WEEK
        contacts, hours = np.zeros(len(self.names)), np.zeros(len(self.names))
        target = channels.escalates_to[links.channel]
        for pool, channel, count, time_h in (
            (links.pool, links.channel, found.contacts, found.hours),
            (links.escalation_pool, target, found.escalated, found.escalation_hours),
        ):
            amount, work = count.sum(axis=(1, 2)) / weeks, time_h.sum(axis=(1, 2)) / weeks
            wanted = pool >= 0 if pools is None else np.isin(pool, pools)
            for place in np.flatnonzero(wanted & (work > 0)).tolist():
                share = self._share[int(pool[place]), int(mix.link_type[place]), int(channel[place])]
                contacts += share * amount[place]
                hours += share * work[place]
        return Workload(contacts, hours)

    def demand_of(self, work: Workload) -> pd.DataFrame:
        """Return the demand of a typical week with this work: the scenario's profiles, scaled."""
        with np.errstate(divide="ignore", invalid="ignore"):
            more = np.where(self.base.contacts > 0, work.contacts / self.base.contacts, 0.0)
            each = np.where(work.contacts > 0, work.hours / work.contacts, 0.0)
            before = np.where(self.base.contacts > 0, self.base.hours / self.base.contacts, 0.0)
            longer = np.where((before > 0) & (each > 0), each / before, 1.0)
        places = self.demand["contact_type"].map({name: k for k, name in enumerate(self.names)}).to_numpy(dtype=int)
        return self.demand.assign(
            contacts=self.demand["contacts"] * more[places], aht_s=self.demand["aht_s"] * longer[places]
        )


def _kind(mix: MixCase, channel: int) -> str:
    if mix.channels.kind[channel] == "human_deferrable":
        return "deferrable"
    return "chat" if mix.channels.concurrency[channel] > 1 else "live"
