"""Compiled kernels are kept, found again, and made anew when any of them changes."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts"
FIRST, SECOND = "one_kernels.py", "two_kernels.py"
ONE = """from robuust_kernels.compiled import kernel
@kernel
def one(x):
    return x + {number}
def smallest_calls():
    one(1)
"""
TWO = """from robuust_kernels.compiled import kernel
from robuust_kernels.one_kernels import one
@kernel
def two(x):
    return 10 * one(x)
def smallest_calls():
    two(1)
"""


@pytest.fixture
def package(tmp_path):
    """Two kernels, of which one calls the other, beside the real machinery."""
    folder = tmp_path / "robuust_kernels"
    folder.mkdir()
    for name in ("__init__.py", "kept.py", "compiled.py"):
        shutil.copy(SCRIPTS / "robuust_kernels" / name, folder)
    (folder / FIRST).write_text(ONE.format(number=1))
    (folder / SECOND).write_text(TWO)
    return folder


def python(package, *arguments):
    environment = {k: v for k, v in os.environ.items() if k != "NUMBA_CACHE_DIR"}
    done = subprocess.run(
        [sys.executable, *arguments],
        env=environment | {"PYTHONPATH": str(package.parent)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout + done.stderr


def compile_all(package):
    return python(package, "-m", "robuust_kernels.compiled")


def answer(package):
    """Value of the outer kernel, and how many kernels had to be compiled for it."""
    code = (
        "from robuust_kernels.two_kernels import two\n"
        "print(two(1), sum(two.stats.cache_misses.values()))"
    )
    return python(package, "-c", code).split()


def test_kernels_are_compiled_once_and_then_found(package):
    assert "compiling the kernels" in compile_all(package)
    assert compile_all(package) == ""
    assert answer(package) == ["20", "0"]


def test_a_change_in_a_kernel_reaches_the_kernels_that_call_it(package):
    compile_all(package)
    (package / FIRST).write_text(ONE.format(number=2))
    assert "compiling the kernels" in compile_all(package)
    assert answer(package) == ["30", "0"]
    assert len(list((package / "__pycache__").glob("kernels-*"))) == 1


def test_asking_whether_kernels_are_kept_does_not_load_the_compiler(package):
    code = (
        "import sys; from robuust_kernels.kept import are_kept\n"
        "print('numba' in sys.modules, are_kept())"
    )
    assert python(package, "-c", code).split() == ["False", "False"]
    compile_all(package)
    assert python(package, "-c", code).split() == ["False", "True"]
