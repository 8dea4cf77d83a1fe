"""Every real file of records or another table through the step that reads records.

What is expected is counted in the raw files by other programs (csv, zipfile, pandas,
plain geopandas and shapely), or written out by hand.
"""

import json
import zipfile

import pandas as pd
import pytest
import shapely
from plain_readings import (
    ALIEN,
    CRS,
    NICHE,
    PONDS,
    REACH_M,
    TABLES,
    VMM,
    WETLANDS,
    in_degrees,
    plain_archive,
    plain_layer,
    plain_rows,
    plain_sheet_rows,
)

pytestmark = [
    pytest.mark.real,
    pytest.mark.filterwarnings("ignore:.*no CRS:UserWarning"),
]

VMM_COLUMNS = {
    "species": "macroinvertebraat",
    "date": "monsternamedatum",
    "x": "lambert72_x",
    "y": "lambert72_y",
    "count": "aantal",
}


def test_macro_invertebrates_inside_and_outside_flanders(region, flanders, ingest):
    rows = plain_rows(region / VMM)
    area = flanders.union_all()
    found = ingest(
        "records",
        VMM,
        area,
        **{
            "species": set(rows["macroinvertebraat"]) - {"Asellidae"},
            "crs": "EPSG:31370",
            "columns": VMM_COLUMNS,
        },
    )
    place = rows[["lambert72_x", "lambert72_y"]].astype(float)
    points = shapely.points(place)
    sites = place.drop_duplicates()
    far_m = shapely.distance(area, shapely.points(sites))
    outside = pd.MultiIndex.from_frame(place).isin(
        pd.MultiIndex.from_frame(sites[far_m > REACH_M])
    )
    unknown = rows["macroinvertebraat"].eq("Asellidae") & ~outside
    rows["absent"] = pd.to_numeric(rows["aantal"]) == 0
    observed = ["macroinvertebraat", "monsternamedatum", *place, "absent"]
    twice = rows[~outside & ~unknown].duplicated(observed).sum()
    assert found.summary.to_dict() == {
        "balance": 272_864,
        "far_from_area": outside.sum(),
        "unknown_species": unknown.sum(),
        "duplicate_record": twice,
    }
    assert found.columns_apart() == {frozenset(rows.columns.drop("absent"))}
    row = found.quarantined.query("reason == 'far_from_area'").iloc[0]
    raw = rows.drop(columns="absent").iloc[row["row"]].to_dict()
    assert json.loads(row["original"]) == {k: v or None for k, v in raw.items()}
    assert shapely.distance(row.geometry, points[row["row"]]) == 0
    assert found.kept["year"].agg(["min", "max"]).tolist() == [1989, 2023]
    assert (~found.kept["present"]).sum() == rows.loc[
        ~outside & ~unknown, "absent"
    ].sum()


@pytest.mark.parametrize("preset", ["dwca", "gbif"])
def test_alien_species_by_two_presets(region, flanders, ingest, preset):
    rows = plain_rows(region / ALIEN)
    area = flanders[flanders["NAAM"] == "Antwerpen"].union_all()
    names = set(rows["scientificName"])
    found = ingest("records", ALIEN, area, preset=preset, species=names)
    outside = (in_degrees(rows).distance(area) > REACH_M).to_numpy()
    told = found.summary.to_dict()
    assert (told["balance"], told["far_from_area"]) == (2_133, outside.sum())
    assert set(told) <= {"balance", "far_from_area", "duplicate_record"}
    assert set(found.kept["species"]) == set(rows.loc[~outside, "scientificName"])
    assert (found.kept["uncertainty_m"] == 30).all()
    kept = found.kept.assign(n=found.kept["record_id"].str.removeprefix("real:"))
    dates = kept["n"].map(rows.set_index("occurrenceID")["eventDate"])
    if preset == "dwca":
        assert (kept["date_first"].dt.strftime("%Y-%m-%d") == dates).all()
    assert found.columns_apart() == {frozenset(rows.columns)}
    assert found.source["transformation"].startswith("Inverse of BD72 to WGS 84")
    assert found.source["accuracy_m"] == 1.0


def test_the_archive_of_turnhout_ponds(region, ingest):
    events, occurrences = plain_archive(region / PONDS)
    assert (len(events), len(occurrences)) == (247, 1_553)
    joined = occurrences.merge(events, on="id", suffixes=("", "_of_event"))
    area = plain_layer(region / "study_area/Turnhouts_Vennegebied.shp").union_all()
    names = set(joined["scientificName"]) - {""}
    found = ingest("records", PONDS, area, preset="dwca", species=names)
    outside = (in_degrees(joined).distance(area) > REACH_M).to_numpy()
    nameless = joined["scientificName"].eq("").to_numpy() & ~outside
    place = in_degrees(joined).get_coordinates().round()
    told = joined.assign(x=place["x"], y=place["y"])[~outside & ~nameless]
    twice = told.duplicated(["scientificName", "eventDate", "x", "y"]).sum()
    assert found.summary.to_dict() == {
        "balance": 1_553,
        "duplicate_record": twice,
        "far_from_area": outside.sum(),
        "missing_species": nameless.sum(),
    }
    ids = found.kept["record_id"].str.removeprefix("real:")
    raw = joined.set_index("occurrenceID").loc[ids].reset_index()
    for ours, theirs in (
        ("species", raw["scientificName"]),
        ("uncertainty_m", raw["coordinateUncertaintyInMeters"].astype(float)),
        ("present", raw["occurrenceStatus"] == "present"),
    ):
        assert found.kept[ours].tolist() == theirs.tolist(), ours
    days = pd.to_datetime(raw["eventDate"])
    assert (found.kept["date_first"].dt.normalize() == days.to_numpy()).all()
    assert found.kept.distance(in_degrees(raw)).max() < 0.01
    plots = events["coordinateUncertaintyInMeters"].value_counts().to_dict()
    assert plots == {"30": 133, "707": 114}
    columns = frozenset({*events.columns, *occurrences.columns, "coreid"} - {"id"})
    assert found.columns_apart() == {columns}


def test_the_archive_whose_occurrences_are_cut_off(region, ingest):
    events, occurrences = plain_archive(region / NICHE)
    assert (len(events), len(occurrences)) == (569, 24)
    area = shapely.box(20_000, 150_000, 260_000, 250_000)
    names = set(occurrences["scientificName"])
    found = ingest("records", NICHE, area, preset="dwca", species=names)
    assert found.summary["balance"] == 24
    assert found.summary.get("duplicate_record", 0) == 24 - len(found.kept)
    assert set(found.kept["species"]) == {"Valeriana repens"}


def test_events_without_coordinates_are_set_apart_with_all_their_columns(
    region, ingest, tmp_path
):
    events, occurrences = plain_archive(region / NICHE)
    each = pd.DataFrame([occurrences.iloc[0]] * len(events)).assign(
        **{"id": events["id"].to_numpy(), "eventID": events["eventID"].to_numpy()},
        occurrenceID=[f"o{k}" for k in range(len(events))],
    )
    path = tmp_path / "whole.zip"
    with zipfile.ZipFile(region / NICHE) as old, zipfile.ZipFile(path, "w") as new:
        for name in ("meta.xml", "event.txt"):
            new.writestr(name, old.read(name))
        new.writestr("occurrence.txt", each.to_csv(sep="\t", index=False))
    area = shapely.box(20_000, 150_000, 260_000, 250_000)
    found = ingest("records", path, area, preset="dwca", species=["Valeriana repens"])
    blank = events["decimalLatitude"] == ""
    assert (found.summary["balance"], blank.sum()) == (569, 9)
    assert found.summary["missing_coordinates"] == 9
    apart = found.quarantined.query("reason == 'missing_coordinates'")
    told = {json.loads(row)["eventID"] for row in apart["original"]}
    assert told == set(events.loc[blank, "eventID"])
    assert apart.geometry.isna().all()


@pytest.mark.parametrize(("path", "column"), TABLES.items())
def test_tables_without_places_are_read_in_full(region, ingest, path, column):
    if path.endswith(".xlsx"):
        n, species, columns = plain_sheet_rows(region / path), 249, 10
    else:
        rows = plain_rows(region / path)
        column = column or rows.columns[-1]
        n, columns = len(rows), rows.shape[1]
        species = rows[column].nunique()
    constants = {"x": 190_000, "y": 225_000}
    area = shapely.box(185_000, 220_000, 195_000, 230_000)
    keys = {"crs": f"EPSG:{CRS}", "columns": {"species": column}}
    if path.endswith("refpoints.tsv"):  # its own x and y are all over Flanders
        constants, area = {}, shapely.box(20_000, 150_000, 260_000, 250_000)
        assert n == 6_554
    found = ingest("records", path, area, constants=constants, **keys)
    reasons = set(found.summary.index) - {"balance"}
    assert found.summary["balance"] == len(found.quarantined) == n
    of_names = {"unknown_species", "genus_only", "uncertain_name", "missing_species"}
    assert reasons <= of_names
    [names] = found.columns_apart()
    assert len(names) == columns
    texts = {json.loads(row)[column] for row in found.quarantined["original"]}
    assert len(texts) == species


def test_a_table_without_species_says_which_columns_it_has(ingest):
    path = "habitat_points/mhq_terr_refpoints.tsv"
    with pytest.raises(ValueError, match=r"no column found for species.*grts_ranking"):
        ingest("records", path, shapely.box(0, 0, 1, 1), crs=f"EPSG:{CRS}")


def test_decimal_commas_of_road_density_are_numbers(region, ingest):
    path = "barriers/wegdensiteit.csv"
    rows = plain_rows(region / path)
    area = shapely.box(185_000, 220_000, 195_000, 230_000)
    found = ingest(
        "records",
        path,
        area,
        **{
            "species": set(rows["NAAM"]),
            "crs": f"EPSG:{CRS}",
            "columns": {"species": "NAAM", "uncertainty_m": "length_km"},
            "constants": {"x": 190_000, "y": 225_000},
        },
    )
    length = rows["length_km"].str.replace(",", ".").astype(float)
    twice = rows["NAAM"].duplicated(keep=False)
    once = found.kept[~found.kept["species"].isin(rows.loc[twice, "NAAM"])]
    assert once["uncertainty_m"].sum() == pytest.approx(length[~twice].sum())
    assert len(once) == (~twice).sum() > 300


def test_points_and_polygons_of_a_layer_as_records(region, ingest):
    area = shapely.box(20_000, 150_000, 260_000, 250_000)
    keys = {"species": ["Rana arvalis"], "constants": {"species": "Rana arvalis"}}
    crossings = "barriers/oversteekplaatsen.shp"
    found = ingest("records", crossings, area, **keys)
    plain = plain_layer(region / crossings).geometry
    assert (found.summary["balance"], len(plain)) == (10, 10)
    assert plain.distance(found.kept.union_all()).max() < 0.01
    found = ingest("records", WETLANDS, area, **keys)
    plain = plain_layer(region / WETLANDS).geometry
    radius = found.kept["uncertainty_m"]
    assert found.summary["balance"] == 851
    assert radius.max() == pytest.approx(plain.minimum_bounding_radius().max(), 1e-3)
    assert found.kept.within(plain.union_all().buffer(0.1)).all()
