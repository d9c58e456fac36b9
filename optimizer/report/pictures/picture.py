"""What a picture is: figures to choose from, what they show in words, and their numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Figure = dict[str, Any]
"""A plotly figure as plain values: data, layout. Its colours are names (`palette`)."""


@dataclass(frozen=True)
class Choice:
    """Something that a reader chooses: its label and its options; `steps` adds buttons to the one before and after."""

    label: str
    options: tuple[str, ...]
    steps: bool = False


@dataclass(frozen=True)
class Sheet:
    """Numbers to read under a picture, as text; the first `words` columns are words, the others figures.

    Parameters
    ----------
    caption : str
    header : tuple of str
    rows : tuple of tuple of str
    words : int
    total : bool
        Whether the last row sums up the others.
    """

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: int = 1
    total: bool = False


@dataclass(frozen=True)
class Picture:
    """A picture with all that belongs to it.

    Parameters
    ----------
    name : str
        Of its element; a picture occurs once in a page.
    title, caption : str
        Above and below it.
    alt : str
        What it shows, for who does not see it.
    figures : dict
        Position of each choice's option to the figure; the key is () without choices. Where a combination has nothing
        to show it is missing.
    choices : tuple of Choice
    start : tuple of int
        Options that are chosen first.
    sheets : tuple of Sheet
        Numbers. Where there are none, they are read off the figure that is shown: x and each trace with a name.
    height : int
        Pixels; a figure's own `layout.height` goes first.
    """

    name: str
    title: str
    alt: str
    caption: str
    figures: dict[tuple[int, ...], Figure]
    choices: tuple[Choice, ...] = ()
    start: tuple[int, ...] = ()
    sheets: tuple[Sheet, ...] = ()
    height: int = 340

    def __post_init__(self) -> None:
        if self.start not in self.figures:
            raise ValueError(f"picture {self.name}: nothing to show at {self.start}")
        if any(len(key) != len(self.choices) for key in self.figures):
            raise ValueError(f"picture {self.name}: each figure has an option of each of {len(self.choices)} choices")

    @property
    def first(self) -> Figure:
        """What is shown first."""
        return self.figures[self.start]


def sheet(
    caption: str, header: Sequence[str], rows: Iterable[Sequence[str]], *, words: int = 1, total: bool = False
) -> Sheet:
    """Make a sheet of any sequences."""
    return Sheet(caption, tuple(header), tuple(tuple(row) for row in rows), words, total)


def plain(values: Any, digits: int = 4) -> list[float | None]:
    """Return numbers as JSON holds them: rounded, None where unknown."""
    array = np.asarray(values, dtype=np.float64)
    return [None if np.isnan(value) else round(value, digits) for value in array.tolist()]


def few_ticks(count: int, most: int = 12) -> range:
    """Positions of at most `most` ticks among `count`, evenly spread."""
    return range(0, count, max(1, -(-count // most)))


def bar_height(rows: int, each: int = 26) -> int:
    """Height of a picture of horizontal bars."""
    return 96 + each * max(rows, 2)


def level_line(at: float, text: str, tone: str, *, dash: str = "dash") -> tuple[Figure, Figure]:
    """Shape and annotation of a horizontal line through the whole picture, such as a target."""
    shape = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": at, "y1": at,
             "line": {"color": tone, "width": 2, "dash": dash}}  # fmt: skip
    words = {"xref": "paper", "x": 1, "y": at, "xanchor": "right", "yanchor": "bottom", "showarrow": False,
             "text": text, "font": {"color": tone}}  # fmt: skip
    return shape, words
