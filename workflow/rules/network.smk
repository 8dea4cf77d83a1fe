"""Chapter 3: from patches to a network, and how well it hangs together."""


rule measure_connectivity:
    """Link the patches; measure PC, ECA, IIC, metapopulation capacity, dPC."""
    input:
        patches=rules.delineate_patches.output.patches,
        barriers=rules.ingest_context.output.barriers,
        barrier_types=TABLES["barrier_types"],
    output:
        links="<results>/{group}/links.parquet",
        patch_connectivity="<results>/{group}/patch_connectivity.parquet",
        network_connectivity="<results>/{group}/network_connectivity.parquet",
        group_connectivity="<results>/{group}/group_connectivity.parquet",
        component_sweep="<results>/{group}/component_sweep.parquet",
    log:
        "<logs>/{group}/measure_connectivity.log",
    benchmark:
        "<benchmarks>/{group}/measure_connectivity.tsv"
    conda:
        "../envs/robuust.yaml"
    params:
        library=LIBRARY,
        mobility_class=trait("mobility_class"),
        sweep_m=config["network"]["sweep_m"],
        exponent=config["network"]["metapopulation_exponent"],
        d0_m=trait("dispersal_median_m"),
        p0=config["network"]["p0"],
        p_min=config["network"]["p_min"],
        dispersal_max_m=trait("dispersal_max_m"),
    script:
        "../../scripts/measure_connectivity.py"
