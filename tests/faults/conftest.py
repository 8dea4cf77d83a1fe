"""Runs of `make rerun` that something happens to, on a corner of the demo."""

import os

import numpy as np
import pytest
import yaml
from rerun_place import ROOT, Place, copy_of
from small_landscape import (
    new_budget,
    new_input,
    write_new_input,
    write_small_landscape,
)

SEED = int(os.environ.get("ROBUUST_FAULT_SEED", "20260101"))


def pytest_report_header():
    """Say how the same faults can be had again."""
    return f"faults: ROBUUST_FAULT_SEED={SEED}"


@pytest.fixture(scope="session")
def once_published(tmp_path_factory):
    """A place with one publication."""
    place = Place(tmp_path_factory.mktemp("once"))
    settings = write_small_landscape(ROOT / "data" / "demo", place.folder)
    write_new_input(place.folder)
    text = yaml.safe_dump(settings, sort_keys=False)
    (place.folder / "my.yaml").write_text(text)
    assert place.rerun() == 0, place.screen[-4000:]
    return place


@pytest.fixture
def place(once_published, tmp_path):
    """A place of its own with one publication, and settings that ask for another."""
    copy = copy_of(once_published, tmp_path / "place")
    new_budget(copy.folder)
    return copy


@pytest.fixture(scope="session")
def with_new_budget(once_published, tmp_path_factory):
    """Tables of an undisturbed run with those settings."""
    copy = copy_of(once_published, tmp_path_factory.mktemp("budget") / "place")
    new_budget(copy.folder)
    assert copy.rerun() == 0, copy.screen[-4000:]
    return copy.tables()


@pytest.fixture(scope="session")
def with_new_input(once_published, tmp_path_factory):
    """Tables of an undisturbed run in which all input is new too."""
    copy = copy_of(once_published, tmp_path_factory.mktemp("input") / "place")
    new_budget(copy.folder)
    new_input(copy.folder)
    assert copy.rerun() == 0, copy.screen[-4000:]
    return copy.tables()


@pytest.fixture
def rng():
    """Random numbers that can be had again."""
    return np.random.default_rng(SEED)
