"""After all chapters: the memory and time of every job, from the size of its input.

Written to the jobs here, in one place; config/job_costs.csv has the figures. On one
machine `--resources mem_mb=16000` keeps the jobs that run together within 16 GB; on a
cluster each job asks for what it needs, and for more after it failed.
"""

from robuust.job_costs import (
    GRIDS,
    memory_request_mb,
    rule_of_job,
    runtime_request_min,
)
from robuust_files.job_sizes import job_size

JOB_COSTS = typed_table(
    read_table(HOME / "config" / "job_costs.csv"), schema("job_costs")
).set_index("rule")
CELLS_M = {driver: config[grid]["cell_m"] for driver, grid in GRIDS.items()}


def resource_of(rule, request):
    """A `resources` function: what a job of this rule asks for."""
    cost = JOB_COSTS.loc[rule].to_dict()

    def asked(wildcards, input, attempt):
        of_group = getattr(wildcards, "group", None)
        max_m = TRAITS.at[of_group, "dispersal_max_m"] if of_group else None
        reach = {"cell_m": CELLS_M, "dispersal_max_m": max_m}
        return request(cost, job_size(cost["driver"], input, **reach), attempt)

    return asked


for made_by in workflow.rules:
    costs_like = rule_of_job(made_by.name, JOB_COSTS.index)
    if costs_like:
        # What the command line or a profile says of this rule goes before.
        said = workflow.resource_settings.overwrite_resources.get(made_by.name, {})
        requests = {
            "mem_mb": resource_of(costs_like, memory_request_mb),
            "runtime": resource_of(costs_like, runtime_request_min),
        }
        made_by.resources.update(
            {name: asked for name, asked in requests.items() if name not in said}
        )
