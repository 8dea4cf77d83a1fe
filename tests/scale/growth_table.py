"""The table of docs/national.md: what each rule costs in countries of several sizes.

    python tests/scale/growth_table.py benchmarks 10000 100000 650000

Reads the benchmarks of `country_<polygons>` and writes Markdown: seconds of the
processor, summed over the groups, the memory of the largest job, and by how much the
cost per polygon grows from the first size to the last, and from the last but one. What
a run has not reached is left blank.
"""

import sys
from pathlib import Path

import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1] / "bench"))
from rule_costs import read_benchmarks, rule_costs

GIB = 1024.0  # MiB


def growth_table(jobs, sizes):
    """Costs per rule, one column per size and kind.

    Parameters
    ----------
    jobs : DataFrame
        As `rule_costs.read_benchmarks` gives it, of the areas ``country_<size>``.
    sizes : list of int
        Polygons, the fewest first.

    Returns
    -------
    DataFrame
        rule; per size cpu_s, s_per_1000 and gib, named ``<kind>_<size>``; growth and
        late_growth, of s_per_1000 from the first and from the last but one to the last
        size, where both have all jobs of the rule. Most expensive first, total at the
        end.
    """
    parts = []
    for size in sizes:
        own = jobs[jobs["area"] == f"country_{size}"]
        if own.empty:
            raise ValueError(f"there are no benchmarks of country_{size}; run it first")
        costs = rule_costs(own).set_index("rule")
        kinds = {
            "cpu_s": costs["cpu_s"],
            "s_per_1000": costs["cpu_s"] / size * 1000,
            "gib": costs["peak_mib"] / GIB,
            "jobs": costs["jobs"],
        }
        named = {f"{kind}_{size}": column for kind, column in kinds.items()}
        parts.append(pd.DataFrame(named))
    table = pd.concat(parts, axis=1)
    table["growth"] = _growth(table, sizes[0], sizes[-1])
    table["late_growth"] = _growth(table, sizes[-2], sizes[-1])
    table = table.sort_values(f"cpu_s_{sizes[-1]}", ascending=False)
    order = [*table.index.drop("total"), "total"]
    return table.loc[order].reset_index(names="rule")


def _growth(table, few, many):
    """By how much the cost per polygon grows; missing where jobs are still to come."""
    done = table[f"jobs_{few}"] == table[f"jobs_{many}"]
    return (table[f"s_per_1000_{many}"] / table[f"s_per_1000_{few}"]).where(done)


def as_markdown(table, sizes):
    """Write the table for docs/national.md."""
    head = ["rule"]
    for size in sizes:
        head += [f"{size:,}: CPU s", "s per 1,000", "GiB"]
    growths = {"growth": sizes[0], "late_growth": sizes[-2]}
    if len(sizes) == 2:
        del growths["late_growth"]  # the same
    head += [f"{few:,} to {sizes[-1]:,}" for few in growths.values()]
    lines = [head, ["---"] * len(head)]
    for row in table.to_dict("records"):
        cells = [f"`{row['rule']}`"]
        for size in sizes:
            cells += [_short(row[f"cpu_s_{size}"]), _short(row[f"s_per_1000_{size}"])]
            cells += [_short(row[f"gib_{size}"])]
        lines.append([*cells, *(_short(row[name]) for name in growths)])
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _short(number):
    """Two digits that say something; nothing for what is not known."""
    if pd.isna(number):
        return ""
    return f"{number:,.0f}" if number >= 10 else f"{number:.2g}"


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    sizes = sorted(map(int, sys.argv[2:]))
    print(as_markdown(growth_table(read_benchmarks(sys.argv[1]), sizes), sizes))
