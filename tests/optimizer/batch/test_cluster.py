"""A real cluster: a scheduler and two workers as processes of their own, over TCP."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading

import pytest

from models.faults import InputFaults
from optimizer.batch.cluster import DaskCluster, Tls
from optimizer.batch.pool import LocalPool, Machine
from optimizer.batch.records import FAILED, BatchError
from optimizer.batch.request import Asked
from optimizer.batch.results import ResultFolder
from optimizer.batch.run import run_batch

pytest.importorskip("distributed")
dask = pytest.importorskip("dask")
WORKS = "batch_test_works"
PYTHON = [sys.executable, "-m"]


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Cluster:
    """Processes of a cluster on this machine."""

    def __init__(self, environment, protocol="tcp", security=(), workers=2):
        self.environment, self.security = environment, security
        self.address = f"{protocol}://127.0.0.1:{free_port()}"
        port = self.address.rpartition(":")[2]
        self.scheduler = self._start("distributed.cli.dask_scheduler", "--port", port, "--protocol", protocol)
        self.workers = [self.add_worker() for _ in range(workers)]

    def _start(self, module, *arguments):
        return subprocess.Popen(
            [*PYTHON, module, *arguments, "--host", "127.0.0.1", "--no-dashboard", *self.security],
            env=self.environment, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def add_worker(self):
        # with a nanny, as by default: it starts a worker that died again
        return self._start("distributed.cli.dask_worker", self.address, "--nthreads", "1")

    def end(self):
        # by process group: a nanny's worker is a process of its own
        for process in [*self.workers, self.scheduler]:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture(scope="module")
def environment(tmp_path_factory, works):
    place = tmp_path_factory.mktemp("works")
    (place / f"{WORKS}.py").write_text(works)
    return os.environ | {
        "PYTHONPATH": str(place),
        "SERVOPT_CACHE": str(place / "cache"),
        "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0",
    }


@pytest.fixture(scope="module")
def cluster(environment):
    one = Cluster(environment)
    with DaskCluster(one.address) as place:
        place._client.wait_for_workers(2, timeout=60)
    yield one
    one.end()


def test_every_task_is_done_once_whatever_worker_dies(cluster, make_tasks, helper):
    tasks = make_tasks(*[{}] * 20, {"deaths": 1}, {"deaths": 99})
    with DaskCluster(cluster.address) as place:
        done = list(place.run(f"{WORKS}:meet", tasks[:20]))
        assert sorted(one.key for one in done) == sorted(task.job.key for task in tasks[:20])
        assert len({one.figures["pid"] for one in done}) == 2
        assert make_tasks.begun() == sorted(f"key{number}-1" for number in range(20))
        found = {one.key: one for one in place.run(f"{WORKS}:die", tasks[20:])}
    assert found["key20"].status == "done"
    assert found["key21"].status == FAILED
    assert "its worker died 3 times with nothing else running" in found["key21"].reason
    assert found["key21"].attempts == 3


def masked(content):
    """Without the measured seconds, which differ from run to run."""
    lines = content.split(b"\n")
    return b"\n".join(line for line in lines if b'"seconds"' not in line)


def test_the_same_results_as_the_pool_to_the_byte(cluster, tmp_path, scenario, quiet):
    for number in range(3):
        scenario(tmp_path / "sites" / f"s{number}", contacts=40 + 20 * number)
    asked = Asked((tmp_path / "sites",))
    run_batch(asked, ResultFolder(tmp_path / "dask"), lambda: DaskCluster(cluster.address), quiet)
    run_batch(asked, ResultFolder(tmp_path / "pool"), lambda: LocalPool(Machine(1)), quiet)
    found = {}
    for place in ("dask", "pool"):
        files = [path for path in (tmp_path / place / "scenarios").rglob("*") if path.is_file()]
        found[place] = {
            str(path.relative_to(tmp_path / place)): masked(path.read_bytes())
            for path in files
            if path.name != "result.json"  # when, where and how long
        }
    assert len(found["dask"]) == 3 * 10
    assert found["dask"] == found["pool"]


def test_the_scheduler_is_killed(environment, make_tasks, helper, monkeypatch, tmp_path):
    monkeypatch.setattr("optimizer.batch.cluster.RECONNECT_S", 1.0)
    dask.config.set({"distributed.comm.timeouts.connect": "2s"})
    one = Cluster(environment)
    try:
        tasks = make_tasks(*[{"seconds": 0.1}] * 200)
        found = []
        with pytest.raises(BatchError, match="what was finished is kept"), DaskCluster(one.address) as place:
            for outcome in place.run(f"{WORKS}:note", tasks):
                found.append(outcome.key)
                if len(found) == 3:
                    threading.Thread(target=one.scheduler.kill).start()
        assert 3 <= len(found) < 200
        assert len(set(found)) == len(found)
    finally:
        one.end()


def test_nobody_there_and_no_such_version(cluster, monkeypatch):
    with (
        pytest.raises(InputFaults, match="no scheduler can be reached"),
        DaskCluster(f"tcp://127.0.0.1:{free_port()}", timeout_s=0.5),
    ):
        pass
    own = DaskCluster(cluster.address)
    monkeypatch.setattr("optimizer.batch.cluster.versions", lambda: {"servopt": "99"})
    with pytest.raises(InputFaults, match="instead of 99; install the same versions"), own:
        pass


def make_certificates(folder, name):
    """An authority of its own, and a certificate that it has signed."""
    folder.mkdir()
    ca, key, request, signed = (str(folder / one) for one in ("ca.pem", "key.pem", "request.pem", "signed.pem"))
    new = ["openssl", "req", "-newkey", "rsa:2048", "-nodes", "-subj"]
    sign = ["openssl", "x509", "-req", "-in", request, "-CA", ca, "-CAkey", f"{ca}.key", "-CAcreateserial"]
    for command in (
        [*new, f"/CN={name} authority", "-x509", "-days", "2", "-keyout", f"{ca}.key", "-out", ca],
        [*new, f"/CN={name}", "-keyout", key, "-out", request],
        [*sign, "-days", "2", "-out", signed],
    ):
        subprocess.run(command, check=True, capture_output=True)
    return Tls(folder / "ca.pem", folder / "signed.pem", folder / "key.pem")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificates")
def test_a_cluster_that_only_speaks_to_certified_clients(environment, make_tasks, helper, tmp_path):
    tls, other = make_certificates(tmp_path / "ours", "ours"), make_certificates(tmp_path / "others", "others")
    security = ["--tls-ca-file", str(tls.ca), "--tls-cert", str(tls.certificate), "--tls-key", str(tls.key)]
    one = Cluster(environment, "tls", security, workers=1)
    try:
        with DaskCluster(one.address, tls) as place:
            found = list(place.run(f"{WORKS}:note", make_tasks({}, {})))
            assert [outcome.status for outcome in found] == ["done"] * 2
            assert place.describe()["address"].startswith("tls://")
        for stranger in (other, Tls()):
            with (
                pytest.raises(InputFaults, match="no scheduler can be reached"),
                DaskCluster(one.address, stranger, timeout_s=1.0),
            ):
                pass
    finally:
        one.end()


def test_certificates_are_passed_through(cluster, monkeypatch, tmp_path):
    given = {}

    class Client:
        def __init__(self, address, security, **more):
            given.update({name: getattr(security, name) for name in security.__slots__})
            raise OSError("stop here")

    tls = Tls(tmp_path / "ca.pem", tmp_path / "cert.pem", tmp_path / "key.pem")
    place = DaskCluster("tls://scheduler:8786", tls)
    monkeypatch.setattr(place, "_dask", _With(place._dask, Client))
    with pytest.raises(InputFaults, match="stop here"), place:
        pass
    assert given["tls_ca_file"].endswith("ca.pem")
    assert given["tls_client_cert"].endswith("cert.pem")
    assert given["tls_client_key"].endswith("key.pem")
    assert given["require_encryption"] is True


class _With:
    """Dask with another client."""

    def __init__(self, dask, client):
        self.Security, self.Client = dask.Security, client
