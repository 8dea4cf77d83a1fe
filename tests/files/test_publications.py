"""Publications: whole, safe on disk, and swapped under the eyes of readers."""

import json
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from robuust_files import publications
from robuust_files.publications import (
    ChangedResultError,
    checksum_lines,
    damaged_files,
    make_publication,
    new_name,
    prune,
    serve,
    served,
    tidy,
)

MOMENT = datetime(2026, 3, 1, 4, 30, tzinfo=UTC)


def results(folder, words):
    """Results with two files that belong together, both saying the same."""
    files = {str(folder / name): folder / name for name in ("a.gpkg", "tables/a.csv")}
    for path in files.values():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(words)
    (folder / "checksums.sha256").write_text(checksum_lines(files, folder))
    (folder / "work.parquet").write_text("nobody reads this")
    return folder


def publish(area, words, *, keep=5, links=True):
    """Make results that say these words and serve them; the name."""
    made = results(area.parent / "results", words)
    name = new_name(area, MOMENT)
    make_publication(area, name, {".": made}, {})
    serve(area, name, links=links)
    prune(area, keep)
    return name


@pytest.fixture
def area(tmp_path):
    folder = tmp_path / "published" / "heath"
    folder.mkdir(parents=True)
    return folder


def test_a_publication_holds_what_belongs_together_and_nothing_else(area):
    name = publish(area, "first")
    found = {p.name for p in (area / name).rglob("*") if p.is_file()}
    assert found == {"a.gpkg", "a.csv", "checksums.sha256", "publication.json"}
    assert damaged_files(area / name) == []
    assert served(area) == name == "2026-03-01T043000Z"


def test_a_later_change_of_the_results_does_not_reach_a_publication(area):
    name = publish(area, "first")
    results(area.parent / "results", "second")
    assert (area / name / "a.gpkg").read_text() == "first"
    assert not (area / name / "a.gpkg").stat().st_mode & 0o222


@pytest.mark.parametrize("links", [True, False])
def test_the_newest_is_served_and_the_one_before_stays(area, links):
    first = publish(area, "first", links=links)
    second = publish(area, "second", links=links)
    assert (area / "current").is_symlink() == links
    assert (area / "current" / "a.gpkg").read_text() == "second"
    assert publications.publications(area) == [first, second]
    assert not list(area.glob("current.*"))


def test_without_links_a_folder_takes_over_from_a_link(area, monkeypatch):
    publish(area, "first")

    def refused(self, target, target_is_directory=False):
        raise OSError("a required privilege is not held by the client")

    monkeypatch.setattr(Path, "symlink_to", refused)
    publish(area, "second")
    assert not (area / "current").is_symlink()
    assert (area / "current" / "tables" / "a.csv").read_text() == "second"
    publish(area, "third")
    assert (area / "current" / "tables" / "a.csv").read_text() == "third"


def test_a_reader_never_meets_a_mix_nor_nothing(area):
    publish(area, "0")
    stop, seen = threading.Event(), []

    def read():
        while not stop.is_set():
            folder = (area / "current").resolve(strict=True)
            pair = [(folder / n).read_text() for n in ("a.gpkg", "tables/a.csv")]
            seen.append(pair)

    reader = threading.Thread(target=read)
    reader.start()
    for k in range(1, 40):
        publish(area, str(k), keep=40)
    stop.set()
    reader.join()
    assert len({first for first, _ in seen}) > 1
    assert all(first == second for first, second in seen)


def test_the_last_ones_stay_and_the_one_that_is_served_always(area):
    names = [publish(area, str(k), keep=3) for k in range(5)]
    assert publications.publications(area) == names[2:]
    serve(area, names[2])  # somebody put an older one back
    assert prune(area, 2) == []
    publish(area, "later", keep=2)
    assert names[4] in publications.publications(area)


def test_a_clock_that_goes_back_gives_a_later_name_all_the_same(area):
    first = publish(area, "first")
    assert new_name(area, datetime(2001, 1, 1, tzinfo=UTC)) > first


def test_a_result_that_changed_since_it_was_made_is_not_published(area):
    made = results(area.parent / "results", "first")
    (made / "a.gpkg").write_text("QGIS was here")
    with pytest.raises(ChangedResultError, match="changed after it was made"):
        make_publication(area, "2026-03-01T043000Z", {".": made}, {})
    assert list(area.iterdir()) == []


def test_results_that_were_never_complete_are_not_published(area, tmp_path):
    (tmp_path / "results").mkdir()
    with pytest.raises(ChangedResultError, match="is not there"):
        make_publication(area, "2026-03-01T043000Z", {".": tmp_path / "results"}, {})


def test_what_a_dead_run_left_is_cleared_away_and_current_comes_back(area):
    name = publish(area, "first", links=False)
    (area / "2026-03-02T000000Z.making").mkdir()
    (area / "current").rename(area / "current.removing")  # died between two renames
    words = tidy(area)
    assert len(words) == 2
    assert served(area) == name
    assert not (area / "2026-03-02T000000Z.making").exists()


def test_scenarios_are_published_with_the_area_they_belong_to(area, tmp_path):
    sets = {
        ".": results(tmp_path / "heath", "today"),
        "scenarios/dam": results(tmp_path / "heath_dam", "tomorrow"),
    }
    made = make_publication(area, "2026-03-01T043000Z", sets, {"run": "x"})
    assert (made / "scenarios" / "dam" / "a.gpkg").read_text() == "tomorrow"
    facts = json.loads((made / "publication.json").read_text())
    assert facts == {"publication": "2026-03-01T043000Z", "run": "x"}
