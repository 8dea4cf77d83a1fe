"""Rule classify_populations: the status of every species at every patch."""

import logging

import geopandas as gpd
import pandas as pd

from robuust.population_sentences import population_sentences
from robuust.populations import RecordRules, choose_species, judge_populations
from robuust.red_lists import red_list_categories
from robuust.reintroduction import screen_reintroduction
from robuust.relicts import relict_sites
from robuust.robustness import Norms
from robuust.runlog import log_to

POPULATION_COLUMNS = [
    *("species", "name_nl", "group", "patch_id", "network_id", "status", "rule"),
    *("first_year", "last_year", "n_records", "n_years", "searched", "red_list"),
    *("red_list_source", "reason_nl", "reason_en", "geometry"),
]


def classify_populations(
    paths, *, group, red_lists, norms, rules, reproductive_unit_ha, dispersal_max_m
):
    """Read verdicts, links, records; write populations, relicts, reintroduction."""
    log = logging.getLogger(__name__)
    patches = gpd.read_parquet(paths["verdicts"])
    patches = patches.sort_values("patch_id", ignore_index=True)
    links = gpd.read_parquet(paths["links"])
    table = pd.read_csv(paths["species"], dtype="str", encoding="utf-8-sig")
    categories = red_list_categories(
        pd.read_csv(paths["red_lists"], dtype="str", encoding="utf-8-sig"),
        red_lists=red_lists,
        reference_date=rules.reference_date,
    )
    species = choose_species(table, categories, group=group)
    records = read_records(paths["records"], species)
    read = (len(species), len(patches), len(records), group)
    log.info("read %d species, %d patches and %d records of %s", *read)

    facts = judge_populations(
        species,
        patches,
        links,
        records,
        norms=norms,
        rules=rules,
        reproductive_unit_ha=reproductive_unit_ha,
    )
    facts["reason_nl"], facts["reason_en"] = population_sentences(
        facts,
        key_patch_ru=norms.key_patch_ru,
        dispersal_max_m=dispersal_max_m,
        reference_date=rules.reference_date,
        recent_years=rules.recent_years,
    )
    facts["geometry"] = patches.geometry.representative_point().array[facts["patch"]]
    sites = relict_sites(
        facts, patches, dispersal_max_m=dispersal_max_m, key_patch_ru=norms.key_patch_ru
    )
    screened = screen_reintroduction(
        facts, patches, records, dispersal_max_m=dispersal_max_m
    )
    populations = gpd.GeoDataFrame(facts[POPULATION_COLUMNS], crs=patches.crs)
    populations.to_parquet(paths["populations"])
    gpd.GeoDataFrame(sites, crs=patches.crs).to_parquet(paths["relict_sites"])
    screened.to_parquet(paths["reintroduction"])
    wrote = (len(populations), len(sites), len(screened))
    log.info("wrote %d populations, %d relict sites, %d patches screened", *wrote)


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


if __name__ == "__main__":  # run by Snakemake
    log_to(snakemake.log[0])
    p = snakemake.params
    classify_populations(
        dict(snakemake.input.items()) | dict(snakemake.output.items()),
        group=snakemake.wildcards.group,
        red_lists=p.red_lists,
        norms=Norms(**{name: float(p[name]) for name in Norms.__annotations__}),
        rules=RecordRules(**{name: p[name] for name in RecordRules.__annotations__}),
        reproductive_unit_ha=float(p.reproductive_unit_ha),
        dispersal_max_m=float(p.dispersal_max_m),
    )
