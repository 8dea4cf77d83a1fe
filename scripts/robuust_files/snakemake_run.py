"""Snakemake as a run starts it: the same words on the screen, the last ones kept."""

import os
import subprocess
import sys
from collections import deque

from robuust_files.run_lock import MARK

NOTHING = "Nothing to be done"
LAST_LINES = 400


def snakemake_command(snakefile, settings_files, options):
    """Command line that starts Snakemake with this Python, profile included.

    Parameters
    ----------
    snakefile : Path
    settings_files : list of str or Path
        A later one wins.
    options : list of str
        More options of Snakemake.

    Returns
    -------
    list of str
    """
    files = ["--configfile", *map(str, settings_files)]
    return [
        *(sys.executable, "-m", "snakemake"),
        *("--snakefile", str(snakefile)),
        *files,
        *options,
    ]


def run_snakemake(command, *, run, show=True):
    """Run Snakemake to its end; when we are asked to stop, stop it first.

    Parameters
    ----------
    command : list of str
    run : str
        Name of the run, by which its processes can be found should it die.
    show : bool
        Whether the user sees what Snakemake says.

    Returns
    -------
    int
        Exit code.
    str
        The last lines of what it said.
    """
    with subprocess.Popen(
        command,
        env=os.environ | {MARK: run},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    ) as process:
        said = deque(maxlen=LAST_LINES)
        try:
            for line in process.stdout:
                said.append(line)
                if show:
                    print(line, end="", file=sys.stderr, flush=True)
        except BaseException:
            process.terminate()
            raise
    return process.returncode, "".join(said)
