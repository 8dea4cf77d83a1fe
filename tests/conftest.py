"""What tests of several folders share."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def shared_data():
    """Folder with the real public data and the oracles, which are not in this project."""
    folder = Path(os.environ.get("ROBUUST_SHARED", ROOT.parent / "shared"))
    if not (folder / "data" / "SOURCES.md").exists():
        pytest.skip(
            f"NOT CHECKED against real data: there is no shared data folder at {folder};"
            " set ROBUUST_SHARED to where it is"
        )
    return folder
