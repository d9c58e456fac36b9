"""Costs that the same effects act on, bundled: each bundle is one product of effects, so one convex curve to bound.

The cost of a bundle in period t is the sum over its parts of C[t] x exp(phi) with

    phi = u - log(1 - rho exp(g)) + log(1 - rho)

where u is the sum of the logarithms of what effects leave of handle time, contacts, escapes and attrition, and g that
of the repeats (fcr). Both are linear in the starts; phi is convex in (u, g): -log(1 - rho exp(g)) is the sum over n of
(rho exp(g))^n / n; so the sum is convex, and so is its logarithm. Without repeats phi = u.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.investment.case import Floats, InvestmentCase
from models.investment.tables import GAINS

_OF_WORK = ("handle_time", "contacts", "containment")


@dataclass(frozen=True, eq=False)
class Bundle:
    """A cost that one product of effects scales; its parts differ in how many contacts come back.

    Attributes
    ----------
    cost : (T,) money of each period today
    effects : effects in u
    spends : spends in u
    repeat_effects : effects in g
    parts : (Q, T) money of each part, sum ``cost``
    repeats : (Q,) rho of each part, share of contacts that come back today; 0 without repeat effects
    """

    cost: Floats
    effects: tuple[int, ...]
    spends: tuple[int, ...]
    repeat_effects: tuple[int, ...]
    parts: Floats
    repeats: Floats

    def left(self, t: int, u: float, g: float) -> tuple[float, float]:
        """Share of the cost that is left in a period, and the derivative of its logarithm by g; that by u is 1."""
        share, slope = shares_left(self.parts[None, :, t], self.repeats[None, :], np.array([u]), np.array([g]))
        return float(share[0]), float(slope[0])


def shares_left(parts: Floats, repeats: Floats, u: Floats, g: Floats) -> tuple[Floats, Floats]:
    """Share of the cost of several bundles that is left, and the derivative of its logarithm by g.

    Parameters
    ----------
    parts, repeats : (B, Q) arrays
        Money today and share of contacts that come back, of each part of each bundle; money adds up to more than 0.
    u, g : (B,) arrays

    Returns
    -------
    share, slope : (B,) arrays
    """
    again = repeats * np.exp(g)[:, None]
    each = parts * np.exp(u)[:, None] * (1 - repeats) / (1 - again)
    whole = each.sum(axis=1)
    return whole / parts.sum(axis=1), (each * (again / (1 - again))).sum(axis=1) / whole


def bundles(case: InvestmentCase) -> tuple[Bundle, ...]:
    """Bundle the costs of a case; a cost that nothing acts on is left out."""
    found: dict[tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]], dict[float, Floats]] = {}
    for row, on, cost in _costs(case):
        if not cost.any():
            continue
        acting = _acting(case, row, on)
        again = 0.0 if row is None else float(case.work.repeats[row])
        repeating = _acting(case, row, ("fcr",)) if again > 0 else ()
        spends = tuple(k for k, s in enumerate(case.spends) if s.on in on and (s.on == "attrition" or row in s.work))
        if acting or spends or repeating:
            parts = found.setdefault((acting, spends, repeating), {})
            repeats = round(again, 9) if repeating else 0.0
            parts[repeats] = parts.get(repeats, np.zeros(case.horizon.periods)) + cost
    made = []
    for (effects, spends, repeating), parts in found.items():
        amounts = np.array(list(parts.values()))
        made.append(Bundle(amounts.sum(axis=0), effects, spends, repeating, amounts, np.array(list(parts))))
    return tuple(made)


def _acting(case: InvestmentCase, row: int | None, on: tuple[str, ...]) -> tuple[int, ...]:
    return tuple(
        e for e, effect in enumerate(case.effects)
        if effect.on in on and (effect.on == "attrition" or row in effect.work)
    )  # fmt: skip


def _costs(case: InvestmentCase) -> list[tuple[int | None, tuple[str, ...], Floats]]:
    """Costs of today, each with its row of work (None: of none) and what it is a product of: people, leavers, prices.

    The pay of those who are there whatever the work is stands nowhere: nothing acts on it. Those of them who leave do.
    """
    work, people, paid = case.work, case.settings.people, case.work.paid_hours
    per_hour = people.attrition_per_year / people.hours_per_head_per_year * people.cost_per_leaver
    standing = np.full(case.horizon.periods, people.standing_hours_per_year / case.horizon.periods_per_year)
    found: list[tuple[int | None, tuple[str, ...], Floats]] = [(None, ("attrition",), standing * per_hour)]
    for row in range(len(work.names)):
        found += [
            (row, _OF_WORK, paid[row] * work.cost_per_hour[row]),
            (row, (*_OF_WORK, "attrition"), paid[row] * per_hour),
            (row, ("contacts",), work.contacts[row] * work.unit_price[row]),
        ]
    return found


def log_left(case: InvestmentCase, effect: int, size: float) -> Floats:
    """Logarithm of what an effect leaves, by periods since its start, shape (T,)."""
    about = case.effects[effect]
    share = case.options[about.option].effect_share(0, case.horizon.periods)
    return np.asarray(np.log1p((-size if about.on in GAINS else size) * share))
