"""Checks of the tables of a channel mix against each other: names, doubles, sums, and what belongs to which kind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from models.faults import FaultLog
from models.hints import close_name
from models.mix import tables
from models.mix.case_checks import TOLERANCE
from models.mix.frames import MixTables
from models.mix.records import AUTOMATED, PEOPLE
from models.mix.tables import ALL

REACHABLE = (*PEOPLE, "outsourced")


def check_tables(data: MixTables, periods: Sequence[str] | None, log: FaultLog) -> None:
    """Check every table but links.csv, today.csv and pool_costs.csv, which have checks of their own.

    Parameters
    ----------
    data : MixTables
    periods : sequence of str or None
        Names of the periods; None when mix.yaml does not say them, and then no period is checked.
    log : FaultLog
    """
    types, channels = _known(data.types["contact_type"]), _known(data.channels["channel"])
    for schema, names in ((tables.TYPES, types), (tables.CHANNELS, channels)):
        if not names and not len(log):
            log.add(str(schema.name), None, None, "", "has no rows; add at least one")
    _check_segments(data, types, log)
    _check_volumes(data, types, periods, log)
    _check_channels(data, channels, periods, log)
    _check_price_tiers(data, channels, log)


def check_names(file: str, column: pd.Series, known: Iterable[str], log: FaultLog, of: str) -> None:
    """Record every name that is not known; `of` says where it should stand."""
    names = list(known)
    for line, name in column[column.notna() & ~column.isin(names)].items():
        close = close_name(str(name), names)
        hint = f"did you mean {close}?" if close else f"add it there, or use {', '.join(names[:8]) or 'nothing'}"
        log.add(file, int(str(line)), str(column.name), name, f"is not in {of}; {hint}", kind=f"unknown {name}")


def check_doubles(file: str, table: pd.DataFrame, keys: list[str], log: FaultLog) -> None:
    """Record every row whose keys stand in an earlier row."""
    named = table[keys].astype(object).where(table[keys].notna(), "")
    first: dict[tuple[object, ...], int] = {}
    twice = named.duplicated(keep=False)
    for line, row in zip(named.index[twice], named[twice].itertuples(index=False), strict=True):
        if tuple(row) in first:
            words = ", ".join(str(value) for value in row if value != "")
            message = f"the same {', '.join(keys)} as in row {first[tuple(row)]}; keep one of them"
            log.add(file, int(line), keys[-1], words, message, kind="the same keys twice")
        else:
            first[tuple(row)] = int(line)


def _known(column: pd.Series) -> list[str]:
    return [str(name) for name in column.dropna()]


def _check_segments(data: MixTables, types: list[str], log: FaultLog) -> None:
    file = str(tables.SEGMENTS.name)
    check_names(file, data.segments["contact_type"], types, log, str(tables.TYPES.name))
    check_doubles(file, data.segments, ["contact_type", "segment"], log)
    whole = data.segments.dropna(subset=["contact_type"]).groupby("contact_type", sort=False)
    for name, rows in whole:
        total = rows["share"].sum()
        if rows["share"].notna().all() and abs(total - 1) > TOLERANCE:
            message = f"the shares of {name} sum to {total:g}; make them sum to 1"
            log.add(file, int(rows.index[0]), "share", f"{rows['share'].iloc[0]:g}", message)
    without = data.types[~data.types["contact_type"].isin(data.segments["contact_type"]) & data.types["aht_s"].isna()]
    for line in without.index:
        if not log.said(str(tables.TYPES.name), int(line), "aht_s"):
            message = "is blank; give the handle time, or rows of the contact type in segments.csv"
            log.add(str(tables.TYPES.name), int(line), "aht_s", "", message)


def _check_volumes(data: MixTables, types: list[str], periods: Sequence[str] | None, log: FaultLog) -> None:
    file, volumes = str(tables.VOLUMES.name), data.volumes
    check_names(file, volumes["contact_type"], types, log, str(tables.TYPES.name))
    if periods is not None:
        check_names(file, volumes["period"], periods, log, "the periods of mix.yaml")
    check_doubles(file, volumes, ["period", "contact_type", "tier"], log)
    if len(data.tiers):
        tiers = _known(data.tiers["tier"])
        check_names(file, volumes["tier"], tiers, log, str(tables.TIERS.name))
    named = volumes["tier"].dropna().unique()
    if len(data.tiers) > 1 or len(named):
        for line in volumes.index[volumes["tier"].isna()]:
            log.add(file, int(line), "tier", "", "is blank; name the customer tier, since there are several")


def _check_channels(data: MixTables, channels: list[str], periods: Sequence[str] | None, log: FaultLog) -> None:
    file, table = str(tables.CHANNELS.name), data.channels
    if periods is not None:
        check_names(file, table["available_from"], periods, log, "the periods of mix.yaml")
    check_names(file, table["escalates_to"], channels, log, "the channels")
    kind = table.dropna(subset=["channel"]).drop_duplicates("channel").set_index("channel")["kind"]
    for line, row in table.iterrows():
        place, mine, target = int(str(line)), row["kind"], row["escalates_to"]
        if target == row["channel"] and target is not None:
            log.add(file, place, "escalates_to", target, "is the channel itself; name another one")
        elif target in kind.index and kind[target] is not None and kind[target] not in REACHABLE:
            message = f"is of kind {kind[target]}; contacts go on to people: {', '.join(REACHABLE)}"
            log.add(file, place, "escalates_to", target, message)
        if row["min_contacts"] > row["max_contacts"]:
            message = f"is above max_contacts ({row['max_contacts']:g}); lower it"
            log.add(file, place, "min_contacts", f"{row['min_contacts']:g}", message, kind="minimum above maximum")
        if mine is not None:
            _check_kind(file, place, row, mine in AUTOMATED, log)


def _check_kind(file: str, line: int, row: pd.Series, automated: bool, log: FaultLog) -> None:
    """Columns that only people, or only automated channels, have."""
    others = ("aht_factor", "pool") if automated else ("licence_price", "licence_hours", "duration_s")
    if row["kind"] == "outsourced":
        others = (*others, "aht_factor", "pool", "concurrency")
    for column in others:
        if not pd.isna(row[column]):
            value = row[column] if isinstance(row[column], str) else f"{row[column]:g}"
            log.add(file, line, column, value, f"is not for kind {row['kind']}; leave it blank", kind="wrong kind")
    if not automated:
        return
    if row["licence_price"] > 0 and pd.isna(row["licence_hours"]):
        log.add(file, line, "licence_hours", "", "is blank; say how many hours of contacts a licence carries")
    if pd.isna(row["duration_s"]) and not pd.isna(row["licence_hours"]):
        log.add(file, line, "duration_s", "", "is blank; licences carry hours, so say how long a contact takes")


def _check_price_tiers(data: MixTables, channels: list[str], log: FaultLog) -> None:
    file, table = str(tables.PRICE_TIERS.name), data.price_tiers
    check_names(file, table["channel"], channels, log, str(tables.CHANNELS.name))
    check_doubles(file, table, ["channel", "from_contacts"], log)
    for name, rows in table.dropna(subset=["channel"]).groupby("channel", sort=False):
        modes = rows["mode"].dropna()
        if modes.nunique() > 1:
            message = f"{name} has tiers of mode {' and '.join(modes.unique())}; use one of them"
            log.add(file, int(modes.index[1]), "mode", modes.iloc[1], message)


def check_tier_types(data: MixTables, links: pd.DataFrame, log: FaultLog) -> None:
    """Check that customers to whom a person is promised can be reached by one in every contact type that they have.

    Parameters
    ----------
    data : MixTables
    links : DataFrame
        As `frames.link_table` returns it.
    log : FaultLog
    """
    kind = data.channels.dropna(subset=["channel"]).drop_duplicates("channel").set_index("channel")
    people = links["channel"].map(kind["kind"]).isin(REACHABLE)
    on = links["channel"].map(kind["escalates_to"]).map(kind["kind"]).isin(REACHABLE)
    reached = set(links.loc[people | on, "contact_type"])
    promised = set(data.tiers.loc[data.tiers["human_always"] == "yes", "tier"])
    rows = data.volumes[data.volumes["tier"].isin(promised) & (data.volumes["issues"] > 0)]
    for (tier, name), group in rows.groupby(["tier", "contact_type"], sort=False):
        if name not in reached and name in set(links["contact_type"]):
            line = int(data.tiers.index[data.tiers["tier"] == tier][0])
            message = (
                f"{name} reaches no person (row {group.index[0]} of volumes.csv has such customers); link it to one"
            )
            log.add(str(tables.TIERS.name), line, "human_always", "yes", message, kind=f"no person for {name}")


def check_link_names(data: MixTables, segments: pd.DataFrame, log: FaultLog) -> None:
    """Check the names in links.csv and today.csv, and that no row stands twice."""
    types, channels = _known(data.types["contact_type"]), _known(data.channels["channel"])
    known = segments.dropna(subset=["segment"])
    pieces = known.groupby("contact_type")["segment"].agg(set).to_dict() | {ALL: set(known["segment"])}
    for schema, table, everybody in ((tables.LINKS, data.links, [ALL]), (tables.TODAY, data.today, [])):
        file = str(schema.name)
        check_names(file, table["contact_type"], [*types, *everybody], log, str(tables.TYPES.name))
        check_names(file, table["channel"], channels, log, str(tables.CHANNELS.name))
        named = table.dropna(subset=["contact_type", "segment"])
        for line, kind, name in zip(named.index, named["contact_type"], named["segment"], strict=True):
            if kind in pieces and name not in pieces[kind]:
                message = f"is no segment of {kind}; use {', '.join(sorted(pieces[kind])[:8])}"
                log.add(file, int(line), "segment", name, message, kind=f"unknown {name}")
    check_doubles(str(tables.LINKS.name), data.links, ["contact_type", "segment", "channel"], log)
    check_doubles(str(tables.TODAY.name), data.today, ["contact_type", "segment", "tier", "channel"], log)
