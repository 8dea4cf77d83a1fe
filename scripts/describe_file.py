"""Command `make describe`: look at an unknown file, propose the settings to read it.

python scripts/describe_file.py FILE [LAYER]
"""

import logging
import sys
from pathlib import Path

import pandas as pd
import yaml

from robuust.descriptions import describe
from robuust.source_guesses import Tables
from robuust_files.beginnings import read_beginning

CONFIG = Path(__file__).resolve().parents[1] / "config"
USAGE = "usage: make describe FILE=data/unknown.zip [LAYER=name of a layer or sheet]"


def describe_file(path, layer=None):
    """Read the first rows of a file and say what it may be.

    Parameters
    ----------
    path : str
        A file, a folder (.gdb) or ``postgresql://host/database``.
    layer : str, optional

    Returns
    -------
    str
    """
    presets = {
        file.stem: yaml.safe_load(file.read_text(encoding="utf-8"))
        for file in sorted((CONFIG / "presets").glob("*.yaml"))
    }
    codes = [_table(name)["code"] for name in ("habitat_types", "suitability")]
    tables = Tables(presets, _table("species"), pd.concat(codes).drop_duplicates())
    return describe(read_beginning(path, layer), tables)


def _table(name):
    return pd.read_csv(CONFIG / f"{name}.csv", encoding="utf-8-sig", dtype="str")


def main(arguments):
    """Print the description; an exit code other than 0 when there is none."""
    named = [argument for argument in arguments if argument]
    if not 1 <= len(named) <= 2:
        print(USAGE, file=sys.stderr)
        return 2
    try:
        print(describe_file(*named), end="")
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    logging.basicConfig(format="%(message)s", level=logging.WARNING)
    sys.stdout.reconfigure(errors="replace")  # a terminal may lack signs of the file
    sys.exit(main(sys.argv[1:]))
