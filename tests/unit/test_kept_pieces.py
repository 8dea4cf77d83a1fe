"""Work in pieces: shared by any number of jobs, or kept, it gives the same bits."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from patchy_land import dense_map

from robuust.connectivity_tables import connectivity_pieces, connectivity_tables
from robuust.importance import SECTIONS
from robuust.job_costs import MOST_PORTIONS
from robuust.kept_pieces import Pieces, piece_digest
from robuust.rings import ring_between
from robuust.zone_land_uses import zone_land_uses
from robuust_files.piece_files import made_by, read_pieces, write_pieces

KERNEL = {"d0_m": 400.0, "p0": 0.5, "p_min": 1e-3, "dispersal_max_m": 600.0}
KERNEL |= {"exact": False}


@settings(max_examples=30)
@given(st.integers(0, 40), st.integers(1, 9), st.sets(st.integers(0, 40)))
def test_every_piece_is_made_once_by_one_of_the_shares(n, of, known):
    digests = [f"piece {k}" for k in range(n)]
    before = {digests[k]: "known" for k in known if k < n}
    made = []
    for portion in range(of):
        pieces = Pieces(before, (portion, of))
        found = pieces.complete(digests, map("made {}".format, pieces.missing(digests)))
        here = [k for k, piece in enumerate(found) if str(piece).startswith("made")]
        assert [found[k] for k in here] == [f"made {k}" for k in here]
        assert pieces.n_made == len(here)
        assert pieces.used == {
            digest: piece for digest, piece in zip(digests, found, strict=True) if piece
        }
        made += here
    assert made == [k for k in range(n) if digests[k] not in before]


@given(st.lists(st.lists(st.sampled_from([b"one", b"two"]), max_size=3), max_size=3))
def test_contents_in_other_lists_have_another_digest(contents):
    moved = [[item for content in contents for item in content]]
    if moved != contents:
        assert piece_digest([1], *contents) != piece_digest([1], *moved)


# --- Rings and zones


def ring(patches, pieces=None):
    return ring_between(
        patches, 30, 90, tolerance_m=1, window_vertices=60, pieces=pieces
    )


@pytest.mark.parametrize("of", [1, 2, 5])
def test_a_ring_from_the_windows_of_several_jobs_is_the_same_to_the_bit(tmp_path, of):
    patches, _ = dense_map(100.0, side=12)
    known = {}
    for portion in range(of):
        pieces = Pieces(share=(portion, of))
        ring(patches, pieces)
        assert pieces.n_made > 20 / of
        path = tmp_path / f"{portion}.parquet"
        write_pieces(path, pieces.used, "code")
        known |= read_pieces([path], "code")
    together = Pieces(known)
    found = ring(patches, together)
    assert together.n_made == 0
    assert shapely.to_wkb(found) == shapely.to_wkb(ring(patches))


def test_after_an_edit_only_the_windows_near_it_are_drawn_and_the_ring_is_right():
    patches, middle = dense_map(100.0, side=20)
    first = Pieces()
    ring(patches, first)
    edited = patches.copy()
    nearest = np.argmin(shapely.distance(patches, middle))  # beside the clearing
    edited[nearest] = shapely.transform(edited[nearest], lambda xy: xy + 3)
    again = Pieces(first.used)
    found = ring(edited, again)
    assert 0 < again.n_made < len(again.used) / 10
    assert shapely.to_wkb(found) == shapely.to_wkb(ring(edited))
    assert shapely.to_wkb(found) != shapely.to_wkb(ring(patches))


def uses(sites, cover, pieces=None):
    return zone_land_uses(
        sites,
        pd.DataFrame({"pressure": ["drift", "drainage"], "width_m": [20.0, 60.0]}),
        cover,
        group="frogs",
        tolerance_m=1,
        cover_order=["map"],
        pieces=pieces,
    )


def sites_and_cover():
    patches, _ = dense_map(100.0, side=12)
    sites = gpd.GeoDataFrame(
        {"patch_id": [f"p{k:03}" for k in range(len(patches))], "relict": False},
        geometry=patches,
        crs=31370,
    )
    fields = [shapely.box(x, 0, x + 37, 900) for x in range(-100, 900, 37)]
    cover = gpd.GeoDataFrame(
        {"source": "map", "land_cover": [f"field {k % 5}" for k in range(len(fields))]},
        geometry=fields,
        crs=31370,
    )
    return sites, cover


def test_land_uses_from_the_zones_of_several_jobs_are_the_same_to_the_bit(tmp_path):
    sites, cover = sites_and_cover()
    known = {}
    for portion in range(3):
        pieces = Pieces(share=(portion, 3))
        assert uses(sites, cover, pieces).empty
        write_pieces(tmp_path / "portion.parquet", pieces.used, "code")
        known |= read_pieces([tmp_path / "portion.parquet"], "code")
    together = Pieces(known)
    found = uses(sites, cover, together)
    assert together.n_made == 0
    pd.testing.assert_frame_equal(found, uses(sites, cover), check_exact=True)


@pytest.mark.parametrize("edit", ["site", "cover shape", "cover name"])
def test_after_an_edit_only_the_zones_near_it_are_measured_and_they_are_right(edit):
    sites, cover = sites_and_cover()
    first = Pieces()
    uses(sites, cover, first)
    if edit == "site":
        sites.loc[[40], "geometry"] = sites.geometry[[40]].translate(3, 3)
    elif edit == "cover shape":
        cover.loc[[3], "geometry"] = cover.geometry[[3]].buffer(-1)
    else:
        cover.loc[3, "land_cover"] = "orchard"
    again = Pieces(first.used)
    found = uses(sites, cover, again)
    assert 0 < again.n_made < len(again.used) / 2
    pd.testing.assert_frame_equal(found, uses(sites, cover), check_exact=True)


# --- Connectivity


def scattered(n, seed):
    """Patches at random places of some km2, linked as far as animals move."""
    random = np.random.default_rng(seed)
    place = random.uniform(0, 250 * np.sqrt(n), (n, 2))
    a, b = np.triu_indices(n, 1)
    cost_m = np.hypot(*(place[a] - place[b]).T)
    near = cost_m <= 3000
    patches = pd.DataFrame({"patch_id": [f"p{k:04}" for k in range(n)]})
    patches = patches.assign(area_ha=random.lognormal(size=n))
    patches = patches.assign(effective_ha=patches["area_ha"], capacity_ru=1.0)
    links = pd.DataFrame(
        {
            "patch_id_a": patches["patch_id"].to_numpy()[a[near]],
            "patch_id_b": patches["patch_id"].to_numpy()[b[near]],
            "cost_m": cost_m[near],
            "crossing": 1.0,
            "probability": 0.5 ** (cost_m[near] / KERNEL["d0_m"]),
            "within_dispersal": cost_m[near] <= KERNEL["dispersal_max_m"],
        }
    )
    return patches, links


def measured(patches, links, pieces=None):
    return connectivity_tables(
        *(patches, links),
        group="bees",
        sweep_m=[100.0],
        multiples=[1.0],
        exponent=0.5,
        distance_kind="euclidean",
        pieces=pieces,
        **KERNEL,
    )


@settings(deadline=None, max_examples=6)
@given(st.integers(1, MOST_PORTIONS), st.sampled_from([2, 130, 1500]))
def test_importance_from_several_jobs_is_the_same_to_the_bit(of, n):
    patches, links = scattered(n, seed=n)
    known = {}
    for portion in range(of):
        pieces = Pieces(share=(portion, of))
        connectivity_pieces(patches, links, pieces=pieces, **KERNEL)
        known |= pieces.used
    together = Pieces(known)
    found = measured(patches, links, together)
    assert together.n_made == 0
    for one, other in zip(found, measured(patches, links), strict=True):
        pd.testing.assert_frame_equal(one, other, check_exact=True)


def test_sums_of_another_network_are_not_taken():
    patches, links = scattered(130, seed=1)
    pieces = Pieces()
    connectivity_pieces(patches, links, pieces=pieces, **KERNEL)
    links.loc[0, "probability"] /= 2
    again = Pieces(pieces.used)
    found = measured(patches, links, again)
    assert again.n_made > 0
    expected = measured(patches, links)
    pd.testing.assert_frame_equal(found.patches, expected.patches, check_exact=True)


def test_sums_that_were_added_are_let_go():
    patches, links = scattered(130, seed=1)
    pieces = Pieces()
    connectivity_pieces(patches, links, pieces=pieces, **KERNEL)
    adding = Pieces(pieces.used, keep=False)
    measured(patches, links, adding)
    assert (adding.n_made, adding.known, adding.used) == (0, {}, {})


def test_there_is_a_section_of_the_sums_for_every_job():
    assert MOST_PORTIONS == SECTIONS


# --- Files


def test_a_file_keeps_every_digit(tmp_path):
    pieces = {
        "land": shapely.box(0.1, 1 / 3, 2, 2.7).buffer(1),
        "none": shapely.Polygon(),
        "zone": (1 / 3, ["maize", "weiland"], [0.1, 1e-300]),
        "sums": (np.array([1 / 3, np.pi]), np.array([7], dtype=np.int32), np.empty(0)),
    }
    write_pieces(tmp_path / "pieces.parquet", pieces, "code")
    found = read_pieces([tmp_path / "pieces.parquet"], "code")
    assert list(found) == list(pieces)
    assert shapely.to_wkb(found["land"]) == shapely.to_wkb(pieces["land"])
    assert found["none"].is_empty
    assert found["zone"] == pieces["zone"]
    for one, other in zip(found["sums"], pieces["sums"], strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)


def test_pieces_are_made_by_the_code_and_by_the_libraries(monkeypatch):
    before = made_by("code")
    assert made_by("other code") != before
    monkeypatch.setattr(shapely, "geos_version", (99, 0, 0))
    assert made_by("code") != before


def test_pieces_of_other_code_and_missing_files_are_nothing(tmp_path):
    write_pieces(tmp_path / "pieces.parquet", {"a": shapely.Point(0, 0)}, "code")
    paths = [tmp_path / "pieces.parquet", tmp_path / "none.parquet"]
    assert read_pieces(paths, "other code") == {}


@pytest.mark.parametrize("place", [0.3, 0.6, 0.95])
def test_a_damaged_file_is_told_and_its_pieces_made_again(tmp_path, caplog, place):
    path = tmp_path / "pieces.parquet"
    random = np.random.default_rng(1)
    pieces = {f"{k}": (random.random(500),) for k in range(40)}
    write_pieces(path, pieces, "code")
    content = bytearray(path.read_bytes())
    content[int(place * len(content))] ^= 0xFF
    path.write_bytes(content)
    assert read_pieces([path], "code") == {}
    assert "made again" in caplog.text
