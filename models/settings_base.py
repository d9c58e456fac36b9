"""Building blocks of the settings: how a field states its unit and range, and the value types that fields share."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationInfo,
    field_validator,
    model_validator,
)

from models.wallclock import DAY_NAMES, format_time, parse_days, parse_time

_NAME = re.compile(r"^[^\s=+\-@;,'\"][^;,\r\n\t\"]{0,59}$")
_MISSING: Any = ...


def field(default: Any, description: str, *, unit: str = "", **rules: Any) -> Any:
    """Declare a setting once: default (``...`` when it must be given), meaning, unit and range.

    Parameters
    ----------
    default : object
        Value when the setting is left out; a callable makes a fresh one; ``...`` makes the setting required.
    description : str
        What it means, for the data dictionary.
    unit : str
        Its unit, for the data dictionary.
    **rules
        Bounds and the like, as pydantic's ``Field`` takes them (ge, gt, le, lt, alias, ...).
    """
    extra: Any = {"unit": unit}
    if callable(default):
        return Field(default_factory=default, description=description, json_schema_extra=extra, **rules)
    return Field(default, description=description, json_schema_extra=extra, **rules)


class Section(BaseModel):
    """A section of scenario.yaml: immutable, and unknown names in it are faults."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, populate_by_name=True, allow_inf_nan=False, validate_default=True
    )

    @field_validator("*", mode="before")
    @classmethod
    def _no_bool_as_number(cls, value: Any, info: ValidationInfo) -> Any:
        # Python counts true as 1; in a settings file `seats: true` is a slip, not one seat.
        if isinstance(value, bool) and cls.model_fields[str(info.field_name)].annotation is not bool:
            raise ValueError("true and false do not belong here; write a value")
        return value


def check_name(text: str) -> str:
    """Accept a name that survives CSV cells, spreadsheets and the breaks column of schedule.csv.

    Raises
    ------
    ValueError
        If it is empty, longer than 60 characters, starts with = + - @ or a quote, or holds ; , " or a line end.
    """
    if not _NAME.match(text) or text != text.strip():
        raise ValueError(
            'a name has 1 to 60 characters, no ; , " or line end, and does not start with = + - @ or a quote'
        )
    return text


def _read_time(value: Any) -> Any:
    # An int comes from code (already minutes); text comes from the file. True would pass as 1, so it is refused.
    return value if isinstance(value, int) and not isinstance(value, bool) else parse_time(value)


def _read_days(value: Any) -> Any:
    return value if isinstance(value, (tuple, list)) else parse_days(value)


def _check_days(days: tuple[int, ...]) -> tuple[int, ...]:
    if not days or any(not 0 <= day <= 6 for day in days):
        raise ValueError("weekdays are 0 (Monday) to 6 (Sunday), at least one")
    return tuple(sorted(set(days)))


def format_days(days: tuple[int, ...]) -> str:
    """Write weekdays as names, comma-separated (read again by `parse_days`)."""
    return ",".join(DAY_NAMES[day] for day in days)


Name = Annotated[str, AfterValidator(check_name)]
WallTime = Annotated[
    int, BeforeValidator(_read_time), Field(ge=0, le=2880), PlainSerializer(format_time, return_type=str)
]
"""Minutes after midnight, written "HH:MM" or "HH:MM+1" in the file."""
Days = Annotated[
    tuple[int, ...],
    BeforeValidator(_read_days),
    AfterValidator(_check_days),
    PlainSerializer(format_days, return_type=str),
]
"""Weekdays, 0 = Monday, written "mon-fri,sun" in the file."""


class MinuteRange(Section):
    """Lengths from the shortest to the longest in equal steps; a single number means only that length."""

    from_min: int = field(_MISSING, "shortest length", unit="min", ge=1, le=1440, alias="from")
    to_min: int = field(_MISSING, "longest length", unit="min", ge=1, le=1440, alias="to")
    step_min: int = field(30, "step between lengths", unit="min", ge=1, le=1440, alias="step")

    @model_validator(mode="before")
    @classmethod
    def _from_number(cls, value: Any) -> Any:
        if isinstance(value, int) and not isinstance(value, bool):
            return {"from": value, "to": value}
        return value

    @model_validator(mode="after")
    def _ordered(self) -> MinuteRange:
        if self.to_min < self.from_min:
            raise ValueError(f"to ({self.to_min}) is below from ({self.from_min}); swap them")
        return self

    @property
    def values(self) -> tuple[int, ...]:
        """Every length, in minutes, ascending."""
        return tuple(range(self.from_min, self.to_min + 1, self.step_min))
