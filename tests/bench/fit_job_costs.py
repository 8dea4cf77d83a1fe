"""Fit config/job_costs.csv to finished runs: rows to copy into the table.

    python tests/bench/fit_job_costs.py FOLDER=area [FOLDER=area ...]

Each folder holds ``results/<area>`` and ``benchmarks/<area>`` of a run. Driver and
exponent of each rule stay as they are in the table; its base and its cost per unit are
those, zero or more, that come nearest to what was measured, in proportion; then both
are raised until no job took more than it would have asked for. A row whose source is
`as` another rule gets the figures of that.
"""

import math
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import linprog, nnls

HOME = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(HOME / "scripts"))

from robuust.job_costs import MEMORY_MARGIN, RUNTIME_MARGIN  # noqa: E402
from robuust_files.job_sizes import file_mb, job_size  # noqa: E402

TABLE = HOME / "config" / "job_costs.csv"
INGESTS = {"ingest_habitat": "habitat", "ingest_history": "history"}
INGESTS |= {"ingest_study_area": "study_area", "ingest_records": "records"}
INGESTS |= {"ingest_context": "context"}
FIGURES = dict.fromkeys(
    ["seconds_base", "seconds_per_unit", "mb_base", "mb_per_unit"], float
)
LEAST_S, LEAST_MB = 0.5, 150  # Python and what every script loads
CELLS_M = {"grid_cells": 10, "cost_cells": 25}


def measured_jobs(folder, area, costs):
    """Rule, size of its driver, processor time and peak memory of every job."""
    results, benchmarks = folder / "results" / area, folder / "benchmarks" / area
    jobs = []
    for path in sorted(benchmarks.rglob("*.tsv")):
        if path.stem not in costs.index:
            continue
        took = pd.read_csv(path, sep="\t", na_values=["-", "NA"]).iloc[-1]
        group = (
            path.relative_to(benchmarks).parts[0] if path.parent != benchmarks else "*"
        )
        group = "*" if group == "all_groups" else group
        size = driver_size(path.stem, costs.loc[path.stem, "driver"], results, group)
        if took["max_rss"] > LEAST_MB / 2 and size is not None:
            seconds = max(took["cpu_time"], LEAST_S)
            jobs.append((path.stem, size, seconds, took["max_rss"]))
    return jobs


def driver_size(rule, driver, results, group):
    """Size of the driver of one job, from the results that lie there."""
    if driver == "input_mb" and rule in INGESTS:
        told = results / "ingest" / f"{INGESTS[rule]}_sources.parquet"
        paths = {str(HOME / path) for path in pd.read_parquet(told)["path"]}
        there = paths and all(map(_is_there, paths))
        return sum(map(file_mb, paths)) if there else None
    # The rows of a group lie in its folder, those of all groups under ingest.
    wanted = ("ingest", group) if group == "*" else (group, "ingest")
    paths = {}
    for folder in (*wanted, "all_groups", "staging"):
        names = set(paths)
        for path in results.glob(f"{folder}/*"):
            if path.name not in names:
                paths.setdefault(path.name, []).append(path)
    paths = {path for found in paths.values() for path in found}
    if driver == "input_mb":
        paths = [path for path in paths if path.suffix == ".parquet"]
    return job_size(driver, paths, cell_m=CELLS_M)


def _is_there(path):
    return Path(path).exists()


def fitted(sizes, values, least):
    """Base (no less than the least) and slope nearest to the values, in proportion."""
    matrix = np.column_stack([np.ones(len(sizes)), sizes]) / values[:, None]
    base, per_unit = nnls(matrix, np.maximum(values - least, 0) / values)[0]
    return float(f"{least + base:.3g}"), float(f"{per_unit:.2g}")


def raised(base, per_unit, sizes, values, margin):
    """Base and slope, raised until with their margin they cover every job."""
    shares = (1 / values).sum(), (sizes / values).sum()  # of the whole, in proportion
    rows = -np.column_stack([np.ones(len(sizes)), sizes])
    least = [(base, None), (per_unit, None)]
    base, per_unit = linprog(shares, rows, -values / margin, bounds=least).x
    return _no_less(base, 3), _no_less(per_unit, 2)


def _no_less(value, digits):
    """Value in so many digits, rounded up."""
    short = float(f"{value:.{digits}g}")
    step = 10.0 ** (math.floor(math.log10(value)) - digits + 1) if value else 0
    return short if short >= value else float(f"{short + step:.{digits}g}")


def _short(size):
    return f"{size:,.0f}" if size >= 10 else f"{size:.2g}"


def main(arguments):
    """Print the table with the fitted figures."""
    costs = pd.read_csv(TABLE, keep_default_na=False, dtype=FIGURES).set_index("rule")
    runs = [argument.rpartition("=") for argument in arguments]
    jobs = pd.DataFrame(
        [
            job
            for folder, _, area in runs
            for job in measured_jobs(Path(folder), area, costs)
        ],
        columns=["rule", "size", "seconds", "mb"],
    )
    for rule, of_rule in jobs.groupby("rule"):
        sizes = of_rule["size"].to_numpy(float)
        seconds, mb = of_rule["seconds"].to_numpy(), of_rule["mb"].to_numpy()
        grown = sizes ** costs.loc[rule, "exponent"]
        costs.loc[rule, ["seconds_base", "seconds_per_unit"]] = raised(
            *fitted(grown, seconds, LEAST_S), grown, seconds, RUNTIME_MARGIN
        )
        costs.loc[rule, ["mb_base", "mb_per_unit"]] = raised(
            *fitted(sizes, mb, LEAST_MB), sizes, mb, MEMORY_MARGIN
        )
        wide = sizes.max() >= 10 * max(sizes.min(), 1)
        costs.loc[rule, "verified"] = "yes" if wide else "partial"
        costs.loc[rule, "source"] = (
            f"{len(sizes)} jobs of {_short(sizes.min())} to {_short(sizes.max())}"
        )
    for rule, source in costs["source"].items():
        if source.startswith("as "):
            alike = costs.loc[source.removeprefix("as "), list(FIGURES)]
            costs.loc[rule, list(FIGURES)] = alike
    costs.to_csv(sys.stdout, lineterminator="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
