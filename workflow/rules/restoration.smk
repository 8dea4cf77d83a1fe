"""Chapter 7: what to connect, where restoration helps most, within a budget."""


rule draw_corridors:
    """Draw the land to connect robust areas by, for whom, and where it is narrow."""
    input:
        robust_areas=rules.outline_robust_areas.output.outlines,
        barriers=rules.ingest_context.output.barriers,
        plans=rules.ingest_context.output.plans,
        nature_areas=rules.ingest_context.output.nature_areas,
        verdicts=for_groups(rules.classify_robustness.output.verdicts),
        links=for_groups(rules.measure_connectivity.output.links),
        resistance=for_groups(rules.map_resistance.output.resistance, LEAST_COST_GROUPS),
        barrier_types=TABLES["barrier_types"],
    output:
        corridors="<results>/all_groups/corridors.parquet",
        corridor_paths="<results>/all_groups/corridor_paths.parquet",
        pinch_points="<results>/all_groups/pinch_points.parquet",
        corridor_candidates="<results>/all_groups/corridor_candidates.parquet",
        corridor_links="<results>/all_groups/corridor_links.parquet",
    log:
        "<logs>/all_groups/draw_corridors.log",
    benchmark:
        "<benchmarks>/all_groups/draw_corridors.tsv"
    priority: LONGEST_WAY
    conda:
        "../envs/robuust.yaml"
    params:
        library=library("draw_corridors"),
        weight=TRAITS.loc[GROUPS, "weight"].to_dict(),
        name_nl=TRAITS.loc[GROUPS, "name_nl"].to_dict(),
        name_en=TRAITS.loc[GROUPS, "name_en"].to_dict(),
        mobility_class=TRAITS.loc[GROUPS, "mobility_class"].to_dict(),
        dispersal_median_m=TRAITS.loc[GROUPS, "dispersal_median_m"].to_dict(),
        dispersal_max_m=TRAITS.loc[GROUPS, "dispersal_max_m"].to_dict(),
        p0=TRAITS.loc[GROUPS, "p0"].to_dict(),
        least_cost_groups=LEAST_COST_GROUPS,
        max_corridor_m=config["restoration"]["max_corridor_m"],
        extra_share=config["restoration"]["corridor_extra_share"],
        default_cost_eur_per_ha=config["restoration"]["default_cost_eur_per_ha"],
        cell_m=config["grid"]["cell_m"],
        p_min=config["network"]["p_min"],
    script:
        "../../scripts/draw_corridors.py"


rule find_candidates:
    """Collect what may become habitat or join it, with price, track and what is odd."""
    input:
        parcels=LAND["parcels"],
        quarantined=rules.ingest_context.output.quarantined,
        plans=rules.ingest_context.output.plans,
        nature_areas=rules.ingest_context.output.nature_areas,
        barriers=rules.ingest_context.output.barriers,
        crossings=rules.ingest_context.output.crossings,
        corridor_candidates=rules.draw_corridors.output.corridor_candidates,
        habitat=LAND["habitat"],
        habitat_parts=LAND["habitat_parts"],
        study_area=rules.ingest_study_area.output.study_area,
        patches=for_groups(rules.delineate_patches.output.patches),
        patch_polygons=for_groups(rules.delineate_patches.output.patch_polygons),
        links=for_groups(rules.measure_connectivity.output.links),
        group_connectivity=for_groups(
            rules.measure_connectivity.output.group_connectivity
        ),
        suitability=TABLES["suitability"],
        conversions=TABLES["conversions"],
        barrier_types=TABLES["barrier_types"],
    output:
        candidates="<results>/all_groups/candidates.parquet",
        candidate_checks="<results>/all_groups/candidate_checks.parquet",
    log:
        "<logs>/all_groups/find_candidates.log",
    benchmark:
        "<benchmarks>/all_groups/find_candidates.tsv"
    priority: LONGEST_WAY
    conda:
        "../envs/robuust.yaml"
    params:
        library=library("find_candidates"),
        groups={
            group: TRAITS.loc[
                group,
                ["mobility_class", "bundle", "weight", "dispersal_median_m", "p0"],
            ].to_dict()
            | {"over_land": group in LEAST_COST_GROUPS}
            for group in GROUPS
        },
        parcel_sources=[source["name"] for source in config["sources"]["candidates"]],
        default_cost_eur_per_ha=config["restoration"]["default_cost_eur_per_ha"],
        max_candidates=config["restoration"]["max_candidates"],
        deriving={
            name: config["restoration"][name]
            for name in ("candidate_reach_m", "candidate_cell_m", "candidate_shape")
        },
        crossings={
            "spacing_m": config["restoration"]["crossing_spacing_m"],
            "length_m": config["restoration"]["crossing_length_m"],
            "width_m": config["network"]["crossing_width_m"],
            "max_crossings": config["restoration"]["max_crossings"],
        },
    script:
        "../../scripts/find_candidates.py"


rule measure_gains:
    """Measure what each candidate would bring the group, and which verdicts it flips."""
    input:
        candidates=rules.find_candidates.output.candidates,
        corridor_links=rules.draw_corridors.output.corridor_links,
        verdicts=rules.classify_robustness.output.verdicts,
        links=rules.measure_connectivity.output.links,
        patch_polygons=rules.delineate_patches.output.patch_polygons,
        habitat="<results>/{group}/habitat.parquet",
        barriers=rules.ingest_context.output.barriers,
        suitability=ancient(TABLES["suitability"]),
        barrier_types=ancient(TABLES["barrier_types"]),
        evidence=ancient(TABLES["parameter_evidence"]),
        resistance=resistance_map,
    output:
        gains="<results>/{group}/gains.parquet",
        flips="<results>/{group}/flips.parquet",
        candidate_links="<results>/{group}/candidate_links.parquet",
        gain_draws="<results>/{group}/gain_draws.parquet",
        # Kept for the next run: an edit may concern other groups.
        kept=update("<results>/{group}/kept_gains.parquet"),
    log:
        "<logs>/{group}/measure_gains.log",
    benchmark:
        "<benchmarks>/{group}/measure_gains.tsv"
    priority: LONGEST_WAY
    conda:
        "../envs/robuust.yaml"
    threads: group_threads
    params:
        library=library("measure_gains"),
        suitability_rows=own_rows("suitability", "bundle"),
        barrier_rows=own_rows("barrier_types", "mobility_class"),
        evidence_rows=own_rows("parameter_evidence", "mobility_class"),
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
        draws=config["restoration"]["draws"],
        seed=config["stability"]["seed"],
    script:
        "../../scripts/measure_gains.py"


rule rank_restoration:
    """Rank the candidates by what they bring, in words too, and how sure that is."""
    input:
        candidates=rules.find_candidates.output.candidates,
        gains=for_groups(rules.measure_gains.output.gains),
        candidate_links=for_groups(rules.measure_gains.output.candidate_links),
        flips=for_groups(rules.measure_gains.output.flips),
        gain_draws=for_groups(rules.measure_gains.output.gain_draws),
        populations=for_groups(rules.classify_populations.output.populations),
        species=TABLES["species"],
        habitat_types=TABLES["habitat_types"],
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
        library=library("rank_restoration"),
        weight=TRAITS.loc[GROUPS, "weight"].to_dict(),
        name_nl=TRAITS.loc[GROUPS, "name_nl"].to_dict(),
        name_en=TRAITS.loc[GROUPS, "name_en"].to_dict(),
        draws=config["restoration"]["draws"],
        language=config["language"],
    script:
        "../../scripts/rank_restoration.py"


rule plan_budget:
    """Choose candidates within each budget, with a bound on what any choice gains."""
    input:
        restoration=rules.rank_restoration.output.restoration,
        parcels=LAND["parcels"],
        units=rules.ingest_context.output.report_units,
        gains=for_groups(rules.measure_gains.output.gains),
        candidate_links=for_groups(rules.measure_gains.output.candidate_links),
        verdicts=for_groups(rules.classify_robustness.output.verdicts),
        links=for_groups(rules.measure_connectivity.output.links),
    output:
        restoration_plan="<results>/all_groups/restoration_plan.parquet",
        plan_curve="<results>/all_groups/plan_curve.parquet",
        plan_groups="<results>/all_groups/plan_groups.parquet",
    log:
        "<logs>/all_groups/plan_budget.log",
    benchmark:
        "<benchmarks>/all_groups/plan_budget.tsv"
    priority: LONGEST_WAY
    conda:
        "../envs/robuust.yaml"
    threads: most_threads
    params:
        library=library("plan_budget"),
        weight=TRAITS.loc[GROUPS, "weight"].to_dict(),
        name_nl=TRAITS.loc[GROUPS, "name_nl"].to_dict(),
        name_en=TRAITS.loc[GROUPS, "name_en"].to_dict(),
        budgets_eur=config["restoration"]["budgets_eur"],
        must_have=config["restoration"]["must_have"],
        forbidden=config["restoration"]["forbidden"],
        minimum_rise=config["restoration"]["minimum_rise"],
        track_budgets_eur=config["restoration"]["track_budgets_eur"],
        unit_budgets=config["restoration"]["unit_budgets"],
        nested_plans=config["restoration"]["nested_plans"],
        time_limit_s=config["restoration"]["plan_time_limit_s"],
        gap_percent=config["restoration"]["plan_gap_percent"],
        p_min=config["network"]["p_min"],
    script:
        "../../scripts/plan_budget.py"
