"""What the jobs of a run left: how long each took, what it warned of, why it failed."""

import csv
import re
from pathlib import Path

_LINE = re.compile(r"^\d{4}-\d\d-\d\d [\d:,]+ (WARNING|CRITICAL) (.*)$", re.MULTILINE)
_ENDED = re.compile(r"\.(\w+)\.py' died with <Signals\.(\w+)")
_LIBRARY = re.compile(r"\.py:\d+: ")  # a warning for programmers


def states(folders, pattern):
    """State of each file, to see later which of them a run has written.

    Parameters
    ----------
    folders : list of Path
    pattern : str
        Of names, such as ``*.log``.

    Returns
    -------
    dict of Path to tuple
    """
    found = (path for folder in folders for path in Path(folder).rglob(pattern))
    seen = {path: path.stat() for path in found}
    return {path: (s.st_mtime_ns, s.st_size, s.st_ino) for path, s in seen.items()}


def job_seconds(before, after):
    """Jobs that ran to the end between two looks at the benchmarks, and their time.

    Parameters
    ----------
    before, after : dict
        Results of `states` of the folders with benchmarks.

    Returns
    -------
    list of dict
        job (``<area>/[<group>/]<rule>``) and seconds, by name.
    """
    rows = []
    for path in sorted(path for path in after if after[path] != before.get(path)):
        with path.open(encoding="utf-8") as file:
            measured = list(csv.DictReader(file, delimiter="\t"))
        if measured:
            name = "/".join(path.with_suffix("").parts[-2:])
            rows.append({"job": name, "seconds": float(measured[-1]["s"])})
    return rows


def failures(before, after):
    """Find what each job said that failed between two looks at the logs.

    Parameters
    ----------
    before, after : dict
        Results of `states` of the folders with logs.

    Returns
    -------
    list of str
    """
    words = []
    for path in sorted(path for path in after if after[path] != before.get(path)):
        text = path.read_text(encoding="utf-8", errors="replace")
        if "CRITICAL the job failed" in text:
            last = text.strip().splitlines()[-1]
            said = text.rsplit("Error: ", 1)[-1].strip() if "Error: " in text else last
            words.append(f"{path.stem} ({path.parent.name}): {said}")
    return words


def ended_jobs(said):
    """Tell of jobs that the system ended before they could say a word.

    Parameters
    ----------
    said : str
        What Snakemake said.

    Returns
    -------
    list of str

    Examples
    --------
    >>> ended_jobs("tmp4.plan_budget.py' died with <Signals.SIGKILL: 9>.")[0][:43]
    'plan_budget was ended by the system (SIGKIL'
    """
    return [
        f"{rule} was ended by the system ({name}), as it does when the memory is full; "
        "run with fewer --cores, or with more memory"
        for rule, name in dict.fromkeys(_ENDED.findall(said))
    ]


def warnings(logs):
    """Find the warnings for users in the logs of all jobs, whatever run they are of.

    Parameters
    ----------
    logs : iterable of Path

    Returns
    -------
    list of str
        Each once.
    """
    told = {}
    for path in sorted(logs):
        text = path.read_text(encoding="utf-8", errors="replace")
        for level, words in _LINE.findall(text):
            if level == "WARNING" and not _LIBRARY.search(words):
                told[f"{path.stem}: {words}"] = None
    return list(told)
