"""Reading a channel mix: a folder with mix.yaml and CSV tables, checked as a whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa
from pydantic import ValidationError

from models.csvtable import read_table
from models.faults import FaultLog
from models.mix import tables
from models.mix.assemble import assemble, period_table, pool_of
from models.mix.case import MixCase
from models.mix.checks import check_link_names, check_tables, check_tier_types
from models.mix.frames import MixTables, link_table, segment_table
from models.mix.link_checks import check_links, check_today
from models.mix.reach import check_reach
from models.mix.setting_checks import SettingFault, check_pool_costs, check_settings
from models.mix.settings import MixSettings
from models.section_file import read_section
from models.yamlfile import KeyPath, YamlFile

SETTINGS_FILE = "mix.yaml"
_STAND_INS: dict[str, Any] = {"name": "mix", "periods": {"first": "2000-01", "count": 1}}


def is_mix(folder: str | Path) -> bool:
    """Say whether a folder holds a channel mix: whether there is a mix.yaml."""
    return (Path(folder) / SETTINGS_FILE).is_file()


TableReader = Callable[[Path, pa.DataFrameSchema, FaultLog], pd.DataFrame | None]
"""Reads one table, as `models.csvtable.read_table` does."""


def read_mix(folder: str | Path, table_of: TableReader = read_table) -> MixCase:
    """Read a folder with a channel mix and check it as a whole.

    Parameters
    ----------
    folder : str or Path
        The folder. It may hold a shift scenario too; that is not looked at.
    table_of : function
        Reads its tables.

    Returns
    -------
    MixCase

    Raises
    ------
    InputFaults
        With all faults of all files at once. That contract minima and volumes can be reached at all is only looked at
        when the rest is right.
    """
    place, log = Path(folder), FaultLog()
    if not place.is_dir():
        log.add(
            str(folder), None, None, "", "is no folder; `servopt init retail DIR` makes an example of a channel mix"
        )
        log.raise_if_any()
    settings, source = read_section(place / SETTINGS_FILE, MixSettings, log)
    unsure: set[str] = set()
    if settings is None and source is not None:
        settings, unsure = _salvage(source, log)
    frames: dict[str, pd.DataFrame] = {}
    for schema in tables.TABLES:
        name = str(schema.name)
        if schema in tables.REQUIRED or (place / name).exists():
            frame = table_of(place / name, schema, log)
            if frame is not None:
                frames[name.removesuffix(".csv")] = frame

    def fault(path: KeyPath, value: object, message: str) -> None:
        if source is not None and path[0] not in unsure:
            log.add(source.name, source.line(path), source.dotted(path), value, message)

    if any(str(schema.name).removesuffix(".csv") not in frames for schema in tables.REQUIRED):
        log.raise_if_any()
    return mix_case(settings, frames, log, fault, unsure)


def mix_case(
    settings: MixSettings | None,
    frames: Mapping[str, pd.DataFrame],
    log: FaultLog,
    fault: SettingFault,
    unsure: set[str] | frozenset[str] = frozenset(),
) -> MixCase:
    """Check settings and typed tables against each other, and build the case.

    Parameters
    ----------
    settings : MixSettings or None
        None when nothing is known of them (and the log says why).
    frames : mapping of str to DataFrame
        Tables by name without ".csv", with the columns of their schemas (`models.csvtable.typed_table`).
    log : FaultLog
        What was found so far.
    fault : function
        Records a fault of a setting.
    unsure : set of str
        Top-level settings with faults, which hold stand-ins.

    Raises
    ------
    InputFaults
        If there is any fault, old or new.
    """
    data = MixTables.of(dict(frames))
    segments = segment_table(data)
    links = link_table(data, segments)
    periods = None if settings is None or "periods" in unsure else period_table(settings)[0]
    check_tables(data, periods, log)
    check_link_names(data, segments, log)
    links = pool_of(links, data)
    check_links(data, links, log)
    check_tier_types(data, links, log)
    check_today(data, segments, links, log)
    check_pool_costs(data, log)
    notes: list[str] = []
    if settings is not None:
        pools = list(dict.fromkeys([*links["works"].dropna(), *links["escalation_works"].dropna()]))
        notes = check_settings(settings, data, pools, log, fault)
    log.raise_if_any()
    if settings is None:
        raise AssertionError("settings that cannot be read leave a fault")
    case = assemble(settings, data, notes, links)
    check_reach(case, {str(name): int(str(line)) for line, name in data.channels["channel"].items()}, log)
    log.raise_if_any()
    return case


def _salvage(source: YamlFile, log: FaultLog) -> tuple[MixSettings | None, set[str]]:
    """Settings without those that have faults, and which those are: the tables are then still checked."""
    said = {str(fault.column).split(".")[0] for fault in log.faults if fault.file == source.name and fault.column}
    kept = {str(key): value for key, value in source.data.items() if str(key) in MixSettings.model_fields}
    kept = {key: value for key, value in kept.items() if key not in said}
    try:
        return MixSettings.model_validate({**_STAND_INS, **kept}), said
    except ValidationError:  # a rule between settings: nothing can be said about the rest
        return None, said
