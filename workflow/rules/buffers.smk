"""Chapter 5: rings and pressure zones round the patches that count."""


rule buffer_patches:
    """Draw three rings round patches, zones per pressure, and land uses in the zones."""
    input:
        portions=from_portions("buffers_{portion}.parquet"),
        made=from_portions("buffers_{portion}.made"),
        verdicts=rules.classify_robustness.output.verdicts,
        relict_sites=rules.classify_populations.output.relict_sites,
        pressures=TABLES["pressures"],
        land_cover=rules.ingest_context.output.land_cover,
        today=TODAY,
    output:
        buffers="<results>/{group}/buffers.parquet",
        pressure_zones="<results>/{group}/pressure_zones.parquet",
        zone_land_uses="<results>/{group}/zone_land_uses.parquet",
        # Kept for the next run: what lies far from an edit is not drawn again.
        pieces=update("<results>/{group}/pieces.parquet"),
    log:
        "<logs>/{group}/buffer_patches.log",
    benchmark:
        "<benchmarks>/{group}/buffer_patches.tsv"
    conda:
        "../envs/robuust.yaml"
    threads: group_threads
    params:
        library=library("buffer_patches"),
        folders=FOLDERS,
        bundle=trait("bundle"),
        classes=config["buffers"]["classes"],
        inner_m=trait("buffer_inner_m"),
        mid_m=trait("buffer_mid_m"),
        outer_m=trait("buffer_outer_m"),
        tolerance_m=config["buffers"]["tolerance_m"],
        cover_order=[source["name"] for source in config["sources"]["land_cover"]],
        share=(0, 1),
    script:
        "../../scripts/buffer_patches.py"


# Of a large group: a share of the windows and zones.
use rule buffer_patches as buffer_portion with:
    input:
        verdicts=rules.classify_robustness.output.verdicts,
        relict_sites=rules.classify_populations.output.relict_sites,
        pressures=TABLES["pressures"],
        land_cover=rules.ingest_context.output.land_cover,
        today=TODAY,
        portions=[],
    output:
        pieces=update("<results>/{group}/portions/buffers_{portion}.parquet"),
        # When the job fails the old pieces come back, and this file does not.
        made=touch("<results>/{group}/portions/buffers_{portion}.made"),
    log:
        "<logs>/{group}/buffer_portion_{portion}.log",
    benchmark:
        "<benchmarks>/{group}/portion_{portion}/buffer_portion.tsv"
    params:
        share=share,


rule map_buffers:
    """Map how many groups' rings cover a cell."""
    input:
        extent=rules.divide_habitat.output.extent,
        study_area=rules.ingest_study_area.output.study_area,
        buffers=for_groups(rules.buffer_patches.output.buffers),
    output:
        buffer_groups="<results>/staging/buffer_groups.tif",
    log:
        "<logs>/all_groups/map_buffers.log",
    benchmark:
        "<benchmarks>/all_groups/map_buffers.tsv"
    conda:
        "../envs/robuust.yaml"
    params:
        library=library("map_buffers"),
        cell_m=config["grid"]["cell_m"],
    script:
        "../../scripts/map_buffers.py"
