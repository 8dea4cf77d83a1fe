"""Rule compare_runs: what happened since an earlier run, or would in a scenario."""

import logging

import geopandas as gpd
import pandas as pd
import pyogrio

from robuust.changes import follow_patches, no_changes
from robuust.group_changes import compare_groups, no_group_changes, with_networks
from robuust.planned_changes import no_planned_changes, with_groups
from robuust.population_changes import compare_populations, no_population_changes
from robuust.runlog import log_to
from robuust.sensitive_species import open_species
from robuust.statuses import ON_RECORD

COLUMNS = ["group", "patch_id", "network_id", "class"]
ON_RECORD_ONLY = f"status IN {ON_RECORD}"


def compare_runs(paths, *, groups, sensitive, earlier_results):
    """Read both runs; write what changed per patch, group, population and plan."""
    log = logging.getLogger(__name__)
    patches = read_layers(paths["verdicts"], [*COLUMNS, "geometry"])
    if not earlier_results:
        log.info("read %d patches; no earlier run is given", len(patches))
        write(
            paths,
            changes=no_changes(patches.crs),
            group_changes=no_group_changes(),
            population_changes=no_population_changes(patches.crs),
            planned_changes=no_planned_changes(patches.crs),
        )
        return
    earlier = read_earlier_patches(earlier_results, patches.crs)
    log.info("read %d patches, earlier %d", len(patches), len(earlier))
    changes = follow_patches(earlier, patches, groups=groups)
    before = read_earlier(earlier_results, "populations", where=ON_RECORD_ONLY)
    before = open_species(before[before["group"].isin(groups)], sensitive)
    before = before.to_crs(patches.crs)
    populations = read_layers(
        paths["populations"], filters=[("status", "in", ON_RECORD)]
    )
    followed = compare_populations(before, populations, earlier, patches, changes)
    summary = pd.read_parquet(paths["group_summary"])
    networks = read_layers(paths["networks"], ["group", "viable", "geometry"])
    compared = compare_groups(
        with_networks(
            read_earlier(earlier_results, "group_summary"),
            read_earlier(earlier_results, "networks"),
        ),
        with_networks(summary, networks),
        changes,
        followed,
    )
    planned = no_planned_changes(patches.crs)
    if paths.get("planned"):
        planned = gpd.read_parquet(paths["planned"])
        planned = with_groups(planned, earlier, patches, summary)
    write(
        paths,
        changes=changes,
        group_changes=compared,
        population_changes=followed,
        planned_changes=planned,
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


def read_earlier(path, layer, where=None):
    """Read a layer or table of an earlier run, as it was published."""
    if layer not in pyogrio.list_layers(path)[:, 0]:
        raise ValueError(
            f"earlier_results: {path} has no layer {layer} (it has: "
            f"{', '.join(pyogrio.list_layers(path)[:, 0])}); give the robuust.gpkg of "
            "an earlier run"
        )
    return pyogrio.read_dataframe(path, layer=layer, where=where)


def read_earlier_patches(path, crs):
    """Read the layer patches of an earlier run, in the reference system of this one."""
    earlier = read_earlier(path, "patches")
    missing = sorted(set(COLUMNS) - set(earlier.columns))
    if missing or getattr(earlier, "crs", None) is None:
        raise ValueError(
            f"earlier_results: layer patches of {path} has no "
            f"{', '.join(missing) or 'reference system'}; give the robuust.gpkg of an "
            "earlier run, as it was written"
        )
    return earlier[[*COLUMNS, "geometry"]].to_crs(crs)


if __name__ == "__main__":  # run by Snakemake
    log_to(snakemake.log[0])
    compare_runs(
        dict(snakemake.input.items()) | dict(snakemake.output.items()),
        groups=snakemake.params.groups,
        sensitive=snakemake.params.sensitive,
        earlier_results=snakemake.params.earlier_results,
    )
