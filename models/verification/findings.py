"""What a verification says: each difference with its place, and how much was compared."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field

RELATIVE = 1e-6
"""Difference, relative to the larger figure, up to which two ways of arithmetic agree."""
CENT = 0.005
"""Money agrees when it rounds to the same cent."""
ROUNDING = 1e-10
"""Of an amount: what sums of many floating-point numbers lose."""


@dataclass(frozen=True)
class Finding:
    """One thing that a plan's files say and that is not so.

    Parameters
    ----------
    check : str
        Which check found it.
    file : str
        File in the plan's folder.
    row : int or None
        1-based line as an editor shows it; None when no line applies.
    column : str
        Column, or the dotted key of a JSON file.
    expected : str
        What arithmetic gives, or the rule.
    got : str
        What the file says.
    """

    check: str
    file: str
    row: int | None
    column: str
    expected: str
    got: str

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.row, self.column) if part not in (None, ""))
        return f"{place}: expected {self.expected}, got {self.got} ({self.check})"


@dataclass(frozen=True)
class Verification:
    """The result: findings in the order of the checks, and the comparisons that each check made."""

    findings: tuple[Finding, ...]
    compared: dict[str, int]
    remarks: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Nothing was found."""
        return not self.findings


@dataclass
class Log:
    """Collects findings and counts comparisons."""

    findings: list[Finding] = field(default_factory=list)
    compared: Counter[str] = field(default_factory=Counter)
    remarks: list[str] = field(default_factory=list)

    def holds(self, check: str, fine: bool, place: tuple[str, int | None, str], expected: object, got: object) -> None:
        """Count one comparison, and note it when it is not fine."""
        self.compared[check] += 1
        if not fine:
            self.findings.append(Finding(check, *place, said(expected), said(got)))

    def equal(
        self, check: str, place: tuple[str, int | None, str], expected: float | None, got: float | None,
        within: float = 0.0,
    ) -> None:  # fmt: skip
        """Compare two figures; `within` is an absolute tolerance beside the relative one, and None no figure."""
        self.holds(check, alike(expected, got, within), place, expected, got)

    def money(self, check: str, place: tuple[str, int | None, str], expected: float | None, got: float | None) -> None:
        """Compare two amounts to the cent, whatever their size."""
        fine = expected == got
        if expected is not None and got is not None:
            fine = abs(expected - got) <= CENT + ROUNDING * abs(expected)
        self.holds(check, fine, place, expected, got)

    def result(self) -> Verification:
        """Return what was found."""
        return Verification(tuple(self.findings), dict(self.compared), tuple(self.remarks))


def alike(one: float | None, other: float | None, within: float = 0.0) -> bool:
    """Say whether two figures are the same to rounding; two unknown ones are."""
    if one is None or other is None:
        return one is None and other is None
    return one == other or abs(one - other) <= max(within, RELATIVE * max(abs(one), abs(other)))


def said(value: object) -> str:
    """Write a value for people: figures with at most ten digits."""
    if value is None:
        return "nothing"
    if isinstance(value, float):
        return f"{value:.10g}" if math.isfinite(value) else str(value)
    return str(value)
