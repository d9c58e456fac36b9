"""The tables of a channel mix as they were read, and what their general rows mean for every segment and tier."""

from __future__ import annotations

from dataclasses import dataclass, fields

import pandas as pd

from models.mix import tables
from models.mix.tables import ALL

ONLY_SEGMENT = "all"
ONLY_TIER = "all"


@dataclass(frozen=True, eq=False)
class MixTables:
    """Tables with the columns of `models.mix.tables`; the index is the line. A table that is not there is empty.

    Every name is text or None, every number a float or NaN.
    """

    types: pd.DataFrame
    segments: pd.DataFrame
    volumes: pd.DataFrame
    tiers: pd.DataFrame
    channels: pd.DataFrame
    price_tiers: pd.DataFrame
    links: pd.DataFrame
    today: pd.DataFrame
    pool_costs: pd.DataFrame

    @classmethod
    def of(cls, frames: dict[str, pd.DataFrame]) -> MixTables:
        """Tables by their names without ".csv"; those that are missing are empty."""
        schemas = {str(schema.name).removesuffix(".csv"): schema for schema in tables.TABLES}
        empty = {name: pd.DataFrame(columns=list(schema.columns)) for name, schema in schemas.items()}
        return cls(**{item.name: frames.get(item.name, empty[item.name]) for item in fields(cls)})


def segment_table(data: MixTables) -> pd.DataFrame:
    """Segments of every contact type, in the order of types.csv.

    Returns
    -------
    DataFrame
        contact_type, segment, order, share, aht_s and line (of segments.csv; of types.csv for a contact type without
        segments, which is one segment called "all"); the index counts from 0.
    """
    known = data.types.dropna(subset=["contact_type"])
    given = data.segments.assign(line=data.segments.index)
    given = given[given["contact_type"].isin(known["contact_type"])]
    whole = known[~known["contact_type"].isin(given["contact_type"])]
    single = pd.DataFrame(
        {
            "contact_type": whole["contact_type"],
            "segment": ONLY_SEGMENT,
            "order": 1.0,
            "share": 1.0,
            "aht_s": whole["aht_s"],
            "line": whole.index,
        }
    )
    columns = list(single.columns)
    parts = [frame[columns] for frame in (given, single) if len(frame)]
    both = pd.concat(parts, ignore_index=True) if parts else single
    place = {name: number for number, name in enumerate(known["contact_type"])}
    return both.sort_values("contact_type", key=lambda names: names.map(place), kind="stable", ignore_index=True)


def link_table(data: MixTables, segments: pd.DataFrame) -> pd.DataFrame:
    """Rows of links.csv for every segment: the most special row of a segment and channel holds.

    Parameters
    ----------
    data : MixTables
    segments : DataFrame
        As `segment_table` returns it.

    Returns
    -------
    DataFrame
        Columns of links.csv with `row` (position in `segments`) and `line`, sorted by row and channel; `contact_type`
        and `segment` are those of the segment.
    """
    given = data.links.dropna(subset=["contact_type", "channel"]).assign(line=lambda frame: frame.index)
    for_all, of_any = given["contact_type"] == ALL, given["segment"].isna()
    pieces = segments[["contact_type", "segment"]].rename_axis("row").reset_index()
    parts = [
        pieces.merge(given[~for_all & ~of_any], on=["contact_type", "segment"]),
        pieces.merge(given[~for_all & of_any].drop(columns="segment"), on="contact_type"),
        pieces.merge(given[for_all & ~of_any].drop(columns="contact_type"), on="segment"),
        pieces.merge(given[for_all & of_any].drop(columns=["contact_type", "segment"]), how="cross"),
    ]
    filled = [part for part in parts if len(part)]
    rows = pd.concat(filled, ignore_index=True) if filled else parts[0]
    place = {name: number for number, name in enumerate(data.channels["channel"])}
    return (
        rows.drop_duplicates(["row", "channel"])
        .sort_values(["row", "channel"], key=lambda keys: keys.map(place) if keys.name == "channel" else keys)
        .reset_index(drop=True)
    )


def tier_names(data: MixTables) -> list[str]:
    """Customer tiers: those of tiers.csv, else those of volumes.csv, else the only one."""
    named = data.tiers["tier"].dropna() if len(data.tiers) else data.volumes["tier"].dropna()
    return list(dict.fromkeys(map(str, named))) or [ONLY_TIER]


def today_table(data: MixTables, segments: pd.DataFrame) -> pd.DataFrame:
    """Rows of today.csv for every segment and tier: the most special rows of a segment and tier hold.

    Returns
    -------
    DataFrame
        row (position in `segments`), tier, channel, share, line.
    """
    given = data.today.dropna(subset=["contact_type", "channel"]).assign(line=lambda frame: frame.index)
    tiers = pd.DataFrame({"tier": tier_names(data)})
    cells = segments[["contact_type", "segment"]].rename_axis("row").reset_index().merge(tiers, how="cross")
    of_any, of_all = given["segment"].isna(), given["tier"].isna()
    parts = [
        cells.merge(given[~of_any & ~of_all], on=["contact_type", "segment", "tier"]),
        cells.merge(given[~of_any & of_all].drop(columns="tier"), on=["contact_type", "segment"]),
        cells.merge(given[of_any & ~of_all].drop(columns="segment"), on=["contact_type", "tier"]),
        cells.merge(given[of_any & of_all].drop(columns=["segment", "tier"]), on="contact_type"),
    ]
    columns = ["row", "tier", "channel", "share", "line"]
    ranked = [part[columns].assign(rank=rank) for rank, part in enumerate(parts) if len(part)]
    if not ranked:
        return pd.DataFrame(columns=columns)
    rows = pd.concat(ranked, ignore_index=True)
    best = rows.groupby(["row", "tier"])["rank"].transform("min")
    return rows.loc[rows["rank"] == best, columns].reset_index(drop=True)
