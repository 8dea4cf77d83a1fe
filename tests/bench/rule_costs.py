"""What each rule costs: time and peak memory, from Snakemake's benchmark files.

    python tests/bench/rule_costs.py benchmarks

One table per area, the slowest rule first: number of jobs, seconds on the clock and of
the processor (summed over the jobs), and the memory of the largest job.
"""

import sys
from pathlib import Path

import pandas as pd

COLUMNS = {"s": "wall_s", "cpu_time": "cpu_s", "max_rss": "peak_mib"}


def read_benchmarks(folder):
    """Read every job under `folder`, ``<area>/[<group>/]<rule>.tsv``.

    A job too short to be measured has a blank or NA in its file, and NaN here.
    """
    jobs = []
    for path in sorted(Path(folder).glob("*/**/*.tsv")):
        measured = pd.read_csv(path, sep="\t", na_values=["-", "NA"])
        jobs.append(
            measured[list(COLUMNS)]
            .rename(columns=COLUMNS)
            .assign(area=path.relative_to(folder).parts[0], rule=path.stem)
        )
    if not jobs:
        raise ValueError(
            f"there are no benchmark files (<area>/<rule>.tsv) in {folder}: "
            "run the pipeline first (make run), or name the folder that has them"
        )
    return pd.concat(jobs, ignore_index=True)


def rule_costs(jobs):
    """Sum the jobs of one area per rule, the slowest first, the total at the end."""
    by_rule = jobs.groupby("rule")
    costs = pd.DataFrame(
        {
            "jobs": by_rule.size(),
            "wall_s": by_rule["wall_s"].sum(),
            "cpu_s": by_rule["cpu_s"].sum(),
            "peak_mib": by_rule["peak_mib"].max(),
        }
    ).sort_values(["wall_s", "cpu_s"], ascending=False, kind="stable")
    costs.loc["total"] = [
        len(jobs),
        costs["wall_s"].sum(),
        costs["cpu_s"].sum(),
        costs["peak_mib"].max(),
    ]
    return costs.astype({"jobs": int}).reset_index(names="rule")


def written(area, costs):
    """Write the costs of one area as a table for the screen."""
    head = f"{area:<24}{'jobs':>6}{'wall s':>10}{'cpu s':>10}{'peak MiB':>10}"
    rows = [
        f"{row.rule:<24}{row.jobs:>6}{row.wall_s:>10.1f}{row.cpu_s:>10.1f}"
        f"{row.peak_mib:>10.0f}"
        for row in costs.itertuples()
    ]
    return "\n".join([head, *rows])


def main(arguments):
    """Print the tables; an exit code other than 0 when there is nothing to print."""
    if len(arguments) != 1:
        print("usage: python tests/bench/rule_costs.py <benchmarks folder>")
        return 2
    try:
        jobs = read_benchmarks(arguments[0])
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    tables = [written(area, rule_costs(rows)) for area, rows in jobs.groupby("area")]
    print("\n\n".join(tables))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
