"""Metadata: one record per result, in ISO 19139 and for QGIS, inside the GeoPackage."""

import sqlite3
from pathlib import Path
from xml.etree import ElementTree

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely

from robuust.metadata_records import (
    ISO_URI,
    QGIS_URI,
    layer_outputs,
    metadata_rows,
    raster_output,
    records_of,
    run_facts,
)
from robuust.output_layers import LAYERS
from robuust_files.metadata_tables import read_contents, write_metadata

TEMPLATES = Path(__file__).parents[2] / "workflow" / "templates"
NAMES = {
    "gmd": "http://www.isotc211.org/2005/gmd",
    "gco": "http://www.isotc211.org/2005/gco",
}
DATE = "2026-01-01T00:00:00.000Z"
HOSTILE = "Natuur & <script>alert(1)</script>"
CONTACT = {
    "organisation": "Provincie West & Zonen",
    "email": "natuur@provincie.example",
    "website": "https://provincie.example",
    "licence": "CC BY 4.0",
    "licence_url": "https://creativecommons.org/licenses/by/4.0/",
    "keywords": ["heide"],
}
NOTHING = dict.fromkeys(CONTACT, "") | {"keywords": []}
EXTENTS = {"patches": (30_000.0, 200_000.0, 40_000.0, 210_000.0), "links": None}
#: What the INSPIRE guidelines ask of every record, as far as a file can be asked.
ASKED = (
    *("gmd:fileIdentifier/gco:CharacterString", "gmd:language/gmd:LanguageCode"),
    *("gmd:hierarchyLevel/gmd:MD_ScopeCode", "gmd:dateStamp/gco:Date"),
    *(".//gmd:citation//gmd:title", ".//gmd:citation//gmd:date//gco:Date"),
    *(".//gmd:citation//gmd:identifier//gmd:code", ".//gmd:abstract"),
    *("gmd:contact//gmd:role/gmd:CI_RoleCode", ".//gmd:pointOfContact"),
    *(".//gmd:descriptiveKeywords//gmd:thesaurusName", ".//gmd:topicCategory"),
    *(".//gmd:useConstraints", ".//gmd:spatialRepresentationType"),
    *(".//gmd:EX_GeographicBoundingBox", ".//gmd:EX_TemporalExtent"),
    *(".//gmd:referenceSystemIdentifier//gmd:code", ".//gmd:distributionFormat"),
    *(".//gmd:DQ_ConformanceResult/gmd:specification", ".//gmd:lineage//gmd:statement"),
)


def facts(contact=CONTACT, language="nl"):
    config = {
        "area": "proef",
        "title_nl": HOSTILE,
        "title_en": HOSTILE,
        "language": language,
        "crs": "EPSG:31370",
        "reference_date": "2026-01-01",
        "metadata": contact,
    }
    sources = pd.DataFrame(
        {
            "source": ["habitat_map", "species"],
            "kind": ["habitat", "parameter_table"],
            "path": ["data/habitat.gpkg", "config/species.csv"],
            "layer": ["bwk", None],
            "rows": [1200, 30],
            "sha256": ["ab12", "cd34"],
        }
    )
    info = pd.DataFrame({"key": ["library", "settings"], "value": ["c0de", "5e77"]})
    return run_facts(config, sources, info)


def records(run):
    texts = (TEMPLATES / f"{name}_record.xml.j2" for name in ("iso", "qgis"))
    flow = raster_output(
        "frogs", HOSTILE, (0, 0, 50, 50), 25, "nl", kind="current_flow"
    )
    outputs = [*layer_outputs(EXTENTS, run), flow]
    return list(records_of(outputs, run, *(text.read_text("utf-8") for text in texts)))


def texts_of(root, path):
    return [
        "".join(element.itertext()).strip() for element in root.findall(path, NAMES)
    ]


def test_every_layer_table_and_raster_has_a_record_that_says_what_is_asked():
    found = records(facts())
    assert [output.name for output, *_ in found] == [
        *("robuust", *(layer.name for layer in LAYERS)),
        "current_flow.frogs",
    ]
    for output, iso, _ in found:
        root = ElementTree.fromstring(iso.encode())
        absent = [path for path in ASKED if not any(texts_of(root, path))]
        assert absent == [], output.name


def test_the_record_tells_inputs_with_checksums_and_the_fingerprints_of_the_run():
    root = ElementTree.fromstring(records(facts())[1][1].encode())
    assert texts_of(root, ".//gmd:source//gmd:description") == [
        "habitat_map (habitat): data/habitat.gpkg, laag bwk, 1200 rijen, SHA-256 ab12",
        "species (parameter_table): config/species.csv, 30 rijen, SHA-256 cd34",
    ]
    (statement,) = texts_of(root, ".//gmd:statement")
    assert "c0de" in statement
    assert "5e77" in statement


def test_the_box_is_in_degrees_and_an_empty_layer_has_that_of_the_whole():
    run = facts()
    boxes = {}
    for output, iso, _ in records(run):
        root = ElementTree.fromstring(iso.encode())
        boxes[output.name] = texts_of(root, ".//gmd:EX_GeographicBoundingBox/*")
    west, east, south, north = map(float, boxes["patches"])
    assert 2.6 < west < east < 2.9
    assert 51.0 < south < north < 51.3
    assert boxes["links"] == boxes["robuust"] == boxes["patches"]


def test_a_run_without_any_extent_has_records_without_a_box():
    outputs = layer_outputs(dict.fromkeys(EXTENTS), facts())
    assert {output.extent for output in outputs} == {None}


def test_a_contact_that_nobody_gave_is_told_as_missing():
    run = facts(NOTHING, "en")
    assert run["missing"] == ["organisation", "email", "licence"]
    _, iso, qgis = records(run)[1]
    root = ElementTree.fromstring(iso.encode())
    for name in ("organisationName", "electronicMailAddress", "otherConstraints"):
        (reason,) = {
            element.get(f"{{{NAMES['gco']}}}nilReason")
            for element in root.findall(f".//gmd:{name}", NAMES)
        }
        assert reason == "missing", name
    told = ElementTree.fromstring(qgis.encode())
    assert told.findtext("contact/organization") == "not given"
    assert told.findtext("license") == "not given"


def test_a_hostile_title_stays_text():
    for _, *pair in records(facts()):
        for text in pair:
            assert "<script>" not in text
            root = ElementTree.fromstring(text.encode())
            assert any(HOSTILE in "".join(e.itertext()) for e in root.iter())


@pytest.mark.parametrize("crs", ["EPSG:28992", "EPSG:3035"])
def test_the_reference_system_is_named_by_its_address(crs):
    run = facts() | {"crs_code": crs, "crs_uri": f"http://example/{crs}"}
    root = ElementTree.fromstring(records(run)[1][1].encode())
    assert texts_of(root, ".//gmd:RS_Identifier/gmd:code") == [crs]


def test_the_geopackage_takes_both_records_of_every_layer_below_that_of_the_whole(
    tmp_path,
):
    path = tmp_path / "robuust.gpkg"
    layer = gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.Point(3, 4)], crs=31370)
    pyogrio.write_dataframe(layer, path, layer="patches")
    pyogrio.write_dataframe(pd.DataFrame({"key": ["k"]}), path, layer="run_info")
    extents, frames = read_contents(path, ["run_info"])
    assert extents == {"patches": (3.0, 4.0, 3.0, 4.0), "run_info": None}
    assert frames["run_info"]["key"].tolist() == ["k"]
    given = records(facts())
    write_metadata(path, given, DATE)
    with sqlite3.connect(path) as package:
        rows = package.execute(
            "SELECT reference_scope, table_name, md_standard_uri, md_parent_id, "
            "timestamp, metadata FROM gpkg_metadata "
            "JOIN gpkg_metadata_reference ON md_file_id = id ORDER BY id"
        ).fetchall()
        assert package.execute("PRAGMA foreign_key_check").fetchall() == []
    package.close()
    assert len(rows) == 2 * len(given)
    assert rows[0][:4] == ("geopackage", None, ISO_URI, None)
    assert rows[3][:4] == ("table", "patches", QGIS_URI, 1)
    assert rows[3][5] == given[1][2]
    assert {row[4] for row in rows} == {DATE}


def test_the_same_run_gives_the_same_rows():
    assert metadata_rows(records(facts()), DATE) == metadata_rows(
        records(facts()), DATE
    )
