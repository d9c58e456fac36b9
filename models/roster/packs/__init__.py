"""Packs of labour rules, as data: each a file beside this one, with its sources. Not legal advice: see its label."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from models.faults import FaultLog
from models.roster.settings import OvertimeTier, RuleSettings
from models.section_file import read_section
from models.settings_base import Section, field

_MISSING: Any = ...
_FOLDER = Path(__file__).resolve().parent


class Pack(Section):
    """A pack of labour rules."""

    title: str = field(_MISSING, "country and law")
    label: str = field(_MISSING, "what to know before it is used")
    sources: tuple[str, ...] = field(_MISSING, "where the rules stand")
    notes: tuple[str, ...] = field((), "what the pack leaves out, and how it reads the law")
    rules: tuple[RuleSettings, ...] = field((), "the rules")
    overtime: tuple[OvertimeTier, ...] = field((), "tiers of overtime, where roster.yaml gives none")
    holiday_percent: float = field(0.0, "extra pay on holidays, where roster.yaml gives none", unit="%")


def pack_names() -> tuple[str, ...]:
    """Names of the packs, sorted."""
    return tuple(sorted(file.stem for file in _FOLDER.glob("*.yaml")))


@cache
def read_pack(name: str) -> Pack:
    """Read a pack that comes with the product.

    Raises
    ------
    KeyError
        If there is none of that name.
    ValueError
        If the installed file is damaged.
    """
    if name not in pack_names():
        raise KeyError(name)
    log = FaultLog()
    pack, _ = read_section(_FOLDER / f"{name}.yaml", Pack, log)
    if pack is None:
        raise ValueError(f"the pack {name} of this installation is damaged: {'; '.join(map(str, log.faults))}")
    return pack
