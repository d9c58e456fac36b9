"""Pools of a mix whose deferrable work is priced apart: it fills the time in which nobody calls.

An hour of e-mail costs less than an hour of calls, because people who wait for calls do it. A table by the hours of a
pool alone cannot say so, and a mix that trusts it drives the cheap work away. So each pool with both kinds of work
stands in the program as two: its live work, and beside it its deferrable work.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from models.mix.case import MixCase
from models.mix.records import Bools, Ints

SUFFIX = " (deferrable)"


@dataclass(frozen=True, eq=False)
class SplitPools:
    """A case with deferrable work apart.

    Parameters
    ----------
    case : MixCase
        Links and flows are those of the case before.
    live, late : ndarray of int, shape (P,)
        Place of the live and of the deferrable work of each pool; -1 where it has none of the kind.
    """

    case: MixCase
    live: Ints
    late: Ints


def split_pools(mix: MixCase) -> SplitPools:
    """Set the deferrable work of every pool apart."""
    deferrable = mix.channels.is_kind("human_deferrable")
    target = mix.channels.escalates_to[mix.links.channel]
    parts = (
        (mix.links.pool, deferrable[mix.links.channel]),
        (mix.links.escalation_pool, deferrable[np.maximum(target, 0)] & (target >= 0)),
    )
    names, rates = list(mix.pools), list(mix.pool_cost_per_hour)
    live, late = np.full(len(mix.pools), -1), np.full(len(mix.pools), -1)
    for p, name in enumerate(mix.pools):
        has_live, has_late = (_has(parts, p, kind) for kind in (False, True))
        if has_live or not has_late:
            live[p] = p
        if has_late and has_live:
            late[p] = len(names)
            names.append(name + SUFFIX)
            rates.append(float(mix.pool_cost_per_hour[p]))
        elif has_late:
            late[p] = p
    moved = [np.where(is_late & (pool >= 0), late[np.maximum(pool, 0)], pool) for pool, is_late in parts]
    return SplitPools(
        replace(
            mix,
            pools=tuple(names),
            pool_cost_per_hour=np.array(rates),
            links=replace(mix.links, pool=moved[0], escalation_pool=moved[1]),
            cost_tables=(),
            settings=mix.settings.model_copy(
                update={"people": mix.settings.people.model_copy(update={"cost_from": "cost_per_hour"})}
            ),
        ),
        live,
        late,
    )


def _has(parts: tuple[tuple[Ints, Bools], ...], pool: int, deferrable: bool) -> bool:
    return any(bool(((of == pool) & (kind == deferrable)).any()) for of, kind in parts)
