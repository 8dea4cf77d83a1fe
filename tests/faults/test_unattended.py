"""Reruns with nobody looking: publish what is new, and only that."""

import json
import os
import subprocess

import geopandas as gpd
import pandas as pd

from robuust_files.publications import damaged_files, publications, served


def test_a_run_publishes_a_whole_that_can_be_checked(once_published):
    current = once_published.area / "current"
    assert current.is_symlink()
    names = {path.name for path in current.iterdir()}
    wanted = {"robuust.gpkg", "robuust.qgz", "report.html", "tables", "pictures"}
    assert names >= wanted
    assert not {"staging", "ingest", "all_groups"} & names
    check = ["sha256sum", "--check", "--quiet", "checksums.sha256"]
    assert subprocess.run(check, cwd=current, check=False).returncode == 0


def test_the_page_and_the_log_tell_of_the_run(once_published):
    (report,) = once_published.reports
    assert report["outcome"] == "published"
    assert report["exit_code"] == 0
    assert report["publication"] == served(once_published.area)
    rules = {job["job"].split("/")[-1] for job in report["jobs"]}
    assert {"ingest_records", "plan_budget", "publish_results"} <= rules
    page = (once_published.area / "last_run.txt").read_text()
    assert page.startswith("Robuust corner: new results are published")
    assert page in once_published.screen


def test_without_new_input_nothing_is_published(once_published):
    place, before = once_published, served(once_published.area)
    assert place.rerun() == 0, place.screen[-4000:]
    report = place.reports[-1]
    assert report["outcome"] == "nothing_new"
    assert report["jobs"] == []
    assert "no new input" in place.screen
    assert publications(place.area) == [before]


def test_files_that_were_only_touched_publish_nothing(place):
    # The settings as they were: nothing is new but times.
    settings = place.folder / "my.yaml"
    settings.write_text(settings.read_text().replace("300000", "250000"))
    first = served(place.area)
    for name in ("landscape.gpkg", "then.gpkg", "records.csv", "my.yaml"):
        os.utime(place.folder / name)
    assert place.rerun() == 0, place.screen[-4000:]
    assert place.reports[-1]["outcome"] == "nothing_new"
    place.check_publication(first)


def test_what_changed_is_told_against_the_publication_before(place):
    first = served(place.area)
    package = place.folder / "landscape.gpkg"
    rows = gpd.read_file(package, layer="habitat")
    rows[rows.index % 2 == 0].to_file(package, layer="habitat")
    assert place.rerun("--keep", "2") == 0, place.screen[-4000:]
    second = served(place.area)
    changes = pd.read_csv(place.area / "current" / "tables" / "changes.csv")
    report = place.reports[-1]
    assert report["earlier_publication"] == first
    assert report["publication"] == second
    assert not changes.empty
    assert report["changes"]["patches_gone"] == (changes["change"] == "gone").sum() > 0
    pictures = (place.area / "current" / "pictures").glob("trend_*")
    names = {"trend_per_group", "trend_per_unit"}
    kinds = (".svg", ".png")
    assert {path.name for path in pictures} == {n + k for n in names for k in kinds}
    facts = json.loads((place.area / second / "publication.json").read_text())
    assert facts["earlier"] == first
    assert damaged_files(place.area / first) == []

    assert place.rerun() == 0, place.screen[-4000:]
    assert place.reports[-1]["outcome"] == "nothing_new"
    assert place.reports[-1]["jobs"] == []


def test_settings_that_cannot_be_used_are_told(place):
    first = served(place.area)
    settings = place.folder / "my.yaml"
    settings.write_text(settings.read_text() + "colour: green\n")
    assert place.rerun() == 2
    assert "colour" in place.screen
    place.check_publication(first)
