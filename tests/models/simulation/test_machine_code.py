"""Machine code is compiled once: kept for the next process, made anew when the package's text changes."""

import subprocess
import sys
import time

from models.simulation import compiled, warm_up
from models.simulation.aside import CompiledAside


def test_machine_code_is_kept_for_the_next_process():
    warm_up()
    begin = time.process_time()
    aside = CompiledAside()
    assert aside.ready(wait_s=120)
    code = "import models.simulation as s; s.warm_up(); from models.simulation.kernel import replicate as r; "
    code += "print(sum(r.stats.cache_hits.values()), sum(r.stats.cache_misses.values()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1", "0"]
    assert time.process_time() - begin < 5


def test_the_stamp_changes_with_the_text(tmp_path, monkeypatch):
    (tmp_path / "compiled.py").write_text("a = 1\n")
    monkeypatch.setattr(compiled, "__file__", str(tmp_path / "compiled.py"))
    first = compiled.stamp()
    assert compiled.stamp() == first
    (tmp_path / "other.py").write_text("b = 2\n")
    assert compiled.stamp() != first


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


def test_reading_a_case_imports_no_compiler():
    code = "import sys, models.simulation.plan_case, models.simulation.report; print('numba' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
