"""Repairing the shifts of one part of a problem by what simulation says of them: add, remove, exchange single shifts.

A part is most often a day. What it must keep is a list of claims: contacts that a class of queues has to serve in time
over the day, and in each interval for the floor; heads, and contacts by Erlang's formulas, of every team. Each claim
has what is short (or to spare, if negative) and how much one more head of a group in an interval brings. A move is
judged by these linear estimates only; simulation judges the moves of a round together.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from optimizer.shifts.columns import Columns
from optimizer.shifts.components import Component
from optimizer.shifts.problem import Floats, Ints
from optimizer.shifts.rows import build_rows

Bools = NDArray[np.bool_]
ENOUGH = 1e-6
"""Of a claim: what is short by less is kept."""
LIMIT_ROWS = ("attended", "counted")


@dataclass(frozen=True, eq=False)
class Claims:
    """What a part has to keep.

    Attributes
    ----------
    short : (R,) contacts or heads that are missing; negative: to spare
    more : (R, C) what one more head on duty in a cell (`Desk.cells`) brings; fewer : what one head less takes away
    """

    short: Floats
    more: Floats
    fewer: Floats

    @property
    def kept(self) -> bool:
        """Whether nothing is short."""
        return bool((self.short <= ENOUGH).all())


class Desk:
    """The patterns of a part, and how many people work each.

    Attributes
    ----------
    columns : patterns to choose from
    counts : (n,) people on each
    cells : (C, 2) group and interval in which somebody of the part can be of use
    """

    def __init__(self, part: Component, columns: Columns, counts: Ints) -> None:
        self.part, self.columns, self.counts = part, columns, counts.copy()
        rows = build_rows(columns.problem)
        self.cells = np.argwhere(rows.cover_of_interval >= 0)
        by_pattern = columns.matrix.T.tocsr()
        covers = rows.cover_of_interval[tuple(self.cells.T)]
        self._duty: sparse.csr_matrix = by_pattern[:, covers]
        limits = [row for row, name in enumerate(rows.names) if name[0] in LIMIT_ROWS]
        self._used: Floats = by_pattern[:, limits].toarray()
        self._least, self._most = rows.lower[limits], rows.upper[limits]
        self._keep_limits()

    @property
    def cost(self) -> float:
        """Cost of the people."""
        return float(self.columns.cost @ self.counts)

    @property
    def heads(self) -> Floats:
        """People on duty in each cell, (C,)."""
        return np.asarray(self._duty.T @ self.counts, dtype=np.float64)

    def copy(self) -> Desk:
        """Return a desk with the same people, to be changed by itself."""
        other = copy.copy(self)
        other.counts = self.counts.copy()
        return other

    def add(self, claims: Claims, most: int) -> int:
        """Add shifts one by one, the most of what is short for their cost first; return how many."""
        short, added = claims.short.copy(), 0
        wanted = np.flatnonzero(short > ENOUGH)
        gain, short = self._worth(claims.more[wanted]), short[wanted]
        while added < most and (short > ENOUGH).any():
            allowed = self._may_come()
            value = np.minimum(gain, np.maximum(short, 0.0)).sum(axis=1) / self.columns.cost
            best = int(np.argmax(np.where(allowed, value, -1.0)))
            if not allowed[best] or value[best] <= ENOUGH:
                break
            self.counts[best] += 1
            short = short - gain[best]
            added += 1
        return added

    def remove(self, claims: Claims, most: int) -> tuple[int, Claims]:
        """Remove shifts not needed, the most money for what they bring first; return how many, and what is left."""
        spare, removed = -claims.short, 0
        used = np.flatnonzero(self.counts)
        loss = self._worth(claims.fewer, used)
        while removed < most:
            weight = np.max(loss / np.maximum(spare, ENOUGH), axis=1, initial=0.0)
            allowed = (self.counts[used] > 0) & self._may_go(used)
            allowed &= (loss <= np.maximum(spare, 0.0) + ENOUGH).all(axis=1)
            if not allowed.any():
                break
            best = int(np.argmax(np.where(allowed, self.columns.cost[used] / (weight + ENOUGH), -1.0)))
            self.counts[used[best]] -= 1
            spare = spare - loss[best]
            removed += 1
        return removed, replace(claims, short=-spare)

    def exchange(self, claims: Claims, most: int) -> int:
        """Put cheaper shifts in the place of dearer ones, the most saved first; return how many."""
        spare, done = -claims.short, 0
        used = np.flatnonzero(self.counts)
        loss = self._worth(claims.fewer, used)
        gains: dict[int, Floats] = {}
        while done < most:
            best, pair = ENOUGH, None
            for place, old in enumerate(used.tolist()):
                saving = self.columns.cost[old] - self.columns.cost
                if self.counts[old] == 0 or saving.max() <= best:
                    continue
                needed = loss[place] - np.maximum(spare, 0.0)
                tight = np.flatnonzero(needed > ENOUGH)
                fits = (saving > best) & self._may_replace(old)
                for claim in tight.tolist():
                    if claim not in gains:
                        gains[claim] = self._worth(claims.more[[claim]])[:, 0]
                    fits &= gains[claim] >= needed[claim]
                if fits.any():
                    new = int(np.argmax(np.where(fits, saving, -1.0)))
                    best, pair = float(saving[new]), (place, new)
            if pair is None:
                break
            self.counts[used[pair[0]]] -= 1
            self.counts[pair[1]] += 1
            spare = spare - loss[pair[0]] + self._worth(claims.more, np.array([pair[1]]))[0]
            done += 1
        return done

    def _worth(self, slope: Floats, patterns: Ints | None = None) -> Floats:
        """What one person on each pattern brings to each claim; (n, R)."""
        duty = self._duty if patterns is None else self._duty[patterns]
        return np.asarray(duty @ slope.T)

    def _may_come(self) -> Bools:
        room = np.maximum(self._most - self._now(), 0.0)
        return np.asarray((self._used <= room + ENOUGH).all(axis=1))

    def _may_go(self, patterns: Ints) -> Bools:
        room = np.maximum(self._now() - self._least, 0.0)
        return np.asarray((self._used[patterns] <= room + ENOUGH).all(axis=1))

    def _may_replace(self, old: int) -> Bools:
        """Patterns that may be worked by one more person when one leaves ``old``."""
        before = self._now()
        after = before - self._used[old] + self._used
        most, least = np.maximum(self._most, before), np.minimum(self._least, before)
        return np.asarray(((after <= most + ENOUGH) & (after >= least - ENOUGH)).all(axis=1))

    def _now(self) -> Floats:
        """What is counted by each limit, (L,)."""
        return np.asarray(self._used.T @ self.counts, dtype=np.float64)

    def _keep_limits(self) -> None:
        """Take people off where a rounded schedule exceeds a limit, and put some where it falls below one."""
        for limit in range(len(self._most)):
            mine = self._used[:, limit] > 0
            while self._now()[limit] > self._most[limit] + ENOUGH:
                there = np.flatnonzero(mine & (self.counts > 0))
                self.counts[there[np.argmin(self.columns.cost[there])]] -= 1
            while self._now()[limit] < self._least[limit] - ENOUGH:
                allowed = np.flatnonzero(mine & self._may_come())
                if not len(allowed):
                    break
                self.counts[allowed[np.argmin(self.columns.cost[allowed])]] += 1

    @property
    def keeps_limits(self) -> bool:
        """Whether no limit on heads or shifts is broken."""
        now = self._now()
        return bool(((now <= self._most + ENOUGH) & (now >= self._least - ENOUGH)).all())
