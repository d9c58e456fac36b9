"""The roster as a grid: a cell is dragged onto another one, and rules and cost answer at once."""

from __future__ import annotations

import asyncio
import json
from html import escape
from typing import Any

from nicegui import events, ui

from models.faults import InputFaults
from optimizer.report.language import Language
from optimizer.report.remarks import say_fault, say_rule
from optimizer.web.board import Board, Cell
from optimizer.web.runs import Run

MOST_BREACHES = 10
HALF = 0.5
"""Of a unit of currency: less is not shown."""
_SCRIPT = """
(() => {
  const grid = document.getElementById('roster-grid');
  if (!grid || grid.dataset.ready) return;
  grid.dataset.ready = '1';
  let from = null;
  const place = cell => ({employee: +cell.dataset.e, day: +cell.dataset.d});
  const at = event => event.target.closest('td[data-e]');
  grid.addEventListener('dragstart', event => {
    from = at(event);
    if (from) { event.dataTransfer.setData('text/plain', from.textContent); event.dataTransfer.effectAllowed = 'move'; }
  });
  grid.addEventListener('dragover', event => {
    const cell = at(event);
    if (!from || !cell) return;
    event.preventDefault();
    grid.querySelectorAll('.over').forEach(one => one.classList.remove('over'));
    cell.classList.add('over');
  });
  grid.addEventListener('drop', event => {
    const cell = at(event);
    event.preventDefault();
    grid.querySelectorAll('.over').forEach(one => one.classList.remove('over'));
    if (from && cell && from !== cell) emitEvent('roster_swap', {one: place(from), other: place(cell)});
    from = null;
  });
  grid.addEventListener('click', event => { const cell = at(event); if (cell) emitEvent('roster_pick', place(cell)); });
  grid.addEventListener('keydown', event => {
    const cell = at(event);
    if (!cell) return;
    const steps = {ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0]};
    if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); emitEvent('roster_pick', place(cell)); }
    if (!(event.key in steps)) return;
    event.preventDefault();
    const [down, right] = steps[event.key];
    const next = grid.querySelector(`td[data-e="${+cell.dataset.e + down}"][data-d="${+cell.dataset.d + right}"]`);
    if (next) { cell.tabIndex = -1; next.tabIndex = 0; next.focus(); }
  });
})();
"""
_UPDATE = """
(cells => {
  const grid = document.getElementById('roster-grid');
  if (!grid) return;
  grid.querySelectorAll('.moved, .broken').forEach(one => one.classList.remove('moved', 'broken'));
  for (const [e, d, text, moved, broken] of cells) {
    const cell = grid.querySelector(`td[data-e="${e}"][data-d="${d}"]`);
    if (!cell) continue;
    cell.textContent = text.slice(0, 3);
    cell.title = cell.title.replace(/: [^:]*$/, ': ' + (text || '–'));
    cell.classList.toggle('on', text !== '');
    cell.classList.toggle('moved', moved);
    cell.classList.toggle('broken', broken);
  }
})(%s);
"""


class RosterView:
    """The roster of a run, to be changed by hand."""

    def __init__(self, speak: Language) -> None:
        self._speak = speak
        self._boards: dict[int, Board] = {}
        self._board: Board | None = None
        self._picked: Cell | None = None
        self._paid: float | None = None

    def build(self, run: Run) -> None:
        """Lay it out."""
        ui.on("roster_swap", self._swapped)
        ui.on("roster_pick", self._pick)
        self._place = ui.column().classes("w-full gap-2")
        with self._place:
            ui.spinner()
        ui.timer(0.05, lambda: self._read(run), once=True)

    async def _read(self, run: Run) -> None:
        try:
            if run.number not in self._boards:
                self._boards[run.number] = await asyncio.to_thread(Board.of_run, run.input, run.output)
            self._board = self._boards[run.number]
            await asyncio.to_thread(self._judge, self._board)
        except (InputFaults, ValueError, OSError, KeyError) as problem:
            self._place.clear()
            with self._place:
                faults = problem.faults if isinstance(problem, InputFaults) else ()
                for text in [fault.message for fault in faults] or [str(problem)]:
                    ui.label(say_fault(text, self._speak)).classes("fault")
            return
        self._place.clear()
        with self._place:
            ui.label(self._speak("Drag a cell onto another one to swap them; click one to choose its shift.")).classes(
                "quiet")  # fmt: skip
            self.panel()
            ui.html(self._grid(self._board), sanitize=False).classes("scroll").style("max-height: 70vh; overflow: auto")
        ui.run_javascript(_SCRIPT)
        self._show()

    def _grid(self, board: Board) -> str:
        speak = self._speak
        heads = "".join(
            f'<th scope="col">{escape(speak.day(date).split()[0])}<br>{date.day}</th>' for date in board.dates
        )
        rows = []
        for place, person in enumerate(board.case.employees):
            cells = "".join(self._cell(board, Cell(place, day), person.name) for day in range(board.case.days))
            rows.append(f'<tr><th scope="row">{escape(person.name)}</th>{cells}</tr>')
        return (f'<table class="roster" id="roster-grid" role="grid" aria-label="{escape(speak("Roster"))}">'
                f"<thead><tr><th></th>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table>")  # fmt: skip

    def _cell(self, board: Board, cell: Cell, name: str) -> str:
        text, day = board.text(cell), self._speak.day(board.dates[cell.day])
        index = 0 if cell == Cell(0, 0) else -1
        kind = ' class="on"' if text else ""
        title = escape(f"{name}, {day}: {text or '–'}", quote=True)
        return (f'<td{kind} draggable="true" tabindex="{index}" role="gridcell" data-e="{cell.employee}" '
                f'data-d="{cell.day}" title="{title}">{escape(text[:3])}</td>')  # fmt: skip

    @ui.refreshable_method
    def panel(self) -> None:
        """What the roster costs now, and what the change has done."""
        board, speak = self._board, self._speak
        if board is None:
            return
        cost, before, broken = board.found.cost, board.before.cost, len(board.found.broken)
        change = cost - before
        sign = "+" if change > 0 else "−" if change < 0 else "±"
        with ui.element("div").classes("tiles").props('aria-live="polite"'):
            for title, value, aside, tone in (
                (speak("Cost of the rules"), speak.number(cost, 0),
                 speak("published {value} ({change})", value=speak.number(before, 0),
                       change=sign + speak.number(abs(change), 0)), "bad" if change > 0 else "good" if change else ""),
                (speak("Hard rules broken"), speak.number(broken),
                 speak("published {value}", value=speak.number(len(board.before.broken))), ""),
                *self._pay(board),
                (speak("Cells changed"), speak.number(len(board.changed())), "", ""),
            ):  # fmt: skip
                with ui.element("div").classes("tile"):
                    ui.label(title).classes("t")
                    ui.label(value).classes("v" + (" bad" if broken and title == speak("Hard rules broken") else ""))
                    ui.label(aside).classes(f"s {tone}")
        self._picker(board)
        fresh = board.new_breaches()
        for one in fresh[:MOST_BREACHES]:
            who = " ".join(filter(None, (one.employee, "" if one.day is None else speak.day(board.dates[one.day]))))
            price = speak("not allowed") if one.price is None else f"+{speak.number(one.cost, 0)}"
            words = f"{say_rule(one.rule, speak)}: {say_fault(one.words, speak)}"
            ui.label(f"{price} · {who}: {words}").classes("fault")
        if len(fresh) > MOST_BREACHES:
            ui.label(speak("and {count} more", count=len(fresh) - MOST_BREACHES)).classes("quiet")
        if board.is_changed:
            with ui.row().classes("gap-2"):
                ui.label(speak("{count} places are better than before.", count=board.mended())).classes("quiet")
                ui.button(speak("Undo"), icon="undo", on_click=self._take_back).props("flat dense no-caps")
                ui.button(speak("Export this roster"), icon="download", on_click=self._download).props(
                    "flat dense no-caps")  # fmt: skip

    def _pay(self, board: Board) -> list[tuple[str, str, str, str]]:
        """The tile of the pay, where it is known."""
        if self._paid is None or board.pay_before is None:
            return []
        speak, change = self._speak, self._paid - board.pay_before
        sign = "±" if abs(change) < HALF else "+" if change > 0 else "−"
        aside = speak("published {value} ({change})", value=speak.money(board.pay_before, board.currency),
                      change=sign + speak.number(abs(change)))  # fmt: skip
        return [(speak("Pay"), speak.money(self._paid, board.currency), aside, "bad" if change > HALF else "")]

    def _picker(self, board: Board) -> None:
        """Shifts to choose from for the cell that was clicked: for the keyboard and for phones."""
        cell = self._picked
        if cell is None:
            return
        name, day = board.case.employees[cell.employee].name, self._speak.day(board.dates[cell.day])
        with ui.row().classes("items-center gap-1"):
            ui.label(f"{name}, {day}:").classes("text-bold")
            for shift in ("", *(one.name for one in board.case.shifts)):
                look = "unelevated" if board.text(cell) == shift else "outline"
                ui.button(shift or self._speak("off"), on_click=lambda _, shift=shift: self._assign(shift)).props(
                    f"{look} dense no-caps size=sm")  # fmt: skip

    def _judge(self, board: Board) -> None:
        """What rules and pay say now; away from the loop of the page."""
        _ = board.before, board.found
        self._paid = board.pay()

    async def _swapped(self, event: events.GenericEventArguments) -> None:
        if self._board is not None:
            one, other = _cell_of(event.args["one"]), _cell_of(event.args["other"])
            self._picked = None
            await self._after(lambda board: board.swap(one, other))

    async def _assign(self, shift: str) -> None:
        cell = self._picked
        if cell is not None:
            await self._after(lambda board: board.assign(cell, shift))

    async def _take_back(self) -> None:
        await self._after(lambda board: board.undo())

    async def _after(self, change: Any) -> None:
        board = self._board
        if board is None:
            return
        try:
            change(board)
        except ValueError as problem:
            ui.notify(say_fault(str(problem), self._speak), type="negative")
            return
        self._show()  # the cells move at once, what the rules say follows
        await asyncio.to_thread(self._judge, board)
        self._show()
        self.panel.refresh()

    def _pick(self, event: events.GenericEventArguments) -> None:
        self._picked = _cell_of(event.args)
        self.panel.refresh()

    def _show(self) -> None:
        board = self._board
        if board is None:
            return
        broken = board.broken_cells() if board._found is not None else set()
        moved = {(cell.employee, cell.day) for cell in board.changed()}
        here = self._shown | moved | {place for place in broken if place[1] >= 0}
        cells = [(e, d, board.text(Cell(e, d)), (e, d) in moved, (e, d) in broken) for e, d in sorted(here)]
        self._shown = here
        ui.run_javascript(_UPDATE % json.dumps(cells))

    _shown: set[tuple[int, int]] = set()  # noqa: RUF012 - replaced, never changed

    def _download(self) -> None:
        if self._board is not None:
            ui.download.content(self._board.as_csv(), "roster.csv", "text/csv")


def _cell_of(place: dict[str, Any]) -> Cell:
    return Cell(int(place["employee"]), int(place["day"]))
