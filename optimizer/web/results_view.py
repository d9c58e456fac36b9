"""What runs have found: the decision in a sentence, its figures beside today and the baseline, pictures, files."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from html import escape

from nicegui import ui

from optimizer.report.language import Language, mark
from optimizer.report.remarks import say_fault, say_remark
from optimizer.web.board import ROSTER_FILE
from optimizer.web.figures import SIMULATED, Figure, Figures, change_words, tone, written
from optimizer.web.pictures import read_shown
from optimizer.web.pictures_view import PicturesView
from optimizer.web.roster_view import RosterView
from optimizer.web.run_view import TITLES, ended_words
from optimizer.web.runs import REPORT_FILE, WORKBOOK_FILE, Run, State
from optimizer.web.session import Session
from optimizer.web.workspace import changes

PROOF = {
    "optimal": mark("proved to be the best"), "feasible": mark("best found"), "infeasible": mark("no plan keeps "
                                                                                                 "every rule"),
}  # fmt: skip


class ResultsView:
    """The run that is looked at, and all runs."""

    def __init__(self, session: Session, speak: Language) -> None:
        self._session, self._speak = session, speak
        self._pictures, self._roster = PicturesView(speak), RosterView(speak)
        self._tab = "roster"

    @ui.refreshable_method
    def build(self) -> None:
        """Lay it out."""
        session, speak = self._session, self._speak
        run, figures = session.shown, session.figures(session.shown)
        if run is None or figures is None:
            with ui.element("section").classes("card"):
                ui.label(speak("Nothing has been run yet.")).classes("h2")
                ui.label(speak("Move levers on the left, or edit tables; then run. Your files stay as they are until "
                               "you save.")).classes("quiet")  # fmt: skip
            return
        with ui.element("section").classes("card result"):
            self._head(run, figures)
            self._tiles(run, figures)
            for title, lines in ((speak("Why there is no plan"), figures.why),
                                 (speak("The cheapest ways out"), figures.ways_out)):  # fmt: skip
                if lines:
                    ui.label(title).classes("h2 bad")
                    for line in lines[:12]:
                        ui.label(say_remark(line, speak)).classes("fault")
        with ui.element("section").classes("card"):
            names = {"pictures": speak("Pictures"), "compare": speak("Compare"), "report": speak("Report"),
                     "log": speak("Log")}  # fmt: skip
            if (run.output / ROSTER_FILE).is_file():
                names = {"roster": speak("Roster"), **names}
            self._tab = self._tab if self._tab in names else next(iter(names))
            with ui.tabs(on_change=self._turned).props("dense no-caps align=left") as tabs:
                for name, title in names.items():
                    ui.tab(name, title)
            with ui.tab_panels(tabs, value=self._tab).classes("w-full bg-transparent"):
                if "roster" in names:
                    with ui.tab_panel("roster").classes("p-0"):
                        self._roster.build(run)
                with ui.tab_panel("pictures").classes("p-0"):
                    self._pictures.build(run)
                with ui.tab_panel("compare").classes("p-0"):
                    self._compare(run, figures)
                with ui.tab_panel("report").classes("p-0"):
                    self._report(run)
                with ui.tab_panel("log").classes("p-0"):
                    ui.label(run.words or "–").classes("log")

    def _turned(self, event: object) -> None:
        self._tab = str(getattr(event, "value", self._tab))

    def _head(self, run: Run, figures: Figures) -> None:
        speak, session = self._speak, self._session
        with ui.row().classes("w-full items-start justify-between no-wrap gap-3"):
            with ui.column().classes("gap-0"):
                for sentence in read_shown(run.folder, speak.code)["sentences"] or [self._name(run)]:
                    ui.label(sentence).classes("sentence")
                proof = speak(PROOF[figures.status]) if figures.status in PROOF else figures.status
                seconds = speak("{number} s", number=speak.number(run.seconds, 0))
                ui.label(" · ".join((self._name(run), *self._cut(run, figures), proof, seconds))).classes("quiet")
            with ui.row().classes("gap-1 no-wrap"):
                if session.baseline is run:
                    ui.badge(speak("Baseline")).props("color=primary outline")
                else:
                    _icon("push_pin", speak("Keep as baseline"), "pin", partial(self._pin, run))
                link = f"/s/{session.id}/run/{run.number}/plan.zip"
                _icon("download", speak("Export the plan"), "export-plan", partial(ui.navigate.to, link))

    def _cut(self, run: Run, figures: Figures) -> list[str]:
        """What a cancel left out."""
        if run.state is not State.CANCELLED:
            return []
        is_unsure = run.command == "plan" and figures.of(SIMULATED) is None
        return [ended_words(run, self._speak), *([self._speak("not simulated")] if is_unsure else [])]

    def _name(self, run: Run) -> str:
        return self._speak("Run {number}: {title}", number=run.number, title=self._speak(TITLES[run.command]))

    def _other(self, run: Run) -> Figures | None:
        """Figures of the baseline, where it is another run of the same kind."""
        base = self._session.baseline
        if base is None or base is run or base.command.split()[0] != run.command.split()[0]:
            return None
        return self._session.figures(base)

    def _tiles(self, run: Run, figures: Figures) -> None:
        speak, other = self._speak, self._other(run)
        with ui.element("div").classes("tiles"):
            for figure in figures.figures:
                base = None if other is None else other.of(figure.title)
                before, name = (figure.before, speak("today")) if base is None else (base.value, speak("baseline"))
                with ui.element("div").classes("tile"):
                    ui.label(speak(figure.title)).classes("t")
                    ui.label(written(figure, figure.value, figures.currency, speak)).classes("v")
                    if before is not None:
                        said = change_words(figure, figure.value, before, figures.currency, speak)
                        look = tone(figure, figure.value, before, said)
                        ui.label(f"{name} {written(figure, before, figures.currency, speak)} ({said})").classes(
                            f"s {look}")  # fmt: skip

    def _compare(self, run: Run, figures: Figures) -> None:
        speak, session, other = self._speak, self._session, self._other(run)
        if other is not None and session.baseline is not None:
            self._table(figures, other)
            self._inputs(session.baseline, run)
        else:
            ui.label(speak("Run it again with other inputs, and both stand here side by side. The first run is the "
                           "baseline; the pin keeps another one.")).classes("quiet")  # fmt: skip
        ui.label(speak("All runs")).classes("group")
        with ui.element("div").classes("scroll"), ui.element("table").classes("plain runs"), ui.element("tbody"):
            for one in reversed(session.runs):
                self._run_row(one)

    def _run_row(self, one: Run) -> None:
        speak, session = self._speak, self._session
        found = session.figures(one)
        first = found.figures[0] if found is not None and found.figures else None
        with ui.element("tr"):
            with ui.element("td"):
                ui.label(self._name(one))
            with ui.element("td"):
                ui.label(ended_words(one, speak))
            with ui.element("td").classes("n"):
                ui.label("" if first is None or found is None
                         else f"{speak(first.title)} {written(first, first.value, found.currency, speak)}")  # fmt: skip
            with ui.element("td").classes("n"):
                if one.has_plan and one is not session.shown:
                    ui.button(speak("Show"), on_click=partial(self._show, one)).props("flat dense no-caps")
                if one.is_over:
                    ui.button(speak("Take its inputs"), on_click=partial(self._take, one)).props("flat dense no-caps")

    def _table(self, figures: Figures, other: Figures) -> None:
        """Each figure of both runs, as a table that can be read aloud and copied."""
        speak = self._speak
        heads = "".join(f'<th scope="col"{kind}>{escape(text)}</th>' for text, kind in (
            (speak("Figure"), ""), (speak("Baseline"), ' class="n"'), (speak("This run"), ' class="n"'),
            (speak("Change"), ' class="n"')))  # fmt: skip
        rows = "".join(self._row(figure, other, figures.currency) for figure in figures.figures)
        ui.html(
            f'<table class="plain compare"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>',
            sanitize=False,
        ).classes("scroll")  # fmt: skip

    def _row(self, figure: Figure, other: Figures, currency: str) -> str:
        speak, base = self._speak, other.of(figure.title)
        before = None if base is None else base.value
        cells = (written(figure, before, currency, speak), written(figure, figure.value, currency, speak))
        change = change_words(figure, figure.value, before, currency, speak)
        numbers = "".join(f'<td class="n">{escape(cell)}</td>' for cell in cells)
        return (f'<tr><th scope="row">{escape(speak(figure.title))}</th>{numbers}'
                f'<td class="n {tone(figure, figure.value, before, change)}">{escape(change)}</td></tr>')  # fmt: skip

    def _inputs(self, base: Run, run: Run) -> None:
        """What was put in differently."""
        speak, found = self._speak, changes(base.inputs, run.inputs)
        ui.label(speak("What differs in the inputs")).classes("group")
        if not found:
            ui.label(speak("Nothing: both ran on the same inputs.")).classes("quiet")
        rows = "".join(
            f"<tr><td>{escape(one.file)}</td><td>{escape(one.place)}</td><td>{escape(before)}</td>"
            f"<td>{escape(after)}</td></tr>"
            for one in found
            for before, after in [(say_fault(one.before, speak) or "–", say_fault(one.after, speak) or "–")]
        )
        if found:
            ui.html(f'<table class="plain"><tbody>{rows}</tbody></table>', sanitize=False).classes("scroll")

    def _report(self, run: Run) -> None:
        speak, place = self._speak, f"/s/{self._session.id}/run/{run.number}"
        if not (run.report(speak.code) / REPORT_FILE).is_file():
            ui.label(speak("The report is not written in this language yet.")).classes("quiet")
            ui.button(speak("Write the report"), icon="description", on_click=partial(self._write, run)).props(
                "outline no-caps").classes("write-report")  # fmt: skip
            return
        link = f"{place}/{REPORT_FILE}?lang={speak.code}"
        with ui.row().classes("gap-4"):
            ui.link(speak("Open the report in its own tab"), link, new_tab=True)
            if (run.report(speak.code) / WORKBOOK_FILE).is_file():
                ui.link(speak("Workbook for Excel"), f"{place}/{WORKBOOK_FILE}?lang={speak.code}")
        ui.html(
            f'<iframe class="report" src="{link}" title="{escape(speak("Report"))}" loading="lazy" '
            'sandbox="allow-scripts allow-downloads allow-popups"></iframe>', sanitize=False,
        ).classes("w-full")  # fmt: skip

    async def _write(self, run: Run) -> None:
        ui.notify(self._speak("Writing the report."))
        words = await self._session.write_report(run, self._speak.code)
        if words:
            ui.notify(words, type="negative", multi_line=True)
        self.build.refresh()

    def _pin(self, run: Run) -> None:
        self._session.baseline = run
        self.build.refresh()

    def _show(self, run: Run) -> None:
        self._session.shown = run
        self.build.refresh()

    def _take(self, run: Run) -> None:
        self._session.workspace.restore(run.inputs)
        ui.notify(self._speak("The inputs are those of run {number}.", number=run.number), type="positive")
        ui.navigate.reload()


def _icon(name: str, title: str, mark_: str, pressed: Callable[[], None]) -> None:
    """A button that is only an icon, with its name for the mouse and for who listens."""
    button = ui.button(icon=name, on_click=pressed).props("flat dense round").classes(mark_)
    button.props(f'title="{title}" aria-label="{title}"')
