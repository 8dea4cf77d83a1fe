"""A frame gets exactly the columns, types, order and geometry of its layer."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, Polygon, box

from robuust.output_contract import (
    DTYPES,
    check_output_columns,
    conform,
    data_columns_rows,
    formula_safe,
)
from robuust.output_layer import Layer
from robuust.output_layers import LAYERS

CRS = "EPSG:31370"
LAYER = Layer("ponds", "MultiPolygon", ("pond_id",), "Poelen", "Ponds", "nl", "en")
WORDS = ["alias_nl", "alias_en", "description_nl", "description_en"]
COLUMNS = pd.DataFrame(
    [
        ("ponds", "pond_id", "text", "", "Poel", "Pond", "Code.", "Id."),
        ("ponds", "frogs", "integer", "", "Kikkers", "Frogs", "Aantal.", "Count."),
        ("ponds", "depth_m", "real", "m", "Diepte", "Depth", "Diep.", "Deep."),
        ("ponds", "dry", "boolean", "", "Droog", "Dry", "Soms.", "At times."),
    ],
    columns=["layer", "column", "type", "unit", *WORDS],
)


def ponds(**changes):
    """Two ponds, the second id first, with a column that nobody asked for."""
    values = {
        "dry": [True, None],
        "extra": ["x", "y"],
        "depth_m": [1.5, np.inf],
        "frogs": [3.0, np.nan],
        "pond_id": ["b", "a"],
        "geometry": [box(0, 0, 1, 1), Polygon()],
    }
    return gpd.GeoDataFrame(values | changes, crs=CRS)


def test_columns_order_and_rows_follow_the_contract():
    rows = conform(ponds(), LAYER, COLUMNS, CRS)
    assert list(rows.columns) == ["pond_id", "frogs", "depth_m", "dry", "geometry"]
    assert rows["pond_id"].tolist() == ["a", "b"]
    assert [str(rows[c].dtype) for c in COLUMNS["column"]] == list(DTYPES.values())
    assert rows["frogs"].tolist() == [pd.NA, 3]
    assert rows.crs == CRS


def test_infinity_and_an_empty_shape_become_missing():
    rows = conform(ponds(), LAYER, COLUMNS, CRS)
    assert rows["depth_m"].isna().tolist() == [True, False]
    assert rows.geometry.isna().tolist() == [True, False]


def test_an_empty_frame_keeps_columns_and_types():
    full, empty = ponds(), ponds().iloc[:0].astype(object)
    empty = gpd.GeoDataFrame(empty, geometry="geometry", crs=CRS)
    a, b = (conform(rows, LAYER, COLUMNS, CRS) for rows in (full, empty))
    assert len(b) == 0
    assert a.dtypes.tolist() == b.dtypes.tolist()


def test_the_frame_that_was_given_stays_as_it_was():
    rows = ponds()
    before = rows.copy(deep=True)
    conform(rows, LAYER, COLUMNS, CRS)
    pd.testing.assert_frame_equal(rows, before)


@given(st.permutations(range(6)))
def test_the_order_of_the_rows_does_not_matter(order):
    rows = gpd.GeoDataFrame(
        {
            "pond_id": [f"p{i}" for i in order],
            "frogs": list(order),
            "depth_m": 1.0,
            "dry": False,
            "geometry": [box(i, 0, i + 1, 1) for i in order],
        },
        crs=CRS,
    )
    assert conform(rows, LAYER, COLUMNS, CRS)["frogs"].tolist() == list(range(6))


def test_a_missing_column_is_named():
    with pytest.raises(ValueError, match=r"layer ponds lacks the columns depth_m, dry"):
        conform(ponds().drop(columns=["dry", "depth_m"]), LAYER, COLUMNS, CRS)


def test_half_a_frog_is_refused():
    with pytest.raises(ValueError, match="column frogs cannot be integer"):
        conform(ponds(frogs=[1.5, 2]), LAYER, COLUMNS, CRS)


def test_another_reference_system_is_refused():
    with pytest.raises(ValueError, match="EPSG:28992"):
        conform(ponds().set_crs(28992, allow_override=True), LAYER, COLUMNS, CRS)


def test_a_line_among_polygons_is_refused():
    line = LineString([(0, 0), (1, 1)])
    rows = ponds(geometry=[box(0, 0, 1, 1), line])
    with pytest.raises(ValueError, match="1 of 2 rows are linestring"):
        conform(rows, LAYER, COLUMNS, CRS)


def test_height_is_left_out():
    rows = ponds(geometry=[box(0, 0, 1, 1), Polygon([(0, 0, 5), (1, 0, 5), (1, 1, 5)])])
    assert not conform(rows, LAYER, COLUMNS, CRS).has_z.any()


def test_headings_come_in_both_languages():
    assert data_columns_rows(COLUMNS, "nl")[2] == (
        *("ponds", "depth_m", "Diepte", "Depth", "Diep."),
    )
    assert data_columns_rows(COLUMNS, "en")[2] == (
        *("ponds", "depth_m", "Depth", "Diepte", "Deep."),
    )


def test_a_column_table_with_faults_names_all_of_them():
    strange = COLUMNS.replace(
        {"type": {"real": "decimal"}, "alias_nl": {"Droog": "Poel"}}
    )
    with pytest.raises(ValueError, match="no columns for") as error:
        check_output_columns(strange)
    assert "unknown layers ponds" in str(error.value)
    assert "unknown types decimal" in str(error.value)
    assert "alias_nl 'Poel' twice in layer ponds" in str(error.value)
    assert LAYERS[0].name in str(error.value)


def test_what_a_spreadsheet_would_compute_becomes_text():
    rows = pd.DataFrame({"id": ["=1+1", "@x", None, "a=b"], "n": [-1, 2, 3, 4]})
    safe = formula_safe(rows)
    assert safe["id"].fillna("").tolist() == ["'=1+1", "'@x", "", "a=b"]
    assert safe["n"].tolist() == rows["n"].tolist()
    assert rows["id"][0] == "=1+1"
