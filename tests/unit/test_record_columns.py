"""Which column of a record file holds what."""

import pyarrow as pa
import pytest

from robuust.record_columns import added_columns, check_permission, find_columns


def find(names, **source):
    return find_columns(pa.schema([(n, pa.string()) for n in names]), source, "records")


def test_darwin_core_names_are_known_in_any_case():
    assert find(["scientificname", "decimalLatitude", "DECIMALLONGITUDE"]) == {
        "species": "scientificname",
        "x": "DECIMALLONGITUDE",
        "y": "decimalLatitude",
    }


def test_columns_of_the_settings_win_over_known_names():
    found = find(["species", "soort", "x", "y"], columns={"species": "Soort"})
    assert found["species"] == "soort"


def test_of_a_list_of_names_the_first_that_is_there_counts():
    columns = {"species": ["naam_lat", "soort", "naam"], "count": ["aantal"]}
    found = find(["naam", "soort", "x", "y"], columns=columns)
    assert found == {"species": "soort", "x": "x", "y": "y"}


def test_coordinates_are_looked_for_as_a_pair():
    names = ["species", "x", "decimalLongitude", "lat", "decimalLatitude"]
    found = find(names)  # an x without its y is another thing, such as a count
    assert (found["x"], found["y"]) == ("decimalLongitude", "decimalLatitude")
    columns = {"x": ["x_lambert", "x", "lon"], "y": ["y_lambert", "y", "lat"]}
    found = find(["species", "X", "Lat", "Lon"], columns=columns)
    assert (found["x"], found["y"]) == ("Lon", "Lat")


def test_without_a_pair_each_coordinate_is_looked_for_alone():
    found = find(["species", "lon", "latitude"])
    assert (found["x"], found["y"]) == ("lon", "latitude")
    found = find(["species", "x", "lon", "lat"], columns={"x": "x"})
    assert (found["x"], found["y"]) == ("x", "lat")


def test_a_preset_alone_says_what_its_columns_mean():
    columns = {"species": ["naam_lat"], "x": ["x"], "y": ["y"]}
    found = find(["naam_lat", "x", "y", "status"], columns=columns, preset="mine")
    assert "status" not in found  # of validation there, not of presence


def test_a_constant_stands_in_for_a_column():
    found = find(["x", "y"], constants={"species": "Rana arvalis"})
    assert found == {"x": "x", "y": "y"}


def test_a_column_that_is_not_found_is_asked_for():
    with pytest.raises(
        ValueError, match=r"no column found for species, y.*are: x, lat1"
    ):
        find(["x", "lat1"])


def test_a_wrong_column_name_in_the_settings_is_named():
    with pytest.raises(ValueError, match="no column 'soort' for species"):
        find(["x", "y"], columns={"species": "soort"})


def test_the_shapes_of_a_layer_win_over_its_attributes_but_text_does_not():
    text = [("species", pa.string()), ("x", pa.string()), ("y", pa.string())]
    number = [("_point_x", pa.float64()), ("_point_y", pa.float64())]
    found = find_columns(pa.schema(text + number), {"columns": {"x": "x"}}, "records")
    assert (found["x"], found["y"]) == ("_point_x", "_point_y")
    assert find(["species", "x", "y", "_point_x", "_point_y"])["x"] == "x"


def test_only_the_numbers_that_the_reader_added_are_called_added():
    text = [(name, pa.string()) for name in ("_radius_m", "point_x", "area_m2")]
    number = [(name, pa.float64()) for name in ("_point_x", "_point_y")]
    assert added_columns(pa.schema(text + number)) == ["_point_x", "_point_y"]


def test_an_area_that_the_attributes_of_a_layer_tell_is_still_found():
    text = [("species", pa.string()), ("area_m2", pa.string())]
    number = [(f"_{n}", pa.float64()) for n in ("point_x", "point_y", "radius_m")]
    for source in ({}, {"preset": "mine", "columns": {"area_m2": ["area_m2"]}}):
        source = source | {"constants": {"species": "Rana arvalis"}}
        found = find_columns(pa.schema(text + number), source, "records")
        assert (found["area_m2"], found["radius_m"]) == ("area_m2", "_radius_m")


# --- Leave to use the records

NAMED = {"columns": {"consent": ["toestemming_wnr"], "embargo_until": ["toon_datum"]}}


def permission(names, found=None, source=NAMED):
    schema = pa.schema([(name, pa.string()) for name in names])
    return check_permission(schema, found or {}, source, 1200, "records 'a'")


def test_a_file_without_the_promised_column_of_consent_gives_a_warning():
    consent, embargo = permission(["naam_lat", "x", "y"])
    assert "no column for consent found: all 1,200 rows are used" in consent
    assert "set `columns: {consent: ...}`" in consent
    assert "no column for embargo_until found" in embargo


def test_a_file_of_which_nobody_promised_consent_gives_no_warning():
    assert permission(["species", "x", "y"], source={}) == []


def test_columns_of_consent_and_embargo_that_are_read_give_no_warning():
    names = ["toestemming_wnr", "toon_datum", "toestemming_datum"]
    found = {"consent": "toestemming_wnr", "embargo_until": "toon_datum"}
    assert permission(names, found) == []


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("Toestemming2", "consent"),
        ("observer_CONSENT", "consent"),
        ("embargo_einde", "embargo_until"),
    ],
)
@pytest.mark.parametrize("source", [NAMED, {}])
def test_a_column_that_looks_like_consent_and_is_not_read_is_refused(
    name, field, source
):
    words = rf"'{name}'.*set `columns: {{{field}: {name}}}`"
    with pytest.raises(ValueError, match=words):
        permission(["naam_lat", name], source=source)
