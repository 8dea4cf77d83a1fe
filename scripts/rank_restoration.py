"""Rule rank_restoration: the candidates by what they bring all groups together."""

import logging

import geopandas as gpd
import pandas as pd

from robuust.own_norms import species_with_own_values
from robuust.priorities import (
    near_patches,
    rank_candidates,
    saved_relicts,
    served_species,
)
from robuust.priority_certainty import rank_certainty
from robuust.runlog import log_to
from robuust.statuses import PRESENT
from robuust_files.config_tables import read_text

POPULATION_COLUMNS = ["group", "patch_id", "species", "name_nl", "status", "red_list"]


def rank_restoration(paths, restoration_path, *, groups, draws, language):
    """Read the gains of all groups, sum and rank them, write one row per candidate."""
    log = logging.getLogger(__name__)
    candidates = gpd.read_parquet(paths["candidates"])
    gains, links, flips, drawn = (
        pd.concat(map(pd.read_parquet, paths[name]), ignore_index=True)
        for name in ("gains", "candidate_links", "flips", "gain_draws")
    )
    log.info("read %d candidates, %d gains", len(candidates), len(gains))
    recent = [("status", "in", PRESENT)]
    populations = pd.concat(
        (
            pd.read_parquet(path, columns=POPULATION_COLUMNS, filters=recent)
            for path in paths["populations"]
        ),
        ignore_index=True,
    )
    own_norms = species_with_own_values(read_text(paths["species"]))
    restoration = rank_candidates(
        candidates,
        gains,
        served_species(near_patches(links, gains), populations),
        saved_relicts(flips, populations, own_norms=own_norms),
        rank_certainty(
            candidates["candidate_id"], drawn, groups["weight"], draws=draws
        ),
        groups=groups,
        habitats=read_text(paths["habitat_types"]).set_index("code"),
        language=language,
    )
    restoration.to_parquet(restoration_path)
    log.info("wrote %d ranked candidates to %s", len(restoration), restoration_path)


if __name__ == "__main__":  # run by Snakemake
    log_to(snakemake.log[0])
    rank_restoration(
        dict(snakemake.input.items()),
        snakemake.output.restoration,
        groups=pd.DataFrame(
            {name: snakemake.params[name] for name in ("weight", "name_nl", "name_en")}
        ),
        draws=snakemake.params.draws,
        language=snakemake.params.language,
    )
