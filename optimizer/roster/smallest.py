"""The smallest part of a set of demands that cannot be met together, when only an oracle can tell what can.

A smallest such part hits every correction set: what has to go so that the rest can be met. So the smallest hitting set
of those found so far is tried again and again: where it can be met it is grown until nothing more fits, and what is
left out is one more correction set; where it cannot, it is the answer (A. Ignatiev, A. Previti, M. Liffiton and J.
Marques-Silva, "Smallest MUS extraction with minimal hitting set dualization", 2015).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from optimizer.clock import OutOfTimeError

Some = frozenset[int]
Oracle = Callable[[Some], Some | None]
"""Demands that can be met beside some given ones, these included; None where the given ones cannot be met together."""


class UnsettledError(Exception):
    """An oracle cannot tell whether some demands can be met."""


@dataclass(frozen=True)
class Smallest:
    """A part that cannot be met, and nothing less of it.

    Attributes
    ----------
    members : numbers of the demands
    is_smallest : proved to have the fewest members of all such parts
    is_irreducible : proved to be met as soon as any one of its members goes
    """

    members: Some
    is_smallest: bool
    is_irreducible: bool


def smallest_part(count: int, meets: Oracle) -> Smallest:
    """Find the smallest part of some demands that cannot be met together.

    Parameters
    ----------
    count : of the demands, which cannot all be met
    meets : raises `UnsettledError` where it cannot tell, and `OutOfTimeError` to end: what was found until then is
        returned
    """
    search = _Search(count, meets)
    try:
        search.thin_out()
        search.prove()
    except (UnsettledError, OutOfTimeError):
        pass
    return Smallest(search.part, search.is_smallest, search.is_irreducible)


class _Search:
    """The smallest part so far, and the correction sets that were met with."""

    def __init__(self, count: int, meets: Oracle) -> None:
        self._whole, self._meets = frozenset(range(count)), meets
        self._corrections: list[Some] = []
        self.part: Some = self._whole
        self.is_smallest = self.is_irreducible = False

    def thin_out(self) -> None:
        """Leave out what the part does not need, half of what is not yet judged at a time."""
        needed: Some = frozenset()
        size, settled = max(1, len(self.part) // 2), True
        while needed != self.part:
            tried = frozenset(sorted(self.part - needed)[:size])
            try:
                met = self._meets(self.part - tried)
            except UnsettledError:
                met, settled = self._whole, settled and len(tried) > 1
            if met is None:
                self.part -= tried
                continue
            self._corrections += [self._whole - met] if met != self._whole else []
            needed |= tried if len(tried) == 1 else frozenset()
            size = max(1, size // 2)
        self.is_irreducible = settled

    def prove(self) -> None:
        """Try smaller and smaller parts until none is left."""
        while True:
            tried = hitting_set(self._corrections, len(self.part) - 1)
            met = None if tried is None else self._meets(tried)
            if met is None:
                self.part = self.part if tried is None else tried
                self.is_smallest = self.is_irreducible = True
                return
            self._corrections.append(self._whole - self._grown(met))

    def _grown(self, met: Some) -> Some:
        """Add demands to some that can be met until no other can; one that nobody can tell of stays out."""
        for one in sorted(self._whole - met):
            if one not in met:
                with contextlib.suppress(UnsettledError):
                    met = self._meets(met | {one}) or met
        return met


def hitting_set(sets: Sequence[Collection[int]], most: int) -> Some | None:
    """Return a smallest choice of at most ``most`` members with one of every set; None where there is none."""
    for size in range(most + 1):
        found = _hits(sorted(sets, key=len), frozenset(), size)
        if found is not None:
            return found
    return None


def _hits(sets: Sequence[Collection[int]], chosen: Some, more: int) -> Some | None:
    missed = [each for each in sets if chosen.isdisjoint(each)]
    if not missed:
        return chosen
    if not more or len(_apart(missed)) > more:
        return None
    for member in sorted(missed[0]):
        found = _hits(missed[1:], chosen | {member}, more - 1)
        if found is not None:
            return found
    return None


def _apart(sets: Sequence[Collection[int]]) -> list[Collection[int]]:
    """Return sets without a member in common: each needs a choice of its own."""
    taken: set[int] = set()
    found = []
    for each in sets:
        if taken.isdisjoint(each):
            taken.update(each)
            found.append(each)
    return found
