"""Chapter 9: the files that people open, complete before they replace earlier ones."""

OUTPUT_TABLES = rows["output_columns"]["layer"].unique().tolist()
TEMPLATES = HOME / "workflow" / "templates"
JUDGED = rows["species"].loc[rows["species"]["group"].isin(GROUPS), "species"]
SHEETS = sheet_names(sorted(JUDGED))


rule write_geopackage:
    """Write every layer and table into one GeoPackage, and as CSV beside it."""
    input:
        patches=for_groups(rules.classify_robustness.output.verdicts),
        links=for_groups(rules.measure_connectivity.output.links),
        networks=for_groups(rules.classify_robustness.output.networks),
        buffers=for_groups(rules.buffer_patches.output.buffers),
        pressure_zones=for_groups(rules.buffer_patches.output.pressure_zones),
        robust_areas=rules.map_robust_areas.output.robust_areas,
        populations=[
            *for_groups(rules.classify_populations.output.populations),
            *for_groups(rules.classify_populations.output.known_cells),
        ],
        relict_sites=rules.rank_relicts.output.relict_sites,
        restoration=rules.rank_restoration.output.restoration,
        restoration_plan=rules.plan_budget.output.restoration_plan,
        candidate_checks=rules.find_candidates.output.candidate_checks,
        plan_curve=rules.plan_budget.output.plan_curve,
        plan_groups=rules.plan_budget.output.plan_groups,
        corridors=rules.draw_corridors.output.corridors,
        corridor_paths=rules.draw_corridors.output.corridor_paths,
        pinch_points=rules.draw_corridors.output.pinch_points,
        report_units=rules.sum_report_units.output.report_units,
        changes=rules.compare_runs.output.changes,
        population_changes=rules.compare_runs.output.population_changes,
        planned_changes=rules.compare_runs.output.planned_changes,
        change_polygons=rules.compare_runs.output.change_polygons,
        change_records=rules.compare_runs.output.change_records,
        patch_polygons=rules.compare_runs.output.patch_polygons,
        population_records=rules.compare_runs.output.population_records,
        history=rules.sum_report_units.output.history,
        coverage_faults=rules.ingest_habitat.output.coverage_faults,
        quarantined_habitat=[
            LAND["quarantined"],
            rules.ingest_study_area.output.quarantined,
            with_history(rules.ingest_history.output.quarantined),
        ],
        quarantined_records=rules.ingest_records.output.quarantined,
        quarantined_context=rules.ingest_context.output.quarantined,
        group_summary=rules.summarise_groups.output.group_summary,
        group_changes=rules.compare_runs.output.group_changes,
        zone_land_uses=for_groups(rules.buffer_patches.output.zone_land_uses),
        relict_receivers=for_groups(rules.classify_populations.output.relict_receivers),
        reintroduction=for_groups(rules.classify_populations.output.reintroduction),
        sensitivity=for_groups(rules.classify_robustness.output.sensitivity),
        robust_area_groups=rules.map_robust_areas.output.robust_area_groups,
        robust_area_species=rules.map_robust_areas.output.robust_area_species,
        bundle_summary=rules.map_robust_areas.output.bundle_summary,
        habitat_state=rules.map_robust_areas.output.habitat_state,
        unit_classes=rules.sum_report_units.output.unit_classes,
        unit_species=rules.sum_report_units.output.unit_species,
        unit_priorities=rules.sum_report_units.output.unit_priorities,
        unit_measures=rules.sum_report_units.output.unit_measures,
        unit_programmes=rules.sum_report_units.output.unit_programmes,
        unit_targets=rules.sum_report_units.output.unit_targets,
        unit_progress=rules.sum_report_units.output.unit_progress,
        component_sweep=for_groups(rules.measure_connectivity.output.component_sweep),
        dispersal_sweep=for_groups(rules.measure_connectivity.output.dispersal_sweep),
        ingest_summary=[
            LAND["summary"],
            rules.ingest_study_area.output.summary,
            with_history(rules.ingest_history.output.summary),
            rules.ingest_records.output.summary,
            rules.ingest_context.output.summary,
        ],
        # A file that gives the same rows gives no new results: told with the next ones.
        sources=ancient(
            [
                LAND["sources"],
                rules.ingest_study_area.output.sources,
                *with_history([rules.ingest_history.output.sources]),
                rules.ingest_records.output.sources,
                rules.ingest_context.output.sources,
            ]
        ),
        parameter_tables=list(TABLES.values()),
        columns=TABLES["output_columns"],
        style_template=str(TEMPLATES / "layer_style.qml.j2"),
        saved_styles=SAVED_STYLES,
        schema=str(HOME / "workflow" / "schemas" / "config.schema.yaml"),
        project=str(HOME / "pyproject.toml"),
        robustness_score=rules.map_robust_areas.output.robustness_score,
        robust_groups=rules.map_robust_areas.output.robust_groups,
        buffer_groups=rules.map_buffers.output.buffer_groups,
        habitat_variety=rules.map_variety.output.habitat_variety,
        current_flow=for_groups(rules.map_current.output.current, CURRENT_GROUPS),
        iso_template=str(TEMPLATES / "iso_record.xml.j2"),
        qgis_template=str(TEMPLATES / "qgis_record.xml.j2"),
        dictionary_template=str(TEMPLATES / "data_dictionary.html.j2"),
    output:
        geopackage="<results>/staging/robuust.gpkg",
        dictionary=report(
            "<results>/staging/data_dictionary.html",
            caption="../report/dictionary.rst",
            category="Tables",
            labels={"file": "data_dictionary.html"},
        ),
        metadata=directory("<results>/staging/metadata"),
        tables=expand("<results>/staging/tables/{layer}.csv", layer=OUTPUT_TABLES),
    log:
        "<logs>/write_geopackage.log",
    benchmark:
        "<benchmarks>/write_geopackage.tsv"
    conda:
        "../envs/robuust.yaml"
    params:
        library=library("write_geopackage"),
        code=ALL_CODE,
        settings=config,
    script:
        "../../scripts/write_geopackage.py"


rule write_project:
    """Write the QGIS project that opens the GeoPackage and the rasters."""
    input:
        geopackage=rules.write_geopackage.output.geopackage,
        habitat_variety=rules.map_variety.output.habitat_variety,
        current_flow=for_groups(rules.map_current.output.current, CURRENT_GROUPS),
        project_template=str(TEMPLATES / "project.qgs.j2"),
        raster_template=str(TEMPLATES / "raster_style.qml.j2"),
        saved_styles=SAVED_STYLES,
    output:
        project="<results>/staging/robuust.qgz",
    log:
        "<logs>/write_project.log",
    benchmark:
        "<benchmarks>/write_project.tsv"
    conda:
        "../envs/robuust.yaml"
    params:
        library=library("write_project"),
        title=config[f"title_{config['language']}"],
        language=config["language"],
        crs=config["crs"],
    script:
        "../../scripts/write_project.py"


rule write_report:
    """Write the page that people read, and the ten lines for the screen."""
    input:
        geopackage=rules.write_geopackage.output.geopackage,
        columns=TABLES["output_columns"],
        template=str(TEMPLATES / "report.html.j2"),
        picture_template=str(TEMPLATES / "picture.svg.j2"),
        assets=sorted(map(str, (TEMPLATES / "page").glob("*"))),
    output:
        report=report(
            "<results>/staging/report.html",
            caption="../report/page.rst",
            category="Page",
            labels={"file": "report.html"},
        ),
        summary="<results>/staging/summary.txt",
        pictures=report(
            directory("<results>/staging/pictures"),
            patterns=["{question}.png"],
            caption="../report/pictures.rst",
            category="Maps",
            labels={"question": "{question}"},
        ),
    log:
        "<logs>/write_report.log",
    benchmark:
        "<benchmarks>/write_report.tsv"
    conda:
        "../envs/robuust.yaml"
    params:
        library=library("write_report"),
        title=config[f"title_{config['language']}"],
        language=config["language"],
        reference_date=config["reference_date"],
        sheets=SHEETS,
    script:
        "../../scripts/write_report.py"


rule write_sheets:
    """Write one page per species, and one per province: what is at risk, what to do?"""
    input:
        geopackage=rules.write_geopackage.output.geopackage,
        species=TABLES["species"],
        columns=TABLES["output_columns"],
        template=str(TEMPLATES / "species_sheet.html.j2"),
        unit_template=str(TEMPLATES / "unit_sheet.html.j2"),
        index_template=str(TEMPLATES / "sheet_index.html.j2"),
        style=str(TEMPLATES / "sheet.css"),
    output:
        sheets=expand(
            "<results>/staging/species_sheets/{sheet}.html", sheet=SHEETS.values()
        ),
        species_index="<results>/staging/species_sheets/index.html",
        # A folder: the names of the units stand in the data, not in the settings.
        unit_sheets=directory("<results>/staging/unit_sheets"),
    log:
        "<logs>/write_sheets.log",
    benchmark:
        "<benchmarks>/write_sheets.tsv"
    conda:
        "../envs/robuust.yaml"
    params:
        library=library("write_sheets"),
        species=list(SHEETS),
        title=config[f"title_{config['language']}"],
        language=config["language"],
        reference_date=config["reference_date"],
    script:
        "../../scripts/write_sheets.py"


# `update` keeps Snakemake from deleting earlier results before the job, and brings
# them back when it fails. Each output follows the input in the same place. The folders
# that stand last among the inputs are published under their own name, as no output: of
# a folder that is updated Snakemake keeps a copy which, after a killed run, stops every
# run after it.
rule publish_results:
    """Swap the complete new results in for those of the earlier run."""
    input:
        geopackage=rules.write_geopackage.output.geopackage,
        project=rules.write_project.output.project,
        report=rules.write_report.output.report,
        summary=rules.write_report.output.summary,
        dictionary=rules.write_geopackage.output.dictionary,
        robustness_score=rules.map_robust_areas.output.robustness_score,
        robust_groups=rules.map_robust_areas.output.robust_groups,
        buffer_groups=rules.map_buffers.output.buffer_groups,
        habitat_variety=rules.map_variety.output.habitat_variety,
        current_flow=for_groups(rules.map_current.output.current, CURRENT_GROUPS),
        species_sheets=rules.write_sheets.output.sheets,
        species_index=rules.write_sheets.output.species_index,
        tables=rules.write_geopackage.output.tables,
        unit_sheets=rules.write_sheets.output.unit_sheets,
        metadata=rules.write_geopackage.output.metadata,
        pictures=rules.write_report.output.pictures,
    output:
        geopackage=update("<results>/robuust.gpkg"),
        project=update("<results>/robuust.qgz"),
        report=update("<results>/report.html"),
        summary=update("<results>/summary.txt"),
        dictionary=update("<results>/data_dictionary.html"),
        robustness_score=update("<results>/robustness_score.tif"),
        robust_groups=update("<results>/robust_groups.tif"),
        buffer_groups=update("<results>/buffer_groups.tif"),
        habitat_variety=update("<results>/habitat_variety.tif"),
        current_flow=update(
            expand("<results>/current_flow/{group}.tif", group=CURRENT_GROUPS)
        ),
        species_sheets=update(
            expand("<results>/species_sheets/{sheet}.html", sheet=SHEETS.values())
        ),
        species_index=update("<results>/species_sheets/index.html"),
        tables=update(expand("<results>/tables/{layer}.csv", layer=OUTPUT_TABLES)),
    log:
        "<logs>/publish_results.log",
    benchmark:
        "<benchmarks>/publish_results.tsv"
    conda:
        "../envs/robuust.yaml"
    params:
        library=library("publish_results"),
    script:
        "../../scripts/publish_results.py"


# What `rule all` asks for: every file of every rule. A job that failed is run again
# only when somebody asks for what it did not make; the earlier results still stand
# there, so `publish_results` alone would tell Snakemake that nothing is left to do.
GROUPS_OF_RULE = {
    "map_resistance": LEAST_COST_GROUPS,
    "map_current": CURRENT_GROUPS,
    "ingest_history": HISTORY_GROUPS,
    "divide_history": HISTORY_GROUPS,
    "delineate_history": HISTORY_GROUPS,
    # Portions of a group: the rule that puts them together asks for them.
    "link_patches": [],
    "measure_portion": [],
    "buffer_portion": [],
}
EVERY_OUTPUT = [
    for_groups(str(path), GROUPS_OF_RULE.get(name, GROUPS))
    for name in [made_by.name for made_by in workflow.rules]
    if rules.has(name)  # and not those of a scenario
    for path in getattr(rules, name).output
]
