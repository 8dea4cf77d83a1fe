"""What a script rests on: its digest changes with every module it comes to import."""

import ast
from pathlib import Path

import pytest

from robuust_files.code_digest import all_modules, code_digest, imported_modules

SCRIPTS = Path(__file__).parents[2] / "scripts"
PACKAGES = ("robuust", "robuust_files", "robuust_kernels")


#: Reads spreadsheets in a process of its own.
STARTED = {SCRIPTS / "robuust_files" / "sheet_process.py"}


def by_syntax_tree(module):
    """The same files, as Python itself understands the imports."""
    names = set()
    for node in ast.walk(ast.parse(module.read_bytes())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {node.module, *(f"{node.module}.{a.name}" for a in node.names)}
    ours = {name for name in names if name.split(".")[0] in PACKAGES}
    files = {SCRIPTS.joinpath(*name.split(".")).with_suffix(".py") for name in ours}
    return sorted(path for path in files if path.is_file())


def test_the_imports_of_every_module_are_found():
    modules = list(SCRIPTS.rglob("*.py"))
    assert len(modules) > 200
    for module in modules:
        found = set(imported_modules(module, SCRIPTS))
        assert found >= set(by_syntax_tree(module)), module
        assert found - set(by_syntax_tree(module)) <= STARTED, module


def test_a_script_rests_on_what_its_modules_import():
    modules = {p.stem for p in all_modules(SCRIPTS / "measure_connectivity.py")}
    assert {"measure_connectivity", "importance", "blocks", "land_rasters"} <= modules
    assert "report_page" not in modules
    assert all_modules(SCRIPTS / "ingest_records.py") >= STARTED


@pytest.fixture
def project(tmp_path):
    """A script that imports a module, within a function, that imports another."""
    for package in ("robuust", "robuust_kernels"):
        (tmp_path / package).mkdir()
    texts = {
        "script.py": "def run():\n    from robuust.a import b\n",
        "robuust/a.py": "from robuust_kernels import (\n    c,\n    d as e,\n)\n",
        "robuust/other.py": "",
        "robuust_kernels/c.py": "",
        "robuust_kernels/d.py": "",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("script.py", True),
        ("robuust/a.py", True),
        ("robuust/other.py", False),
        ("robuust_kernels/c.py", True),
        ("robuust_kernels/d.py", True),
    ],
)
def test_the_digest_changes_with_what_the_script_rests_on_alone(project, name, counts):
    before = code_digest([project / "script.py"])
    with (project / name).open("a", encoding="utf-8") as module:
        module.write("# changed\n")
    imported_modules.cache_clear()
    assert (code_digest([project / "script.py"]) != before) == counts
