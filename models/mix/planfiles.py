"""A channel mix as files: mix.json with how it was found and what it means, and its tables as CSV."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pandas as pd

from models.files import csv_text
from models.jsonfile import json_text
from models.mix.plan import ChannelMix
from models.mix.priced import PricedMix

RECORD_FILE = "mix.json"


def mix_files(mix: ChannelMix) -> dict[str, str]:
    """Write everything that is known about a channel mix, as text.

    Parameters
    ----------
    mix : ChannelMix
        With a mix.

    Returns
    -------
    dict of str to str
        File name to content: mix.json, flows.csv, cost.csv, csat.csv, workload.csv, licences.csv, rules.csv,
        changes.csv, outsource.csv. Tables of the mix and of today's stand in one file, side by side, where the rows
        are the same (``amount`` and ``amount_before``).

    Raises
    ------
    ValueError
        If there is no mix.
    """
    if mix.after is None:
        raise ValueError("there is no mix to write")
    after, before = mix.after, mix.before
    return {
        RECORD_FILE: json_text(_record(mix)),
        "flows.csv": csv_text(after.flows),
        "cost.csv": csv_text(_beside(after, before, "costs", ["period", "item", "name"])),
        "csat.csv": csv_text(_beside(after, before, "csat", ["level", "name"])),
        "workload.csv": csv_text(_beside(after, before, "workload", ["period", "pool"])),
        "licences.csv": csv_text(_beside(after, before, "licences", ["period", "channel"])),
        "rules.csv": csv_text(mix.rules),
        "changes.csv": csv_text(mix.changes),
        "outsource.csv": csv_text(mix.outsource),
    }


def _beside(after: PricedMix, before: PricedMix | None, name: str, keys: list[str]) -> pd.DataFrame:
    table: pd.DataFrame = getattr(after, name)
    if before is None:
        return table
    return table.merge(getattr(before, name), on=keys, how="outer", sort=False, suffixes=("", "_before"))


def _record(mix: ChannelMix) -> dict[str, Any]:
    settings = mix.case.settings
    return {
        "name": settings.name,
        "currency": settings.currency,
        "periods": list(mix.case.periods),
        "tiers": _tiers(mix),
        "result": asdict(mix.result),
        "cost": None if mix.after is None else mix.after.total,
        "cost_before": None if mix.before is None else mix.before.total,
        "saving": mix.saving,
        "csat": None if mix.after is None else mix.after.overall_csat,
        "csat_before": None if mix.before is None else mix.before.overall_csat,
        "change": None if mix.comparison is None else asdict(mix.comparison),
        "binding": list(mix.binding),
        "notes": list(mix.notes),
        "settings": settings.model_dump(mode="json"),
    }


def _tiers(mix: ChannelMix) -> list[dict[str, Any]]:
    """Weights and floors of the tiers, without which nobody can recompute the satisfaction."""
    tiers = mix.case.tiers
    return [
        {"name": name, "weight": float(weight), "csat_floor": float(floor), "csat_lead": float(lead)}
        for name, weight, floor, lead in zip(tiers.name, tiers.weight, tiers.csat_floor, tiers.csat_lead, strict=True)
    ]
