"""Patches: joined by true gaps, parted by barriers, no hectare counted twice."""

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from robuust.patches import delineate, join_polygons, patch_ids

TRAITS = {
    "group": "bees",
    "local_distance_m": 20,
    "edge_depth_m": 10,
    "reproductive_unit_ha": 0.5,
    "min_patch_ha": 1.5,
}


def habitat(*shapes, share=1.0):
    ids = [f"p{k:02d}" for k in range(len(shapes))]
    shares = np.broadcast_to(np.asarray(share, dtype=float), len(shapes)).copy()
    return gpd.GeoDataFrame(
        {"polygon_id": ids, "share": shares}, geometry=list(shapes), crs=31370
    )


def box(x, y, width=100, height=100):
    return shapely.box(x, y, x + width, y + height)


def test_polygons_within_the_local_distance_are_one_patch():
    patches, members = delineate(
        habitat(box(0, 0), box(120, 0), box(241, 0)), [], **TRAITS
    )
    assert patches["n_polygons"].sort_values().tolist() == [1, 2]
    pair = patches.set_index("n_polygons").loc[2]
    assert pair["area_ha"] == pytest.approx(2)
    assert pair["capacity_ru"] == pytest.approx(4)
    assert not pair["below_minimum"]
    assert patches.set_index("n_polygons").loc[1, "below_minimum"]
    assert members["polygon_id"].value_counts().to_dict() == {
        "p00": 1,
        "p01": 1,
        "p02": 1,
    }


def test_touching_polygons_have_no_edge_between_them():
    patches, _ = delineate(habitat(box(0, 0), box(100, 0)), [], **TRAITS)
    row = patches.iloc[0]
    assert row["perimeter_m"] == pytest.approx(600)
    assert row["core_ha"] == pytest.approx(180 * 80 / 1e4)
    assert row["shape_index"] == pytest.approx(600 / (2 * np.sqrt(np.pi * 20_000)))


def test_a_gap_that_is_bridged_still_has_edges():
    patches, _ = delineate(habitat(box(0, 0), box(110, 0)), [], **TRAITS)
    assert patches.iloc[0]["core_ha"] == pytest.approx(2 * 80 * 80 / 1e4)
    assert patches.iloc[0]["perimeter_m"] == pytest.approx(800)


def test_an_overlap_counts_once_with_the_larger_share():
    polygons = habitat(box(0, 0), box(50, 0), share=[0.5, 0.8])
    row = delineate(polygons, [], **TRAITS)[0].iloc[0]
    assert row["area_ha"] == pytest.approx(1.5)
    assert row["effective_ha"] == pytest.approx(1.0 * 0.8 + 0.5 * 0.5)


ROAD = shapely.LineString([(110, -50), (110, 250)])


def test_a_barrier_in_the_gap_makes_two_patches():
    polygons = habitat(box(0, 0), box(120, 0))
    assert len(delineate(polygons, [], **TRAITS)[0]) == 1
    assert len(delineate(polygons, [ROAD], **TRAITS)[0]) == 2


def test_a_way_round_a_barrier_keeps_the_patch_whole():
    ring = [box(0, 0), box(120, 0), box(0, 260, 220)]
    bridge = [box(0, 100, 100, 150), box(120, 100, 100, 150)]
    patches, _ = delineate(habitat(*ring, *bridge), [ROAD], **TRAITS)
    assert len(patches) == 1


def test_a_barrier_along_a_shared_edge_parts_patches_but_makes_no_edge_zone():
    polygons = habitat(box(0, 0), box(100, 0))
    along = shapely.LineString([(100, -50), (100, 150)])
    patches, _ = delineate(polygons, [along], **TRAITS)
    assert len(patches) == 2
    assert patches["core_ha"].tolist() == pytest.approx([90 * 80 / 1e4] * 2)


def test_a_polygon_that_a_barrier_runs_through_stays_whole():
    through = shapely.LineString([(50, -50), (50, 150)])
    assert len(delineate(habitat(box(0, 0)), [through], **TRAITS)[0]) == 1


def coverage(columns, rows, random):
    """Polygons of a crooked chessboard, that share their corners and edges."""
    x, y = np.meshgrid(np.arange(columns + 1.0), np.arange(rows + 1.0))
    corner = 30 * np.stack([x, y], axis=-1) + random.uniform(-9, 9, (*x.shape, 2))
    ring = [corner[:-1, :-1], corner[:-1, 1:], corner[1:, 1:], corner[1:, :-1]]
    return shapely.polygons(np.stack(ring, axis=2)).ravel()


@pytest.mark.parametrize("seed", range(6))
def test_outlines_are_those_of_a_union_whatever_the_polygons_do_to_each_other(seed):
    random = np.random.default_rng(seed)
    shapes = coverage(30, 30, random)[random.random(900) < 0.3]
    doubled = shapely.affinity.translate(shapes[3], 7, 3)  # overlaps its neighbours
    across = shapely.box(400, -40, 430, -9)  # meets an edge between two corners
    below = shapely.box(390, -70, 440, -40)  # the same, exactly along it
    polygons = habitat(*shapes, doubled, across, below)
    polygons["polygon_id"] = [f"p{k:04d}" for k in range(len(polygons))]
    traits = TRAITS | {"local_distance_m": 0}
    patches, members = delineate(polygons, [], **traits)
    member = members.merge(polygons[["polygon_id", "geometry"]], on="polygon_id")
    union = member.groupby("patch_id")["geometry"].agg(shapely.union_all)
    assert len(patches) > 20
    assert patches.geometry.is_valid.all()
    for found, expected in zip(patches.geometry, union, strict=True):  # by patch_id
        whole = shapely.multipolygons(shapely.get_parts(expected))
        assert shapely.normalize(found) == shapely.normalize(whole)
    again = delineate(polygons, [], threads=2, **traits)[0]
    assert again.geometry.geom_equals_exact(patches.geometry, 0).all()


def test_no_habitat_gives_the_same_columns_without_rows():
    empty = delineate(habitat().astype({"polygon_id": "str"}), [], **TRAITS)
    full = delineate(habitat(box(0, 0)), [], **TRAITS)
    for without, with_rows in zip(empty, full, strict=True):
        assert len(without) == 0
        assert without.dtypes.equals(with_rows.dtypes)
    assert empty[0].crs == full[0].crs


def test_ids_are_longer_where_the_short_ones_collide(monkeypatch):
    class Alike:
        def __init__(self, text):
            self.number = sum(text) % 7

        def hexdigest(self):
            return "0" * 8 + f"{self.number:04x}" + "f" * 28

    monkeypatch.setattr("robuust.patches.hashlib.sha1", Alike)
    ids = patch_ids([box(0, 0), box(1, 0)], "bees")
    assert len(set(ids)) == 2
    assert {len(name) for name in ids} == {len("bees-") + 12}


def test_two_patches_of_the_same_shape_are_refused():
    with pytest.raises(ValueError, match="same outline"):
        patch_ids([box(0, 0), box(0, 0)], "bees")


def test_an_id_forgets_less_than_half_a_millimetre_and_the_way_of_drawing():
    square = shapely.Polygon([(0, 0), (0, 1), (1, 1), (1, 0)])
    other = shapely.Polygon([(1, 1), (1.0004, 0), (0, -0.0), (0, 1)])
    assert patch_ids([square], "bees") == patch_ids([other], "bees")
    assert patch_ids([square], "bees") != patch_ids([box(0, 0, 1, 1.001)], "bees")


@st.composite
def landscapes(draw):
    """Up to nine rectangles with shares; many touch, overlap or nearly touch."""
    rows = draw(
        st.lists(
            st.tuples(*[st.integers(0, 30)] * 2, *[st.integers(1, 8)] * 2),
            min_size=1,
            max_size=9,
            unique=True,
        )
    )
    shapes = [box(10 * x, 10 * y, 10 * w, 10 * h) for x, y, w, h in rows]
    share = draw(
        st.lists(st.floats(0.1, 1), min_size=len(shapes), max_size=len(shapes))
    )
    return habitat(*shapes, share=share)


@settings(max_examples=60)
@given(landscapes())
def test_patches_are_components_of_true_gaps_and_areas_are_those_of_unions(polygons):
    patches, members = delineate(polygons, [], **TRAITS)
    shapes = polygons.geometry
    graph = nx.empty_graph(len(polygons))
    graph.add_edges_from(
        (a, b)
        for a in range(len(shapes))
        for b in range(a)
        if shapes[a].distance(shapes[b]) <= 20
    )
    groups = {
        frozenset(polygons["polygon_id"][list(c)])
        for c in nx.connected_components(graph)
    }
    assert {
        frozenset(m) for _, m in members.groupby("patch_id")["polygon_id"]
    } == groups
    assert patches.geometry.is_valid.all()
    assert set(patches.geometry.geom_type) == {"MultiPolygon"}
    for row in patches.itertuples():
        own = polygons[
            polygons["polygon_id"].isin(
                members.loc[members["patch_id"] == row.patch_id, "polygon_id"]
            )
        ]
        union = own.union_all()
        assert row.area_ha == pytest.approx(union.area / 1e4)
        assert row.perimeter_m == pytest.approx(union.length)
        assert row.geometry.symmetric_difference(union).area == pytest.approx(
            0, abs=1e-6
        )
        assert row.core_ha == pytest.approx(union.buffer(-10, quad_segs=16).area / 1e4)
        best = grid_maximum(own)
        assert row.effective_ha == pytest.approx(best / 1e4)


def grid_maximum(polygons):
    """Sum over cells of 10 m of the largest share there: exact for these boxes."""
    best = np.zeros((40, 40))
    for shape, share in zip(polygons.geometry, polygons["share"], strict=True):
        x0, y0, x1, y1 = (round(v / 10) for v in shape.bounds)
        best[x0:x1, y0:y1] = np.maximum(best[x0:x1, y0:y1], share)
    return best.sum() * 100


@settings(max_examples=40)
@given(landscapes(), st.randoms(use_true_random=False))
def test_tables_and_ids_do_not_depend_on_the_row_order(polygons, random):
    order = list(range(len(polygons)))
    random.shuffle(order)
    one, one_members = delineate(polygons, [], **TRAITS)
    two, two_members = delineate(polygons.iloc[order], [], **TRAITS)
    assert one.equals(two)
    assert one_members.equals(two_members)


@settings(max_examples=40)
@given(landscapes(), st.randoms(use_true_random=False))
def test_ids_do_not_depend_on_what_the_polygons_are_called(polygons, random):
    names = polygons["polygon_id"].tolist()
    random.shuffle(names)
    one, _ = delineate(polygons, [], **TRAITS)
    two, _ = delineate(polygons.assign(polygon_id=names), [], **TRAITS)
    assert one["patch_id"].tolist() == two["patch_id"].tolist()


@settings(max_examples=40)
@given(landscapes())
def test_a_larger_local_distance_never_makes_more_patches(polygons):
    shapes = polygons.geometry.to_numpy()
    counts = [
        join_polygons(shapes, [], local_distance_m=gap)[0].max() for gap in (0, 10, 50)
    ]
    assert counts == sorted(counts, reverse=True)
