"""Of a sensitive species nothing is known but its grid cell, from the reader on."""

import logging

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from ingest_records import ingest_records
from robuust.sensitive_species import (
    blur_places,
    known_cells,
    may_be_sensitive,
    open_species,
    withhold_targets,
)

ORCHID, DAISY = "Spiranthes aestivalis", "Bellis perennis"
CRS = "EPSG:31370"
WEST, SOUTH = 150_000, 200_000
SENSITIVE = {ORCHID: 1000.0}
OUTPUTS = ("records", "quarantined", "summary", "sources")
COLUMNS = ["species", "name_nl", "group", "patch_id", "status", "n_records"]
COLUMNS += ["first_year", "last_year", "red_list", "reason_nl", "reason_en"]


def values_of(x, y, species=ORCHID, uncertainty_m=np.nan):
    return {
        "species": pd.Categorical([species], [DAISY, ORCHID]),
        "x": np.array([x], dtype=float),
        "y": np.array([y], dtype=float),
        "uncertainty_m": np.array([uncertainty_m]),
        "generalised": np.array([False]),
    }


PLACE = st.floats(-1e6, 1e6)


@given(PLACE, PLACE, st.floats(100, 1e4), st.floats(0, 1e4))
def test_the_true_place_lies_within_the_uncertainty_of_the_blurred_one(x, y, width, m):
    blurred = blur_places(values_of(x, y, uncertainty_m=m), {ORCHID: width})
    away = np.hypot(blurred["x"] - x, blurred["y"] - y)
    assert away + m <= blurred["uncertainty_m"] + 1e-6
    assert blurred["generalised"].all()


@given(st.floats(0.001, 0.999), st.floats(0.001, 0.999), st.floats(100, 1e4))
def test_all_places_in_a_cell_become_one(east, north, width):
    anywhere = values_of((7 + east) * width, (3 + north) * width)
    blurred = blur_places(anywhere, {ORCHID: width})
    assert blurred["x"] == pytest.approx(7.5 * width)
    assert blurred["y"] == pytest.approx(3.5 * width)


def test_other_species_stay_where_they_are():
    values = values_of(123.4, 567.8, species=DAISY, uncertainty_m=5.0)
    blurred = blur_places(values, SENSITIVE)
    for name in ("x", "y", "uncertainty_m", "generalised"):
        assert blurred[name].tolist() == values[name].tolist()
    assert blur_places(values, {}) is values


def test_a_name_that_is_in_no_table_may_be_that_of_a_sensitive_species():
    names = pd.Categorical([ORCHID, None, DAISY])
    assert may_be_sensitive(names, SENSITIVE).tolist() == [True, True, False]
    assert not may_be_sensitive(names, {}).any()


def ingested(folder, *rows):
    """Run the real script on rows (name, x, y, date); its outputs by name."""
    folder.mkdir()
    table = pd.DataFrame(rows, columns=["species", "x", "y", "date"])
    table.to_csv(folder / "finds.csv", index=False)
    (folder / "species.csv").write_text(
        "species,name_nl,synonyms,taxon_group\n"
        f"{ORCHID},Zomerschroeforchis,,vascular plants\n"
        f"{DAISY},Madeliefje,,vascular plants\n"
    )
    area = shapely.box(WEST, SOUTH, WEST + 9000, SOUTH + 9000)
    paths = {name: folder / f"{name}.parquet" for name in OUTPUTS}
    paths |= {"study_area": folder / "area.parquet", "species": folder / "species.csv"}
    gpd.GeoDataFrame(geometry=[area], crs=CRS).to_parquet(paths["study_area"])
    ingest_records(
        paths,
        sources=[{"name": "finds", "path": str(folder / "finds.csv"), "crs": CRS}],
        crs=CRS,
        max_distance_m=500,
        reference_date="2026-01-01",
        sensitive=SENSITIVE,
    )
    found = {name: gpd.read_parquet(paths[name]) for name in OUTPUTS[:2]}
    return found | {"summary": pd.read_parquet(paths["summary"])}


def finds(x, y):
    """Finds of the orchid round one place, some of them spoilt, beside a daisy."""
    return (
        (ORCHID, x, y, "2020-06-01"),
        (ORCHID, x, y, "2021-06-01"),
        (ORCHID, x + 3, y + 3, "2021-06-01"),
        (ORCHID, x, y, "June or so"),
        ("Spiranthes estivale", x, y, "2022-06-01"),
        ("Onbekende orchis", x, y, "2022-06-01"),
        (DAISY, WEST + 10, SOUTH + 10, "2022-06-01"),
        (DAISY, WEST + 10, SOUTH + 10, "yesterday"),
    )


def test_moving_an_orchid_within_its_cell_changes_nothing_that_ingest_writes(tmp_path):
    here = ingested(tmp_path / "here", *finds(WEST + 4001.37, SOUTH + 2003.41))
    there = ingested(tmp_path / "there", *finds(WEST + 4958.73, SOUTH + 2987.29))
    for name, table in here.items():
        pd.testing.assert_frame_equal(pd.DataFrame(table), pd.DataFrame(there[name]))
    orchids = here["records"][here["records"]["species"] == ORCHID]
    assert set(orchids.geometry.x) == {WEST + 4500}
    assert orchids["generalised"].all()
    notes = here["summary"].set_index("reason")["rows_kept"]
    assert notes["sensitive_species"] > 0


def test_quarantine_and_log_quote_no_place_of_what_may_be_the_orchid(tmp_path, caplog):
    x, y = WEST + 4001.37, SOUTH + 2003.41
    with caplog.at_level(logging.DEBUG):
        found = ingested(tmp_path / "run", *finds(x, y))
    apart = found["quarantined"]
    daisy = apart["row"] == 7
    assert apart[daisy].geometry.notna().all()
    assert "yesterday" in apart.loc[daisy, "original"].item()
    assert apart[~daisy].geometry.isna().all()
    assert set(apart.loc[~daisy, "original"]) == {"{}"}
    assert "June" not in " ".join(apart["detail"])
    assert "Onbekende orchis is not in the species table" in " ".join(apart["detail"])
    told = caplog.text + apart.drop(columns="geometry").to_csv()
    assert "4001" not in told
    assert "2003" not in told


def cells_of(*rows):
    records = pd.DataFrame(rows, columns=["species", "present", "year", "x", "y"])
    records["year"] = records["year"].astype("Int64")
    points = gpd.points_from_xy(records.pop("x"), records.pop("y"))
    hidden = pd.DataFrame(
        {
            "species": [ORCHID],
            "name_nl": "Zomerschroeforchis",
            "group": "plants",
            "red_list": "CR",
            "red_list_source": "Vlaanderen 2020",
        }
    )
    layer = gpd.GeoDataFrame(records, geometry=points, crs=CRS)
    return known_cells(layer, hidden, SENSITIVE, columns=COLUMNS)


def test_a_cell_with_finds_is_told_without_a_patch_and_without_a_verdict():
    cells = cells_of(
        (ORCHID, True, 2019, 500, 500),
        (ORCHID, True, 2023, 500, 500),
        (ORCHID, True, None, 1500, 500),
        (ORCHID, False, 2024, 2500, 500),
        (DAISY, True, 2024, 500, 500),
    )
    assert list(cells.columns) == [*COLUMNS, "geometry"]
    assert cells["patch_id"].isna().all()
    assert set(cells["status"]) == {"withheld"}
    assert cells["n_records"].tolist() == [2, 1]
    assert cells["last_year"].tolist() == [2023, pd.NA]
    assert cells["reason_en"].tolist() == [
        "sensitive species: its place is not told; 2 records in the cell of 1 km round "
        "this point, the last in 2023",
        "sensitive species: its place is not told; 1 record in the cell of 1 km round "
        "this point",
    ]
    assert cells.crs == pyproj.CRS(CRS)


def test_without_finds_there_are_no_cells_but_all_columns():
    cells = cells_of((DAISY, True, 2024, 500, 500))
    assert cells.empty
    assert list(cells.columns) == [*COLUMNS, "geometry"]


def test_an_earlier_run_does_not_bring_the_place_back():
    earlier = pd.DataFrame({"species": [ORCHID, DAISY], "patch_id": ["p1", "p1"]})
    assert open_species(earlier, SENSITIVE)["species"].tolist() == [DAISY]


def test_a_sensitive_target_species_is_withheld_and_not_said_to_be_absent():
    targets = pd.DataFrame(
        {
            "species": [ORCHID, ORCHID, DAISY],
            "status": ["no_habitat", "not_judged", "relict"],
        }
    )
    statuses = withhold_targets(targets, SENSITIVE)["status"].tolist()
    assert statuses == ["withheld", "not_judged", "relict"]
