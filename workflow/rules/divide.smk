"""Chapter 1, its end: of what was read, what each group rests on."""


checkpoint divide_habitat:
    """Of the habitat map, what suits each group."""
    input:
        habitat=LAND["habitat"],
        parts=LAND["habitat_parts"],
        suitability=TABLES["suitability"],
    output:
        divided=expand("<results>/{group}/habitat.parquet", group=GROUPS),
        extent="<results>/ingest/extent.parquet",
    log:
        "<logs>/divide_habitat.log",
    benchmark:
        "<benchmarks>/divide_habitat.tsv"
    conda:
        "../envs/robuust.yaml"
    params:
        library=library("divide_habitat"),
        bundles=TRAITS.loc[GROUPS, "bundle"].to_dict(),
        min_suitable_share=config["habitat"]["min_suitable_share"],
    script:
        "../../scripts/divide_habitat.py"


# Not `use rule ... with`: what comes of that is no checkpoint.
checkpoint divide_history:
    """Of the earlier habitat maps, what suited each group."""
    input:
        habitat=rules.ingest_history.output.habitat,
        parts=rules.ingest_history.output.habitat_parts,
        suitability=TABLES["suitability"],
    output:
        divided=expand("<today>/{group}/historic_habitat.parquet", group=GROUPS),
        extent="<today>/ingest/historic_extent.parquet",
    log:
        "<logs>/divide_history.log",
    benchmark:
        "<benchmarks>/divide_history.tsv"
    conda:
        "../envs/robuust.yaml"
    params:
        library=library("divide_habitat"),
        bundles=TRAITS.loc[GROUPS, "bundle"].to_dict(),
        min_suitable_share=config["habitat"]["min_suitable_share"],
    script:
        "../../scripts/divide_habitat.py"


checkpoint divide_records:
    """Of the records, the finds of each group's species, and where somebody looked."""
    input:
        records=rules.ingest_records.output.records,
        species=TABLES["species"],
    output:
        divided=expand("<today>/{group}/records.parquet", group=GROUPS),
    log:
        "<logs>/divide_records.log",
    benchmark:
        "<benchmarks>/divide_records.tsv"
    conda:
        "../envs/robuust.yaml"
    params:
        library=library("divide_records"),
        groups=GROUPS,
    script:
        "../../scripts/divide_records.py"
