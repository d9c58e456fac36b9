"""The pictures of the report, in the page: what to look at is chosen above each, its numbers stand below."""

from __future__ import annotations

from functools import partial
from html import escape
from typing import Any

from nicegui import events, ui

from optimizer.report.language import Language
from optimizer.web.markup import attribute
from optimizer.web.pictures import read_shown
from optimizer.web.runs import Run

MOST_ROWS = 400
"""Of numbers under a picture; the files of the export have all."""


class PicturesView:
    """Pictures of a run."""

    def __init__(self, speak: Language) -> None:
        self._speak = speak

    def build(self, run: Run) -> None:
        """Lay them out."""
        pictures = read_shown(run.folder, self._speak.code)["pictures"]
        if not pictures:
            ui.label(self._speak("This run has no pictures.")).classes("quiet")
        for picture in pictures:
            _Picture(picture, self._speak).build()


class _Picture:
    """One picture with its choices."""

    def __init__(self, picture: dict[str, Any], speak: Language) -> None:
        self._picture, self._speak = picture, speak
        self._chosen = list(picture["start"])

    def build(self) -> None:
        """Lay it out."""
        picture = self._picture
        with ui.element("figure").classes("picture"):
            ui.label(picture["title"]).classes("h2")
            with ui.row().classes("gap-2"):
                for place, choice in enumerate(picture["choices"]):
                    options = dict(enumerate(choice["options"]))
                    ui.select(options, value=self._chosen[place], label=choice["label"],
                              on_change=partial(self._choose, place)).props(
                        "dense outlined options-dense").style("min-width: 11rem")  # fmt: skip
            words = attribute(picture["alt"])
            self._plot = ui.plotly(self._figure()).classes("w-full").props(f'role="img" aria-label="{words}"')
            ui.label(picture["caption"]).classes("quiet")
            if picture["sheets"]:
                with ui.expansion(self._speak("Numbers")).classes("w-full").props("dense"):
                    for sheet in picture["sheets"]:
                        ui.html(_table(sheet), sanitize=False).classes("scroll")

    def _figure(self) -> dict[str, Any]:
        figures = self._picture["figures"]
        figure = figures.get(",".join(map(str, self._chosen))) or {"data": [], "layout": {}}
        layout = {"height": self._picture["height"], **figure["layout"], "autosize": True}
        return {"data": figure["data"], "layout": layout, "config": {"displayModeBar": False, "responsive": True}}

    def _choose(self, place: int, event: events.ValueChangeEventArguments[int]) -> None:
        self._chosen[place] = int(event.value)
        self._plot.update_figure(self._figure())


def _table(sheet: dict[str, Any]) -> str:
    words = sheet["words"]
    heads = "".join(f'<th scope="col"{_kind(place, words)}>{escape(text)}</th>'
                    for place, text in enumerate(sheet["header"]))  # fmt: skip
    cells = ("".join(f"<td{_kind(place, words)}>{escape(str(cell))}</td>" for place, cell in enumerate(row))
             for row in sheet["rows"][:MOST_ROWS])  # fmt: skip
    rows = "".join(f"<tr>{line}</tr>" for line in cells)
    return (f'<table class="plain"><caption>{escape(sheet["caption"])}</caption><thead><tr>{heads}</tr></thead>'
            f"<tbody>{rows}</tbody></table>")  # fmt: skip


def _kind(place: int, words: int) -> str:
    return "" if place < words else ' class="n"'
