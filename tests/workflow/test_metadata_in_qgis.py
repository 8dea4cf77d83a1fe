"""The real QGIS shows our metadata in its layer properties; OWSLib reads the record."""

import json
import os
import subprocess
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import rasterio
import shapely
from rasterio.transform import from_origin

from robuust.metadata_records import Output, layer_outputs, records_of, run_facts
from robuust_files.metadata_tables import read_contents, write_metadata

QGIS_PYTHON = "/usr/bin/python3"
TEMPLATES = Path(__file__).parents[2] / "workflow" / "templates"
TITLE = "Klein & fijn <gebied>"
SETTINGS = {
    "area": "proef",
    "title_nl": TITLE,
    "language": "nl",
    "crs": "EPSG:31370",
    "reference_date": "2026-01-01",
    "metadata": {
        "organisation": "Provincie & Zonen",
        "email": "natuur@provincie.example",
        "website": "https://provincie.example",
        "licence": "CC BY 4.0",
        "licence_url": "https://creativecommons.org/licenses/by/4.0/",
        "keywords": ["heide", "robuust"],
    },
}
SOURCES = {"source": ["map"], "kind": ["habitat"], "path": ["map.gpkg"]}
SOURCES |= {"layer": [None], "rows": [12], "sha256": ["ab12"]}


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """What QGIS and OWSLib find in a GeoPackage and a raster with our metadata."""
    check = [QGIS_PYTHON, "-c", "import qgis.core, owslib"]
    if subprocess.run(check, capture_output=True).returncode:
        reason = f"{QGIS_PYTHON} has no QGIS (Debian: apt install python3-qgis)"
        if os.environ.get("ROBUUST_REQUIRE_QGIS") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("metadata")
    path = folder / "robuust.gpkg"
    square = gpd.GeoDataFrame(
        {"patch_id": ["p1"]}, geometry=[shapely.box(3e4, 2e5, 4e4, 2.1e5)], crs=31370
    )
    pyogrio.write_dataframe(square, path, layer="patches")
    info = pd.DataFrame({"key": ["library"], "value": ["c0de"]})
    run = run_facts(SETTINGS, pd.DataFrame(SOURCES), info)
    texts = [
        (TEMPLATES / f"{name}_record.xml.j2").read_text("utf-8")
        for name in ("iso", "qgis")
    ]
    extents, _ = read_contents(path, [])
    layers = records_of(layer_outputs(extents, run), run, *texts)
    write_metadata(path, layers, "2026-01-01T00:00:00.000Z")
    grid = Output("grid", TITLE, "Cellen.", "grid", extents["patches"], 25)
    ((_, iso, qgis),) = records_of([grid], run, *texts)
    (folder / "grid.xml").write_text(iso, encoding="utf-8")
    (folder / "grid.qmd").write_text(qgis, encoding="utf-8")
    shape = {"width": 2, "height": 2, "count": 1, "dtype": "float32"}
    place = {"crs": "EPSG:31370", "transform": from_origin(3e4, 2.1e5, 25, 25)}
    with rasterio.open(folder / "grid.tif", "w", **shape, **place) as target:
        target.write(np.zeros((1, 2, 2), dtype="float32"))
    script = Path(__file__).with_name("metadata_checks.py")
    done = subprocess.run(
        [QGIS_PYTHON, script, folder],
        capture_output=True,
        text=True,
        timeout=300,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8"},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_a_layer_dragged_into_qgis_shows_what_it_is(found):
    layer = found["layer"]
    assert layer["valid"]
    assert layer["title"] == f"Habitatplekken - {TITLE}"
    assert layer["abstract"].startswith("Habitat per soortgroep")
    assert (layer["identifier"], layer["parent"]) == ("proef.patches", "proef.robuust")
    assert layer["language"] == "dut"
    assert layer["dates"] == ["2026-01-01"]


def test_it_shows_what_it_is_made_of_by_whom_and_what_is_allowed(found):
    layer = found["layer"]
    assert "c0de" in layer["history"][0]
    assert layer["history"][1] == "map (habitat): map.gpkg, 12 rijen, SHA-256 ab12"
    contact = ["Provincie & Zonen", "natuur@provincie.example", "pointOfContact"]
    assert layer["contacts"] == [contact]
    assert layer["licences"] == [
        "CC BY 4.0 https://creativecommons.org/licenses/by/4.0/"
    ]
    assert layer["links"] == ["https://provincie.example"]
    assert ["heide", "robuust"] in layer["keywords"].values()


def test_it_shows_where_it_lies(found):
    assert found["layer"]["crs"] == "EPSG:31370"
    assert found["layer"]["boxes"] == [["EPSG:31370", 30_000, 210_000]]


def test_a_raster_has_its_record_beside_it(found):
    raster = found["raster"]
    assert raster["valid"]
    assert (raster["title"], raster["abstract"]) == (TITLE, "Cellen.")
    assert raster["history"][1].endswith("SHA-256 ab12")


def test_another_reader_of_iso_19139_finds_the_same(found):
    read = found["owslib"]
    assert read["identifier"] == "proef.grid"
    assert (read["title"], read["abstract"]) == (TITLE, "Cellen.")
    assert (read["crs"], read["date"]) == ("EPSG:31370", "2026-01-01")
    assert read["west"] == pytest.approx(2.65, abs=0.05)
    assert read["organisations"] == ["Provincie & Zonen"]
    assert "c0de" in read["lineage"]
