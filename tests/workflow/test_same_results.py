"""The demo again, rows in another order and on one core: the same results, in bytes.

What may differ is told here, file by file: the checksum of a file is that of its bytes,
and a row that was set apart is told by its number in the file. Where the files read are
the same ones, nothing may differ.
"""

import json
import re
import shutil
import sqlite3
from pathlib import Path

import pandas as pd
import pyogrio
import pytest
import yaml

pytestmark = pytest.mark.demo

ROOT = Path(__file__).parents[2]
DATA = Path("data", "demo")
CHECKSUM = re.compile(r"\b[0-9a-f]{64}\b")
# They tell the checksums of the files read, or the rows that were set apart.
OF_THE_FILES = re.compile(
    r"ingest/(quarantined_\w+|\w+_sources)\.parquet|metadata/.*|report\.html"
    r"|robuust\.gpkg|checksums\.sha256|tables/(sources|quarantined_\w+)\.csv"
    r"|pictures/input_quality\.\w+"
)
NUMBERS_OF_ROWS = {"row", "fid"}


def shuffled_copy(folder):
    """The files of the demo at the same place in a folder, their rows shuffled."""
    (folder / DATA).mkdir(parents=True)
    original, copy = ROOT / DATA / "landscape.gpkg", folder / DATA / "landscape.gpkg"
    for name, geometry_type in pyogrio.list_layers(original):
        rows = pyogrio.read_dataframe(original, layer=name)
        shuffled = rows.sample(frac=1, random_state=7)
        kind = {"layer": name, "geometry_type": geometry_type}
        pyogrio.write_dataframe(shuffled, copy, **kind)
    text = (ROOT / DATA / "records.csv").read_bytes().splitlines(keepends=True)
    records = pd.Series(text[1:]).sample(frac=1, random_state=7)
    (folder / DATA / "records.csv").write_bytes(b"".join([text[0], *records]))


@pytest.fixture(scope="module")
def shuffled_results(demo_run, run_pipeline, tmp_path_factory):
    """Results of a run on one core over the shuffled files; the first run is done."""
    folder = tmp_path_factory.mktemp("shuffled")
    shuffled_copy(folder)
    settings = yaml.safe_load((ROOT / "config/demo.yaml").read_text(encoding="utf-8"))
    run = run_pipeline(folder, settings, cores=1)
    assert run.code == 0, run.screen[-4000:]
    return folder / "results" / "demo"


@pytest.fixture(scope="module")
def results_drawn_again(demo_run, run_pipeline, tmp_path_factory):
    """Results of which all that people see was made a second time, at another hour."""
    folder = tmp_path_factory.mktemp("again") / "demo"
    shutil.copytree(demo_run.folder, folder, symlinks=True)
    force = ("--forcerun", "write_geopackage")
    run = run_pipeline(folder, ROOT / "config" / "demo.yaml", *force, cores=1)
    assert run.code == 0, run.screen[-4000:]
    for rule in ("write_geopackage", "write_report", "write_project", "write_sheets"):
        assert f"Rule: {rule}" in run.screen
    assert "Rule: delineate_patches" not in run.screen
    return folder / "results" / "demo"


def files_in(folder):
    """Every file that a reader finds, by its path; not the workshop of the run."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    found = {path.relative_to(folder).as_posix(): path for path in paths}
    return {n: path for n, path in found.items() if not n.startswith("staging/")}


def without_files(text):
    """Text without the checksums and the folder of the files read."""
    return CHECKSUM.sub("checksum", text.replace(f"{ROOT}/data", "data"))


def test_every_file_is_the_same_in_bytes_but_for_what_tells_of_the_files_read(
    demo_results, shuffled_results
):
    first, second = files_in(demo_results), files_in(shuffled_results)
    assert first.keys() == second.keys()
    alike = {name for name in first if not OF_THE_FILES.fullmatch(name)}
    names = {Path(name).name for name in alike}
    assert names >= {"habitat.parquet", "habitat_parts.parquet", "records.parquet"}
    assert names >= {"barriers.parquet", "parcels.parquet", "robustness_score.tif"}
    assert names >= {"patches.csv", "robuust.qgz", "summary.txt", "rana_arvalis.html"}
    others = [n for n in alike if first[n].read_bytes() != second[n].read_bytes()]
    assert not others


def test_files_for_people_are_the_same_in_bytes_whenever_they_are_made(
    demo_results, results_drawn_again
):
    first, second = files_in(demo_results), files_in(results_drawn_again)
    assert first.keys() == second.keys() >= {"robuust.gpkg", "robuust.qgz"}
    others = [n for n in first if first[n].read_bytes() != second[n].read_bytes()]
    assert not others


def read(folder, name):
    return without_files((folder / name).read_text(encoding="utf-8"))


def test_the_metadata_tell_the_same_of_other_files(demo_results, shuffled_results):
    names = [n for n in files_in(demo_results) if n.endswith((".xml", ".qmd"))]
    assert len(names) >= 10
    for name in names:
        assert read(demo_results, name) == read(shuffled_results, name), name


def test_the_report_tells_the_same_of_other_files(demo_results, shuffled_results):
    pages = []
    for folder in (demo_results, shuffled_results):
        page = read(folder, "report.html")
        before, data, after = re.split(r'(?<=id="map-data">)(.*?)(?=</script>)', page)
        data = json.loads(data)
        apart = [n for n in data["layers"] if n.startswith("quarantined_")]
        assert len(apart) >= 2
        for name in apart:  # each feature is called by its row
            del data["layers"][name]
        pages.append((before, data, after))
    assert pages[0] == pages[1]


def tables_of(geopackage):
    """Rows of every table of a GeoPackage, as SQLite keeps them."""
    connection = sqlite3.connect(f"file:{geopackage}?mode=ro", uri=True)
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    names = [name for (name,) in names if not name.startswith("rtree_")]
    read = {name: pd.read_sql(f'SELECT * FROM "{name}"', connection) for name in names}
    connection.close()
    return read


def test_every_table_of_the_geopackage_is_the_same(demo_results, shuffled_results):
    first, second = (
        tables_of(folder / "robuust.gpkg")
        for folder in (demo_results, shuffled_results)
    )
    assert first.keys() == second.keys() >= {"patches", "gpkg_contents", "layer_styles"}
    for name in first:
        one, other = first[name], second[name]
        if name == "sources":
            ours = ["sha256", "path"]
            one, other = (table.drop(columns=ours) for table in (one, other))
        elif name == "gpkg_metadata":
            one, other = (
                table["metadata"].map(without_files) for table in (one, other)
            )
        elif name.startswith("quarantined_"):
            one, other = in_any_order(one), in_any_order(other)
        assert one.equals(other), name


def test_what_was_set_apart_is_the_same(demo_results, shuffled_results):
    for name in ("habitat", "records"):
        first, second = (
            pd.read_parquet(folder / "ingest" / f"quarantined_{name}.parquet")
            for folder in (demo_results, shuffled_results)
        )
        assert len(first) > 5
        pd.testing.assert_frame_equal(in_any_order(first), in_any_order(second))


def in_any_order(rows):
    """Rows set apart without their number, in one order; words may tell a number."""
    rows = rows.drop(columns=NUMBERS_OF_ROWS & set(rows))
    texts = rows.select_dtypes(exclude="number").columns
    words = {name: rows[name].map(str) for name in texts}
    words["detail"] = rows["detail"].str.replace(r"^row \d+ of", "row of", regex=True)
    rows = rows.assign(**words)
    return rows.sort_values(list(rows), ignore_index=True)
