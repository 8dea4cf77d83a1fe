"""Published sets of results side by side, of which readers see one, always whole.

Below the folder of an area each publication has a folder that is named after the moment
(UTC) at which it was made. ``current`` leads to the one that is served.
"""

import hashlib
import json
import os
import shutil
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

CHECKSUMS = "checksums.sha256"  # as `sha256sum --check` reads it
FACTS = "publication.json"  # written last: a folder without it is no publication
CURRENT = "current"
NAME_FORMAT = "%Y-%m-%dT%H%M%SZ"
UNFINISHED = (".making", ".removing")
READ_ONLY = stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH


class ChangedResultError(ValueError):
    """A result is not any more what was made; make it again before publishing."""


def checksum_lines(copies, folder):
    """Text of ``checksums.sha256``: a line per file, sorted by name.

    Parameters
    ----------
    copies : dict of str to Path
        Where each file will be, in the folder, and the copy that will go there.
    folder : str or Path

    Returns
    -------
    str
    """
    names = {Path(path).relative_to(folder).as_posix(): path for path in copies}
    return "".join(
        f"{file_checksum(copies[names[name]])}  {name}\n" for name in sorted(names)
    )


def read_checksums(folder):
    """Checksum of each file of a complete set, by its name; none when there is no set.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    dict of str to str
    """
    path = Path(folder) / CHECKSUMS
    if not path.exists():
        return {}
    lines = path.read_text(encoding="utf-8").splitlines()
    return {name: digest for digest, name in (line.split("  ", 1) for line in lines)}


def file_checksum(path):
    """SHA-256 of a file, as ``sha256sum`` gives it."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def damaged_files(folder):
    """Names of files of a set that are not what its checksums say, or are not there."""
    return [
        name
        for name, digest in read_checksums(folder).items()
        if not (Path(folder) / name).is_file()
        or file_checksum(Path(folder) / name) != digest
    ]


def publications(area_folder):
    """Names of the complete publications, the oldest first.

    Parameters
    ----------
    area_folder : Path

    Returns
    -------
    list of str
    """
    return sorted(
        path.parent.name
        for path in Path(area_folder).glob(f"*/{FACTS}")
        if path.parent.name[:1].isdigit() and not path.parent.name.endswith(UNFINISHED)
    )


def served(area_folder):
    """Name of the publication that readers see; None when there is none.

    Parameters
    ----------
    area_folder : Path

    Returns
    -------
    str or None
    """
    facts = read_facts(Path(area_folder) / CURRENT)
    return facts.get("publication")


def read_facts(folder):
    """Read what a publication says of itself; nothing when it is none."""
    path = Path(folder) / FACTS
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def new_name(area_folder, now):
    """Name for a publication: the moment, or later than all, should the clock jump.

    Parameters
    ----------
    area_folder : Path
    now : datetime
        With its time zone.

    Returns
    -------
    str
    """
    name = now.astimezone(UTC).strftime(NAME_FORMAT)
    last = max(publications(area_folder), default="")
    if name > last:
        return name
    later = datetime.strptime(last, NAME_FORMAT).replace(tzinfo=UTC)
    return (later + timedelta(seconds=1)).strftime(NAME_FORMAT)


def make_publication(area_folder, name, sets, facts):
    """Copy complete results aside, and make them a publication that nobody serves yet.

    The copies share nothing with the results, which later runs replace, and they are
    read-only: QGIS, which writes notes in a GeoPackage that it may write in, then
    leaves it as it was published.

    Parameters
    ----------
    area_folder : Path
    name : str
        Result of `new_name`.
    sets : dict of str to Path
        Results folder for each place in the publication; ``.`` is its top.
    facts : dict
        What the publication says of itself in ``publication.json``.

    Returns
    -------
    Path
        The publication, safe on disk.

    Raises
    ------
    ChangedResultError
        If a result changed since it was made.
    OSError
        If it cannot be written; what was there before is as it was.
    """
    making = Path(area_folder) / f"{name}.making"
    try:
        for place, results in sets.items():
            _copy_set(Path(results), making / place)
        replace_text(making / FACTS, json.dumps({"publication": name} | facts) + "\n")
        for folder in [making, *(p for p in making.rglob("*") if p.is_dir())]:
            flush_folder(folder)
        making.rename(Path(area_folder) / name)
    except BaseException:
        remove_folder(making)
        raise
    flush_folder(Path(area_folder))
    return Path(area_folder) / name


def _copy_set(results, folder):
    """Copy the files of a set; each must be what its checksum says."""
    checksums = read_checksums(results)
    if not checksums:
        raise ChangedResultError(f"{results / CHECKSUMS} is not there")
    for name, digest in checksums.items():
        copy = folder / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copyfile(results / name, copy)
        except FileNotFoundError as error:
            raise ChangedResultError(f"{results / name} is not there") from error
        if file_checksum(copy) != digest:
            raise ChangedResultError(
                f"{results / name} was changed after it was made; a program that has "
                "it open may have written in it"
            )
        flush_file(copy)
        copy.chmod(READ_ONLY)
    shutil.copyfile(results / CHECKSUMS, folder / CHECKSUMS)
    flush_file(folder / CHECKSUMS)


def serve(area_folder, name, *, links=True):
    """Let readers see this publication from now on, the whole of it at once.

    Parameters
    ----------
    area_folder : Path
    name : str
        A complete publication.
    links : bool
        Whether to try a symbolic link first.

    Returns
    -------
    bool
        Whether ``current`` is a link, replaced at once. Else it is a copy of the
        publication, swapped in by renaming two folders, and for a moment between
        these it is not there.
    """
    current = Path(area_folder) / CURRENT
    link = Path(area_folder) / f"{CURRENT}.new"
    remove_folder(link)
    if links and (current.is_symlink() or not current.exists()):
        try:
            link.symlink_to(name, target_is_directory=True)
            os.replace(link, current)
        except OSError:  # Windows without the right to make links, some shares
            remove_folder(link)
        else:
            flush_folder(Path(area_folder))
            return True
    shutil.copytree(Path(area_folder) / name, link, copy_function=_link_or_copy)
    earlier = Path(area_folder) / f"{CURRENT}.removing"
    remove_folder(earlier)
    if current.exists():
        current.rename(earlier)
    link.rename(current)
    flush_folder(Path(area_folder))
    remove_folder(earlier)
    return False


def _link_or_copy(source, target):
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def tidy(area_folder):
    """Clear away what a run that died left: half publications, a missing ``current``.

    Parameters
    ----------
    area_folder : Path

    Returns
    -------
    list of str
        What was done, in words.
    """
    done = []
    for folder in Path(area_folder).glob("*"):
        if folder.name.endswith(UNFINISHED) and folder.stem != CURRENT:
            remove_folder(folder)
            done.append(f"removed {folder.name}, which a run that died left")
    names = publications(area_folder)
    if names and served(area_folder) is None:
        serve(area_folder, names[-1])
        done.append(f"{CURRENT} was missing; it is {names[-1]} again")
    return done


def prune(area_folder, keep):
    """Remove all but the last publications; never the one that is served.

    Parameters
    ----------
    area_folder : Path
    keep : int
        How many stay; two or more, as the changes of one are told against another.

    Returns
    -------
    list of str
        Names of those that are gone.
    """
    shown = served(area_folder)
    removed = []
    for name in publications(area_folder)[:-keep]:
        if name == shown:
            continue
        folder = Path(area_folder) / name
        try:
            remove_folder(folder.rename(folder.with_name(f"{name}.removing")))
        except OSError:  # on Windows, when somebody has a file of it open
            continue  # the next run tries again
        removed.append(name)
    return removed


def remove_folder(path):
    """Remove a folder with what is in it, or a link; nothing when it is not there."""
    path = Path(path)
    if path.is_symlink():
        path.unlink()
    elif path.exists():
        for file in path.rglob("*"):
            if os.name == "nt" and file.is_file():
                file.chmod(stat.S_IWRITE)  # Windows removes no read-only file
        shutil.rmtree(path)


def replace_text(path, text):
    """Write a text beside its place, make it safe on disk, and put it in place."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.new")
    new.write_text(text, encoding="utf-8", newline="\n")
    flush_file(new)
    os.replace(new, path)


def flush_file(path):
    """Return when the file is on disk, not in memory only."""
    with Path(path).open("rb+") as file:
        os.fsync(file.fileno())


def flush_folder(path):
    """Return when the names in a folder are on disk; Windows has no such call."""
    if os.name == "nt":
        return
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
