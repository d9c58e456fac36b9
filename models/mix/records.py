"""The parts of a channel mix case, each a record of plain arrays; `models.mix.case` puts them together."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

PEOPLE = ("human_live", "human_deferrable")
AUTOMATED = ("bot", "self_service")
KINDS = (*PEOPLE, "outsourced", *AUTOMATED)
MODES = ("incremental", "all_units")

EDGE = 1e-6
"""Noise that does not reach the next step: of a licence, of a contact, and relative to the load or the volume at which
a cost table or a price tier steps up. The optimiser and the calculator both decide steps by it."""


@dataclass(frozen=True, eq=False)
class Segments:
    """Pieces of contact types, each about equally hard. Every contact type has at least one.

    Parameters
    ----------
    name : tuple of str, length S
    contact_type : ndarray of int, shape (S,)
        Index of the type.
    order : ndarray of int, shape (S,)
        1 is the easiest of its type.
    share : ndarray, shape (S,)
        Share of the type's issues; they sum to 1 within a type.
    aht_s : ndarray, shape (S,)
        Handle time of a person with one contact at a time.
    """

    name: tuple[str, ...]
    contact_type: Ints
    order: Ints
    share: Floats
    aht_s: Floats


@dataclass(frozen=True, eq=False)
class Tiers:
    """Customer tiers; arrays of shape (C,).

    Parameters
    ----------
    name : tuple of str
    weight : ndarray
        Of a contact of the tier in the overall satisfaction.
    csat_floor, csat_lead : ndarray
        Least mean satisfaction of the tier, and how far it is to lie above the overall one; NaN where there is none.
    bot_cap : ndarray
        Most of the tier's contacts that are first served by channels of kind bot, per period, as a share; 1: no cap.
    human_always : ndarray of bool
        Whether nobody of the tier may give up: what is not contained goes on to a person.
    """

    name: tuple[str, ...]
    weight: Floats
    csat_floor: Floats
    csat_lead: Floats
    bot_cap: Floats
    human_always: Bools


@dataclass(frozen=True, eq=False)
class Channels:
    """Channels; arrays of shape (H,) unless said otherwise.

    Parameters
    ----------
    name, kind : tuple of str
        Kinds are those of `KINDS`.
    unit_price : ndarray
        Currency per contact of the channel; where it has price tiers, that of its first tier.
    fixed_price : ndarray
        Currency per period in which the channel has contacts.
    resolution_price : ndarray
        Currency per contact that is contained there.
    licence_price, licence_hours : ndarray
        Currency per licence and period; hours of contacts, one at a time, that a licence carries per period (times
        `concurrency`). Hours are inf where no licence is needed.
    concurrency : ndarray
        Contacts that an agent (people) or a licence (automated) handles at once.
    duration_s : ndarray
        Length of an automated contact; 0 elsewhere.
    aht_factor : ndarray
        Handle time here beside the segment's (people).
    min_contacts, max_contacts : ndarray, shape (H, T)
        Bounds of the contacts of the channel; 0 and inf where there is none.
    ramp : ndarray, shape (H, T)
        Share of the adoption caps that is reached; 0 before the channel is there.
    escalates_to : ndarray of int
        Index of a channel of people or of an outsourced one; -1 where nothing goes on.
    """

    name: tuple[str, ...]
    kind: tuple[str, ...]
    unit_price: Floats
    fixed_price: Floats
    resolution_price: Floats
    licence_price: Floats
    licence_hours: Floats
    concurrency: Floats
    duration_s: Floats
    aht_factor: Floats
    min_contacts: Floats
    max_contacts: Floats
    ramp: Floats
    escalates_to: Ints

    def is_kind(self, *kinds: str) -> Bools:
        """Which channels are of one of the kinds; shape (H,)."""
        return np.array([kind in kinds for kind in self.kind], dtype=np.bool_)


@dataclass(frozen=True, eq=False)
class Links:
    """What may be first served where; arrays of shape (L,), each (segment, channel) at most once.

    Parameters
    ----------
    segment, channel : ndarray of int
        Indices.
    adoption_cap, containment, escalated_share, recontact, csat : ndarray
        Shares, as the module says. `csat` is the mean of all contacts first served here.
    escalation_extra_s : ndarray
        Handling of an escalated contact beyond the usual.
    pool : ndarray of int
        Pool that works on the contacts that are first served here; -1 where the channel is not of people.
    escalation_pool : ndarray of int
        Pool that works on those that escalate from here; -1 where they go to no pool.
    """

    segment: Ints
    channel: Ints
    adoption_cap: Floats
    containment: Floats
    escalated_share: Floats
    recontact: Floats
    csat: Floats
    escalation_extra_s: Floats
    pool: Ints
    escalation_pool: Ints


@dataclass(frozen=True, eq=False)
class PriceTiers:
    """Unit prices of a channel that fall (or rise) with its contacts per period.

    Parameters
    ----------
    channel : int
        Index.
    from_contacts, unit_price : ndarray, shape (K,)
        Tier k holds from `from_contacts[k]` on; ascending, the first is 0.
    mode : str
        "incremental": a tier's price is for the contacts within it; "all_units": the tier that all contacts of the
        period reach prices every one of them.
    """

    channel: int
    from_contacts: Floats
    unit_price: Floats
    mode: str


@dataclass(frozen=True, eq=False)
class CostTable:
    """Cost of a pool's people by their workload, from schedules: a step function.

    Parameters
    ----------
    pool : int
        Index.
    service_level : float
        Share that the schedules keep.
    load_hours_per_week : ndarray, shape (K,)
        Handling hours, ascending.
    cost_per_week : ndarray, shape (K,)
        Cost of the least tabulated load that is not below the load; never falls. More than the last is impossible.
    least_per_week : ndarray, shape (K,)
        Proved: no schedule for the tabulated load costs less. NaN where that is not known.
    """

    pool: int
    service_level: float
    load_hours_per_week: Floats
    cost_per_week: Floats
    least_per_week: Floats


@dataclass(frozen=True, eq=False)
class CostRegion:
    """Workloads between two limits, and their cost: the highest of some planes.

    Parameters
    ----------
    low, high : ndarray, shape (J,)
        Handling hours a week of each pool.
    base_per_week : ndarray, shape (K,)
        Of each plane, without any work.
    per_hour : ndarray, shape (K, J)
        Of each plane, for a handling hour a week of each pool; not below 0.
    """

    low: Floats
    high: Floats
    base_per_week: Floats
    per_hour: Floats


@dataclass(frozen=True, eq=False)
class CostPlanes:
    """Cost of the people of some pools together by their workloads, by planes that hold in regions.

    Parameters
    ----------
    pools : ndarray of int, shape (J,)
        Indices.
    regions : tuple of CostRegion
        They cover all workloads that are possible; of several that hold a workload, the cheapest counts.
    least_share : float
        Part of the cost that is proved: no schedules cost less.
    """

    pools: Ints
    regions: tuple[CostRegion, ...]
    least_share: float = 1.0

    def scaled(self, factor: float) -> CostPlanes:
        """Return so many times the cost."""
        regions = tuple(
            replace(one, base_per_week=factor * one.base_per_week, per_hour=factor * one.per_hour)
            for one in self.regions
        )
        return replace(self, regions=regions)
