"""What the benchmarks share: one readable table each, the peers' instances, and this folder's own modules."""

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

HERE = Path(__file__).parent
SHARED = HERE.parents[2] / "shared" / "bench"
# the models to compare with also run as scripts in processes of their own, so they are modules and not fixtures
sys.path.insert(0, str(HERE))


def write_table(title, header, rows):
    """Print a table with its title, and how busy the machine was."""
    lines = [[str(cell) for cell in row] for row in [header, *rows]]
    width = [max(len(line[place]) for line in lines) for place in range(len(header))]
    print(f"\n{title} (load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores)")
    for line in lines:
        cells = [line[0].ljust(width[0]), *(cell.rjust(room) for cell, room in zip(line[1:], width[1:], strict=True))]
        print("  ".join(cells))


@pytest.fixture(scope="session")
def bench(tmp_path_factory):
    def peers_generator():
        """The peers' generator, from a copy: it makes its output folder where it stands."""
        source = SHARED / "peers" / "gen.py"
        if not source.exists():
            pytest.skip(f"{source} is not there: the peers' instances stand beside the checkout")
        copy = tmp_path_factory.mktemp("peers") / "peers_gen.py"
        copy.write_text(source.read_text())
        sys.path.insert(0, str(copy.parent))
        import peers_gen

        return peers_gen

    def servopt(*arguments):
        """Run the command line in a process of its own; return what it printed."""
        command = [sys.executable, "-c", "from optimizer.cli import main; main()", *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return SimpleNamespace(table=write_table, peers_generator=peers_generator, servopt=servopt, shared=SHARED)
