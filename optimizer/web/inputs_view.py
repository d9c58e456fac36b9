"""The left side of the page: sliders, tables, files and what is wrong in them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from nicegui import events, ui

from optimizer.batch.overrides import OverrideError
from optimizer.report.language import Language
from optimizer.report.remarks import say_fault
from optimizer.web.guard import MOST_UPLOAD_BYTES
from optimizer.web.levers import FACTOR, MONEY, SHARE, Lever
from optimizer.web.markup import attribute
from optimizer.web.session import Session
from optimizer.web.workspace import RefusedError

MOST_ROWS = 2000
"""Of a table on the screen; longer ones are changed by a factor or by a file."""
MOST_FAULTS = 12
PERCENT = 100.0


class InputsView:
    """Sliders, tables and files of a session.

    Parameters
    ----------
    moved : called with the lever that was moved; None: something else has changed
    """

    def __init__(self, session: Session, speak: Language, moved: Callable[[Lever | None], Awaitable[None]]) -> None:
        self._session, self._speak, self._moved = session, speak, moved
        self._table = ""

    def build(self) -> None:
        """Lay it out."""
        speak = self._speak
        self.faults()
        with ui.tabs().props("dense no-caps align=justify").classes("w-full") as tabs:
            ui.tab("levers", speak("Levers"))
            ui.tab("tables", speak("Tables"))
            ui.tab("files", speak("Files"))
        with ui.tab_panels(tabs, value="levers").classes("w-full bg-transparent"):
            with ui.tab_panel("levers").classes("p-0"):
                self.levers()
            with ui.tab_panel("tables").classes("p-0"):
                self.tables()
            with ui.tab_panel("files").classes("p-0"):
                self.files()

    @ui.refreshable_method
    def faults(self) -> None:
        """What is wrong in the inputs."""
        found = self._session.faults
        if not found:
            return
        count = len(found)
        title = self._speak("{count} faults in the input", count=count) if count > 1 else self._speak(
            "1 fault in the input")  # fmt: skip
        ui.label(title).classes("h2 bad").props('role="alert"')
        for fault in found[:MOST_FAULTS]:
            place = ":".join(str(part) for part in (fault.file, fault.row, fault.column) if part not in (None, ""))
            with ui.element("div").classes("fault"):
                ui.label(place).classes("text-bold")
                ui.label((f"{fault.value!r}: " if fault.value else "") + say_fault(fault.message, self._speak))
        if count > MOST_FAULTS:
            ui.label(self._speak("and {count} more", count=count - MOST_FAULTS)).classes("quiet")

    @ui.refreshable_method
    def levers(self) -> None:
        """A slider for each thing that can be moved."""
        group = ""
        for lever in self._session.levers():
            if lever.group != group:
                group = lever.group
                ui.label(self._speak(group)).classes("group")
            _Slider(self, lever).build()

    async def move(self, lever: Lever, value: float | None) -> None:
        """Put a lever's value in the working copy, and tell; what can be no level is said, and changes nothing."""
        if value is not None and (value < 0 or (lever.kind == SHARE and value > 1)):
            speak = self._speak
            ui.notify(speak("A share lies between 0 % and 100 %.") if lever.kind == SHARE else
                      speak("It must be 0 or more."), type="negative")  # fmt: skip
            return
        try:
            await self._session.move(lever, value)
        except (OverrideError, ValueError) as problem:
            ui.notify(say_fault(str(problem), self._speak), type="negative")
            return
        await self._moved(lever)

    @ui.refreshable_method
    def tables(self) -> None:
        """One table at a time, to be edited in place."""
        names = self._session.workspace.tables()
        if not names:
            ui.label(self._speak("There is no table.")).classes("quiet")
            return
        self._table = self._table if self._table in names else names[0]
        ui.select(names, value=self._table, label=self._speak("Table"), on_change=self._chosen).props(
            "dense outlined options-dense").classes("w-full")  # fmt: skip
        self.grid()
        ui.button(self._speak("Show it large"), icon="open_in_full", on_click=self._large).props(
            "flat dense no-caps").classes("large")  # fmt: skip

    def _large(self) -> None:
        """The table over the whole page, until it is closed."""
        with ui.dialog(value=True).props("maximized") as dialog, ui.card().classes("w-full"):
            with ui.row().classes("w-full items-center justify-between"):
                ui.label(self._table).classes("h2")
                ui.button(icon="close", on_click=dialog.close).props(
                    f'flat round aria-label="{self._speak("Close")}"')  # fmt: skip
            self._cells("82vh")
        dialog.on("hide", self.grid.refresh)

    def _chosen(self, event: events.ValueChangeEventArguments[str]) -> None:
        self._table = str(event.value)
        self.grid.refresh()

    @ui.refreshable_method
    def grid(self) -> None:
        """The cells of the table."""
        self._cells("26rem")

    def _cells(self, height: str) -> None:
        header, rows, count = self._session.workspace.rows(self._table, MOST_ROWS)
        wrong: dict[int, list[str]] = {}
        for fault in self._session.faults:
            if fault.file == self._table and fault.row is not None:
                wrong.setdefault(fault.row, []).append(fault.column or "")
        lines = [
            {"_row": place, "_wrong": wrong.get(place + 2, []), **dict(zip(header, row, strict=False))}
            for place, row in enumerate(rows)
        ]
        style = "params => (params.data._wrong || []).includes(params.colDef.field) ? {background: '#f8d3cf'} : null"
        columns = [{"field": name, "headerName": name, "editable": True, ":cellStyle": style, "minWidth": 90,
                    "resizable": True} for name in header]  # fmt: skip
        grid = ui.aggrid(
            {"columnDefs": columns, "rowData": lines, "stopEditingWhenCellsLoseFocus": True,
             "suppressFieldDotNotation": True, "autoSizeStrategy": {"type": "fitCellContents"}},
            auto_size_columns=False, theme="balham",
        ).classes("w-full").style(f"height: {height}")  # fmt: skip
        grid.on("cellValueChanged", self._edited, args=["data", "colId", "newValue"])
        if count > len(rows):
            ui.label(
                self._speak("The first {shown} of {count} rows; longer tables are changed by a lever or as a file.",
                            shown=self._speak.number(len(rows)), count=self._speak.number(count))
            ).classes("quiet")  # fmt: skip

    async def _edited(self, event: events.GenericEventArguments) -> None:
        cell: dict[str, Any] = event.args
        value = cell.get("newValue")
        try:
            self._session.workspace.set_cell(
                self._table, int(cell["data"]["_row"]), str(cell["colId"]), "" if value is None else str(value)[:1000]
            )
        except (OverrideError, ValueError, KeyError) as problem:
            ui.notify(say_fault(str(problem), self._speak), type="negative")
            return
        await self._moved(None)

    @ui.refreshable_method
    def files(self) -> None:
        """Hand over files, and see what has changed."""
        speak, session = self._speak, self._session
        ui.label(speak("Hand over a table or settings file; it takes the place of the one with its name in this "
                       "working copy and is checked at once.")).classes("quiet")  # fmt: skip
        ui.upload(
            label=speak("CSV or YAML, at most {size} MB", size=MOST_UPLOAD_BYTES // 1_000_000), auto_upload=True,
            max_file_size=MOST_UPLOAD_BYTES, max_files=20, multiple=True, on_upload=self._uploaded,
            on_rejected=lambda: ui.notify(speak("Too large, or too many files."), type="negative"),
        ).props('accept=".csv,.yaml" flat bordered').classes("w-full")  # fmt: skip
        changed = session.changed()
        ui.label(speak("Changes")).classes("group")
        if not changed:
            ui.label(speak("Nothing has been changed.")).classes("quiet")
        for one in changed[:50]:
            words = f"{say_fault(one.before, self._speak) or '–'} → {say_fault(one.after, self._speak) or '–'}"
            with ui.element("div").classes("w-full"):
                ui.label(f"{one.file} {one.place}").classes("text-caption text-bold").style("overflow-wrap: anywhere")
                ui.label(words).classes("quiet")
        if changed:
            ui.button(speak("Undo all changes"), icon="undo", on_click=self._undo).props("flat no-caps dense")

    async def _uploaded(self, event: events.UploadEventArguments) -> None:
        try:
            self._session.workspace.replace(event.file.name, await event.file.read())
        except RefusedError as problem:
            ui.notify(say_fault(str(problem), self._speak), type="negative")
            return
        ui.notify(self._speak("{name} was taken.", name=event.file.name), type="positive")
        self.levers.refresh()
        self.tables.refresh()
        await self._moved(None)

    async def _undo(self) -> None:
        self._session.workspace.restore()
        self.levers.refresh()
        self.tables.refresh()
        await self._moved(None)


class _Slider:
    """A lever with its slider and its number, both in the unit that people read."""

    def __init__(self, view: InputsView, lever: Lever) -> None:
        self._view, self._lever = view, lever
        self._opened = lever.value
        self._unit = PERCENT if lever.kind in (SHARE, FACTOR) else 1.0
        self._digits = max(0, min(2, len(f"{lever.step * self._unit:g}".partition(".")[2])))

    def build(self) -> None:
        """Lay it out."""
        lever, speak = self._lever, self._view._speak
        title = speak(lever.title, name=lever.name) if lever.name else speak(lever.title)
        with ui.column().classes("lever gap-0"):
            with ui.row().classes("w-full items-center no-wrap gap-2"):
                ui.label(title + (" ⚡" if lever.live else "")).classes("name")
                suffix = "%" if self._unit == PERCENT else ""
                self._number = ui.number(
                    value=self._shown(lever.value), format=f"%.{self._digits}f" if lever.kind != MONEY else None,
                    step=lever.step * self._unit, on_change=None,
                ).props(f'dense outlined debounce=250 aria-label="{attribute(title)}" suffix="{suffix}"')  # fmt: skip
                if lever.may_be_none:
                    self._number.props(f'clearable title="{attribute(speak("Empty: no such rule"))}"')
            self._slider = ui.slider(
                min=lever.low * self._unit, max=max(lever.high, lever.low + lever.step) * self._unit,
                step=lever.step * self._unit, value=self._shown(lever.value) or 0.0,
            ).props(f'dense label aria-label="{attribute(title)}"')  # fmt: skip
            if lever.beside:
                names = ", ".join(lever.beside)
                said = speak("does not move pools with a level of their own (pools.csv): {names}", names=names)
                ui.label(said).classes("quiet")
            if lever.value is None and lever.high <= lever.low:
                self._slider.set_visibility(False)
        self._slider.on("update:model-value", self._slid, throttle=0.15, leading_events=False)
        self._number.on("update:model-value", self._typed)

    def _shown(self, value: float | None) -> float | None:
        return None if value is None else round(value * self._unit, 6)

    async def _slid(self, event: events.GenericEventArguments) -> None:
        value = float(event.args)
        self._number.set_value(round(value, 6))
        await self._view.move(self._lever, value / self._unit)

    async def _typed(self, event: events.GenericEventArguments) -> None:
        try:
            value = None if event.args in (None, "") else float(event.args)
        except (TypeError, ValueError):
            return
        if value is None and not self._lever.may_be_none:
            return
        if value is not None:
            self._slider.set_value(value)
        await self._view.move(self._lever, None if value is None else value / self._unit)
