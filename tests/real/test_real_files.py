"""Every real file with shapes through the steps that read files.

What is expected is counted in the raw files by other programs (json, rasterio, scipy,
plain geopandas and shapely), or written out by hand.
"""

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import rasterio
import shapely
from plain_readings import (
    ALIEN,
    BWK,
    CRS,
    HA,
    MUNICIPALITIES,
    NICHE,
    PONDS,
    REACH_M,
    TABLES,
    VMM,
    WETLANDS,
    plain_layer,
)
from scipy import ndimage

pytestmark = [
    pytest.mark.real,
    pytest.mark.filterwarnings("ignore:.*no CRS:UserWarning"),
]

NOISE_M2 = 0.01  # smaller overlaps are left as they are
PATCHES = {
    "gentiaanblauwtje": 34,
    "heikikker": 321,
    "heivlinder": 16,
    "grutto": 25,
    "drijvendewaterweegbree": 3_533,
    "nachtegaal": 252,
    "boompieper": 780,
}
# Layers by file: the step that reads them, keys of the source, and rows.
LAYERS = {
    "admin/EcoregiosBelgium.shp": ("nature_areas", {}, 19),
    "admin/Refprv.shp": ("report_units", {"level": "province"}, 5),
    "admin/provinces_epsg3812.gpkg": ("report_units", {"level": "province"}, 5),
    "admin/utm5.geojson": ("nature_areas", {}, 647),
    MUNICIPALITIES: ("report_units", {"level": "town", "crs": "EPSG:31370"}, 589),
    "barriers/wildrasters.shp": ("barriers", {"barrier": "fence"}, 5),
    "study_area/Turnhouts_Vennegebied.shp": ("nature_areas", {}, 18),
    WETLANDS: ("nature_areas", {"id_column": "code"}, 851),
    BWK: ("habitat", {"preset": "bwk", "id_column": "TAG"}, 12),
}

# --- Completeness


def test_every_file_of_the_region_is_read_by_a_test_here(region):
    files = {str(f.relative_to(region)) for f in region.rglob("*") if f.is_file()}
    parts = (".dbf", ".prj", ".shx", ".cpg", ".CPG")  # of shapefiles
    about = (".yml", "expected_clusters.json")  # code books, and numbers to compare
    files = {f for f in files if not f.endswith((*parts, *about))}
    read = {*LAYERS, *TABLES, ALIEN, PONDS, NICHE, VMM, "habitat_patches_02.gpkg"}
    read |= {"water_surfaces_2024_10m.tif", "barriers/oversteekplaatsen.shp"}
    assert {f for f in files - read if not f.startswith("habitat_rasters/")} == set()
    assert read <= files


# --- Habitat


def parts_by_tag(found):
    """Code, share and certainty of each part, by the id of its polygon."""
    told = found.parts.assign(tag=found.parts["polygon_id"].str.removeprefix("real:"))
    told["share"] = told["share"].round(9)
    return {
        tag: {code: (share, sure) for code, share, sure in rows}
        for tag, rows in told.groupby("tag")[["code", "share", "certain"]]
        .apply(pd.DataFrame.to_numpy)
        .items()
    }


BWK_PARTS = {  # of the excerpt, by hand: HAB with PHAB
    "474626_v2014": {"gh": (0.8, True), "rbbmr": (0.2, True)},
    "637125_v2014": {"rbbhc": (0.7, True), "rbbmc": (0.3, True)},
}


def as_it_is(feature):
    """Change nothing."""


def lower_case(feature):
    feature["properties"] = {k.lower(): v for k, v in feature["properties"].items()}


def blanks_of_new_records(feature):
    cells = feature["properties"]
    feature["properties"] = {k: " " if v == "" else v for k, v in cells.items()}


@pytest.fixture
def changed_bwk(region, tmp_path):
    """Function (change) that writes the excerpt with a change to every feature."""

    def write(change):
        layer = json.loads((region / BWK).read_text(encoding="utf-8"))
        for feature in layer["features"]:
            change(feature)
        path = tmp_path / "changed.geojson"
        path.write_text(json.dumps(layer), encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize("change", [as_it_is, lower_case, blanks_of_new_records])
def test_parts_of_the_real_habitat_map(region, ingest, changed_bwk, change):
    found = ingest("habitat", changed_bwk(change), preset="bwk", id_column="TAG")
    raw = json.loads((region / BWK).read_text(encoding="utf-8"))["features"]
    tags = {f["properties"]["TAG"] for f in raw}
    assert found.summary.to_dict() == {"balance": 12}
    wanted = {tag: {"gh": (1.0, True)} for tag in tags} | BWK_PARTS
    assert parts_by_tag(found) == wanted
    drawn = sum(shapely.geometry.shape(f["geometry"]).area for f in raw) / HA
    assert found.kept["area_ha"].sum() == pytest.approx(drawn, rel=1e-9)
    assert found.source["area_before_ha"] == pytest.approx(drawn, rel=1e-9)


def test_units_of_the_real_habitat_map_get_shares_by_rank(region, ingest):
    codes = "hp kbs khsa hr mru sz hc mc kn k(hf) k(mc) ku hrb lhb"
    found = ingest(
        *("habitat", BWK),
        preset="bwk",
        id_column="TAG",
        use_units=True,
        known=codes.split(),
    )
    parts = parts_by_tag(found)
    assert {t: dict.fromkeys(p) for t, p in parts.items()}.keys() >= {
        "186763_v2023",
        "637125_v2014",
        "571511_v2014",
        "126050_v2025",
    }
    by_hand = {
        "186763_v2023": {"hp": 0.6, "kbs": 0.2, "khsa": 0.2},  # khsa-
        "474626_v2014": {"hr": 0.6, "mru": 0.2, "sz": 0.2},
        "637125_v2014": {"hc": 0.7, "mc": 0.3},  # hc-
        "571511_v2014": {"hr": 0.6, "k(hf)": 0.2, "k(mc)": 0.2},
        "126050_v2025": {"ku": 0.6, "hr": 0.2, "kbs": 0.2},  # ku+, kbs-, ' '
        "561571_v2014": {"lhb": 1.0},
    }
    for tag, shares in by_hand.items():
        assert {c: s for c, (s, _) in parts[tag].items()} == pytest.approx(shares), tag
    # kp alone, and uv with hx, are in no table of this test.
    assert found.summary["unknown_habitat_code"] == 2
    [columns] = found.columns_apart()
    assert {"EENH8", "HABLEGENDE", "BWKLABEL"} <= columns
    assert columns == set(pyogrio.read_info(region / BWK)["fields"])


def test_uncertain_and_combined_codes_in_the_real_columns(ingest, changed_bwk):
    # Spelled as in the list of layers of the same map (BWK_Laag_Namen_2025.csv).
    spelled = {
        "637125_v2014": [("2130,gh", 60), ("3150_rbbmr", 40)],
        "474626_v2014": [("9120,gh,rbbhc", 90), (" ", 0)],
        "536078_v2014": [("gh", 30), ("zzz", 70)],
        "381169_v2014": [("zzz", 100), ("", 0)],
    }

    def change(feature):
        cells = feature["properties"]
        for k, (code, share) in enumerate(spelled.get(cells["TAG"], ()), 1):
            cells |= {f"HAB{k}": code, f"PHAB{k}": share}

    found = ingest("habitat", changed_bwk(change), preset="bwk", id_column="TAG")
    parts = parts_by_tag(found)
    assert parts["637125_v2014"] == {
        **{"2130": (0.3, False), "gh": (0.3, False)},
        **{"3150": (0.2, True), "rbbmr": (0.2, True)},
    }
    assert parts["474626_v2014"] == dict.fromkeys(["9120", "gh", "rbbhc"], (0.3, False))
    assert parts["536078_v2014"] == {"gh": (0.3, True)}
    assert found.summary.to_dict() == {
        **{"balance": 12, "unknown_habitat_code": 1, "unknown_habitat_code_part": 1},
    }
    assert json.loads(found.quarantined["original"][0])["TAG"] == "381169_v2014"


def test_wetlands_are_repaired_and_of_overlaps_the_first_id_keeps_the_ground(
    region, ingest
):
    raw = gpd.read_file(region / WETLANDS)
    plain = raw.to_crs(CRS).sort_values("code")
    assert (~raw.is_valid).sum() == 2
    shapes, covered, cut = plain.geometry.make_valid().to_numpy(), 0, 0
    tree, taken = shapely.STRtree(shapes), []
    for k, shape in enumerate(shapes):
        earlier = [taken[j] for j in tree.query(shape, "intersects") if j < k]
        left = shapely.difference(shape, shapely.union_all(earlier))
        lost_m2 = shape.area - left.area
        covered += left.area < NOISE_M2
        cut += left.area >= NOISE_M2 < lost_m2
        taken.append(left)
    found = ingest("habitat", WETLANDS, code="3150", id_column="code")
    assert found.summary.to_dict() == {
        "balance": 851,
        "covered_by_earlier": covered,
        "repaired_geometry": 2,
        "overlap_cut_away": cut,
    }
    before_ha, after_ha = found.source[["area_before_ha", "area_after_ha"]]
    assert before_ha == pytest.approx(shapely.area(shapes).sum() / HA, rel=1e-6)
    assert after_ha == pytest.approx(shapely.union_all(shapes).area / HA, rel=1e-6)
    assert found.columns_apart() == {frozenset(raw.columns.drop("geometry"))}


def test_a_wetland_that_is_there_twice_is_set_apart_once(region, ingest, tmp_path):
    raw = gpd.read_file(region / WETLANDS)
    assert not raw.normalize().to_wkb().duplicated().any()
    path = tmp_path / "twice.geojson"
    pd.concat([raw, raw.iloc[[500]].assign(code="again")]).to_file(path)
    found = ingest("habitat", path, code="3150")
    assert found.summary["balance"] == 852
    assert found.summary["duplicate_geometry"] == 1


@pytest.mark.parametrize(("layer", "n"), PATCHES.items())
def test_patches_of_a_species_are_all_there(region, ingest, layer, n):
    path = "habitat_patches_02.gpkg"
    found = ingest("habitat", path, layer=layer, code="4010", id_column="patch_id")
    raw = gpd.read_file(region / path, layer=layer)
    assert found.summary.to_dict() == {"balance": n}
    ids = "real:" + raw["patch_id"].astype(str)
    area_ha = found.kept.set_index("polygon_id")["area_ha"]
    assert area_ha[ids].tolist() == pytest.approx(raw["area_ha"].tolist())


def test_slivers_of_the_grid_keep_their_columns(region, ingest):
    raw = gpd.read_file(region / "admin" / "utm5.geojson")
    found = ingest("habitat", "admin/utm5.geojson", code="4010", min_polygon_m2=10_000)
    slivers = raw.area < 10_000
    assert raw.area.min() / HA == pytest.approx(0.004, abs=0.001)
    assert found.summary["balance"] == 647
    assert found.summary["sliver"] == slivers.sum() > 0
    told = [json.loads(row)["TAG"] for row in found.quarantined["original"]]
    assert sorted(told) == sorted(raw.loc[slivers, "TAG"])
    assert found.columns_apart() == {frozenset({"TAG", "Shape_Leng", "Shape_Area"})}


def raster_files(region):
    return [*(region / "habitat_rasters").rglob("*.tif"), *region.glob("*.tif")]


def test_every_cell_of_every_raster_is_in_a_polygon(region, ingest):
    files = raster_files(region)
    assert len(files) == 19
    for path in files:
        with rasterio.open(path) as raster:
            cells = raster.read(1)
        values = [1, 2] if "Potentie_grutto" in path.name else [1]
        codes = {"codes": {1: "4010", 2: "4030"}}
        found = ingest(
            "habitat", path, **codes if len(values) > 1 else {"code": "4010"}
        )
        pieces = [ndimage.label(cells == value)[1] for value in values]
        assert found.summary.to_dict() == {"balance": sum(pieces)}, path.name
        n_cells = np.isin(cells, values).sum()
        assert found.kept["area_ha"].sum() == pytest.approx(n_cells / 100), path.name
        if len(values) == 2:
            codes = found.parts["code"].value_counts().to_dict()
            assert codes == dict(zip(["4010", "4030"], pieces, strict=True))
        assert found.source["crs"] == f"EPSG:{CRS}"  # also where the file gives no code
        if path.name.startswith("water"):
            assert n_cells == 341_860
        layer = path.stem.rpartition("_")[2]
        if "Oppervlaktes" in path.name and layer in PATCHES:
            assert sum(pieces) == PATCHES[layer]


# --- Context


@pytest.mark.parametrize(("path", "how"), LAYERS.items())
def test_what_is_near_is_kept_and_the_rest_keeps_its_columns(region, ingest, path, how):
    step, keys, n = how
    plain = plain_layer(region / path, keys.get("crs"))
    middle = plain.union_all().envelope.centroid
    area = shapely.box(*plain.total_bounds)
    area = area.intersection(shapely.box(middle.x, -1e7, middle.x + 1e7, 1e7))
    near = plain.distance(area) <= (0 if step == "report_units" else REACH_M)
    found = ingest(step, path, area, **keys)
    kept = len(found.kept)
    assert (found.summary["balance"], len(plain)) == (n, n)
    assert (kept, found.summary.get("outside_area", 0)) == (near.sum(), (~near).sum())
    fields = pyogrio.read_info(region / path)["fields"]
    assert found.columns_apart() in ({frozenset(fields)}, set())
    assert (len(found.quarantined) == 0) == near.all()
    drawn = found.kept.length if step == "barriers" else found.kept.area
    wanted = plain[near].length if step == "barriers" else plain[near].area
    assert drawn.sum() == pytest.approx(wanted.sum(), rel=1e-5)


def test_municipalities_in_metres_that_claim_degrees_are_refused(ingest):
    area, keys = shapely.box(20_000, 20_000, 300_000, 250_000), {"level": "town"}
    with pytest.raises(ValueError, match=r"cannot be degrees") as refusal:
        ingest("report_units", MUNICIPALITIES, area, **keys)
    assert "crs: EPSG:31370`" in str(refusal.value)
    found = ingest("report_units", MUNICIPALITIES, area, crs="EPSG:31370", **keys)
    assert (found.summary.to_dict(), len(found.kept)) == ({"balance": 589}, 589)


def test_provinces_of_another_lambert_say_how_they_were_brought_over(region, ingest):
    area = shapely.box(20_000, 20_000, 300_000, 250_000)
    keys = {"level": "province", "name_column": "NAAM"}
    found = ingest("report_units", "admin/provinces_epsg3812.gpkg", area, **keys)
    assert found.source["crs"] == "EPSG:3812"
    assert "Belgian Lambert 72" in found.source["transformation"]
    assert 0 < found.source["accuracy_m"] <= 1
    drawn = gpd.read_file(region / "admin/Refprv.shp").set_index("NAAM")
    ours = found.kept.set_index("name").geometry
    for name, shape in drawn.geometry.items():
        apart = ours[name].symmetric_difference(shape).area
        assert apart / shape.area < 0.001, name


def test_a_study_area_without_a_code_is_known_by_its_name(region, ingest):
    path = "study_area/Turnhouts_Vennegebied.shp"
    raw = gpd.read_file(region / path)
    assert raw.crs.to_epsg() is None
    found = ingest("nature_areas", path, raw.union_all())
    assert (found.source["crs"], len(found.kept)) == ("EPSG:31370", 18)
    assert found.kept.area.sum() / HA == pytest.approx(10_704, abs=1)
    assert found.kept.union_all().symmetric_difference(raw.union_all()).area < 1


def test_points_are_no_barriers(ingest):
    path, area = "barriers/oversteekplaatsen.shp", shapely.box(0, 0, 3e5, 3e5)
    found = ingest("barriers", path, area, barrier="fence")
    assert found.summary.to_dict() == {"balance": 10, "not_a_line": 10}
    assert found.columns_apart() == {frozenset({"Id", "Type_overs"})}
