"""Smallest conflicts, and the smallest sets of rules that resolve all of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable

from optimizer.explain.rules import Family, Rule

MOST_SETS = 6
"""So many ways out of a part are looked for."""
MOST_LOOKS = 40
"""So many sets of rules are looked at for them."""

IsPossible = Callable[[Collection[Family]], bool]
"""Says whether there is a schedule when these rules need not be kept."""


def smallest_conflict(families: Iterable[Family], waived: Collection[Family], possible: IsPossible) -> set[Family]:
    """Return rules that cannot all be kept, though any one less can, when those of ``waived`` need not be kept."""
    kept = [family for family in families if family not in waived]
    gone = set(waived)
    for family in list(kept):
        if not possible({*gone, family}):
            gone.add(family)
            kept.remove(family)
    return set(kept)


def resolve(families: list[Family], possible: IsPossible) -> tuple[list[set[Family]], list[set[Family]]]:
    """Return the conflicts found, and the smallest sets of rules without which there is a schedule.

    Reiter's hitting set tree, breadth first: a way out takes at least one rule of every conflict.
    """
    conflicts: list[set[Family]] = []
    ways: list[set[Family]] = []
    queue, seen, looks = deque([frozenset[Family]()]), {frozenset[Family]()}, 0
    while queue and len(ways) < MOST_SETS and looks < MOST_LOOKS:
        waived = queue.popleft()
        if any(way <= waived for way in ways):
            continue
        open_conflict = next((conflict for conflict in conflicts if not conflict & waived), None)
        if open_conflict is None:
            looks += 1
            if possible(waived):
                ways.append(set(waived))
                continue
            open_conflict = smallest_conflict(families, waived, possible)
            conflicts.append(open_conflict)
        for family in [family for family in families if family in open_conflict]:
            further = waived | {family}
            if further not in seen:
                seen.add(further)
                queue.append(further)
    return conflicts, ways


def on_fewest_days(
    rules: list[Rule], conflict: set[Family], possible: Callable[[Collection[Rule]], bool]
) -> list[Rule]:
    """Return a smallest set of a conflict's rules by day."""
    waived = {rule for rule in rules if rule.family not in conflict}
    kept = [rule for rule in rules if rule.family in conflict]
    size = len(kept)
    # halves first: most days of a long horizon play no part
    while size >= 1:
        begin = 0
        while begin < len(kept):
            some = set(kept[begin : begin + size])
            if len(some) < len(kept) and not possible(waived | some):
                waived |= some
                kept = [rule for rule in kept if rule not in some]
            else:
                begin += size
        size //= 2
    return kept
