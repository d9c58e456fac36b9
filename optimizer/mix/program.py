"""The program of a channel mix as arrays, collected piece by piece."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse

from models.mix.case import MixCase
from models.mix.records import Bools, CostPlanes, Floats, Ints
from optimizer.mix.rules import RuleRow
from optimizer.solve import Program


@dataclass
class Parts:
    """Columns, rows and coefficients, as they come.

    Attributes
    ----------
    periods : of each column, -1 where it has none
    bases : (rows, columns) of columns that are sums of other sums
    """

    cost: list[Floats] = field(default_factory=list)
    lower: list[Floats] = field(default_factory=list)
    upper: list[Floats] = field(default_factory=list)
    integer: list[Bools] = field(default_factory=list)
    row_lower: list[Floats] = field(default_factory=list)
    row_upper: list[Floats] = field(default_factory=list)
    entries: list[tuple[Ints, Ints, Floats]] = field(default_factory=list)
    periods: list[Ints] = field(default_factory=list)
    bases: list[tuple[Ints, Ints]] = field(default_factory=list)
    columns: int = 0
    rows: int = 0

    def add_columns(
        self, count: int, *, cost: ArrayLike = 0.0, lower: ArrayLike = 0.0, upper: ArrayLike = np.inf,
        integer: bool = False, period: ArrayLike = -1,
    ) -> Ints:  # fmt: skip
        """Add columns, and return their places; those that cost have a period."""
        self.cost.append(np.broadcast_to(np.asarray(cost, np.float64), (count,)))
        self.lower.append(np.broadcast_to(np.asarray(lower, np.float64), (count,)))
        self.upper.append(np.broadcast_to(np.asarray(upper, np.float64), (count,)))
        self.integer.append(np.full(count, integer))
        self.periods.append(np.broadcast_to(np.asarray(period, np.int64), (count,)))
        self.columns += count
        return np.arange(self.columns - count, self.columns)

    def add_rows(self, count: int, lower: ArrayLike, upper: ArrayLike) -> Ints:
        """Add rows without coefficients, and return their places."""
        self.row_lower.append(np.broadcast_to(np.asarray(lower, np.float64), (count,)))
        self.row_upper.append(np.broadcast_to(np.asarray(upper, np.float64), (count,)))
        self.rows += count
        return np.arange(self.rows - count, self.rows)

    def put(self, rows: ArrayLike, columns: ArrayLike, values: ArrayLike) -> None:
        """Enter coefficients; those of one place add up."""
        row, column, value = np.broadcast_arrays(
            np.asarray(rows, np.int64), np.asarray(columns, np.int64), np.asarray(values, np.float64)
        )
        self.entries.append((row.ravel(), column.ravel(), value.ravel()))

    def program(self) -> Program:
        """Put them together."""
        rows, columns, values = (np.concatenate([np.zeros(0), *(entry[k] for entry in self.entries)]) for k in range(3))
        matrix = sparse.csc_matrix(
            (values, (rows.astype(np.int64), columns.astype(np.int64))), shape=(self.rows, self.columns)
        )
        return Program(
            np.concatenate(self.cost), np.concatenate(self.lower), np.concatenate(self.upper),
            np.concatenate(self.integer), matrix, np.concatenate(self.row_lower), np.concatenate(self.row_upper),
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Cells:
    """The links that are open to a tier in a period, as columns: arrays of shape (N,).

    Attributes
    ----------
    link, tier, period : indices
    contacts : that come in when the link settles every issue of its segment, tier and period
    cap : largest settled share
    """

    link: Ints
    tier: Ints
    period: Ints
    contacts: Floats
    cap: Floats


@dataclass(frozen=True, eq=False)
class Sums:
    """Columns that stand for sums of cells, -1 where there is none; each in a unit of its own, so that it is about 1.

    Attributes
    ----------
    first, quality : (C, T) contacts of a tier and their satisfaction; one unit is `issues`
    of_type : (I, T) contacts of a type; one unit is `type_issues`
    used : (H, T) contacts of a channel; one unit is `most`, the most that it can have
    defining : (rows, columns) of each kind
    """

    issues: Floats
    first: Ints
    quality: Ints
    type_issues: Floats
    of_type: Ints
    most: Floats
    used: Ints
    defining: tuple[tuple[Ints, Ints], ...]


@dataclass(frozen=True, eq=False)
class Staffing:
    """People of a pool in a period, paid by the steps of a cost table.

    Attributes
    ----------
    columns : ``level[p,t,k]``
    hours : handling hours of the period that each level carries, ascending
    row : workload <= paid level, in units of the last level
    """

    pool: int
    period: int
    columns: Ints
    hours: Floats
    row: int


@dataclass(frozen=True, eq=False)
class Above:
    """People of some pools in a period, paid by planes, in one of some regions.

    Attributes
    ----------
    taken : (R,) columns ``taken[r]``
    load : (R, J) columns ``load[r, j]``, handling hours in units of `hours` (J,)
    cost : (R,) columns ``cost[r]``, not below any plane of the region, in a unit of their own
    base, per_hour : of each region (K,) and (K, J) in that unit, by the handling hours of the period
    """

    planes: CostPlanes
    period: int
    weeks: float
    taken: Ints
    load: Ints
    cost: Ints
    hours: Floats
    base: tuple[Floats, ...]
    per_hour: tuple[Floats, ...]

    @property
    def pools(self) -> Ints:
        """Their indices."""
        return self.planes.pools


@dataclass(frozen=True, eq=False)
class Bands:
    """Price tiers of a channel in a period.

    Attributes
    ----------
    start : contacts from which each tier's price holds, those that can be reached
    band, reached : columns; ``reached`` is -1 where no choice is needed
    """

    channel: int
    period: int
    mode: str
    start: Floats
    band: Ints
    reached: Ints


@dataclass(frozen=True)
class Plane:
    """A row that bounds a product of the overall satisfaction and contacts, exact at one end of the satisfaction.

    Attributes
    ----------
    row : product - end x base - slope x theta, at most the constant or at least
    base : column of the contacts
    is_low : whether the end is the lower one
    slope : contacts that the product is taken at
    from_above : whether it bounds from above
    """

    row: int
    base: int
    is_low: bool
    slope: float
    from_above: bool

    def numbers(self, low: float, high: float) -> tuple[float, float, float]:
        """Return the coefficient of the base and both sides of the row, for a satisfaction between two ends."""
        value, constant = (low, 0.0) if self.is_low else (high, self.slope * (high - low))
        return -value, *((-np.inf, -constant) if self.from_above else (-constant, np.inf))


@dataclass(frozen=True, eq=False)
class Lead:
    """Columns for tiers that lead the overall satisfaction.

    Attributes
    ----------
    theta : overall satisfaction above `low`; it lies between `low` and `high`
    products : (product, base): overall satisfaction x contacts
    planes : two for each product
    """

    theta: int
    low: float
    high: float
    products: tuple[tuple[int, int], ...]
    planes: tuple[Plane, ...]


@dataclass(eq=False)
class Months:
    """What programs have in common that differ in costs and in rows of the horizon only.

    Attributes
    ----------
    sums : rows of every sum, in the order of `MixProgram.defining`; empty until they are asked for
    """

    sums: list[sparse.csr_matrix] = field(default_factory=list)


@dataclass(frozen=True, eq=False)
class MixProgram:
    """The program of a case, and where everything stands in it.

    Attributes
    ----------
    program : its objective is in `money` (currency for one unit)
    cells : columns ``share``, the first of the program
    licences, opened : (H, T) columns, -1 where there is none
    staffing, above, bands : of the cost tables, of planes, and of the price tiers
    rule_rows : every row of a rule that may give way
    hours : (H x T, N) matrix: shares -> hours of licences
    load : (P x T, N) matrix: shares -> handling hours
    defining : (rows, columns) of every sum, in the order in which they can be worked out
    lead : of tiers that lead the overall satisfaction, None without them
    months : the same object in programs that differ in costs and in rows of the horizon only
    """

    case: MixCase
    program: Program
    money: float
    cells: Cells
    sums: Sums
    licences: Ints
    opened: Ints
    staffing: tuple[Staffing, ...]
    bands: tuple[Bands, ...]
    rule_rows: tuple[RuleRow, ...]
    hours: sparse.csr_matrix
    load: sparse.csr_matrix
    defining: tuple[tuple[Ints, Ints], ...]
    lead: Lead | None = None
    above: tuple[Above, ...] = ()
    months: Months = field(default_factory=Months)

    @property
    def relaxed(self) -> Program:
        """The program without whole columns."""
        return replace(self.program, integer=np.zeros_like(self.program.integer))

    @property
    def is_linear(self) -> bool:
        """Whether nothing has to be whole."""
        return not bool(self.program.integer.any())

    @property
    def sum_rows(self) -> list[sparse.csr_matrix]:
        """The matrix in the rows of every sum, in the order of `defining`."""
        if not self.months.sums:
            by_row = self.program.matrix.tocsr()
            self.months.sums = [by_row[rows] for rows, _ in self.defining]
        return self.months.sums

    def flows(self, values: Floats) -> Floats:
        """Contacts first served on each link; shape (L, C, T)."""
        cells = self.cells
        flow = np.zeros(self.case.shape)
        flow[cells.link, cells.tier, cells.period] = values[: len(cells.link)] * cells.contacts
        return flow


def overall_satisfaction(case: MixCase, flow: Floats) -> float:
    """Mean satisfaction of all contacts, weighted by tier; 0 without contacts."""
    weighed = np.einsum("lct,c->l", flow, case.tiers.weight)
    total = float(weighed.sum())
    return float(weighed @ case.links.csat) / total if total > 0 else 0.0
