"""Presets: data that is checked as such, and that reads the files it is made for."""

import copy
import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyproj
import pytest
import samples
import yaml

from robuust.habitat_map import screen_habitat
from robuust.presets import (
    check_presets,
    complete_source,
    is_preset_file,
    named_presets,
)
from robuust.records import screen_records
from robuust_files.tables import read_records

HOME = Path(__file__).parents[2]
SCHEMA = yaml.safe_load(
    (HOME / "workflow" / "schemas" / "preset.schema.yaml").read_text(encoding="utf-8")
)
CONFIG_SCHEMA = yaml.safe_load(
    (HOME / "workflow" / "schemas" / "config.schema.yaml").read_text(encoding="utf-8")
)
SHIPPED = {
    path.stem: yaml.safe_load(path.read_text(encoding="utf-8"))
    for path in sorted((HOME / "config" / "presets").glob("*.yaml"))
}
OF_KIND = {
    kind: [name for name, preset in SHIPPED.items() if preset["kind"] == kind]
    for kind in ("habitat", "records")
}
MAP = {"name": "map", "path": "map.gpkg"}
OWN = {
    "preset": "own",
    "kind": "habitat",
    "name_nl": "Eigen kaart",
    "name_en": "Own map",
    "about": "Made here (R).",
    "recognise": [["TYPE1"]],
    "parts": [{"code": "TYPE", "share": "PCT", "shares": "percent"}],
    "quality_words": {"goed": 1, "matig": 0.5},
}


def settings(kind, *sources):
    return {"sources": {kind: [MAP | source for source in sources]}}


def problems_of(config, presets=None):
    presets = presets if presets is not None else SHIPPED
    return check_presets(config, presets, SCHEMA, shipped=SHIPPED)


def own_problems(**changed):
    preset = {k: v for k, v in (OWN | changed).items() if v is not None}
    return problems_of({}, {"own.yaml": preset})


# --- The presets of this project


def test_the_presets_that_the_documents_promise_are_there():
    assert OF_KIND == {
        "habitat": ["bwk", "habitattypenkaart_nl", "imna"],
        "records": ["dwca", "gbif", "meetnetten", "ndff", "waarnemingen"],
    }


def test_the_presets_of_this_project_have_no_problem():
    assert problems_of({}) == []


@pytest.mark.parametrize("name", SHIPPED)
def test_a_preset_is_named_as_its_file_and_says_how_well_it_is_known(name):
    assert SHIPPED[name]["preset"] == name
    assert "(R)" in SHIPPED[name]["about"]


@pytest.mark.parametrize("name", OF_KIND["records"])
def test_a_preset_for_records_finds_what_a_record_needs(name):
    columns = SHIPPED[name]["columns"]
    assert {"species", "x", "y"} <= set(columns)
    assert {"date", "date_first"} & set(columns)


@pytest.mark.parametrize("name", SHIPPED)
def test_the_columns_by_which_a_file_is_recognised_are_in_its_sample(name, tmp_path):
    source = samples.write_sample(name, tmp_path)
    if source["path"].endswith((".gpkg", ".shp")):
        found = set(gpd.read_file(source["path"], rows=0).columns)
    elif source["path"].endswith(".csv"):
        text = Path(source["path"]).read_text(encoding="cp1252")
        found = set(text.splitlines()[0].split(";"))
    else:
        found = {
            column
            for file in _texts_in(source["path"])
            for column in file.splitlines()[0].split("\t")
        }
    assert any(set(columns) <= found for columns in SHIPPED[name]["recognise"])


def _texts_in(path):
    with zipfile.ZipFile(path) as archive:
        names = [n for n in archive.namelist() if n.endswith((".txt", ".csv"))]
        return [archive.read(name).decode() for name in names]


def test_a_key_of_a_preset_that_the_settings_have_too_allows_the_same():
    for kind in ("habitat", "records"):
        ours = CONFIG_SCHEMA["$defs"][kind]["properties"]
        shared = {"columns", "constants"} & set(ours)
        for key in shared:
            assert set(SCHEMA["properties"][key]["properties"]) == set(
                ours[key]["properties"]
            )
        for key in {"date_order", "swap_coordinates", "quality_words"} & set(ours):
            place = ours[key].get("$ref", "").rpartition("/")[2]
            allowed = dict(CONFIG_SCHEMA["$defs"][place] if place else ours[key])
            allowed.pop("description")
            theirs = SCHEMA["properties"][key]
            assert {k: v for k, v in theirs.items() if k != "description"} == allowed


# --- A source, completed


def test_a_source_without_a_preset_stays_as_it_is():
    source = MAP | {"code": "4010"}
    assert complete_source(source, SHIPPED) == source


def test_what_a_preset_says_about_itself_stays_out_of_the_source():
    filled = complete_source(MAP | {"preset": "bwk"}, SHIPPED)
    assert set(filled) == {"name", "path", "preset", "parts", "no_habitat"}


def test_the_own_keys_of_the_user_win():
    own = {"preset": "waarnemingen", "crs": "EPSG:28992", "consent_words": ["vrij"]}
    filled = complete_source(MAP | own, SHIPPED)
    assert filled["crs"] == "EPSG:28992"
    assert filled["consent_words"] == ["vrij"]
    assert filled["date_order"] == "day_first"


def test_columns_constants_and_quality_words_are_merged_one_by_one():
    own = {"columns": {"x": "lon"}, "constants": {"uncertainty_m": 707}}
    filled = complete_source(MAP | {"preset": "meetnetten"} | own, SHIPPED)
    assert filled["columns"]["x"] == "lon"
    assert filled["columns"]["species"] == SHIPPED["meetnetten"]["columns"]["species"]
    assert filled["constants"] == {"uncertainty_m": 707, "generalised": True}
    own = {"preset": "imna", "quality_words": {"slecht": 0.2}}
    words = complete_source(MAP | own, SHIPPED)["quality_words"]
    assert words == SHIPPED["imna"]["quality_words"] | {"slecht": 0.2}


@pytest.mark.parametrize(
    "own", [{"code_column": "TYPE"}, {"code": "4010"}, {"codes": {1: "4010"}}]
)
def test_who_says_where_the_code_is_gets_no_column_model(own):
    filled = complete_source(MAP | {"preset": "imna"} | own, SHIPPED)
    assert "parts" not in filled
    assert filled["no_habitat"] == ["H0000", "0000"]


@pytest.mark.parametrize("preset", [["gbif"], {"gbif": 1}, 3, None])
def test_a_preset_that_is_no_text_fills_in_nothing(preset):
    source = MAP | {"preset": preset}
    assert complete_source(source, SHIPPED) == source


def test_completing_a_source_changes_neither_source_nor_preset():
    source = MAP | {"preset": "gbif", "columns": {"x": "lon"}}
    before = copy.deepcopy((source, SHIPPED))
    complete_source(source, SHIPPED)["columns"]["y"] = "lat"
    assert (source, SHIPPED) == before


# --- What is wrong with presets


def test_an_unknown_preset_is_refused_with_the_nearest_name_and_all_names():
    (problem,) = problems_of(settings("habitat", {"preset": "BKW"}, {"preset": "bwk"}))
    assert (problem.file, problem.column) == (
        "settings",
        "sources.habitat[map].preset",
    )
    assert "no preset 'BKW'" in problem.message
    assert "bwk, dwca, gbif" in problem.message
    (problem,) = problems_of(settings("records", {"preset": "waarneming"}))
    assert "did you mean 'waarnemingen'?" in problem.message


def test_a_preset_for_another_kind_of_source_is_refused():
    (problem,) = problems_of(settings("habitat", {"preset": "gbif"}))
    assert problem.message.startswith("the preset 'gbif' is for records, not for")


def test_a_historic_map_takes_the_presets_of_a_habitat_map():
    assert problems_of(settings("historic_habitat", {"preset": "bwk"})) == []
    (problem,) = problems_of(settings("historic_habitat", {"preset": "gbif"}))
    assert problem.message.startswith(
        "the preset 'gbif' is for records, not for historic_habitat; put"
    )


def test_a_preset_may_be_a_file_of_your_own():
    assert own_problems() == []
    assert is_preset_file("My_Presets/own.YML")
    config = settings("habitat", {"preset": "own.yaml"})
    assert problems_of(config, {"own.yaml": OWN}) == []
    assert named_presets(config) == {"own.yaml": "sources.habitat[map].preset"}


@pytest.mark.parametrize(
    ("changed", "place", "words"),
    [
        ({"colum": 1}, "", "unknown key 'colum'"),
        ({"about": None}, "", "the key 'about' is missing: Who makes such files"),
        ({"parts": None}, "", "needs parts, code_column or code"),
        ({"kind": "map"}, "kind", "one of habitat, records"),
        ({"recognise": ["TYPE1"]}, "recognise[1]", "allowed is a list"),
        ({"recognise": []}, "recognise", "at least 1 long"),
        ({"parts": [{"code": "A"}]}, "parts[1]", "the key 'shares' is missing"),
        ({"quality_words": {"goed": 2}}, "quality_words.goed", "at most 1"),
        ({"no_habitat": [0]}, "no_habitat[1]", "in quotes: '0'"),
        ({"kind": "records"}, "", "the key 'columns' is missing"),
        ({"columns": {"x": "lon"}}, "columns.x", "allowed is a list"),
        ({"columns": {"lon": ["lon"]}}, "columns", "unknown key 'lon'"),
        ({"constants": {"generalised": "ja"}}, "constants.generalised", "yes or no"),
    ],
)
def test_what_is_wrong_with_a_preset_is_told_with_its_file_and_key(
    changed, place, words
):
    problems = own_problems(**changed)
    assert {problem.file for problem in problems} == {"own.yaml"}
    assert any(p.column == place and words in p.message for p in problems), problems


def test_all_problems_of_all_presets_come_together():
    wrong = {"own.yaml": OWN | {"kind": "x"}, "bwk": ["no", "keys"]}
    config = settings("records", {"preset": "gbf"})
    found = {(p.file, p.column) for p in problems_of(config, wrong)}
    assert found >= {
        ("own.yaml", "kind"),
        ("bwk", ""),
        ("settings", "sources.records[map].preset"),
    }


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"sources": None},
        {"sources": {"habitat": None, "records": [3, {}]}},
        {"sources": {"habitat": [{"preset": 3}, {"preset": None}]}},
        {"sources": {"records": [{"preset": ["gbif"]}, {"preset": {"gbif": 1}}]}},
    ],
)
def test_settings_of_the_wrong_shape_are_left_to_the_schema(config):
    assert problems_of(config) == []


def test_every_key_of_a_preset_has_a_description():
    def lacking(rule, path):
        for name, inner in rule.get("properties", {}).items():
            reference = inner.get("$ref", "").removeprefix("#/$defs/")
            if "description" not in SCHEMA["$defs"].get(reference, {}) | inner:
                yield f"{path}{name}"
            yield from lacking(inner, f"{path}{name}.")

    assert list(lacking(SCHEMA, "")) == []


# --- The presets and the files that they are made for

KNOWN_CODES = pd.read_csv(HOME / "config" / "habitat_types.csv", dtype="str")["code"]


def screened_sample(name, folder):
    source = complete_source(samples.write_sample(name, folder), SHIPPED)
    layer = gpd.read_file(source["path"])
    crs = pyproj.CRS(layer.crs)
    rules = {"crs": crs, "min_polygon_m2": 1, "refuse_unknown": False}
    return screen_habitat(layer, source, KNOWN_CODES, **rules)


@pytest.mark.parametrize("name", OF_KIND["habitat"])
def test_a_habitat_preset_reads_every_row_of_its_sample_but_the_spoilt(name, tmp_path):
    screened = screened_sample(name, tmp_path)
    assert len(screened.table) == samples.ROWS
    apart = screened.reasons.dropna().value_counts().to_dict()
    assert apart == samples.SPOILT[name]


def codes_of(screened, row):
    parts = screened.parts[screened.parts["row"] == row]
    return {
        code: (round(share, 3), quality, certain)
        for code, share, quality, certain in parts[
            ["code", "share", "quality", "certain"]
        ].itertuples(index=False)
    }


def test_the_sample_of_the_flemish_map_is_read_row_by_row(tmp_path):
    screened = screened_sample("bwk", tmp_path)
    rows = [codes_of(screened, row) for row in range(12)]
    assert rows[0] == {"gh": (1, 1, True)}
    assert rows[1] == {"4010": (0.6, 1, True), "4030": (0.4, 1, True)}
    assert rows[2] == {"9120": (0.5, 1, False), "9190": (0.5, 1, False)}
    assert rows[3] == {
        **{"3130": (0.4, 1, True), "rbbmr": (0.4, 1, True)},
        "gh": (0.2, 1, True),
    }
    assert rows[4] == {"rbbkam+": (1, 1, True)}
    assert rows[5] == {"rbbmr": (1, 1, True)}
    assert rows[10] == {"4010": (0.5, 1, False), "gh": (0.5, 1, False)}


@pytest.mark.parametrize("name", ["habitattypenkaart_nl", "imna"])
def test_the_samples_of_dutch_maps_are_read_row_by_row(name, tmp_path):
    screened = screened_sample(name, tmp_path)
    rows = [codes_of(screened, row) for row in range(9)]
    assert rows[0] == {"4010_A": (0.6, 1, True), "gh": (0.4, 1, True)}
    assert rows[1] == {"gh": (1, 1, True)}
    assert rows[2] == {"2190_B": (0.7, 0.5, True), "7140_B": (0.3, 0.5, True)}
    assert rows[3] == {"4010_A": (1, 1, False)}
    assert rows[6] == {"91E0_C": (1, 1, True)}
    assert rows[7] == {"2310": (1, 0.5, True)}
    assert not screened.changed["unknown_quality"].any()


def screened_records(name, folder):
    source = complete_source(samples.write_sample(name, folder), SHIPPED)
    table, declared_crs = read_records(source)
    dutch = name == "ndff"
    return screen_records(
        table,
        source,
        pd.read_csv(HOME / "config" / "species.csv", dtype="str"),
        samples.DUTCH_AREA if dutch else samples.AREA,
        declared_crs=declared_crs,
        crs=pyproj.CRS(samples.DUTCH_CRS if dutch else samples.CRS),
        max_distance_m=0,
        reference_date=samples.REFERENCE_DATE,
        sensitive={},
    )


@pytest.mark.parametrize("name", OF_KIND["records"])
def test_a_records_preset_reads_every_row_of_its_sample_but_the_spoilt(name, tmp_path):
    screened = screened_records(name, tmp_path)
    assert len(screened.reasons) == samples.ROWS
    apart = screened.reasons.dropna().astype("str").value_counts().to_dict()
    assert apart == samples.SPOILT[name]
    assert screened.records["date_first"].notna().all()
    assert set(screened.records["species"]) == set(samples.SPECIES)


def first_records(name, folder, rows, *columns):
    records = screened_records(name, folder).records.set_index("row")
    return records.loc[list(rows), list(columns)].to_numpy().tolist()


def test_places_of_meetnetten_are_blurred_and_counts_of_zero_are_absences(tmp_path):
    columns = ("uncertainty_m", "generalised", "present")
    assert first_records("meetnetten", tmp_path, [0, 1, 2, 6, 7], *columns) == [
        [707.0, True, True],
        [707.0, True, False],
        [7071.0, True, True],  # blank in the file
        [3536.0, True, True],
        [7071.0, True, False],
    ]


def test_a_record_of_the_ndff_is_as_uncertain_as_its_area_is_wide(tmp_path):
    columns = ("uncertainty_m", "generalised")
    metres, blurred = zip(
        *first_records("ndff", tmp_path, range(4), *columns), strict=True
    )
    assert metres == pytest.approx([2**-0.5 * side for side in (1, 10, 100, 1000)])
    assert blurred == (False, False, False, True)


def test_words_of_waarnemingen_are_understood(tmp_path):
    columns = ("date_first", "uncertainty_m", "generalised", "present")
    (first, blurred) = first_records("waarnemingen", tmp_path, [1, 3], *columns)
    assert first == [pd.Timestamp("2007-02-02"), 25.0, False, True]
    assert blurred[2:] == [True, True]


def test_an_export_in_degrees_needs_two_words_more():
    own = {"columns": {"x": "lon", "y": "lat"}, "crs": "EPSG:4326"}
    filled = complete_source(MAP | {"preset": "waarnemingen"} | own, SHIPPED)
    assert (filled["columns"]["x"], filled["crs"]) == ("lon", "EPSG:4326")


def test_a_gbif_download_is_read_with_absences_intervals_and_quotes(tmp_path):
    columns = ("date_first", "date_last", "present", "uncertainty_m")
    rows = first_records("gbif", tmp_path, [0, 7, 8, 9], *columns)
    assert [row[2] for row in rows] == [True, False, True, True]
    assert rows[2][:2] == [pd.Timestamp("2012-06-01"), pd.Timestamp("2012-06-30")]
    assert rows[3][:2] == [pd.Timestamp("2013-01-01"), pd.Timestamp("2013-12-31")]
    assert rows[0][3] == 30.0


def test_an_archive_takes_place_and_date_from_the_event(tmp_path):
    columns = ("species", "date_first", "present")
    assert first_records("dwca", tmp_path, [1, 2], *columns) == [
        ["Drosera rotundifolia", pd.Timestamp("2004-06-01"), False],
        ["Limosa limosa", pd.Timestamp("2006-06-03"), True],
    ]
