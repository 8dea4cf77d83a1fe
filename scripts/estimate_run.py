"""Command `make plan`: what a run will need, and afterwards what it took.

python scripts/estimate_run.py --configfile my.yaml [--cores 2] [--memory-mb 16000]

Nothing is run, and no geometry is read but that of some rows to learn the codes of the
map. Where the results of an earlier run of the area lie, their counts are shown instead
of guesses; where its benchmarks lie, the measured time and memory beside the estimate.
"""

import argparse
import logging
import os
import shutil
import sys
from pathlib import Path

import pandas as pd
import psutil
import yaml

from robuust.estimate_page import estimate_page
from robuust.job_costs import BUFFERED, COVER_PER_PATCH, portion_count
from robuust.presets import complete_source
from robuust.run_estimate import (
    GROUP_SHARE,
    POLYGONS_PER_KM2,
    expected_groups,
    expected_steps,
    unfit,
    whole_sizes,
)
from robuust.settings import typed_table
from robuust.traits import group_traits
from robuust_files.config_tables import read_suitability
from robuust_files.project_files import HOME, find_file, read_settings
from robuust_files.run_costs import known_groups, measured_steps
from robuust_files.source_sizes import (
    sampled_shares,
    source_extent_km2,
    source_size,
)

INGESTED_BY = {  # any other kind by ingest_context
    "study_area": "ingest_study_area",
    "habitat": "ingest_habitat",
    "historic_habitat": "ingest_history",
    "records": "ingest_records",
}


def read_typed(name, path):
    """Read a table of config/ with the types of its schema."""
    schema = HOME / "workflow" / "schemas" / f"{name}.schema.yaml"
    rows = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    return typed_table(rows, yaml.safe_load(schema.read_text(encoding="utf-8")))


def read_sources(settings):
    """List every source, complete and with its size: one row each."""
    rows = []
    for kind, entries in settings["sources"].items():
        for entry in entries:
            preset = HOME / "config" / "presets" / f"{entry.get('preset')}.yaml"
            own = Path(find_file(str(entry.get("preset"))))
            file = preset if preset.is_file() else own
            presets = (
                {entry["preset"]: yaml.safe_load(file.read_text(encoding="utf-8"))}
                if entry.get("preset")
                else {}
            )
            source = complete_source(entry, presets) | {
                "path": find_file(entry["path"])
            }
            rows.append((kind, source["name"], *source_size(source), source))
    columns = ["kind", "name", "rows", "told", "mb", "source"]
    return pd.DataFrame(rows, columns=columns)


def group_polygons(settings, sources, traits):
    """Count the polygons that suit each group, by the codes in the first rows."""
    maps = sources[sources["kind"] == "habitat"]
    suitability = read_suitability(find_file(settings["tables"]["suitability"]))
    counts = dict.fromkeys(traits.index, 0)
    for row in maps.itertuples():
        shares = sampled_shares(
            row.source,
            suitability,
            traits["bundle"].unique(),
            min_suitable_share=settings["habitat"]["min_suitable_share"],
        )
        for group, bundle in traits["bundle"].items():
            share = shares.get(bundle, GROUP_SHARE)
            counts[group] += round(share * row.rows)
    return counts


def area_km2(settings, sources):
    """Measure the box round the study area or, without one, the habitat maps [km2]."""
    for kind in ("study_area", "habitat"):
        of_kind = sources.loc[sources["kind"] == kind, "source"]
        boxes = [source_extent_km2(source, settings["crs"]) for source in of_kind]
        if any(boxes):
            return max(box for box in boxes if box)
    polygons = sources.loc[sources["kind"] == "habitat", "rows"].sum()
    return max(polygons, 1) / POLYGONS_PER_KM2


def ingested_mb(sources):
    """Sum the megabytes that each rule of ingestion reads: of each file once."""
    by_rule = sources.assign(
        rule=sources["kind"].map(INGESTED_BY).fillna("ingest_context"),
        path=[source["path"] for source in sources["source"]],
    )
    mb = by_rule.drop_duplicates(["rule", "path"]).groupby("rule")["mb"].sum()
    return dict.fromkeys([*INGESTED_BY.values(), "ingest_context"], 0.0) | mb.to_dict()


def estimate_run(configfile, *, cores, memory_mb):
    """Write the page for one settings file.

    Parameters
    ----------
    configfile : str or Path
        Settings of the user.
    cores : int
    memory_mb : float
        Memory of the machine [MB].

    Returns
    -------
    str
    """
    settings = read_settings([configfile])
    tables = {name: find_file(path) for name, path in settings["tables"].items()}
    traits = group_traits(
        read_typed("species_groups", tables["species_groups"]),
        read_typed("mobility_classes", tables["mobility_classes"]),
        settings["network"]["p0"],
    ).set_index("group")
    if settings["groups"] != "all":
        traits = traits.loc[settings["groups"]]
    sources = read_sources(settings)
    area = area_km2(settings, sources)
    results = Path(settings["results_dir"], settings["area"])
    guessed = expected_groups(group_polygons(settings, sources, traits), area, traits)
    groups = known_groups(results, guessed)
    rows = sources.groupby("kind")["rows"].sum()
    cover = rows.get("land_cover", 0) / COVER_PER_PATCH
    groups = groups.assign(**{BUFFERED: groups["patches"] + cover})
    whole = whole_sizes(
        groups,
        area,
        grid_m=settings["grid"]["cell_m"],
        cost_m=settings["least_cost"]["cell_m"],
        source_mb=ingested_mb(sources),
        habitat_polygons=int(rows.get("habitat", 0)),
        records=int(rows.get("records", 0)),
        candidates=int(settings["restoration"]["max_candidates"]),
    )
    costs = read_typed("job_costs", HOME / "config" / "job_costs.csv").set_index("rule")
    steps = expected_steps(costs, groups, whole, jobs_per(settings, groups, traits))
    free_mb = shutil.disk_usage(nearest(results)).free / 2**20
    return estimate_page(
        settings["area"],
        sources,
        area,
        groups,
        steps.join(measured_steps(Path("benchmarks", settings["area"]))),
        cores=cores,
        disk_mb=whole["disk_mb"],
        problems=unfit(steps, whole["disk_mb"], memory_mb=memory_mb, free_mb=free_mb),
    )


def jobs_per(settings, groups, traits):
    """List, for each `per` of job_costs.csv, what there is a job for."""
    portions = {
        group: portion_count(polygons, settings["jobs"]["polygons_per_portion"])
        for group, polygons in groups["group_polygons"].items()
    }
    classes = settings["least_cost"]["classes"]
    over_land = (
        traits["mobility_class"].notna()
        if classes == "all"
        else traits["mobility_class"].isin(classes)
    )
    land = list(traits.index[over_land])
    history = bool(settings["sources"]["historic_habitat"])
    return {
        "run": [settings["area"]],
        "group": list(traits.index),
        "land_group": land,
        "current_group": land if settings["least_cost"]["current_flow"] else [],
        "large_group": [group for group, n in portions.items() if n > 1],
        "portion_group": [
            group for group, n in portions.items() if n > 1 for _ in range(n)
        ],
        "history": [settings["area"]] if history else [],
        "history_group": list(traits.index) if history else [],
        "scenario": list(settings["scenarios"]),
    }


def nearest(folder):
    """Find the folder, or the nearest above it that is there."""
    folder = folder.absolute()
    return folder if folder.exists() else nearest(folder.parent)


def main(arguments):
    """Print the page; an exit code other than 0 when there is nothing to print."""
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--configfile", default=str(HOME / "config" / "demo.yaml"))
    words.add_argument("--cores", type=int, default=os.cpu_count())
    words.add_argument("--memory-mb", type=float)
    given = words.parse_args(arguments)
    memory_mb = given.memory_mb or psutil.virtual_memory().total / 2**20
    try:
        print(estimate_run(given.configfile, cores=given.cores, memory_mb=memory_mb))
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    logging.basicConfig(format="%(message)s", level=logging.WARNING)
    sys.exit(main(sys.argv[1:]))
