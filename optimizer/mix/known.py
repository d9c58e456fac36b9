"""What is known of a mix that was solved, for others with the same rows and columns but other numbers.

The prices of rows that its periods met bound the periods of the other one (`optimizer.mix.duals`), and shares that its
periods met are shares of the other one too, as far as they keep its rows. A row in another unit (volumes are other)
has its price in that unit: the shares of a case are parts of its volumes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from models.mix.records import Bools, Floats, Ints
from optimizer.mix.part import Part
from optimizer.mix.periods import Decomposed
from optimizer.mix.program import MixProgram

DIGITS = 12
"""Shares that agree in so many are the same."""


@dataclass(frozen=True, eq=False)
class Slice:
    """Where the entries of a part of a matrix stand in the data of the whole one, column by column."""

    take: Ints
    indices: Ints
    indptr: Ints
    shape: tuple[int, int]

    @classmethod
    def of(cls, numbered: sparse.csc_matrix) -> Slice:
        """Remember a part of a matrix whose entries are their places, from 1 on."""
        numbered.sort_indices()
        take = numbered.data.astype(np.int64) - 1
        return cls(take, numbered.indices, numbered.indptr, numbered.shape)

    def matrix(self, data: Floats) -> sparse.csc_matrix:
        """Return this part of a matrix with other data."""
        return sparse.csc_matrix((data[self.take], self.indices, self.indptr), shape=self.shape)


@dataclass(frozen=True, eq=False)
class KnownPart:
    """What is known of a part.

    Attributes
    ----------
    columns, rows : in the program; every row that is no coupling row
    inside, coupling : its matrix, and its entries in the coupling rows
    sums : (rows, columns) of sums of cells, in the part
    duals : (n, rows) prices that were met
    shares : (m, columns) cells and sums that were met; all other columns are 0
    others : continuous columns that are neither cells nor sums
    mixed : rows in which columns stand that are neither cells nor sums
    """

    columns: Ints
    rows: Ints
    inside: Slice
    coupling: Slice
    sums: tuple[Ints, Ints]
    duals: Floats
    shares: Floats
    others: Ints
    mixed: Ints


@dataclass(frozen=True, eq=False)
class KnownMix:
    """What is known of a solved mix.

    Attributes
    ----------
    mix : its program
    rows, alone : coupling rows, and columns in no other row
    most : upper bounds of all columns
    parts : its periods
    part, place : of each column, and where it stands there
    """

    mix: MixProgram
    rows: Ints
    alone: Ints
    most: Floats
    parts: tuple[KnownPart, ...]
    part: Ints
    place: Ints

    @classmethod
    def of(cls, mix: MixProgram, periods: Decomposed) -> KnownMix | None:
        """Keep what the search of a mix has found; None where its periods were not priced or not tabulated."""
        tabulated = [part for part in periods.parts if isinstance(part, Part)]
        if not tabulated or len(tabulated) < len(periods.parts) or len(set(periods.pool.part)) < len(tabulated):
            return None
        matrix = mix.program.matrix
        numbered = sparse.csc_matrix(
            (np.arange(1.0, matrix.nnz + 1), matrix.indices, matrix.indptr), shape=matrix.shape
        )
        is_cell = np.zeros(matrix.shape[1], bool)
        is_cell[: len(mix.cells.link)] = True
        for _, columns in mix.sums.defining:
            is_cell[columns] = True
        coupling = np.zeros(matrix.shape[0], bool)
        coupling[periods.rows] = True
        part, place = np.full(matrix.shape[1], -1), np.zeros(matrix.shape[1], np.int64)
        parts = []
        for number, (one, columns) in enumerate(zip(tabulated, periods.columns, strict=True)):
            part[columns], place[columns] = number, np.arange(len(columns))
            values = [values for values, at in zip(periods.pool.values, periods.pool.part, strict=True) if at == number]
            parts.append(_part(mix, one, columns, numbered, coupling, is_cell[columns], np.array(values)))
        return cls(mix, periods.rows, periods.alone, periods.most, tuple(parts), part, place)

    def fits(self, mix: MixProgram) -> bool:
        """Say whether a program has the same rows, columns and places of coefficients."""
        mine, other = self.mix.program, mix.program
        return (
            mine.matrix.shape == other.matrix.shape
            and np.array_equal(mine.matrix.indptr, other.matrix.indptr)
            and np.array_equal(mine.matrix.indices, other.matrix.indices)
            and np.array_equal(mine.integer, other.integer)
        )

    def row_scale(self, mix: MixProgram) -> Floats:
        """Return by how much the prices of rows are to be multiplied in another program that fits; shape (rows,).

        One unit of a row of cells is another number of contacts there; rows in which whole columns stand (hours of a
        level) keep their unit. The objective has its own unit too.
        """
        mine, other = self.mix.program.matrix, mix.program.matrix
        column = np.repeat(np.arange(mine.shape[1]), np.diff(mine.indptr))
        known = (mine.data != 0) & (other.data / np.where(mine.data != 0, mine.data, 1.0) > 0)
        ratio = np.where(known, other.data / np.where(known, mine.data, 1.0), 1.0)
        unit, scale = np.ones(mine.shape[1]), np.ones(mine.shape[0])
        count = len(mix.cells.link)
        unit[:count] = mix.cells.contacts / self.mix.cells.contacts
        is_sum = np.zeros(len(unit), bool)
        of_cells, means = _row_means(mine, column < count, ratio / unit[column])
        scale[of_cells] = means[of_cells]
        for rows, columns in mix.defining:
            is_sum[columns] = True
            some = of_cells[rows]
            unit[columns[some]] = 1 / scale[rows[some]]
        of_sums, means = _row_means(mine, is_sum[column], ratio / unit[column])
        scale[of_sums & ~of_cells] = means[of_sums & ~of_cells]
        for part in self.parts:
            scale[part.rows[part.mixed]] = 1.0
        return np.asarray(self.mix.money / mix.money / scale)


def _row_means(matrix: sparse.csc_matrix, some: Bools, ratio: Floats) -> tuple[Bools, Floats]:
    """Mean of some entries of each row, and which rows have any."""
    count = np.bincount(matrix.indices[some], minlength=matrix.shape[0])
    sums = np.bincount(matrix.indices[some], weights=ratio[some], minlength=matrix.shape[0])
    return count > 0, sums / np.maximum(count, 1)


def _part(
    mix: MixProgram, part: Part, columns: Ints, numbered: sparse.csc_matrix, coupling: Bools, is_cell: Bools,
    met: Floats,
) -> KnownPart:  # fmt: skip
    mine = numbered[:, columns].tocsr()
    rows = np.flatnonzero((np.diff(mine.indptr) > 0) & ~coupling)
    inside = mine[rows]
    shares = np.where(is_cell, met.reshape(-1, len(columns)), 0.0)
    shares = shares[np.sort(np.unique(np.round(shares, DIGITS), axis=0, return_index=True)[1])]
    return KnownPart(
        columns, rows, Slice.of(inside.tocsc()), Slice.of(mine[coupling].tocsc()), part.known.sums, part.known.duals,
        shares, np.flatnonzero(~is_cell & ~mix.program.integer[columns]),
        np.flatnonzero(np.diff(inside[:, ~is_cell].tocsr().indptr) > 0),
    )  # fmt: skip
