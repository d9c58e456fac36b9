"""From settings and tables without faults to the arrays of a channel mix case."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from models.mix.case import MixCase
from models.mix.frames import MixTables, link_table, segment_table, tier_names, today_table
from models.mix.records import (
    AUTOMATED,
    PEOPLE,
    Channels,
    CostTable,
    Floats,
    Ints,
    Links,
    PriceTiers,
    Segments,
    Tiers,
)
from models.mix.settings import MixSettings, Months


def period_table(settings: MixSettings) -> tuple[tuple[str, ...], Floats]:
    """Names of the periods and their lengths in days."""
    if not isinstance(settings.periods, Months):
        return tuple(p.name for p in settings.periods), np.array([float(p.days) for p in settings.periods])
    year, month = map(int, settings.periods.first.split("-"))
    months = [divmod(year * 12 + month - 1 + step, 12) for step in range(settings.periods.count)]
    names = tuple(f"{year:04}-{month + 1:02}" for year, month in months)
    return names, np.array([float(calendar.monthrange(year, month + 1)[1]) for year, month in months])


def pool_of(links: pd.DataFrame, data: MixTables) -> pd.DataFrame:
    """Add to expanded links who works on their contacts: `works`, and `escalates_to` with `escalation_works`.

    A pool is that of links.csv, else of channels.csv, else of types.csv; None where no people of ours work.
    """
    channels = data.channels.drop_duplicates("channel").set_index("channel")
    of_type = data.types.drop_duplicates("contact_type").set_index("contact_type")["pool"]
    people = set(channels.index[channels["kind"].isin(PEOPLE)])

    def pools(channel: pd.Series, own: pd.Series) -> pd.Series:
        # as objects: columns that are blank throughout are floats to pandas
        known = own.astype(object)
        for further in (channel.map(channels["pool"]), links["contact_type"].map(of_type)):
            known = known.where(known.notna(), further.astype(object))
        return known.where(channel.isin(people) & known.notna(), None)

    target = links["channel"].map(channels["escalates_to"])
    own = links.set_index(["row", "channel"])["pool"]
    keys = pd.MultiIndex.from_arrays([links["row"], target])
    there = pd.Series(own.reindex(keys).to_numpy(dtype=object), index=links.index)
    return links.assign(
        works=pools(links["channel"], links["pool"]), escalates_to=target, escalation_works=pools(target, there)
    )


def assemble(
    settings: MixSettings, data: MixTables, notes: Iterable[str] = (), links: pd.DataFrame | None = None
) -> MixCase:
    """Build the case from tables that `models.mix.checks` found no fault in.

    Parameters
    ----------
    settings : MixSettings
    data : MixTables
    notes : iterable of str
        Remarks that are no faults.
    links : DataFrame, optional
        What `pool_of` made of these tables, when it is known already.

    Returns
    -------
    MixCase
        Links sorted by segment and channel; pools in the order in which links name them.

    Raises
    ------
    ValueError
        If the tables were not checked and do not fit together.
    """
    periods, days = period_table(settings)
    types, channels, tiers = _names(data.types["contact_type"]), _names(data.channels["channel"]), tier_names(data)
    segments = segment_table(data)
    if links is None:
        links = pool_of(link_table(data, segments), data)
    pools = list(dict.fromkeys([*links["works"].dropna(), *links["escalation_works"].dropna()]))
    place = {name: number for number, name in enumerate(channels)}
    return MixCase(
        settings=settings,
        periods=periods,
        days=days,
        contact_types=tuple(types),
        lost_cost=_filled(data.types["lost_cost"], settings.lost_cost),
        pools=tuple(pools),
        pool_cost_per_hour=_rates(settings, pools),
        segments=_segments(segments, types),
        tiers=_tiers(data.tiers, tiers),
        channels=_channels(data.channels, place, periods),
        links=_links(links, place, {name: number for number, name in enumerate(pools)}, data.channels),
        issues=issues_of(data.volumes, types, tiers, periods),
        price_tiers=price_tiers_of(data, place),
        cost_tables=cost_tables_of(data.pool_costs, pools),
        today=_today(today_table(data, segments), links, tiers) if len(data.today) else None,
        notes=tuple(notes),
    )


def with_settings(case: MixCase, settings: MixSettings, data: MixTables, notes: Iterable[str] = ()) -> MixCase:
    """Return the case of the same tables and periods with other settings; arguments as for `assemble`."""
    return replace(
        case,
        settings=settings,
        lost_cost=_filled(data.types["lost_cost"], settings.lost_cost),
        pool_cost_per_hour=_rates(settings, case.pools),
        notes=tuple(notes),
    )


def _rates(settings: MixSettings, pools: Iterable[str]) -> Floats:
    """Currency per paid hour of each pool; shape (P,)."""
    people = settings.people
    return np.array([people.by_pool.get(pool, people.cost_per_hour) for pool in pools], dtype=float)


def _names(column: pd.Series) -> list[str]:
    return list(map(str, column))


def _filled(column: pd.Series, default: float) -> Floats:
    return np.asarray(column.astype(float).fillna(default), dtype=np.float64)


def _index(column: pd.Series, place: Mapping[Any, int]) -> Ints:
    """Positions of names; -1 where there is none."""
    return np.array([place.get(name, -1) for name in column], dtype=np.int64)


def _segments(table: pd.DataFrame, types: list[str]) -> Segments:
    place = {name: number for number, name in enumerate(types)}
    return Segments(
        name=tuple(_names(table["segment"])),
        contact_type=_index(table["contact_type"], place),
        order=table["order"].to_numpy(dtype=np.int64),
        share=table["share"].to_numpy(dtype=float),
        aht_s=table["aht_s"].to_numpy(dtype=float),
    )


def _tiers(given: pd.DataFrame, names: list[str]) -> Tiers:
    table = given.set_index("tier").reindex(names)
    return Tiers(
        name=tuple(names),
        weight=_filled(table["weight"], 1.0),
        csat_floor=_filled(table["csat_floor"], np.nan),
        csat_lead=_filled(table["csat_lead"], np.nan),
        bot_cap=_filled(table["bot_cap"], 1.0),
        human_always=(table["human_always"] == "yes").to_numpy(dtype=np.bool_),
    )


def _channels(table: pd.DataFrame, place: dict[str, int], periods: tuple[str, ...]) -> Channels:
    month = {name: number for number, name in enumerate(periods)}
    first = np.maximum(_index(table["available_from"], month), 0)
    age = np.arange(len(periods))[None, :] - first[:, None] + 1
    there = age > 0
    price = _filled(table["unit_price"], 0.0)
    return Channels(
        name=tuple(place),
        kind=tuple(_names(table["kind"])),
        unit_price=price,
        fixed_price=_filled(table["fixed_price"], 0.0),
        resolution_price=_filled(table["resolution_price"], 0.0),
        licence_price=_filled(table["licence_price"], 0.0),
        licence_hours=_filled(table["licence_hours"], np.inf),
        concurrency=_filled(table["concurrency"], 1.0),
        duration_s=_filled(table["duration_s"], 0.0),
        aht_factor=_filled(table["aht_factor"], 1.0),
        min_contacts=np.where(there, _filled(table["min_contacts"], 0.0)[:, None], 0.0),
        max_contacts=np.where(there, _filled(table["max_contacts"], np.inf)[:, None], 0.0),
        ramp=np.clip(age / _filled(table["ramp_periods"], 1.0)[:, None], 0.0, 1.0),
        escalates_to=_index(table["escalates_to"], place),
    )


def _links(table: pd.DataFrame, place: dict[str, int], pools: dict[str, int], channels: pd.DataFrame) -> Links:
    automated = table["channel"].map(channels.set_index("channel")["kind"]).isin(AUTOMATED)
    goes_on = table["escalates_to"].notna().to_numpy(dtype=float)
    phi = table["escalated_share"].astype(float).to_numpy(dtype=float)
    containment = _filled(table["containment"], 1.0)
    if (automated & (table["containment"].isna() | table["adoption_cap"].isna())).any():
        raise ValueError("an automated channel needs its containment and its adoption cap")
    return Links(
        segment=table["row"].to_numpy(dtype=np.int64),
        channel=_index(table["channel"], place),
        adoption_cap=_filled(table["adoption_cap"], 1.0),
        containment=containment,
        escalated_share=np.where(np.isnan(phi), goes_on, phi),
        recontact=_filled(table["recontact_share"], 0.0),
        csat=table["csat"].to_numpy(dtype=float),
        escalation_extra_s=_filled(table["escalation_extra_s"], 0.0),
        pool=_index(table["works"], pools),
        escalation_pool=_index(table["escalation_works"], pools),
    )


def issues_of(volumes: pd.DataFrame, types: list[str], tiers: list[str], periods: tuple[str, ...]) -> Floats:
    """New issues of types, tiers and periods; shape (I, C, T)."""
    issues = np.zeros((len(types), len(tiers), len(periods)))
    names = volumes["tier"].where(volumes["tier"].notna(), tiers[0])
    keys = [
        _index(column, {name: number for number, name in enumerate(known)})
        for column, known in ((volumes["contact_type"], types), (names, tiers), (volumes["period"], periods))
    ]
    issues[keys[0], keys[1], keys[2]] = volumes["issues"].to_numpy(dtype=float)
    return issues


def price_tiers_of(data: MixTables, place: dict[str, int]) -> tuple[PriceTiers, ...]:
    """Price tiers of channels, each from the first contact on."""
    base = data.channels.set_index("channel")["unit_price"].astype(float).fillna(0.0)
    found = []
    for name, rows in data.price_tiers.groupby("channel", sort=False):
        ordered = rows.sort_values("from_contacts")
        starts, prices = ordered["from_contacts"].to_numpy(dtype=float), ordered["unit_price"].to_numpy(dtype=float)
        if starts[0] > 0:
            starts, prices = np.r_[0.0, starts], np.r_[base[name], prices]
        mode = rows["mode"].dropna()
        found.append(PriceTiers(place[str(name)], starts, prices, "incremental" if mode.empty else str(mode.iloc[0])))
    return tuple(found)


def cost_tables_of(given: pd.DataFrame, pools: list[str]) -> tuple[CostTable, ...]:
    """Cost tables of the pools that are there."""
    found = []
    for (pool, level), rows in given.groupby(["pool", "service_level"], sort=True):
        if pool in pools:
            ordered = rows.sort_values("load_hours_per_week")
            columns = ("load_hours_per_week", "cost_per_week", "least_cost_per_week")
            load, cost, least = (ordered[name].to_numpy(dtype=float) for name in columns)
            found.append(CostTable(pools.index(str(pool)), float(str(level)), load, cost, least))
    return tuple(found)


def _today(rows: pd.DataFrame, links: pd.DataFrame, tiers: list[str]) -> Floats:
    place = {key: number for number, key in enumerate(zip(links["row"], links["channel"], strict=True))}
    today = np.zeros((len(links), len(tiers)))
    rows = rows[rows["share"] > 0]  # a share of 0 may name a channel that links.csv does not know there
    where = [place[key] for key in zip(rows["row"], rows["channel"], strict=True)]
    today[where, _index(rows["tier"], {name: number for number, name in enumerate(tiers)})] = rows["share"]
    return today
