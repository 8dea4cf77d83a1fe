"""Layers of records: what geopandas and others read from them."""

import io
import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from geopandas.testing import assert_geodataframe_equal
from hypothesis import given
from hypothesis import strategies as st

from robuust.original_rows import rows_as_json
from robuust.point_layers import lay_out_points, point_layer
from robuust.record_ids import given_ids, record_ids
from robuust.record_layers import RECORD_TYPES, join_records

TYPES = {"name": "str", "day": "datetime64[s]", "year": "Int64", "seen": "bool"}


def written(table):
    file = io.BytesIO()
    pq.write_table(table, file)
    return file


def layer():
    days = np.array(["2020-05-01", "NaT"], dtype="datetime64[s]")
    columns = {"name": pa.array(["a", None]), "seen": pa.array([True, False])}
    columns |= {"day": pa.array(days), "year": pa.array([2020, None])}
    points = lay_out_points([1.5, np.nan], [2.5, np.nan])
    return point_layer(columns, TYPES, points, 31370)


def test_a_layer_of_points_is_what_geopandas_itself_would_write():
    frame = pd.DataFrame({"name": ["a", None], "seen": [True, False]})
    frame["day"] = pd.to_datetime(["2020-05-01", None])
    frame = frame.assign(year=[2020, None])[list(TYPES)].astype(TYPES)
    points = [*gpd.points_from_xy([1.5], [2.5]), None]
    theirs = io.BytesIO()
    gpd.GeoDataFrame(frame, geometry=points, crs=31370).to_parquet(theirs)
    ours = written(layer())
    assert pq.read_schema(ours).equals(pq.read_schema(theirs))
    one, other = (
        json.loads(pq.read_schema(f).metadata[b"geo"]) for f in (ours, theirs)
    )
    assert one == other
    assert_geodataframe_equal(gpd.read_parquet(ours), gpd.read_parquet(theirs))


def test_some_columns_and_rows_of_a_layer_can_be_read():
    file = written(layer())
    assert gpd.read_parquet(file, columns=["geometry"]).geom_type[0] == "Point"
    named = gpd.read_parquet(file, filters=[("name", "in", ["a"])])
    assert named["year"].tolist() == [2020]


def test_layers_without_any_source_have_all_columns():
    records, apart = (gpd.read_parquet(written(t)) for t in join_records([], 31370))
    assert list(records.columns) == [*RECORD_TYPES, "geometry"]
    assert records["also_ids"].dtype == "str"
    assert len(records) == len(apart) == 0
    assert apart.crs.to_epsg() == 31370


# --- Ids -----------------------------------------------------------------------------


def told(**changes):
    day = np.array(["2020-05-01"], dtype="datetime64[s]")
    record = {"species": pd.Categorical(["Crex crex"]), "present": True}
    record |= {"date_first": day, "date_last": day, "uncertainty_m": np.nan}
    return pd.DataFrame(record | {"x": 1.0, "y": 2.0} | changes)


def digest(row):
    return record_ids(given_ids(None, 1), row, "f")[0].as_py()


def test_rows_without_id_get_one_that_tells_what_they_say():
    names = [digest(told(**c)) for c in ({}, {"x": 1.1}, {})]
    assert names[0] == names[2] != names[1]
    assert len(names[0]) == len("f:") + 16


def test_the_digest_is_the_same_whatever_other_species_a_file_has():
    species = pd.Categorical(["Crex crex"], ["Anas crecca", "Crex crex"])
    assert digest(told(species=species)) == digest(told())


def test_only_blank_ids_are_filled_in():
    both = pd.concat([told(), told()])
    given = given_ids(pa.chunked_array([[" a ", " "]]), 2)
    first, second = record_ids(given, both, "f").to_pylist()
    assert first == "f:a"
    assert second == digest(told())


# --- Rows as they were ---------------------------------------------------------------


@given(
    st.lists(st.tuples(st.text(), st.none() | st.text(), st.floats()), max_size=6),
    st.text(min_size=1),
)
def test_original_columns_survive_as_json(rows, name):
    texts, others, numbers = zip(*rows, strict=True) if rows else ((), (), ())
    table = pa.table(
        {
            f"{name}1": pa.array(texts, pa.string()),
            f"{name}2": pa.array(others, pa.string()).dictionary_encode(),
            "n": pa.array(numbers, pa.float64()),
        }
    )
    for written_row, row in zip(rows_as_json(table).to_pylist(), rows, strict=True):
        text, other, number = json.loads(written_row).values()
        assert (text, other) == row[:2]
        if np.isfinite(row[2]):
            assert number == row[2]


def test_dates_numbers_and_truth_values_are_written_too():
    table = pa.table({"d": pd.to_datetime(["2020-02-01"]), "n": [3], "t": [True]})
    read = json.loads(rows_as_json(table)[0].as_py())
    assert read["d"].startswith("2020-02-01")
    assert (read["n"], read["t"]) == (3, True)
