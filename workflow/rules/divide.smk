"""Chapter 1, its end: of what was read, what each group rests on.

Here a rerun decides what is left to do. These rules are checkpoints: when they have
run, Snakemake looks at the jobs that follow anew, and runs those whose input differs in
content. So a new record of a frog concerns the groups that look at frogs, and a file
with the same rows in another order concerns nobody.
"""

CHAPTER = ("ingest_", "divide_")  # how the names of its rules begin


checkpoint divide_habitat:
    """Of the habitat map, what suits each group."""
    input:
        habitat=LAND["habitat"],
        parts=LAND["habitat_parts"],
        suitability=TABLES["suitability"],
    output:
        divided=expand("<results>/{group}/habitat.parquet", group=GROUPS),
        extent="<results>/ingest/extent.parquet",
    log:
        "<logs>/divide_habitat.log",
    benchmark:
        "<benchmarks>/divide_habitat.tsv"
    conda:
        "../envs/robuust.yaml"
    params:
        library=library("divide_habitat"),
        bundles=TRAITS.loc[GROUPS, "bundle"].to_dict(),
        min_suitable_share=config["habitat"]["min_suitable_share"],
    script:
        "../../scripts/divide_habitat.py"


use rule divide_habitat as divide_history with:
    input:
        habitat=rules.ingest_history.output.habitat,
        parts=rules.ingest_history.output.habitat_parts,
        suitability=TABLES["suitability"],
    output:
        divided=expand("<today>/{group}/historic_habitat.parquet", group=GROUPS),
        extent="<today>/ingest/historic_extent.parquet",
    log:
        "<logs>/divide_history.log",
    benchmark:
        "<benchmarks>/divide_history.tsv"


checkpoint divide_records:
    """Of the records, the finds of each group's species, and where somebody looked."""
    input:
        records=rules.ingest_records.output.records,
        species=TABLES["species"],
    output:
        divided=expand("<today>/{group}/records.parquet", group=GROUPS),
    log:
        "<logs>/divide_records.log",
    benchmark:
        "<benchmarks>/divide_records.tsv"
    conda:
        "../envs/robuust.yaml"
    params:
        library=library("divide_records"),
        groups=GROUPS,
    script:
        "../../scripts/divide_records.py"


def divided(wildcards):
    """An `input` function that names no file, but waits for the checkpoints."""
    made = [checkpoints.divide_habitat]
    made += [] if IS_SCENARIO else [checkpoints.divide_records]
    made += [checkpoints.divide_history] if HISTORY_GROUPS and not IS_SCENARIO else []
    for division in made:
        division.get()
    return []


def wait_for_division():
    """Let every rule of this run that is not of this chapter wait for it."""
    prefix = f"{__name__.removeprefix('scenario_')}_" if IS_SCENARIO else ""
    for made_by in workflow.rules:
        name = made_by.name.removeprefix(prefix)
        if made_by.name.startswith(prefix) and not name.startswith(CHAPTER):
            made_by.set_input(divided=divided)
