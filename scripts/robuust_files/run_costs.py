"""What a finished run counted and took: rows of its results, its benchmark files."""

from pathlib import Path

import pandas as pd

from robuust_files.job_sizes import count_rows, file_mb

GROUP_FILES = {
    "group_polygons": "patch_polygons.parquet",
    "patches": "patches.parquet",
    "links": "links.parquet",
}


def known_groups(results, guessed):
    """Put counts of an earlier run in place of guesses, where its files lie.

    Parameters
    ----------
    results : Path
        Results folder of the area; it need not be there.
    guessed : DataFrame
        As `robuust.run_estimate.expected_groups` gives them.

    Returns
    -------
    DataFrame
        The same columns, and `known`: whether the counts are those of a run.
    """
    groups = guessed.assign(known=False)
    for group in groups.index:
        folder = Path(results, group)
        files = {name: folder / file for name, file in GROUP_FILES.items()}
        if all(file.exists() for file in files.values()):
            for name, file in files.items():
                groups.loc[group, name] = count_rows(file)
            groups.loc[group, "mb"] = round(file_mb(folder), 1)
            groups.loc[group, "known"] = True
    return groups


def measured_steps(benchmarks):
    """Sum time and memory of each rule, from Snakemake's benchmark files.

    Parameters
    ----------
    benchmarks : Path
        ``benchmarks/<area>``; it need not be there.

    Returns
    -------
    DataFrame
        Indexed by rule: measured_jobs, measured_s (on the clock, summed),
        measured_cpu_s (of the processor, summed), measured_mb (largest job). A job
        too short to be measured counts as 0 s.
    """
    jobs = pd.DataFrame(
        [measured_job(path) for path in sorted(Path(benchmarks).rglob("*.tsv"))],
        columns=["rule", "seconds", "cpu_s", "mb"],
    )
    by_rule = jobs.groupby("rule")
    return pd.DataFrame(
        {
            "measured_jobs": by_rule.size(),
            "measured_s": by_rule["seconds"].sum(),
            "measured_cpu_s": by_rule["cpu_s"].sum(),
            "measured_mb": by_rule["mb"].max(),
        }
    )


def measured_job(path):
    """Read rule, time, processor time and peak memory [MB] of one benchmark file."""
    row = pd.read_csv(path, sep="\t", na_values=["-", "NA"]).iloc[-1]
    return Path(path).stem, row["s"], row["cpu_time"], row["max_rss"]
