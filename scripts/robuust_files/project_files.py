"""Where this project lies, and how a user's paths and settings are found from there."""

from pathlib import Path

import yaml

from robuust.connections import is_database

HOME = Path(__file__).resolve().parents[2]


def find_file(path, home=HOME):
    """Find a path as it stands or, where nothing is there, from this project.

    Parameters
    ----------
    path : str
        Of a file or folder; the address of a database stays as it is.
    home : Path
        Of the project.

    Returns
    -------
    str
    """
    return path if is_database(path) or Path(path).exists() else str(Path(home) / path)


def read_settings(files):
    """Read the settings as the workflow does: a later file wins, key by key.

    Parameters
    ----------
    files : list of str or Path
        Of the user; they come after those of this project.

    Returns
    -------
    dict
    """
    from snakemake.utils import update_config  # slow to import

    settings = {}
    for path in [HOME / "config" / "config.yaml", *files]:
        content = yaml.safe_load(Path(path).read_text(encoding="utf-8")) or {}
        update_config(settings, content)
    return settings
