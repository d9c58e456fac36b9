"""Pools of a mix as parts whose work is priced apart: an hour of one kind of work costs other than one of another.

An hour of e-mail costs less than an hour of calls, because people who wait for calls do it; an hour of chats may cost
more, because they come when everybody is busy. A table by the hours of a pool alone cannot say so, and a mix that
trusts it drives the wrong work away. So a pool with several kinds of work stands in the program as several: its main
part, and the others beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from models.mix.case import MixCase
from models.mix.records import Bools, Floats

MOST_PARTS = 6
"""Of a pool; kinds of work beyond them, the rarest, are one part together."""
Kind = tuple[bool, tuple[int, ...], str]
"""Whether work of a kind may wait, the contact types of the scenario that it is, and its name."""
KindOf = Callable[[int, int, int], Kind]
"""Kind of the work of a pool, a contact type and a channel."""


@dataclass(frozen=True, eq=False)
class SplitPools:
    """A case with the parts of its pools.

    Parameters
    ----------
    case : MixCase
        Its pools are the parts; links and flows are those of the case before.
    parts : tuple of tuple of int
        Places of the parts of each pool, the main one first.
    pool_names : tuple of str
        Pool of each part.
    deferrable : ndarray of bool
        Whether all work of a part may wait.
    done_by : tuple of tuple of int
        Contact types of the scenario that are a part, where the kinds of work are told by them.
    """

    case: MixCase
    parts: tuple[tuple[int, ...], ...]
    pool_names: tuple[str, ...]
    deferrable: Bools
    done_by: tuple[tuple[int, ...], ...]


def live_or_late(mix: MixCase) -> KindOf:
    """Tell deferrable work from live."""
    late = mix.channels.is_kind("human_deferrable")
    return lambda pool, kind, channel: (bool(late[channel]), (), "deferrable" if late[channel] else "live")


def split_pools(mix: MixCase, kind_of: KindOf, hours: Floats) -> SplitPools:
    """Set the kinds of work of every pool apart.

    Parameters
    ----------
    mix : MixCase
    kind_of : callable
    hours : ndarray, shape (2, L)
        Handling hours of each link today, where it is first served and where it escalates: the live kind with most of
        them is the main part of its pool.
    """
    channel, target = mix.links.channel, mix.channels.escalates_to[mix.links.channel]
    works = [
        (side, link, int(pool[link]), kind_of(int(pool[link]), int(mix.link_type[link]), int(at[link])))
        for side, (pool, at) in enumerate(((mix.links.pool, channel), (mix.links.escalation_pool, target)))
        for link in np.flatnonzero(pool >= 0).tolist()
    ]
    amounts: list[dict[Kind, float]] = [{} for _ in mix.pools]
    for side, link, pool, kind in works:
        amounts[pool][kind] = amounts[pool].get(kind, 0.0) + float(hours[side, link])
    names, owner = list(mix.pools), list(range(len(mix.pools)))
    place: dict[tuple[int, Kind], int] = {}
    parts: list[tuple[int, ...]] = []
    for pool, of_kind in enumerate(amounts):
        mine: list[int] = []
        # live work before what may wait, the most first; the sort is stable: equals stay in the order of the links
        order = sorted(of_kind, key=lambda one: (one[0], -of_kind[one]))
        own = set(sorted(order, key=lambda one: -of_kind[one])[: MOST_PARTS - 1]) | set(order[:1])
        for number, kind in enumerate(sorted(order, key=lambda one: one not in own)):
            if number < len(own) + 1:
                mine.append(pool if number == 0 else len(names))
                name = f"{mix.pools[pool]} ({kind[2]})" if len(of_kind) > 1 else mix.pools[pool]
                if number:
                    names.append(name)
                    owner.append(pool)
                else:
                    names[pool] = name
            place[pool, kind] = mine[-1]
        parts.append(tuple(mine) or (pool,))
    moved = [mix.links.pool.copy(), mix.links.escalation_pool.copy()]
    for side, link, pool, kind in works:
        moved[side][link] = place[pool, kind]
    kinds: list[list[Kind]] = [[kind for key, kind in place if place[key, kind] == k] for k in range(len(names))]
    people = mix.settings.people.model_copy(update={"cost_from": "cost_per_hour"})
    case = replace(
        mix, pools=tuple(names), pool_cost_per_hour=mix.pool_cost_per_hour[np.array(owner, dtype=np.int64)],
        links=replace(mix.links, pool=moved[0], escalation_pool=moved[1]), cost_tables=(),
        settings=mix.settings.model_copy(update={"people": people}),
    )  # fmt: skip
    return SplitPools(
        case, tuple(parts), tuple(mix.pools[k] for k in owner),
        np.array([bool(mine) and all(kind[0] for kind in mine) for mine in kinds]),
        tuple(tuple(sorted({one for kind in mine for one in kind[1]})) for mine in kinds),
    )  # fmt: skip
