"""Large neighbourhoods: some employees get new lines together while all others keep theirs.

The block's own column generation says what it could cost at best. Where that is no less than it costs now, the block is
done; otherwise lines whose reduced cost leaves room for a gain go to the integer solver.
"""

from __future__ import annotations

import numpy as np

from optimizer.roster.cover import CoverRows
from optimizer.roster.diving import dive
from optimizer.roster.master import Master
from optimizer.roster.network import Floats
from optimizer.roster.relaxation import Box, relax
from optimizer.roster.setting import Setting
from optimizer.solve import round_up

BOX = 0.5
"""Distance of the prices from those of the linear bound at first, in the case's units of price."""
ROUNDS = 20
"""Of pricing in a block."""
EFFORT = 2
"""Of a dive in a block; see ``diving``."""
RECENT = 60
"""Lines of each employee that a block begins with at most: the latest ones, which were found for rosters like this."""
MOST_LINES = 100_000
"""Known ones, beyond which those found in a window are forgotten again: memory stays bounded."""
NODES = 500
"""Of the integer solver in a block."""
TOLERANCE = 1e-6


def improve_days(
    setting: Setting, numbers: list[int], block: list[int], prices: Floats, first: int, end: int
) -> list[int]:
    """Like `improve_block`, but the block's lines stay as they are before a first and from an end day on.

    The lines that are found on the way serve later dives; beyond `MOST_LINES` only those of the roster are kept.
    """
    rows, places = setting.rows.on_days(first, end)
    part = setting if len(setting.pool) < MOST_LINES else setting.apart()
    current = [part.pool.take(setting.pool, number) for number in numbers]
    with part.pricer.within({place: setting.pool.line[numbers[place]] for place in block}, first, end):
        found = _improve(part, rows, current, block, prices[places], by_diving=True, known=False)
    return [setting.pool.take(part.pool, number) for number in found]


def improve_block(
    setting: Setting, numbers: list[int], block: list[int], prices: Floats, *, by_diving: bool
) -> list[int]:
    """Return the best roster found in which only a block's employees have new lines; one of equal cost may differ.

    Parameters
    ----------
    numbers : lines of the roster, in the order of the employees
    block : places of employees
    prices : (K,) of cover, with which the search begins
    """
    return _improve(setting, setting.rows, numbers, block, prices, by_diving=by_diving, known=True)


def _improve(
    setting: Setting, rows: CoverRows, numbers: list[int], block: list[int], prices: Floats, *, by_diving: bool,
    known: bool,
) -> list[int]:  # fmt: skip
    """Improve a block on the rows of cover that it can change; ``known`` begins with lines found earlier."""
    inside = set(block)
    kept = np.array([place for place in range(len(numbers)) if place not in inside], np.int64)
    need = rows.need - rows.present(setting.pool.lines(np.array(numbers, np.int64)[kept]), kept)
    current = [numbers[place] for place in block]

    def cost_of(some: list[int]) -> float:
        short = need - rows.present(setting.pool.lines(np.array(some, np.int64)), np.array(block, np.int64))
        people = rows.under_price @ np.maximum(0, short) + rows.over_price @ np.maximum(0, -short)
        return float(people) + sum(setting.pool.cost[number] for number in some)

    cost = cost_of(current)

    def no_gain(_: float, bound: float) -> bool:
        return round_up(bound, setting.grain) > cost - TOLERANCE

    begin = _near(setting, block, current) if known else current
    master = Master(rows, setting.pool, block, need, begin, setting.seed)
    box = Box(rows, BOX * setting.unit, prices)
    linear = relax(
        master, rows, setting.pool, setting.pricer, setting.seconds_left, box, rounds=ROUNDS, quick=True,
        enough=no_gain,
    )  # fmt: skip
    if linear.closed and no_gain(0.0, linear.bound):
        return numbers
    if by_diving:
        found = dive(
            master, rows, setting.pool, setting.pricer, setting.seconds_left,
            Box(rows, BOX * setting.unit, box.centre), effort=EFFORT,
            beaten=lambda bound: round_up(bound, setting.grain) > cost + TOLERANCE,
        )  # fmt: skip
    else:
        left = setting.seconds_left()
        found = master.whole_lines_below(linear.answer, cost, current, node_limit=NODES, time_limit_s=left)
    if found is None or cost_of(found) > cost + TOLERANCE:
        return numbers
    new = list(numbers)
    for place, number in zip(block, found, strict=True):
        new[place] = number
    return new


def _near(setting: Setting, block: list[int], current: list[int]) -> list[int]:
    """Lines to begin with: all known ones of the block."""
    return current + [number for employee in block for number in setting.pool.of(employee)[-RECENT:]]
