"""Rule rank_restoration: the candidates by what they bring all groups together."""

import logging

import geopandas as gpd
import pandas as pd

from robuust.priorities import rank_candidates, served_species
from robuust.runlog import log_to


def rank_restoration(
    candidates_path,
    gains_paths,
    link_paths,
    population_paths,
    restoration_path,
    *,
    groups,
    language,
):
    """Read the gains of all groups, sum and rank them, write one row per candidate."""
    candidates = gpd.read_parquet(candidates_path)
    gains = pd.concat(map(pd.read_parquet, gains_paths), ignore_index=True)
    links = pd.concat(map(pd.read_parquet, link_paths), ignore_index=True)
    columns = ["group", "patch_id", "species", "status", "red_list"]
    populations = pd.concat(
        (pd.read_parquet(path, columns=columns) for path in population_paths),
        ignore_index=True,
    )
    served = served_species(links, populations, gains)
    restoration = rank_candidates(candidates, gains, served, groups, language=language)
    restoration.to_parquet(restoration_path)
    log = logging.getLogger(__name__)
    log.info("read %d candidates, %d gains", len(candidates), len(gains))
    log.info("wrote %d ranked candidates to %s", len(restoration), restoration_path)


if __name__ == "__main__":  # run by Snakemake
    log_to(snakemake.log[0])
    rank_restoration(
        snakemake.input.candidates,
        snakemake.input.gains,
        snakemake.input.candidate_links,
        snakemake.input.populations,
        snakemake.output.restoration,
        groups=pd.DataFrame(
            {name: snakemake.params[name] for name in ("weight", "name_nl", "name_en")}
        ),
        language=snakemake.params.language,
    )
