"""Chapter 5: rings and pressure zones round the patches that count."""


rule buffer_patches:
    """Draw three rings round the patches of a group, and zones per pressure."""
    input:
        verdicts=rules.classify_robustness.output.verdicts,
        relict_sites=rules.classify_populations.output.relict_sites,
        pressures=TABLES["pressures"],
    output:
        buffers="<results>/{group}/buffers.parquet",
        pressure_zones="<results>/{group}/pressure_zones.parquet",
    log:
        "<logs>/{group}/buffer_patches.log",
    benchmark:
        "<benchmarks>/{group}/buffer_patches.tsv"
    conda:
        "../envs/robuust.yaml"
    params:
        library=LIBRARY,
        bundle=trait("bundle"),
        classes=config["buffers"]["classes"],
        inner_m=trait("buffer_inner_m"),
        mid_m=trait("buffer_mid_m"),
        outer_m=trait("buffer_outer_m"),
        tolerance_m=config["buffers"]["tolerance_m"],
    script:
        "../../scripts/buffer_patches.py"
