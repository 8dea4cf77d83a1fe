"""A folder in which a user reruns an area, and what can be seen there."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from robuust_files.publications import damaged_files, publications, served

ROOT = Path(__file__).parents[2]
OURS = ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "SNAKEMAKE_PROFILE")
ABOUT_THE_RUN = {"settings.csv", "run_info.csv"}  # they name the earlier results


@dataclass(frozen=True)
class Place:
    """A folder in which a user reruns an area."""

    folder: Path

    def command(self, *options):
        """Command line of a rerun."""
        script = str(ROOT / "scripts" / "rerun.py")
        settings = ["--configfile", "my.yaml", "--cores", "2"]
        return [sys.executable, script, *settings, *options]

    def start(self, *options, through=(), screen=None):
        """Start a rerun; its words go to the file `screen`."""
        with (screen or self.folder / "screen.txt").open("w") as file:
            return subprocess.Popen(
                [*through, *self.command(*options)],
                cwd=self.folder,
                env={k: v for k, v in os.environ.items() if k not in OURS},
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def rerun(self, *options, through=()):
        """Rerun to the end: exit code."""
        return self.start(*options, through=through).wait(timeout=1800)

    @property
    def screen(self):
        """What the last run said."""
        return (self.folder / "screen.txt").read_text(errors="replace")

    @property
    def area(self):
        """Folder of the publications."""
        return self.folder / "published" / "corner"

    @property
    def results(self):
        """Folder in which results are made."""
        return self.folder / "results" / "corner"

    @property
    def reports(self):
        """What each run wrote in the log for machines."""
        lines = (self.area / "log.jsonl").read_text().splitlines()
        return [json.loads(line) for line in lines]

    def tables(self, *left_out):
        """Text of every table that is served, by name."""
        return {
            path.name: path.read_text()
            for path in (self.area / "current" / "tables").iterdir()
            if path.name not in ABOUT_THE_RUN and path.stem not in left_out
        }

    def check_publication(self, name):
        """The publication of this name is served, and not one byte of it changed."""
        assert served(self.area) == name
        assert damaged_files(self.area / "current") == []

    def check_next_run(self, reference):
        """The next run completes, with the tables of an undisturbed one."""
        before = served(self.area)
        assert self.rerun() == 0, self.screen[-4000:]
        assert served(self.area) == publications(self.area)[-1] != before
        assert damaged_files(self.area / "current") == []
        assert self.tables() == reference


def copy_of(place, folder):
    """The same place in another folder, with its history."""
    shutil.copytree(place.folder, folder, symlinks=True, dirs_exist_ok=True)
    return Place(folder)
