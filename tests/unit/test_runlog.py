"""What a job says on the screen, and what its log keeps."""

import subprocess
import sys
from pathlib import Path

SCRIPTS = Path(__file__).parents[2] / "scripts"


def run_job(tmp_path, body):
    log = tmp_path / "logs" / "fens" / "count_frogs.log"
    log.parent.mkdir(parents=True)
    code = f"""
import logging, warnings
from robuust.runlog import log_to
log_to({str(log)!r})
log = logging.getLogger("count_frogs")
{body}
"""
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(SCRIPTS)},
        capture_output=True,
        text=True,
        check=False,
    )
    return run, log.read_text(encoding="utf-8")


def test_a_job_tells_in_one_line_what_it_did_last(tmp_path):
    run, log = run_job(tmp_path, "log.info('read 3'); log.info('wrote %d frogs', 2)")
    (line,) = run.stderr.splitlines()
    assert line.split()[:5] == ["count_frogs", "fens", "wrote", "2", "frogs"]
    assert "read 3" in log


def test_a_warning_is_shown_but_not_that_of_a_library(tmp_path):
    run, log = run_job(tmp_path, "log.warning('no ponds'); warnings.warn('old call')")
    assert "beware: no ponds" in run.stderr
    assert "old call" not in run.stderr
    assert "old call" in log


def test_an_error_for_the_user_is_words_on_the_screen_and_a_trace_in_the_log(tmp_path):
    run, log = run_job(tmp_path, "raise ValueError('3 ponds are dry; fill them')")
    assert run.returncode != 0
    assert "3 ponds are dry; fill them" in run.stderr
    assert "Traceback" not in run.stderr
    assert "Traceback" in log


def test_a_fault_of_ours_shows_its_trace_and_the_log(tmp_path):
    run, _ = run_job(tmp_path, "{}['pond']")
    assert "Traceback" in run.stderr
    assert "count_frogs.log" in run.stderr
