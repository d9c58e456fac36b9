"""Machine code is compiled once: kept for the next process, made anew when the package's text changes."""

import os
import subprocess
import sys
import time

from models import compiled
from models.simulation import aside, warm_up
from models.simulation.aside import CompiledAside


def test_machine_code_is_kept_for_the_next_process():
    warm_up()
    begin = time.process_time()
    assert CompiledAside().ready(wait_s=120)
    code = "import models.simulation as s; s.warm_up(); from models.simulation.kernel import replicate as r; "
    code += "print(sum(r.stats.cache_hits.values()), sum(r.stats.cache_misses.values()))"
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1", "0"]
    assert time.process_time() - begin < 5


def test_the_stamp_changes_with_the_text(tmp_path):
    source, other = tmp_path / "a.py", tmp_path / "b.py"
    source.write_text("a = 1\n")
    other.write_text("b = 2\n")
    first = compiled.stamp(source)
    assert compiled.stamp(source) == first
    assert compiled.stamp(source, other) != first
    source.write_text("a = 2\n")
    assert compiled.stamp(source) != first


def test_packages_without_a_cache_folder_still_run(monkeypatch):
    """Where numba finds no folder that it can write, the function is compiled all the same."""
    import numba

    real = numba.njit

    def refuses(*functions, **options):
        if options.get("cache"):
            raise RuntimeError("cannot cache function: no locator available")
        return real(*functions, **options)

    monkeypatch.setattr(numba, "njit", refuses)

    def double(x: float) -> float:
        return 2 * x

    assert compiled.kept(double)(4.0) == 8.0


def test_a_process_is_begun_only_where_nothing_is_kept(tmp_path):
    source = tmp_path / "kernel.py"
    source.write_text("a = 1\n")
    os.utime(source, (1000, 1000))
    assert not aside._is_kept(tmp_path)
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "kernel.replicate.nbi").write_text("")
    assert aside._is_kept(tmp_path)
    source.touch()
    os.utime(source, (time.time() + 10, time.time() + 10))
    assert not aside._is_kept(tmp_path)


def test_waiting_for_the_process_ends_in_time(monkeypatch):
    monkeypatch.setattr(aside, "_is_kept", lambda package: False)
    monkeypatch.setattr(aside, "_WORK", "import time; time.sleep(60)")
    process = CompiledAside()
    assert not process.ready() and not process.ready(0.1)
    process.close()
    assert process.ready()


def test_reading_a_case_imports_no_compiler():
    code = "import sys, models.simulation.plan_case, models.simulation.report; print('numba' in sys.modules)"
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
