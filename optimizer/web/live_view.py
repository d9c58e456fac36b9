"""The mix while its sliders move: what it costs, how satisfied customers are, and where contacts go."""

from __future__ import annotations

import time
from typing import Any

from nicegui import ui

from optimizer.report.language import Language
from optimizer.web.markup import attribute
from optimizer.web.session import Session

CLOSE = 0.005
"""A gap at or below it is shown as such; a wider one asks for a run."""


class LiveView:
    """The answer to where the sliders of the mix stand."""

    def __init__(self, session: Session, speak: Language) -> None:
        self._session, self._speak = session, speak
        self._answer: dict[str, Any] = {}
        self._is_asking = False
        self._is_current = False  # whether the answer is one to the last question
        self._begun = 0.0  # when the slider moved
        self._waited: float | None = None
        self._bound: tuple[float, str] | None = None  # of an answer that is being looked for

    @ui.refreshable_method
    def build(self) -> None:
        """Lay it out; nothing for a scenario without a mix."""
        if "mix" not in self._session.commands:
            return
        speak, answer = self._speak, self._answer
        with ui.element("section").classes("card").props(f'aria-live="polite" aria-busy="{self._is_asking}"'):
            with ui.row().classes("w-full items-center justify-between"):
                ui.label(speak("The mix at once")).classes("h2")
                self._aside()
            if self._bound is not None:
                words = speak("No mix at these levels costs less than {money}; a mix is being looked for.",
                              money=speak.money(*self._bound))  # fmt: skip
                ui.label(words).classes("live-first")
            if answer:
                self._answered()
            elif self._bound is None:
                ui.label(speak("Move a slider with this mark, and the mix answers at once:") + " ⚡").classes("quiet")

    def _answered(self) -> None:
        """The last answer that was whole; grey while there is none to where the sliders stand now."""
        speak, answer = self._speak, self._answer
        if answer["status"] == "infeasible":
            ui.label(speak("No mix keeps all of these rules. Run the mix to see the cheapest way out.")).classes("bad")
        elif "cost" not in answer:
            ui.label(speak("No mix was found in a moment. Run it to search longer.")).classes("quiet")
        else:
            with ui.element("div").classes("" if self._is_current else "stale").style("width: 100%"):
                self._tiles()
                self._bars()

    def _aside(self) -> None:
        with ui.row().classes("items-center gap-2"):
            if self._waited is not None:
                seconds = self._speak.number(self._waited, 2)
                ui.label(self._speak("answered in {seconds} s", seconds=seconds)).classes("quiet live-seconds")
            if self._is_asking:
                ui.spinner(size="1.2em")

    def _tiles(self) -> None:
        speak, answer = self._speak, self._answer
        money = str(answer["currency"])
        with ui.element("div").classes("tiles"):
            today = answer.get("cost_today")
            aside = "" if today is None else speak("today {value}", value=speak.money(today, money))
            _tile(speak("Cost"), speak.money(answer["cost"], money), aside, "live-cost")
            today = answer.get("csat_today")
            aside = "" if today is None else speak("today {value}", value=speak.share(today))
            _tile(speak("Satisfaction"), speak.share(answer["csat"]), aside, "live-csat")
            proof = speak("proved; gap {gap}", gap=speak.gap(answer["gap"]))
            aside = speak("not known yet") if answer["bound"] is None else proof
            _tile(speak("No mix costs less than"), speak.money(answer["bound"], money), aside, "live-bound")
        if self._is_asking and self._is_current and answer["gap"] is not None:
            words = speak("Estimate: the best mix costs up to {gap} less; it is being looked for.",
                          gap=speak.gap(answer["gap"]))  # fmt: skip
            ui.label(words).classes("live-estimate")
        elif answer["gap"] is None or answer["gap"] > CLOSE:
            ui.label(speak("A run searches longer and closes the gap.")).classes("quiet")

    def _bars(self) -> None:
        speak, shares = self._speak, self._answer["channels"]
        today = self._answer.get("channels_today", {})
        most = max([*shares.values(), *today.values(), 1e-9])
        words = ", ".join(f"{name} {speak.share(share)}" for name, share in shares.items())
        with ui.element("div").classes("bars").props(f'role="img" aria-label="{attribute(words)}"'):
            for name, share in shares.items():
                ui.label(name)
                with ui.element("div").classes("track"):
                    ui.element("div").classes("fill").style(f"width: {100 * share / most:.1f}%")
                    if name in today:
                        ui.element("div").classes("mark").style(f"left: {100 * today[name] / most:.1f}%")
                ui.label(speak.share(share)).classes("text-right text-bold")
                ui.label(speak("today {value}", value=speak.share(today[name])) if name in today else "").classes(
                    "quiet")  # fmt: skip

    async def ask(self, moved: float | None = None) -> None:
        """Ask where the sliders stand now; what an answer takes counts from when they were moved."""
        levels = self._session.levels()
        if not levels or self._session.faults:
            return
        self._session.live.listener = self._heard
        self._is_asking, self._begun = True, time.perf_counter() if moved is None else moved
        self._waited, self._is_current = None, False
        self.build.refresh()
        await self._session.ask(levels)

    def _heard(self, answer: dict[str, Any]) -> None:
        """Show an answer; what is known at once is followed by what a search finds, or what was learnt says."""
        self._is_asking = bool(answer.get("more"))
        is_bound = "bound" in answer and "cost" not in answer
        self._bound = (answer["bound"], str(answer["currency"])) if is_bound else None
        if self._waited is None and not (self._is_asking and self._bound):
            self._waited = time.perf_counter() - self._begun
        if answer and self._bound is None:
            self._answer, self._is_current = answer, True
        self.build.refresh()


def _tile(title: str, value: str, aside: str, mark: str) -> None:
    with ui.element("div").classes(f"tile {mark}"):
        ui.label(title).classes("t")
        ui.label(value).classes("v")
        ui.label(aside).classes("s")
