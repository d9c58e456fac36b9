"""Checks of links.csv and today.csv: what each kind of channel has to say, who works on what, what adds up."""

from __future__ import annotations

import pandas as pd

from models.faults import FaultLog
from models.mix import tables
from models.mix.case_checks import TOLERANCE
from models.mix.checks import check_names
from models.mix.frames import MixTables, tier_names, today_table
from models.mix.records import AUTOMATED, PEOPLE

_LINKS, _TODAY, _TYPES = str(tables.LINKS.name), str(tables.TODAY.name), str(tables.TYPES.name)


def check_links(data: MixTables, links: pd.DataFrame, log: FaultLog) -> None:
    """Check what the rows of links.csv say.

    Parameters
    ----------
    data : MixTables
    links : DataFrame
        Expanded, as `assemble.pool_of` returns them.
    log : FaultLog
    """
    channels = data.channels.dropna(subset=["channel"]).drop_duplicates("channel").set_index("channel")
    kind = data.links["channel"].map(channels["kind"])
    target = data.links["channel"].map(channels["escalates_to"])
    for column in ("adoption_cap", "containment"):
        for line in data.links.index[kind.isin(AUTOMATED) & data.links[column].isna()]:
            if not log.said(_LINKS, int(line), column):
                message = f"is blank; a channel of kind {kind[line]} must say it"
                log.add(_LINKS, int(line), column, "", message, kind=f"{column} is blank")
    stuck = data.links[(data.links["escalated_share"] > 0) & target.isna() & kind.notna()]
    for line, share in stuck["escalated_share"].items():
        message = "nothing can go on, because the channel has no escalates_to in channels.csv; name one, or write 0"
        log.add(_LINKS, int(str(line)), "escalated_share", f"{share:g}", message, kind="goes nowhere")
    idle = data.links["pool"].notna() & kind.notna() & ~kind.isin(PEOPLE)
    for line, pool, what in zip(data.links.index[idle], data.links["pool"][idle], kind[idle], strict=True):
        message = f"no pool of agents works in a channel of kind {what}; leave it blank"
        log.add(_LINKS, int(line), "pool", pool, message, kind="pool of no people")
    _check_pools(links, channels, log)
    linked = set(links["contact_type"])
    for line, name in data.types["contact_type"].dropna().items():
        if name not in linked and (data.volumes.loc[data.volumes["contact_type"] == name, "issues"] > 0).any():
            message = "no row of links.csv says where it may be served; add one"
            log.add(_TYPES, int(str(line)), "contact_type", name, message, kind="served nowhere")


def _check_pools(links: pd.DataFrame, channels: pd.DataFrame, log: FaultLog) -> None:
    """Every contact that people of ours handle needs a pool of them."""
    people = channels.index[channels["kind"].isin(PEOPLE)]
    said = set()
    for column, works in (("channel", "works"), ("escalates_to", "escalation_works")):
        for row in links[links[column].isin(people) & links[works].isna()].to_dict("records"):
            key = (row["line"], row["contact_type"], row[column])
            if key not in said:
                said.add(key)
                message = (
                    f"no pool works on {row['contact_type']} in {row[column]}; name one here, or in types.csv or"
                    " channels.csv"
                )
                log.add(_LINKS, int(row["line"]), "pool", "", message, kind="no pool")


def check_today(data: MixTables, segments: pd.DataFrame, links: pd.DataFrame, log: FaultLog) -> None:
    """Check that today's mix is whole, and made of what links.csv knows.

    Parameters
    ----------
    data : MixTables
    segments, links : DataFrame
        As `frames.segment_table` and `frames.link_table` return them.
    log : FaultLog
    """
    if not len(data.today):
        return
    check_names(_TODAY, data.today["tier"], tier_names(data), log, "the customer tiers")
    rows = today_table(data, segments)
    there = set(zip(links["row"], links["channel"], strict=True))
    channels, said = set(data.channels["channel"].dropna()), set()
    for row in rows[rows["share"] > 0].to_dict("records"):
        if (row["row"], row["channel"]) not in there and row["channel"] in channels and row["line"] not in said:
            said.add(row["line"])
            piece = segments.loc[row["row"]]
            message = (
                f"links.csv has no row for {piece['contact_type']}, segment {piece['segment']}, in this channel; add"
                " one, or give today's mix by segment"
            )
            log.add(_TODAY, int(row["line"]), "channel", row["channel"], message, kind="no such link")
    cells = rows.groupby(["row", "tier"]).agg(line=("line", "min"), total=("share", "sum"), known=("share", "count"))
    whole = cells[cells["known"] == rows.groupby(["row", "tier"]).size()]
    for line, total in whole.loc[(whole["total"] - 1).abs() > TOLERANCE].groupby("line")["total"].first().items():
        share = float(data.today["share"].to_dict()[line])
        message = f"the shares that belong together (this row is the first of them) sum to {total:g}; make it 1"
        log.add(_TODAY, int(str(line)), "share", f"{share:g}", message, kind="do not sum to 1")
    missing = [name for name in segments["contact_type"].unique() if name not in set(data.today["contact_type"])]
    for name in missing:
        message = "has no row for it; today's mix must say all contact types, or leave out the file"
        log.add(_TODAY, None, "contact_type", name, message)
    _check_cells(data, segments, rows, missing, log)


def _check_cells(
    data: MixTables, segments: pd.DataFrame, rows: pd.DataFrame, missing: list[str], log: FaultLog
) -> None:
    """Every segment and tier of a contact type that has rows needs some."""
    have, tiers = set(zip(rows["row"], rows["tier"], strict=True)), tier_names(data)
    for place, kind, name in zip(segments.index, segments["contact_type"], segments["segment"], strict=True):
        for tier in tiers:
            if (place, tier) not in have and kind not in missing:
                message = f"has no row for segment {name} of {kind}, tier {tier}; add some"
                log.add(_TODAY, None, "share", "", message, kind="cells without rows")
