"""Large neighbourhoods: some employees get new lines together while all others keep theirs.

The block's own column generation says what it could cost at best. Where that is no less than it costs now, the block is
done; otherwise lines whose reduced cost leaves room for a gain go to the integer solver.
"""

from __future__ import annotations

import numpy as np

from optimizer.roster.diving import dive
from optimizer.roster.network import Floats
from optimizer.roster.relaxation import Box, relax
from optimizer.roster.setting import Setting
from optimizer.solve import round_up

BOX = 0.5
"""Distance of the prices from those of the linear bound at first, in the case's units of price."""
ROUNDS = 20
"""Of pricing in a block."""
RECENT = 60
"""Lines of each employee that a block begins with at most: the latest ones, which were found for rosters like this."""
NODES = 500
"""Of the integer solver in a block."""
TOLERANCE = 1e-6


def improve_days(
    setting: Setting, numbers: list[int], block: list[int], prices: Floats, first: int, end: int, *, by_diving: bool
) -> list[int]:
    """Like `improve_block`, but the block's lines stay as they are before a first and from an end day on."""
    with setting.pricer.within({place: setting.pool.line[numbers[place]] for place in block}, first, end):
        return improve_block(setting, numbers, block, prices, by_diving=by_diving, known=False)


def improve_block(
    setting: Setting, numbers: list[int], block: list[int], prices: Floats, *, by_diving: bool, known: bool = True
) -> list[int]:
    """Return the best roster found in which only a block's employees have new lines; one of equal cost may differ.

    Parameters
    ----------
    numbers : lines of the roster, in the order of the employees
    block : places of employees
    prices : (K,) of cover, with which the search begins
    known : whether to begin with lines found earlier
    """
    inside = set(block)
    kept = [number for place, number in enumerate(numbers) if place not in inside]
    need = setting.rows.need - setting.present(kept)
    current = [numbers[place] for place in block]
    cost = _cost(setting, need, current)

    def no_gain(_: float, bound: float) -> bool:
        return round_up(bound, setting.grain) > cost - TOLERANCE

    master = setting.master(block, need, _near(setting, block, current) if known else current)
    box = Box(setting.rows, BOX * setting.unit, prices)
    linear = relax(
        master, setting.rows, setting.pool, setting.pricer, setting.seconds_left, box, rounds=ROUNDS, quick=True,
        enough=no_gain,
    )  # fmt: skip
    if linear.closed and no_gain(0.0, linear.bound):
        return numbers
    if by_diving:
        found = dive(
            master, setting.rows, setting.pool, setting.pricer, setting.seconds_left,
            Box(setting.rows, BOX * setting.unit, box.centre),
            beaten=lambda bound: round_up(bound, setting.grain) > cost + TOLERANCE,
        )  # fmt: skip
    else:
        left = setting.seconds_left()
        found = master.whole_lines_below(linear.answer, cost, current, node_limit=NODES, time_limit_s=left)
    if found is None or _cost(setting, need, found) > cost + TOLERANCE:
        return numbers
    new = list(numbers)
    for place, number in zip(block, found, strict=True):
        new[place] = number
    return new


def _cost(setting: Setting, need: Floats, numbers: list[int]) -> float:
    short = need - setting.present(numbers)
    people = setting.rows.under_price @ np.maximum(0, short) + setting.rows.over_price @ np.maximum(0, -short)
    return float(people) + sum(setting.pool.cost[number] for number in numbers)


def _near(setting: Setting, block: list[int], current: list[int]) -> list[int]:
    """Lines to begin with: all known ones of the block."""
    return current + [number for employee in block for number in setting.pool.of(employee)[-RECENT:]]
