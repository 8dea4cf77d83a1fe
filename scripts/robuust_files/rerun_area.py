"""What a rerun works on: settings, folders, and all that goes into the results."""

import sys
import tomllib
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from robuust_files.input_files import fingerprint, input_states
from robuust_files.project_files import HOME, find_file

SNAKEFILE = HOME / "workflow" / "Snakefile"


@dataclass(frozen=True)
class Area:
    """The settings of an area, and where its results and publications are.

    The workflow says what is wrong in settings; nothing here may fail on it first.
    """

    settings_files: list
    settings: dict
    folder: Path  # of its publications
    options: list  # for Snakemake
    keep: int

    @property
    def own_earlier(self):
        """Whether the rerun chooses the results to compare with, not the settings."""
        return not self.settings["earlier_results"]

    @property
    def names(self):
        """Name of the area, and of that which each scenario makes."""
        name, scenarios = str(self.settings["area"]), section(self, "scenarios")
        return [name, *(f"{name}_{scenario}" for scenario in scenarios)]

    @property
    def results(self):
        """Results folder for each place in a publication; the area's own at its top."""
        places = [".", *(f"scenarios/{name}" for name in section(self, "scenarios"))]
        made_in = Path(str(self.settings["results_dir"]))
        return {
            place: made_in / name
            for place, name in zip(places, self.names, strict=True)
        }


def section(area, key):
    """Give a section of the settings; empty where it is not written as one."""
    return area.settings[key] if isinstance(area.settings.get(key), dict) else {}


def input_now(area):
    """State of all files that the settings name: the sources, and the tables.

    Parameters
    ----------
    area : Area

    Returns
    -------
    dict
        As `input_states` gives it; the tables are a kind ``tables``.
    """
    named = {
        kind: [entry for entry in entries or [] if isinstance(entry, dict)]
        for kind, entries in section(area, "sources").items()
        if isinstance(entries, list | None)
    }
    named["tables"] = [{"path": path} for path in section(area, "tables").values()]
    usable = {
        kind: [entry for entry in entries if isinstance(entry.get("path"), str)]
        for kind, entries in named.items()
    }
    return input_states(usable, HOME)


def inputs_digest(area):
    """Fingerprint of all that goes into the results and into how they look.

    Parameters
    ----------
    area : Area

    Returns
    -------
    str
        Empty when results are missing.
    """
    styles = Path(find_file(str(area.settings["styles"])))
    code = [
        path
        for folder in (HOME / "scripts", HOME / "workflow", styles)
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    ]
    parts = [
        fingerprint(folder, code, own_earlier=area.own_earlier)
        for folder in area.results.values()
    ]
    return " ".join(parts) if all(parts) else ""


def versions():
    """Versions of what made the results, by name."""
    project = tomllib.loads((HOME / "pyproject.toml").read_text(encoding="utf-8"))
    return {
        "robuust": project["project"]["version"],
        "snakemake": metadata.version("snakemake"),
        "python": sys.version.split()[0],
    }
