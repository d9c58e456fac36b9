"""Starting a run, watching it, and ending it."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from nicegui import ui

from optimizer.report.language import Language, mark
from optimizer.report.remarks import say_fault, say_remark
from optimizer.web.runs import PATIENCE_S, Run, State
from optimizer.web.session import Session

TITLES = {
    "plan": mark("Plan the shifts"), "mix": mark("Find the mix"), "invest": mark("Choose initiatives"),
    "invest --joint": mark("Initiatives with the mix"), "roster": mark("Make the roster"),
}  # fmt: skip
STATES = {
    State.WAITING: mark("waiting for another run"), State.RUNNING: mark("running"), State.DONE: mark("done"),
    State.NO_PLAN: mark("no plan"), State.CANCELLED: mark("cancelled"), State.FAILED: mark("failed"),
}  # fmt: skip
STAGES = {
    "": mark("reading"), "forecast": mark("forecast"), "requirement": mark("requirement"),
    "schedule": mark("schedule"), "channel mix": mark("channel mix"), "prices of rules": mark("prices of rules"),
    "portfolio": mark("portfolio"), "roster": mark("roster"),
    "no mix keeps every rule: finding out why": mark("no mix keeps every rule: finding out why"),
    "no schedule keeps every rule: finding out why": mark("no schedule keeps every rule: finding out why"),
    "report": mark("writing the report"), "rounds": mark("rounds of mix, initiatives and schedules"),
    "joint rounds": mark("rounds of initiatives with the mix"),
}  # fmt: skip


class RunView:
    """Buttons, and the progress of the run that is going on.

    Parameters
    ----------
    ended : called when a run is over
    """

    def __init__(self, session: Session, speak: Language, ended: Callable[[Run], None]) -> None:
        self._session, self._speak, self._ended = session, speak, ended
        self._watched: Run | None = session.active

    @ui.refreshable_method
    def build(self) -> None:
        """Lay it out."""
        speak, run = self._speak, self._session.active
        with ui.element("section").classes("card"):
            with ui.row().classes("w-full items-center gap-2"):
                for place, command in enumerate(self._session.commands):
                    button = ui.button(
                        speak(TITLES[command]), icon="play_arrow", on_click=partial(self._start, command)
                    )
                    button.props("no-caps unelevated" + (" outline" if place else "")).classes(
                        f"run-{command.replace(' --', '-')}")  # fmt: skip
                    button.set_enabled(run is None)
                if run is not None:
                    words = speak("End now") if run.is_ending else speak("Cancel")
                    ui.button(words, icon="stop", color="negative", on_click=self._cancel).props(
                        "no-caps outline").classes("end-now" if run.is_ending else "cancel")  # fmt: skip
            if run is not None and run.is_ending:
                said = speak("Ending: what was found so far is written, which may take {seconds} s. End now drops it; "
                             "the plan of before stays.", seconds=speak.number(PATIENCE_S))  # fmt: skip
                ui.label(said).classes("quiet").props('role="status"')
            if run is not None:
                self._progress()
                self._update(run)
            elif self._session.runs and self._session.runs[-1].state is not State.DONE:
                self._last(self._session.runs[-1])

    def _progress(self) -> None:
        """How far the run is; `_update` fills it in."""
        speak = self._speak
        self._figures: list[ui.label] = []
        with ui.row().classes("w-full items-center gap-3").props('role="status"'):
            ui.spinner(size="1.4em")
            self._stage = ui.label().classes("text-bold progress-stage")
            self._seconds = ui.label().classes("quiet")
        with ui.row().classes("w-full gap-6") as self._row:
            for title in (speak("Best so far"), speak("Proved bound"), speak("Gap")):
                with ui.column().classes("gap-0"):
                    ui.label(title).classes("quiet")
                    self._figures.append(ui.label().classes("text-bold progress-figure"))
        self._plot = ui.plotly({"data": [], "layout": {}}).classes("w-full").style("height: 9rem")
        self._plot.props(f'role="img" aria-label="{speak("Best answer and proved bound over time")}"')
        self._plot.set_visibility(False)
        self._row.set_visibility(False)
        self._drawn = 0

    def _update(self, run: Run) -> None:
        speak = self._speak
        run.read_progress()
        last = run.moments[-1] if run.moments else None
        words = last.words if last else ""
        state = speak(STATES[run.state]) if run.state is State.WAITING else _stage(words, speak)
        self._stage.set_text(f"{speak(TITLES[run.command])}: {state}")
        self._seconds.set_text(speak("{number} s", number=speak.number(time.time() - run.started, 0)))
        if last is None or (last.best is None and last.bound is None):
            return
        self._row.set_visibility(True)
        for label, value in zip(self._figures, (speak.number(last.best), speak.number(last.bound), speak.gap(last.gap)),
                                strict=True):  # fmt: skip
            label.set_text(value)
        if len(run.moments) > self._drawn:
            self._drawn = len(run.moments)
            self._plot.set_visibility(True)
            self._plot.update_figure(_course(run, speak))

    def _last(self, run: Run) -> None:
        """Say how the last run ended, where it did not end well; plans of before stay."""
        speak = self._speak
        said = f"{speak(TITLES[run.command])}: {ended_words(run, speak)}{speak('.')}"
        if self._session.shown is not None and self._session.shown is not run:
            said += " " + speak("The plan of before stays.")
        ui.label(said).classes("bad" if run.state is not State.CANCELLED else "quiet").props('role="alert"')
        if run.state is not State.CANCELLED and not run.has_plan and (words := run.last_words):
            said = "\n".join(_line(line, speak) for line in words.splitlines())
            ui.label(said).classes("log")  # a record of its own says why, below

    def _start(self, command: str) -> None:
        if self._session.faults:
            ui.notify(self._speak("The input has faults; correct them first."), type="negative")
            return
        try:
            self._watched = self._session.start(command, self._speak.code)
        except ValueError as problem:
            ui.notify(say_fault(str(problem), self._speak), type="negative")
            return
        self.build.refresh()

    def _cancel(self) -> None:
        if (run := self._session.active) is not None:
            run.cancel()
            self.build.refresh()

    def tick(self) -> None:
        """Look how far the run is."""
        run = self._watched
        if run is None:
            return
        if run.is_over:
            self._watched = None
            self.build.refresh()
            self._ended(run)
        else:
            self._update(run)


def ended_words(run: Run, speak: Language) -> str:
    """Say how a run has ended; one that was cancelled may have a plan, the best that there was."""
    if run.state is State.CANCELLED and run.has_plan:
        return speak("cancelled; best so far")
    return speak(STATES[run.state])


def _stage(words: str, speak: Language) -> str:
    """What a search is doing, in words; counts of parts stay as they are told."""
    if words in STAGES:
        return speak(STAGES[words])
    name, mark_, rest = words.partition(": ")
    return f"{speak(STAGES[name])}: {rest}" if mark_ and name in STAGES else words


def _line(text: str, speak: Language) -> str:
    """Say a line of what a command printed, where it is a remark."""
    words = text.lstrip(" -")
    return text[: len(text) - len(words)] + say_remark(words, speak)


def _course(run: Run, speak: Language) -> dict[str, Any]:
    """Best and bound over time, as a small picture."""
    known = [one for one in run.moments if one.best is not None or one.bound is not None]
    words, lines = known[-1].words if known else "", []
    for name, colour, at in ((speak("Best so far"), "#0b5cad", "best"), (speak("Proved bound"), "#b3450a", "bound")):
        points = [(one.seconds, getattr(one, at)) for one in known if one.words == words]
        points = [(seconds, value) for seconds, value in points if value is not None]
        if points:
            x, y = zip(*points, strict=True)
            look = {
                "mode": "lines+markers",
                "marker": {"size": 5},
                "line": {"shape": "hv", "color": colour, "width": 2},
            }
            lines.append({"type": "scatter", "name": name, "x": x, "y": y, **look})
    layout = {
        "margin": {"l": 60, "r": 10, "t": 6, "b": 26}, "height": 140, "showlegend": True, "paper_bgcolor": "white",
        "plot_bgcolor": "white", "xaxis": {"ticksuffix": " s", "gridcolor": "#e6eaee"},
        "yaxis": {"gridcolor": "#e6eaee", "nticks": 4}, "legend": {"orientation": "h", "y": 1.3},
    }  # fmt: skip
    return {"data": lines, "layout": layout, "config": {"displayModeBar": False, "responsive": True}}
