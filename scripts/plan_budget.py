"""Rule plan_budget: which candidates to take within each budget."""

import logging

import geopandas as gpd
import pandas as pd

from robuust.budget import Effort, plan_budgets
from robuust.group_landscape import landscape_from_tables
from robuust.plan_tables import plan_curve, plan_groups, plan_steps
from robuust.plan_wishes import constraints_of
from robuust.runlog import log_to

WISHES = (
    *("must_have", "forbidden", "minimum_rise", "track_budgets_eur"),
    "unit_budgets",
)


def plan_budget(paths, *, groups, budgets_eur, wishes, nested, effort):
    """Read the candidates and all networks, make a plan per budget, write them."""
    log = logging.getLogger(__name__)
    candidates = gpd.read_parquet(paths["restoration"])
    candidates = candidates.sort_values("candidate_id", ignore_index=True)
    landscapes = [
        read_landscape(*files, candidates["candidate_id"], weight, effort)
        for *files, weight in zip(
            paths["verdicts"],
            paths["links"],
            paths["candidate_links"],
            paths["gains"],
            groups["weight"],
            strict=True,
        )
    ]
    names = groups.index.tolist()
    constraints = constraints_of(
        candidates,
        wishes,
        pd.DataFrame(gpd.read_parquet(paths["parcels"]).drop(columns="geometry")),
        gpd.read_parquet(paths["units"]),
        groups={n: g.pcnum > 0 for n, g in zip(names, landscapes, strict=True)},
        budgets_eur=budgets_eur,
    )
    plans = plan_budgets(
        landscapes, constraints, budgets_eur, effort, names=names, nested=nested
    )
    cost, parts = constraints.cost_eur, constraints.parts
    tables = {
        "restoration_plan": plan_steps(candidates, plans),
        "plan_curve": plan_curve(cost, plans, groups, parts),
        "plan_groups": plan_groups(plans, names, constraints.minimum_rise),
    }
    for row in tables["plan_curve"].itertuples():
        log.info("%s plan: %s", row.plan, row.reason_en)
    for name, table in tables.items():
        table.to_parquet(paths[name])
    steps = len(tables["restoration_plan"])
    log.info("wrote %d steps of %d plans", steps, len(plans))


def read_landscape(
    verdicts_path, links_path, new_links_path, gains_path, candidate_ids, weight, effort
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
        p_min=effort.p_min,
        threads=effort.threads,
    )


if __name__ == "__main__":  # run by Snakemake
    log_to(snakemake.log[0])
    values = snakemake.params
    plan_budget(
        {**snakemake.input, **snakemake.output},
        groups=pd.DataFrame(
            {name: values[name] for name in ("weight", "name_nl", "name_en")}
        ),
        budgets_eur=values.budgets_eur,
        wishes={name: values[name] for name in WISHES},
        nested=values.nested_plans,
        effort=Effort(
            values.p_min, values.time_limit_s, values.gap_percent, snakemake.threads
        ),
    )
