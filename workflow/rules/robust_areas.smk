"""Chapter 6: all groups together on one grid, and the areas robust for several."""


rule outline_robust_areas:
    """Join land that is robust for several groups: what corridors connect.

    Without the records, so that a new one leaves corridors and gains as they are.
    """
    input:
        verdicts=for_groups(rules.classify_robustness.output.verdicts),
        extent=rules.divide_habitat.output.extent,
        study_area=rules.ingest_study_area.output.study_area,
    output:
        outlines="<results>/all_groups/robust_outlines.parquet",
    log:
        "<logs>/all_groups/outline_robust_areas.log",
    benchmark:
        "<benchmarks>/all_groups/outline_robust_areas.tsv"
    priority: LONGEST_WAY
    conda:
        "../envs/robuust.yaml"
    params:
        library=library("outline_robust_areas"),
        weight=TRAITS.loc[GROUPS, "weight"].to_dict(),
        cell_m=config["grid"]["cell_m"],
        min_groups=config["grid"]["min_groups"],
        min_area_ha=config["grid"]["min_area_ha"],
    script:
        "../../scripts/outline_robust_areas.py"


rule map_robust_areas:
    """Map for how many groups land is robust, join it to areas, say who gains."""
    input:
        verdicts=for_groups(rules.classify_robustness.output.verdicts),
        populations=for_groups(rules.classify_populations.output.populations),
        habitat=LAND["habitat"],
        habitat_parts=LAND["habitat_parts"],
        study_area=rules.ingest_study_area.output.study_area,
        nature_areas=rules.ingest_context.output.nature_areas,
        report_units=rules.ingest_context.output.report_units,
        habitat_types=TABLES["habitat_types"],
        species_groups=TABLES["species_groups"],
        today=TODAY,
    output:
        robust_areas="<results>/all_groups/robust_areas.parquet",
        robust_area_groups="<results>/all_groups/robust_area_groups.parquet",
        robust_area_species="<results>/all_groups/robust_area_species.parquet",
        bundle_summary="<results>/all_groups/bundle_summary.parquet",
        habitat_state="<results>/all_groups/habitat_state.parquet",
        robustness_score="<results>/staging/robustness_score.tif",
        robust_groups="<results>/staging/robust_groups.tif",
    log:
        "<logs>/all_groups/map_robust_areas.log",
    benchmark:
        "<benchmarks>/all_groups/map_robust_areas.tsv"
    priority: LONGEST_WAY
    conda:
        "../envs/robuust.yaml"
    params:
        library=library("map_robust_areas"),
        groups=GROUPS,
        cell_m=config["grid"]["cell_m"],
        min_groups=config["grid"]["min_groups"],
        min_area_ha=config["grid"]["min_area_ha"],
        variety_min_types=config["grid"]["variety_min_types"],
        earlier_results=EARLIER_RESULTS,
    script:
        "../../scripts/map_robust_areas.py"


rule map_variety:
    """Map how varied the habitat is within each group's local distance of a cell."""
    input:
        habitat=LAND["habitat"],
        habitat_parts=LAND["habitat_parts"],
        study_area=rules.ingest_study_area.output.study_area,
        habitat_types=TABLES["habitat_types"],
    output:
        habitat_variety="<results>/staging/habitat_variety.tif",
    log:
        "<logs>/all_groups/map_variety.log",
    benchmark:
        "<benchmarks>/all_groups/map_variety.tsv"
    conda:
        "../envs/robuust.yaml"
    params:
        library=library("map_variety"),
        local_distance_m=TRAITS.loc[GROUPS, "local_distance_m"].to_dict(),
        cell_m=config["grid"]["cell_m"],
    script:
        "../../scripts/map_variety.py"
