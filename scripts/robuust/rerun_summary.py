"""What an unattended run says: counts of what changed, and one page to mail."""

from robuust.listing import listed

#: Exit code of each way in which a run can end.
EXIT_CODES = {
    "published": 0,
    "nothing_new": 0,
    "failed": 1,
    "unusable": 2,  # the command line, the settings or a folder
    "locked": 3,
    "input_replaced": 4,
    "no_room": 5,
    "interrupted": 6,
}
_OUTCOMES = {
    "published": ("nieuwe resultaten gepubliceerd", "new results are published"),
    "nothing_new": (
        "geen nieuwe invoer; niets gepubliceerd",
        "no new input; published nothing",
    ),
    "failed": (
        "mislukt; de vorige publicatie staat er nog",
        "failed; the earlier publication stands",
    ),
    "unusable": (
        "instellingen of map niet bruikbaar; de vorige publicatie staat er nog",
        "settings or a folder cannot be used; the earlier publication stands",
    ),
    "locked": (
        "niet begonnen: een andere run is bezig",
        "not begun: another run is at work",
    ),
    "input_replaced": (
        "invoer is tijdens de run vervangen; niets gepubliceerd, de volgende run leest "
        "die opnieuw",
        "input was replaced during the run; published nothing, the next run reads it "
        "again",
    ),
    "no_room": (
        "de schijf is vol; de vorige publicatie staat er nog",
        "the disk is full; the earlier publication stands",
    ),
    "interrupted": (
        "onderbroken; de volgende run gaat verder",
        "interrupted; the next run goes on",
    ),
}
_COUNTS = {
    "verdicts_worse": ("oordelen slechter", "verdicts worse"),
    "verdicts_better": ("oordelen beter", "verdicts better"),
    "patches_new": ("nieuwe plekken", "new patches"),
    "patches_gone": ("verdwenen plekken", "patches gone"),
    "populations_lost": ("verloren populaties", "populations lost"),
    "populations_new": ("nieuwe populaties", "new populations"),
    "populations_worse": ("populaties slechter", "populations worse"),
    "populations_better": ("populaties beter", "populations better"),
}
_LABELS = {
    "area": ("Gebied", "Area"),
    "outcome": ("Uitkomst", "Outcome"),
    "words": ("Uitleg", "In words"),
    "time": ("Tijd", "Time"),
    "jobs": ("Taken", "Jobs"),
    "changes": ("Veranderd", "Changed"),
    "first": ("Eerst te zien", "Look first at"),
    "quarantine": ("Quarantaine", "Quarantine"),
    "warnings": ("Let op", "Beware"),
    "open": ("Open", "Open"),
}
LOST = ("lost", "gone")
SHOWN = 5


def count_changes(tables):
    """Count what changed since the earlier publication.

    Parameters
    ----------
    tables : dict of str to DataFrame
        ``changes`` and ``population_changes`` as published.

    Returns
    -------
    dict of str to int

    Examples
    --------
    >>> import pandas as pd
    >>> patches = pd.DataFrame({"change": ["new"], "verdict_change": [None]})
    >>> columns = ["outcome", "status", "earlier_status"]
    >>> count_changes(
    ...     {"changes": patches, "population_changes": pd.DataFrame(columns=columns)}
    ... )["patches_new"]
    1
    """
    patches, populations = tables["changes"], tables["population_changes"]
    before, now = populations["earlier_status"], populations["status"]
    counts = {
        "verdicts_worse": patches["verdict_change"] == "worse",
        "verdicts_better": patches["verdict_change"] == "better",
        "patches_new": patches["change"] == "new",
        "patches_gone": patches["change"] == "gone",
        "populations_lost": now.isin(LOST) & ~before.isin(LOST),
        "populations_new": before.isna(),
        "populations_worse": populations["outcome"] == "worse",
        "populations_better": populations["outcome"] == "better",
    }
    return {name: int(rows.sum()) for name, rows in counts.items()}


def first_changes(tables, language):
    """Sentences on the first few changes: populations, then verdicts of patches.

    Parameters
    ----------
    tables : dict of str to DataFrame
        As for `count_changes`, with the sentences that are published.
    language : str
        ``nl`` or ``en``.

    Returns
    -------
    list of str
    """
    reason = f"reason_{language}"
    populations, patches = tables["population_changes"], tables["changes"]
    flips = patches[patches["verdict_change"].isin(["worse", "better"])]
    flips = flips.sort_values("verdict_change", ascending=False, kind="stable")
    told = [
        *(populations["species"] + ": " + populations[reason]).head(SHOWN),
        *(flips["group"] + ": " + flips[reason]).head(SHOWN),
    ]
    return [sentence for sentence in told if isinstance(sentence, str)]


def quarantine_counts(ingest_summary):
    """Rows that were set apart, by source and reason.

    Parameters
    ----------
    ingest_summary : DataFrame
        source, reason, rows_quarantined, as published.

    Returns
    -------
    dict of str to int
        Of ``source: reason``, without those that set no row apart.
    """
    rows = ingest_summary[ingest_summary["reason"] != "balance"]
    rows = rows[rows["rows_quarantined"] > 0]
    names = rows["source"] + ": " + rows["reason"]
    return rows.groupby(names)["rows_quarantined"].sum().astype(int).to_dict()


def mail_lines(report, language):
    """Sum a run up on one page of plain text.

    Parameters
    ----------
    report : dict
        area, outcome, words, started, seconds, jobs (rows with job and seconds),
        changes (result of `count_changes`; None without an earlier publication),
        first (result of `first_changes`), quarantined and quarantined_before
        (results of `quarantine_counts`, or None), warnings, current.
    language : str
        ``nl`` or ``en``.

    Returns
    -------
    list of str
        The first line alone says how the run ended.
    """
    k = 0 if language == "nl" else 1
    slowest = sorted(report["jobs"], key=_seconds, reverse=True)[:3]
    told = {
        "area": [report["area"]],
        "outcome": [_OUTCOMES[report["outcome"]][k]],
        "words": report["words"],
        "time": [f"{report['started']}, {report['seconds']:.0f} s"],
        "jobs": [
            f"{len(report['jobs'])}"
            + "".join(f"; {job['job']} {job['seconds']:.0f} s" for job in slowest)
        ],
        **(_results(report, language) if report["quarantined"] is not None else {}),
        "warnings": report["warnings"][:SHOWN],
        "open": [
            f"{report['current']}/{name}" for name in ("report.html", "robuust.qgz")
        ],
    }
    width = 1 + max(len(label[k]) for label in _LABELS.values())
    lines = [f"Robuust {report['area']}: {told['outcome'][0]}", ""]
    for name, texts in told.items():
        for first, text in enumerate(texts):
            heading = "" if first else f"{_LABELS[name][k]}:"
            lines.append(f"{heading:<{width}} {text}")
    return lines


def _results(report, language):
    """Lines of a run that published: what changed, what was set apart."""
    return {
        "changes": [_changes(report["changes"], 0 if language == "nl" else 1)],
        "first": report["first"],
        "quarantine": [_quarantine(report, language)],
    }


def _seconds(job):
    return job["seconds"]


def _changes(counts, k):
    """Tell what changed; nothing at all has its own words."""
    if counts is None:
        return ("de eerste publicatie", "the first publication")[k]
    told = [f"{n} {_COUNTS[name][k]}" for name, n in counts.items() if n]
    return (
        ", ".join(told) or ("geen oordeel of populatie", "no verdict or population")[k]
    )


def _quarantine(report, language):
    """Rows set apart, and where their number differs from last time."""
    now, before = report["quarantined"], report["quarantined_before"]
    k = 0 if language == "nl" else 1
    text = f"{sum(now.values())} {('rijen', 'rows')[k]}"
    if before is None:
        return text
    moved = [
        f"{name} {now.get(name, 0) - before.get(name, 0):+d}"
        for name in sorted(now.keys() | before.keys())
        if now.get(name, 0) != before.get(name, 0)
    ]
    same = ("evenveel als vorige keer", "as many as last time")[k]
    return f"{text}; {listed(moved, language) or same}"
