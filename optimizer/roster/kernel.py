"""The compiled search for the cheapest lines of work of one employee."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from models.compiled import kept, stamp
from optimizer.roster import costs_to_go, partial_lines
from optimizer.roster.costs_to_go import set_multipliers
from optimizer.roster.partial_lines import find_lines


def _keep() -> Callable[..., tuple[int, float]]:
    """Keep the machine code of the entry for the next process, until a line of this file changes."""
    code = stamp(Path(__file__), Path(costs_to_go.__file__), Path(partial_lines.__file__))

    @kept
    def price_line(
        n: Any, price: Any, own_add: Any, start: int, totals: Any, coordinate: int, width: int, multiplier: Any,
        step: Any, room: Any, wanted: int, rounds: int, beam: int, most: int,
    ) -> Any:  # fmt: skip
        turns = rounds if len(multiplier) > 0 else min(1, code + 1)
        if not set_multipliers(n, price, own_add, start, totals, coordinate, width, multiplier, step, room, turns):
            return 0, math.inf
        return find_lines(n, own_add, start, totals, coordinate, width, multiplier, room, wanted, beam, most)

    return price_line


price_line = _keep()
"""Find cheap lines of one employee, with a thorough search the cheapest.

Parameters
----------
n : network as a named tuple of arrays
price : (D, S + 1) the employee's own cost of each choice on each day, less what it earns
own_add : (D, S + 1, K) what each choice adds to the priced totals, beside what the network says
start, totals, coordinate : node, priced totals (K,) and exact totals before the first day
width : entries of a node in the table
multiplier : (K,) of the priced totals, to begin with; the best ones found are left there
step : (K,) by how much they are moved, likewise
room : named tuple of work arrays; ``top`` holds -1 before and after
wanted : how many lines at most
rounds : of moving the multipliers
beam : partial lines that are followed from day to day
most : partial lines of the thorough search that comes then, which ends there with the bound that it has reached; 0 for
    none

Returns
-------
found : number of lines; their last entries are in ``room.ends``
bound : no line costs less than this; infinite when there is none
"""
