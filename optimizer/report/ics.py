"""iCalendar as text (RFC 5545): content lines out of names and values, and the components of a file back."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

LINE_BYTES = 75
"""Of a line at most, its end not counted (3.1)."""
_SIGNS = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_NAME = re.compile(r"[A-Za-z0-9-]+")
_PARAMETER = re.compile(r';([A-Za-z0-9-]+)=("[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*')
_FOLD = re.compile(r"\r?\n[ \t]")
_END_OF_LINE = re.compile(r"\r?\n")
_MOMENT = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(Z?)")


@dataclass(frozen=True)
class Property:
    """A property as it stands in a file: its parameters, and its value without any escape undone."""

    parameters: dict[str, str]
    value: str

    @property
    def text(self) -> str:
        """The value as text (3.3.11)."""
        return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], self.value)

    def moment(self) -> dt.datetime:
        """Return the value as an instant (3.3.5), in the zone of its parameter or in UTC.

        Raises
        ------
        ValueError
            If it is none, or its zone is not known.
        """
        match = _MOMENT.fullmatch(self.value)
        name = self.parameters.get("TZID")
        if match is None or (not match[7] and name is None):
            raise ValueError(f"{self.value!r} is no instant")
        try:
            zone = dt.UTC if match[7] else ZoneInfo(str(name))
        except KeyError as error:
            raise ValueError(f"{name!r} is no time zone") from error
        year, month, day, hour, minute, second = (int(match[part]) for part in range(1, 7))
        return dt.datetime(year, month, day, hour, minute, second, tzinfo=zone)


@dataclass
class Component:
    """A component of a file: what stands between its BEGIN and its END."""

    name: str
    properties: dict[str, Property] = field(default_factory=dict)
    parts: list[Component] = field(default_factory=list)

    def text(self, name: str, otherwise: str = "") -> str:
        """Text of a property, or something else where there is none."""
        found = self.properties.get(name)
        return otherwise if found is None else found.text


def line(name: str, value: str) -> str:
    """Return one property with its line end, folded where it is long; the value as it is to stand."""
    text = f"{name}:{value}"
    if len(text) <= LINE_BYTES and text.isascii():
        return text + "\r\n"
    pieces, piece, room = [], "", LINE_BYTES
    for sign in text:
        size = len(sign.encode())
        if size > room:
            pieces.append(piece)
            piece, room = "", LINE_BYTES - 1  # a space begins what is continued
        piece += sign
        room -= size
    return "\r\n ".join([*pieces, piece]) + "\r\n"


def escaped(text: str) -> str:
    """Write text as a value (3.3.11); signs of control, which no value may hold, are left out."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).translate(_SIGNS)


def moment_line(name: str, moment: dt.datetime, time_zone: str) -> str:
    """Return a property that is an instant: in UTC where the moment is, else on the wall clock of a zone."""
    if moment.tzinfo is dt.UTC:
        return line(name, f"{moment:%Y%m%dT%H%M%SZ}")
    return line(f"{name};TZID={time_zone}", f"{moment:%Y%m%dT%H%M%S}")


def component(name: str, lines: Iterable[str]) -> str:
    """Put content lines, or whole components, into a component."""
    return f"BEGIN:{name}\r\n{''.join(lines)}END:{name}\r\n"


def read_components(text: str) -> list[Component]:
    """Read the components of a file.

    Raises
    ------
    ValueError
        If a line is no content line, or what begins does not end.
    """
    whole = Component("")
    stack = [whole]
    for each in _END_OF_LINE.split(_FOLD.sub("", text)):
        if not each:
            continue
        name, found = _property(each)
        if name == "BEGIN":
            stack.append(Component(found.value.upper()))
            stack[-2].parts.append(stack[-1])
        elif name == "END":
            if stack[-1].name != found.value.upper():
                raise ValueError(f"END:{found.value} where {stack[-1].name or 'nothing'} is to end")
            stack.pop()
        else:
            stack[-1].properties[name] = found
    if len(stack) > 1 or not whole.parts:
        raise ValueError(f"{stack[-1].name or 'a calendar'} does not {'end' if stack[-1].name else 'begin'}")
    return whole.parts


def _property(each: str) -> tuple[str, Property]:
    match = _NAME.match(each)
    if match is None:
        raise ValueError(f"{each[:40]!r} has no name of a property")
    place, parameters = match.end(), {}
    while found := _PARAMETER.match(each, place):
        parameters[found[1].upper()] = found[2].strip('"')
        place = found.end()
    if each[place : place + 1] != ":":
        raise ValueError(f"{each[:40]!r} has no value")
    return match[0].upper(), Property(parameters, each[place + 1 :])
