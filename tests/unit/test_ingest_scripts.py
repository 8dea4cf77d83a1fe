"""The three ingest scripts on small real files: good ones, bad ones, and INBO's."""

import csv
import gzip
import json
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
import yaml

from ingest_context import ingest_context
from ingest_habitat import ingest_habitat
from ingest_history import ingest_history
from ingest_records import ingest_records
from ingest_study_area import ingest_study_area
from robuust.presets import complete_source

EAST, NORTH = 186_600, 222_900
AREA = shapely.box(EAST, NORTH, EAST + 10_000, NORTH + 10_000)
HABITAT_OPTIONS = {
    "crs": "EPSG:31370",
    "min_polygon_m2": 1,
    "unknown_codes": "quarantine",
    "max_distance_m": 20_000,
    "max_gap_m": 1,
}
RECORD_OPTIONS = {
    "crs": "EPSG:31370",
    "max_distance_m": 20_000,
    "reference_date": "2026-01-01",
    "sensitive": {},
}
CONTEXT_OPTIONS = {
    "crs": "EPSG:31370",
    "title": "Proef",
    "max_distance_m": 20_000,
    "unknown_codes": "quarantine",
    "crossing_width_m": 50,
}
KINDS = ("barriers", "crossings", "land_cover", "nature_areas", "plans", "candidates")
KINDS += ("report_units",)


@pytest.fixture
def paths(tmp_path):
    """Where everything is: tables and a study area that are there, results to come."""
    results = "habitat habitat_parts quarantined summary sources records barriers"
    results += " crossings land_cover nature_areas plans parcels report_units"
    results += " study_area coverage_faults"
    files = {name: tmp_path / f"{name}.parquet" for name in results.split()}
    tables = {
        "habitat_types": "code,name\n4010,Natte heide\n3150,Plas\nrbbmr,Rietland\n"
        "91E0*,Alluviaal bos\n3130_aom,Ven\n",
        "resistance": "land_cover,mobility_class,resistance\nforest,*,5\n",
        "species": "species,name_nl,synonyms,taxon_group\n"
        "Luronium natans,Drijvende waterweegbree,,vascular plants\n"
        "Littorella uniflora,Oeverkruid,,vascular plants\n",
    }
    for name, text in tables.items():
        files[name] = tmp_path / f"{name}.csv"
        files[name].write_text(text, encoding="utf-8")
    gpd.GeoDataFrame(geometry=[AREA], crs=31370).to_parquet(files["study_area"])
    return files


def write_layer(path, *shapes, crs=31370, **columns):
    gpd.GeoDataFrame(columns, geometry=list(shapes), crs=crs).to_file(path)
    return {"name": path.stem, "path": str(path)}


def squares(n):
    x = EAST + 200 * np.arange(n)
    return shapely.box(x, NORTH, x + 100, NORTH + 100)


def flemish(source):
    file = Path(__file__).parents[2] / "config" / "presets" / "bwk.yaml"
    presets = {"bwk": yaml.safe_load(file.read_text(encoding="utf-8"))}
    return complete_source(source | {"preset": "bwk"}, presets)


def plain(source):
    return source | {"code": "4010"}


def run_habitat(paths, *sources, given_area=None, **options):
    files = paths | {"given_area": given_area}
    ingest_habitat(files, sources=sources, **HABITAT_OPTIONS | options)
    return gpd.read_parquet(paths["habitat"]), pd.read_parquet(paths["summary"])


def run_study_area(paths, *sources):
    ingest_study_area(paths, sources=sources, crs=HABITAT_OPTIONS["crs"])
    area = gpd.read_parquet(paths["study_area"])
    return area, pd.read_parquet(paths["summary"])


def run_records(paths, *sources, **options):
    ingest_records(paths, sources=sources, **RECORD_OPTIONS | options)
    return gpd.read_parquet(paths["records"]), pd.read_parquet(paths["summary"])


def run_context(paths, **sources):
    sources = dict.fromkeys(KINDS, ()) | sources
    ingest_context(paths, sources=sources, **CONTEXT_OPTIONS)
    return pd.read_parquet(paths["summary"])


def write_records(path, text):
    path.write_text(text, encoding="utf-8")
    return {"name": "field", "path": str(path), "crs": "EPSG:31370"}


# --- Habitat -------------------------------------------------------------------------


def test_a_habitat_file_becomes_polygons_and_parts(paths, tmp_path):
    source = write_layer(
        tmp_path / "map.gpkg",
        *squares(3),
        TAG=["a", "b", "c"],
        HAB1=["4010", "3130_aom_rbbmr", "9999"],
        PHAB1=[100, 80, 100],
    )
    source = flemish(source | {"id_column": "TAG"})
    habitat, summary = run_habitat(paths, source)
    assert habitat["polygon_id"].tolist() == ["map:a", "map:b"]
    assert summary.to_numpy().tolist() == [
        ["map", 3, 2, 1, "balance"],
        ["map", 1, 0, 1, "unknown_habitat_code"],
    ]
    parts = pd.read_parquet(paths["habitat_parts"])
    assert parts[["code", "share"]].to_numpy().tolist() == [
        ["4010", 1.0],
        ["3130_aom", 0.4],
        ["rbbmr", 0.4],
    ]
    row = pd.read_parquet(paths["sources"]).iloc[0]
    assert (row["kind"], row["rows"], row["crs"]) == ("habitat", 3, "EPSG:31370")
    assert (row["area_before_ha"], row["area_after_ha"]) == (3, 2)
    assert len(row["sha256"]) == 64
    apart = gpd.read_parquet(paths["quarantined"])
    assert json.loads(apart["original"][0]) == {
        "TAG": "c",
        "HAB1": "9999",
        "PHAB1": 100,
    }


def test_a_study_area_layer_bounds_the_map(paths, tmp_path):
    source = plain(write_layer(tmp_path / "map.gpkg", *squares(3)))
    layer = write_layer(tmp_path / "area.gpkg", squares(1)[0], None, a=[1, 2])
    area, summary = run_study_area(paths, layer)
    assert area.total_bounds.tolist() == [EAST, NORTH, EAST + 100, NORTH + 100]
    assert summary.to_numpy().tolist() == [
        ["area", 2, 1, 1, "balance"],
        ["area", 1, 0, 1, "missing_geometry"],
    ]
    assert len(gpd.read_parquet(paths["quarantined"])) == 1
    row = pd.read_parquet(paths["sources"]).iloc[0]
    assert (row["source"], row["kind"], row["rows"]) == ("area", "study_area", 2)
    given = {"given_area": paths["study_area"], "max_distance_m": 150}
    habitat, _ = run_habitat(paths, source, **given)
    assert len(habitat) == 2


def test_without_a_layer_the_study_area_is_the_box_round_the_map(paths, tmp_path):
    run_habitat(paths, plain(write_layer(tmp_path / "map.gpkg", *squares(3))))
    area, summary = run_study_area(paths)
    assert area.geometry[0].equals(shapely.box(EAST, NORTH, EAST + 500, NORTH + 100))
    assert summary.empty
    assert pd.read_parquet(paths["sources"]).empty
    assert gpd.read_parquet(paths["quarantined"]).empty


def test_a_habitat_raster_becomes_polygons_joined_by_edges(paths, tmp_path):
    cells = np.array([[1, 1, 0], [0, 0, 1], [2, 0, 1]], dtype="uint8")
    with rasterio.open(
        tmp_path / "water.tif",
        "w",
        driver="GTiff",
        width=3,
        height=3,
        count=1,
        dtype="uint8",
        crs="EPSG:31370",
        transform=rasterio.transform.from_origin(EAST, NORTH + 30, 10, 10),
    ) as raster:
        raster.write(cells, 1)
    source = {"name": "water", "path": str(tmp_path / "water.tif")}
    source |= {"code": "3150"}
    habitat, _ = run_habitat(paths, source)
    assert habitat["area_ha"].tolist() == [0.02, 0.02]  # corners do not join
    other, _ = run_habitat(paths, source | {"value": 2})
    assert other["area_ha"].tolist() == [0.01]


def test_without_a_reference_system_nothing_is_guessed(paths, tmp_path):
    source = plain(write_layer(tmp_path / "map.shp", *squares(1), crs=None, a=[1]))
    with pytest.raises(ValueError, match=r"'map' \(.*map.shp\) has no coordinate ref"):
        run_habitat(paths, source)
    habitat, _ = run_habitat(paths, source | {"crs": "EPSG:31370"})
    assert habitat.crs.to_epsg() == 31370


def test_degrees_are_fine_for_a_source_and_refused_for_the_analysis(paths, tmp_path):
    degrees = gpd.GeoSeries(squares(2), crs=31370).to_crs(4326)
    source = plain(write_layer(tmp_path / "map.geojson", *degrees, crs=4326))
    habitat, _ = run_habitat(paths, source)
    assert habitat["area_ha"].to_numpy() == pytest.approx([1, 1], rel=1e-4)
    with pytest.raises(ValueError, match=r"setting crs 'EPSG:4326'.*in metres"):
        run_habitat(paths, source, crs="EPSG:4326")


def test_metres_in_a_file_of_degrees_are_refused(paths, tmp_path):
    source = plain(write_layer(tmp_path / "map.geojson", *squares(2), crs=4326))
    with pytest.raises(ValueError, match=r"cannot be degrees.*set `crs: EPSG:31370`"):
        run_habitat(paths, source)


def test_a_missing_column_is_named_with_those_there_are(paths, tmp_path):
    source = write_layer(tmp_path / "map.gpkg", *squares(1), HABITAT=["4010"])
    with pytest.raises(ValueError, match=r"no column 'code'.*columns are: HABITAT"):
        run_habitat(paths, source | {"code_column": "code"})
    with pytest.raises(ValueError, match="no column 'TAG'"):
        run_habitat(paths, plain(source) | {"id_column": "TAG"})


def test_an_empty_layer_is_refused(paths, tmp_path):
    source = plain(write_layer(tmp_path / "map.gpkg", TAG=[]))
    with pytest.raises(ValueError, match="is empty"):
        run_habitat(paths, source)


def test_unknown_codes_stop_the_run_on_request(paths, tmp_path):
    source = write_layer(tmp_path / "map.gpkg", *squares(2), code=["4010", "zzz"])
    source |= {"code_column": "code"}
    with pytest.raises(ValueError, match=r"zzz \(1 polygons\)"):
        run_habitat(paths, source, unknown_codes="refuse")


def test_a_file_that_is_no_layer_or_not_there_is_refused_in_words(paths, tmp_path):
    (tmp_path / "map.gpkg").write_bytes(b"SQLite format 3\0 but no more")
    source = plain({"name": "map", "path": str(tmp_path / "map.gpkg")})
    with pytest.raises(ValueError, match=r"'map' \(.*map.gpkg\): it is an SQLite"):
        run_habitat(paths, source)
    with pytest.raises(ValueError, match="there is no file"):
        run_habitat(paths, source | {"path": str(tmp_path / "other.gpkg")})


def test_of_two_layers_in_a_file_one_must_be_chosen(paths, tmp_path):
    file = tmp_path / "map.gpkg"
    for name in ("heath", "pools"):
        gpd.GeoDataFrame(geometry=squares(1), crs=31370).to_file(file, layer=name)
    source = plain({"name": "map", "path": str(file)})
    with pytest.raises(ValueError, match=r"which `layer`.*heath, pools"):
        run_habitat(paths, source)
    assert len(run_habitat(paths, source | {"layer": "pools"})[0]) == 1


def test_a_failed_run_writes_nothing(paths, tmp_path):
    source = plain(write_layer(tmp_path / "map.gpkg", TAG=[]))
    with pytest.raises(ValueError, match="is empty"):
        run_habitat(paths, source)
    assert not paths["habitat"].exists()
    assert not paths["summary"].exists()


# --- Records -------------------------------------------------------------------------

ROWS = f"""species,date,x,y
Luronium natans,2020-05-04,{EAST + 50},{NORTH + 50}
Oeverkruid,2021,{EAST + 60},{NORTH + 50}
Bellis perennis,2021,{EAST + 60},{NORTH + 50}
"""


def test_a_text_table_becomes_records(paths, tmp_path):
    records, summary = run_records(paths, write_records(tmp_path / "r.csv", ROWS))
    assert set(records["species"]) == {"Littorella uniflora", "Luronium natans"}
    assert records["record_id"].is_monotonic_increasing
    assert summary.to_numpy().tolist() == [
        ["field", 3, 2, 1, "balance"],
        ["field", 1, 0, 1, "unknown_species"],
        ["field", 1, 1, 0, "matched_by_dutch_name"],
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_delimiter_encoding_and_compression_are_found_out(paths, tmp_path, encoding):
    text = f"soort;datum;x;y;plaats\nOeverkruid;4/7/2020;{EAST},5;{NORTH},5;Zoë\n"
    file = tmp_path / "r.csv.gz"
    file.write_bytes(gzip.compress(text.encode(encoding)))
    source = {"name": "field", "path": str(file)}
    source |= {"crs": "EPSG:31370", "columns": {"species": "soort", "date": "datum"}}
    records, _ = run_records(paths, source)
    assert records["date_first"].dt.strftime("%d %m %Y").tolist() == ["04 07 2020"]
    assert shapely.get_x(records.geometry[0]) == EAST + 0.5


def test_cells_stay_text_until_we_read_them(paths, tmp_path):
    text = ROWS.replace("Bellis perennis,2021", "Bellis perennis,007")
    run_records(paths, write_records(tmp_path / "r.csv", text))
    apart = gpd.read_parquet(paths["quarantined"])
    assert json.loads(apart["original"][0])["date"] == "007"


def test_points_and_polygons_of_a_layer_become_records(paths, tmp_path):
    shapes = [shapely.Point(EAST + 950, NORTH + 50), squares(1)[0]]
    source = write_layer(tmp_path / "p.gpkg", *shapes, species=["Oeverkruid"] * 2)
    records, _ = run_records(paths, source)
    assert len(records) == 2
    [vague] = records["uncertainty_m"].dropna()
    assert vague == pytest.approx(shapely.minimum_bounding_radius(squares(1)[0]))


def test_two_files_of_one_observation_become_one_record_with_both_ids(paths, tmp_path):
    name = "record_id,coordinateUncertaintyInMeters," + ROWS.splitlines()[0] + "\n"
    ours = write_records(
        tmp_path / "a.csv", name + f"1,5,Oeverkruid,2021-05-04,{EAST},{NORTH}\n"
    )
    theirs = write_records(
        tmp_path / "b.csv", name + f"9,100,Oeverkruid,4/5/2021,{EAST + 99},{NORTH}\n"
    )
    records, summary = run_records(paths, theirs | {"name": "gbif"}, ours)
    assert records[["record_id", "also_ids"]].to_numpy().tolist() == [
        ["field:1", "gbif:9"]
    ]
    assert "duplicate_record" in summary["reason"].tolist()


def test_rows_that_cannot_be_split_are_set_apart(paths, tmp_path):
    text = ROWS + "Oeverkruid,2021,1,2,3,4\n"
    _, summary = run_records(paths, write_records(tmp_path / "r.csv", text))
    assert ["field", 1, 0, 1, "unreadable_row"] in summary.to_numpy().tolist()


def test_zero_records_are_no_error(paths, tmp_path):
    records, summary = run_records(
        paths, write_records(tmp_path / "r.csv", "species,date,x,y\n")
    )
    assert records.empty
    assert summary.to_numpy().tolist() == [["field", 0, 0, 0, "balance"]]


def test_no_record_source_at_all_is_no_error(paths):
    records, summary = run_records(paths)
    assert records.empty
    assert summary.empty
    assert pd.read_parquet(paths["sources"]).empty


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the file is empty"),
        ("\n", "no line with column names"),
        ("soort,x,y\na,1,2\n", "no column found for species"),
        ("species,x,y\na,1,2,3\n", "none of the 1 rows has as many fields"),
        ("species,x,x,y\na,1,2,3\n", "more than one column named x"),
        ("species,x,y\nOeverkruid,,\n", "1 of 1 rows .*missing_coordinates"),
        (
            "species,x,y\nOeverkruid,4.9,51.3\n",
            "1 of 1 rows fall in the area as EPSG:4326",
        ),
    ],
)
def test_record_files_that_cannot_be_right_are_refused(paths, tmp_path, text, words):
    with pytest.raises(ValueError, match=words):
        run_records(paths, write_records(tmp_path / "r.csv", text))


def test_a_broken_archive_is_refused_in_words(paths, tmp_path):
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04 cut off")
    source = {"name": "gbif", "path": str(tmp_path / "a.zip"), "preset": "dwca"}
    with pytest.raises(ValueError, match=r"'gbif' \(.*a.zip\): .*cut off"):
        run_records(paths, source)


# --- Context -------------------------------------------------------------------------


def test_without_context_there_are_empty_layers_and_one_report_unit(paths):
    summary = run_context(paths)
    assert summary.empty
    units = gpd.read_parquet(paths["report_units"])
    assert units[["unit_id", "name"]].to_numpy().tolist() == [["area", "Proef"]]
    for name in ("barriers", "crossings", "land_cover", "nature_areas", "plans"):
        assert gpd.read_parquet(paths[name]).empty


def test_context_layers_are_read_and_balanced(paths, tmp_path):
    line = shapely.LineString([(EAST, NORTH), (EAST + 900, NORTH)])
    roads = write_layer(tmp_path / "roads.gpkg", line, kind=["motorway"])
    parcels = write_layer(tmp_path / "parcels.gpkg", *squares(2), code=["4010", "zzz"])
    summary = run_context(
        paths,
        barriers=[roads | {"barrier_column": "kind"}],
        candidates=[parcels | {"code_column": "code"}],
    )
    assert summary[["source", "rows_kept", "reason"]].to_numpy().tolist() == [
        ["roads", 1, "balance"],
        ["parcels", 1, "balance"],
        ["parcels", 0, "unknown_habitat_code"],
    ]
    assert gpd.read_parquet(paths["parcels"])["code"].tolist() == ["4010"]
    assert gpd.read_parquet(paths["quarantined"])["source"].tolist() == ["parcels"]


def test_barriers_are_open_at_crossings(paths, tmp_path):
    line = shapely.LineString([(EAST, NORTH), (EAST + 900, NORTH)])
    short = shapely.LineString([(EAST + 440, NORTH - 5), (EAST + 440, NORTH + 5)])
    roads = write_layer(tmp_path / "roads.gpkg", line, short)
    ecoduct = write_layer(tmp_path / "e.gpkg", shapely.Point(EAST + 450, NORTH))
    run_context(paths, barriers=[roads | {"barrier": "road"}], crossings=[ecoduct])
    barriers = gpd.read_parquet(paths["barriers"])
    assert len(barriers) == 1  # the short one is open all along
    assert barriers.length[0] == pytest.approx(850)
    assert not barriers.intersects(shapely.Point(EAST + 450, NORTH))[0]


def test_land_cover_may_be_a_raster_with_classes(paths, tmp_path):
    cells = np.array([[1, 2], [1, 9]], dtype="uint8")
    with rasterio.open(
        tmp_path / "cover.tif",
        "w",
        driver="GTiff",
        height=2,
        width=2,
        count=1,
        dtype="uint8",
        crs=31370,
        transform=rasterio.transform.from_origin(EAST, NORTH + 200, 100, 100),
    ) as raster:
        raster.write(cells, 1)
    cover = {"name": "cover", "path": str(tmp_path / "cover.tif")}
    run_context(paths, land_cover=[cover | {"classes": {1: "forest", 2: "lava"}}])
    kept = gpd.read_parquet(paths["land_cover"])
    assert kept["land_cover"].tolist() == ["forest"]
    assert kept.area.sum() == 20_000
    quarantined = gpd.read_parquet(paths["quarantined"])
    assert quarantined["reason"].tolist() == ["unknown_land_cover"]


def test_a_table_without_geometry_is_no_layer(paths, tmp_path):
    (tmp_path / "t.csv").write_text("a,b\n1,2\n")
    source = {"name": "areas", "path": str(tmp_path / "t.csv")}
    with pytest.raises(ValueError, match="a text table and no map"):
        run_context(paths, nature_areas=[source])


# --- Real files of the shared data folder --------------------------------------------


@pytest.fixture
def kempen(shared_data):
    return shared_data / "data" / "flanders_kempen"


def archive(kempen, name):
    return {"name": "a", "path": str(kempen / "records" / name)}


@pytest.mark.real
def test_the_archive_of_turnhout_ponds_is_read_completely(paths, kempen):
    source = archive(kempen, "dwca-inboveg-fytocoenoses-of-turnhout-ponds-v1.3.zip")
    records, summary = run_records(paths, source)
    assert summary.loc[0, "rows_in"] == 1553
    with zipfile.ZipFile(source["path"]) as files, files.open("occurrence.txt") as file:
        names = pd.read_csv(file, sep="\t", dtype="str", quoting=csv.QUOTE_NONE)
    ours = names["scientificName"].isin(["Luronium natans", "Littorella uniflora"])
    twice = summary.query("reason == 'duplicate_record'")["rows_quarantined"].sum()
    assert len(records) + twice == ours.sum()
    assert set(records["species"]) == {"Luronium natans", "Littorella uniflora"}
    assert records["uncertainty_m"].isin([30, 707]).all()


@pytest.mark.real
def test_the_archive_with_a_cut_off_occurrence_table_is_read(paths, kempen):
    source = archive(kempen, "dwca-inboveg-niche-vlaanderen-events-v0.8.zip")
    _, summary = run_records(paths, source)
    assert summary.loc[0].tolist() == ["a", 24, 0, 24, "balance"]


@pytest.mark.real
def test_municipalities_that_claim_degrees_are_refused_until_told(paths, kempen):
    file = kempen / "admin" / "be-municip-lamberts.geo.json"
    source = {"name": "m", "path": str(file), "level": "municipality"}
    source |= {"name_column": "NIS5"}
    with pytest.raises(ValueError, match=r"589 of 589 positions cannot be degrees"):
        run_context(paths, report_units=[source])
    summary = run_context(paths, report_units=[source | {"crs": "EPSG:31370"}])
    assert summary.loc[0, "rows_in"] == 589


@pytest.mark.real
def test_provinces_with_curves_in_another_lambert_fall_on_those_without(paths, kempen):
    curved = {"name": "c", "path": str(kempen / "admin" / "provinces_epsg3812.gpkg")}
    drawn = {"name": "d", "path": str(kempen / "admin" / "Refprv.shp")}
    unit = {"level": "province", "name_column": "NAAM"}
    run_context(paths, report_units=[curved | unit, drawn | unit])
    units = gpd.read_parquet(paths["report_units"])
    assert units["name"].tolist() == ["Antwerpen", "Antwerpen"]
    one, other = units.geometry
    assert one.symmetric_difference(other).area / one.area < 0.001


@pytest.mark.real
def test_neighbours_of_the_real_habitat_map_stay_whole(paths, kempen):
    file = str(kempen / "bwk_excerpt_bourgoyen.geojson")
    source = flemish({"name": "bwk", "path": file, "id_column": "TAG"})
    with paths["habitat_types"].open("a") as table:
        table.write("rbbhc,Dotterbloemgrasland\nrbbmc,Grote zeggen\n")
    habitat, summary = run_habitat(paths, source)
    assert summary.to_numpy().tolist() == [["bwk", 12, 12, 0, "balance"]]
    parts = pd.read_parquet(paths["habitat_parts"])
    assert parts.groupby("polygon_id")["share"].sum().to_numpy() == pytest.approx(1)
    assert len(habitat) == 12


@pytest.mark.real
def test_real_wetlands_are_repaired_and_cut_to_their_union(paths, kempen):
    file = kempen / "wetlands" / "watervogels_localities_ex_west_flanders.geojson"
    source = {"name": "w", "path": str(file), "code": "3150"}
    habitat, summary = run_habitat(paths, source)
    counts = summary.set_index("reason")
    assert counts.loc["balance", "rows_in"] == 851
    assert counts.loc["repaired_geometry", "rows_kept"] == 2
    drawn = gpd.read_file(file).to_crs(31370).make_valid().union_all()
    assert habitat["area_ha"].sum() == pytest.approx(drawn.area / 10_000, rel=1e-6)


# --- An earlier time ------------------------------------------------------------------


def test_a_historic_map_is_checked_like_a_habitat_map_and_nothing_is_lost(
    paths, tmp_path
):
    first, second, third = squares(3)
    old = write_layer(
        tmp_path / "old.gpkg", first, second, third, HAB1=["4010", "9999", "gh"]
    )
    options = {k: v for k, v in HABITAT_OPTIONS.items() if k != "max_gap_m"}
    ingest_history(paths, sources=[flemish(old)], **options)
    habitat = gpd.read_parquet(paths["habitat"])
    assert habitat["area_ha"].sum() == 2
    parts = pd.read_parquet(paths["habitat_parts"])
    assert sorted(parts["code"]) == ["4010", "gh"]
    apart = gpd.read_parquet(paths["quarantined"])
    assert apart[["source", "reason"]].values.tolist() == [
        ["old", "unknown_habitat_code"]
    ]
    balance = pd.read_parquet(paths["summary"]).query("reason == 'balance'")
    assert balance.iloc[0, :4].tolist() == ["old", 3, 2, 1]
    (source,) = pd.read_parquet(paths["sources"]).to_dict("records")
    assert (source["kind"], source["area_after_ha"]) == ("historic_habitat", 2)
