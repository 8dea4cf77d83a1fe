"""Whether what goes in is new, by state of the files and by fingerprint."""

import os
import shutil
import time
from pathlib import Path

import pytest

from robuust_files.input_files import (
    changed_kinds,
    date_back,
    fingerprint,
    input_files,
    input_states,
    read_anew,
)


@pytest.fixture
def sources(tmp_path):
    """One file of habitat, one of records."""
    for name in ("map.gpkg", "finds.csv"):
        (tmp_path / name).write_text(name)
    return {
        "habitat": [{"name": "map", "path": str(tmp_path / "map.gpkg")}],
        "records": [{"name": "finds", "path": "finds.csv"}],
        "plans": [],
    }


def test_a_file_that_is_left_alone_is_not_changed(sources, tmp_path):
    states = input_states(sources, tmp_path)
    assert changed_kinds(states, input_states(sources, tmp_path)) == []
    assert {kind: len(files) for kind, files in states.items()} == {
        "habitat": 1,
        "records": 1,
    }


def test_a_file_replaced_by_an_older_one_is_seen(sources, tmp_path):
    before = input_states(sources, tmp_path)
    (tmp_path / "other.csv").write_text("other.csv")  # as many bytes
    os.utime(tmp_path / "other.csv", (0, 0))
    os.replace(tmp_path / "other.csv", tmp_path / "finds.csv")
    assert changed_kinds(before, input_states(sources, tmp_path)) == ["records"]


def test_a_file_dated_ahead_of_the_clock_gets_the_present_time(sources, tmp_path):
    files = [Path(path) for path in input_files(input_states(sources, tmp_path))]
    assert sorted(path.name for path in files) == ["finds.csv", "map.gpkg"]
    early, late = files
    os.utime(early, (1_000, 1_000))
    os.utime(late, (time.time() + 9e6, time.time() + 9e6))
    link = tmp_path / "link.gpkg"
    link.symlink_to(early)
    os.utime(link, (time.time() + 9e6,) * 2, follow_symlinks=False)
    gone = tmp_path / "gone.csv"
    assert date_back([*files, link, gone]) == {late: True, link: True}
    assert abs(late.stat().st_mtime - time.time()) < 60
    assert abs(link.lstat().st_mtime - time.time()) < 60
    assert early.stat().st_mtime == 1_000
    assert date_back([*files, link]) == {}


def test_a_time_that_cannot_be_changed_is_told(tmp_path, monkeypatch):
    path = tmp_path / "theirs.csv"
    path.write_text("x")
    os.utime(path, (time.time() + 9e6,) * 2)

    def refuse(*arguments, **options):
        raise PermissionError("not yours")

    monkeypatch.setattr(os, "utime", refuse)
    assert date_back([path]) == {path: False}


def test_a_source_that_is_added_or_taken_away_is_seen(sources, tmp_path):
    before = input_states(sources, tmp_path)
    after = input_states(sources | {"records": []}, tmp_path)
    assert changed_kinds(before, after) == ["records"]
    assert changed_kinds(after, before) == ["records"]


def test_of_a_database_nobody_knows_without_reading(tmp_path):
    path = "postgresql://host/nature"
    states = input_states({"records": [{"name": "finds", "path": path}]}, tmp_path)
    assert states == {"records": {"database": None}}


def test_only_what_changed_is_read_anew(tmp_path):
    folder = tmp_path / "ingest"
    folder.mkdir()
    for kind in ("habitat", "history", "records", "context"):
        (folder / f"{kind}_sources.parquet").touch()
    read_anew(tmp_path, ["records", "plans"])
    left = {path.name for path in folder.iterdir()}
    assert left == {"habitat_sources.parquet", "history_sources.parquet"}


@pytest.fixture
def results(tmp_path):
    tables = tmp_path / "results" / "tables"
    tables.mkdir(parents=True)
    (tables / "sources.csv").write_text("source,sha256\nfinds,abc\n")
    (tables / "settings.csv").write_text("key,value\nearlier_results,a\ncrs,31370\n")
    (tables / "run_info.csv").write_text("key,value\nsettings,123\nlibrary,9\n")
    (tmp_path / "style.qml").write_text("green")
    return tmp_path / "results"


def digest(results, *, own=True):
    return fingerprint(results, [results.parent / "style.qml"], own_earlier=own)


@pytest.mark.parametrize(
    ("name", "old", "new", "same"),
    [
        ("tables/sources.csv", "abc", "abd", False),
        ("tables/settings.csv", "31370", "28992", False),
        ("tables/settings.csv", "results,a", "results,b", True),
        ("tables/run_info.csv", "library,9", "library,8", False),
        ("tables/run_info.csv", "123", "124", True),
        ("../style.qml", "green", "red", False),
    ],
)
def test_the_fingerprint_tells_new_input_from_old(results, name, old, new, same):
    before = digest(results)
    text = (results / name).read_text()
    assert old in text
    (results / name).write_text(text.replace(old, new))
    assert (digest(results) == before) == same


def test_results_to_compare_with_that_the_user_chose_are_input(results):
    before = digest(results, own=False)
    path = results / "tables" / "settings.csv"
    path.write_text(path.read_text().replace("results,a", "results,b"))
    assert digest(results, own=False) != before


def test_without_results_there_is_no_fingerprint(results):
    shutil.rmtree(results / "tables")
    assert digest(results) == ""
