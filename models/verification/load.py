"""What arrives at each pool as one queue, interval by interval."""

from __future__ import annotations

import math

from models.verification.inputs import ContactType, Inputs
from models.verification.queue import Queue

LONG = 0.5
"""From this share of the interval on a mean handle time carries its load over into the intervals after it."""


def pool_contacts(inputs: Inputs, pool: str) -> list[float]:
    """Live contacts and chats of a pool by interval; (T,)."""
    served = [kind for kind in inputs.types if kind.pool == pool and kind.kind != "deferrable"]
    opened = inputs.pools[pool].open
    return [sum(kind.contacts[t] for kind in served) if opened[t] else 0.0 for t in range(inputs.calendar.length)]


def pool_queues(inputs: Inputs, pool: str) -> list[Queue | None]:
    """Queue of a pool by interval, None where there is no load; (T,).

    Contact types add up; handle time, the rate of giving up and the agents' time are those of the types together.
    """
    terms = inputs.pools[pool]
    parts = [
        (kind, *_load_of(inputs, pool, kind))
        for kind in inputs.types
        if kind.pool == pool and kind.kind != "deferrable"
    ]
    found: list[Queue | None] = []
    for t in range(inputs.calendar.length):
        busy = [(kind, load[t], aht[t]) for kind, load, aht in parts if load[t] > 0]
        load = sum(own for _, own, _ in busy)
        if load <= 0:
            found.append(None)
            continue
        arriving = sum(own / aht for _, own, aht in busy)
        leaving = sum(own / aht / kind.patience_s for kind, own, aht in busy)
        agents = sum(own / (kind.concurrency if kind.kind == "chat" else 1.0) for kind, own, _ in busy)
        found.append(
            Queue(
                load,
                load / arriving,
                arriving / leaving if leaving > 0 else math.inf,
                load / agents,
                terms.within_s,
                inputs.service.short_abandon_s,
                inputs.service.model,
            )
        )
    return found


def _load_of(inputs: Inputs, pool: str, kind: ContactType) -> tuple[list[float], list[float]]:
    """Load in erlang and handle time of a contact type by interval."""
    terms, seconds = inputs.pools[pool], inputs.calendar.step * 60.0
    number = [n if opened else 0.0 for n, opened in zip(kind.contacts, terms.open, strict=True)]
    total = sum(number)
    mean = sum(n * aht for n, aht in zip(number, kind.aht_s, strict=True)) / total if total > 0 else 0.0
    if mean < LONG * seconds * (1 - 1e-9):
        return [n * aht / seconds for n, aht in zip(number, kind.aht_s, strict=True)], kind.aht_s
    # contacts at work follow m' = arrivals - m / AHT: work taken in one interval is still there in the next
    aht = [own if n > 0 and own > 0 else mean for n, own in zip(number, kind.aht_s, strict=True)]
    level = 0.0
    if inputs.edges == "cyclic":
        for _ in range(60):  # until the days before are forgotten: the share that stays is below 1 in every round
            level = _carried(number, aht, seconds, level)[1]
    elif terms.open_before:
        level = number[0] * aht[0] / seconds
    load, _ = _carried(number, aht, seconds, level)
    return [own if opened else 0.0 for own, opened in zip(load, terms.open, strict=True)], aht


def _carried(number: list[float], aht: list[float], seconds: float, level: float) -> tuple[list[float], float]:
    """Mean contacts at work in each interval, and those at work at the end."""
    load = []
    for n, own in zip(number, aht, strict=True):
        steady = n / seconds * own
        stays = math.exp(-seconds / own)
        load.append(steady + (level - steady) * (1 - stays) * own / seconds)
        level = steady + (level - steady) * stays
    return load, level
