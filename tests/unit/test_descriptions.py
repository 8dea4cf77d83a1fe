"""What an unknown file may be: guesses, and the words and lines made of them."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyproj
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from robuust.column_guesses import fitting_presets
from robuust.descriptions import describe
from robuust.file_starts import FileStart, frequent_texts, read_columns
from robuust.place_guesses import COUNTRIES, choose_reading, place_readings
from robuust.places import find_places
from robuust.settings_lines import FILL_IN, Line, quoted, settings_text
from robuust.source_guesses import Tables, guess_source

HOME = Path(__file__).parents[2]
PRESETS = {
    path.stem: yaml.safe_load(path.read_text(encoding="utf-8"))
    for path in (HOME / "config" / "presets").glob("*.yaml")
}
TABLES = Tables(
    PRESETS,
    pd.DataFrame(
        {
            "species": ["Hyla arborea", "Limosa limosa"],
            "name_nl": ["boomkikker", "grutto"],
            "synonyms": ["", ""],
            "taxon_group": ["amphibians", "birds"],
        }
    ),
    pd.Series(["4010", "4030", "91E0_vm", "rbbmr", "91E0*"]),
)
LAMBERT, RD, DEGREES = map(pyproj.CRS.from_epsg, (31370, 28992, 4326))
TOWNS = {  # degrees
    "Flanders": {
        "Turnhout": (4.94, 51.32),
        "Knokke": (3.29, 51.34),
        "Essen": (4.46, 51.46),
        "Lommel": (5.31, 51.23),
        "Maaseik": (5.78, 51.09),
        "Brussels": (4.35, 50.85),
        "De Panne": (2.59, 51.1),
    },
    "the Netherlands": {
        "Breda": (4.78, 51.59),
        "Terneuzen": (3.83, 51.33),
        "Eindhoven": (5.48, 51.44),
        "Maastricht": (5.69, 50.85),
        "Hulst": (4.05, 51.28),
        "Weert": (5.71, 51.25),
        "Delfzijl": (6.92, 53.33),
    },
}


def start_of(columns, **about):
    table = pa.table({name: pa.array(cells) for name, cells in columns.items()})
    values = {"path": "data/file.csv", "kind": "text", "rows": table.num_rows}
    return FileStart(**values | {"table": table} | about)


def polygons(columns, n=4, **about):
    """First rows of a map layer near Turnhout, in Lambert 72."""
    place = {"_point_x": 190_000.0 + np.arange(n), "_point_y": np.full(n, 230_000.0)}
    about = {"path": "data/map.gpkg", "kind": "geopackage", "crs": LAMBERT} | about
    return start_of(columns | place, geometry="polygons", **about)


def lines_of(guess):
    return {line.key: line.value for line in guess.lines}


# --- Columns


def test_a_column_is_told_by_its_texts():
    table = pa.table(
        {
            "year": ["2001", "2002", None],
            "size": ["1,5", "2", ""],
            "day": ["4/5/2020", "juni 2021", "2022-01-01"],
            "note": ["a", "3", "a"],
            "none": pa.array([None, None, None], pa.string()),
        }
    )
    found = read_columns(table)
    kinds = {name: column.kind for name, column in found.items()}
    assert kinds == {
        "year": "whole",
        "size": "number",
        "day": "date",
        "note": "text",
        "none": "blank",
    }
    assert found["year"].filled == pytest.approx(2 / 3)
    assert frequent_texts(found["note"]).to_dict() == {"a": 2, "3": 1}


def test_texts_of_later_rows_that_a_dictionary_knows_do_not_count():
    cells = pa.array(["a", "b", "7"]).dictionary_encode().slice(2, 1)
    (column,) = read_columns(pa.table({"n": cells})).values()
    assert (column.kind, frequent_texts(column).to_dict()) == ("whole", {"7": 1})


def test_what_the_reader_of_a_layer_adds_is_no_column_of_the_file():
    assert read_columns(polygons({"TYPE": ["4010"] * 4}).table).keys() == {"TYPE"}
    text = {"_point_x": ["1"], "area_m2": ["2"]}
    assert read_columns(pa.table(text)).keys() == text.keys()


@pytest.mark.parametrize("name", PRESETS)
def test_each_preset_is_found_by_each_of_its_lists_in_any_case(name):
    for columns in PRESETS[name]["recognise"]:
        found = fitting_presets([c.upper() for c in columns], PRESETS)
        assert found[0].preset == name
        assert set(found[0].columns) == {c.upper() for c in columns}


def test_a_special_kind_of_darwin_core_comes_before_the_general_one():
    names = {n for p in ("gbif", "dwca") for n in PRESETS[p]["recognise"][0]}
    assert [g.preset for g in fitting_presets(sorted(names), PRESETS)][:2] == [
        "gbif",
        "dwca",
    ]
    assert fitting_presets(["soort", "x", "y"], PRESETS) == []


# --- Coordinates


@pytest.mark.parametrize(
    ("country", "town"), [(c, t) for c, towns in TOWNS.items() for t in towns]
)
def test_a_town_lies_in_its_own_country(country, town):
    reading = choose_reading(place_readings(*zip(TOWNS[country][town])), None)
    assert (reading.country, reading.swap) == (country, False)
    assert reading.inside[country] == 1


def test_the_countries_do_not_overlap():
    flanders, netherlands = COUNTRIES.values()
    assert flanders.is_valid
    assert flanders.intersection(netherlands).area == 0


@pytest.mark.parametrize("code", [4326, 31370, 28992, 3812, 3035, 3857, 32631, 32632])
@pytest.mark.parametrize("country", TOWNS)
def test_the_system_of_numbers_is_found(code, country):
    to_code = pyproj.Transformer.from_crs(4326, code, always_xy=True)
    x, y = to_code.transform(*np.array(list(TOWNS[country].values())).T)
    best = choose_reading(place_readings(x, y), None)
    assert (best.crs.to_epsg(), best.swap, best.country) == (code, False, country)


def test_swapped_degrees_are_found_as_the_quarantine_would_propose():
    y, x = np.array(list(TOWNS["Flanders"].values())).T
    best = choose_reading(place_readings(x, y, DEGREES), DEGREES)
    assert (best.crs.to_epsg(), best.swap) == (4326, True)
    found = find_places(
        x, y, own_crs=DEGREES, crs=LAMBERT, area=None, max_distance_m=0.0
    )
    assert "`swap_coordinates: true`" in found.hints[0]


def test_a_map_of_more_than_these_countries_keeps_its_system():
    x, y = [190_000.0, 200_000.0, 200_000.0], [230_000.0, 60_000.0, 50_000.0]
    best = choose_reading(place_readings(x, y, LAMBERT), LAMBERT)
    assert (best.crs.to_epsg(), best.swap) == (31370, False)


def test_numbers_of_another_continent_fit_nothing():
    assert choose_reading(place_readings([-74.0], [40.7], DEGREES), DEGREES) is None
    none = place_readings([np.nan, 0.0], [1.0, 0.0], DEGREES)
    assert choose_reading(none, DEGREES) is None
    assert none[0].places == 0


# --- What it may be


def records(n=4, **changed):
    columns = {
        "naam": ["boomkikker", "grutto", "Grutto", "Limosa limosa"],
        "dag": ["4/5/2020", "5/5/2020", "2020", "juni 2021"],
        "coord_oost": ["190000,5", "190001", "190002", "190003"],
        "coord_noord": ["230000,5", "230001", "230002", "230003"],
    }
    return columns | changed


def test_records_without_a_preset_are_told_by_what_is_in_their_columns():
    guess = guess_source(start_of(records()), TABLES)
    assert guess.kind == "records"
    assert lines_of(guess) == {
        "name": "file",
        "path": "data/file.csv",
        "columns": {
            "species": "naam",
            "x": "coord_oost",
            "y": "coord_noord",
            "date": "dag",
        },
        "crs": "EPSG:31370",
    }


def test_coordinates_with_names_that_say_nothing_are_found_by_their_numbers():
    columns = records()
    columns["a1"] = columns.pop("coord_oost")
    columns["a2"] = columns.pop("coord_noord")
    names = lines_of(guess_source(start_of(columns), TABLES))["columns"]
    assert (names["x"], names["y"]) == ("a1", "a2")


def test_a_column_of_consent_is_never_passed_over():
    columns = records(toestemming=["ja", "nee", "ja", "ja"])
    names = lines_of(guess_source(start_of(columns), TABLES))["columns"]
    assert names["consent"] == "toestemming"


def test_what_a_preset_needs_and_the_file_lacks_is_left_to_the_user():
    columns = {"naam_lat": ["Hyla arborea"], "datum": ["4/5/2020"], "plaats": ["Mol"]}
    lines = lines_of(guess_source(start_of(columns), TABLES))
    assert lines["preset"] == "waarnemingen"
    assert lines["columns"] == {"x": FILL_IN, "y": FILL_IN}


def test_rows_that_cannot_be_cut_are_told():
    columns = records(_unreadable=[None, "a;b", None, None])
    assert "1 row of these cannot be cut" in describe(start_of(columns), TABLES)


def test_numbers_that_say_nothing_leave_the_system_to_the_user():
    columns = records(coord_oost=list("1234"), coord_noord=list("1234"))
    lines = lines_of(guess_source(start_of(columns), TABLES))
    assert lines["crs"] == FILL_IN


@pytest.mark.parametrize(
    ("columns", "about", "kind", "key"),
    [
        ({"EENH1": ["ce"] * 4, "BWKLABEL": ["ce"] * 4}, {}, "habitat", "preset"),
        ({"VEG": ["4010", "rbbmr", "91E0_vm", "x"]}, {}, "habitat", "code_column"),
        ({"species": ["grutto"] * 4}, {}, "habitat", "code"),
        ({"id": ["1"] * 4}, {"path": "gebied.shp"}, "study_area", "path"),
        ({"NAAM": list("abcd")}, {"path": "gemeenten.shp"}, "report_units", "level"),
        (
            {"species": ["grutto"] * 4, "datum": ["2020-05-04"] * 4},
            {},
            "records",
            "columns",
        ),
    ],
)
def test_polygons_are_told_by_their_columns_and_name(columns, about, kind, key):
    guess = guess_source(polygons(columns, **about), TABLES)
    assert guess.kind == kind
    assert key in lines_of(guess)


def test_a_raster_of_several_classes_asks_a_code_for_each():
    place = {"_point_x": [190_000.0], "_point_y": [230_000.0]}
    values = {0: 0.5, 3: 0.3, 12.5: 0.1, 1e6: 0.1}
    start = start_of(place, kind="raster", crs=RD, values=values)
    guess = guess_source(start, TABLES)
    text = settings_text(guess.kind, guess.lines)
    (entry,) = yaml.safe_load(text)["sources"]["habitat"]
    assert entry["codes"] == dict.fromkeys((3, 12.5, 1_000_000), FILL_IN)


def test_a_table_without_names_or_places_is_no_source():
    guess = guess_source(start_of({"a": ["1"], "b": ["x"]}), TABLES)
    assert (guess.kind, guess.lines) == (None, [])
    assert "names of species or coordinates" in guess.why
    assert "no rows" in guess_source(start_of({"a": []}), TABLES).why


# --- Lines


@given(st.text(min_size=1))
def test_any_text_is_read_back_from_the_lines_as_it_was(text):
    try:
        text.encode()
    except UnicodeEncodeError:
        return
    assert yaml.safe_load(f"a: {quoted(text)}") == {"a": text}


def test_a_reason_stands_behind_its_line_or_above_where_that_is_too_long():
    lines = [Line("name", "map"), Line("crs", "EPSG:31370", "why " * 20 + "so")]
    rows = settings_text("habitat", lines).splitlines()
    assert rows[-1] == "      crs: EPSG:31370"
    assert rows[-2].startswith("      # why why")
    commented = settings_text("habitat", lines, commented=True)
    assert yaml.safe_load(commented) is None


# --- Words


@pytest.mark.parametrize(
    "start",
    [
        start_of(records()),
        start_of(records(opm=["\x1b[31m", "x" * 500, "é", "a\nb"])),
        polygons({"VEG": ["4010", "rbbmr", "4011", "x"]}),
        polygons({"a": ["1"] * 4}, crs=None),
        start_of({"a": []}),
        start_of(records(), rows=None, whole=False),
    ],
)
def test_a_description_reads_well_in_80_columns_and_ends_in_yaml(start):
    text = describe(start, TABLES)
    assert max(map(len, text.splitlines())) <= 80
    assert all(sign.isprintable() or sign == "\n" for sign in text)
    if "sources:" in text:
        settings = yaml.safe_load(text[text.index("\nsources:") :])
        assert len(settings["sources"]) == 1


def test_unknown_codes_are_told_the_most_frequent_first_with_near_ones():
    codes = ["4010", "4030", "4031", "4031", "quux", "rbbmr"]
    text = describe(polygons({"TYPE": codes}, n=6), TABLES)
    assert "3 of 5 habitat codes are known" in text
    assert text.index("2 x  4031") < text.index("1 x  quux")
    assert "perhaps 4030" in text


def test_shares_are_never_rounded_to_all_or_nothing():
    n = 1000
    columns = {
        "most": ["a"] * (n - 1) + [None],
        "one": ["a"] + [None] * (n - 1),
    }
    text = describe(start_of(columns), TABLES)
    assert "99 %  a" in text
    assert "<1 %  a" in text
