"""The page to mail after an unattended run, and the counts in it."""

import pandas as pd
import pytest

from robuust.rerun_summary import (
    EXIT_CODES,
    count_changes,
    first_changes,
    mail_lines,
    quarantine_counts,
)

PATCHES = pd.DataFrame(
    {
        "group": ["frogs", "frogs", "moths"],
        "change": ["gone", "same", "new"],
        "verdict_change": [None, "worse", "better"],
        "reason_nl": ["weg", "van sleutel naar netwerk", "nieuw"],
        "reason_en": ["gone", "from key to network", "new"],
    }
)
POPULATIONS = pd.DataFrame(
    {
        "species": ["Hyla arborea", "Rana arvalis", "Triturus cristatus"],
        "status": ["gone", "viable", "lost"],
        "earlier_status": ["relict", None, "gone"],
        "outcome": ["worse", "better", "better"],
        "reason_nl": ["van relict naar weg", "nieuw", "verloren"],
        "reason_en": ["from relict to gone", "new", "lost"],
    }
)
TABLES = {"changes": PATCHES, "population_changes": POPULATIONS}
REPORT = {
    "area": "heath",
    "outcome": "published",
    "words": [],
    "started": "2026-03-01T04:30:00+00:00",
    "seconds": 61.4,
    "jobs": [
        {"job": "heath/plan_budget", "seconds": 2.0},
        {"job": "frogs/measure_gains", "seconds": 30.0},
    ],
    "changes": count_changes(TABLES),
    "first": first_changes(TABLES, "en"),
    "quarantined": {"finds: no_date": 12, "finds: far_from_area": 1},
    "quarantined_before": {"finds: no_date": 2, "finds: far_from_area": 1},
    "warnings": ["ingest_records: no record is recent"],
    "current": "published/heath/current",
}


def page(language="en", **other):
    return "\n".join(mail_lines(REPORT | other, language))


def test_what_changed_is_counted():
    assert count_changes(TABLES) == {
        "verdicts_worse": 1,
        "verdicts_better": 1,
        "patches_new": 1,
        "patches_gone": 1,
        "populations_lost": 1,
        "populations_new": 1,
        "populations_worse": 1,
        "populations_better": 2,
    }


def test_the_first_line_says_how_it_ended():
    assert page().splitlines()[0] == "Robuust heath: new results are published"
    first = page("nl", outcome="no_room").splitlines()[0]
    assert first.startswith("Robuust heath: de schijf is vol")


def test_the_page_tells_changes_quarantine_jobs_and_where_to_look():
    text = page()
    assert "1 verdicts worse, 1 verdicts better, 1 new patches" in text
    assert "Hyla arborea: from relict to gone" in text
    assert "13 rows; finds: no_date +10" in text
    assert "2; frogs/measure_gains 30 s; heath/plan_budget 2 s" in text
    assert "no record is recent" in text
    assert "published/heath/current/report.html" in text
    assert len(text.splitlines()) < 40


def test_a_first_publication_has_nothing_to_compare_with():
    text = page(changes=None, first=[], quarantined_before=None)
    assert "the first publication" in text
    assert "13 rows" in text


def test_no_change_is_said_as_such():
    text = page("nl", changes=dict.fromkeys(REPORT["changes"], 0), first=[])
    assert "geen oordeel of populatie" in text
    same = REPORT["quarantined"]
    assert "evenveel als vorige keer" in page("nl", quarantined_before=same)


@pytest.mark.parametrize(
    "outcome", [name for name in EXIT_CODES if name != "published"]
)
@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_run_that_publishes_nothing_tells_of_no_results(outcome, language):
    text = page(language, outcome=outcome, quarantined=None, words=["because of this"])
    assert "because of this" in text
    assert "Quarantine" not in text
    assert "Quarantaine" not in text


def test_rows_set_apart_are_counted_by_source_and_reason():
    summary = pd.DataFrame(
        {
            "source": ["finds", "finds", "roads"],
            "reason": ["balance", "no_date", "balance"],
            "rows_quarantined": [3, 3, 0],
        }
    )
    assert quarantine_counts(summary) == {"finds: no_date": 3}
