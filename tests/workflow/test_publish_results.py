"""A failed or killed run leaves the results of the earlier run as they were."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from publish_results import publish_results
from robuust_files.publications import damaged_files, read_checksums

HOME = Path(__file__).parents[2]

# The construction of rule publish_results, with two files, and a folder of pages whose
# names are not known beforehand; `slow` waits to be killed.
SNAKEFILE = """
rule read:
    input:
        "source.txt",
    output:
        "read.txt",
    shell:
        "test ! -e broken_read && cp {input} {output}"


rule stage:
    input:
        "read.txt",
    output:
        "staging/map.txt",
        "staging/tables/a.csv",
        directory("staging/unit_sheets"),
    shell:
        "test ! -e broken_stage && cp {input} {output[0]} && cp {input} {output[1]} "
        "&& mkdir -p {output[2]} && cp {input} {output[2]}/zeeland.html"


rule publish_results:
    input:
        rules.stage.output,
    output:
        update("published/map.txt"),
        update("published/tables/a.csv"),
    log:
        "publish.log",
    script:
        "SCRIPT"


rule all:
    default_target: True
    input:
        [str(path) for made in workflow.rules for path in made.output],
"""
FAILING = """
import os, time
from pathlib import Path

Path("published/map.txt").write_text("half a new map")
Path("in_the_middle").touch()
if os.path.exists("slow"):
    time.sleep(60)
raise OSError("the disk is full")
"""


@pytest.fixture
def area(tmp_path):
    """A folder with a first, complete publication of version 1."""
    use_script(tmp_path, HOME / "scripts" / "publish_results.py")
    (tmp_path / "source.txt").write_text("version 1")
    assert snakemake(tmp_path).returncode == 0
    assert published(tmp_path) == ["version 1"] * 3
    (tmp_path / "source.txt").write_text("version 2")
    return tmp_path


def use_script(folder, script):
    (folder / "Snakefile").write_text(SNAKEFILE.replace("SCRIPT", str(script)))


def command(*arguments):
    settings = ["--cores", "1", "--rerun-incomplete", "--workflow-profile", "none"]
    return [sys.executable, "-m", "snakemake", *settings, *arguments]


def snakemake(folder, *arguments):
    return subprocess.run(
        command(*arguments), cwd=folder, capture_output=True, text=True, timeout=120
    )


def published(folder):
    names = ("map.txt", "tables/a.csv", "unit_sheets/zeeland.html")
    return [(folder / "published" / name).read_text() for name in names]


def test_a_new_run_replaces_the_results_and_then_rests(area):
    assert snakemake(area, "--forceall").returncode == 0
    assert published(area) == ["version 2"] * 3
    assert "Nothing to be done" in snakemake(area).stderr


@pytest.mark.parametrize("job", ["read", "stage"])
def test_a_run_that_fails_leaves_the_results_and_is_taken_up_again(area, job):
    (area / f"broken_{job}").touch()
    assert snakemake(area).returncode != 0
    assert published(area) == ["version 1"] * 3
    (area / f"broken_{job}").unlink()
    assert snakemake(area).returncode == 0
    assert published(area) == ["version 2"] * 3


def test_a_run_that_fails_while_publishing_leaves_the_results(area):
    (area / "failing.py").write_text(FAILING)
    use_script(area, "failing.py")
    assert snakemake(area, "--forceall").returncode != 0
    assert (area / "in_the_middle").exists()
    assert published(area) == ["version 1"] * 3


def test_after_a_killed_run_the_next_one_publishes(area):
    (area / "failing.py").write_text(FAILING)
    (area / "slow").touch()
    use_script(area, "failing.py")
    run = subprocess.Popen(
        command("--forceall"),
        cwd=area,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    while not (area / "in_the_middle").exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    os.killpg(run.pid, signal.SIGKILL)  # the run and its job, nothing else
    run.wait()
    assert (area / "in_the_middle").exists()
    use_script(area, HOME / "scripts" / "publish_results.py")
    assert snakemake(area, "--unlock").returncode == 0
    assert snakemake(area).returncode == 0
    assert published(area) == ["version 2"] * 3


def test_nothing_changes_before_every_copy_is_complete(tmp_path):
    for name in ("old_a", "old_b", "new_a"):
        (tmp_path / name).write_text(name)
    staged = [tmp_path / "new_a", tmp_path / "is_not_there"]
    with pytest.raises(OSError, match="earlier results are as they were"):
        publish_results(
            staged,
            [tmp_path / "old_a", tmp_path / "old_b"],
            results_folder=tmp_path,
        )
    assert (tmp_path / "old_a").read_text() == "old_a"
    assert not list(tmp_path.glob("*.new"))


def test_a_folder_that_takes_no_files_is_named_in_words(tmp_path):
    (tmp_path / "new").write_text("new")
    (tmp_path / "results").write_text("a file, where the folder should be")
    with pytest.raises(OSError, match="name another results_dir"):
        publish_results(
            [tmp_path / "new"],
            [tmp_path / "results" / "robuust.gpkg"],
            results_folder=tmp_path,
        )


def test_notes_of_qgis_about_the_old_geopackage_go_with_it(tmp_path):
    (tmp_path / "new").write_text("new")
    for suffix in ("", "-wal", "-shm"):
        (tmp_path / f"robuust.gpkg{suffix}").write_text("old")
    publish_results(
        [tmp_path / "new"], [tmp_path / "robuust.gpkg"], results_folder=tmp_path
    )
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"new", "robuust.gpkg", "checksums.sha256"}


def test_the_checksums_name_every_file_that_was_published(tmp_path):
    sheets = tmp_path / "staging" / "unit_sheets"
    sheets.mkdir(parents=True)
    (sheets / "zeeland.html").write_text("a sheet")
    (tmp_path / "new").write_text("a map")
    results = tmp_path / "results"
    publish_results(
        [tmp_path / "new"],
        [results / "robuust.gpkg"],
        results_folder=results,
        folders=[sheets],
    )
    assert set(read_checksums(results)) == {"robuust.gpkg", "unit_sheets/zeeland.html"}
    assert damaged_files(results) == []
    (results / "robuust.gpkg").write_text("a nap")
    assert damaged_files(results) == ["robuust.gpkg"]


@pytest.mark.parametrize(
    ("folder", "ending"),
    [("unit_sheets", "html"), ("pictures", "svg"), ("metadata", "xml")],
)
def test_what_a_folder_holds_is_published_and_what_it_held_before_goes(
    tmp_path, folder, ending
):
    staged, published = tmp_path / "staging" / folder, tmp_path / folder
    for place, names in ((staged, "ab"), (published, "bc")):
        place.mkdir(parents=True)
        for name in names:
            (place / f"{name}.{ending}").write_text(place.parent.name)
    (staged / ".snakemake_timestamp").touch()
    (published / "my_notes.txt").write_text("mine")
    publish_results([], [], results_folder=tmp_path, folders=[staged])
    assert {path.name: path.read_text() for path in published.iterdir()} == {
        f"a.{ending}": "staging",
        f"b.{ending}": "staging",
        "my_notes.txt": "mine",
    }
    for path in staged.glob(f"*.{ending}"):
        path.unlink()
    publish_results([], [], results_folder=tmp_path, folders=[staged])
    assert [path.name for path in published.iterdir()] == ["my_notes.txt"]


@pytest.mark.parametrize(
    ("folder", "ending"), [("current_flow", "tif"), ("species_sheets", "html")]
)
def test_files_of_what_is_not_in_the_run_any_more_go_and_no_others(
    tmp_path, folder, ending
):
    (tmp_path / "new").write_text("new")
    series = tmp_path / folder
    series.mkdir()
    for name in (f"frogs.{ending}", f"lizards.{ending}", "my_notes.txt"):
        (series / name).write_text("old")
    publish_results(
        [tmp_path / "new"], [series / f"frogs.{ending}"], results_folder=tmp_path
    )
    assert {path.name: path.read_text() for path in series.iterdir()} == {
        f"frogs.{ending}": "new",
        "my_notes.txt": "old",
    }
