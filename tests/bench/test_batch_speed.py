"""What a batch costs beside its solves: busy share of the workers, overhead, a second run, and a Dask cluster.

    pytest -m bench tests/bench/test_batch_speed.py -s

500 small scenarios; without `-m bench` a few run as a smoke test. What is compared is measured in one run: the seconds
that the workers spent in scenarios, the wall time around them, and the processor time of everything.
"""

import contextlib
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import time

import pytest

from models.examples import example_path

EFFICIENCY, OVERHEAD_S, SECOND_RUN_S = 0.9, 0.05, 2.0
CLUSTER = 1.15
"""Wall time of a cluster of two workers on this machine, in that of two workers of the pool."""
MIX_CPU_S = 0.06
"""Of one channel mix of a sweep: 10,000 of them in five minutes on two cores."""


def write_sites(root, write_site, count):
    for number in range(count):
        write_site(root / f"s{number:03d}", contacts=40 + number / 5)
    return root


def run(sites, out, *arguments):
    """Run a batch in processes of its own; return wall and processor seconds of all of them, and its manifest."""
    command = [sys.executable, "-c", "from optimizer.cli import main; main()", "batch", str(sites), "--out", str(out)]
    environment = os.environ | {"SERVOPT_CACHE": str(out) + "-cache"}
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run([*command, *map(str, arguments)], env=environment, capture_output=True, text=True)
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0, done.stdout + done.stderr
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, processor, json.loads((out / "manifest.json").read_text())


def measured(sites, out, workers):
    wall, processor, manifest = run(sites, out, "--workers", workers)
    busy = sum(one["seconds"] for one in manifest["ran"])
    solving = sum(one["cpu_seconds"] for one in manifest["ran"])
    count = len(manifest["ran"])
    assert count == manifest["scenarios"]
    return {
        "wall": wall,
        "busy": busy / (manifest["seconds"] * manifest["place"]["workers"]),
        "overhead": (processor - solving) / count,
        "solving": solving / count,
    }


def table(bench, found, second):
    rows = [
        [
            name,
            f"{one['wall']:.1f}",
            f"{one['busy']:.3f}",
            f"{one['solving'] * 1000:.0f}",
            f"{one['overhead'] * 1000:.0f}",
        ]
        for name, one in found.items()
    ]
    header = ["workers", "wall s", "busy share", "processor ms a scenario", "overhead ms a scenario"]
    bench.table("A batch of small scenarios", header, rows)
    bench.table("Second run", ["wall s"], [[f"{second:.2f}"]])


def test_a_few_small_scenarios(bench, tmp_path, write_site):
    sites = write_sites(tmp_path / "sites", write_site, 6)
    found = {"1": measured(sites, tmp_path / "one", 1)}
    wall, _, _ = run(sites, tmp_path / "one")
    table(bench, found, wall)
    assert 0 < found["1"]["busy"] <= 1


@pytest.mark.bench
@pytest.mark.timeout(3600)
def test_five_hundred_small_scenarios(bench, tmp_path, write_site):
    sites = write_sites(tmp_path / "sites", write_site, 500)
    found = {str(workers): measured(sites, tmp_path / f"w{workers}", workers) for workers in (1, 2)}
    second, _, _ = run(sites, tmp_path / "w2")
    table(bench, found, second)
    assert found["1"]["wall"] / (2 * found["2"]["wall"]) >= EFFICIENCY
    assert found["2"]["overhead"] <= OVERHEAD_S
    assert second <= SECOND_RUN_S


@contextlib.contextmanager
def a_cluster(port):
    """A scheduler and two workers, processes of their own over TCP; yields its address."""
    address, python = f"tcp://127.0.0.1:{port}", [sys.executable, "-m"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "start_new_session": True}
    commands = [
        ["distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"],
        *[["distributed.cli.dask_worker", address, "--nthreads", "1", "--no-dashboard"]] * 2,
    ]
    running = [subprocess.Popen([*python, *command], **quiet) for command in commands]
    try:
        yield address
    finally:
        for one in reversed(running):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(one.pid, signal.SIGKILL)
            one.wait()


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@pytest.mark.bench
@pytest.mark.timeout(3600)
def test_a_cluster_beside_the_pool(bench, tmp_path, write_site):
    pytest.importorskip("distributed")
    sites = write_sites(tmp_path / "sites", write_site, 500)
    pool, _, _ = run(sites, tmp_path / "pool", "--workers", 2)
    with a_cluster(free_port()) as address:
        run(write_sites(tmp_path / "few", write_site, 4), tmp_path / "warm", "--dask", address)
        cluster, _, _ = run(sites, tmp_path / "dask", "--dask", address)
    bench.table("500 small scenarios", ["pool s", "cluster s"], [[f"{pool:.1f}", f"{cluster:.1f}"]])
    assert cluster <= CLUSTER * pool


@pytest.mark.bench
@pytest.mark.timeout(3600)
def test_a_sweep_of_channel_mixes(bench, tmp_path):
    people = ", ".join(f"x{0.9 + 0.02 * step:.2f}" for step in range(11))
    (tmp_path / "g.yaml").write_text(
        "command: mix\ngrid:\n  volumes.csv.issues: [x0.95, x1.0, x1.05]\n"
        f"  pool_costs.csv.cost_per_week: [{people}]\n  csat_floor: {{from: 0.84, to: 0.86, step: 0.002}}\n"
    )
    wall, processor, manifest = run(
        example_path("retail"), tmp_path / "sweep", "--grid", tmp_path / "g.yaml", "--brief", "--workers", 2
    )
    spent = sorted(one["cpu_seconds"] for one in manifest["ran"])
    count = len(spent)
    bench.table(
        "A sweep of channel mixes", ["scenarios", "wall s", "processor s each", "median in the worker"],
        [[count, f"{wall:.0f}", f"{processor / count:.3f}", f"{spent[count // 2]:.3f}"]],
    )  # fmt: skip
    assert processor / count <= MIX_CPU_S
