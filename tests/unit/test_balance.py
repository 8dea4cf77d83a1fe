"""The balance of rows: nothing is lost, and the sums show it."""

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from robuust.balance import (
    QUARANTINE_TYPES,
    ingest_summary,
    join_layers,
    mark,
    no_reasons,
    original_as_json,
    quarantine,
    source_row,
    source_rows,
)

CRS = 31370


def set_apart(*rows):
    return pd.DataFrame(rows, columns=["source", "reason"]).astype("str")


def test_the_first_reason_counts():
    reasons = mark(no_reasons(3), [True, False, True], "sliver")
    reasons = mark(reasons, [True, True, False], "outside_area")
    assert reasons.tolist() == ["sliver", "outside_area", "sliver"]


def test_a_summary_has_a_balance_and_a_row_per_reason():
    summary = ingest_summary(
        {"map": 4},
        pd.Series(["map", "map"]),
        set_apart(("map", "sliver"), ("map", "zero_area")),
        [("map", "repaired_geometry", 1), ("map", "share_sum_scaled", 0)],
    )
    assert summary.to_numpy().tolist() == [
        ["map", 4, 2, 2, "balance"],
        ["map", 1, 0, 1, "sliver"],
        ["map", 1, 0, 1, "zero_area"],
        ["map", 1, 1, 0, "repaired_geometry"],
    ]


def test_a_lost_row_stops_the_run():
    with pytest.raises(ValueError, match="map: 3 read, 1 kept, 1 set apart"):
        ingest_summary({"map": 3}, pd.Series(["map"]), set_apart(("map", "sliver")), [])


def test_a_row_that_is_there_twice_stops_the_run():
    with pytest.raises(ValueError, match="map: 1 read, 2 kept, 0 set apart"):
        ingest_summary({"map": 1}, pd.Series(["map", "map"]), set_apart(), [])


@given(
    st.lists(
        st.tuples(
            st.text(max_size=5),
            st.one_of(st.none(), st.integers(-9, 9), st.floats(), st.text(max_size=5)),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_original_columns_survive_as_json(rows):
    table = pd.DataFrame(
        {
            'a "name"': [a for a, _ in rows],
            "b": pd.Series([b for _, b in rows], dtype=object),
        }
    )
    for text, (a, b) in zip(original_as_json(table), rows, strict=True):
        read = json.loads(text)
        assert read['a "name"'] == a
        if isinstance(b, str) or b is None:
            assert read["b"] == b
        elif b != b:
            assert read["b"] is None


def test_dates_and_numbers_of_numpy_are_written_too():
    table = pd.DataFrame({"d": pd.to_datetime(["2020-02-01"]), "n": np.int64([3])})
    read = json.loads(original_as_json(table)[0])
    assert read["d"].startswith("2020-02-01")
    assert read["n"] == 3


def test_quarantined_rows_keep_their_place_in_the_file_and_all_columns():
    table = pd.DataFrame({"TAG": ["a", "b"]})
    reasons = pd.Series([None, "sliver"], dtype="str")
    shapes = shapely.points([[1, 1], [2, 2]])
    apart = quarantine("map", table, reasons, no_reasons(2), shapes, CRS)
    assert apart[["source", "row", "reason", "detail", "original"]].values.tolist() == [
        ["map", 1, "sliver", "", '{"TAG": "b"}']
    ]


def test_layers_join_to_the_right_columns_even_when_all_are_empty():
    empty = join_layers([], QUARANTINE_TYPES, CRS)
    assert isinstance(empty, gpd.GeoDataFrame)
    assert list(empty.columns) == [*QUARANTINE_TYPES, "geometry"]
    assert empty["row"].dtype == "int64"


def test_the_table_of_sources_says_the_system_that_was_used():
    source = {"name": "map", "path": "map.gpkg", "crs": "EPSG:31370"}
    row = source_row(
        source,
        "habitat",
        rows=3,
        crs="EPSG:4326",
        sha256="ab",
        analysis=pyproj.CRS(CRS),
    )
    table = source_rows([row])
    assert table.loc[0, "crs"] == "EPSG:31370"
    assert table["area_after_ha"].isna().all()


def test_the_table_of_sources_says_how_accurate_the_way_to_the_analysis_is():
    source = {"name": "map", "path": "map.gpkg"}
    table = source_rows(
        source_row(
            source, "habitat", rows=3, crs=code, sha256="ab", analysis=pyproj.CRS(CRS)
        )
        for code in (31370, 4326, 3812)
    )
    assert table["accuracy_m"].tolist() == [0.0, 1.0, 0.2]
    assert table["transformation"].tolist() == [
        "none",
        "Inverse of BD72 to WGS 84 (3) + Belgian Lambert 72",
        "Inverse of Belgian Lambert 2008 + Inverse of BD72 to ETRS89 (2)"
        " + Belgian Lambert 72",
    ]
    assert table["better_grid"].isna().tolist() == [True, True, False]
    assert table.loc[2, "better_grid"] == "be_ign_bd72lb72_etrs89lb08.tif"
