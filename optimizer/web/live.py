"""A channel mix that answers while a slider moves: `python -m optimizer.web.live FOLDER`, in a process of its own.

Each line of standard input is a question (JSON: levels of rules), each line of standard output its answer. An answer is
a mix that keeps every rule, and a bound that no mix can beat, found within about half a second; what stricter and
looser levels were answered before counts too, since a looser rule never costs more.

The overall satisfaction is taken at one point where a tier has to lead it (`optimizer.mix.lead`): the rows are exact
there. The bound is that of all of them.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from models.mix.case import MixCase
from models.mix.priced import price_mix
from models.mix.reading import read_mix
from models.mix.records import Floats
from models.mix.today import today_flow
from optimizer.changing import ChangingProgram
from optimizer.mix.formulation import build_program
from optimizer.mix.lead import leads
from optimizer.mix.periods import Decomposed
from optimizer.mix.program import MixProgram, overall_satisfaction
from optimizer.mix.search import Found, Limits, Search, certified, decomposed
from optimizer.solve import Status, relative_gap

SEED, GAP = 1, 1e-3
SECONDS = 0.35
"""Wall time for the search of one answer; building and pricing come on top."""
LONGER = 5.0
"""So many times as long where no mix was found in that time."""
MOST_KEPT = 60
Levels = dict[str, float | None]


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
        self._parts: Decomposed | None = None
        self._rules: tuple[object, ...] = ()
        self._start: Floats | None = None
        today = today_flow(case)
        self._before = None if today is None else price_mix(case, today)

    def answer(self, levels: Levels) -> dict[str, Any]:
        """Return cost, bound, gap, satisfaction and shares of channels at some levels; status infeasible without."""
        started = time.perf_counter()
        found = self._found(with_levels(self.case, levels))
        if found is None:
            return {"status": Status.INFEASIBLE.value, "seconds": time.perf_counter() - started}
        cost, bound, answer = found
        for kept in self._kept:
            if is_stricter(levels, kept.levels):
                bound = max(bound, kept.bound)
            if is_stricter(kept.levels, levels) and kept.cost < cost:
                cost, answer = kept.cost, kept.answer
        if not np.isfinite(cost):
            return {"status": Status.NO_PLAN.value, "seconds": time.perf_counter() - started}
        bound = min(bound, cost)
        self._kept = [*self._kept[-MOST_KEPT:], Kept(levels, cost, bound, answer)]
        return answer | {
            "cost": cost, "bound": bound, "gap": relative_gap(cost, bound),
            "seconds": time.perf_counter() - started,
        }  # fmt: skip

    def _found(self, case: MixCase) -> tuple[float, float, dict[str, Any]] | None:
        """Cost, bound and figures of a mix; None where there is none."""
        if np.isnan(case.tiers.csat_lead).all():
            mix = build_program(case)
            found = self._searched(mix)
            if found.status is Status.INFEASIBLE:
                return None
            if found.values is None:
                return np.inf, found.bound, {}
            return found.cost, found.bound, self._figures(case, mix.flows(found.values))
        low, high = max(float(case.links.csat.min()), case.settings.csat_floor or 0.0), float(case.links.csat.max())
        whole = build_program(case, lead=(low, high))
        relaxed = certified(ChangingProgram(whole.program, SEED))
        if relaxed.values is None:
            return None
        bound = relaxed.objective * whole.money
        middle = float(np.clip(overall_satisfaction(case, whole.flows(relaxed.values)), low, high))
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


def _shares(csat: Any) -> dict[str, float]:
    rows = csat[csat["level"] == "channel"]
    total = float(rows["contacts"].sum())
    return {str(name): float(contacts) / total if total else 0.0
            for name, contacts in zip(rows["name"], rows["contacts"], strict=True)}  # fmt: skip


def _tiers(csat: Any) -> dict[str, float]:
    rows = csat[csat["level"] == "tier"]
    return {str(name): float(level) for name, level in zip(rows["name"], rows["csat"], strict=True) if level == level}


def main(folder: Path) -> None:
    """Answer questions until there are no more."""
    live = LiveMix(read_mix(folder))
    live.answer({})  # the periods are worked out before the first question
    out = sys.stdout
    out.write(json.dumps({"ready": True}) + "\n")
    out.flush()
    for line in sys.stdin:
        question = json.loads(line)
        answer = live.answer(question["levels"]) | {"question": question["number"]}
        out.write(json.dumps(answer, allow_nan=False, default=float) + "\n")
        out.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
