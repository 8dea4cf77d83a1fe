"""Chapter 2: polygons joined into the patches that a group uses as units."""


rule delineate_patches:
    """Join the habitat of a group into patches, by true gaps and barriers."""
    input:
        habitat="<results>/{group}/habitat.parquet",
        barriers=rules.ingest_context.output.barriers,
        barrier_types=ancient(TABLES["barrier_types"]),
    output:
        patches="<results>/{group}/patches.parquet",
        patch_polygons="<results>/{group}/patch_polygons.parquet",
    log:
        "<logs>/{group}/delineate_patches.log",
    benchmark:
        "<benchmarks>/{group}/delineate_patches.tsv"
    priority: LONGEST_WAY
    conda:
        "../envs/robuust.yaml"
    threads: group_threads
    params:
        library=library("delineate_patches"),
        barrier_rows=own_rows("barrier_types", "mobility_class"),
        mobility_class=trait("mobility_class"),
        min_suitable_share=config["habitat"]["min_suitable_share"],
        role_distance_m=trait("role_distance_m"),
        min_neighbours=trait("min_neighbours"),
        local_distance_m=trait("local_distance_m"),
        edge_depth_m=trait("edge_depth_m"),
        reproductive_unit_ha=trait("reproductive_unit_ha"),
        min_patch_ha=trait("min_patch_ha"),
    script:
        "../../scripts/delineate_patches.py"


use rule delineate_patches as delineate_history with:
    input:
        habitat="<today>/{group}/historic_habitat.parquet",
        barriers=rules.ingest_context.output.barriers,
        barrier_types=ancient(TABLES["barrier_types"]),
    output:
        patches="<results>/{group}/historic_patches.parquet",
        patch_polygons="<results>/{group}/historic_polygons.parquet",
    log:
        "<logs>/{group}/delineate_history.log",
    benchmark:
        "<benchmarks>/{group}/delineate_history.tsv"
    priority: 0
