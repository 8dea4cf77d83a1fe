"""What the jobs of a run left: times, warnings and words of failure."""

import os

import pytest

from robuust_files.job_traces import ended_jobs, failures, job_seconds, states, warnings

FAILED = """2026-03-01 04:30:00,000 INFO read 3 rows
2026-03-01 04:30:01,000 CRITICAL the job failed
Traceback (most recent call last):
  File "ingest_habitat.py", line 9, in <module>
ValueError: the map has no reference system; set crs
"""
BEWARE = """2026-03-01 04:30:00,000 WARNING no records are left
2026-03-01 04:30:00,000 WARNING /lib/pandas/core.py:12: FutureWarning: words
"""


@pytest.fixture
def logs(tmp_path):
    folder = tmp_path / "logs" / "heath"
    folder.mkdir(parents=True)
    (folder / "ingest_records.log").write_text(BEWARE)
    return folder


def test_only_what_this_run_wrote_counts_as_its_failure(logs):
    before = states([logs], "*.log")
    (logs / "ingest_habitat.log").write_text(FAILED)
    after = states([logs], "*.log")
    assert failures(before, after) == [
        "ingest_habitat (heath): the map has no reference system; set crs"
    ]
    assert failures(after, after) == []


def test_a_job_that_the_system_ended_is_named():
    said = "Command '/x/tmp1.plan_budget.py' died with <Signals.SIGKILL: 9>.\n"
    (words,) = ended_jobs(said + said)
    assert words.startswith("plan_budget was ended by the system (SIGKILL)")
    assert ended_jobs("all is well") == []


def test_warnings_for_programmers_are_left_out(logs):
    assert warnings(states([logs], "*.log")) == ["ingest_records: no records are left"]


def test_a_job_counts_as_run_whatever_the_clock_says(tmp_path):
    (tmp_path / "heath").mkdir()
    path = tmp_path / "heath" / "plan_budget.tsv"
    path.write_text("s\tmax_rss\n1.5\t100\n")
    before = states([tmp_path], "*.tsv")
    assert job_seconds(before, states([tmp_path], "*.tsv")) == []
    path.write_text("s\tmax_rss\n2.5\t100\n")
    os.utime(path, (0, 0))  # the clock went back
    found = job_seconds(before, states([tmp_path], "*.tsv"))
    assert found == [{"job": "heath/plan_budget", "seconds": 2.5}]
