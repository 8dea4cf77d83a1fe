"""Chapter 4: verdicts per area, from habitat, and per population, from records."""


rule classify_robustness:
    """Judge every patch and network by the norms, and how sure the verdict is."""
    input:
        patches=rules.delineate_patches.output.patches,
        patch_connectivity=rules.measure_connectivity.output.patch_connectivity,
        network_connectivity=rules.measure_connectivity.output.network_connectivity,
        links=rules.measure_connectivity.output.links,
        evidence=ancient(TABLES["parameter_evidence"]),
        area_classes=ancient(TABLES["area_classes"]),
        today=TODAY,
    output:
        verdicts="<results>/{group}/verdicts.parquet",
        networks="<results>/{group}/networks.parquet",
        sensitivity="<results>/{group}/sensitivity.parquet",
    log:
        "<logs>/{group}/classify_robustness.log",
    benchmark:
        "<benchmarks>/{group}/classify_robustness.tsv"
    priority: LONGEST_WAY
    conda:
        "../envs/robuust.yaml"
    params:
        library=library("classify_robustness"),
        evidence_rows=own_rows("parameter_evidence", "mobility_class"),
        area_rows=own_rows("area_classes", "bundle"),
        folders=FOLDERS,
        mobility_class=trait("mobility_class"),
        bundle=trait("bundle"),
        yardstick=config["yardstick"],
        reproductive_unit_ha=trait("reproductive_unit_ha"),
        key_patch_ru=trait("key_patch_ru"),
        mvp_ru=trait("mvp_ru"),
        network_ru_with_key=trait("network_ru_with_key"),
        network_ru_without_key=trait("network_ru_without_key"),
        dispersal_max_m=trait("dispersal_max_m"),
        draws=config["stability"]["draws"],
        seed=config["stability"]["seed"],
    script:
        "../../scripts/classify_robustness.py"


rule classify_populations:
    """Give every species at every patch a status, rank relicts, screen returns."""
    input:
        verdicts=rules.classify_robustness.output.verdicts,
        links=rules.measure_connectivity.output.links,
        records="<today>/{group}/records.parquet",
        species=ancient(TABLES["species"]),
        red_lists=TABLES["red_lists"],
        reintroduction_answers=TABLES["reintroduction_answers"],
        status_rules=TABLES["status_rules"],
        historic_patches=with_history(rules.delineate_history.output.patches),
        today=TODAY,
    output:
        populations="<results>/{group}/populations.parquet",
        relict_sites="<results>/{group}/relict_sites.parquet",
        relict_receivers="<results>/{group}/relict_receivers.parquet",
        reintroduction="<results>/{group}/reintroduction.parquet",
        known_cells="<results>/{group}/known_cells.parquet",
    log:
        "<logs>/{group}/classify_populations.log",
    benchmark:
        "<benchmarks>/{group}/classify_populations.tsv"
    priority: LONGEST_WAY
    conda:
        "../envs/robuust.yaml"
    params:
        library=library("classify_populations"),
        species_rows=own_rows("species", "group"),
        folders=FOLDERS,
        red_lists=config["red_lists"],
        sensitive=config["sensitive_species"],
        reference_date=config["reference_date"],
        recent_years=config["records"]["recent_years"],
        record_tolerance_m=config["records"]["record_tolerance_m"],
        max_uncertainty_m=config["records"]["max_uncertainty_m"],
        trend_period_years=config["records"]["trend_period_years"],
        reproductive_unit_ha=trait("reproductive_unit_ha"),
        key_patch_ru=trait("key_patch_ru"),
        mvp_ru=trait("mvp_ru"),
        network_ru_with_key=trait("network_ru_with_key"),
        network_ru_without_key=trait("network_ru_without_key"),
        dispersal_max_m=trait("dispersal_max_m"),
    script:
        "../../scripts/classify_populations.py"


rule rank_relicts:
    """Rank the relict sites of all groups for emergency management."""
    input:
        relict_sites=for_groups(rules.classify_populations.output.relict_sites),
    output:
        relict_sites="<results>/all_groups/relict_sites.parquet",
    log:
        "<logs>/rank_relicts.log",
    benchmark:
        "<benchmarks>/rank_relicts.tsv"
    conda:
        "../envs/robuust.yaml"
    params:
        library=library("rank_relicts"),
    script:
        "../../scripts/rank_relicts.py"
