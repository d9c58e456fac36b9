"""Writing a readable model as an LP or MPS file, for any other solver."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from models.files import write_atomic

if TYPE_CHECKING:
    import pulp


def write_program(problem: pulp.LpProblem, path: Path) -> None:
    """Write a model, MPS when the file's name ends so and LP otherwise, whole or not at all.

    What is maximised is turned round in an MPS file, which has no place for the direction and is read as least.
    """
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / path.name
        if path.suffix == ".mps":
            problem.writeMPS(str(written), mpsSense=1)
        else:
            problem.writeLP(str(written))
        write_atomic(path, written.read_text())
