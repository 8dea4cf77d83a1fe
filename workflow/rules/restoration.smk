"""Chapter 7: where restoration helps most, within a budget, and what to connect."""


rule find_candidates:
    """Collect the parcels that may become habitat, with their price and track."""
    input:
        parcels=rules.ingest_context.output.parcels,
        plans=rules.ingest_context.output.plans,
        nature_areas=rules.ingest_context.output.nature_areas,
        habitat=rules.ingest_habitat.output.habitat,
        habitat_parts=rules.ingest_habitat.output.habitat_parts,
        study_area=rules.ingest_habitat.output.study_area,
        patch_polygons=for_groups(rules.delineate_patches.output.patch_polygons),
        suitability=TABLES["suitability"],
    output:
        candidates="<results>/all_groups/candidates.parquet",
    log:
        "<logs>/all_groups/find_candidates.log",
    benchmark:
        "<benchmarks>/all_groups/find_candidates.tsv"
    priority: LONGEST_WAY
    conda:
        "../envs/robuust.yaml"
    params:
        library=LIBRARY,
        bundles=sorted(set(TRAITS.loc[GROUPS, "bundle"])),
        default_cost_eur_per_ha=config["restoration"]["default_cost_eur_per_ha"],
        candidate_reach_m=config["restoration"]["candidate_reach_m"],
        candidate_cell_m=config["restoration"]["candidate_cell_m"],
        max_candidates=config["restoration"]["max_candidates"],
        convertible_codes=config["restoration"]["convertible_codes"],
    script:
        "../../scripts/find_candidates.py"


rule measure_gains:
    """Measure what each candidate would bring the group, and which verdicts it flips."""
    input:
        candidates=rules.find_candidates.output.candidates,
        verdicts=rules.classify_robustness.output.verdicts,
        links=rules.measure_connectivity.output.links,
        patch_polygons=rules.delineate_patches.output.patch_polygons,
        habitat=rules.ingest_habitat.output.habitat,
        barriers=rules.ingest_context.output.barriers,
        suitability=TABLES["suitability"],
        barrier_types=TABLES["barrier_types"],
        resistance=resistance_map,
    output:
        gains="<results>/{group}/gains.parquet",
        candidate_links="<results>/{group}/candidate_links.parquet",
    log:
        "<logs>/{group}/measure_gains.log",
    benchmark:
        "<benchmarks>/{group}/measure_gains.tsv"
    priority: LONGEST_WAY
    conda:
        "../envs/robuust.yaml"
    threads: group_threads
    params:
        library=LIBRARY,
        readers=READERS,
        bundle=trait("bundle"),
        mobility_class=trait("mobility_class"),
        local_distance_m=trait("local_distance_m"),
        dispersal_median_m=trait("dispersal_median_m"),
        dispersal_max_m=trait("dispersal_max_m"),
        role_distance_m=trait("role_distance_m"),
        reproductive_unit_ha=trait("reproductive_unit_ha"),
        key_patch_ru=trait("key_patch_ru"),
        mvp_ru=trait("mvp_ru"),
        network_ru_with_key=trait("network_ru_with_key"),
        network_ru_without_key=trait("network_ru_without_key"),
        p0=config["network"]["p0"],
        p_min=config["network"]["p_min"],
        min_suitable_share=config["habitat"]["min_suitable_share"],
    script:
        "../../scripts/measure_gains.py"


rule rank_restoration:
    """Rank the candidates by what they bring all groups together."""
    input:
        candidates=rules.find_candidates.output.candidates,
        gains=for_groups(rules.measure_gains.output.gains),
        candidate_links=for_groups(rules.measure_gains.output.candidate_links),
        populations=for_groups(rules.classify_populations.output.populations),
    output:
        restoration="<results>/all_groups/restoration.parquet",
    log:
        "<logs>/all_groups/rank_restoration.log",
    benchmark:
        "<benchmarks>/all_groups/rank_restoration.tsv"
    priority: LONGEST_WAY
    conda:
        "../envs/robuust.yaml"
    params:
        library=LIBRARY,
        weight=TRAITS.loc[GROUPS, "weight"].to_dict(),
        name_nl=TRAITS.loc[GROUPS, "name_nl"].to_dict(),
        name_en=TRAITS.loc[GROUPS, "name_en"].to_dict(),
        language=config["language"],
    script:
        "../../scripts/rank_restoration.py"


rule plan_budget:
    """Choose candidates within each budget, with a bound on what any choice gains."""
    input:
        restoration=rules.rank_restoration.output.restoration,
        gains=for_groups(rules.measure_gains.output.gains),
        candidate_links=for_groups(rules.measure_gains.output.candidate_links),
        verdicts=for_groups(rules.classify_robustness.output.verdicts),
        links=for_groups(rules.measure_connectivity.output.links),
    output:
        restoration_plan="<results>/all_groups/restoration_plan.parquet",
    log:
        "<logs>/all_groups/plan_budget.log",
    benchmark:
        "<benchmarks>/all_groups/plan_budget.tsv"
    priority: LONGEST_WAY
    conda:
        "../envs/robuust.yaml"
    threads: all_threads
    params:
        library=LIBRARY,
        weight=TRAITS.loc[GROUPS, "weight"].to_dict(),
        budgets_eur=config["restoration"]["budgets_eur"],
        p_min=config["network"]["p_min"],
    script:
        "../../scripts/plan_budget.py"


rule draw_corridors:
    """Draw the shortest connections between robust areas, and for whom they are."""
    input:
        robust_areas=rules.map_robust_areas.output.robust_areas,
        barriers=rules.ingest_context.output.barriers,
        verdicts=for_groups(rules.classify_robustness.output.verdicts),
        links=for_groups(rules.measure_connectivity.output.links),
    output:
        corridors="<results>/all_groups/corridors.parquet",
    log:
        "<logs>/all_groups/draw_corridors.log",
    benchmark:
        "<benchmarks>/all_groups/draw_corridors.tsv"
    priority: LONGEST_WAY
    conda:
        "../envs/robuust.yaml"
    params:
        library=LIBRARY,
        weight=TRAITS.loc[GROUPS, "weight"].to_dict(),
        name_nl=TRAITS.loc[GROUPS, "name_nl"].to_dict(),
        name_en=TRAITS.loc[GROUPS, "name_en"].to_dict(),
        dispersal_max_m=TRAITS.loc[GROUPS, "dispersal_max_m"].to_dict(),
        max_corridor_m=config["restoration"]["max_corridor_m"],
        p_min=config["network"]["p_min"],
    script:
        "../../scripts/draw_corridors.py"
