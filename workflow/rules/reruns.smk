"""What a rerun leaves out: jobs whose input has the same content as last time.

Before the first job Snakemake can tell which files changed, and takes for granted that
every job after those must run. After a checkpoint it looks anew at the jobs that wait
for it, and at the content of what was made. So all jobs wait until it stands what each
group rests on: a new record of a newt then concerns the groups that look at amphibians,
and a file with the same rows in another order concerns nobody.
"""

# No checkpoint may wait for another: Snakemake would take the later one for up to date.
BEFORE = ("ingest_", "divide_", "lay_changes")
DIVIDED = ["divide_habitat", "divide_records"]
DIVIDED += ["divide_history"] if HISTORY_GROUPS else []


def waiting(names):
    """An `input` function that names no file, but waits for these checkpoints."""

    def no_files(wildcards):
        for name in names:
            getattr(checkpoints, name).get()
        return []

    return no_files


def decide_by_content():
    """Let the rules of this run wait, and those of scenarios for what they share."""
    scenarios = tuple(f"{scenario}_" for scenario in config["scenarios"])
    for made_by in workflow.rules:
        if IS_SCENARIO:
            own, _, name = made_by.name.partition(SCENARIO_PREFIX)
            if not own and name and not name.startswith(BEFORE):
                made_by.set_input(waits_in_scenario=waiting(["divide_habitat"]))
        elif not made_by.name.startswith((*BEFORE, *scenarios)):
            made_by.set_input(waits=waiting(DIVIDED))
        elif made_by.name.startswith(scenarios) and "_divide_" not in made_by.name:
            made_by.set_input(waits=waiting(DIVIDED[1:]))
