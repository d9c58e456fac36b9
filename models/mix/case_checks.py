"""Does a channel mix case fit together? Shapes, indices, ranges and sums; what a user got wrong is found when reading.

These checks are for those who build a case in code; `models.mix.read_mix` says faults with file and row before it comes
to this.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

import numpy as np

from models.mix.records import KINDS, MODES, PEOPLE

if TYPE_CHECKING:
    from models.mix.case import MixCase

TOLERANCE = 1e-6
_PER_PERIOD = ("min_contacts", "max_contacts", "ramp")


def misfits(case: MixCase) -> list[str]:
    """Everything that does not fit together, in words; empty when all does."""
    # each check indexes with what the one before found right
    return _wrong_shapes(case) or _wrong_indices(case) or [*_wrong_values(case), *_wrong_sums(case)]


def _wrong_shapes(case: MixCase) -> list[str]:
    """Arrays whose length is not that of their index set."""
    sizes: dict[str, tuple[Any, int]] = {
        "segments": (case.segments, len(case.segments.name)),
        "tiers": (case.tiers, len(case.tiers.name)),
        "channels": (case.channels, len(case.channels.name)),
        "links": (case.links, len(case.links.segment)),
    }
    T, I, C, P = len(case.periods), len(case.contact_types), len(case.tiers.name), len(case.pools)  # noqa: E741
    wrong = []
    for record, (value, size) in sizes.items():
        for item in fields(value):
            array = getattr(value, item.name)
            expected: tuple[int, ...] = (size, T) if item.name in _PER_PERIOD else (size,)
            if np.shape(array) != expected:
                wrong.append(f"{record}.{item.name} has shape {np.shape(array)}, not {expected}")
    for name, expected in {
        "days": (T,),
        "lost_cost": (I,),
        "pool_cost_per_hour": (P,),
        "issues": (I, C, T),
        "today": (sizes["links"][1], C),
    }.items():
        array = getattr(case, name)
        if array is not None and np.shape(array) != expected:
            wrong.append(f"{name} has shape {np.shape(array)}, not {expected}")
    table: Any
    for table in (*case.price_tiers, *case.cost_tables):
        lengths = {np.shape(getattr(table, item.name)) for item in fields(table)} - {()}
        if len(lengths) != 1 or lengths == {(0,)}:
            wrong.append(f"a {type(table).__name__} has columns of lengths {sorted(lengths)}")
    for planes in case.cost_planes:
        size = len(planes.pools)
        for one in planes.regions:
            if np.shape(one.per_hour) != (len(one.base_per_week), size) or not one.per_hour.size:
                wrong.append(f"a CostRegion has prices of shape {np.shape(one.per_hour)}")
            if len(one.low) != size or len(one.high) != size:
                wrong.append(f"a CostRegion has limits of {len(one.low)} and {len(one.high)} pools, not {size}")
    return wrong


def _wrong_indices(case: MixCase) -> list[str]:
    """Indices that point nowhere, and names that stand twice."""
    H, P, S = len(case.channels.name), len(case.pools), len(case.segments.name)
    links = case.links
    wrong = [
        f"{name} points outside its index set"
        for name, values, low, high in (
            ("segments.contact_type", case.segments.contact_type, 0, len(case.contact_types)),
            ("channels.escalates_to", case.channels.escalates_to, -1, H),
            ("links.segment", links.segment, 0, S),
            ("links.channel", links.channel, 0, H),
            ("links.pool", links.pool, -1, P),
            ("links.escalation_pool", links.escalation_pool, -1, P),
            ("price_tiers.channel", np.array([p.channel for p in case.price_tiers], dtype=np.int64), 0, H),
            ("cost_tables.pool", np.array([p.pool for p in case.cost_tables], dtype=np.int64), 0, P),
            ("cost_planes.pools", np.array([k for p in case.cost_planes for k in p.pools], dtype=np.int64), 0, P),
        )
        if ((values < low) | (values >= high)).any()
    ]
    for name, words in {
        "periods": case.periods,
        "contact_types": case.contact_types,
        "tiers": case.tiers.name,
        "channels": case.channels.name,
        "pools": case.pools,
    }.items():
        if len(set(words)) < len(words) or (not words and name != "pools"):
            wrong.append(f"{name} has a name twice, or none")
    if len(set(zip(links.segment.tolist(), links.channel.tolist(), strict=True))) < len(links.segment):
        wrong.append("links has a segment and channel twice")
    channels = zip(case.channels.name, case.channels.kind, strict=True)
    wrong += [f"channel {name} is of kind {kind}" for name, kind in channels if kind not in KINDS]
    return wrong


def _wrong_values(case: MixCase) -> list[str]:
    """Numbers outside their range."""
    links, channels, tiers = case.links, case.channels, case.tiers
    shares = {
        "links.adoption_cap": links.adoption_cap,
        "links.containment": links.containment,
        "links.escalated_share": links.escalated_share,
        "links.csat": links.csat,
        "channels.ramp": channels.ramp,
        "tiers.bot_cap": tiers.bot_cap,
        "segments.share": case.segments.share,
        "tiers.csat_floor": tiers.csat_floor[~np.isnan(tiers.csat_floor)],
        "today": np.zeros(0) if case.today is None else case.today,
    }
    wrong = [f"{name} lies outside 0 to 1" for name, v in shares.items() if not ((v >= 0) & (v <= 1)).all()]
    if not ((links.recontact >= 0) & (links.recontact < 1)).all():
        wrong.append("links.recontact lies outside 0 to below 1")
    above = {
        "days": case.days,
        "segments.aht_s": case.segments.aht_s,
        "concurrency": channels.concurrency,
        "aht_factor": channels.aht_factor,
        "licence_hours": channels.licence_hours,
    }
    wrong += [f"{name} is not above 0" for name, v in above.items() if not (v > 0).all()]
    least = {
        "issues": case.issues,
        "lost_cost": case.lost_cost,
        "pool_cost_per_hour": case.pool_cost_per_hour,
        "tiers.weight": tiers.weight,
        "unit_price": channels.unit_price,
        "fixed_price": channels.fixed_price,
        "resolution_price": channels.resolution_price,
        "licence_price": channels.licence_price,
        "duration_s": channels.duration_s,
        "min_contacts": channels.min_contacts,
        "max_contacts": channels.max_contacts,
        "escalation_extra_s": links.escalation_extra_s,
    }
    wrong += [f"{name} is below 0 or no number" for name, v in least.items() if not (v >= 0).all()]
    for prices in case.price_tiers:
        if prices.from_contacts[0] != 0 or (np.diff(prices.from_contacts) <= 0).any() or prices.mode not in MODES:
            wrong.append(
                f"price tiers of {channels.name[prices.channel]} do not ascend from 0, or have mode {prices.mode}"
            )
    for table in case.cost_tables:
        if (np.diff(table.load_hours_per_week) <= 0).any() or (np.diff(table.cost_per_week) < 0).any():
            wrong.append(f"cost table of {case.pools[table.pool]} does not ascend")
    regions = [one for planes in case.cost_planes for one in planes.regions]
    wrong += ["cost_planes.per_hour is below 0" for one in regions if not (one.per_hour >= 0).all()]
    return wrong


def _wrong_sums(case: MixCase) -> list[str]:
    """Shares that do not sum to 1, and links that nobody works on."""
    wrong = []
    sums = np.bincount(case.segments.contact_type, case.segments.share, minlength=len(case.contact_types))
    off = np.abs(sums - 1) > TOLERANCE
    wrong += [f"segments of {case.contact_types[i]} have shares that sum to {sums[i]:g}" for i in np.flatnonzero(off)]
    people = case.channels.is_kind(*PEOPLE)
    if (people[case.links.channel] != (case.links.pool >= 0)).any():
        wrong.append("links.pool names a pool where no people of ours work, or none where they do")
    target = case.channels.escalates_to[case.links.channel]
    to_people = (target >= 0) & people[np.maximum(target, 0)]
    if (to_people != (case.links.escalation_pool >= 0)).any():
        wrong.append("links.escalation_pool names a pool where no people of ours work, or none where they do")
    reachable = case.channels.is_kind(*PEOPLE, "outsourced")
    aims = case.channels.escalates_to[case.channels.escalates_to >= 0]
    if not reachable[aims].all():
        wrong.append("channels.escalates_to names a channel without people")
    if case.today is not None:
        of_segment = np.zeros((len(case.segments.name), len(case.tiers.name)))
        np.add.at(of_segment, case.links.segment, case.today)
        if (np.abs(of_segment - 1) > TOLERANCE).any():
            wrong.append("today does not sum to 1 for every segment and tier")
    return wrong
