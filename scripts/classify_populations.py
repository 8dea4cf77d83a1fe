"""Rule classify_populations: the status of every species at every patch."""

import logging
from collections import Counter
from contextlib import ExitStack

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from robuust.habitat_history import HISTORY, habitat_change
from robuust.point_layers import lay_out_points, point_layer
from robuust.population_sentences import population_sentences
from robuust.populations import RecordRules, choose_species, judge_in_blocks
from robuust.record_facts import records_remark
from robuust.red_lists import red_list_categories
from robuust.reintroduction import answers_without_question, screen_reintroduction
from robuust.relicts import relict_receivers, relict_sites
from robuust.robustness import Norms
from robuust.runlog import log_to
from robuust.sensitive_species import known_cells, open_species
from robuust.status_rules import read_status_rules
from robuust_files.config_tables import read_text
from robuust_files.taken_over import taken_over

LINK_COLUMNS = ["patch_id_a", "patch_id_b", "distance_m", "probability"]
LINK_COLUMNS += ["within_dispersal"]
POPULATION_COLUMNS = [
    *("species", "name_nl", "group", "patch_id", "network_id", "status", "rule"),
    *("rule_values", "first_year", "last_year", "n_records", "n_years", "searched"),
    *("trend", "presence_probability", *HISTORY),
    *("red_list", "red_list_source", "reason_nl", "reason_en"),
]


def classify_populations(
    paths,
    *,
    group,
    red_lists,
    sensitive,
    norms,
    rules,
    reproductive_unit_ha,
    dispersal_max_m,
):
    """Read verdicts, links, records; write populations, relicts, reintroduction."""
    log = logging.getLogger(__name__)
    patches = read_patches(paths, dispersal_max_m)
    near = [("within_dispersal", "==", True)]  # the only ones that count here
    links = pd.read_parquet(paths["links"], columns=LINK_COLUMNS, filters=near)
    categories = red_list_categories(
        read_text(paths["red_lists"]),
        red_lists=red_lists,
        reference_date=rules.reference_date,
    )
    known = choose_species(read_text(paths["species"]), categories, group=group)
    species = open_species(known, sensitive).reset_index(drop=True)
    hidden = known[known["species"].isin(list(sensitive))]
    cells = known_cells(
        read_records(paths["records"], hidden),
        hidden,
        sensitive,
        columns=POPULATION_COLUMNS,
    )
    cells.to_parquet(paths["known_cells"])
    records = read_records(paths["records"], species)
    read = (len(species), len(patches), len(records), group)
    log.info("read %d species, %d patches and %d records of %s", *read)
    own = records[records["species"].isin(species["species"])]
    remark = records_remark(own, rules)
    if remark and len(species) and len(patches):
        log.log(logging.WARNING if len(own) else logging.INFO, "%s: %s", group, remark)

    answers = read_text(paths["reintroduction_answers"])
    points = shapely.get_coordinates(patches.geometry.representative_point())
    writers, sites, wrote = {}, [], Counter()
    with ExitStack() as files:
        for facts in judge_in_blocks(
            species,
            patches,
            links,
            records,
            norms=norms,
            rules=rules,
            status_rules=read_status_rules(read_text(paths["status_rules"])),
            reproductive_unit_ha=reproductive_unit_ha,
        ):
            some, tables = judged_tables(
                facts,
                patches,
                links,
                records,
                answers,
                points,
                rules=rules,
                dispersal_max_m=dispersal_max_m,
            )
            sites.append(some)
            for name, table in tables.items():
                if name not in writers:
                    writer = pq.ParquetWriter(paths[name], table.schema)
                    writers[name] = files.enter_context(writer)
                writers[name].write_table(table)
                wrote[name] += len(table)
    sites = pd.concat(sites, ignore_index=True)
    gpd.GeoDataFrame(sites, crs=patches.crs).to_parquet(paths["relict_sites"])
    log.info(
        "wrote %d populations, %d relict sites, %d patches screened",
        *(wrote["populations"], len(sites), wrote["reintroduction"]),
    )


def judged_tables(
    facts,
    patches,
    links,
    records,
    answers,
    points,
    *,
    rules,
    dispersal_max_m,
):
    """Relict sites of some species, and the other tables as they stand in the files."""
    nl, en, values = population_sentences(
        facts,
        dispersal_max_m=dispersal_max_m,
        reference_date=rules.reference_date,
        recent_years=rules.recent_years,
    )
    receivers = relict_receivers(facts, links)
    sites = relict_sites(facts, patches, receivers, dispersal_max_m=dispersal_max_m)
    screened = screen_reintroduction(
        facts, patches, links, records, answers, dispersal_max_m=dispersal_max_m
    )
    judged = facts["species"].unique()
    warn_of_lost_answers(answers_without_question(answers, screened, judged))
    told = facts.astype({"name_nl": "str", "red_list_source": "str"})
    told = told.assign(reason_nl=nl, reason_en=en, rule_values=values)
    populations = point_layer(
        {name: pa.array(told[name]) for name in POPULATION_COLUMNS},
        {name: str(told[name].dtype) for name in POPULATION_COLUMNS},
        lay_out_points(*points[facts["patch"]].T),
        patches.crs,
    )
    return sites, {
        "populations": populations,
        "relict_receivers": pa.Table.from_pandas(receivers),
        "reintroduction": pa.Table.from_pandas(screened),
    }


def read_patches(paths, reach_m):
    """Read the judged patches, with the habitat in reach then where a map tells it."""
    patches = gpd.read_parquet(paths["verdicts"])
    patches = patches.sort_values("patch_id", ignore_index=True)
    earlier = paths.get("historic_patches")
    earlier = gpd.read_parquet(earlier) if earlier else None
    return patches.assign(**habitat_change(patches, earlier, reach_m=reach_m))


def read_records(path, species):
    """Read the records of these species and of their taxon groups, no others."""
    taxon_groups = species["taxon_group"].dropna().unique().tolist()
    wanted = [
        [("species", "in", species["species"].tolist())],
        [("taxon_group", "in", taxon_groups)],
    ]
    if species.empty:
        return gpd.read_parquet(path).iloc[:0]
    return gpd.read_parquet(path, filters=wanted)


def warn_of_lost_answers(answers):
    """Say which answers of the user found no question."""
    for row in answers.itertuples():
        logging.getLogger(__name__).warning(
            "reintroduction_answers: %s at %s is not screened, so the answer to %s has "
            "no effect; look the patch up in the table reintroduction",
            *(row.species, row.patch_id, row.question),
        )


if __name__ == "__main__":  # run by Snakemake
    log_to(snakemake.log[0])
    p = snakemake.params
    if not taken_over(snakemake.input, snakemake.output, snakemake.params.folders):
        classify_populations(
            dict(snakemake.input.items()) | dict(snakemake.output.items()),
            group=snakemake.wildcards.group,
            red_lists=p.red_lists,
            sensitive=p.sensitive,
            norms=Norms(**{name: float(p[name]) for name in Norms.__annotations__}),
            rules=RecordRules(
                **{name: p[name] for name in RecordRules.__annotations__}
            ),
            reproductive_unit_ha=float(p.reproductive_unit_ha),
            dispersal_max_m=float(p.dispersal_max_m),
        )
