"""The catalogue of layers and the table of their columns say the same."""

from pathlib import Path

import pandas as pd
import pytest

from robuust.output_contract import check_output_columns
from robuust.output_layers import LAYERS

COLUMNS = pd.read_csv(
    Path(__file__).parents[2] / "config" / "output_columns.csv", keep_default_na=False
)
# METHOD section 12: names that other people's projects refer to.
MAP_LAYERS = {
    *("patches", "links", "networks", "buffers", "pressure_zones", "robust_areas"),
    *("populations", "relict_sites", "restoration", "restoration_plan", "corridors"),
    *("corridor_paths", "pinch_points"),
    *(
        "report_units",
        "changes",
        "planned_changes",
        "population_changes",
        "quarantined_habitat",
        "quarantined_records",
        "quarantined_context",
        "coverage_faults",
    ),
}
TABLES = {
    *("group_summary", "reintroduction", "sensitivity", "ingest_summary"),
    *("settings", "sources"),
}
# What other people's projects refer to: METHOD, "Columns others may rely on".
PROMISED = {
    "patches": "patch_id group network_id area_ha effective_ha core_ha n_polygons "
    "shape_index capacity_ru below_minimum class reason_nl reason_en verdict_stability "
    "dpc dpc_intra dpc_flux dpc_connector betweenness metapopulation_share",
    "links": "group patch_id_a patch_id_b distance_m probability",
    "networks": "network_id group n_patches capacity_ru viable reason_nl reason_en",
    "group_summary": "group n_patches area_ha effective_ha pcnum pcnum_error_bound "
    "eca_ha pc_intra pc_direct pc_step iicnum metapopulation_capacity d0_m p0 "
    "distance_kind robust_ha n_stronghold n_key n_network n_near n_insufficient",
    "populations": "species group patch_id status rule first_year last_year n_records "
    "searched reason_nl reason_en",
    "restoration": "candidate_id area_ha cost_eur track score gain_per_ha gain_per_eur "
    "flips groups rank reason_nl reason_en",
    "restoration_plan": "budget_eur candidate_id method gain upper_bound gap_percent",
    "robust_areas": "robust_area_id area_ha n_groups groups species score rank",
    "ingest_summary": "source rows_in rows_kept rows_quarantined reason",
}


def test_every_layer_and_table_of_the_method_is_published():
    assert {layer.name for layer in LAYERS if layer.geometry_type} == MAP_LAYERS
    assert {layer.name for layer in LAYERS if not layer.geometry_type} >= TABLES


@pytest.mark.parametrize("layer", PROMISED)
def test_every_promised_column_is_published(layer):
    published = set(COLUMNS.loc[COLUMNS["layer"] == layer, "column"])
    assert set(PROMISED[layer].split()) <= published


def test_the_table_of_columns_is_complete():
    check_output_columns(COLUMNS)


def test_every_column_is_explained_in_two_languages():
    for name in ("alias_nl", "alias_en", "description_nl", "description_en"):
        assert COLUMNS[name].str.strip().ne("").all()
    assert (
        COLUMNS.loc[COLUMNS["column"].str.endswith("_ha"), "unit"]
        .isin(["ha", "1/ha"])
        .all()
    )
    assert COLUMNS.loc[COLUMNS["column"].str.endswith("_m"), "unit"].eq("m").all()


def test_layers_are_sorted_by_columns_that_they_have():
    for layer in LAYERS:
        own = set(COLUMNS.loc[COLUMNS["layer"] == layer.name, "column"])
        assert set(layer.sort) <= own, layer.name
