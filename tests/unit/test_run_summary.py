"""What a run says of itself: ten lines, every setting, and how to repeat it."""

import pandas as pd

from robuust.group_changes import no_group_changes
from robuust.run_summary import (
    parameter_table_rows,
    run_info_rows,
    settings_rows,
    software_versions,
    summary_lines,
)

FRAMES = {
    "group_summary": pd.DataFrame(
        {
            "group": ["frogs", "larks"],
            "name_nl": ["Kikkers", "Leeuweriken"],
            "name_en": ["Frogs", "Larks"],
            "n_patches": [4, 0],
            "n_stronghold": [1, 0],
            "n_key": [0, 0],
            "n_network": [2, 0],
            "n_near": [0, 0],
            "n_insufficient": [1, 0],
        }
    ),
    "robust_areas": pd.DataFrame({"area_ha": [10.5, 2.0]}),
    "bundle_summary": pd.DataFrame(
        {"bundle": ["*", "pools"], "in_small_areas_ha": [0.75, 0.75]}
    ),
    "populations": pd.DataFrame(
        {"status": ["lost", "viable", "lost"], "n_records": [2, 30, 1]}
    ),
    "relict_sites": pd.DataFrame(
        {
            "species": ["Rana", "Hyla"],
            "patch_id": ["p1", "p2"],
            "rank": [2, 1],
        }
    ),
    "restoration": pd.DataFrame(
        {
            "candidate_id": ["b", "a"],
            "rank": [2, 1],
            "area_ha": [1.25, 3.0],
            "track": ["verbreden", "uitvoeren"],
        }
    ),
    "plan_curve": pd.DataFrame(
        {
            "budget_eur": [250_000.0, 250_000.0],
            "plan": ["best", "nested"],
            "n": [2, 1],
            "gain": [0.125, 0.1],
        }
    ),
    "group_changes": no_group_changes(),
    "population_changes": pd.DataFrame(columns=["outcome", "red_list", "species"]),
    "ingest_summary": pd.DataFrame(
        {
            "reason": ["balance", "no_date", "balance"],
            "rows_in": [100, 5, 20],
            "rows_quarantined": [5, 5, 0],
        }
    ),
}


def lines(language, frames=FRAMES):
    return summary_lines(frames, title="Marsh", language=language, results="results/x")


def test_ten_lines_say_what_a_planner_asks_first():
    text = {
        name: rest.strip()
        for name, _, rest in (li.partition(":") for li in lines("en"))
    }
    assert text == {
        "Area": "Marsh",
        "Species groups": "2, without habitat: Larks",
        "Robust areas": "2, 12.5 ha; 0.75 ha in smaller ones, not listed",
        "Patches": "1 stronghold, 0 key patch, 2 viable network, "
        "0 nearly sufficient, 1 insufficient",
        "Populations": "1 viable, 2 lost",
        "Relicts first": "Hyla (p2); Rana (p1)",
        "Restore first": "a (3 ha, uitvoeren); b (1.25 ha, verbreden)",
        "Plan": "250,000 euro: 2 candidates, gain 0.125",
        "Quarantine": "5 of 120 rows, each with its reason",
        "Open": "results/x/robuust.qgz (QGIS), results/x/report.html, "
        "results/x/robuust.gpkg, results/x/tables/",
    }


def test_with_an_earlier_run_three_lines_more_say_who_loses_and_who_wins():
    groups = no_group_changes()
    groups.loc[0, ["group", "name_en", "balance"]] = ["frogs", "tree frogs", "loses"]
    groups.loc[0, "eca_change_share"] = -0.25
    told = lines("en", FRAMES | {"group_changes": groups})
    assert len(told) == 13
    assert told[-4].split(":")[1].strip() == "tree frogs (-25 %)"
    assert told[-3].startswith("Who wins:")
    assert told[-2].startswith("At risk:")


def test_a_run_on_habitat_alone_says_so():
    unseen = pd.DataFrame({"status": ["unreachable"], "n_records": [0]})
    told = "\n".join(lines("en", FRAMES | {"populations": unseen}))
    assert "1 unreachable; beware: not one record lies at a patch" in told


def test_dutch_has_ten_lines_too_and_a_decimal_comma():
    assert len(lines("nl")) == 10
    assert lines("nl")[2].endswith("2, 12,5 ha; 0,75 ha in kleinere, niet in de lijst")


def test_a_run_without_any_row_has_ten_lines():
    empty = {name: rows.iloc[:0] for name, rows in FRAMES.items()}
    assert len(lines("nl", empty)) == 10


def test_settings_are_flat_and_carry_their_meaning():
    schema = {
        "properties": {
            "network": {"properties": {"p0": {"description": "Probability at d0."}}}
        }
    }
    config = {"network": {"p0": 0.5}, "groups": ["a", "é"], "earlier": None, "crs": "X"}
    assert settings_rows(config, schema).values.tolist() == [
        ["network.p0", "0.5", "Probability at d0."],
        ["groups", '["a", "é"]', ""],
        ["earlier", "null", ""],
        ["crs", "X", ""],
    ]


def info(settings, contents):
    rows = run_info_rows(
        versions={"robuust": "0.1.0"},
        library="abc",
        settings=settings_rows(settings, {}),
        tables=parameter_table_rows(contents),
        crs="EPSG:31370",
        reference_date="2026-01-01",
    )
    return dict(zip(rows["key"], rows["value"], strict=True))


def test_fingerprints_change_with_what_they_stand_for_only():
    first = info({"p0": 0.5}, {"a.csv": b"x\n1\n"})
    assert first == info({"p0": 0.5}, {"a.csv": b"x\n1\n"})
    assert first["version_robuust"] == "0.1.0"
    other_setting = info({"p0": 0.4}, {"a.csv": b"x\n1\n"})
    other_table = info({"p0": 0.5}, {"a.csv": b"x\n2\n"})
    for other, changed in (
        (other_setting, "settings"),
        (other_table, "parameter_tables"),
    ):
        assert {key for key in first if first[key] != other[key]} == {changed}


def test_a_parameter_table_has_rows_and_a_checksum():
    row = parameter_table_rows({"config/species.csv": b"species\nErica\n"}).iloc[0]
    assert (row["source"], row["kind"], row["rows"]) == (
        "species",
        "parameter_table",
        1,
    )
    assert row["sha256"].startswith("542b2e0b283b")  # as sha256sum says


def test_the_versions_name_what_the_numbers_stand_on():
    versions = software_versions("0.1.0")
    assert {"robuust", "geopandas", "shapely", "scipy", "gdal", "geos"} <= set(versions)
    assert all(versions.values())
