"""Databases as sources: told from files, and kept free of passwords."""

from urllib.parse import parse_qs, urlsplit

from robuust.problems import Problem
from robuust.scenarios import changes_sources

_SCHEMES = ("postgresql://", "postgres://")


def is_database(path):
    """Tell whether the path of a source is a connection to a database.

    Examples
    --------
    >>> is_database("postgresql://server/nature"), is_database("data/map.gpkg")
    (True, False)
    """
    return str(path).lower().startswith(_SCHEMES)


def check_connections(config, *, file):
    """Find connections that give a password: settings are stored in every result.

    Parameters
    ----------
    config : dict
        The settings; parts of the wrong shape are not checked here.
    file : str
        `file` of the problems.

    Returns
    -------
    list of Problem
        None of them repeats the password.
    """
    sections = config.get("sources")
    entries = [
        (f"sources.{kind}", source)
        for kind, sources in (sections if isinstance(sections, dict) else {}).items()
        for source in (sources if isinstance(sources, list) else [])
        if isinstance(source, dict)
    ] + changes_sources(config)
    message = (
        "the path gives a password, and every result stores its settings; take it out,"
        " and give it in the environment variable PGPASSWORD or the file ~/.pgpass"
    )
    return [
        Problem(file, None, f"{place}[{source.get('name')}].path", message)
        for place, source in entries
        if is_database(source.get("path")) and _has_password(source["path"])
    ]


def _has_password(path):
    """Find a password before the host, or among the options behind it."""
    parts = urlsplit(path)
    before_host = ":" in parts.netloc.rpartition("@")[0]
    return before_host or "password" in parse_qs(parts.query, keep_blank_values=True)
