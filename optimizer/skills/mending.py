"""Mending a schedule by simulation: shifts are added where answers are missing, then those not needed leave.

Every round makes some moves in each part (``desk``), and one simulation, with the same customers in every round,
judges them all. A part that keeps its claims is remembered when it is cheaper than before, and gives shifts away or
exchanges them for cheaper ones; a part that does not gets further shifts, or goes back to the cheapest that kept
everything and tries fewer moves. So there is a schedule at any time. What one more head brings is simulated anew every
few rounds.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from optimizer.shifts.heads import Chosen
from optimizer.shifts.problem import Floats
from optimizer.skills.claims import Slopes, claims_of
from optimizer.skills.desk import Claims, Desk
from optimizer.skills.master import Master
from optimizer.skills.parts import chosen_of
from optimizer.skills.promises import Day
from optimizer.skills.simulated import Rows, Served, Simulator, person_shifts

GAIN_SHARE, LEAST_REPLICATIONS = 5, 10
"""What one more head brings is simulated with a fifth of the replications."""
RELAXATIONS = 3
"""Times that what simulation says goes into a relaxation, to begin with anew; the cheapest of each part is kept."""
PATIENCE = 4
"""Times as long as a relaxation takes that have to be left after the first: a schedule in time is worth more."""
FRESH_ROUNDS = 5
"""Rounds after which that is done anew."""
SHARE_OF_PEOPLE = 0.04
"""Of a part: shifts that one round moves at most; half as many after each failure."""
ADDS_MORE = 2
"""Times as many shifts may be added."""
CAUTION = 0.5
"""After each failure a shift that leaves is taken to lose so much more."""
MOST_FAILURES = 5
SAFETY = 0.4
"""Half-widths that are asked for above the target."""


@dataclass
class Part:
    """A desk in mending.

    Attributes
    ----------
    best : cheapest desk that kept every claim; None until then
    claims : of ``best``
    failures : less the successes since; the more, the fewer moves in a round, and the more they are taken to lose;
        after `MOST_FAILURES` the part is settled
    """

    desk: Desk
    days: list[Day]
    best: Desk | None = None
    best_cost: float = np.inf
    claims: Claims | None = None
    failures: int = 0
    settled: bool = False

    def step(self, claims: Claims) -> None:
        """Take the verdict on the moves of the last round, and make those of the next."""
        desk = self.desk
        if claims.kept and desk.cost < self.best_cost - 1e-6:
            self.best, self.best_cost, self.claims = desk.copy(), desk.cost, claims
            self.failures = max(self.failures - 1, 0)
        elif self.best is not None and (claims.kept or desk.cost >= self.best_cost - 1e-6):
            self.back()
            self.failures += 1
        if not claims.kept and (self.best is None or desk.cost < self.best_cost - 1e-6):
            if desk.add(claims, ADDS_MORE * self._most):
                return
            if self.best is None:
                self.settled = True
                return
            self.back()
            self.failures += 1
        self._give_away()

    def back(self) -> None:
        """Return to the cheapest that kept everything, if any did."""
        if self.best is not None:
            self.desk = self.best.copy()

    def _give_away(self) -> None:
        """Make cheaper what keeps everything; nothing to be made cheaper, or too many failures: settled."""
        assert self.claims is not None  # noqa: S101 - there is a best
        most = max(self._most >> self.failures, 1)
        claims = replace(self.claims, fewer=(1 + CAUTION * self.failures) * self.claims.fewer)
        moved = 0
        if self.failures < MOST_FAILURES:
            moved, claims = self.desk.remove(claims, most)
            moved += self.desk.exchange(claims, most)
        self.settled = not moved

    @property
    def _most(self) -> int:
        return max(int(SHARE_OF_PEOPLE * self.desk.counts.sum()), 2)


class Mending:
    """All parts of a schedule, mended side by side.

    Attributes
    ----------
    rounds : simulations that judged moves
    asked : whether the user wants the search to end
    relax : takes heads on duty (P, T), what is simulated of them, and with one more head of each group; returns desks
        of the relaxation that knows it, in the order of the parts, or none
    """

    def __init__(
        self, master: Master, simulator: Simulator, desks: Sequence[Desk], days: Sequence[Day],
        relax: Callable[[Floats, Served, list[Served]], list[Desk]], say: Callable[[str], None],
        asked: Callable[[], bool] = lambda: False,
    ) -> None:  # fmt: skip
        self.master, self.simulator, self.relax, self.say, self.asked = master, simulator, relax, say, asked
        self.parts = []
        for desk in desks:
            mine = set(desk.cells[:, 1].tolist())
            self.parts.append(Part(desk, [day for day in days if mine & set(day.intervals.tolist())]))
        self.rounds = 0
        self.round_s = 0.0
        self._fresh_until = self._relaxed = 0
        self._relax_s = 0.0
        self._slopes: Slopes = {}

    def chosen(self) -> tuple[Chosen, ...]:
        """Return the shifts."""
        chosen = [one for part in self.parts for one in chosen_of(part.desk.part, part.desk.columns, part.desk.counts)]
        return tuple(sorted(chosen, key=lambda one: (one.family, one.member, one.offsets)))

    @property
    def cost(self) -> float:
        """Cost of all shifts."""
        return sum(part.desk.cost for part in self.parts)

    def run(self, end: float, kept_back: float, *, until_kept: bool = False) -> None:
        """Mend until every part is settled, or time is over.

        Parameters
        ----------
        end : of the whole search, by ``time.perf_counter``
        kept_back : rounds for which time has to be left then
        until_kept : whether to stop as soon as every part keeps what is asked of it, however dear
        """
        while not all(part.settled or (until_kept and part.best is not None) for part in self.parts):
            began = time.perf_counter()
            if self.rounds and (self.asked() or began + (kept_back + 1) * self.round_s > end):
                break
            # with little time the slopes of before have to do
            room = not self.rounds or began + (kept_back + 1 + self.refresh_rounds) * self.round_s <= end
            if self.rounds >= self._fresh_until and room:
                self._refresh(end - kept_back * self.round_s)
                began = time.perf_counter()
            self._judge(self.simulator(self._rows()))
            self.round_s = time.perf_counter() - began

    def back(self) -> None:
        """Return every part to its cheapest people that kept everything, if any did."""
        for part in self.parts:
            part.back()

    @property
    def kept(self) -> bool:
        """Whether every part has kept all that is asked of it, or can do no more."""
        return all(part.best is not None or part.settled for part in self.parts)

    def reopen(self, days: Sequence[Day]) -> None:
        """Let the parts of some days be mended again: more is asked of them. Once they keep it, nothing leaves."""
        keys = {day.key for day in days}
        for part in self.parts:
            if keys & {day.key for day in part.days}:
                part.settled, part.best, part.best_cost, part.claims = False, None, np.inf, None
                part.failures = MOST_FAILURES + 1

    @property
    def refresh_rounds(self) -> float:
        """Rounds whose time it takes to simulate what one more head brings."""
        return (len(self.simulator.skills.groups) + 1) * self._few / self.simulator.replications

    @property
    def _few(self) -> int:
        return max(self.simulator.replications // GAIN_SHARE, LEAST_REPLICATIONS)

    def _judge(self, served: Served) -> None:
        self.rounds += 1
        short = 0.0
        for part in self.parts:
            claims = claims_of(part.desk, part.days, served, self._slopes, SAFETY)
            short += float(np.maximum(claims.short, 0.0).sum())
            if not part.settled:
                part.step(claims)
        best = sum(part.best_cost for part in self.parts)
        kept = sum(part.best is not None for part in self.parts)
        found = f", all of them for {best:,.0f}" if np.isfinite(best) else ""
        self.say(f"mending {self.rounds}: {short:,.0f} answers short, {kept} of {len(self.parts)} parts kept{found}")

    def _refresh(self, end: float) -> None:
        """Simulate what one more head brings, and begin anew with a relaxation that knows it where that is worth it."""
        simulator, rows = replace(self.simulator, replications=self._few), self._rows()
        base, gains = simulator(rows), simulator.gains(self.master.stated, rows)
        heads: Floats = np.zeros(self.master.stated.problem.need.shape)
        for part in self.parts:
            heads[tuple(part.desk.cells.T)] = part.desk.heads
        if self._may_relax(end):
            began = time.perf_counter()
            self._relaxed += 1
            for part, desk in zip(self.parts, self.relax(heads, base, gains), strict=False):
                part.desk, part.settled, part.failures = desk, False, 0
            for part in self.parts:
                heads[tuple(part.desk.cells.T)] = part.desk.heads
            self._relax_s = time.perf_counter() - began
        self._slopes = {day.key: day.slopes(heads, base, gains) for part in self.parts for day in part.days}
        self._fresh_until = self.rounds + FRESH_ROUNDS

    def _may_relax(self, end: float) -> bool:
        """Say whether to relax anew: at first, and then where every part is kept and time is left to mend it again."""
        if not self._relaxed:
            return True
        in_time = time.perf_counter() + PATIENCE * self._relax_s < end
        return self._relaxed < RELAXATIONS and self.kept and in_time

    def _rows(self) -> Rows:
        return person_shifts(self.master.stated, self.chosen())
