"""Makurhini's printed PC and IIC of 404 forest patches, and why ours can differ.

What is said of its arithmetic stands in its source, connectscape/Makurhini 157e058:
the total in R/get_sdist.R, the percentages and dIIC in R/MK_dPCIIC.R.
"""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from recorded import misses, recorded

from robuust.connectivity import connectivity_totals
from robuust.hops import integral_index_of_connectivity, patch_importance_by_hops
from robuust.importance import patch_importance
from robuust.network import components, dispersal_probability

MEDIAN_M = 10_000
PRUNED_BELOW = 0.01


@pytest.fixture(scope="module")
def folder(shared_data):
    return shared_data / "data" / "oracles" / "makurhini_tmvs"


@pytest.fixture(scope="module")
def forest(folder):
    """Areas [ha], and distances [m] between all pairs as Makurhini measures them."""
    shapes = gpd.read_file(folder / "habitat_nodes.gpkg").geometry.to_numpy()
    centre = shapely.centroid(shapes)
    inside = shapely.within(centre, shapes)
    point = np.where(inside, centre, shapely.point_on_surface(shapes))
    a, b = np.triu_indices(shapes.size, 1)
    return shapely.area(shapes) / 1e4, a, b, shapely.distance(point[a], point[b])


@pytest.fixture(scope="module")
def landscape_ha(folder):
    return gpd.read_file(folder / "study_area_tmvs.gpkg").area.sum() / 1e4


def pc_figures(capacity, a, b, chance, p_min):
    found = connectivity_totals(capacity, a, b, chance, p_min=p_min)
    parts = np.array([found.intra, found.direct, found.step])
    return found.pcnum, 100 * parts / found.pcnum, found.error_bound


@pytest.fixture(scope="module")
def pruned(forest):
    """The same links as Makurhini: direct links below 0.01 are left out."""
    capacity, a, b, distance_m = forest
    chance = dispersal_probability(distance_m, d0_m=MEDIAN_M, p0=0.5)
    kept = chance >= PRUNED_BELOW
    return capacity, a[kept], b[kept], chance[kept]


PC = "PC pruned at 0.01"


def test_pc_is_theirs_to_the_printed_digits(pruned, landscape_ha):
    pcnum, percent, _ = pc_figures(*pruned, p_min=0)
    numbers = recorded("makurhini", PC)
    assert misses(numbers, "pcnum", pcnum).empty
    assert misses(numbers, "eca_ha", np.sqrt(pcnum)).empty
    assert misses(numbers, "pc_with_landscape", pcnum / landscape_ha**2).empty
    for part, value in zip(["intra", "direct", "step"], percent, strict=True):
        assert misses(numbers, f"{part}_percent", value).empty


def test_dpc_of_ten_patches_is_theirs_to_the_printed_digits(pruned):
    found = patch_importance(*pruned, p_min=0)
    numbers = recorded("makurhini", PC)
    for quantity in ("dpc", "dpc_intra", "dpc_flux", "dpc_connector"):
        assert misses(numbers, quantity, found[quantity][:10]).empty


def test_without_pruning_step_is_nothing_and_pc_is_larger(forest):
    """Ours: what pruning calls stepping stones is direct exchange."""
    capacity, a, b, distance_m = forest
    chance = dispersal_probability(distance_m, d0_m=MEDIAN_M, p0=0.5)
    pcnum, percent, _ = pc_figures(capacity, a, b, chance, p_min=0)
    assert pcnum == pytest.approx(213_602_815_559.194, rel=1e-12)
    assert percent == pytest.approx([86.0624150959, 13.9375849041, 0], abs=1e-9)
    found = patch_importance(capacity, a, b, chance, p_min=0)
    assert (found["dpc_connector"] == 0).all()
    expected = [0.00165974436, 0.00527216262, 0.196574429]
    assert found["dpc"][:3] == pytest.approx(expected, rel=1e-8)


def test_our_limit_on_paths_loses_less_than_its_bound(forest):
    capacity, a, b, distance_m = forest
    chance = dispersal_probability(distance_m, d0_m=MEDIAN_M, p0=0.5)
    whole, _, _ = pc_figures(capacity, a, b, chance, p_min=0)
    pcnum, _, bound = pc_figures(capacity, a, b, chance, p_min=1e-4)
    assert 0 < whole - pcnum <= bound < 2e-4 * whole


IIC = "IIC below 10 km"
LINKS_IF_UNREACHED = 16_443_701  # stands for "no chain of links" in their total


@pytest.fixture(scope="module")
def near(forest):
    """The same links as Makurhini: patches less than 10 km apart."""
    capacity, a, b, distance_m = forest
    kept = distance_m < MEDIAN_M
    return capacity, a[kept], b[kept]


@pytest.fixture(scope="module")
def surplus_ha2(near):
    """What pairs without any chain of links still add to Makurhini's total."""
    capacity, a, b = near
    joined = np.bincount(components(capacity.size, a, b), weights=capacity)
    unreached = capacity.sum() ** 2 - joined @ joined
    return unreached / (1 + LINKS_IF_UNREACHED)


def percentages_as_printed(parts, total):
    """Round to five decimals, and share out evenly what is missing to 100."""
    percent = np.round(100 * parts / total, 5)
    return percent + max(100 - percent.sum(), 0) / percent.size


def test_iic_is_theirs_to_the_printed_digits(near, surplus_ha2, landscape_ha):
    """Pairs that nothing joins add nothing to ours, a little to Makurhini's.

    Makurhini's total gives such pairs a finite number of links; its three fractions,
    and its networks without a patch, count them as nothing.
    """
    capacity, a, b = near
    iicnum = integral_index_of_connectivity(capacity, a, b)
    assert iicnum == pytest.approx(204_199_036_716.08, rel=1e-12)
    theirs = iicnum + surplus_ha2
    numbers = recorded("makurhini", IIC)
    assert misses(numbers, "iicnum", theirs).empty
    assert misses(numbers, "eca_ha", np.sqrt(theirs)).empty
    assert misses(numbers, "iic_with_landscape", theirs / landscape_ha**2).empty
    intra = capacity @ capacity
    direct = capacity[a] @ capacity[b]  # 2 x 1/2 per pair
    parts = np.array([intra, direct, iicnum - intra - direct])
    percent = percentages_as_printed(parts, theirs)
    for part, value in zip(["intra", "direct", "step"], percent, strict=True):
        assert misses(numbers, f"{part}_percent", value).empty


def test_diic_of_ten_patches_is_theirs_to_the_printed_digits(near, surplus_ha2):
    """Makurhini sets networks without the surplus against a total with it."""
    total = integral_index_of_connectivity(*near)
    ours = patch_importance_by_hops(*near)["diic"][:10]
    theirs = 100 - (100 - ours) * total / (total + surplus_ha2)
    assert misses(recorded("makurhini", IIC), "diic", theirs).empty
    assert np.abs(theirs - ours).max() < 4e-5  # percentage points
