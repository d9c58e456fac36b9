"""A roster that is changed by hand: the rules' own functions say what that costs."""

import datetime as dt

import numpy as np
import pytest

from models.roster.case import OFF, RosterCase
from models.roster.check import check
from models.roster.records import Cover, Employee, Measure, Rule, ShiftType
from optimizer.web.board import Board, Cell

FIRST = dt.date(2026, 3, 2)


@pytest.fixture
def board():
    day, night = ShiftType("Day", 480), ShiftType("Night", 480, not_followed_by=("Day",))
    rules = (Rule("days in a row", Measure.DAYS_IN_A_ROW, most=2, price=10.0),)
    case = RosterCase("two", 4, (day, night), (Employee("Ann", rules), Employee("Bo", rules)),
                      cover=tuple(Cover(d, "Day", 1, 100.0, 1.0) for d in range(4)))  # fmt: skip
    return Board(case, FIRST, np.array([[0, 0, OFF, OFF], [OFF, 1, 0, 0]]))


def test_a_swap_changes_two_cells_and_says_what_it_breaks(board):
    # Bo works a night on the second day and a day after it: that is not allowed, also as it was published
    assert len(board.before.broken) == 1
    board.swap(Cell(0, 2), Cell(1, 2))
    assert [board.text(Cell(0, 2)), board.text(Cell(1, 2))] == ["Day", ""]
    assert {(cell.employee, cell.day) for cell in board.changed()} == {(0, 2), (1, 2)}
    assert board.found.broken == ()
    assert board.mended() == 2  # Bo's night before a day, and Bo's three days in a row
    (fresh,) = board.new_breaches()
    assert (fresh.employee, fresh.rule, fresh.cost) == ("Ann", "days in a row", 10.0)
    assert board.found.cost == check(board.case, board.lines).cost


def test_undo_takes_back_one_change_after_the_other(board):
    board.assign(Cell(0, 3), "Night")
    board.assign(Cell(0, 0), "")
    board.undo()
    assert board.text(Cell(0, 0)) == "Day"
    assert board.text(Cell(0, 3)) == "Night"
    board.undo()
    board.undo()
    assert not board.is_changed


def test_a_roster_is_exported_with_its_dates(board):
    lines = board.as_csv().splitlines()
    assert lines[:2] == ["employee,date,shift", "Ann,2026-03-02,Day"]
    assert len(lines) == 6


@pytest.mark.parametrize("cell", [Cell(2, 0), Cell(0, 4), Cell(-1, 0)])
def test_there_are_no_other_cells(board, cell):
    with pytest.raises(ValueError, match="no cell"):
        board.assign(cell, "Day")
    with pytest.raises(ValueError, match="no shift"):
        board.assign(Cell(0, 0), "Late")
