"""Before chapter 1: the settings are checked, and what all chapters share is named."""

import hashlib
import os
import sys
from pathlib import Path

import pandas as pd
import yaml

HOME = Path(workflow.basedir).parent  # this project, wherever snakemake is called
sys.path.insert(0, str(HOME / "scripts"))

from robuust.connections import check_connections, is_database
from robuust.job_costs import portion_count
from robuust.presets import (
    check_presets,
    complete_source,
    is_preset_file,
    named_presets,
)
from robuust.problems import Problem
from robuust.scenarios import changes_sources, scenario_settings
from robuust.settings import (
    SETTINGS,
    check_settings,
    report_problems,
    typed_table,
    validate_settings,
)
from robuust.sheet_names import sheet_names
from robuust.traits import group_traits
from robuust_files.checksums import source_parts
from robuust_files.code_digest import code_digest
from robuust_files.job_sizes import count_rows
from robuust_files.project_files import find_file

# A scenario (chapter 10) is this workflow once more, as a module of that name, with the
# settings of the run, which are checked by then.
IS_SCENARIO = (__name__ or "").startswith("scenario_")
SCENARIO_PREFIX = (__name__ or "").removeprefix("scenario_") + "_"  # of its rules

# --- The settings and tables, checked before anything runs


def schema(name):
    """What the settings, or one row of a table, may say."""
    path = HOME / "workflow" / "schemas" / f"{name}.schema.yaml"
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def read_table(path):
    """Every cell as text, so that the schema judges what stands in the file."""
    return pd.read_csv(
        path,
        dtype=str,
        keep_default_na=False,
        skip_blank_lines=False,  # so that row numbers are the spreadsheet's
        encoding="utf-8-sig",
    )


def section(key):
    """A section of the settings; empty where it is not written as one."""
    return config[key] if isinstance(config.get(key), dict) else {}


def named_files():
    """Every file that the settings name: the setting, and the path it gives."""
    named = {f"tables.{name}": path for name, path in section("tables").items()}
    for kind, entries in section("sources").items():
        for source in entries or []:
            if isinstance(source, dict):
                named[f"sources.{kind}[{source.get('name')}]"] = source.get("path")
    for place, source in changes_sources(config):
        named[f"{place}[{source.get('name')}]"] = source.get("path")
    named |= {
        at: name for name, at in named_presets(config).items() if is_preset_file(name)
    }
    named["earlier_results"] = config.get("earlier_results")
    return {key: path for key, path in named.items() if isinstance(path, str)}


def missing_files():
    """Files that the settings name and that are not there, or are folders."""
    words = "there is no file {}; put it there or correct the path"
    problems = [
        Problem("settings", None, setting, words.format(path))
        for setting, path in named_files().items()
        if not is_database(path) and not Path(find_file(path)).exists()
    ]
    words = "{} is a folder, not a file; correct the path"
    return problems + [
        Problem("settings", None, setting, words.format(name))
        for name, setting in named_presets(config).items()
        if is_preset_file(name) and preset_path(name).is_dir()
    ]


def preset_path(name):
    """The file of a preset of this project, or of the user's own."""
    own = is_preset_file(name)
    return Path(find_file(name)) if own else PRESETS_FOLDER / f"{name}.yaml"


def read_presets():
    """What stands in each preset that the settings name, and files that are no YAML."""
    read, broken = {}, []
    for name in named_presets(config):
        if not preset_path(name).is_file():
            continue  # missing_files or check_presets says so
        try:
            read[name] = yaml.safe_load(preset_path(name).read_text(encoding="utf-8"))
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            broken.append(Problem(name, None, "", f"this is no YAML file: {error}"))
    return read, broken


def unusable_styles():
    """Styles saved from QGIS that do not fit the layer they are named after."""
    if not SAVED_STYLES:
        return []  # nor is anything to be read for it
    from robuust.saved_styles import saved_style_problem

    found = {
        path: saved_style_problem(
            Path(path).stem, Path(path).read_text("utf-8", errors="replace")
        )
        for path in SAVED_STYLES
    }
    return [Problem(path, None, "", words) for path, words in found.items() if words]


def unwritable_results():
    """The results folder, when nothing can be written in it."""
    nearest = Path(str(config["results_dir"]), str(config["area"])).absolute()
    while not nearest.exists():
        nearest = nearest.parent
    if nearest.is_dir() and os.access(nearest, os.W_OK):
        return []
    words = f"nothing can be written in {nearest}; name another folder as results_dir"
    return [Problem("settings", None, "results_dir", words)]


TABLES = {name: find_file(str(path)) for name, path in section("tables").items()}
rows = {name: read_table(path) for name, path in TABLES.items() if Path(path).is_file()}
schemas = {name: schema(name) for name in rows}

STYLES_FOLDER = Path(find_file(str(config.get("styles"))))
SAVED_STYLES = sorted(map(str, STYLES_FOLDER.glob("*.qml")))
PRESETS_FOLDER = HOME / "config" / "presets"
PRESETS, problems = read_presets()
shipped = [path.stem for path in PRESETS_FOLDER.glob("*.yaml")]
problems += check_presets(config, PRESETS, schema("preset"), shipped=shipped)
problems += check_connections(config, file=SETTINGS)
problems += missing_files() + unwritable_results() + unusable_styles()
if IS_SCENARIO:
    problems = []
elif rows.keys() == TABLES.keys():
    problems += check_settings(config, schema("config"), rows, schemas)
else:
    problems += validate_settings(config, schema("config"))
if problems:
    print(report_problems(problems), file=sys.stderr)
    sys.exit(1)  # an exception would show lines of this file below the words

# From here on a source says all that its preset says, in the stored settings too.
for kind, entries in config["sources"].items():
    config["sources"][kind] = [complete_source(entry, PRESETS) for entry in entries]


# --- Names that all chapters share

RESULTS = f"{config['results_dir']}/{config['area']}"
LOGS = f"logs/{config['area']}"


pathvars:
    results=RESULTS,
    today=RESULTS,  # in a scenario that of the run itself
    logs=LOGS,
    benchmarks=f"benchmarks/{config['area']}",


TRAITS = group_traits(
    typed_table(rows["species_groups"], schemas["species_groups"]),
    typed_table(rows["mobility_classes"], schemas["mobility_classes"]),
    config["network"]["p0"],
).set_index("group")
GROUPS = list(TRAITS.index) if config["groups"] == "all" else config["groups"]


# The results to compare with. They are no input: those of the last run here are made by
# this workflow, and a workflow may not need what it makes. A scenario does: it waits for
# the results of today.
if IS_SCENARIO:
    EARLIER_RESULTS = config["earlier_results"]
else:
    EARLIER_RESULTS = config["earlier_results"] and find_file(config["earlier_results"])
TODAY = [EARLIER_RESULTS] if IS_SCENARIO else []
PLANNED = f"{RESULTS}/ingest/planned_changes.parquet" if IS_SCENARIO else []
# Where a scenario may find the results of today of a job with the same input.
FOLDERS = (RESULTS, str(Path(EARLIER_RESULTS).parent)) if IS_SCENARIO else None


# Snakemake runs a rule again when its script changes, but not when a module does that
# the script imports: so every rule has their digest as a parameter.
SCRIPTS = HOME / "scripts"


def library(script):
    """Digest of a script and of the modules behind it, for the `params` of its rule."""
    return code_digest([SCRIPTS / f"{script}.py"])


# The results tell by what code they were made.
ALL_CODE = code_digest(sorted(SCRIPTS.glob("*.py")))


def own_rows(table, column):
    """A `params` function: digest of a table's rows for the group, its class or bundle.

    Beside the table as `ancient` input: then an edit in the rows of others is none.
    """

    def value(wildcards):
        own = wildcards.group if column == "group" else trait(column)(wildcards)
        concerned = rows[table][rows[table][column].isin([own, "*"])]
        content = concerned.to_csv(index=False).encode()
        return hashlib.sha256(content).hexdigest()[:16]

    return value


wildcard_constraints:
    group="|".join(GROUPS),
    portion=r"\d+",


# Plan and corridors need all that comes before them, step by step: what they wait for
# goes first, and the rest fills the gaps.
LONGEST_WAY = 1


# --- Helper functions for rules


def trait(name):
    """A `params` function: the value that this trait has for the rule's group."""

    def value(wildcards):
        found = TRAITS.at[wildcards.group, name]
        if pd.isna(found):
            return None
        return found.item() if hasattr(found, "item") else found

    return value


def moves_over_land(group):
    """Whether the distances of a group follow the land cover."""
    classes = config["least_cost"]["classes"]
    return classes == "all" or TRAITS.at[group, "mobility_class"] in classes


LEAST_COST_GROUPS = [group for group in GROUPS if moves_over_land(group)]
CURRENT_GROUPS = LEAST_COST_GROUPS if config["least_cost"]["current_flow"] else []
HISTORY_GROUPS = GROUPS if config["sources"]["historic_habitat"] else []


def resistance_map(wildcards):
    """The resistance that a group meets, as `input`; none where it moves straight."""
    path = f"{RESULTS}/{wildcards.group}/resistance.tif"
    return path if wildcards.group in LEAST_COST_GROUPS else []


def changes(wildcards):
    """The settings of the planned changes of a scenario, with paths as found."""
    return [
        source | {"path": find_file(source["path"])}
        for source in config["scenarios"][wildcards.scenario]["changes"]
    ]


def changes_files(wildcards):
    """The files of the planned changes of a scenario, as `input`."""
    files = (source_files(source["path"]) for source in changes(wildcards))
    return [path for paths in files for path in paths]


def for_groups(path, groups=GROUPS):
    """This output of a rule, for every group of the run, for some, or for none."""
    return expand(path, group=groups) if groups else []


def with_history(path):
    """This output of a rule on historic maps, as `input`; none where there are none."""
    return path if HISTORY_GROUPS else []


def most_threads(wildcards):
    """Processors for a long job: all but one, for the jobs that can run beside it."""
    return max((workflow.cores or 1) - 1, 1)


def group_threads(wildcards):
    """Processors for a job of one group: all, shared by the groups that run together."""
    cores = workflow.cores or 1
    return cores // min(cores, len(GROUPS))


def portion_numbers(wildcards):
    """Numbers of the jobs that share the work on the rule's group; none for one job."""
    checkpoints.divide_habitat.get()
    polygons = count_rows(f"{RESULTS}/{wildcards.group}/habitat.parquet")
    count = portion_count(polygons, config["jobs"]["polygons_per_portion"])
    return range(count if count > 1 else 0)


def from_portions(name):
    """An `input` function: this file of each portion of a group; none without them."""

    def paths(wildcards):
        folder = f"{RESULTS}/{wildcards.group}/portions"
        numbers = portion_numbers(wildcards)
        return [f"{folder}/{name.format(portion=number)}" for number in numbers]

    return paths


def with_portions(name):
    """An `input` function: this file of a group that is worked on in portions."""

    def paths(wildcards):
        numbers = portion_numbers(wildcards)
        return f"{RESULTS}/{wildcards.group}/portions/{name}" if numbers else []

    return paths


def share(wildcards):
    """A `params` function: which portion of the work on a group, and of how many."""
    return int(wildcards.portion), len(portion_numbers(wildcards))


def source_files(path):
    """The files behind the path of a source; none for a database.

    In a file geodatabase, which is a folder, and beside a shapefile lie more files than
    the path names, and a change in any of them must be noticed.
    """
    if is_database(path):
        return []
    return sorted(map(str, source_parts(Path(find_file(path)))))


def source_paths(kind):
    """The files of one kind of source, as `input`."""
    files = (source_files(source["path"]) for source in config["sources"][kind])
    return [path for paths in files for path in paths]


def sources(kind):
    """The settings of one kind of source, with paths as they are found."""
    return [
        dict(sorted((source | {"path": find_file(source["path"])}).items()))
        for source in config["sources"][kind]
    ]
