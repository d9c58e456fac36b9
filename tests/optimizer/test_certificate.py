"""The certificate accepts an optimal answer and refuses one that was touched anywhere."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from optimizer.certificate import certify
from optimizer.changing import ChangingProgram
from optimizer.solve import Program


@pytest.fixture(scope="module")
def solved():
    """min x + 2y, x + y >= 3, x <= 2, y <= 5: x = 2, y = 1."""
    program = Program(
        np.array([1.0, 2.0]), np.zeros(2), np.array([2.0, 5.0]), np.zeros(2, bool),
        sparse.csc_matrix([[1.0, 1.0]]), np.array([3.0]), np.array([np.inf]),
    )  # fmt: skip
    return program, ChangingProgram(program).solve()


def test_an_optimal_answer_is_certified(solved):
    program, answer = solved
    certificate = certify(program, answer)
    assert certificate.holds()
    assert certificate.dual_objective == pytest.approx(4.0)  # 3 x 2 - 2 x 1
    assert answer.row_duals == pytest.approx([2.0])
    assert answer.reduced_costs == pytest.approx([-1.0, 0.0])


@pytest.mark.parametrize(
    "touched",
    [
        {"values": np.array([2.0, 0.9])},
        {"values": np.array([2.1, 0.9])},
        {"values": np.array([1.0, 2.0])},
        {"row_duals": np.array([1.9]), "reduced_costs": np.array([-0.9, 0.1])},
        {"reduced_costs": np.array([-1.0, 0.1])},
        {"row_duals": np.array([-2.0]), "reduced_costs": np.array([3.0, 4.0])},
    ],
    ids=["row missed", "bound passed", "dearer", "slack price", "prices do not add up", "wrong sign"],
)
def test_an_answer_that_was_touched_is_refused(solved, touched):
    program, answer = solved
    assert not certify(program, replace(answer, **touched)).holds()


def test_without_prices_there_is_nothing_to_certify(solved):
    program, answer = solved
    with pytest.raises(ValueError, match="prices"):
        certify(program, replace(answer, row_duals=None))
