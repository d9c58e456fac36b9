"""One place where a roster misses a rule, and how that is said."""

from __future__ import annotations

from dataclasses import dataclass

from models.roster.records import Employee, Rule

HOUR_MIN = 60.0


@dataclass(frozen=True)
class Breach:
    """One place where a roster misses a rule.

    Parameters
    ----------
    rule : str
        Name of the rule.
    employee : str or None
        None: the rule is about the whole roster.
    day : int or None
        First day concerned; None: the whole horizon.
    amount : float
        Units (shifts, minutes, days, weekends, people) missed.
    price : float or None
        Cost of a unit. None: a hard rule is broken.
    words : str
        What was found and what is allowed.
    total : float or None
        Cost of the whole breach where that is not the amount times the price.
    """

    rule: str
    employee: str | None
    day: int | None
    amount: float
    price: float | None
    words: str
    total: float | None = None

    @property
    def cost(self) -> float:
        """Price of the whole breach; 0 for a hard rule, which has none."""
        if self.price is None:
            return 0.0
        return self.amount * self.price if self.total is None else self.total

    def __str__(self) -> str:
        place = [self.employee or "", "" if self.day is None else f"day {self.day}"]
        return f"{' '.join(part for part in place if part)}: {self.rule}: {self.words}".removeprefix(": ")


def outside(
    rule: Rule, employee: Employee, day: int | None, count: float, unit: str, past: float = 0
) -> tuple[Breach, ...]:
    """Return the breach of a count that lies outside a rule's bounds, or none; see `Rule.miss` for ``past``.

    Words are in the unit of the rule's price: minutes of which 60 have a price are said in hours.
    """
    amount = rule.miss(count, past)
    if not amount:
        return ()
    if rule.unit == HOUR_MIN:
        unit = unit.replace("minutes", "h", 1)
    bound = rule.least if count < rule.least else rule.most
    allowed = f"at {'least' if count < rule.least else 'most'} {bound / rule.unit:g}"
    total = None if rule.price is None or (rule.unit == 1 and not rule.growing) else rule.cost(amount)
    return (
        Breach(rule.name, employee.name, day, amount, rule.price, f"{count / rule.unit:g} {unit}, {allowed}", total),
    )
