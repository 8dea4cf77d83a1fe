"""Chapter 3: from patches to a network, and how well it hangs together."""


rule map_resistance:
    """How hard it is to move over each cell, for a group that follows the land cover."""
    input:
        patches=rules.delineate_patches.output.patches,
        land_cover=rules.ingest_context.output.land_cover,
        crossings=rules.ingest_context.output.crossings,
        barriers=rules.ingest_context.output.barriers,
        study_area=rules.ingest_study_area.output.study_area,
        extent=rules.divide_habitat.output.extent,
        resistance_table=ancient(TABLES["resistance"]),
        barrier_types=ancient(TABLES["barrier_types"]),
    output:
        resistance="<results>/{group}/resistance.tif",
    log:
        "<logs>/{group}/map_resistance.log",
    benchmark:
        "<benchmarks>/{group}/map_resistance.tsv"
    priority: LONGEST_WAY
    conda:
        "../envs/robuust.yaml"
    params:
        library=library("map_resistance"),
        resistance_rows=own_rows("resistance", "mobility_class"),
        barrier_rows=own_rows("barrier_types", "mobility_class"),
        mobility_class=trait("mobility_class"),
        cell_m=config["least_cost"]["cell_m"],
        default_resistance=config["least_cost"]["default_resistance"],
        cover_order=[source["name"] for source in config["sources"]["land_cover"]],
        d0_m=trait("dispersal_median_m"),
        p0=config["network"]["p0"],
    script:
        "../../scripts/map_resistance.py"


rule link_patches:
    """Of a large group: find all links, once for the jobs that share the work."""
    input:
        patches=rules.delineate_patches.output.patches,
        barriers=rules.ingest_context.output.barriers,
        barrier_types=ancient(TABLES["barrier_types"]),
        resistance=resistance_map,
        today=TODAY,
    output:
        all_links="<results>/{group}/portions/all_links.parquet",
    log:
        "<logs>/{group}/link_patches.log",
    benchmark:
        "<benchmarks>/{group}/link_patches.tsv"
    priority: LONGEST_WAY
    conda:
        "../envs/robuust.yaml"
    threads: group_threads
    params:
        library=library("link_patches"),
        barrier_rows=own_rows("barrier_types", "mobility_class"),
        folders=FOLDERS,
        mobility_class=trait("mobility_class"),
        multiples=config["network"]["dispersal_multiples"],
        d0_m=trait("dispersal_median_m"),
        p0=config["network"]["p0"],
        p_min=config["network"]["p_min"],
        dispersal_max_m=trait("dispersal_max_m"),
    script:
        "../../scripts/link_patches.py"


rule measure_portion:
    """Of a large group: a share of the patches and links that are left out in turn."""
    input:
        patches=rules.delineate_patches.output.patches,
        all_links=rules.link_patches.output.all_links,
        today=TODAY,
    output:
        pieces="<results>/{group}/portions/connectivity_{portion}.parquet",
    log:
        "<logs>/{group}/measure_portion_{portion}.log",
    benchmark:
        "<benchmarks>/{group}/portion_{portion}/measure_portion.tsv"
    priority: LONGEST_WAY
    conda:
        "../envs/robuust.yaml"
    threads: group_threads
    params:
        library=library("measure_portion"),
        folders=FOLDERS,
        share=share,
        exact=config["network"]["exact"],
        d0_m=trait("dispersal_median_m"),
        p0=config["network"]["p0"],
        p_min=config["network"]["p_min"],
        dispersal_max_m=trait("dispersal_max_m"),
    script:
        "../../scripts/measure_portion.py"


rule measure_connectivity:
    """Link the patches; measure PC, ECA, IIC, metapopulation capacity, dPC."""
    input:
        all_links=with_portions("all_links.parquet"),
        portions=from_portions("connectivity_{portion}.parquet"),
        patches=rules.delineate_patches.output.patches,
        barriers=rules.ingest_context.output.barriers,
        barrier_types=ancient(TABLES["barrier_types"]),
        resistance=resistance_map,
        today=TODAY,
    output:
        links="<results>/{group}/links.parquet",
        patch_connectivity="<results>/{group}/patch_connectivity.parquet",
        network_connectivity="<results>/{group}/network_connectivity.parquet",
        group_connectivity="<results>/{group}/group_connectivity.parquet",
        component_sweep="<results>/{group}/component_sweep.parquet",
        dispersal_sweep="<results>/{group}/dispersal_sweep.parquet",
    log:
        "<logs>/{group}/measure_connectivity.log",
    benchmark:
        "<benchmarks>/{group}/measure_connectivity.tsv"
    priority: LONGEST_WAY
    conda:
        "../envs/robuust.yaml"
    threads: group_threads
    params:
        library=library("measure_connectivity"),
        portion_library=library("measure_portion"),
        barrier_rows=own_rows("barrier_types", "mobility_class"),
        folders=FOLDERS,
        mobility_class=trait("mobility_class"),
        sweep_m=config["network"]["sweep_m"],
        multiples=config["network"]["dispersal_multiples"],
        exponent=config["network"]["metapopulation_exponent"],
        exact=config["network"]["exact"],
        d0_m=trait("dispersal_median_m"),
        p0=config["network"]["p0"],
        p_min=config["network"]["p_min"],
        dispersal_max_m=trait("dispersal_max_m"),
    script:
        "../../scripts/measure_connectivity.py"


rule map_current:
    """Where a group that follows the land cover would pass, over all ways at once."""
    input:
        resistance=rules.map_resistance.output.resistance,
        patches=rules.delineate_patches.output.patches,
        links=rules.measure_connectivity.output.links,
        today=TODAY,
    output:
        current="<results>/{group}/current.tif",
    log:
        "<logs>/{group}/map_current.log",
    benchmark:
        "<benchmarks>/{group}/map_current.tsv"
    conda:
        "../envs/robuust.yaml"
    threads: group_threads
    params:
        library=library("map_current"),
        folders=FOLDERS,
        dispersal_max_m=trait("dispersal_max_m"),
    script:
        "../../scripts/map_current.py"
