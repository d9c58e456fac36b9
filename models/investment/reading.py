"""Reading an investment case: a folder with invest.yaml, initiatives.csv and effects.csv, checked as a whole.

work.csv, relations.csv, spends.csv and costs.csv may be left out. What each column means stands in
`models.investment.tables`.
"""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pandera.pandas as pa

from models.csvtable import read_table
from models.faults import FaultLog, InputFaults
from models.investment import tables
from models.investment.assembly import Tables, assemble
from models.investment.case import InvestmentCase
from models.investment.people_cost import distance_in_words, people_lines, with_standing_people
from models.investment.settings import InvestSettings
from models.investment.with_mix import mix_faults, mix_work
from models.mix.case import MixCase
from models.mix.cost import price_flow
from models.mix.priced import price_mix
from models.mix.reading import is_mix, read_mix
from models.mix.today import today_flow
from models.remark import remark
from models.section_file import read_section

SETTINGS_FILE = "invest.yaml"
CSAT_APART = 0.0005
"""From this difference on, a given satisfaction is another than the mix has."""
_REQUIRED = {"initiatives": tables.INITIATIVES, "effects": tables.EFFECTS}
_OPTIONAL = {"work": tables.WORK, "relations": tables.RELATIONS_TABLE, "spends": tables.SPENDS, "costs": tables.COSTS}


def is_investment(folder: str | Path) -> bool:
    """Whether a folder holds an investment case (invest.yaml)."""
    return (Path(folder) / SETTINGS_FILE).is_file()


def read_case(folder: str | Path, *, budgets: dict[int, float] | None = None) -> tuple[InvestmentCase, MixCase | None]:
    """Read an investment case, and the channel mix beside it when there is one and no work.csv.

    Parameters
    ----------
    folder, budgets
        As for `read_investment`.

    Returns
    -------
    InvestmentCase, MixCase or None

    Raises
    ------
    InputFaults
        With every fault; those of a mix come before those of the initiatives.
    """
    mix = read_mix(folder) if is_mix(folder) and not (Path(folder) / "work.csv").is_file() else None
    return read_investment(folder, budgets=budgets, mix=mix), mix


def read_investment(
    folder: str | Path, *, budgets: dict[int, float] | None = None, mix: MixCase | None = None
) -> InvestmentCase:
    """Read and check an investment case.

    Parameters
    ----------
    folder : str or Path
        The folder.
    budgets : dict of int to float, optional
        Calendar year to money, instead of those of invest.yaml.
    mix : MixCase, optional
        The channel mix whose work of today takes the place of work.csv.

    Returns
    -------
    InvestmentCase

    Raises
    ------
    InputFaults
        With every fault that was found, each with file, row, column and value.
    """
    place, log = Path(folder), FaultLog()
    settings, _ = read_section(place / SETTINGS_FILE, InvestSettings, log)
    read: dict[str, pd.DataFrame | None] = {}
    notes: tuple[str, ...] = ()
    if mix is not None and settings is not None:
        if mix.today is None:
            log.add("today.csv", None, None, "", "is missing: what initiatives save counts from today's mix")
        else:
            settings, read["work"], notes = _of_mix(settings, _payable(mix, log), log)
    for name, schema in _REQUIRED.items():
        read[name] = read_table(place / f"{name}.csv", schema, log)
    for name, schema in _OPTIONAL.items():
        path = place / f"{name}.csv"
        if name not in read:
            read[name] = read_table(path, schema, log) if path.exists() else _empty(schema)
    whole = {name: frame for name, frame in read.items() if frame is not None}
    if settings is None or len(whole) < len(read):
        raise InputFaults(log.faults)
    if budgets is not None:
        settings = _with_budgets(settings, budgets, log)
    if settings.csat.floor is not None and settings.csat.today is None:
        message = "needs csat.today, from which the effects count"
        log.add(SETTINGS_FILE, None, "csat.floor", f"{settings.csat.floor:g}", message)
    case = assemble(settings, Tables(**whole), log, of_mix=mix is not None)
    for words in mix_faults(case, mix) if mix is not None else ():
        log.add("effects.csv", None, "contact_type", "", words)
    log.raise_if_any()
    return replace(case, notes=(*notes, *case.notes))


def _of_mix(
    settings: InvestSettings, mix: MixCase, log: FaultLog
) -> tuple[InvestSettings, pd.DataFrame, tuple[str, ...]]:
    """Take people, work and satisfaction of today from a mix; with remarks."""
    flow = today_flow(mix)
    if flow is None:
        raise ValueError("today's mix is not known: today.csv is missing")
    priced = price_mix(mix, flow)
    lines, notes = people_lines(mix, priced.cost), []
    try:
        settings = with_standing_people(settings, mix, lines)
    except ValueError as problem:
        log.add(SETTINGS_FILE, None, "people.cost_per_hour", "0", str(problem))
    notes.append(distance_in_words(lines, settings.currency))
    csat, given = priced.overall_csat, settings.csat.today
    if given is None and math.isfinite(csat):
        settings = settings.model_copy(update={"csat": settings.csat.model_copy(update={"today": csat})})
    elif given is not None and abs(given - csat) >= CSAT_APART:
        notes.append(
            remark("csat.today is {share}, that of today's mix {other}: leave it out to count from the mix",
                   share=f"{given:.1%}", other=f"{csat:.1%}")
        )  # fmt: skip
    return settings, mix_work(mix, settings.people), tuple(filter(None, notes))


def _payable(mix: MixCase, log: FaultLog) -> MixCase:
    """Return a mix whose work of today has a cost.

    Where a cost table ends below it, that is a fault, and the rest is checked with people paid by the hour.
    """
    flow = today_flow(mix)
    if flow is None or mix.settings.people.cost_from != "cost_table":
        return mix
    cost = price_flow(mix, flow)
    beyond = ~np.isfinite(cost.people)
    for pool in np.flatnonzero(beyond.any(axis=1)).tolist():
        hours = float((cost.pool_hours[pool] * 7 / mix.days).max())
        last = float(mix.table_of(pool).load_hours_per_week[-1])
        message = (
            f"ends below the {hours:,.1f} hours a week that today's mix takes of pool {mix.pools[pool]}: tabulate more"
            " (servopt cost-table --to)"
        )
        log.add("pool_costs.csv", None, "load_hours_per_week", f"{last:g}", message)
    if not beyond.any():
        return mix
    people = mix.settings.people.model_copy(update={"cost_from": "cost_per_hour"})
    return replace(mix, settings=mix.settings.model_copy(update={"people": people}))


def _with_budgets(settings: InvestSettings, budgets: dict[int, float], log: FaultLog) -> InvestSettings:
    years = settings.horizon.calendar_years
    for year in budgets:
        if year not in years:
            log.add("--budget", None, None, year, f"lies outside the horizon {years[0]} to {years[-1]}")
    kept = {year: amount for year, amount in sorted(budgets.items()) if year in years}
    return settings.model_copy(update={"budgets": kept})


def _empty(schema: pa.DataFrameSchema) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype=object) for name in schema.columns})
