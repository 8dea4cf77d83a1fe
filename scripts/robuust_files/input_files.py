"""Which files went in, and whether they are still what they were."""

import csv
import hashlib
import json
import os
import time
from pathlib import Path

from robuust.connections import is_database
from robuust_files.checksums import source_parts
from robuust_files.project_files import find_file

#: What the workflow makes of each kind; without it, it reads the kind anew.
INGESTED = {
    "study_area": "study_area_sources.parquet",
    "habitat": "habitat_sources.parquet",
    "historic_habitat": "history_sources.parquet",
    "records": "records_sources.parquet",
}
OTHERWISE = "context_sources.parquet"
CLOCK_SLACK_NS = 2_000_000_000  # by which clocks of machines and disks may differ


def input_states(sources, home):
    """State of every file behind the sources: what changes when somebody replaces it.

    Parameters
    ----------
    sources : dict of str to list of dict
        The section ``sources`` of the settings.
    home : Path
        Where a path is looked for that does not lead to a file from here.

    Returns
    -------
    dict of str to dict of str to list of int
        By kind of source and by path: bytes and time of change [ns]. A kind with a
        database has ``database``, whose rows nobody can tell without reading them.
    """
    states = {}
    for kind, entries in sources.items():
        for source in entries or []:
            found = states.setdefault(kind, {})
            if is_database(source["path"]):
                found["database"] = None
                continue
            path = Path(find_file(source["path"], home))
            for part in source_parts(path) if path.exists() else []:
                seen = part.stat()
                found[str(part)] = [seen.st_size, seen.st_mtime_ns]
    return states


def input_files(states):
    """Files of all kinds, as `input_states` names them, without databases."""
    return [path for found in states.values() for path in found if found[path]]


def changed_kinds(before, now):
    """Kinds of source of which a file was replaced, added or taken away.

    Parameters
    ----------
    before, now : dict
        Two results of `input_states`.

    Returns
    -------
    list of str
    """
    return sorted(k for k in before.keys() | now.keys() if before.get(k) != now.get(k))


def unseen_changes(before, now, since_ns):
    """Whether a file changed but bears a time before the last run.

    Parameters
    ----------
    before, now : dict of str to list of int
        Of one kind, from two results of `input_states`.
    since_ns : int
        When the last run ended [ns].

    Returns
    -------
    bool
        Snakemake, which compares times, may not see the change.

    Examples
    --------
    >>> unseen_changes({"a": [5, 10]}, {"a": [6, 10]}, 20)
    True
    >>> unseen_changes({"a": [5, 10]}, {"a": [6, 30]}, 20)
    False
    """
    return any(
        state != before.get(path) and state[1] <= since_ns
        for path, state in now.items()
    )


def date_back(paths):
    """Give the present time to files and folders that bear one ahead of the clock.

    A clock that was wrong, here or where a file came from, leaves such times; Snakemake
    takes what is made from them for older than they are, and stops.

    Parameters
    ----------
    paths : iterable of Path
        Those that are gone are passed over. Of a link both times are set, its own and
        that of its target.

    Returns
    -------
    dict of Path to bool
        Those that were ahead by more than `CLOCK_SLACK_NS`, and whether that could be
        changed.
    """
    now_ns, ahead = time.time_ns(), {}
    latest_ns = now_ns + CLOCK_SLACK_NS
    for path in paths:
        for follows in (True, False):
            try:
                if path.stat(follow_symlinks=follows).st_mtime_ns <= latest_ns:
                    continue
                os.utime(path, ns=(now_ns, now_ns), follow_symlinks=follows)
            except FileNotFoundError:
                continue
            except OSError:  # another's, or on a disk that is read only
                ahead[path] = False
            else:
                ahead.setdefault(path, True)
    return ahead


def read_anew(results, kinds):
    """Have the workflow read these kinds again, also where time stamps tell it nothing.

    Snakemake compares times: a file that is replaced by an older one, or while it is
    being read, would go unseen. The job of which an output is gone is run.

    Parameters
    ----------
    results : Path
        Results folder of the area.
    kinds : list of str
    """
    for name in {INGESTED.get(kind, OTHERWISE) for kind in kinds}:
        (Path(results) / "ingest" / name).unlink(missing_ok=True)


def fingerprint(results, code, *, own_earlier):
    """One short text that stays the same as long as nothing new went in.

    Same in, same out: results with the fingerprint of those that are served say nothing
    new, whatever jobs were run to make them.

    Parameters
    ----------
    results : Path
        Results folder of an area, complete.
    code : iterable of Path
        Files that say how results are made and drawn.
    own_earlier : bool
        Whether the results to compare with were chosen by the run, and are no setting.

    Returns
    -------
    str
        Empty when there are no results.
    """
    tables = Path(results) / "tables"
    if not (tables / "sources.csv").exists():
        return ""
    content = hashlib.sha256((tables / "sources.csv").read_bytes())
    left_out = {"settings": {"earlier_results"} if own_earlier else set()}
    left_out["run_info"] = {"settings"}  # a fingerprint of the table settings
    for name, keys in left_out.items():
        with (tables / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            rows = [row for row in csv.reader(file) if row and row[0] not in keys]
        content.update(json.dumps(rows).encode())
    for path in sorted(code):
        content.update(Path(path).read_bytes())
    return content.hexdigest()[:16]
