"""The rules that a planner sets and that may give way: their level, their rows, their words."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from models.mix.case import MixCase
from models.remark import remark

CSAT, TIER_CSAT, TIER_LEAD, BOT_CAP = "csat", "tier csat", "tier lead", "bot cap"
LEAST, MOST, CHANGE, BUDGET, PERIOD_BUDGET = "least contacts", "most contacts", "change", "budget", "budget per period"
STAFFING, ADOPTION = "staffing", "adoption"
SHARES = (CSAT, TIER_CSAT, TIER_LEAD, BOT_CAP, CHANGE, ADOPTION)
"""Kinds of rules whose level is a share."""
FLOORS = (CSAT, TIER_CSAT, TIER_LEAD, LEAST)
"""Kinds of rules that ask for at least their level."""


@dataclass(frozen=True)
class Rule:
    """A rule of the case.

    Attributes
    ----------
    kind : one of the names above
    subject : the tier, the channel, the pool, or "channel of type"; empty for the whole mix
    """

    kind: str
    subject: str = ""

    @property
    def family(self) -> tuple[str, str]:
        """Kind and subject, as `optimizer.explain.conflict` calls a rule."""
        return self.kind, self.subject

    @property
    def is_floor(self) -> bool:
        """Whether it asks for at least its level."""
        return self.kind in FLOORS

    @property
    def is_share(self) -> bool:
        """Whether its level is a share."""
        return self.kind in SHARES


@dataclass(frozen=True)
class RuleRow:
    """A row of a rule: ``quality - level x base >= 0`` of a floor, ``<= 0`` of a cap.

    Attributes
    ----------
    rule : whose
    row : place in the program
    level : of the rule in this row
    period : index, -1 for the horizon
    base : column that the level multiplies; -1 where the base is a constant and the level stands on the row's side
    unit : of the row, per unit of level: the factor of the column, or the constant
    """

    rule: Rule
    row: int
    level: float
    period: int
    base: int
    unit: float


def rule_words(rule: Rule) -> str:
    """Name a rule."""
    subject = rule.subject
    channel, _, contact_type = subject.partition(" of ")
    both = {"channel": channel, "contact_type": contact_type}
    if rule.kind == CHANGE:
        if not subject:
            return remark("limit of the change from today's mix")
        return remark("change limit of {channel} of {contact_type}", **both)
    names = {
        CSAT: remark("floor of the overall satisfaction"),
        TIER_CSAT: remark("satisfaction floor of tier {name}", name=subject),
        TIER_LEAD: remark("lead of tier {name} over the overall satisfaction", name=subject),
        BOT_CAP: remark("bot cap of tier {name}", name=subject),
        LEAST: remark("least contacts of {name}", name=subject),
        MOST: remark("most contacts of {name}", name=subject),
        BUDGET: remark("budget"),
        PERIOD_BUDGET: remark("budget of a period"),
        STAFFING: remark("largest tabulated workload of pool {name}", name=subject),
        ADOPTION: remark("adoption cap of {channel} of {contact_type}", **both),
    }
    return names[rule.kind]


def level_words(rule: Rule, level: float, currency: str) -> str:
    """Write a level of a rule."""
    if rule.is_share:
        return f"{100 * level:.4g} %"
    if rule.kind in (BUDGET, PERIOD_BUDGET):
        return f"{level:,.0f} {currency}"
    count = f"{level:,.0f}"
    return remark("{count} hours a week" if rule.kind == STAFFING else "{count} contacts", count=count)


def with_level(case: MixCase, rule: Rule, change: float) -> MixCase:
    """Return the case with a rule at another level, its present one plus `change`; infinite: without the rule.

    Parameters
    ----------
    change : in the unit of the level (share, contacts, currency, hours a week); negative lowers it. Of a rule that
        differs by period, every period's level moves
    """
    settings, tiers, channels = case.settings, case.tiers, case.channels
    if rule.kind in (CSAT, BUDGET, PERIOD_BUDGET):
        name = {CSAT: "csat_floor", BUDGET: "budget", PERIOD_BUDGET: "budget_per_period"}[rule.kind]
        level = getattr(settings, name) + change
        value = max(level, 0.0) if np.isfinite(level) else None
        return replace(case, settings=settings.model_copy(update={name: value}))
    if rule.kind in (TIER_CSAT, TIER_LEAD, BOT_CAP):
        name = {TIER_CSAT: "csat_floor", TIER_LEAD: "csat_lead", BOT_CAP: "bot_cap"}[rule.kind]
        levels = getattr(tiers, name).copy()
        place = tiers.name.index(rule.subject)
        level = levels[place] + change
        levels[place] = min(max(level, 0.0), 1.0) if np.isfinite(level) else (1.0 if name == "bot_cap" else np.nan)
        return replace(case, tiers=replace(tiers, **{name: levels}))
    if rule.kind in (LEAST, MOST):
        name = "min_contacts" if rule.kind == LEAST else "max_contacts"
        levels = getattr(channels, name).copy()
        place = channels.name.index(rule.subject)
        # not before the channel is there
        levels[place] = np.where(channels.ramp[place] > 0, np.maximum(levels[place] + change, 0.0), levels[place])
        return replace(case, channels=replace(channels, **{name: levels}))
    if rule.kind == CHANGE:
        limits = settings.change
        moved = {
            name: min(1.0, value + change)
            for name in ("max_share", "per_period")
            if (value := getattr(limits, name)) is not None
        }
        return replace(case, settings=settings.model_copy(update={"change": limits.model_copy(update=moved)}))
    raise ValueError(f"{rule.kind} has no level of its own to move")
