"""Rule compare_runs: what happened since an earlier run, or would in a scenario."""

import logging

import geopandas as gpd
import pandas as pd

from robuust.change_polygons import PATCH_POLYGONS, no_change_polygons, polygon_codes
from robuust.change_records import (
    no_change_records,
    no_population_records,
    population_records,
)
from robuust.changes import no_changes
from robuust.group_changes import no_group_changes
from robuust.planned_changes import no_planned_changes, with_groups
from robuust.population_changes import no_population_changes
from robuust.run_comparison import NEEDED, compare
from robuust.runlog import log_to
from robuust.statuses import ON_RECORD
from robuust_files.published_runs import read_run

RECORD_COLUMNS = [
    *("record_id", "source", "species", "date_first", "date_last", "uncertainty_m"),
    *("present", "generalised", "geometry"),
]


def compare_runs(paths, *, groups, sensitive, record_rules, earlier_results):
    """Read both runs; write what changed per patch, group, population and plan.

    And what the next run needs to tell what caused a change: the polygons of each patch
    and the latest records of each population.
    """
    log = logging.getLogger(__name__)
    now = read_now(paths, record_rules)
    write(
        paths, **{name: now[name] for name in ("patch_polygons", "population_records")}
    )
    patches = now["patches"]
    if not earlier_results:
        log.info("read %d patches; no earlier run is given", len(patches))
        write(
            paths,
            changes=no_changes(patches.crs),
            group_changes=no_group_changes(),
            population_changes=no_population_changes(patches.crs),
            change_polygons=no_change_polygons(),
            change_records=no_change_records(),
            planned_changes=no_planned_changes(patches.crs),
        )
        return
    before = read_run(earlier_results, called="earlier_results", crs=patches.crs)
    log.info("read %d patches, earlier %d", len(patches), len(before["patches"]))
    compared = compare(before, now, groups=groups, sensitive=sensitive)
    planned = no_planned_changes(patches.crs)
    if paths.get("planned"):
        planned = gpd.read_parquet(paths["planned"])
        planned = with_groups(planned, before["patches"], patches, now["group_summary"])
    write(paths, **compared, planned_changes=planned)


def read_now(paths, record_rules):
    """Read this run as `robuust.run_comparison.compare` takes it."""
    patches = read_layers(paths["verdicts"], [*NEEDED["patches"], "geometry"])
    populations = read_layers(
        paths["populations"], filters=[("status", "in", ON_RECORD)]
    )
    codes = polygon_codes(pd.read_parquet(paths["habitat_parts"]))
    members = pd.concat(map(pd.read_parquet, paths["members"]))
    members = members.merge(patches[["patch_id", "group"]], on="patch_id")
    members = members.assign(codes=members["polygon_id"].map(codes))
    return {
        "patches": patches,
        "populations": populations,
        "networks": read_layers(paths["networks"], ["group", "viable", "geometry"]),
        "group_summary": pd.read_parquet(paths["group_summary"]),
        "patch_polygons": members[list(PATCH_POLYGONS)].astype(PATCH_POLYGONS),
        "population_records": pd.concat(
            [
                no_population_records(),
                *records_of_groups(
                    paths["records"], patches, populations, record_rules
                ),
            ],
            ignore_index=True,
        ),
        "polygon_codes": codes,
    }


def records_of_groups(path, patches, populations, record_rules):
    """Latest records of each population on record, group by group."""
    for group, own in populations.groupby("group"):
        species = own["species"].unique().tolist()
        records = gpd.read_parquet(
            path, columns=RECORD_COLUMNS, filters=[("species", "in", species)]
        )
        yield population_records(
            records, patches[patches["group"] == group], **record_rules
        )


def read_layers(files, columns=None, filters=None):
    """Read one layer from a file per group; an empty one may lack its types."""
    parts = [gpd.read_parquet(p, columns=columns, filters=filters) for p in files]
    return pd.concat([p for p in parts if len(p)] or parts[:1], ignore_index=True)


def write(paths, **tables):
    """Write each table where its name says."""
    for name, table in tables.items():
        table.to_parquet(paths[name], index=False)
        logging.getLogger(__name__).info("wrote %d rows of %s", len(table), name)


if __name__ == "__main__":  # run by Snakemake
    log_to(snakemake.log[0])
    p = snakemake.params
    compare_runs(
        dict(snakemake.input.items()) | dict(snakemake.output.items()),
        groups=p.groups,
        sensitive=p.sensitive,
        record_rules={
            name: p[name]
            for name in (
                *("reference_date", "recent_years"),
                *("record_tolerance_m", "max_uncertainty_m"),
            )
        },
        earlier_results=p.earlier_results,
    )
