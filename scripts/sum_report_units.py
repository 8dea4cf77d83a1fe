"""Rule sum_report_units: hectares, species, priorities and targets per unit."""

import logging

import geopandas as gpd
import pandas as pd
import pyogrio

from robuust.history import run_figures, with_run
from robuust.polygons import HA
from robuust.priorities import near_patches
from robuust.priority_certainty import score_parts
from robuust.red_lists import red_list_categories
from robuust.report_units import (
    unit_candidates,
    unit_classes,
    unit_populations,
    unit_priorities,
    unit_species,
    unit_totals,
)
from robuust.runlog import log_to
from robuust.sensitive_species import open_species, withhold_targets
from robuust.target_species import (
    best_status,
    follow_targets,
    target_species,
    unit_targets,
)
from robuust.track_land import unit_land
from robuust.track_measures import (
    unit_measures,
    unit_programmes,
)
from robuust.unit_progress import unit_figures, unit_progress
from robuust_files.config_tables import read_text
from robuust_files.published_runs import read_history

#: What is read of an earlier run; one without tracks per unit counted land twice.
EARLIER = {
    "report_units": ["level", "name", "robust_ha"],
    "unit_species": ["level", "name", "species", "status"],
    "unit_priorities": ["level", "name", "track", "area_ha"],
}
TRACKS_ONCE = "unit_measures"  # an earlier run that has it counted each hectare once


def sum_report_units(
    paths,
    *,
    groups,
    bundles,
    target_rules,
    levels,
    sensitive,
    earlier_results,
    is_scenario=False,
):
    """Read what all groups made; write sums, measures, targets and history per unit.

    `groups` has weight, name_nl and name_en per group of the run, `bundles` the bundle
    of every group; `target_rules` says what makes a target species, `levels` which
    units have a sheet.
    """
    log = logging.getLogger(__name__)
    units = gpd.read_parquet(paths["units"])
    patches = read_all(paths["verdicts"], ["group", "class", "geometry"])
    populations = read_all(
        paths["populations"],
        ["species", "group", "patch_id", "status", "red_list", "geometry"],
    )
    robust_areas = gpd.read_parquet(paths["robust_areas"])
    restoration = gpd.read_parquet(paths["restoration"])
    log.info(
        "read %d units, %d patches, %d populations, %d robust areas, %d candidates",
        *(len(units), len(patches), len(populations), len(robust_areas)),
        len(restoration),
    )
    gains = pd.concat(map(pd.read_parquet, paths["gains"]), ignore_index=True)
    gains["part"] = score_parts(gains, groups["weight"])
    counted = unit_populations(units, populations)
    named = unit_candidates(units, restoration)
    land = unit_land(units, restoration)
    totals = unit_totals(units, robust_areas.geometry.to_numpy(), counted, named)
    tables = {
        "report_units": totals,
        "unit_classes": unit_classes(units, patches),
        "unit_species": unit_species(counted),
        "unit_priorities": unit_priorities(land, named),
        "unit_measures": unit_measures(
            land,
            candidate_facts(paths["candidates"], restoration),
            gains,
            group_names=groups,
            code_names=read_text(paths["habitat_types"]).set_index("code"),
        ),
        "unit_programmes": programmes(paths, land, populations, gains),
    }
    state = unit_targets(
        units[units["level"].isin(levels)],
        targets_of(paths, target_rules),
        counted,
        land,
        gains,
        bundles=bundles,
        groups=groups.index,
    )
    state = withhold_targets(state, sensitive)
    tables |= since_earlier(state, tables, levels, sensitive, earlier_results)
    tables["history"] = with_run(
        own_figures(paths, tables, patches, populations, robust_areas, levels),
        earlier_results and read_history(earlier_results, levels=levels),
        reference_date=target_rules["reference_date"],
        is_scenario=is_scenario,
    )
    for name, table in tables.items():
        table.to_parquet(paths[name], index=False)
        log.info("wrote %d rows of %s", len(table), name)


def read_all(paths, columns):
    """Read the same columns of the layer of every group."""
    return pd.concat([gpd.read_parquet(path, columns=columns) for path in paths])


def candidate_facts(path, restoration):
    """With whom each candidate can be carried out, its score, and its crossing."""
    columns = ["candidate_id", "plan", "plan_year", "nature_area", "manager"]
    columns += ["code", "score"]
    crossing = pd.read_parquet(path, columns=["candidate_id", "crossing"])
    return crossing.merge(restoration[columns], on="candidate_id")


def programmes(paths, land, populations, gains):
    """Species that need a programme, from the links of candidates to their patches."""
    links = pd.concat(map(pd.read_parquet, paths["candidate_links"]), ignore_index=True)
    names = read_text(paths["species"]).set_index("species")["name_nl"]
    populations = pd.DataFrame(populations.drop(columns="geometry"))
    return unit_programmes(land, near_patches(links, gains), populations, names)


def targets_of(paths, rules):
    """Read species and Red Lists; choose the target species."""
    categories = red_list_categories(
        read_text(paths["red_lists"]),
        red_lists=rules["red_lists"],
        reference_date=rules["reference_date"],
    )
    return target_species(
        read_text(paths["species"]),
        categories,
        red_list=rules["red_list_categories"],
        annexes=rules["annexes"],
        listed=rules["species"],
    )


def since_earlier(state, tables, levels, sensitive, earlier_results):
    """Targets and figures of each unit, beside those of an earlier run if there is."""
    totals, priorities = tables["report_units"], tables["unit_priorities"]
    told = totals[totals["level"].isin(levels)]
    now = unit_figures(totals, state, priorities)
    if not earlier_results:
        return {
            "unit_targets": follow_targets(state, None),
            "unit_progress": unit_progress(told, now, None),
        }
    before = read_earlier(earlier_results)
    populations = open_species(before["unit_species"], sensitive)
    same = populations[populations["species"].isin(state["species"])]
    best = best_status(same, ["level", "name", "species"]).reset_index()
    earlier = unit_figures(before["report_units"], best, before["unit_priorities"])
    return {
        "unit_targets": follow_targets(state, populations),
        "unit_progress": unit_progress(told, now, earlier),
    }


def own_figures(paths, tables, patches, populations, robust_areas, levels):
    """Gather the figures of this run for the history."""
    networks = [
        pd.read_parquet(path, columns=["group", "viable"]) for path in paths["networks"]
    ]
    frames = {
        "group_summary": pd.read_parquet(paths["group_summary"]),
        "networks": pd.concat(networks),
        "patches": patches.assign(area_ha=patches.area / HA),
        "populations": populations,
        "robust_areas": robust_areas.assign(area_ha=robust_areas.area / HA),
    }
    return run_figures(frames | tables, levels=levels)


def read_earlier(path):
    """Read the sums per unit of an earlier run, by layer; None for one it lacks."""
    layers = set(pyogrio.list_layers(path)[:, 0])
    missing = sorted({"report_units", "unit_species"} - layers)
    if missing:
        raise ValueError(
            f"earlier_results: {path} has no {' and no '.join(missing)}; give the "
            "robuust.gpkg of an earlier run, as it was written"
        )
    asked = EARLIER if TRACKS_ONCE in layers else list(EARLIER)[:2]
    found = {
        name: pyogrio.read_dataframe(
            path, layer=name, columns=EARLIER[name], read_geometry=False
        )
        for name in asked
    }
    return dict.fromkeys(EARLIER) | found


if __name__ == "__main__":  # run by Snakemake
    log_to(snakemake.log[0])
    values = snakemake.params
    sum_report_units(
        dict(snakemake.input.items()) | dict(snakemake.output.items()),
        groups=pd.DataFrame(
            {name: values[name] for name in ("weight", "name_nl", "name_en")}
        ),
        bundles=values.bundles,
        target_rules=values.targets
        | {"red_lists": values.red_lists, "reference_date": values.reference_date},
        levels=values.targets["levels"],
        sensitive=values.sensitive,
        earlier_results=values.earlier_results,
        is_scenario=values.is_scenario,
    )
