"""Command `make rerun`: lock, run, publish, report; for a timer, with nobody looking.

python scripts/rerun.py [--configfile my.yaml ...] [--keep 5] [--published folder]
"""

import argparse
import errno
import json
import signal
import sys
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import yaml

from robuust.rerun_summary import (
    EXIT_CODES,
    count_changes,
    first_changes,
    mail_lines,
    quarantine_counts,
)
from robuust_files import publications
from robuust_files.input_files import (
    changed_kinds,
    date_back,
    input_files,
    read_anew,
    unseen_changes,
)
from robuust_files.job_traces import (
    ended_jobs,
    failures,
    job_seconds,
    states,
    warnings,
)
from robuust_files.kept_files import remember_files, remove_damaged
from robuust_files.project_files import HOME, read_settings
from robuust_files.rerun_area import (
    SNAKEFILE,
    Area,
    input_now,
    inputs_digest,
    versions,
)
from robuust_files.run_lock import (
    LockedError,
    end_processes,
    one_run,
    other_snakemakes,
)
from robuust_files.snakemake_run import NOTHING, run_snakemake, snakemake_command

STATE = ".state.json"  # what the results were last made from
EARLIER = ".earlier.yaml"  # settings that this script adds to those of the user
LOG = "log.jsonl"
MAIL = "last_run.txt"
STARTED_JOBS = "robuust: "  # what the workflow says before its first job
FULL_DISK = "No space left on device"


class EndError(Exception):
    """The run ends here; the outcome, and words for the user."""

    def __init__(self, outcome, *words):
        super().__init__(outcome, *words)
        self.outcome, self.words = outcome, list(words)


def rerun(area):
    """Run an area, publish what is new, and say how it went.

    Parameters
    ----------
    area : Area

    Returns
    -------
    int
        Exit code, of `EXIT_CODES`.
    """
    started, clock = datetime.now(UTC), time.monotonic()
    report = {
        "run": uuid.uuid4().hex,
        "area": area.names[0],
        "started": started.isoformat(timespec="seconds"),
        **{"words": [], "jobs": [], "warnings": [], "first": []},
        **{"changes": None, "quarantined": None, "quarantined_before": None},
        **{"publication": None, "earlier_publication": None},
    }
    try:
        with one_run(area.folder, run=report["run"], started=report["started"]) as died:
            recover(area, died, report)
            outcome = run_and_publish(area, report, ended_well=not died)
    except LockedError as error:
        outcome = "locked"
        report["words"].append(str(error))
    except EndError as end:
        outcome = end.outcome
        report["words"] += end.words
    except OSError as error:
        outcome = "no_room" if error.errno == errno.ENOSPC else "unusable"
        report["words"].append(str(error))
    except publications.ChangedResultError as error:
        outcome = "failed"
        report["words"].append(str(error))
    except KeyboardInterrupt:
        outcome = "interrupted"
    report |= {
        "outcome": outcome,
        "exit_code": EXIT_CODES[outcome],
        "ended": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(time.monotonic() - clock, 1),
        "versions": versions(),
        "current": str(area.folder / publications.CURRENT),
    }
    tell(area, report)
    return report["exit_code"]


def recover(area, died, report):
    """Put right what a run that died left: its jobs, half publications, its lock."""
    if died:
        words = "the run of {started} ({user} on {machine}, process {process}) died"
        report["words"].append(words.format(**died))
        n = end_processes(died["run"])
        if n:
            report["words"].append(f"ended {n} processes that it left at work")
    report["words"] += publications.tidy(area.folder)
    others = other_snakemakes(Path.cwd())
    locked = died and any(Path(".snakemake", "locks").glob("*"))
    for words, run in others.items():
        # One of a rerun is of another area, as we hold the lock of this one; but
        # releasing a lock in this folder would release that one too.
        if locked or not run:
            raise LockedError(f"{words} runs snakemake in {Path.cwd()}")
    if locked:
        write_earlier(area, None)
        snakemake(area, report, "--unlock", show=False)


def run_and_publish(area, report, *, ended_well):
    """Run what is not up to date; publish it when it says anything new."""
    found, state = input_now(area), read_json(area.folder / STATE)
    name = publications.served(area.folder)
    facts = publications.read_facts(area.folder / publications.CURRENT)
    report["earlier_publication"] = name
    before = state.get("inputs", found)
    # Gone before the new state is written, so that a kill in between does no harm.
    replaced = forget_replaced(area, before, found)
    everything = state.get("everything") or tables_unseen(area, before, found)
    at_rest = ended_well and not replaced and not everything
    if at_rest and up_to_date(area, report, state, facts):
        report["publication"] = name
        return "nothing_new"
    damaged = [name for folder in area.results.values() for name in spoilt(folder)]
    report["words"] += [f"{name} was damaged and is made again" for name in damaged]
    if ahead := mend_dates(area, found):
        report["words"] += ahead
        found = input_now(area)
    state = {
        "inputs": found,
        "earlier": str(area.folder / name / "robuust.gpkg") if name else None,
        "everything": everything,
    }
    write_state(area, state)
    build(area, report, state, *(["--forceall"] if everything else []))
    if input_now(area) != found:
        raise EndError("input_replaced")
    write_state(area, state | {"everything": False})
    for folder in area.results.values():
        remember_files(folder)
    digest = inputs_digest(area)
    if digest == facts.get("inputs"):
        report["publication"] = name
        return "nothing_new"
    publish(area, report, state, digest)
    return "published"


def forget_replaced(area, before, found):
    """Have what was replaced among the sources read again; whether anything was."""
    kinds = [kind for kind in changed_kinds(before, found) if kind != "tables"]
    kinds += [kind for kind, files in found.items() if "database" in files]
    for results in area.results.values():
        read_anew(results, kinds)
    return bool(kinds)


def tables_unseen(area, before, found):
    """Whether a table changed that is older than the last run: Snakemake sees none."""
    last = area.folder / MAIL
    since_ns = last.stat().st_mtime_ns if last.exists() else 0
    tables = found.get("tables", {})
    return unseen_changes(before.get("tables", tables), tables, since_ns)


def up_to_date(area, report, state, facts):
    """Whether readers see what there is, and Snakemake finds nothing to do."""
    served = facts.get("inputs")
    earlier = state.get("earlier")
    if not served or served != inputs_digest(area) or (earlier and gone(earlier)):
        return False
    write_earlier(area, earlier)
    code, said = snakemake(area, report, "--dry-run", show=False)
    if code:
        raise EndError("unusable", *said.strip().splitlines())
    return NOTHING in said


def gone(path):
    """Whether a file is not there any more."""
    return not Path(path).exists()


def spoilt(folder):
    """Files of an earlier run that cannot be used any more; they are gone now."""
    return [f"{folder}/{name}" for name in remove_damaged(folder)]


def mend_dates(area, found):
    """Give what is dated ahead of the clock the present time; words on the sources."""
    for folder in area.results.values():
        date_back(folder.rglob("*"))
    sources = [Path(path) for path in input_files(found)]
    date_back({path.parent for path in sources})  # a source may be a folder
    return [
        f"{path} was dated ahead of the clock of this machine; "
        + ("it has the present time" if changed else "give it the present time (touch)")
        for path, changed in date_back(sources).items()
    ]


def write_state(area, state):
    """Keep what the results were last made from."""
    publications.replace_text(area.folder / STATE, json.dumps(state) + "\n")


def write_earlier(area, earlier):
    """Tell the workflow which publication to compare with."""
    settings = {"earlier_results": earlier} if area.own_earlier else {}
    publications.replace_text(area.folder / EARLIER, yaml.safe_dump(settings))


def build(area, report, state, *options):
    """Run Snakemake to the end, or end with the reason why it did not get there."""
    write_earlier(area, state["earlier"])
    logs = [Path("logs", name) for name in area.names]
    benchmarks = [Path("benchmarks", name) for name in area.names]
    logs_before = states(logs, "*.log")
    benchmarks_before = states(benchmarks, "*.tsv")
    code, said = snakemake(area, report, *options)
    logs_after = states(logs, "*.log")
    report["jobs"] += job_seconds(benchmarks_before, states(benchmarks, "*.tsv"))
    report["warnings"] = warnings(logs_after)
    if not code:
        return
    if code < 0:  # the kernel ended Snakemake; its jobs and its lock stayed
        end_processes(report["run"])
        snakemake(area, report, "--unlock", show=False)
    words = [*failures(logs_before, logs_after), *ended_jobs(said)]
    words = words or [line for line in said.splitlines() if line.strip()][-12:]
    if FULL_DISK in said or any(FULL_DISK in text for text in words):
        raise EndError("no_room", *words)
    if "cannot be locked" in said:
        raise EndError("locked", *words)
    raise EndError("failed" if STARTED_JOBS in said else "unusable", *words)


def publish(area, report, state, digest):
    """Copy the results aside, let readers see them, remove the oldest publications."""
    facts = {
        "run": report["run"],
        "started": report["started"],
        "earlier": report["earlier_publication"],
        "inputs": digest,
        "versions": versions(),
    }
    name = publications.new_name(area.folder, datetime.now(UTC))
    try:
        made = publications.make_publication(area.folder, name, area.results, facts)
    except publications.ChangedResultError as error:
        report["words"].append(f"{error}; it is made again")
        build(area, report, state, "--forcerun", "publish_results")
        made = publications.make_publication(area.folder, name, area.results, facts)
    tell_changes(area, report, made)
    if not publications.serve(area.folder, name):
        report["words"].append(
            f"no links can be made in {area.folder}: {publications.CURRENT} is a copy, "
            "swapped in by renaming folders"
        )
    report["publication"] = name
    publications.prune(area.folder, area.keep)


def tell_changes(area, report, made):
    """Add to the report what the tables of a new publication say of changes."""
    language = area.settings["language"]
    tables = {
        name: pd.read_csv(made / "tables" / f"{name}.csv")
        for name in ("changes", "population_changes", "ingest_summary")
    }
    report["quarantined"] = quarantine_counts(tables["ingest_summary"])
    if report["earlier_publication"] or not area.own_earlier:
        report["changes"] = count_changes(tables)
        report["first"] = first_changes(tables, language)
    if report["earlier_publication"]:
        earlier = area.folder / report["earlier_publication"] / "tables"
        before = pd.read_csv(earlier / "ingest_summary.csv")
        report["quarantined_before"] = quarantine_counts(before)


def tell(area, report):
    """Print the page to mail; keep it, and a line for machines in the log."""
    page = "\n".join(mail_lines(report, area.settings["language"])) + "\n"
    print(page, end="")
    try:
        if report["outcome"] != "locked":  # that page is of the other run
            publications.replace_text(area.folder / MAIL, page)
        with (area.folder / LOG).open("a", encoding="utf-8") as log:
            log.write(json.dumps(report, ensure_ascii=False) + "\n")
    except OSError as error:
        print(f"the log cannot be written: {error}", file=sys.stderr)


def snakemake(area, report, *options, show=True):
    """Call Snakemake with the settings of the user and ours."""
    files = [*area.settings_files]
    if (area.folder / EARLIER).exists():
        files.append(area.folder / EARLIER)
    command = snakemake_command(SNAKEFILE, files, [*area.options, *options])
    return run_snakemake(command, run=report["run"], show=show)


def read_json(path):
    """Read a JSON file; nothing when it is not there."""
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def read_arguments(arguments):
    """Read the command line; `SystemExit` with code 2 when it is wrong."""
    parser = argparse.ArgumentParser(
        description="Run an area again, publish what is new, and report.",
        epilog="Exit codes: docs/unattended.md.",
    )
    parser.add_argument(
        "--configfile",
        nargs="+",
        default=[str(HOME / "config" / "demo.yaml")],
        help="your settings; without it, those of the demo",
    )
    parser.add_argument(
        "--keep",
        type=int,
        default=5,
        help="publications that stay, the one served among them; 2 or more (5)",
    )
    parser.add_argument(
        "--published", default="published", help="folder of publications (published)"
    )
    given, options = parser.parse_known_args(arguments)
    if given.keep < 2:
        parser.error(
            "--keep must be 2 or more: changes are told against the one before"
        )
    try:
        settings = read_settings(given.configfile)
    except (OSError, yaml.YAMLError, AttributeError) as error:
        parser.error(f"the settings cannot be read: {error}")
    return Area(
        settings_files=given.configfile,
        settings=settings,
        folder=Path(given.published) / str(settings["area"]),
        options=options,
        keep=given.keep,
    )


def stop(number, frame):
    """Treat a request to end as a key press."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, stop)
    sys.exit(rerun(read_arguments(sys.argv[1:])))
