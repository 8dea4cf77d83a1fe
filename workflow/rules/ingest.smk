"""Chapter 1: the files that go in, checked, repaired and brought into one form."""

# Of what the settings give, or else of the habitat map: one of these two rules waits for
# the other. Only in the second case are records read again after an edit of that map.
STUDY_AREA = "<today>/ingest/study_area.parquet"


rule ingest_habitat:
    """Check habitat maps, cut overlaps, set apart what cannot be used."""
    input:
        habitat_files=source_paths("habitat"),
        given_area=STUDY_AREA if config["sources"]["study_area"] else [],
        habitat_types=TABLES["habitat_types"],
    output:
        habitat="<results>/ingest/habitat.parquet",
        habitat_parts="<results>/ingest/habitat_parts.parquet",
        quarantined="<results>/ingest/quarantined_habitat.parquet",
        coverage_faults="<today>/ingest/coverage_faults.parquet",
        summary="<results>/ingest/habitat_summary.parquet",
        sources="<results>/ingest/habitat_sources.parquet",
    log:
        "<logs>/ingest_habitat.log",
    benchmark:
        "<benchmarks>/ingest_habitat.tsv"
    conda:
        "../envs/robuust.yaml"
    params:
        library=library("ingest_habitat"),
        sources=sources("habitat"),
        crs=config["crs"],
        min_polygon_m2=config["habitat"]["min_polygon_m2"],
        unknown_codes=config["habitat"]["unknown_codes"],
        max_distance_m=config["habitat"]["max_distance_m"],
        max_gap_m=config["habitat"]["max_gap_m"],
    script:
        "../../scripts/ingest_habitat.py"


rule ingest_study_area:
    """Check the layers of the study area, or else draw the box round the habitat map."""
    input:
        study_area_files=source_paths("study_area"),
        habitat=(
            []
            if config["sources"]["study_area"]
            else rules.ingest_habitat.output.habitat
        ),
    output:
        study_area=STUDY_AREA,
        quarantined="<today>/ingest/quarantined_study_area.parquet",
        summary="<today>/ingest/study_area_summary.parquet",
        sources="<today>/ingest/study_area_sources.parquet",
    log:
        "<logs>/ingest_study_area.log",
    benchmark:
        "<benchmarks>/ingest_study_area.tsv"
    conda:
        "../envs/robuust.yaml"
    params:
        library=library("ingest_study_area"),
        sources=sources("study_area"),
        crs=config["crs"],
    script:
        "../../scripts/ingest_study_area.py"


rule ingest_history:
    """Check habitat maps of an earlier time, as those of today."""
    input:
        habitat_files=source_paths("historic_habitat"),
        study_area=rules.ingest_study_area.output.study_area,
        habitat_types=TABLES["habitat_types"],
    output:
        habitat="<today>/ingest/historic_habitat.parquet",
        habitat_parts="<today>/ingest/historic_parts.parquet",
        quarantined="<today>/ingest/quarantined_history.parquet",
        summary="<today>/ingest/history_summary.parquet",
        sources="<today>/ingest/history_sources.parquet",
    log:
        "<logs>/ingest_history.log",
    benchmark:
        "<benchmarks>/ingest_history.tsv"
    conda:
        "../envs/robuust.yaml"
    params:
        library=library("ingest_history"),
        sources=sources("historic_habitat"),
        crs=config["crs"],
        min_polygon_m2=config["habitat"]["min_polygon_m2"],
        unknown_codes=config["habitat"]["unknown_codes"],
        max_distance_m=config["habitat"]["max_distance_m"],
    script:
        "../../scripts/ingest_history.py"


rule ingest_records:
    """Check species records, match their names, set apart what cannot be used."""
    input:
        record_files=source_paths("records"),
        study_area=rules.ingest_study_area.output.study_area,
        species=TABLES["species"],
    output:
        records="<today>/ingest/records.parquet",
        quarantined="<today>/ingest/quarantined_records.parquet",
        summary="<today>/ingest/records_summary.parquet",
        sources="<today>/ingest/records_sources.parquet",
    log:
        "<logs>/ingest_records.log",
    benchmark:
        "<benchmarks>/ingest_records.tsv"
    conda:
        "../envs/robuust.yaml"
    params:
        library=library("ingest_records"),
        sources=sources("records"),
        crs=config["crs"],
        max_distance_m=config["records"]["max_distance_m"],
        reference_date=config["reference_date"],
        sensitive=config["sensitive_species"],
    script:
        "../../scripts/ingest_records.py"


CONTEXT_KINDS = [
    "barriers",
    "crossings",
    "land_cover",
    "nature_areas",
    "plans",
    "candidates",
    "report_units",
]


rule ingest_context:
    """Check barriers, land cover, nature areas, plans, parcels and report units."""
    input:
        barrier_files=source_paths("barriers"),
        crossing_files=source_paths("crossings"),
        land_cover_files=source_paths("land_cover"),
        nature_area_files=source_paths("nature_areas"),
        plan_files=source_paths("plans"),
        candidate_files=source_paths("candidates"),
        report_unit_files=source_paths("report_units"),
        study_area=rules.ingest_study_area.output.study_area,
        habitat_types=TABLES["habitat_types"],
        resistance=TABLES["resistance"],
    output:
        barriers="<today>/ingest/barriers.parquet",
        crossings="<today>/ingest/crossings.parquet",
        land_cover="<today>/ingest/land_cover.parquet",
        nature_areas="<today>/ingest/nature_areas.parquet",
        plans="<today>/ingest/plans.parquet",
        parcels="<results>/ingest/parcels.parquet",
        report_units="<today>/ingest/report_units.parquet",
        quarantined="<today>/ingest/quarantined_context.parquet",
        summary="<today>/ingest/context_summary.parquet",
        sources="<today>/ingest/context_sources.parquet",
    log:
        "<logs>/ingest_context.log",
    benchmark:
        "<benchmarks>/ingest_context.tsv"
    conda:
        "../envs/robuust.yaml"
    params:
        library=library("ingest_context"),
        sources={kind: sources(kind) for kind in CONTEXT_KINDS},
        crs=config["crs"],
        title=config[f"title_{config['language']}"],
        max_distance_m=config["habitat"]["max_distance_m"],
        unknown_codes=config["habitat"]["unknown_codes"],
        crossing_width_m=config["network"]["crossing_width_m"],
    script:
        "../../scripts/ingest_context.py"


# What becomes of the land, as plain paths: lay_changes makes those of a scenario.
LAND = {name: str(path) for name, path in rules.ingest_habitat.output.items()}
LAND["parcels"] = str(rules.ingest_context.output.parcels)
