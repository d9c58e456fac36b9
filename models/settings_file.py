"""Reading scenario.yaml: every fault with its line and dotted key, and as much as can be used for further checks."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from models.faults import FaultLog
from models.section_file import log_error
from models.settings import Settings
from models.yamlfile import KeyPath, YamlFile, read_yaml

# What stands in for a required section with faults, so that the other checks can still run on the rest.
_STAND_INS: dict[str, Any] = {
    "time_zone": "UTC",
    "horizon": {"start": "2000-01-03", "days": 7},
    "opening_hours": {"daily": "00:00-24:00"},
    "pay": {"wage_per_hour": 1},
}
_BY_ENTRY = ("shifts",)


@dataclass(frozen=True)
class SettingsFile:
    """Settings with the places where they stand.

    Parameters
    ----------
    settings : Settings
        As read; sections in `unsure` hold stand-ins.
    source : YamlFile
        Plain data and lines.
    unsure : frozenset of str
        Top-level settings with faults: nothing may be concluded from them. "shifts" when any shift type has one
        (those that have are left out of the settings).
    """

    settings: Settings
    source: YamlFile
    unsure: frozenset[str]

    def fault(self, log: FaultLog, path: KeyPath, value: object, message: str) -> None:
        """Record a fault of the setting at this path."""
        log.add(self.source.name, self.source.line(path), self.source.dotted(path), value, message)

    def shift_path(self, name: str) -> KeyPath:
        """Path of the shift type of that name."""
        entries = self.source.data.get("shifts") or []
        places = [i for i, entry in enumerate(entries) if isinstance(entry, dict) and entry.get("name") == name]
        return ("shifts", places[0]) if places else ("shifts",)


def read_settings(path: Path, log: FaultLog) -> SettingsFile | None:
    """Read scenario.yaml.

    Parameters
    ----------
    path : Path
        The file.
    log : FaultLog
        Takes every fault.

    Returns
    -------
    SettingsFile or None
        None when the file is no YAML mapping.
    """
    source = read_yaml(path, log)
    if source is None:
        return None
    data = {str(key): value for key, value in source.data.items()}
    try:
        return SettingsFile(Settings.model_validate(data), source, frozenset())
    except ValidationError as problem:
        paths = [log_error(Settings, source, dict(error), log) for error in problem.errors(include_url=False)]
    paths += _hidden_faults(source, data, paths, log)
    return _salvage(source, data, paths)


def _hidden_faults(source: YamlFile, data: dict[str, Any], paths: list[KeyPath], log: FaultLog) -> list[KeyPath]:
    """Find faults between settings that pydantic does not look for while a single setting beside them is wrong."""
    pruned: Any = copy.deepcopy(data)
    for path in sorted((path for path in paths if path), key=lambda path: [str(key) for key in path], reverse=True):
        holder: Any = pruned
        for key in path[:-1]:
            holder = holder.get(key) if isinstance(holder, dict) else _entry(holder, key)
        if isinstance(holder, dict):
            holder.pop(path[-1], None)
    try:
        Settings.model_validate(pruned | {key: v for key, v in _STAND_INS.items() if key not in pruned})
    except ValidationError as problem:
        new = [error for error in problem.errors(include_url=False) if error["type"] == "value_error"]
        return [log_error(Settings, source, dict(error), log) for error in new if tuple(error["loc"]) not in paths]
    return []


def _entry(holder: Any, key: str | int) -> Any:
    return holder[key] if isinstance(holder, list) and isinstance(key, int) and key < len(holder) else None


def _salvage(source: YamlFile, data: dict[str, Any], paths: list[KeyPath]) -> SettingsFile | None:
    """Settings without the sections (or shift types) that have faults."""
    unsure = {str(path[0]) for path in paths if path}
    kept = {key: value for key, value in data.items() if key not in unsure and key in Settings.model_fields}
    for key in _BY_ENTRY:
        bad = {path[1] if len(path) > 1 else None for path in paths if path and path[0] == key}
        if key in unsure and isinstance(data.get(key), list) and None not in bad:
            kept[key] = [entry for place, entry in enumerate(data[key]) if place not in bad]
    kept |= {key: value for key, value in _STAND_INS.items() if key in unsure}
    try:
        return SettingsFile(Settings.model_validate(kept), source, frozenset(unsure))
    except ValidationError:  # a rule between sections: nothing can be said about the rest
        return None
