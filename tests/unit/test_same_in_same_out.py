"""The same rows in any order, cut into any pieces: the same layers, byte for byte."""

import io

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from robuust import chunks, coverage, loose_edges, overlaps, record_duplicates
from robuust.context_layers import (
    join_context,
    screen_context,
    screen_study_area,
    study_area_layer,
)
from robuust.habitat_map import (
    area_before_ha,
    join_habitat,
    screen_habitat,
)
from robuust.places import find_places
from robuust.record_layers import join_records
from robuust.records import screen_records

CRS = pyproj.CRS(31370)
EAST, NORTH = 100_000, 200_000
KNOWN = ["4010", "4030", "6510"]
AREA = shapely.box(EAST - 100, NORTH - 100, EAST + 1000, NORTH + 1000)


def drawn(x, size, first):
    """Square, as a ring that begins at one of its corners; size 0: a bow tie."""
    corners = [(0, 0), (size, 0), (size, size), (0, size)]
    if not size:
        corners = [(0, 0), (30, 30), (30, 0), (0, 30)]
    ring = np.array(corners[first:] + corners[:first], dtype=float)
    return shapely.Polygon(ring + np.array([EAST + x, NORTH]))


SHAPES = st.builds(
    drawn,
    st.sampled_from([0.0, 100.5]),
    st.sampled_from([0.0, 100 / 3, 110.0]),
    st.sampled_from([0, 2]),
)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "geometry": st.one_of(st.none(), SHAPES),
            "id": st.sampled_from(["a", "b", "c", None]),
            "code": st.sampled_from([*KNOWN, "4010,6510", "zzz", None]),
            "cost": st.sampled_from(["1", "2,5", "much", None]),
            "observer": st.sampled_from(["x", "y"]),
        }
    ),
    min_size=4,
    max_size=12,
)
# The first row is in order, so that no layer is refused as a whole.
SOUND = {"geometry": drawn(0, 100.0, 0), "id": "z", "code": "4010"}
SOUND |= {"cost": "1", "observer": "x"}


@st.composite
def two_orders(draw, rows=ROWS, first=SOUND):
    """The same rows twice, the second time in another order."""
    one = [first, *draw(rows)]
    return one, draw(st.permutations(one))


def as_layer(rows):
    columns = {name: [row[name] for row in rows] for name in SOUND}
    return gpd.GeoDataFrame(columns, crs=CRS)


def in_bytes(layer):
    """As a Parquet file holds it."""
    file = io.BytesIO()
    if isinstance(layer, pa.Table):
        pq.write_table(layer, file)
    else:
        layer.to_parquet(file)
    return file.getvalue()


def apart(quarantined):
    """What was set apart, without the number of its row and in one order."""
    table = quarantined.drop(columns="row")
    if isinstance(table, gpd.GeoDataFrame):
        table = table.to_wkb()
    return sorted(map(str, table.to_numpy().tolist()))


# --- Habitat maps


def habitat_layers(rows, id_column, old_map=()):
    """Habitat, parts, faults, what was set apart, counts and hectares of two maps."""
    source = {"name": "map", "path": "map.gpkg", "code_column": "code"}
    rules = {"crs": CRS, "min_polygon_m2": 1, "refuse_unknown": False}
    maps = [(source | id_column, rows), (source | {"name": "old"}, old_map or rows)]
    screened = [screen_habitat(as_layer(r), s, KNOWN, **rules) for s, r in maps]
    limits = {"crs": CRS, "max_distance_m": 100, "max_gap_m": 1}
    habitat, parts, gone, notes, faults = join_habitat(screened, None, **limits)
    assert len(habitat) + len(gone) == sum(len(r) for _, r in maps)
    files = [in_bytes(layer) for layer in (habitat, parts, faults)]
    return files, apart(gone), notes, [area_before_ha(one) for one in screened]


@settings(max_examples=15)
@given(two_orders(), st.sampled_from([{}, {"id_column": "id"}]))
def test_a_habitat_map_is_the_same_in_any_order_of_rows(orders, id_column):
    one, other = orders
    assert habitat_layers(one, id_column) == habitat_layers(other, id_column)


@pytest.fixture(scope="module")
def jumble():
    """Two hundred squares over, under and just beside each other, some drawn twice."""
    rng = np.random.default_rng(5)
    places = rng.integers(0, 40, (180, 2)) * [25.4, 25.0] + np.array([EAST, NORTH])
    rows = [
        {
            "geometry": shapely.box(x, y, x + 25, y + 25),
            "id": str(k),
            "code": KNOWN[k % 3],
            "cost": None,
            "observer": "x",
        }
        for k, (x, y) in enumerate(places.tolist())
    ]
    return rows + rows[:20]


def test_pieces_in_which_a_map_is_worked_on_change_nothing(jumble, monkeypatch):
    whole = habitat_layers(jumble, {}, old_map=jumble[::3])
    for module, name in [
        (coverage, "_TILE"),
        (coverage, "_WINDOWS"),
        (loose_edges, "_TILE"),
        (overlaps, "_PIECE"),
    ]:
        assert getattr(module, name) >= 50
        monkeypatch.setattr(module, name, 7)
    for function in (chunks.in_chunks, chunks.joined_chunks):
        monkeypatch.setitem(function.__kwdefaults__, "size", 11)
    assert habitat_layers(jumble, {}, old_map=jumble[::3]) == whole


def test_the_order_of_many_overlapping_rows_changes_nothing(jumble):
    rng = np.random.default_rng(6)
    shuffled = [jumble[k] for k in rng.permutation(len(jumble))]
    old = jumble[::3]
    assert habitat_layers(jumble, {}, old) == habitat_layers(shuffled, {}, old[::-1])


# --- Other layers


@settings(max_examples=15)
@given(two_orders(), st.sampled_from([{}, {"id_column": "id"}]))
def test_a_layer_of_parcels_is_the_same_in_any_order_of_rows(orders, id_column):
    def parcels(rows):
        source = {"name": "parcels", "path": "p.gpkg", "code_column": "code"}
        source |= {"cost_column": "cost"} | id_column
        options = {"crs": CRS, "max_distance_m": 0, "known_codes": KNOWN}
        kept, gone, notes = screen_context(
            as_layer(rows), source, "candidates", AREA, **options
        )
        assert len(kept) + len(gone) == len(rows)
        layer = join_context([kept], "candidates", CRS)
        return in_bytes(layer), apart(gone), notes

    one, other = orders
    assert parcels(one) == parcels(other)


@settings(max_examples=15)
@given(two_orders())
def test_a_study_area_is_the_same_in_any_order_of_rows(orders):
    def area(rows):
        source = {"name": "area", "path": "area.gpkg"}
        found = screen_study_area(as_layer(rows), source, crs=CRS)
        return in_bytes(study_area_layer([found], CRS))

    one, other = orders
    assert area(one) == area(other)


# --- Records

SPECIES = pd.DataFrame(
    {
        "species": ["Crex crex", "Rana arvalis"],
        "name_nl": ["Kwartelkoning", "Heikikker"],
        "synonyms": ["", ""],
        "taxon_group": ["birds", None],
    }
)
RECORDS = st.lists(
    st.fixed_dictionaries(
        {
            "record_id": st.sampled_from(["1", "2", "3", None]),
            "species": st.sampled_from(["Crex crex", "heikikker", "Rana", None]),
            "taxon_group": st.sampled_from(["frogs", "amphibians", None]),
            "x": st.sampled_from(["100000", "100000,4", "100007", "oost"]),
            "y": st.just("200000"),
            "date": st.sampled_from(["2020-05-04", "2020", "04/05/2020 10:00", None]),
            "uncertainty_m": st.sampled_from(["5", "10", "much", None]),
            "status": st.sampled_from(["present", "absent", None]),
            "count": st.sampled_from(["0", "3", None]),
        }
    ),
    min_size=8,
    max_size=30,
)
RECORD = {"record_id": "9", "species": "Crex crex", "taxon_group": None}
RECORD |= {"x": "100000", "y": "200000", "date": "2020-05-04"}
RECORD |= {"uncertainty_m": None, "status": None, "count": None}


def record_table(rows, *, pieces=1, few=False):
    """As a reader gives it: in one or several pieces, plain or as dictionaries."""
    names = {name: pa.string() for name in RECORD}
    table = pa.Table.from_pylist(rows, pa.schema(names.items()))
    if few:
        table = pa.table({n: table[n].dictionary_encode() for n in table.column_names})
    cuts = np.linspace(0, len(rows), pieces + 1).astype(int)
    parts = zip(cuts[:-1], np.diff(cuts), strict=True)
    return pa.concat_tables([table.slice(start, n) for start, n in parts])


def record_layers(*tables):
    """Records of two sources, and what was set apart."""
    screened = [
        screen_records(
            table,
            {"name": name, "path": f"{name}.csv", "crs": "EPSG:31370"},
            SPECIES,
            AREA,
            declared_crs=None,
            crs=CRS,
            max_distance_m=1000,
            reference_date="2026-01-01",
            sensitive={},
        )
        for name, table in zip(("field", "portal"), tables, strict=True)
    ]
    records, gone = join_records(screened, CRS)
    assert records.num_rows + gone.num_rows == sum(t.num_rows for t in tables)
    gone = gone.to_pandas()
    # Where a record with the same id went to is told by its row.
    gone["detail"] = gone["detail"].str.replace(r"^row \d+", "row", regex=True)
    return in_bytes(records), apart(gone), [one.notes for one in screened]


@settings(max_examples=8)
@given(two_orders(RECORDS, RECORD), two_orders(RECORDS, RECORD))
def test_records_are_the_same_in_any_order_of_rows(field, portal):
    one, other = (
        record_layers(record_table(field[k]), record_table(portal[k])) for k in (0, 1)
    )
    assert one == other


def test_of_records_that_say_the_same_in_other_words_the_same_one_stays():
    absent = RECORD | {"record_id": "1", "status": "absent", "count": "0"}
    none_seen = absent | {"status": "present"}
    portal = record_table([RECORD])
    one, other = (
        record_layers(record_table(rows), portal)
        for rows in ([absent, none_seen, RECORD], [none_seen, RECORD, absent])
    )
    assert one == other


@settings(max_examples=8)
@given(two_orders(RECORDS, RECORD), st.integers(1, 5), st.booleans())
def test_pieces_in_which_a_file_is_read_change_no_record(orders, pieces, few):
    one, _ = orders
    portal = record_table([RECORD])
    cut = record_table(one, pieces=pieces, few=few)
    assert record_layers(cut, portal) == record_layers(record_table(one), portal)


def test_pieces_in_which_neighbours_are_sought_change_no_record(monkeypatch):
    rng = np.random.default_rng(3)
    rows = [
        RECORD | {"record_id": str(k), "x": str(x), "uncertainty_m": str(reach)}
        for k, (x, reach) in enumerate(
            zip(
                rng.integers(100_000, 100_400, 200),
                rng.integers(0, 9, 200),
                strict=True,
            )
        )
    ]
    tables = record_table(rows[::2]), record_table(rows[1::2])
    whole = record_layers(*tables)
    assert whole[1]  # some repeat those of the other source
    monkeypatch.setattr(record_duplicates, "_PIECE", 7)
    assert record_layers(*tables) == whole


def test_whether_a_source_is_turned_does_not_depend_on_its_order():
    """Nearly all have x and y exchanged; the few that have not stand in even rows."""
    x, y = np.full(40_000, 160_500.0), np.full(40_000, 150_500.0)
    right = np.arange(0, 1400, 2)  # 1.75 percent: hardly any
    x[right], y[right] = y[right], x[right].copy()
    area = shapely.box(150_000, 160_000, 151_000, 161_000)
    goal = {"own_crs": CRS, "crs": CRS, "area": area, "max_distance_m": 50_000}
    shuffled = np.random.default_rng(1).permutation(x.size)
    one, other = (find_places(x[k], y[k], **goal) for k in (slice(None), shuffled))
    for found in (one, other):
        assert (found.reasons == "swapped_coordinates").all()
    assert one.hints == other.hints
