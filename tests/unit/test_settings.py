"""Everything that is wrong with settings and tables is found at once, in words."""

import copy
import datetime
import time
from pathlib import Path

import pandas as pd
import pytest
import yaml

from robuust.robustness import Norms
from robuust.settings import (
    check_settings,
    check_table,
    report_problems,
    typed_table,
    validate_settings,
)
from robuust.traits import TRAITS

HOME = Path(__file__).parents[2]


def read_yaml(*path):
    return yaml.safe_load(HOME.joinpath(*path).read_text(encoding="utf-8"))


DEMO = read_yaml("config", "config.yaml")
for key, value in read_yaml("config", "demo.yaml").items():
    # As Snakemake lays one file over the other.
    DEMO[key] = DEMO[key] | value if isinstance(value, dict) else value
CONFIG_SCHEMA = read_yaml("workflow", "schemas", "config.schema.yaml")
SCHEMAS = {
    name: read_yaml("workflow", "schemas", f"{name}.schema.yaml")
    for name in DEMO["tables"]
}
SHIPPED = {
    name: pd.read_csv(HOME / path, dtype=str, keep_default_na=False)
    for name, path in DEMO["tables"].items()
    if (HOME / path).exists()
}


@pytest.fixture
def config():
    return copy.deepcopy(DEMO)


@pytest.fixture
def tables():
    return {name: rows.copy() for name, rows in SHIPPED.items()}


@pytest.fixture
def few():
    """What the settings refer to; the other tables only cost time."""
    names = ("habitat_types", "suitability", "species_groups", "red_lists")
    return {name: SHIPPED[name] for name in (*names, "resistance")}


def problems_of(config, tables):
    return check_settings(config, CONFIG_SCHEMA, tables, SCHEMAS)


def only_problem(config, tables):
    problems = problems_of(config, tables)
    assert len(problems) == 1, report_problems(problems)
    return problems[0]


def row_of(rows, column, value):
    """Row number as a spreadsheet shows it."""
    return int(rows.index[rows[column] == value][0]) + 2


# --- The settings ---------------------------------------------------------------------


def test_the_demo_settings_have_no_problem(config, few):
    assert problems_of(config, few) == []


def test_an_unknown_key_is_refused_and_the_right_one_suggested(config, few):
    config["network"]["p_mim"] = 0.1
    problem = only_problem(config, few)
    assert (problem.file, problem.column) == ("settings", "network")
    assert problem.message == "unknown key 'p_mim'; did you mean 'p_min'?"


def test_a_missing_key_is_named_with_its_meaning(config, few):
    del config["grid"]["cell_m"]
    message = only_problem(config, few).message
    assert message == "the key 'cell_m' is missing: Side of a cell [m]."


@pytest.mark.parametrize(
    ("section", "key", "value", "words"),
    [
        ("network", "p0", 0, "more than 0 and less than 1"),
        ("network", "p0", 1.5, "found '1.5'"),
        ("network", "p_min", 0.2, "at most 0.1"),
        ("network", "crossing_width_m", float("nan"), "found 'nan'"),
        ("network", "dispersal_multiples", [1, float("nan")], "found 'nan'"),
        ("network", "sweep_m", [50, -1], "more than 0"),
        ("network", "sweep_m", [], "at least 1 long"),
        ("grid", "cell_m", "25", "write it without quotes"),
        ("grid", "cell_m", "wide", "a number"),
        ("grid", "min_groups", 1.5, "a whole number"),
        ("habitat", "unknown_codes", "ignore", "one of quarantine, refuse"),
        ("buffers", "classes", ["keys"], "stronghold, key, network"),
        ("restoration", "budgets_eur", [1, 1], "each entry once"),
        ("restoration", "candidate_shape", "circle", "one of square, hexagon"),
        ("restoration", "crossing_spacing_m", 0, "more than 0"),
        ("elaboration", "species", [4010], "write it in quotes: '4010'"),
        ("records", "recent_years", None, "found nothing"),
    ],
)
def test_a_wrong_value_is_refused_with_what_is_allowed(
    config, few, section, key, value, words
):
    config[section][key] = value
    problem = only_problem(config, few)
    assert problem.column.startswith(f"{section}.{key}")
    assert words in problem.message


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("area", "my area", "written like my_area"),
        ("area", "../elsewhere", "written like my_area"),
        ("language", "fr", "one of nl, en"),
        ("yardstick", "hectares", "one of norms, area_and_cohesion, both"),
        ("reference_date", "1/1/2026", "a date like 2026-01-01"),
        ("reference_date", datetime.date(2026, 1, 1), "in quotes: '2026-01-01'"),
        ("groups", "some", "'all' or a list"),
        ("groups", [], "at least 1 long"),
        ("earlier_results", "", "text or null"),
        ("network", None, "a section with keys of its own"),
        ("sources", [], "a section with keys of its own"),
    ],
)
def test_a_wrong_setting_is_refused(config, few, key, value, words):
    config[key] = value
    problem = only_problem(config, few)
    assert problem.column == key
    assert words in problem.message


def test_no_habitat_source_is_refused(config, few):
    config["sources"]["habitat"] = []
    problem = only_problem(config, few)
    assert problem.column == "sources.habitat"
    assert "at least 1 long" in problem.message


def test_a_problem_of_a_source_names_the_source(config, few):
    config["sources"]["habitat"][0]["preset"] = 3
    assert only_problem(config, few).column == "sources.habitat[habitat_map].preset"


@pytest.mark.parametrize(
    ("classes", "column", "words"),
    [
        (["frogs"], "least_cost.classes", "found 'frogs', which is not in the table"),
        ("some", "least_cost.classes", "allowed is 'all' or a list"),
        (["amphibians", "amphibians"], "least_cost.classes", "each entry once"),
    ],
)
def test_least_cost_is_for_mobility_classes(config, tables, classes, column, words):
    config["sources"]["land_cover"] = [
        {"name": "cover", "path": "cover.gpkg", "land_cover_column": "kind"}
    ]
    config["least_cost"]["classes"] = classes
    problem = only_problem(config, tables)
    assert problem.column == column
    assert words in problem.message


def test_every_land_cover_needs_a_resistance_for_a_class_that_moves_over_it(
    config, few
):
    rows = few["resistance"]
    few["resistance"] = rows[(rows["mobility_class"] != "*") | (rows.index % 2 == 0)]
    config["least_cost"]["classes"] = ["amphibians", "bats"]
    problem = only_problem(config, few)
    assert problem.file == config["tables"]["resistance"]
    assert "has no row for bats" in problem.message


def test_least_cost_needs_land_cover(config, few):
    config["sources"]["land_cover"] = []
    config["least_cost"]["classes"] = "all"
    problem = only_problem(config, few)
    assert problem.column == "least_cost.classes"
    assert "sources.land_cover" in problem.message


@pytest.mark.parametrize(
    ("kind", "source", "words"),
    [
        ("habitat", {}, "needs preset (a known kind of map), code_column"),
        ("habitat", {"code": "9999"}, "habitat code '9999'"),
        ("habitat", {"code": 4010}, "in quotes: '4010'"),
        ("habitat", {"codes": {"heath": "4010"}}, "'heath'; allowed is a number"),
        ("habitat", {"codes": {1: 4010}}, "in quotes: '4010'"),
        ("habitat", {"codes": {}}, "allowed is"),
        ("habitat", {"preset": "bwk", "cod_column": "x"}, "unknown key 'cod_column'"),
        ("habitat", {"preset": "bwk", "format": "bwk"}, "unknown key 'format'"),
        ("habitat", {"preset": "bwk", "quality_words": {"G": 2}}, "at most 1"),
        ("barriers", {}, "barrier_column"),
        ("barriers", {"barrier": "road", "preset": "bwk"}, "unknown key 'preset'"),
        ("crossings", {"barrier": "road"}, "unknown key 'barrier'"),
        ("land_cover", {}, "needs land_cover_column"),
        ("land_cover", {"classes": {1: "forrest"}}, "did you mean 'forest'?"),
        ("candidates", {}, "code_column"),
        ("report_units", {"name_column": "n"}, "the key 'level' is missing"),
        ("records", {"columns": {"soort": "x"}}, "unknown key 'soort'"),
        ("records", {"columns": {"species": []}}, "at least 1 long"),
        ("records", {"columns": {"species": 3}}, "text or a list"),
        ("records", {"constants": {"uncertainty_m": "707 m"}}, "a number"),
        ("records", {"constants": {"uncertainty": 707}}, "mean 'uncertainty_m'"),
        ("records", {"swap_coordinates": "x"}, "yes or no"),
        ("records", {"date_order": "dmy"}, "one of day_first, month_first"),
        ("records", {"consent_words": "ja"}, "a list"),
        ("records", {"delimiter": ";;"}, "at most 1 signs"),
    ],
)
def test_a_source_that_says_too_little_or_the_wrong_thing(
    config, few, kind, source, words
):
    config["sources"][kind] = [{"name": "mine", "path": "mine.gpkg", **source}]
    problem = only_problem(config, few)
    assert problem.column.startswith(f"sources.{kind}[mine]")
    assert words in problem.message


@pytest.mark.parametrize(
    ("kind", "source"),
    [
        ("habitat", {"preset": "bwk", "use_units": True}),
        ("habitat", {"codes": {1: "4010", 2: "4030"}}),
        ("habitat", {"code": "4010", "value": 3}),
        ("habitat", {"code_column": "c", "no_habitat": ["geen"], "overlay": "a"}),
        ("records", {}),
        ("records", {"preset": "waarnemingen", "crs": "EPSG:28992"}),
        ("records", {"columns": {"species": ["soort", "naam"], "x": "x_l72"}}),
        ("records", {"constants": {"uncertainty_m": 707, "generalised": True}}),
        ("records", {"swap_coordinates": True, "date_order": "month_first"}),
        ("records", {"delimiter": ";", "encoding": "cp1252"}),
    ],
)
def test_a_source_may_say_all_that_a_file_needs(config, few, kind, source):
    config["sources"][kind] = [{"name": "mine", "path": "mine.gpkg", **source}]
    assert problems_of(config, few) == []


def test_a_historic_map_is_read_as_a_habitat_map(config, few):
    historic = [{"name": "ferraris", "path": "map_1775.gpkg", "preset": "bwk"}]
    config["sources"]["historic_habitat"] = historic
    assert problems_of(config, few) == []
    del historic[0]["preset"]
    assert only_problem(config, few).column == "sources.historic_habitat[ferraris]"


def test_two_sources_with_one_name_are_refused_whatever_their_kind(config, few):
    config["sources"]["plans"][0]["name"] = "habitat_map"
    message = only_problem(config, few).message
    assert message.startswith("2 sources are named 'habitat_map' (habitat, plans)")


def test_codes_in_the_settings_are_read_as_those_of_a_map(config, few):
    parcels = {"name": "parcels", "path": "parcels.gpkg"}
    for code in ("H4030", "H2190B", "rbbmr+", "gh"):
        config["sources"]["candidates"] = [parcels | {"code": code}]
        assert problems_of(config, few) == []
    config["sources"]["candidates"] = [parcels | {"code": "2190_xyz"}]
    assert "'2190_xyz', which is not in the table" in only_problem(config, few).message


def test_a_red_list_that_no_table_has_is_told_with_the_nearest_name(config, few):
    config["red_lists"] = ["flandres"]
    problem = only_problem(config, few)
    assert problem.column == "red_lists"
    assert "flanders" in problem.message


def test_a_target_species_that_no_table_has_is_refused(config, few):
    few |= {"species": SHIPPED["species"]}
    config["elaboration"]["species"] = ["Hyla arborea"]
    assert problems_of(config, few) == []
    config["elaboration"]["species"] = ["Hyla arborae"]
    problem = only_problem(config, few)
    assert problem.column == "elaboration.species"
    assert "Hyla arborea" in problem.message


def test_a_sensitive_species_that_no_table_has_would_not_be_hidden_and_is_refused(
    config, tables
):
    config["sensitive_species"] = {"Hyla arborea": 5000}
    assert problems_of(config, tables) == []
    config["sensitive_species"] = {"Hyla arborae": 5000}
    problem = only_problem(config, tables)
    assert problem.column == "sensitive_species"
    assert "Hyla arborea" in problem.message
    config["sensitive_species"] = {"Hyla arborea": 50}
    assert "sensitive_species" in only_problem(config, tables).column


def test_who_answers_for_a_species_may_be_blank_but_not_left_out(config, few):
    species = SHIPPED["species"]
    assert problems_of(config, few | {"species": species.assign(responsible="")}) == []
    problem = only_problem(
        config, few | {"species": species.drop(columns="responsible")}
    )
    assert problem.column == "responsible"


def test_the_codes_of_a_raster_must_be_in_the_table(config, few):
    codes = {1: "4010", 2: "4031"}
    config["sources"]["habitat"] = [{"name": "r", "path": "r.tif", "codes": codes}]
    problem = only_problem(config, few)
    assert problem.column == "sources.habitat[r].codes"
    assert "'4031'" in problem.message


def test_p_min_must_be_less_than_p0(config, few):
    config["network"] |= {"p0": 0.05, "p_min": 0.06}
    assert only_problem(config, few).message == (
        "found 0.06; it must be less than p0, which is 0.05"
    )


def test_a_group_that_no_table_has_is_named_with_a_suggestion(config, few):
    config["groups"] = ["amphibians_pool"]
    problem = only_problem(config, few)
    assert (problem.file, problem.column) == ("settings", "groups")
    assert problem.message.endswith("did you mean 'amphibians_pools'?")


def test_settings_without_any_key_name_every_key():
    problems = validate_settings({}, CONFIG_SCHEMA)
    assert len(problems) == len(CONFIG_SCHEMA["required"])


def test_every_key_of_the_settings_has_a_description():
    def lacking(rule, path):
        for name, inner in rule.get("properties", {}).items():
            reference = inner.get("$ref", "").removeprefix("#/$defs/")
            whole = CONFIG_SCHEMA["$defs"].get(reference, {}) | inner
            if "description" not in whole:
                yield f"{path}{name}"
            yield from lacking(inner, f"{path}{name}.")

    sections = {"": CONFIG_SCHEMA, **CONFIG_SCHEMA["$defs"]}
    found = [key for name, rule in sections.items() for key in lacking(rule, name)]
    assert found == []


# --- The tables -----------------------------------------------------------------------


def test_the_shipped_tables_have_no_problem(tables):
    found = {n: check_table(n, rows, SCHEMAS[n])[0] for n, rows in tables.items()}
    assert {name: problems for name, problems in found.items() if problems} == {}


def test_file_row_and_column_are_those_of_a_spreadsheet(config, tables):
    config["tables"]["mobility_classes"] = "mine/classes.csv"
    tables["mobility_classes"].loc[0, "edge_depth_m"] = "-3"
    problem = only_problem(config, tables)
    assert (problem.file, problem.row) == ("mine/classes.csv", 2)
    assert str(problem) == (
        "mine/classes.csv, row 2, column edge_depth_m: found '-3'; allowed is "
        "a number, at least 0 and at most 10000 (How far the influence of the "
        "surroundings reaches into a patch [m])"
    )


@pytest.mark.parametrize(
    ("table", "column", "value", "words"),
    [
        ("mobility_classes", "dispersal_max_m", "-3", "more than 0"),
        ("mobility_classes", "mvp_ru", "many", "a number"),
        ("mobility_classes", "mvp_ru", "nan", "a number"),
        ("mobility_classes", "mvp_ru", "inf", "a number"),
        (
            "mobility_classes",
            "min_patch_ha",
            "0,5",
            "decimal comma; write a point: 0.5",
        ),
        ("mobility_classes", "min_neighbours", "1.5", "a whole number"),
        ("mobility_classes", "verified", "maybe", "one of yes, partial, no"),
        ("mobility_classes", "source", "", "blank and must be filled"),
        ("species_groups", "mobility_class", "", "blank and must be filled"),
        (
            "species_groups",
            "mobility_class",
            "wader",
            "not in the table mobility_classes",
        ),
        ("species_groups", "bundle", "dune_slack", "did you mean 'dune_slacks'?"),
        ("species_groups", "weight", "0", "more than 0"),
        ("suitability", "suitability", "1.2", "at most 1"),
        ("suitability", "role", "c", "one of whole, a, b"),
        ("suitability", "code", "2190 mp", "written like 2190*"),
        ("suitability", "code", "9999*", "not in the table habitat_types"),
        ("species", "group", "plants", "not in the table species_groups"),
        ("species", "habitat_codes", "2190;219O", "found '219O'"),
        ("species", "taxon_group", "bird", "did you mean 'birds'?"),
        ("red_lists", "category", "EX", "RE, CR, EN, VU, NT, LC, DD"),
        ("species", "annexes", "2", "written like II;IV"),
        ("species", "species", "boomkikker", "written like Hyla arborea"),
        ("species", "seed_bank_years", "-1", "at least 0"),
        ("species", "synonyms", "Hyla arborea", "names another species"),
        ("habitat_types", "priority", "maybe", "yes or no"),
        ("habitat_types", "bundle", "dunes", "not in the table suitability"),
        ("parameter_evidence", "mobility_class", "wader", "mobility_classes"),
        ("parameter_evidence", "parameter", "speed", "one of local_distance_m"),
        ("parameter_evidence", "low", "5", "give both, or neither"),
        ("barrier_types", "mobility_class", "wader", "not in the table"),
        ("barrier_types", "crossing_probability", "2", "at most 1"),
        ("barrier_types", "crossing_cost_eur", "-1", "at least 0"),
        ("conversions", "code", "2191", "not in the table habitat_types"),
        ("conversions", "target_code", "2191", "not in the table habitat_types"),
        ("conversions", "share", "60", "at most 1"),
        ("resistance", "mobility_class", "wader", "not in the table"),
        ("resistance", "resistance", "0.5", "at least 1"),
        ("pressures", "bundle", "dunes", "not in the table suitability"),
        ("pressures", "width_m", "0", "more than 0"),
    ],
)
def test_one_wrong_cell_is_one_problem_in_its_place(
    config, tables, table, column, value, words
):
    rows = tables[table]
    rows.loc[rows.index[-1], column] = value
    problem = only_problem(config, tables)
    assert problem.file == config["tables"][table]
    assert problem.row == len(rows) + 1
    assert column in problem.column
    assert words in problem.message


ANSWER = {
    **{"species": "Hyla arborea", "patch_id": "*", "question": "q4_causes"},
    **{"answer": "yes", "evidence": "ditch filled in 2024", "validated": "yes"},
}


def test_an_answer_on_a_reintroduction_is_no_problem(config, tables):
    tables["reintroduction_answers"] = pd.DataFrame([ANSWER])
    assert problems_of(config, tables) == []


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("species", "Hyla arboria", "did you mean 'Hyla arborea'?"),
        ("patch_id", "", "blank"),
        ("question", "q5_isolated", "q4_causes, q7_monitoring"),
        ("answer", "maybe", "yes, no, unknown"),
        ("evidence", "", "blank"),
        ("evidence", "x" * 301, "300"),
        ("validated", "", "blank"),
    ],
)
def test_an_answer_needs_its_species_question_evidence_and_validation(
    column, value, words, config, tables
):
    tables["reintroduction_answers"] = pd.DataFrame([ANSWER | {column: value}])
    problem = only_problem(config, tables)
    assert problem.file == config["tables"]["reintroduction_answers"]
    assert (problem.row, problem.column) == (2, column)
    assert words in problem.message


def test_two_answers_to_one_question_are_refused(config, tables):
    tables["reintroduction_answers"] = pd.DataFrame([ANSWER, ANSWER | {"answer": "no"}])
    assert "stands in row 2 already" in only_problem(config, tables).message


def test_an_unknown_column_is_refused(config, tables):
    tables["species"]["colour"] = "green"
    problem = only_problem(config, tables)
    assert (problem.row, problem.column) == (1, "colour")
    assert problem.message == "unknown column"


def test_a_missing_column_is_one_problem_not_one_a_row(config, tables):
    del tables["species"]["long_lived"]
    problem = only_problem(config, tables)
    assert (problem.row, problem.column) == (1, "long_lived")
    assert problem.message.startswith("the column is missing")


@pytest.mark.parametrize(
    ("table", "column"),
    [("species", "group"), ("species", "synonyms"), ("pressures", "source")],
)
def test_a_column_that_a_step_reads_may_be_blank_but_not_left_out(
    table, column, config, tables
):
    del tables[table][column]
    problem = only_problem(config, tables)
    assert (problem.row, problem.column) == (1, column)
    assert problem.message.startswith("the column is missing")


def test_columns_that_may_be_blank_may_be_left_out(config, tables):
    for column in ("min_neighbours", "local_distance_m", "source", "verified"):
        del tables["species_groups"][column]
    assert problems_of(config, tables) == []


def test_a_table_with_semicolons_is_refused_in_those_words(config, tables):
    tables["pressures"] = pd.DataFrame({"pressure;bundle;width_m": ["nitrogen;*;250"]})
    assert "save the table as CSV with commas" in only_problem(config, tables).message


def test_a_repeated_row_is_refused_and_names_the_first_one(config, tables):
    rows = tables["suitability"]
    rows.loc[len(rows)] = rows.loc[3]
    problem = only_problem(config, tables)
    assert (problem.row, problem.column) == (len(rows) + 1, "code, bundle")
    assert "stands in row 5 already" in problem.message


def test_blank_rows_and_blanks_round_a_value_are_no_problem(config, tables):
    rows = tables["pressures"]
    rows.loc[0, "width_m"] = " 250 "
    rows.loc[len(rows)] = ""
    assert problems_of(config, tables) == []


def test_rows_after_a_blank_one_keep_their_number(config, tables):
    rows = tables["pressures"]
    rows.loc[3] = ""
    rows.loc[5, "width_m"] = "wide"
    assert only_problem(config, tables).row == 7


@pytest.mark.parametrize(
    "name",
    [
        *("ingest", "all_groups", "tables", "staging"),
        *("current_flow", "species_sheets", "unit_sheets", "pictures", "metadata"),
    ],
)
def test_a_group_cannot_be_named_as_a_folder_of_results(config, tables, name):
    config["groups"] = "all"
    rows = tables["species_groups"]
    rows.loc[len(rows)] = rows.loc[0].replace(rows.loc[0, "group"], name)
    assert "name of a folder with results" in only_problem(config, tables).message


def test_a_table_without_groups_says_so(config, tables):
    config["groups"] = "all"
    tables["species_groups"] = tables["species_groups"].iloc[:0]
    tables["species"]["group"] = ""
    assert "the table has no groups" in only_problem(config, tables).message


@pytest.mark.parametrize(
    ("column", "value", "other"),
    [
        ("key_patch_ru", "99999", "mvp_ru"),
        ("mvp_ru", "99999", "network_ru_with_key"),
        ("network_ru_with_key", "99999", "network_ru_without_key"),
        ("dispersal_median_m", "99999", "dispersal_max_m"),
        ("buffer_inner_m", "99999", "buffer_mid_m"),
        ("buffer_outer_m", "1", "buffer_mid_m"),
    ],
)
def test_values_of_a_class_in_the_wrong_order_are_refused(
    config, tables, column, value, other
):
    rows = tables["mobility_classes"]
    row = row_of(rows, "mobility_class", "amphibians")
    rows.loc[row - 2, column] = value
    problems = problems_of(config, tables)
    words = f"{other}" if value != "1" else "buffer_outer_m"
    assert any(p.row == row and words in p.message for p in problems)
    assert {p.file for p in problems} == {config["tables"]["mobility_classes"]}


def test_a_key_patch_above_the_viable_population_is_told_with_both_figures(
    config, tables
):
    rows = tables["mobility_classes"]
    row = row_of(rows, "mobility_class", "amphibians")
    rows.loc[row - 2, "key_patch_ru"] = "250"
    problem = only_problem(config, tables)
    assert str(problem) == (
        f"config/mobility_classes.csv, row {row}, column key_patch_ru: found 250, more "
        "than mvp_ru, which is 200; it must be at most that"
    )


def test_a_class_without_the_area_of_a_reproductive_unit_is_refused(config, tables):
    rows = tables["mobility_classes"]
    row = row_of(rows, "mobility_class", "amphibians")
    rows.loc[row - 2, "reproductive_unit_ha"] = ""
    assert str(only_problem(config, tables)) == (
        f"config/mobility_classes.csv, row {row}, column reproductive_unit_ha: the "
        "cell is blank and must be filled: Habitat that one reproductive unit (pair, "
        "family, cluster) needs [ha]."
    )


def test_a_class_without_evidence_is_told_which_values_lack_it(config, tables):
    rows = tables["parameter_evidence"]
    amphibians = rows["mobility_class"] == "amphibians"
    lost = amphibians & rows["parameter"].isin(["mvp_ru", "key_patch_ru"])
    tables["parameter_evidence"] = rows[~lost].reset_index(drop=True)
    problem = only_problem(config, tables)
    row = row_of(tables["mobility_classes"], "mobility_class", "amphibians")
    assert (problem.row, problem.column) == (row, "mobility_class")
    assert problem.message.startswith(
        "'amphibians' has no row in the table parameter_evidence for key_patch_ru, "
        "mvp_ru; add one for each"
    )


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("small_ha", "60", "found 60, more than large_ha, which is 50"),
        ("isolated_good_ha", "40", "found 50, more than isolated_good_ha, which is 40"),
        (
            "cohesive_distance_m",
            "2000",
            "more than neighbour_distance_m, which is 1000",
        ),
        ("large_ha", "", "the cell is blank and must be filled"),
        ("large_ha", "-5", "more than 0"),
        ("bundle", "forest", "which is not in the table suitability"),
    ],
)
def test_wrong_area_classes_are_told_with_their_row(
    config, tables, column, value, words
):
    tables["area_classes"].loc[0, column] = value
    problem = only_problem(config, tables)
    assert (problem.file, problem.row) == ("config/area_classes.csv", 2)
    assert words in problem.message


def test_a_norm_of_a_species_must_fit_those_of_its_group(config, tables):
    rows = tables["species"]
    row = row_of(rows, "species", "Botaurus stellaris")
    rows["mvp_ru"] = ""
    rows.loc[row - 2, "mvp_ru"] = "15"
    assert str(only_problem(config, tables)) == (
        f"config/species.csv, row {row}, column key_patch_ru: found 20, more than "
        "mvp_ru, which is 15; it must be at most that (a blank cell has the value of "
        "the group)"
    )
    rows.loc[row - 2, "mvp_ru"] = "70"
    assert problems_of(config, tables) == []


def test_a_norm_of_a_species_is_above_zero(config, tables):
    tables["species"]["key_patch_ru"] = ""
    tables["species"].loc[3, "key_patch_ru"] = "0"
    problem = only_problem(config, tables)
    assert (problem.row, problem.column) == (5, "key_patch_ru")
    assert "more than 0" in problem.message


def test_a_species_that_needs_other_patches_needs_a_group_of_its_own(config, tables):
    tables["species"]["local_distance_m"] = ""
    assert str(only_problem(config, tables)) == (
        "config/species.csv, row 1, column local_distance_m: patches and links are "
        "drawn once for a whole group; a species that needs others gets a group of its "
        "own, with this value, in species_groups.csv"
    )


def test_what_a_species_cannot_have_of_its_own_is_told_for_every_trait():
    own = set(SCHEMAS["species"]["properties"]) & set(TRAITS)
    assert own == {"reproductive_unit_ha", *Norms.__annotations__}
    assert set(SCHEMAS["species"]["x-elsewhere"]) == set(TRAITS) - own
    norms = SCHEMAS["mobility_classes"]["properties"]
    for name in own:
        bounds = {k: v for k, v in norms[name].items() if k != "description"}
        assert bounds.items() <= SCHEMAS["species"]["properties"][name].items()


def test_a_species_in_two_groups_is_refused_in_words(config, tables):
    rows = tables["species"]
    again = rows.loc[rows["species"] == "Hyla arborea"].assign(group="reptiles_heath")
    tables["species"] = pd.concat([rows, again], ignore_index=True)
    problem = only_problem(config, tables)
    assert (problem.row, problem.column) == (len(rows) + 2, "species")
    first = row_of(rows, "species", "Hyla arborea")
    assert problem.message == (
        f"'Hyla arborea' stands in row {first} already; a species is judged in one "
        "group, so keep one of the two rows; habitat that it also uses is a row of its "
        "group's bundle in suitability.csv"
    )


def test_wrong_rules_of_status_are_told_with_all_other_problems(config, tables):
    tables["status_rules"].loc[1, "conditions"] = "recent;belowkey"
    tables["status_rules"].loc[7, "conditions"] = "earlier"
    tables["species"].loc[0, "group"] = "dragons"
    problems = problems_of(config, tables)
    assert [(p.file, p.row) for p in problems] == [
        ("config/species.csv", 2),
        ("config/status_rules.csv", 3),
        ("config/status_rules.csv", 9),
        ("config/status_rules.csv", 9),
    ]
    assert "did you mean 'below_key'?" in problems[1].message
    assert "this rule never decides: rule 6 (row 7)" in problems[3].message


def test_a_rule_gives_only_a_status_that_is_known(config, tables):
    tables["status_rules"].loc[2, "status"] = "relic"
    assert "did you mean 'relict'?" in only_problem(config, tables).message


def test_a_value_of_a_group_against_the_order_is_a_problem_of_the_group(config, tables):
    rows = tables["species_groups"]
    row = row_of(rows, "group", "amphibians_pools")
    rows.loc[row - 2, "dispersal_median_m"] = "9999"
    problem = only_problem(config, tables)
    assert problem.file == config["tables"]["species_groups"]
    assert problem.row == row
    assert "found 9999, more than dispersal_max_m, which is 2000" in problem.message


def test_a_range_upside_down_or_beside_its_value_is_refused(config, tables):
    rows = tables["parameter_evidence"]
    row = rows.index[
        (rows["mobility_class"] == "amphibians") & (rows["parameter"] == "mvp_ru")
    ][0]
    rows.loc[row, ["low", "high"]] = ["300", "100"]
    assert "more than high, which is 100" in only_problem(config, tables).message
    rows.loc[row, ["low", "high"]] = ["300", "400"]
    message = only_problem(config, tables).message
    assert message.startswith(
        "mvp_ru of amphibians is 200, outside the range 300 to 400"
    )
    rows.loc[row, ["low", "high"]] = ["100", "400"]
    assert problems_of(config, tables) == []


def test_a_role_without_its_partner_is_refused(config, tables):
    rows = tables["suitability"]
    water = (rows["bundle"] == "amphibian_pools") & (rows["role"] == "a")
    tables["suitability"] = rows.loc[~water].reset_index(drop=True)
    assert "codes of role b, none of role a" in only_problem(config, tables).message


def test_a_bundle_with_roles_needs_the_distance_between_them(config, tables):
    rows = tables["species_groups"]
    row = row_of(rows, "group", "amphibians_pools")
    rows.loc[row - 2, "role_distance_m"] = ""
    problem = only_problem(config, tables)
    assert (problem.row, problem.column) == (row, "role_distance_m")


# --- All together ---------------------------------------------------------------------


def test_problems_of_several_tables_and_the_settings_come_together(config, tables):
    config["grid"]["cell"] = 25
    tables["mobility_classes"].loc[4, "mvp_ru"] = "many"
    tables["species_groups"].loc[0, "mobility_class"] = "wader"
    tables["species"].loc[9, "long_lived"] = "perhaps"
    tables["species"].loc[2, "group"] = "nowhere"
    text = report_problems(problems_of(config, tables))
    lines = [line.split(":")[0] for line in text.splitlines()]
    assert lines == [
        "5 problems in the settings and tables; nothing was run.",
        "",
        "config/mobility_classes.csv",
        "  row 6, column mvp_ru",
        "",
        "config/species.csv",
        "  row 4, column group",
        "  row 11, column long_lived",
        "",
        "config/species_groups.csv",
        "  row 2, column mobility_class",
        "",
        "settings",
        "  grid",
    ]


def test_settings_of_any_shape_give_words_and_no_crash(config, few):
    for key in list(config):
        for value in (None, 3, "text", [], {}, [None], [{"name": None}], {"x": [[]]}):
            broken = config | {key: value}
            assert isinstance(problems_of(broken, few), list)


def test_a_table_that_was_not_read_leaves_the_other_ones_checked(config, tables):
    for name in list(tables):
        rest = {other: rows for other, rows in tables.items() if other != name}
        assert problems_of(config, rest) == []
        assert problems_of(config, {name: tables[name]}) == []


def test_a_table_that_is_nothing_but_its_header_gives_words_and_no_crash(
    config, tables
):
    for name in tables:
        emptied = tables | {name: tables[name].iloc[:0]}
        assert isinstance(problems_of(config, emptied), list)


def test_checking_costs_less_than_half_a_second_of_work(config, tables):
    start = time.process_time()
    problems_of(config, tables)
    assert time.process_time() - start < 1.0  # twice the goal, for slow machines


def test_checking_leaves_settings_and_tables_as_they_were(config, tables):
    problems_of(config, tables)
    assert config == DEMO
    for name, rows in tables.items():
        pd.testing.assert_frame_equal(rows, SHIPPED[name])


# --- Types ----------------------------------------------------------------------------

TYPES = {
    "properties": {
        "code": {"type": "string"},
        "share": {"type": "number"},
        "year": {"type": "integer"},
        "listed": {"type": "boolean"},
        "note": {"type": "string"},
    }
}


def test_cells_get_the_types_of_the_schema_and_blanks_are_missing():
    rows = pd.DataFrame(
        {
            "year": ["2006", "", "2010.0"],
            "code": ["4010", "91E0", ""],
            "listed": ["yes", "no", ""],
            "share": ["1e-3", "", " 2 "],
        }
    )
    typed = typed_table(rows, TYPES)
    assert list(typed) == ["code", "share", "year", "listed", "note"]
    dtypes = [str(dtype) for dtype in typed.dtypes]
    assert dtypes == ["str", "float64", "Int64", "boolean", "str"]
    assert typed["code"].tolist()[:2] == ["4010", "91E0"]
    assert typed["share"].tolist()[::2] == [0.001, 2]
    assert typed["year"].tolist()[::2] == [2006, 2010]
    assert typed["listed"].tolist()[:2] == [True, False]
    assert typed.isna().sum().tolist() == [1, 1, 1, 1, 3]


def test_a_table_of_the_wrong_types_is_not_typed_in_silence():
    with pytest.raises(ValueError, match="share"):
        typed_table(pd.DataFrame({"share": ["0,5"]}), TYPES)
    with pytest.raises(ValueError, match="colour"):
        typed_table(pd.DataFrame({"colour": ["red"]}), TYPES)


def test_an_empty_table_has_its_columns_and_types():
    typed = typed_table(pd.DataFrame({"code": []}, dtype=str), TYPES)
    assert typed.empty
    assert str(typed["share"].dtype) == "float64"
