"""A program whose numbers change: every answer equals that of the program built anew, and has a certificate."""

import numpy as np
import pytest
from scipy import sparse

from optimizer.certificate import certify
from optimizer.changing import ChangingProgram
from optimizer.solve import Program, Status, solve


def _program(seed=3, rows=12, columns=30):
    random = np.random.default_rng(seed)
    matrix = sparse.random(rows, columns, 0.5, random_state=seed, format="csc")
    return Program(
        cost=random.uniform(1, 5, columns), lower=np.zeros(columns), upper=np.full(columns, 4.0),
        integer=np.zeros(columns, bool), matrix=matrix, row_lower=np.full(rows, 1.0), row_upper=np.full(rows, np.inf),
    )  # fmt: skip


def test_every_kind_of_change_gives_the_answer_of_the_program_built_anew():
    changing = ChangingProgram(_program())
    row = int(changing.program.matrix.indices[changing.program.matrix.indptr[2]])
    changes = [
        lambda: None,
        lambda: changing.set_sides(3, 2.5, np.inf),
        lambda: changing.set_bounds(np.array([1, 4]), np.array([0.5, 0.0]), np.array([4.0, 0.1])),
        lambda: changing.set_costs(np.array([0, 7]), np.array([0.1, 9.0])),
        lambda: changing.set_coefficient(row, 2, 0.9),
        lambda: changing.set_sides(3, 1.0, 1.2),
    ]
    found = []
    for change in changes:
        change()
        answer = changing.solve()
        anew = solve(changing.program)
        assert (answer.status, anew.status) == (Status.OPTIMAL, Status.OPTIMAL)
        assert answer.objective == pytest.approx(anew.objective, rel=1e-7)
        assert certify(changing.program, answer).holds()
        found.append(round(answer.objective, 6))
    assert len(set(found)) > 3  # the changes did change something


def test_infeasible_in_between_is_said_and_forgotten():
    changing = ChangingProgram(_program())
    first = changing.solve().objective
    changing.set_sides(0, 1e6, np.inf)
    answer = changing.solve()
    assert (answer.status, answer.values) == (Status.INFEASIBLE, None)
    changing.set_sides(0, 1.0, np.inf)
    assert changing.solve().objective == pytest.approx(first)


def test_a_coefficient_that_is_not_there_is_an_error():
    changing = ChangingProgram(_program())
    matrix = changing.program.matrix.toarray()
    row, column = (int(place[0]) for place in np.nonzero(matrix == 0))
    with pytest.raises(KeyError, match="no coefficient"):
        changing.set_coefficient(row, column, 1.0)


def test_the_program_that_was_given_stays_as_it_was():
    program = _program()
    changing = ChangingProgram(program)
    changing.set_sides(0, 9.0, 9.0)
    changing.set_costs(np.array([0]), np.array([99.0]))
    assert (program.row_lower[0], program.cost[0] < 99) == (1.0, True)
