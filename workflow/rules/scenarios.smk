"""Chapter 10: planned changes make a second area, to compare with that of today."""


rule lay_changes:
    """Lay the planned changes of a scenario over the habitat map of today."""
    input:
        changes_files=changes_files,
        today_habitat=rules.ingest_habitat.output.habitat,
        today_habitat_parts=rules.ingest_habitat.output.habitat_parts,
        today_quarantined=rules.ingest_habitat.output.quarantined,
        today_summary=rules.ingest_habitat.output.summary,
        today_sources=rules.ingest_habitat.output.sources,
        today_parcels=rules.ingest_context.output.parcels,
        study_area=rules.ingest_study_area.output.study_area,
        habitat_types=TABLES["habitat_types"],
    output:
        habitat="<results>_{scenario}/ingest/habitat.parquet",
        habitat_parts="<results>_{scenario}/ingest/habitat_parts.parquet",
        quarantined="<results>_{scenario}/ingest/quarantined_habitat.parquet",
        summary="<results>_{scenario}/ingest/habitat_summary.parquet",
        sources="<results>_{scenario}/ingest/habitat_sources.parquet",
        parcels="<results>_{scenario}/ingest/parcels.parquet",
        planned_changes="<results>_{scenario}/ingest/planned_changes.parquet",
    log:
        "<logs>_{scenario}/lay_changes.log",
    benchmark:
        "<benchmarks>_{scenario}/lay_changes.tsv"
    wildcard_constraints:
        scenario="|".join(config["scenarios"]),
    conda:
        "../envs/robuust.yaml"
    params:
        library=library("lay_changes"),
        sources=changes,
        crs=config["crs"],
        max_distance_m=config["habitat"]["max_distance_m"],
    script:
        "../../scripts/lay_changes.py"


# Each scenario is the whole workflow once more, in a folder of its own. What goes in is
# that of today, but for the habitat map and the parcels, which lay_changes makes.
for scenario in config["scenarios"]:
    scenario_module = f"scenario_{scenario}"
    scenario_prefix = f"{scenario}_"

    module:
        name: scenario_module
        pathvars:
            today=RESULTS,
        snakefile:
            str(HOME / "workflow" / "Snakefile")
        config:
            scenario_settings(config, scenario, today=RESULTS)

    use rule * from scenario_module exclude ingest_habitat, ingest_study_area, ingest_history, ingest_records, ingest_context, divide_history, divide_records as scenario_prefix*

    EVERY_OUTPUT += map(str, getattr(rules, f"{scenario}_all").input)
