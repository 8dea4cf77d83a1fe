"""Before chapter 1: the settings are checked, and what all chapters share is named."""

import hashlib
import os
import sys
from pathlib import Path

import pandas as pd
import yaml

HOME = Path(workflow.basedir).parent  # this project, wherever snakemake is called
sys.path.insert(0, str(HOME / "scripts"))

from robuust.problems import Problem
from robuust.settings import (
    check_settings,
    report_problems,
    typed_table,
    validate_settings,
)
from robuust.traits import group_traits

# --- The settings and tables, checked before anything runs


def schema(name):
    """What the settings, or one row of a table, may say."""
    path = HOME / "workflow" / "schemas" / f"{name}.schema.yaml"
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def find_file(path):
    """A path as it stands or, where nothing is there, as seen from this project."""
    return path if Path(path).exists() else str(HOME / path)


def read_table(path):
    """Every cell as text, so that the schema judges what stands in the file."""
    return pd.read_csv(
        path,
        dtype=str,
        keep_default_na=False,
        skip_blank_lines=False,  # so that row numbers are the spreadsheet's
        encoding="utf-8-sig",
    )


def named_files():
    """Every file that the settings name: the setting, and the path it gives."""
    tables = {f"tables.{name}": path for name, path in config["tables"].items()}
    sources = {
        f"sources.{kind}, {source['name']}": source["path"]
        for kind, entries in config["sources"].items()
        for source in entries
        if not source["path"].startswith("PG:")
    }
    earlier = {"earlier_results": config["earlier_results"]}
    return tables | sources | {key: path for key, path in earlier.items() if path}


def file_problems():
    """Files that are not there, and a results folder that cannot be written."""
    problems = [
        Problem(
            "settings",
            None,
            setting,
            f"there is no file {path}; put it there or correct the path",
        )
        for setting, path in named_files().items()
        if not Path(find_file(path)).exists()
    ]
    nearest = Path(config["results_dir"], config["area"]).absolute()
    while not nearest.exists():
        nearest = nearest.parent
    if not (nearest.is_dir() and os.access(nearest, os.W_OK)):
        words = f"nothing can be written in {nearest}; name another folder, or ask for the right to write there"
        problems.append(Problem("settings", None, "results_dir", words))
    return problems


def stop_at(problems):
    """End before anything runs, with all problems in words, when there are any."""
    if problems:
        print(report_problems(problems), file=sys.stderr)
        sys.exit(1)  # an exception would show lines of this file below the words


stop_at(validate_settings(config, schema("config")))
stop_at(file_problems())

TABLES = {name: find_file(path) for name, path in config["tables"].items()}
rows = {name: read_table(path) for name, path in TABLES.items()}
schemas = {name: schema(name) for name in TABLES}
stop_at(check_settings(config, schema("config"), rows, schemas))


# --- Names that all chapters share

RESULTS = f"{config['results_dir']}/{config['area']}"
LOGS = f"logs/{config['area']}"


pathvars:
    results=RESULTS,
    logs=LOGS,
    benchmarks=f"benchmarks/{config['area']}",


TRAITS = group_traits(
    typed_table(rows["species_groups"], schemas["species_groups"]),
    typed_table(rows["mobility_classes"], schemas["mobility_classes"]),
    config["network"]["p0"],
).set_index("group")
GROUPS = list(TRAITS.index) if config["groups"] == "all" else config["groups"]


def digest(paths):
    """One short text that changes when any of these files does."""
    content = hashlib.sha256()
    for path in sorted(paths):
        content.update(Path(path).read_bytes())
    return content.hexdigest()[:16]


# Snakemake runs a rule again when its script changes, but not when the library does.
LIBRARY = digest((HOME / "scripts" / "robuust").glob("*.py"))


wildcard_constraints:
    group="|".join(GROUPS),


# --- Helper functions for rules


def trait(name):
    """A `params` function: the value that this trait has for the rule's group."""

    def value(wildcards):
        found = TRAITS.at[wildcards.group, name]
        return None if pd.isna(found) else getattr(found, "item", lambda: found)()

    return value


def for_groups(path):
    """This output of a rule, for every group of the run."""
    return expand(path, group=GROUPS)


def source_paths(kind):
    """The files of one kind of source, as `input`."""
    return [
        find_file(source["path"])
        for source in config["sources"][kind]
        if not source["path"].startswith("PG:")
    ]


def sources(kind):
    """The settings of one kind of source, with paths as they are found."""
    return [
        source | {"path": find_file(source["path"])}
        for source in config["sources"][kind]
    ]


# --- What the user sees


def announce_run():
    """One line before the first job."""
    print(
        f"robuust: {config['area']}, {len(GROUPS)} groups -> {RESULTS}/",
        file=sys.stderr,
    )


def print_summary():
    """The ten lines that say what came out and what to open."""
    print(Path(RESULTS, "summary.txt").read_text(encoding="utf-8"), file=sys.stderr)


def explain_failure():
    """Where earlier results are, and how to go on."""
    words = [f"The run stopped; the words above say why, {LOGS}/ has every job's log."]
    if Path(RESULTS, "robuust.gpkg").exists():
        words.append(f"The earlier results in {RESULTS}/ are as they were.")
    words.append("After the correction, the same command goes on where it stopped.")
    print("\nrobuust: " + "\n".join(words), file=sys.stderr)
