"""Reading a YAML file of settings that a pydantic model declares: faults in the user's words, with line and key."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from models.faults import FaultLog
from models.hints import close_name, number_hint, share_hint
from models.yamlfile import KeyPath, YamlFile, read_yaml

Model = TypeVar("Model", bound=BaseModel)


def read_section(path: Path, model: type[Model], log: FaultLog) -> tuple[Model | None, YamlFile | None]:
    """Read a file of settings.

    Parameters
    ----------
    path : Path
        The file.
    model : type of BaseModel
        Declares the settings.
    log : FaultLog
        Takes every fault.

    Returns
    -------
    settings : BaseModel or None
        None when there is a fault.
    source : YamlFile or None
        Plain data and lines, for further faults; None when the file is no YAML mapping.
    """
    source = read_yaml(path, log)
    if source is None:
        return None, None
    try:
        return model.model_validate({str(key): value for key, value in source.data.items()}), source
    except ValidationError as problem:
        for error in problem.errors(include_url=False):
            log_error(model, source, dict(error), log)
    return None, source


def log_error(model: type[BaseModel], source: YamlFile, error: dict[str, Any], log: FaultLog) -> KeyPath:
    """Record one pydantic error of settings in the user's words; return its path."""
    path = tuple(key for key in error["loc"] if key != "[key]")
    kind, value = error["type"], error.get("input")
    text = str(error["msg"]).removeprefix("Value error, ")
    if kind == "missing":
        message, value = "is missing; add it", None
    elif kind == "extra_forbidden":
        close = close_name(str(path[-1]), _free(model, source, path))
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
        unit = _unit(model, path)
        hint = number_hint(value, unit) if isinstance(value, str) else share_hint(value) if unit == "share" else None
        message = f"{message}; {hint}" if hint else message
    shown = "" if value is None or isinstance(value, (dict, list, tuple, BaseModel)) else value
    log.add(source.name, source.line(path), source.dotted(path), shown, message, kind=f"{path}{kind}")
    return path


def _section(whole: type[BaseModel], path: KeyPath) -> type[BaseModel] | None:
    """Section in which the setting of this path stands."""
    model: type[BaseModel] | None = whole
    for key in path[:-1]:
        if isinstance(key, int) or model is None:
            continue
        found = next((f for name, f in model.model_fields.items() if key in (name, f.alias)), None)
        model = next(sections(found.annotation), None) if found else None
    return model


def _free(whole: type[BaseModel], source: YamlFile, path: KeyPath) -> list[str]:
    """Names of the settings that may still stand where the path stands."""
    model = _section(whole, path)
    names = [field.alias or name for name, field in model.model_fields.items()] if model else []
    return [name for name in names if (*path[:-1], name) not in source.lines]


def _unit(whole: type[BaseModel], path: KeyPath) -> str:
    """Unit of the setting of this path; empty when it has none."""
    model = _section(whole, path)
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
