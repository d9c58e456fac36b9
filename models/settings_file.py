"""Reading scenario.yaml: every fault with its line and dotted key, and as much as can be used for further checks."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from models.faults import FaultLog
from models.hints import close_name, number_hint, share_hint
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
        paths = [_log_error(source, dict(error), log) for error in problem.errors(include_url=False)]
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
        return [_log_error(source, dict(error), log) for error in new if tuple(error["loc"]) not in paths]
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


def _log_error(source: YamlFile, error: dict[str, Any], log: FaultLog) -> KeyPath:
    """Record one pydantic error in the user's words; return its path."""
    path = tuple(key for key in error["loc"] if key != "[key]")
    kind, value = error["type"], error.get("input")
    text = str(error["msg"]).removeprefix("Value error, ")
    if kind == "missing":
        message, value = "is missing; add it", None
    elif kind == "extra_forbidden":
        close = close_name(str(path[-1]), _free(source, path))
        if str(path[-1]).isdigit() and value is None:  # {wage_per_hour: 16,50} is 16 and a setting called 50
            message = "is no setting here; a number with decimals has a point, such as 16.50"
        else:
            message = f"is no setting here; did you mean {close}?" if close else "is no setting here; remove it"
        value = None
    elif kind in {"model_type", "tuple_type", "dict_type"} and value is None:
        message = "is empty; write its settings below it, or remove the line"
    elif kind == "string_type":
        message = "must be text; put it in quotes"
    elif kind.startswith("date_"):
        message = "must be a date, written YYYY-MM-DD"
    else:
        message = text.replace("Input should be", "must be").replace("valid dictionary or instance of ", "section of ")
        unit = _unit(path)
        hint = number_hint(value, unit) if isinstance(value, str) else share_hint(value) if unit == "share" else None
        message = f"{message}; {hint}" if hint else message
    shown = "" if value is None or isinstance(value, (dict, list, tuple, BaseModel)) else value
    log.add(source.name, source.line(path), source.dotted(path), shown, message, kind=f"{path}{kind}")
    return path


def _section(path: KeyPath) -> type[BaseModel] | None:
    """Section in which the setting of this path stands."""
    model: type[BaseModel] | None = Settings
    for key in path[:-1]:
        if isinstance(key, int) or model is None:
            continue
        found = next((f for name, f in model.model_fields.items() if key in (name, f.alias)), None)
        model = next(sections(found.annotation), None) if found else None
    return model


def _free(source: YamlFile, path: KeyPath) -> list[str]:
    """Names of the settings that may still stand where the path stands."""
    model = _section(path)
    names = [field.alias or name for name, field in model.model_fields.items()] if model else []
    return [name for name in names if (*path[:-1], name) not in source.lines]


def _unit(path: KeyPath) -> str:
    """Unit of the setting of this path; empty when it has none."""
    model = _section(path)
    found = (
        next((f for name, f in model.model_fields.items() if path[-1:] in ((name,), (f.alias,))), None)
        if model
        else None
    )
    extra = found.json_schema_extra if found else None
    return str(extra.get("unit", "")) if isinstance(extra, dict) else ""


def sections(annotation: Any) -> Iterator[type[BaseModel]]:
    """Find the section classes in the type of a setting (a section, a list of sections, or either or null)."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from sections(part)
