"""INBO's own counts of habitat clusters, from its rasters and by true gaps.

INBO dilates habitat cells by half the distance between biotopes and labels what
touches, diagonals included. We measure the gap from edge to edge. Both give the counts
of INBO's reports; where they can differ, and by how little, is asserted too.
"""

import json

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from rasterio.features import rasterize, shapes
from scipy import ndimage

from robuust.gaps import near_pairs
from robuust.patches import join_polygons

pytestmark = pytest.mark.real

CELL_M = 10
RASTER = {
    "01": "01_Maximale_Potentie/Habitat_Maximale_Potentie_{}.tif",
    "02": "02_Werkelijke_Oppervlakte/Habitat_Werkelijke_Oppervlaktes_{}.tif",
    "03_arpl": "03_ARPL/Habitat_ARPL_{}.tif",
}
DISTANCE_M = {"gentiaanblauwtje": 50, "heikikker": 500}
# Clusters that touch the study area, and others; the same by dilation and by gaps.
# INBO reports 03 as one number, as all of it touches the area.
CLUSTERS = {
    ("gentiaanblauwtje", "01"): (21, 8),
    ("gentiaanblauwtje", "02"): (14, 4),
    ("gentiaanblauwtje", "03_arpl"): (7, 0),
    ("heikikker", "01"): (7, 1),
    ("heikikker", "02"): (7, 1),
    ("heikikker", "03_arpl"): (4, 0),
}
# Clusters of raster 02 at other distances: by dilation, and by true gaps.
OTHER_DISTANCES = [
    ("gentiaanblauwtje", 10, 34, 29),
    ("gentiaanblauwtje", 30, 25, 24),
    ("gentiaanblauwtje", 80, 17, 16),
    ("gentiaanblauwtje", 100, 16, 16),
    ("heikikker", 10, 293, 257),
    ("heikikker", 50, 165, 157),
    ("heikikker", 100, 91, 90),
    ("heikikker", 250, 34, 32),
]
NEIGHBOURS_8 = np.ones((3, 3))


@pytest.fixture(scope="module")
def rasters(shared_data):
    return shared_data / "data" / "flanders_kempen" / "habitat_rasters"


@pytest.fixture(scope="module")
def reported(rasters):
    return json.loads((rasters / "expected_clusters.json").read_text())


@pytest.fixture(scope="module")
def study_area(shared_data):
    folder = shared_data / "data" / "flanders_kempen" / "study_area"
    return gpd.read_file(folder / "Turnhouts_Vennegebied.shp").geometry


def read_cells(rasters, species, kind):
    with rasterio.open(rasters / RASTER[kind].format(species)) as raster:
        assert raster.res == (CELL_M, CELL_M)
        return raster.read(1) == 1, raster.transform


def dilated_clusters(cells, distance_m):
    """INBO's way: cluster number of each cell, 0 where nothing lies near."""
    reach = ndimage.distance_transform_edt(~cells) <= distance_m / 2 / CELL_M
    return ndimage.label(reach, NEIGHBOURS_8)[0]


def cell_polygons(cells, transform):
    """Polygons of cells that share an edge, and the polygon of each habitat cell."""
    found = shapes(cells.astype(np.uint8), mask=cells, transform=transform)
    polygons = shapely.from_geojson([json.dumps(geometry) for geometry, _ in found])
    numbered = [(polygon, n + 1) for n, polygon in enumerate(polygons)]
    number = rasterize(numbered, out_shape=cells.shape, transform=transform)
    return polygons, number[cells] - 1


def inside_and_outside(cluster, in_area):
    """Number of clusters with a cell in the study area, and of the others."""
    inside = np.unique(cluster[in_area])
    return inside.size, np.unique(cluster).size - inside.size


def in_study_area(study_area, cells, transform):
    """Whether the centre of each habitat cell lies in the study area."""
    area = [(polygon, 1) for polygon in study_area]
    return rasterize(area, out_shape=cells.shape, transform=transform)[cells] == 1


def test_the_counts_here_are_those_of_the_reports(reported):
    for (species, kind), (inside, outside) in CLUSTERS.items():
        stated = reported[species][f"clusters_{kind}"]
        if isinstance(stated, int):
            stated = {"inside": stated, "outside": 0}
        assert stated == {"inside": inside, "outside": outside}
        assert reported[species]["distance_m"] == DISTANCE_M[species]


@pytest.mark.parametrize(("species", "kind"), CLUSTERS)
def test_dilation_gives_the_counts_of_the_reports(rasters, study_area, species, kind):
    cells, transform = read_cells(rasters, species, kind)
    cluster = dilated_clusters(cells, DISTANCE_M[species])[cells]
    found = inside_and_outside(cluster, in_study_area(study_area, cells, transform))
    assert found == CLUSTERS[species, kind]


@pytest.mark.parametrize(("species", "kind"), CLUSTERS)
def test_true_gaps_give_the_counts_of_the_reports(rasters, study_area, species, kind):
    cells, transform = read_cells(rasters, species, kind)
    polygons, polygon = cell_polygons(cells, transform)
    patch = join_polygons(polygons, [], local_distance_m=DISTANCE_M[species])[0]
    in_area = in_study_area(study_area, cells, transform)
    assert inside_and_outside(patch[polygon], in_area) == CLUSTERS[species, kind]
    dilated = dilated_clusters(cells, DISTANCE_M[species])[cells]
    pairs = np.unique(np.c_[patch[polygon], dilated], axis=0)
    assert len(pairs) == sum(CLUSTERS[species, kind])  # cell by cell the same clusters


def test_the_reports_count_clusters_below_the_minimum_area_too(rasters, reported):
    # The blue's rasters hold none; of the moor frog's eight, four have 50 ha.
    for species, enough in (("gentiaanblauwtje", 18), ("heikikker", 4)):
        cells, transform = read_cells(rasters, species, "02")
        polygons, _ = cell_polygons(cells, transform)
        patch = join_polygons(polygons, [], local_distance_m=DISTANCE_M[species])[0]
        area_ha = np.bincount(patch, shapely.area(polygons)) / 10_000
        assert (area_ha >= reported[species]["min_ha"]).sum() == enough


@pytest.mark.parametrize("distance_m", [10, 30, 50, 100, 250, 500])
def test_dilation_bridges_no_wider_gap_and_misses_less_than_two_cells(distance_m):
    # Two cells alone, at every offset: dilation joins them when a step of at most one
    # cell, also a diagonal one, leads from one disc of cell centres into the other.
    radius = distance_m / 2 / CELL_M
    n = 2 * int(np.ceil(radius)) + 4
    offset = np.abs(np.arange(-n, n + 1))
    cells = np.zeros((2 * n + 1, 2 * n + 1), dtype=bool)
    cells[n, n] = True
    disc = np.add.outer(offset**2, offset**2) <= radius**2
    once = ndimage.binary_dilation(cells, disc)
    joined = ndimage.binary_dilation(once, NEIGHBOURS_8)
    joined = ndimage.binary_dilation(joined, disc)
    free = np.maximum(offset - 1, 0) * CELL_M  # from edge to edge
    gap_m = np.hypot(free[:, None], free[None, :])
    assert gap_m[joined].max() <= distance_m
    assert distance_m - 2 * CELL_M < gap_m[~joined].min()


@pytest.mark.parametrize(
    ("species", "distance_m", "by_dilation", "ours"), OTHER_DISTANCES
)
def test_where_counts_differ_the_gap_lies_just_within_the_distance(
    rasters, species, distance_m, by_dilation, ours
):
    cells, transform = read_cells(rasters, species, "02")
    polygons, polygon = cell_polygons(cells, transform)
    patch = join_polygons(polygons, [], local_distance_m=distance_m)[0]
    dilated = dilated_clusters(cells, distance_m)[cells]
    assert (np.unique(dilated).size, np.unique(patch).size) == (by_dilation, ours)
    # Dilation never joins what true gaps keep apart ...
    assert len(np.unique(np.c_[patch[polygon], dilated], axis=0)) == by_dilation
    # ... and keeps apart only what lies within two cells of the distance.
    i, j, gap_m = near_pairs(polygons, distance_m)
    cluster = dilated[np.unique(polygon, return_index=True)[1]]
    parted = cluster[i] != cluster[j]
    assert parted.any() == (ours < by_dilation)
    assert (gap_m[parted] > distance_m - 2 * CELL_M).all()
