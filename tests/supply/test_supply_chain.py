"""What is installed is pinned by content, and its licences go with MIT."""

import importlib.metadata
import subprocess
import sys
from pathlib import Path

import pytest
from license_expression import get_spdx_licensing
from packaging.requirements import Requirement

sys.path.insert(0, str(Path(__file__).parent))
import bill_of_materials as bill

# May be used beside code under MIT, in works that are passed on too. LGPL and MPL as
# long as the packages stay as they are and the user installs them.
PERMISSIVE = {
    *("0BSD", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-2-Clause"),
    *("BSD-3-Clause", "CC0-1.0", "ISC", "MIT", "MIT-0", "MIT-CMU", "OFL-1.1"),
    *("PSF-2.0", "Zlib"),
}
AS_LIBRARY = {"LGPL-3.0-only", "MPL-2.0"}
# Compared with in tests, in a process of its own; no part of the product needs them.
TEST_ONLY = {"landschaft": "GPL-3.0-or-later"}
SPDX = get_spdx_licensing()
LOCKS = [bill.LOCK, bill.TEST_LOCK, bill.CLUSTER_LOCK]


def packages(lock):
    return bill.locked(lock.read_text("utf-8"))


def fits(expression, allowed):
    """Whether one may use what is under this SPDX expression by these licences."""

    def judge(node):
        if hasattr(node, "args") and node.args:
            parts = [judge(part) for part in node.args]
            return any(parts) if node.operator.strip() == "OR" else all(parts)
        return str(node) in allowed

    return judge(SPDX.parse(expression, validate=True))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_package_is_pinned_to_files_of_known_content(lock):
    table = packages(lock)
    assert len(table) > 10
    assert table["hashes"].map(len).min() >= 1
    assert all(len(sum_) == 64 for sums in table["hashes"] for sum_ in sums)


def test_a_line_without_hash_or_version_is_no_lock():
    for text in ("numpy==2.4.6\n", "numpy>=2 \\\n    --hash=sha256:0a\n"):
        with pytest.raises(ValueError, match="make lock"):
            bill.locked(text)


def test_the_tests_run_on_the_releases_that_users_get():
    pins = [packages(lock) for lock in (bill.LOCK, bill.TEST_LOCK)]
    of_run, of_test = (
        set(map(tuple, table[["name", "version", "marker"]].values)) for table in pins
    )
    # A marker may differ: on some systems only the tests need a package.
    versions = {(name, version) for name, version, _ in of_test}
    assert {(name, version) for name, version, _ in of_run} <= versions


def test_the_licence_of_every_package_is_listed():
    names = {name for lock in LOCKS for name in packages(lock)["name"]}
    assert bill.without_licence(names) == []
    assert sorted(bill.licence_of().keys() - names) == []


def test_what_a_run_needs_goes_with_mit():
    licences = bill.licence_of()
    others = {
        name: licences[name]
        for lock in (bill.LOCK, bill.CLUSTER_LOCK)
        for name in packages(lock)["name"]
        if not fits(licences[name], PERMISSIVE | AS_LIBRARY)
    }
    assert others == {}


def test_only_named_peers_of_the_tests_have_another_licence():
    others = {
        name: licence
        for name, licence in bill.licence_of().items()
        if not fits(licence, PERMISSIVE | AS_LIBRARY)
    }
    assert others == TEST_ONLY
    assert not set(TEST_ONLY) & set(packages(bill.LOCK)["name"])


def test_a_strong_copyleft_fits_only_as_an_alternative():
    assert not fits("GPL-3.0-or-later", PERMISSIVE)
    assert not fits("MIT AND GPL-3.0-or-later", PERMISSIVE)
    assert fits("MIT OR GPL-3.0-or-later", PERMISSIVE)


def test_the_list_says_what_the_packages_say_themselves():
    differing = {}
    for name, licence in bill.licence_of().items():
        try:
            told = importlib.metadata.metadata(name).get("License-Expression")
        except importlib.metadata.PackageNotFoundError:
            continue  # of another system
        if told and SPDX.parse(told) != SPDX.parse(licence):
            differing[name] = told
    assert differing == {}


def test_what_is_copied_into_a_page_comes_with_its_licence():
    """Leaflet and its licence go into report.html, the font only into pictures."""
    licences = bill.licence_of()
    assert licences["django-js-lib-leaflet"] == "BSD-2-Clause"
    assert licences["font-source-sans-pro"] == "OFL-1.1"
    library = importlib.metadata.distribution("django-js-lib-leaflet")
    notice = library.read_text("LICENSE")
    assert "Redistributions of source code must retain" in notice


def test_the_bill_of_materials_is_that_of_the_lock():
    written = (bill.ROOT / "docs" / "sbom.cdx.json").read_text("utf-8")
    assert written == bill.bill_of_materials(), "renew it with `make sbom`"


def test_the_bill_of_materials_is_valid_cyclonedx():
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    text = (bill.ROOT / "docs" / "sbom.cdx.json").read_text("utf-8")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None


def test_installed_packages_fit_each_other():
    """As `pip check`, for what the lock of a run pins, here and now."""
    misfits = []
    for name in packages(bill.LOCK)["name"].unique():
        try:
            asks = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:
            continue  # of another system
        for asked in map(Requirement, asks):
            if asked.marker and not asked.marker.evaluate({"extra": ""}):
                continue
            version = importlib.metadata.version(asked.name)
            if not asked.specifier.contains(version, prereleases=True):
                misfits.append(f"{name} asks for {asked}, there is {version}")
    assert misfits == []


def test_a_package_of_other_content_is_refused(tmp_path):
    """What the Makefile asks of pip: a file that the lock does not know is an error."""
    wheel = tmp_path / "impostor-1.0-py3-none-any.whl"
    wheel.write_bytes(b"PK\x05\x06" + bytes(18))
    lock = tmp_path / "requirements.txt"
    lock.write_text(f"impostor==1.0 \\\n    --hash=sha256:{'0' * 64}\n")
    pip = [sys.executable, "-m", "pip", "install", "--require-hashes", "--no-index"]
    options = ["--find-links", str(tmp_path), "--target", str(tmp_path / "there")]
    run = subprocess.run(
        [*pip, *options, "-r", str(lock)], capture_output=True, text=True, check=False
    )
    assert run.returncode != 0
    assert "THESE PACKAGES DO NOT MATCH THE HASHES" in run.stderr
