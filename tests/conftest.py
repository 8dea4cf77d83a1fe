"""What tests of several folders share."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

# The first call of a compiled kernel takes longer than hypothesis allows an example.
settings.register_profile("robuust", deadline=None)
settings.load_profile("robuust")

ROOT = Path(__file__).parents[1]


def pytest_addoption(parser):
    """Offer `--renew-golden`, which `make golden` gives."""
    parser.addoption(
        "--renew-golden",
        action="store_true",
        help="write today's demo tables to tests/workflow/golden instead of comparing",
    )


@pytest.fixture(scope="session")
def shared_data():
    """Folder with the real data and the oracles, which are not in this project."""
    folder = Path(os.environ.get("ROBUUST_SHARED", ROOT.parent / "shared"))
    if not (folder / "data" / "SOURCES.md").exists():
        pytest.skip(
            f"NOT CHECKED against real data: no shared data folder at {folder};"
            " set ROBUUST_SHARED to where it is"
        )
    return folder
