"""Reading YAML that somebody else wrote: safe, bounded, and with the line of every key.

YAML 1.1 reads ``country: NO`` as false and ``12:00`` as 720. Here only true and false are booleans, only digits are
numbers, and everything else is text, which is what people who type ``NO`` and ``12:00`` mean.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from models.faults import FaultLog
from models.textfile import read_text

MAX_YAML_BYTES = 1_000_000
MAX_NODES = 50_000
KeyPath = tuple[str | int, ...]

_PLAIN = {
    "bool": (re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")),
    "int": (re.compile(r"^[-+]?[0-9]+$"), list("-+0123456789")),
    "float": (
        re.compile(r"^(?:[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf)|\.(?:nan|NaN))$"),
        list("-+0123456789."),
    ),
    "null": (re.compile(r"^(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""]),
    "timestamp": (re.compile(r"^\d{4}-\d{2}-\d{2}$"), list("0123456789")),
}
_TAG = "tag:yaml.org,2002:"


class _Loader(yaml.SafeLoader):
    """Safe loader with the few plain scalars above and nothing else."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - the name is PyYAML's


for _kind, (_pattern, _firsts) in _PLAIN.items():
    _Loader.add_implicit_resolver(_TAG + _kind, _pattern, _firsts)


@dataclass(frozen=True)
class YamlFile:
    """Plain data of a YAML file, with the line at which every key stands.

    Parameters
    ----------
    name : str
        File name, for faults.
    data : dict
        Top-level mapping.
    lines : dict of key path to int
        1-based line of each key and list entry.
    """

    name: str
    data: dict[Any, Any]
    lines: dict[KeyPath, int]

    def line(self, path: KeyPath) -> int | None:
        """Line of a key, or of the closest section around it that is written."""
        for end in range(len(path), 0, -1):
            if path[:end] in self.lines:
                return self.lines[path[:end]]
        return None

    def dotted(self, path: KeyPath) -> str:
        """Key as people say it: list entries by their name where they have one, else by position from 1."""
        words: list[str] = []
        value: Any = self.data
        for key in path:
            value = self._child(value, key)
            named = isinstance(key, int) and isinstance(value, dict) and isinstance(value.get("name"), str)
            words.append(str(value["name"] if named else key + 1 if isinstance(key, int) else key))
        return ".".join(words)

    @staticmethod
    def _child(value: Any, key: str | int) -> Any:
        if isinstance(value, dict):
            return next((child for name, child in value.items() if str(name) == str(key)), None)
        return value[key] if isinstance(value, list) and isinstance(key, int) and key < len(value) else None


def read_yaml(path: Path, log: FaultLog) -> YamlFile | None:
    """Read a YAML file whose top level is a mapping.

    Parameters
    ----------
    path : Path
        File; larger than 1 MB is refused before it is read.
    log : FaultLog
        Takes what is wrong: not readable, not YAML, the same key twice, unknown tags.

    Returns
    -------
    YamlFile or None
        None when nothing can be made of the file.
    """
    text = read_text(path, MAX_YAML_BYTES, log)
    if text is None:
        return None
    try:
        root = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        log.add(path.name, mark.line + 1 if mark else None, None, "", f"is not YAML: {problem.problem}")
        return None
    except (yaml.YAMLError, RecursionError) as problem:
        log.add(path.name, None, None, "", f"is not YAML: {str(problem).splitlines()[0]}")
        return None
    if not isinstance(root, yaml.MappingNode):
        log.add(path.name, 1, None, "", "is empty or no list of settings; write settings as `name: value` lines")
        return None
    reader = _Reader(path.name, log)
    try:
        return YamlFile(path.name, reader.value(root, ()), reader.lines)
    except (_TooMuch, RecursionError):
        log.add(
            path.name, None, None, "", f"holds more than {MAX_NODES:,} values (repeated by aliases?); make it smaller"
        )
        return None


class _TooMuch(Exception):  # noqa: N818 - internal, never seen by a user
    """The file unfolds to more values than any scenario has."""


class _Reader:
    """Turns the node tree into plain data, noting lines and faults on the way."""

    def __init__(self, name: str, log: FaultLog) -> None:
        self.name, self.log = name, log
        self.lines: dict[KeyPath, int] = {}
        self._nodes = 0

    def value(self, node: yaml.Node, path: KeyPath) -> Any:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise _TooMuch
        if isinstance(node, yaml.CollectionNode) and node.tag not in (_TAG + "map", _TAG + "seq"):
            message = "tags are not read; write plain values"
            self.log.add(self.name, node.start_mark.line + 1, ".".join(map(str, path)), node.tag, message)
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            values = []
            for place, child in enumerate(node.value):
                self.lines[(*path, place)] = child.start_mark.line + 1
                values.append(self.value(child, (*path, place)))
            return values
        return self._scalar(node, path)

    def _mapping(self, node: yaml.MappingNode, path: KeyPath) -> dict[Any, Any]:
        values: dict[Any, Any] = {}
        for key_node, child in node.value:
            row = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self.log.add(
                    self.name, row, ".".join(map(str, path)), "", "a key is a list or section; write a plain word"
                )
                continue
            key = self._scalar(key_node, path)
            key = key if isinstance(key, dt.date) else str(key_node.value)
            if key in values:
                self.log.add(
                    self.name, row, ".".join(map(str, (*path, key))), "", "stands here twice; keep one of them"
                )
                continue
            self.lines[(*path, str(key))] = row
            values[key] = self.value(child, (*path, str(key)))
        return values

    def _scalar(self, node: yaml.Node, path: KeyPath) -> Any:
        kind = node.tag.removeprefix(_TAG)
        text = str(node.value)
        row = node.start_mark.line + 1
        if kind not in {"str", *_PLAIN}:
            self.log.add(self.name, row, ".".join(map(str, path)), node.tag, "tags are not read; write plain values")
            return text
        try:
            if kind == "bool":
                return text.lower() == "true"
            if kind == "int":
                return int(text)
            if kind == "float":
                return float(
                    text.replace(".inf", "inf").replace(".Inf", "inf").replace(".nan", "nan").replace(".NaN", "nan")
                )
            if kind == "timestamp":
                return dt.date.fromisoformat(text)
        except ValueError:  # 2014-02-30: what stands there is no date, and the setting's own check says so
            return text
        return None if kind == "null" else text
