"""Rule plan_budget: which candidates to take within each budget."""

import logging

import geopandas as gpd
import pandas as pd

from robuust.budget import greedy_plan, plan_table
from robuust.budget_bound import upper_bound
from robuust.group_landscape import landscape_from_tables
from robuust.runlog import log_to


def plan_budget(paths, plan_path, *, weights, budgets_eur, p_min, threads=1):
    """Read the candidates and all networks, make a plan per budget, write them."""
    log = logging.getLogger(__name__)
    candidates = gpd.read_parquet(paths["restoration"])
    candidates = candidates.sort_values("candidate_id", ignore_index=True)
    landscapes = [
        read_landscape(*files, candidates["candidate_id"], weight, p_min)
        for *files, weight in zip(
            paths["verdicts"],
            paths["links"],
            paths["candidate_links"],
            paths["gains"],
            weights.values(),
            strict=True,
        )
    ]
    cost, shapes = candidates["cost_eur"].to_numpy(), candidates.geometry.to_numpy()
    plans, how = [], {"p_min": p_min, "known": {}, "threads": threads}
    for budget in sorted(budgets_eur):
        plan = greedy_plan(landscapes, cost, shapes, budget, **how)
        bound = upper_bound(landscapes, cost, budget, **how)
        log.info(
            "%.0f EUR: %d candidates, gain %.4f of at most %.4f (%s)",
            *(budget, len(plan.chosen), plan.gain, bound, plan.method),
        )
        plans.append(plan_table(candidates, plan, budget, bound))
    table = pd.concat(plans, ignore_index=True)
    table.to_parquet(plan_path)
    log.info("wrote %d steps of %d plans to %s", len(table), len(plans), plan_path)


def read_landscape(
    verdicts_path, links_path, new_links_path, gains_path, candidate_ids, weight, p_min
):
    """One group's network and what candidates would add to it, without geometry."""
    return landscape_from_tables(
        pd.read_parquet(verdicts_path, columns=["patch_id", "effective_ha"]),
        pd.read_parquet(
            links_path, columns=["patch_id_a", "patch_id_b", "probability"]
        ),
        pd.read_parquet(
            new_links_path, columns=["candidate_id", "other_id", "kind", "probability"]
        ),
        pd.read_parquet(gains_path, columns=["candidate_id", "added_effective_ha"]),
        candidate_ids,
        weight=weight,
        p_min=p_min,
    )


if __name__ == "__main__":  # run by Snakemake
    log_to(snakemake.log[0])
    plan_budget(
        dict(snakemake.input.items()),
        snakemake.output.restoration_plan,
        weights=snakemake.params.weight,
        budgets_eur=snakemake.params.budgets_eur,
        p_min=snakemake.params.p_min,
        threads=snakemake.threads,
    )
