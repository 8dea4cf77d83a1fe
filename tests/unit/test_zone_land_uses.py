"""Land uses in the zones of sites: hectares by hand, each overlap counted once."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from robuust.zone_land_uses import LAND_USE_TYPES, cover_in_reach, zone_land_uses

POND = shapely.box(0, 0, 100, 100)
WIDE_M = 50.0
# Round a square of 100 m: four strips, and four quarter circles.
ZONE_M2 = 4 * 100 * WIDE_M + np.pi * WIDE_M**2
# East of it: one strip, and two quarter circles.
EAST_M2 = 100 * WIDE_M + np.pi * WIDE_M**2 / 2
# Of that the nearest 25 m: half the strip, and twice the part of a quarter circle up to
# half its radius, r2/2 (sin a cos a + a) with sin a = 1/2.
NEAR_M2 = 100 * 25 + WIDE_M**2 * (np.sqrt(3) / 4 + np.pi / 6)
ARABLE = ("fields", "arable", shapely.box(100, -500, 900, 600))
DRIFT = [("drift", WIDE_M)]


def cover_of(*rows):
    columns = ["source", "land_cover", "geometry"]
    return gpd.GeoDataFrame(pd.DataFrame(rows, columns=columns), crs=31370)


def sites_of(**shapes):
    names = pd.Series(list(shapes), dtype="str")
    return gpd.GeoDataFrame(
        {"patch_id": names, "relict": names == "relict"},
        geometry=list(shapes.values()),
        crs=31370,
    )


def uses(sites, cover, *, pressures=DRIFT, cover_order=("roads", "fields"), **options):
    return zone_land_uses(
        sites,
        pd.DataFrame(pressures, columns=["pressure", "width_m"]),
        cover,
        group="frogs",
        tolerance_m=0.01,
        cover_order=cover_order,
        **options,
    )


def test_arable_within_the_drift_zone_of_a_relict_is_told_in_hectares():
    found = uses(sites_of(relict=POND), cover_of(ARABLE))
    assert list(found.columns) == list(LAND_USE_TYPES)
    row = found.iloc[0]
    assert len(found) == 1
    assert row["group"] == "frogs"
    assert row["pressure"] == "drift"
    assert row["patch_id"] == "relict"
    assert row["relict"]
    assert row["land_cover"] == "arable"
    assert row["width_m"] == WIDE_M
    assert row["area_ha"] == pytest.approx(EAST_M2 / 1e4, rel=1e-3)  # 0.893 ha
    assert row["zone_share"] == pytest.approx(EAST_M2 / ZONE_M2, rel=1e-3)  # 32 %


def test_shares_of_a_zone_that_is_mapped_wholly_add_up_to_one():
    rest = shapely.box(-900, -500, 900, 600).difference(ARABLE[2])
    found = uses(sites_of(robust=POND), cover_of(ARABLE, ("fields", "heath", rest)))
    assert found["land_cover"].tolist() == ["arable", "heath"]
    assert found["zone_share"].sum() == pytest.approx(1, abs=1e-9)
    assert not found["relict"].any()


def test_of_land_covers_that_overlap_the_first_source_has_the_ground():
    verge = ("roads", "paved", shapely.box(100, -500, 125, 600))
    cover = cover_of(ARABLE, verge)
    hectares = uses(sites_of(relict=POND), cover).set_index("land_cover")["area_ha"]
    far_m2 = EAST_M2 - NEAR_M2
    assert hectares["paved"] == pytest.approx(NEAR_M2 / 1e4, rel=1e-3)  # 0.489 ha
    assert hectares["arable"] == pytest.approx(far_m2 / 1e4, rel=1e-3)  # 0.404 ha
    other = uses(sites_of(relict=POND), cover, cover_order=("fields", "roads"))
    assert other["land_cover"].tolist() == ["arable"]
    assert other["area_ha"].tolist() == pytest.approx([EAST_M2 / 1e4], rel=1e-3)


def test_within_a_source_the_last_row_has_the_ground_as_on_the_resistance_map():
    later = ("fields", "maize", shapely.box(100, -500, 125, 600))
    hectares = uses(sites_of(relict=POND), cover_of(ARABLE, later))
    hectares = hectares.set_index("land_cover")["area_ha"]
    assert hectares["maize"] == pytest.approx(NEAR_M2 / 1e4, rel=1e-3)
    assert hectares.sum() == pytest.approx(EAST_M2 / 1e4, rel=1e-3)


def test_land_in_two_zones_counts_for_both_sites_and_other_sites_for_neither():
    # 30 m east of the pond: 20 m of it lie in the zone of the pond.
    sites = sites_of(relict=POND, robust=shapely.box(130, 0, 230, 100))
    found = uses(sites, cover_of(ARABLE)).set_index("patch_id")["area_ha"]
    assert found["relict"] == pytest.approx((EAST_M2 - 20 * 100) / 1e4, rel=1e-3)
    # All round the other site is arable, but for the 20 m that lie beyond x = 100.
    far = shapely.box(-900, -500, 100, 600)
    outside_m2 = shapely.box(130, 0, 230, 100).buffer(50, quad_segs=200)
    outside_m2 = outside_m2.intersection(far).area
    assert found["robust"] == pytest.approx((ZONE_M2 - outside_m2) / 1e4, rel=1e-3)


def test_every_pressure_has_its_own_width():
    pressures = [("nitrogen", 250.0), ("drift", WIDE_M)]
    found = uses(sites_of(relict=POND), cover_of(ARABLE), pressures=pressures)
    assert found["pressure"].tolist() == ["drift", "nitrogen"]
    wide_m2 = 100 * 250 + np.pi * 250**2 / 2
    assert found["area_ha"].tolist() == pytest.approx(
        [EAST_M2 / 1e4, wide_m2 / 1e4], rel=1e-3
    )


@pytest.mark.parametrize(
    ("sites", "cover", "pressures"),
    [
        (sites_of(relict=POND), cover_of(), DRIFT),
        (sites_of(), cover_of(ARABLE), DRIFT),
        (sites_of(relict=POND), cover_of(ARABLE), []),
        (
            sites_of(relict=POND),
            cover_of(("fields", "arable", shapely.box(5000, 0, 6000, 100))),
            DRIFT,
        ),
    ],
    ids=["no cover", "no sites", "no pressures", "cover far away"],
)
def test_without_land_uses_there_are_no_rows_but_the_same_columns(
    sites, cover, pressures
):
    some = uses(sites_of(relict=POND), cover_of(ARABLE))
    none = uses(sites, cover, pressures=pressures)
    assert len(none) == 0
    assert none.dtypes.to_dict() == some.dtypes.to_dict()


def test_neither_threads_nor_the_order_of_the_rows_change_the_table():
    random = np.random.default_rng(6)
    corners = random.uniform(0, 5000, (80, 2))
    shapes = shapely.box(*corners.T, *(corners + random.uniform(5, 60, (80, 2))).T)
    sites = sites_of(**{f"p{k:02}": shape for k, shape in enumerate(shapes)})
    cover = cover_of(
        *(
            ("fields", kind, shapely.box(x, y, x + 500, y + 500))
            for kind, x, y in zip(
                ["arable", "heath", "wood"] * 40,
                np.tile(np.arange(0, 5000, 500), 12),
                np.repeat(np.arange(0, 6000, 500), 10),
                strict=True,
            )
        )
    )
    one = uses(sites, cover)
    other = uses(sites.iloc[::-1], cover, threads=2)
    pd.testing.assert_frame_equal(one, other)
    assert one["zone_share"].between(0, 1).all()


def test_land_cover_out_of_reach_of_all_sites_is_left_out():
    far = ("fields", "heath", shapely.box(160, 0, 170, 10))
    near = ("fields", "wood", shapely.box(149, 0, 159, 10))
    cover = cover_in_reach(
        cover_of(far, near), [POND], reach_m=50, cover_order=["fields"]
    )
    assert cover["land_cover"].tolist() == ["wood"]
