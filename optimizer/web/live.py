"""A channel mix that answers while a slider moves: `python -m optimizer.web.live FOLDER`, in a process of its own.

Each line of standard input is a question (JSON: levels of rules), each line of standard output an answer. An answer is
a mix that keeps every rule, and a bound that no mix can beat. What stricter and looser levels were answered before is
said at once, since a looser rule never costs more; then the mix of the linear program, with the staff and licences
that carry it, and its bound; then what is found within about half a second, and within a tenth once the case was solved
at some levels. That is done in a second process, which begins with the first and gives way to it.

The overall satisfaction is taken at one point where a tier has to lead it (`optimizer.mix.lead`): the rows are exact
there. The bound is that of all of them.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import queue
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

from models.mix.case import MixCase
from models.mix.priced import price_mix
from models.mix.reading import read_mix
from models.mix.records import Floats
from models.mix.today import today_flow
from optimizer.changing import ChangingProgram
from optimizer.mix.complete import clean_shares, complete
from optimizer.mix.formulation import build_program, lead_range
from optimizer.mix.known import KnownMix
from optimizer.mix.lead import leads
from optimizer.mix.periods import Decomposed
from optimizer.mix.program import MixProgram, overall_satisfaction
from optimizer.mix.search import Found, Limits, Search, certified, decomposed, keeps_rows
from optimizer.mix.sweep import known_mix, made_alike
from optimizer.solve import Answer, Status, relative_gap

SEED, GAP = 1, 1e-3
SEARCHING = "searching"
"""Status while only a bound is known."""
SECONDS = 0.35
"""Wall time for the search of one answer; building and pricing come on top."""
CLOSE = Limits(gap=0.005)
"""Of answers from what was learnt."""
LEARNING = Limits(time_limit_s=8.0, seed=SEED)
AMPLE = 1e9
"""A budget that never binds, where today's cost is not known."""
LONGER = 5.0
"""So many times as long where no mix was found in that time."""
MOST_KEPT = 60
STEP, AROUND = 0.002, (1, -1, 4, -4, 2, -2, 10, -10)
"""Floors of the overall satisfaction that are looked at ahead: a step, and how many of it."""
Levels = dict[str, float | None]
Tell = Callable[[dict[str, Any]], None]
GIVES_WAY = 5
"""Niceness of the process that learns."""


@dataclass(frozen=True)
class Kept:
    """What is known of a case at some levels."""

    levels: Levels
    cost: float
    bound: float
    answer: dict[str, Any]


def with_levels(case: MixCase, levels: Levels) -> MixCase:
    """Return a case at other levels.

    Parameters
    ----------
    levels : ``csat_floor``, ``budget``, and ``tier:NAME`` for the satisfaction floor of a tier
    """
    settings = {name: level for name, level in levels.items() if name in ("csat_floor", "budget")}
    floors = case.tiers.csat_floor.copy()
    for place, name in enumerate(case.tiers.name):
        if f"tier:{name}" in levels:
            level = levels[f"tier:{name}"]
            floors[place] = np.nan if level is None else level
    return replace(
        case, settings=case.settings.model_copy(update=settings), tiers=replace(case.tiers, csat_floor=floors)
    )


def is_stricter(one: Levels, other: Levels) -> bool:
    """Say whether every mix that keeps the one keeps the other; they name the same rules."""
    return one.keys() == other.keys() and all(
        _strictness(name, one[name]) >= _strictness(name, other[name]) for name in one
    )


def _strictness(name: str, level: float | None) -> float:
    if level is None:
        return -float("inf")
    return -level if name == "budget" else level


class LiveMix:
    """A case that is asked again and again.

    Parameters
    ----------
    case : all but the levels stays as it is
    """

    def __init__(self, case: MixCase, seconds: float = SECONDS) -> None:
        self.case, self._seconds = case, seconds
        self._kept: list[Kept] = []
        self._learnt: KnownMix | None = None
        self._parts: Decomposed | None = None
        self._rules: tuple[object, ...] = ()
        self._start: Floats | None = None
        today = today_flow(case)
        self._before = None if today is None else price_mix(case, today)

    def known(self, levels: Levels) -> dict[str, Any] | None:
        """Return what answers of before say of these levels, without a search; None where they give no mix.

        The mix is one that keeps stricter levels, the bound that of looser ones.
        """
        mixes = [kept for kept in tuple(self._kept) if is_stricter(kept.levels, levels)]
        if not mixes:
            return None
        best = min(mixes, key=lambda kept: kept.cost)
        bounds = [kept.bound for kept in tuple(self._kept) if is_stricter(levels, kept.levels)]
        return _said(best.answer, best.cost, max(bounds, default=-np.inf))

    def answer(self, levels: Levels, tell: Tell = lambda answer: None) -> dict[str, Any]:
        """Return cost, bound, gap, satisfaction and shares of channels at some levels; status infeasible without.

        Parameters
        ----------
        tell : takes what is known before the search: a mix and the bound, or status searching and the bound
        """
        for kept in self._kept:
            is_close = kept.cost - kept.bound <= CLOSE.gap * abs(kept.cost)
            if kept.levels == levels and (is_close or self._learnt is None):
                return _said(kept.answer, kept.cost, kept.bound)
        known = min((kept.cost for kept in self._kept if is_stricter(kept.levels, levels)), default=np.inf)
        found = self._found(with_levels(self.case, levels), known, tell)
        if found is None:
            return {"status": Status.INFEASIBLE.value}
        cost, bound, answer = found
        for kept in self._kept:
            if is_stricter(levels, kept.levels):
                bound = max(bound, kept.bound)
            if is_stricter(kept.levels, levels) and kept.cost < cost:
                cost, answer = kept.cost, kept.answer
        others = [kept for kept in self._kept if kept.levels != levels]
        if not np.isfinite(cost):
            return {"status": Status.NO_PLAN.value}
        self._kept = [*others[-MOST_KEPT:], Kept(levels, cost, min(bound, cost), answer)]
        return _said(answer, cost, min(bound, cost))

    def look_around(self, levels: Levels) -> Iterator[None]:
        """Answer, one at each step, what a slider of the overall satisfaction may ask next; from what was learnt."""
        floor = levels.get("csat_floor")
        if floor is not None and self._learnt is not None:
            for steps in AROUND:
                self.answer({**levels, "csat_floor": round(floor + steps * STEP, 6)})
                yield

    def learn(self) -> KnownMix | None:
        """Solve the case at several levels, so that answers to levels close to them take a tenth of a second."""
        return known_mix(self._with_budget(self.case), LEARNING)

    def _with_budget(self, case: MixCase) -> MixCase:
        """Return a case with a budget: one that never binds where it has none, so that all have the same rules."""
        if case.settings.budget is not None:
            return case
        ample = AMPLE if self._before is None else max(10 * self._before.total, 1.0)
        return replace(case, settings=case.settings.model_copy(update={"budget": ample}))

    def take(self, learnt: KnownMix | None) -> None:
        """Answer from what was learnt elsewhere."""
        self._learnt = learnt

    def _found(self, case: MixCase, known: float, tell: Tell) -> tuple[float, float, dict[str, Any]] | None:
        """Cost, bound and figures of a mix; None where there is none.

        Parameters
        ----------
        known : cost of the best mix that is known, so that nothing has to be solved to know that there is one; infinite
            without one
        """
        is_sure = bool(np.isfinite(known))
        if self._learnt is not None and is_sure and (made := self._alike(case)):
            return made
        whole = build_program(case, lead=lead_range(case))
        relaxed = certified(ChangingProgram(whole.program, SEED))
        if relaxed.values is None:
            return None
        bound, first = relaxed.objective * whole.money, self._first(case, whole, relaxed.values)
        if first is not None and first[0] < known:
            tell(_said(first[1], first[0], bound))
        else:
            tell({"status": SEARCHING, "bound": bound, "currency": case.settings.currency})
        if self._learnt is not None and not is_sure and (made := self._alike(case)):
            return made
        return self._between(case, whole, relaxed)

    def _first(self, case: MixCase, whole: MixProgram, relaxed: Floats) -> tuple[float, dict[str, Any]] | None:
        """Cost and figures of the relaxation's shares with whatever carries them; None where that breaks a rule."""
        values = complete(whole, clean_shares(whole, relaxed), relaxed)
        if values is None or not keeps_rows(whole.program, values):
            return None
        flow = whole.flows(values)
        if not leads(case, flow):
            return None
        return float(whole.program.cost @ values) * whole.money, self._figures(case, flow)

    def _alike(self, case: MixCase) -> tuple[float, float, dict[str, Any]] | None:
        """The same from what was learnt; None where that does not prove the gap."""
        made = None if self._learnt is None else made_alike(self._with_budget(case), self._learnt, CLOSE)
        if made is None or made[1].values is None:
            return None
        return made[1].cost, made[1].bound, self._figures(case, made[0].flows(made[1].values))

    def _between(self, case: MixCase, whole: MixProgram, relaxed: Answer) -> tuple[float, float, dict[str, Any]] | None:
        """The same from a search, at one overall satisfaction where a tier leads it."""
        if np.isnan(case.tiers.csat_lead).all() or relaxed.values is None:
            found = self._searched(whole)
            if found.values is None:
                return None if found.status is Status.INFEASIBLE else (np.inf, found.bound, {})
            return found.cost, found.bound, self._figures(case, whole.flows(found.values))
        bound = relaxed.objective * whole.money
        middle = float(np.clip(overall_satisfaction(case, whole.flows(relaxed.values)), *lead_range(case)))
        mix = build_program(case, lead=(middle, middle))
        found = self._searched(mix)
        flow = None if found.values is None else mix.flows(found.values)
        if flow is None or not leads(case, flow):
            return np.inf, bound, {}
        return found.cost, bound, self._figures(case, flow)

    def _searched(self, mix: MixProgram) -> Found:
        """Search for a little while, from the mix of the question before."""
        search = Search(mix, SEED, self._of(mix))
        found = search.solve(Limits(GAP, self._seconds, SEED), start=self._start)
        if found.status is Status.NO_PLAN:  # a late answer is better than none
            found = search.solve(Limits(GAP, LONGER * self._seconds, SEED), start=self._start)
        if found.values is not None:
            self._start = found.values
        return found

    def _of(self, mix: MixProgram) -> Decomposed | None:
        """The periods, which levels of rules of the horizon do not change, as long as these rules are the same ones."""
        if mix.is_linear:
            return None
        rules = tuple((row.row, row.rule, row.level if row.period >= 0 else None) for row in mix.rule_rows)
        if self._parts is None or self._rules != rules:
            self._parts, self._rules = decomposed(mix, SEED), rules
        return self._parts

    def _figures(self, case: MixCase, flow: Floats) -> dict[str, Any]:
        after = price_mix(case, flow)
        figures: dict[str, Any] = {
            "status": Status.FEASIBLE.value, "csat": after.overall_csat, "currency": case.settings.currency,
            "channels": _shares(after.csat), "tiers": _tiers(after.csat),
        }  # fmt: skip
        if self._before is not None:
            figures |= {
                "cost_today": self._before.total, "csat_today": self._before.overall_csat,
                "channels_today": _shares(self._before.csat),
            }  # fmt: skip
        return figures


def _said(answer: dict[str, Any], cost: float, bound: float) -> dict[str, Any]:
    if not np.isfinite(bound):
        return answer | {"cost": cost, "bound": None, "gap": None}
    return answer | {"cost": cost, "bound": min(bound, cost), "gap": relative_gap(cost, min(bound, cost))}


def _shares(csat: Any) -> dict[str, float]:
    rows = csat[csat["level"] == "channel"]
    total = float(rows["contacts"].sum())
    return {str(name): float(contacts) / total if total else 0.0
            for name, contacts in zip(rows["name"], rows["contacts"], strict=True)}  # fmt: skip


def _tiers(csat: Any) -> dict[str, float]:
    rows = csat[csat["level"] == "tier"]
    return {str(name): float(level) for name, level in zip(rows["name"], rows["csat"], strict=True) if level == level}


class _Questions:
    """Questions as they come in; each is answered at once with what is known, and the newest is then searched."""

    def __init__(self, live: LiveMix) -> None:
        self._live, self._newest = live, queue.SimpleQueue[tuple[int, Levels, float] | None]()
        self._last: tuple[int, Levels, float] | None = None
        self._lock = threading.Lock()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in sys.stdin:
            question, begun = json.loads(line), time.perf_counter()
            number, levels = int(question["number"]), question["levels"]
            if (known := self._live.known(levels)) is not None:
                self.say(number, known, begun, more=True)
            self._last = number, levels, begun
            self._newest.put(self._last)
        self._newest.put(None)

    def say(self, number: int, answer: dict[str, Any], begun: float, *, more: bool) -> None:
        """Write an answer; `more` says that another one to this question follows."""
        line = answer | {"question": number, "more": more, "seconds": time.perf_counter() - begun}
        with self._lock:
            sys.stdout.write(json.dumps(line, allow_nan=False, default=float) + "\n")
            sys.stdout.flush()

    def take(self, learnt: KnownMix | None) -> None:
        """Answer from what was learnt, the newest question once more."""
        self._live.take(learnt)
        if self._last is not None:
            self._newest.put(self._last)

    def search(self) -> None:
        """Answer until there are no more questions; in between, look at what may be asked next."""
        around: Iterator[None] = iter(())
        while True:
            try:
                question = self._newest.get_nowait()
            except queue.Empty:
                if next(around, _NOTHING) is _NOTHING:
                    question = self._newest.get()
                else:
                    continue
            while not self._newest.empty() and question is not None:
                question = self._newest.get()
            if question is None:
                return
            number, levels, begun = question
            answer = self._live.answer(levels, lambda known: self.say(number, known, begun, more=True))  # noqa: B023
            self.say(number, answer, begun, more=False)
            around = self._live.look_around(levels)


_NOTHING = object()


def _learn(live: LiveMix, to: Connection) -> None:
    """Learn in a process of its own: beside it, in the same one, each answer would take several times as long."""
    if hasattr(os, "nice"):
        os.nice(GIVES_WAY)
    with contextlib.suppress(BrokenPipeError):
        to.send(live.learn())


def _take(questions: _Questions, learner: Connection) -> None:
    with contextlib.suppress(EOFError):  # it was ended
        questions.take(learner.recv())


def main(folder: Path) -> None:
    """Answer questions until there are no more."""
    live = LiveMix(read_mix(folder))
    # a fork has read and imported everything already; it is made while there is one thread
    if "fork" in multiprocessing.get_all_start_methods():
        multiprocessing.set_start_method("fork")
    here, there = multiprocessing.Pipe(duplex=False)
    multiprocessing.Process(target=_learn, args=(live, there), daemon=True).start()
    there.close()
    questions = _Questions(live)
    threading.Thread(target=_take, args=(questions, here), daemon=True).start()
    questions.search()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
