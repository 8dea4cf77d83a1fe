"""A run that is killed at any moment goes on, and readers never notice."""

import os
import re
import shutil
import signal
import time

import pytest
from small_landscape import change_settings, new_input

from robuust_files.publications import publications, served
from robuust_files.run_lock import NOTE

KILLS = int(os.environ.get("ROBUUST_KILLS", "0"))
MOMENT = 0.05  # seconds between two looks


def started_jobs(place):
    """State of the log of each job; a job that starts makes it anew."""
    logs = (place.folder / "logs").rglob("*.log")
    return {log: log.stat().st_ino for log in logs}


def new_rules(place, before, known):
    """Rules that were not killed yet and of which a job has started."""
    try:
        now = started_jobs(place)
    except FileNotFoundError:  # a log went while we looked
        return set()
    rules = {rule_of(log) for log in now if now[log] != before.get(log)} - known
    if list(place.area.glob("*.making")):
        rules |= {"publication"} - known
    return rules


def wait_for_a_moment(place, process, rng, known):
    """Wait for a rule that was not killed yet, and a little more: the rules at work.

    When another one starts meanwhile, that is the moment: it may be over soon.
    """
    before, rules, deadline = started_jobs(place), set(), None
    while process.poll() is None and (not rules or time.monotonic() < deadline):
        found = new_rules(place, before, known | rules)
        if found and rules:
            return rules | found
        if found:
            rules, deadline = found, time.monotonic() + rng.uniform(0, 0.5)
        time.sleep(MOMENT)
    return rules


def kill(process):
    """Kill the run, Snakemake and all jobs, as a power cut does."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return process.wait() == -signal.SIGKILL


def every_rule(place):
    """Rules of which a job has come to its end, and the making of a publication."""
    benchmarks = (place.folder / "benchmarks" / "corner").rglob("*.tsv")
    return {rule_of(path) for path in benchmarks} | {"publication"}


def rule_of(path):
    """Rule of a job by its log or benchmark; of a portion, whichever it is."""
    return re.sub(r"_\d+$", "", path.stem)


@pytest.mark.skipif(
    not KILLS, reason="NOT CHECKED, it takes long: make faults, or set ROBUUST_KILLS"
)
def test_fifty_kills_change_nothing_in_the_end(
    once_published, place, with_new_input, rng
):
    first = served(place.area)
    new_input(place.folder)
    known, missed, kills, round_number = set(), set(), 0, 0
    while kills < KILLS:
        once_more = sorted(missed - known - {"publication"})
        process = place.start(*(["--forcerun", *once_more] if once_more else []))
        if round_number == 0 or once_more:
            known |= wait_for_a_moment(place, process, rng, known)
        else:
            deadline = time.monotonic() + rng.uniform(0, 20)
            while process.poll() is None and time.monotonic() < deadline:
                time.sleep(MOMENT)
        if kill(process):
            kills += 1
            # Killed after the swap, the new publication is the one that is served.
            assert served(place.area) in {first, publications(place.area)[-1]}
            first = served(place.area)
            place.check_publication(first)
        elif process.wait() == 0:  # it got to the end: ask for something else
            first = served(place.area)
            missed = every_rule(place) - known
            round_number += 1
            change_settings(place.folder, draws=2 + round_number % 2)
        else:
            raise AssertionError(place.screen[-4000:])
    print(f"{kills} kills, {round_number} publications in between, rules: {known}")
    # What the killed runs made must do for the run that an undisturbed one is.
    note = (place.area / NOTE).read_text()  # of the run that was killed last
    shutil.rmtree(place.area)
    shutil.copytree(once_published.area, place.area, symlinks=True)
    (place.area / NOTE).write_text(note)
    change_settings(place.folder, draws=2)
    place.check_next_run(with_new_input)
    assert known >= every_rule(place) or KILLS < 50
