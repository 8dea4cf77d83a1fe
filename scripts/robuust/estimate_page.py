"""The estimate of a run as a page of text for the screen."""

import pandas as pd

_MINUTE, _HOUR = 60, 3600


def estimate_page(area, sources, km2, groups, steps, *, cores, disk_mb, problems):
    """Write the estimate down, what was measured beside it.

    Parameters
    ----------
    area : str
        Name of the area in the settings.
    sources : DataFrame
        kind, name, rows, told (whether the file says its rows) and mb of each source.
    km2 : float
        Study area [km2].
    groups : DataFrame
        As `robuust_files.run_costs.known_groups` gives them.
    steps : DataFrame
        As `robuust.run_estimate.expected_steps` gives them, joined with
        `robuust_files.run_costs.measured_steps`.
    cores : int
        Processors of this machine.
    disk_mb : float
        Room that the results take [MB].
    problems : list of str
        What will not fit.

    Returns
    -------
    str
    """
    seconds = steps["seconds"].sum()
    alone = steps.loc[steps["jobs"] == 1, "seconds"].sum()
    spread = alone + (seconds - alone) / cores
    lines = [
        f"What a run of {area} will need. Nothing was run.",
        "",
        *_source_lines(sources),
        f"Study area: {km2:,.0f} km2 (its box).",
        "",
        *_group_lines(groups),
        "",
        *_step_lines(steps),
        "",
        f"Together {_time(seconds)} on one processor, about {_time(spread)} on {cores};"
        f" {steps['mb'].max() / 1024:.1f} GB of memory for the largest job;"
        f" {disk_mb / 1024:.1f} GB of disk.",
        *_measured_lines(steps, seconds),
        *(f"DOES NOT FIT: {problem}." for problem in problems),
    ]
    if not problems:
        lines.append("All of it fits on this machine.")
    return "\n".join(lines)


def _source_lines(sources):
    yield f"{'source':<18}{'name':<26}{'rows':>12}{'MB':>9}"
    for row in sources.itertuples():
        count = f"{'' if row.told else 'about '}{row.rows:,.0f}"
        yield f"{row.kind:<18}{row.name:<26}{count:>12}{row.mb:>9.1f}"


def _group_lines(groups):
    yield f"{'group':<32}{'polygons':>10}{'patches':>9}{'links':>11}{'MB':>8}"
    for row in groups.itertuples():
        known = "  (as in the last run)" if row.known else ""
        yield (
            f"{row.Index:<32}{row.group_polygons:>10,}{row.patches:>9,}{row.links:>11,}"
            f"{row.mb:>8.1f}{known}"
        )


def _step_lines(steps):
    yield (
        f"{'step':<22}{'jobs':>5}{'time':>9}{'MB':>7}{'took':>9}{'MB':>7}"
        "  formula for one job"
    )
    for row in steps.itertuples():
        took = "" if pd.isna(row.measured_s) else _time(row.measured_s)
        held = "" if pd.isna(row.measured_mb) else f"{row.measured_mb:.0f}"
        yield (
            f"{row.Index:<22}{row.jobs:>5}{_time(row.seconds):>9}{row.mb:>7.0f}"
            f"{took:>9}{held:>7}  {row.formula}"
        )


def _measured_lines(steps, seconds):
    """How the last run compares, where there was one."""
    took, worked = steps["measured_s"].sum(), steps["measured_cpu_s"].sum()
    if took:
        of_measured = steps.loc[steps["measured_s"].notna(), "seconds"].sum()
        yield (
            f"The jobs of the last run took {_time(took)} on the clock and"
            f" {_time(worked)} of the processor, {worked / of_measured:.1f} times what"
            " is estimated for them."
        )


def _time(seconds):
    """Seconds, minutes or hours in words.

    Examples
    --------
    >>> _time(12), _time(300), _time(9000)
    ('12.0 s', '5.0 min', '2.5 h')
    """
    if seconds < 2 * _MINUTE:
        return f"{seconds:.1f} s"
    return (
        f"{seconds / _MINUTE:.1f} min"
        if seconds < 2 * _HOUR
        else f"{seconds / _HOUR:.1f} h"
    )
