"""The page of a tab: its bar, its inputs on the left, runs and results on the right."""

from __future__ import annotations

import time
from importlib import resources
from pathlib import Path

from nicegui import events, ui

from optimizer.report.language import LANGUAGES, Language
from optimizer.report.remarks import say_fault
from optimizer.web.guard import MOST_UPLOAD_BYTES
from optimizer.web.inputs_view import InputsView
from optimizer.web.levers import Lever
from optimizer.web.live_view import LiveView
from optimizer.web.markup import attribute
from optimizer.web.results_view import ResultsView
from optimizer.web.run_view import RunView, ended_words
from optimizer.web.runs import Run, State
from optimizer.web.session import Session, Sessions
from optimizer.web.workspace import BACKUP, RefusedError

TICK_S, CONNECT_S = 0.4, 60.0
MOST_CHANGES = 20
"""That are listed before they are saved."""
NARROW_PX = 800
"""Below it the inputs are folded away, as the style sheet lays everything below each other."""
_QUIET_PLOTS = """
addEventListener('unhandledrejection', event => {
  // plotly refuses to resize a picture that is just being taken away; nothing is lost
  if (String(event.reason).includes('displayed plot div')) event.preventDefault();
});
"""


class Page:
    """What one tab shows."""

    def __init__(self, sessions: Sessions, session: Session, speak: Language) -> None:
        self._sessions, self._session, self._speak = sessions, session, speak
        self._inputs = InputsView(session, speak, self._moved)
        self._live = LiveView(session, speak)
        self._results = ResultsView(session, speak)
        self._runs = RunView(session, speak, self._ended)

    async def build(self) -> None:
        """Lay it out."""
        ui.add_css(resources.files("optimizer.web").joinpath("style.css").read_text("utf-8"))
        ui.colors(primary="#0b5cad", negative="#b3261e", positive="#0b7a55")
        ui.run_javascript(_QUIET_PLOTS)
        ui.page_title(f"{self._session.name} – servopt")
        width = float(await ui.run_javascript("innerWidth", timeout=CONNECT_S))
        with ui.element("header").classes("bar"):
            self._bar()
        with ui.element("main").classes("frame"):
            with ui.element("aside").classes("card side").props(f'aria-label="{self._speak("Inputs")}"'):
                if width < NARROW_PX:
                    with ui.expansion(self._speak("Inputs"), icon="tune").classes("w-full inputs"):
                        self._inputs.build()
                else:
                    self._inputs.build()
            with ui.element("div").classes("main"):
                self._runs.build()
                self._live.build()
                self._results.build()
        ui.timer(TICK_S, self._runs.tick)
        await self._check()
        await self._live.ask()

    def _bar(self) -> None:
        speak, session = self._speak, self._session
        ui.label("servopt").classes("brand")
        ui.label(session.name).classes("scenario")
        self.changed()
        ui.space()
        look = "flat dense no-caps color=white"
        ui.button(speak("Open"), icon="folder_open", on_click=self._open).props(look).classes("open")
        link = f"/s/{session.id}/scenario.zip"
        export = ui.button(speak("Export"), icon="archive", on_click=lambda: ui.navigate.to(link))
        export.props(f'{look} title="{speak("The scenario as a zip")}"').classes("export")
        if session.workspace.source is not None:
            target = speak("Write the changes to {folder}", folder=attribute(str(session.workspace.source)))
            ui.button(speak("Save"), icon="save", on_click=self._save).props(f'{look} title="{target}"').classes("save")
        ui.select(LANGUAGES, value=speak.code, on_change=self._language).props(
            f'dense borderless options-dense dark aria-label="{speak("Language")}"')  # fmt: skip

    @ui.refreshable_method
    def changed(self) -> None:
        """How much is not saved."""
        count = len(self._session.workspace.changed_files())
        if count:
            ui.label(self._speak("changed, not saved")).classes("changed")

    def _language(self, event: events.ValueChangeEventArguments[str]) -> None:
        ui.navigate.to(f"/s/{self._session.id}?lang={event.value}")

    async def _check(self) -> None:
        before = self._session.faults
        if await self._session.check() != before:
            self._inputs.grid.refresh()  # its cells show where the faults are
        self._inputs.faults.refresh()
        self.changed.refresh()

    async def _moved(self, lever: Lever | None) -> None:
        """Something was changed: check it, and ask the mix."""
        moved = time.perf_counter()
        if lever is None or not lever.live:
            await self._check()
        else:
            self.changed.refresh()
        self._inputs.files.refresh()
        await self._live.ask(moved)

    def _ended(self, run: Run) -> None:
        self._results.build.refresh()
        if run.state is State.CANCELLED:
            ui.notify(f"{self._speak('Run {number}', number=run.number)}: {ended_words(run, self._speak)}", type="info")
        elif run is self._session.shown and run.state is State.DONE:
            ui.notify(self._speak("Run {number} is done.", number=run.number), type="positive")

    async def _save(self) -> None:
        """List what would change in the user's folder, and write it when that is wanted; never with faults."""
        speak, session = self._speak, self._session
        await self._check()
        if session.faults:
            ui.notify(speak("The input has faults; correct them first."), type="negative")
            return
        found = session.changed()
        if not found and not session.workspace.changed_files():
            ui.notify(speak("Nothing to save."), type="positive")
            return
        with ui.dialog(value=True) as dialog, ui.card().classes("gap-2 save-changes"):
            ui.label(speak("Write the changes to {folder}", folder=str(session.workspace.source))).classes("h2")
            if session.runs and session.runs[-1].state is State.NO_PLAN:
                ui.label(speak("The last run found no plan: with these inputs there may be none.")).classes("bad")
            for one in found[:MOST_CHANGES]:
                before, after = (say_fault(text, speak) or "–" for text in (one.before, one.after))
                ui.label(f"{one.file} {one.place}: {before} → {after}")
            if len(found) > MOST_CHANGES:
                ui.label(speak("and {count} more", count=len(found) - MOST_CHANGES)).classes("quiet")
            ui.label(speak("The files of before are kept beside them, as {name}.", name="*" + BACKUP)).classes("quiet")
            with ui.row():
                ui.button(speak("Save"), on_click=dialog.close).on_click(self._write).props("no-caps").classes(
                    "save-now")  # fmt: skip
                ui.button(speak("Keep the files"), on_click=dialog.close).props("flat no-caps")

    def _write(self) -> None:
        try:
            names = self._session.workspace.save()
        except (RefusedError, OSError) as problem:
            ui.notify(say_fault(str(problem), self._speak), type="negative", multi_line=True)
            return
        said = self._speak("Written: {names}", names=", ".join(names)) if names else self._speak("Nothing to save.")
        ui.notify(said, type="positive")
        self.changed.refresh()
        self._inputs.files.refresh()

    def _open(self) -> None:
        speak = self._speak
        with ui.dialog(value=True) as dialog, ui.card().classes("gap-2"):
            ui.label(speak("Open a scenario")).classes("h2")
            for name in self._sessions.roots:
                ui.button(name, icon="folder", on_click=lambda _, name=name: self._go(name)).props(
                    "flat no-caps align=left").classes("w-full")  # fmt: skip
            ui.upload(
                label=speak("or a zipped scenario, at most {size} MB", size=MOST_UPLOAD_BYTES // 1_000_000),
                auto_upload=True, max_file_size=MOST_UPLOAD_BYTES, max_files=1, on_upload=self._unzip,
                on_rejected=lambda: ui.notify(speak("Too large, or too many files."), type="negative"),
            ).props('accept=".zip" flat bordered')  # fmt: skip
            ui.button(speak("Close"), on_click=dialog.close).props("flat no-caps")

    def _go(self, name: str) -> None:
        session = self._sessions.open(name)
        ui.navigate.to(f"/s/{session.id}?lang={self._speak.code}")

    async def _unzip(self, event: events.UploadEventArguments) -> None:
        try:
            name = Path(event.file.name).stem[:60] or "scenario"
            session = self._sessions.upload(await event.file.read(), name)
        except RefusedError as problem:
            ui.notify(say_fault(str(problem), self._speak), type="negative", multi_line=True)
            return
        ui.navigate.to(f"/s/{session.id}?lang={self._speak.code}")
