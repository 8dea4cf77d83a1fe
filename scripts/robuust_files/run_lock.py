"""One run per area at a time, and what a run that died left behind.

The lock is one of the operating system, which ends with the process that holds it,
whatever the age of the file. Beside it lies a note: who runs, since when.
"""

import json
import os
import socket
from contextlib import contextmanager
from pathlib import Path

import filelock
import psutil

from robuust_files.publications import replace_text

LOCK = ".rerun.lock"
NOTE = ".rerun.json"
MARK = "ROBUUST_RERUN"  # environment variable that all processes of a run inherit


class LockedError(RuntimeError):
    """Another run is at work on this area; the message says who, and since when."""


@contextmanager
def one_run(folder, *, run, started):
    """Hold the lock of an area; give the note of the last run when that one died.

    Parameters
    ----------
    folder : Path
        Folder of the area's publications.
    run : str
        Name of this run, unlike that of any other.
    started : str
        The moment, for whoever finds the lock.

    Yields
    ------
    dict
        The note of the run that died while it held the lock; empty when none did.

    Raises
    ------
    LockedError
        If another run holds the lock.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(folder / LOCK, timeout=0)
    try:
        lock.acquire()
    except filelock.Timeout as error:
        raise LockedError(_who_holds(read_note(folder))) from error
    try:
        died = read_note(folder)
        note = {
            "run": run,
            "started": started,
            "process": os.getpid(),
            "user": psutil.Process().username(),
            "machine": socket.gethostname(),
        }
        replace_text(folder / NOTE, json.dumps(note) + "\n")
        left = {}
        try:
            yield died
        except LockedError:  # what the dead run left is still to be put right
            left = died
            raise
        finally:
            if left:
                replace_text(folder / NOTE, json.dumps(left) + "\n")
            else:
                (folder / NOTE).unlink(missing_ok=True)
    finally:
        lock.release()


def read_note(folder):
    """Read the note of the run that holds the lock, or died while it held it."""
    path = Path(folder) / NOTE
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _who_holds(note):
    who = "{user} on {machine}, process {process}, since {started}"
    return who.format(**note) if note else "a run that has only just begun"


def end_processes(run, *, wait_s=10):
    """End what a run that died left at work; such jobs would write in the results.

    Parameters
    ----------
    run : str
        Name of the run, which its processes have in their environment.
    wait_s : float
        How long they may take to end.

    Returns
    -------
    int
        How many there were.
    """
    left = [process for process in psutil.process_iter() if _mark(process) == run]
    for process in left:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs(left, timeout=wait_s)
    return len(left)


def _mark(process):
    """Name of the run that a process belongs to, as far as we may know."""
    if process.pid == os.getpid():
        return None
    try:
        return process.environ().get(MARK)
    except (psutil.Error, OSError):  # somebody else's, or gone
        return None


def other_snakemakes(folder):
    """Find every Snakemake that is at work in a folder.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    dict of str to str or None
        Words on each process, and the run it belongs to, if one of `make rerun`.
    """
    found = {}
    for process in psutil.process_iter():
        try:
            called = any("snakemake" in part.lower() for part in process.cmdline()[:4])
            if called and Path(process.cwd()) == Path(folder):
                words = f"process {process.pid} of {process.username()}"
                found[words] = _mark(process)
        except (psutil.Error, OSError):  # somebody else's, or gone
            continue
    return found
