"""Chapter 8: sums per reporting unit and group, and changes since an earlier run."""


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
        library=library("summarise_groups"),
        groups=GROUPS,
    script:
        "../../scripts/summarise_groups.py"


rule sum_report_units:
    """Sum hectares, species, measures and targets per province or other unit."""
    input:
        units=rules.ingest_context.output.report_units,
        verdicts=for_groups(rules.classify_robustness.output.verdicts),
        populations=for_groups(rules.classify_populations.output.populations),
        robust_areas=rules.map_robust_areas.output.robust_areas,
        candidates=rules.find_candidates.output.candidates,
        gains=for_groups(rules.measure_gains.output.gains),
        candidate_links=for_groups(rules.measure_gains.output.candidate_links),
        restoration=rules.rank_restoration.output.restoration,
        species=TABLES["species"],
        red_lists=TABLES["red_lists"],
        habitat_types=TABLES["habitat_types"],
        group_summary=rules.summarise_groups.output.group_summary,
        networks=for_groups(rules.classify_robustness.output.networks),
        today=TODAY,
    output:
        report_units="<results>/all_groups/report_units.parquet",
        unit_classes="<results>/all_groups/unit_classes.parquet",
        unit_species="<results>/all_groups/unit_species.parquet",
        unit_priorities="<results>/all_groups/unit_priorities.parquet",
        unit_measures="<results>/all_groups/unit_measures.parquet",
        unit_programmes="<results>/all_groups/unit_programmes.parquet",
        unit_targets="<results>/all_groups/unit_targets.parquet",
        unit_progress="<results>/all_groups/unit_progress.parquet",
        history="<results>/all_groups/history.parquet",
    log:
        "<logs>/all_groups/sum_report_units.log",
    benchmark:
        "<benchmarks>/all_groups/sum_report_units.tsv"
    conda:
        "../envs/robuust.yaml"
    params:
        library=library("sum_report_units"),
        weight=TRAITS.loc[GROUPS, "weight"].to_dict(),
        name_nl=TRAITS.loc[GROUPS, "name_nl"].to_dict(),
        name_en=TRAITS.loc[GROUPS, "name_en"].to_dict(),
        bundles=TRAITS["bundle"].to_dict(),
        targets=config["elaboration"],
        red_lists=config["red_lists"],
        reference_date=config["reference_date"],
        sensitive=config["sensitive_species"],
        earlier_results=EARLIER_RESULTS,
        is_scenario=IS_SCENARIO,
    script:
        "../../scripts/sum_report_units.py"


rule compare_runs:
    """Follow patches, groups and populations from an earlier run to this one."""
    input:
        verdicts=for_groups(rules.classify_robustness.output.verdicts),
        networks=for_groups(rules.classify_robustness.output.networks),
        populations=for_groups(rules.classify_populations.output.populations),
        group_summary=rules.summarise_groups.output.group_summary,
        members=for_groups(rules.delineate_patches.output.patch_polygons),
        habitat_parts=LAND["habitat_parts"],
        records=rules.ingest_records.output.records,
        planned=PLANNED,
        today=TODAY,
    output:
        changes="<results>/all_groups/changes.parquet",
        group_changes="<results>/all_groups/group_changes.parquet",
        population_changes="<results>/all_groups/population_changes.parquet",
        planned_changes="<results>/all_groups/planned_changes.parquet",
        change_polygons="<results>/all_groups/change_polygons.parquet",
        change_records="<results>/all_groups/change_records.parquet",
        patch_polygons="<results>/all_groups/patch_polygons.parquet",
        population_records="<results>/all_groups/population_records.parquet",
    log:
        "<logs>/all_groups/compare_runs.log",
    benchmark:
        "<benchmarks>/all_groups/compare_runs.tsv"
    conda:
        "../envs/robuust.yaml"
    params:
        library=library("compare_runs"),
        groups=GROUPS,
        sensitive=config["sensitive_species"],
        reference_date=config["reference_date"],
        recent_years=config["records"]["recent_years"],
        record_tolerance_m=config["records"]["record_tolerance_m"],
        max_uncertainty_m=config["records"]["max_uncertainty_m"],
        earlier_results=EARLIER_RESULTS,
    script:
        "../../scripts/compare_runs.py"
