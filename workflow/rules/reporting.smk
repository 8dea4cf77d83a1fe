"""Chapter 8: sums per reporting unit and group, and changes since an earlier run."""


rule sum_report_units:
    """Sum hectares, species and priorities per province, municipality or other unit."""
    input:
        units=rules.ingest_context.output.report_units,
        verdicts=for_groups(rules.classify_robustness.output.verdicts),
        populations=for_groups(rules.classify_populations.output.populations),
        robust_areas=rules.map_robust_areas.output.robust_areas,
        restoration=rules.rank_restoration.output.restoration,
    output:
        report_units="<results>/all_groups/report_units.parquet",
        unit_classes="<results>/all_groups/unit_classes.parquet",
        unit_species="<results>/all_groups/unit_species.parquet",
        unit_priorities="<results>/all_groups/unit_priorities.parquet",
    log:
        "<logs>/all_groups/sum_report_units.log",
    benchmark:
        "<benchmarks>/all_groups/sum_report_units.tsv"
    conda:
        "../envs/robuust.yaml"
    params:
        library=LIBRARY,
    script:
        "../../scripts/sum_report_units.py"


rule compare_runs:
    """Follow the patches of an earlier run: grown, shrunk, split, merged, new, gone."""
    input:
        verdicts=for_groups(rules.classify_robustness.output.verdicts),
    output:
        changes="<results>/all_groups/changes.parquet",
    log:
        "<logs>/all_groups/compare_runs.log",
    benchmark:
        "<benchmarks>/all_groups/compare_runs.tsv"
    conda:
        "../envs/robuust.yaml"
    params:
        library=LIBRARY,
        groups=GROUPS,
        # No input: the results of the last run here are made by this workflow, and a
        # workflow may not need what it makes.
        earlier_results=config["earlier_results"]
        and find_file(config["earlier_results"]),
    script:
        "../../scripts/compare_runs.py"


rule summarise_groups:
    """Put the connectivity and the verdicts of every group in one table."""
    input:
        connectivity=for_groups(rules.measure_connectivity.output.group_connectivity),
        verdicts=for_groups(rules.classify_robustness.output.verdicts),
        species_groups=TABLES["species_groups"],
    output:
        group_summary="<results>/all_groups/group_summary.parquet",
    log:
        "<logs>/all_groups/summarise_groups.log",
    benchmark:
        "<benchmarks>/all_groups/summarise_groups.tsv"
    conda:
        "../envs/robuust.yaml"
    params:
        library=LIBRARY,
        groups=GROUPS,
    script:
        "../../scripts/summarise_groups.py"
