"""Packed files: what a zip or gzip file may hold, and unpacking it within limits."""

import errno
import gzip
import os
import stat
import tempfile
import zipfile
import zlib
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from robuust.sources import UnusableFileError

MAX_MEMBERS = 10_000  # a File Geodatabase of a country has some hundreds
MAX_UNPACKED_BYTES = 8 * 2**30  # two of the largest shapefiles
MAX_RATIO = 250  # padded text columns reach 100; a bomb of zeros 1000
FREE_BYTES = 256 * 2**20  # below it the ratio does no harm
FOLDER_KINDS = ("shapefile", "filegdb", "darwin_core")  # more files than one
_CHUNK_BYTES = 2**20
_NAME_BYTES = 1024  # of the list of members, per member: name and extra fields
_END_OF_ZIP, _END_OF_ZIP64 = b"PK\5\6", b"PK\6\6"
_LONGEST_END_BYTES = 2**16 + 22 + 20 + 56  # comment, and the three records before it


@dataclass(frozen=True)
class Limits:
    """How much a packed file may hold; more is refused, whatever it says it holds."""

    members: int = MAX_MEMBERS
    unpacked_bytes: int = MAX_UNPACKED_BYTES
    ratio: float = MAX_RATIO  # unpacked size over packed size
    free_bytes: int = FREE_BYTES  # the ratio counts beyond this many bytes


LIMITS = Limits()


def open_zip(path, limits=LIMITS):
    """Members of a zip file, after all of them were checked; nothing is unpacked.

    Parameters
    ----------
    path : str or Path
    limits : Limits

    Returns
    -------
    list of zipfile.ZipInfo
        The files among the members; folders are left out. Backslashes in their names,
        which old programs on Windows write, have become slashes.

    Raises
    ------
    UnusableFileError
        If the file is damaged; a member is encrypted, is a link, occurs twice or has
        a name that leads out of the folder; or the limits are passed.
    """
    _check_member_list(path, limits)
    try:
        with zipfile.ZipFile(path) as archive:
            members = [m for m in _plainly_named(archive) if not m.is_dir()]
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError) as error:
        raise UnusableFileError(
            f"the zip file is damaged or cut off ({error}); fetch it again"
        ) from error
    names = set()
    for member in members:
        _check_member(member)
        if member.filename in names:
            raise UnusableFileError(
                f"the zip file holds '{member.filename}' twice, so it is not certain"
                " which one counts; pack it again"
            )
        names.add(member.filename)
    if len(members) > limits.members:
        raise UnusableFileError(_too_many(f"{len(members)} files", limits))
    _check_size(
        sum(m.file_size for m in members), sum(m.compress_size for m in members), limits
    )
    return members


def _plainly_named(archive):
    """Members of a zip file, the folders in their names parted by slashes."""
    members = archive.infolist()
    for member in members:  # a member finds its content by `orig_filename`
        member.filename = member.filename.replace("\\", "/")
    return members


def _check_member_list(path, limits):
    """Refuse a list of members that would fill the memory when it is read."""
    with open(path, "rb") as file:
        file.seek(max(file.seek(0, os.SEEK_END) - _LONGEST_END_BYTES, 0))
        tail = file.read()
    start = tail.rfind(_END_OF_ZIP)
    if start < 0 or len(tail) < start + 22:
        raise UnusableFileError(
            "the zip file is cut off (it has no end); fetch it again"
        )
    size = int.from_bytes(tail[start + 12 : start + 16], "little")
    start64 = tail.rfind(_END_OF_ZIP64, 0, start)
    if start64 >= 0:
        size = int.from_bytes(tail[start64 + 40 : start64 + 48], "little")
    if size > limits.members * _NAME_BYTES:
        raise UnusableFileError(_too_many(f"a list of files of {size} bytes", limits))


def _too_many(found, limits):
    return (
        f"the zip file holds {found}; at most {limits.members} files are read. Pack"
        " only the map or the table."
    )


def _check_member(member):
    """Refuse a member that is no plain file inside the folder of the zip file."""
    name = member.filename
    parts = PurePosixPath(name).parts
    outside = name.startswith("/") or ".." in parts or ":" in name
    if outside or not name.isprintable():
        raise UnusableFileError(
            f"the zip file holds a name that leads out of its folder ({name!r}); pack"
            " it again with plain names"
        )
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        raise UnusableFileError(
            f"the zip file holds '{name}', which is a link and no file; pack the file"
            " itself"
        )
    if member.flag_bits & 0x1:
        raise UnusableFileError(
            f"the zip file holds '{name}' behind a password; unpack it and name the"
            " unpacked file"
        )


def _check_size(unpacked, packed, limits):
    if unpacked > limits.unpacked_bytes:
        raise UnusableFileError(
            f"unpacked it is larger than {limits.unpacked_bytes / 2**30:.3g} GiB, the"
            " most that is unpacked; unpack it yourself and name the file"
        )
    if unpacked > limits.free_bytes and unpacked > limits.ratio * max(packed, 1):
        raise UnusableFileError(
            f"unpacked it is over {limits.ratio:g} times as large as packed: such a"
            " file is made to fill the disk. If you trust it, unpack it yourself and"
            " name the file"
        )


def unpacked_chunks(path, member=None, limits=LIMITS):
    """Content of one file inside a zip or gzip file, piece by piece.

    Parameters
    ----------
    path : str or Path
    member : str, optional
        Name of the file inside a zip file; None for a gzip file.
    limits : Limits
        The size is counted while unpacking: what the archive says is not trusted.

    Yields
    ------
    bytes

    Raises
    ------
    UnusableFileError
        If the limits are passed, or the content is damaged.
    """
    with _damage_in_words(member), ExitStack() as stack:
        if member is None:
            file, packed = stack.enter_context(gzip.open(path)), _file_size(path)
        else:
            archive = stack.enter_context(zipfile.ZipFile(path))
            found = {m.filename: m for m in _plainly_named(archive)}[member]
            packed = found.compress_size
            file = stack.enter_context(archive.open(found))
        unpacked = 0
        while chunk := file.read(_CHUNK_BYTES):
            unpacked += len(chunk)
            _check_size(unpacked, packed, limits)
            yield chunk


def first_bytes(path, members, size):
    """Beginning of files inside a zip file, one after the other.

    Parameters
    ----------
    path : str or Path
    members : sequence of str
        Names in the zip file.
    size : int
        At most so many bytes of each.

    Yields
    ------
    str
        Name of the member.
    bytes

    Raises
    ------
    UnusableFileError
        If the content is damaged.
    """
    with zipfile.ZipFile(path) as archive:
        found = {m.filename: m for m in _plainly_named(archive)}
        for member in members:
            with _damage_in_words(member), archive.open(found[member]) as file:
                head = file.read(size)
            yield member, head


@contextmanager
def _damage_in_words(member):
    try:
        yield
    except NotImplementedError as error:
        raise UnusableFileError(
            f"'{member}' is packed in a way that cannot be read here ({error});"
            " unpack the file yourself and name the unpacked file"
        ) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
        # A bad gzip file has no errno; a zip file that points before itself EINVAL.
        if getattr(error, "errno", None) not in (None, errno.EINVAL):
            raise
        raise UnusableFileError(
            f"the packed file is damaged or cut off ({error}); fetch it again"
        ) from error


def _file_size(path):
    return Path(path).stat().st_size


def unpacked(path, folder, members=None, limits=LIMITS):
    """Unpack a zip or gzip file, or some members of it, into a folder.

    Parameters
    ----------
    path : str or Path
    folder : str or Path
        An empty folder.
    members : sequence of str, optional
        Names inside a zip file; without it everything. A gzip file holds one file,
        which is given the name of the packed one without ``.gz``.
    limits : Limits

    Returns
    -------
    list of Path
        The unpacked files, in the order of their names.

    Raises
    ------
    UnusableFileError
        As `open_zip` and `unpacked_chunks`.
    """
    if is_zip(path):
        packed = {m.filename: m.filename for m in open_zip(path, limits)}
        packed = {name: name for name in members or packed}
    else:
        packed = {members[0] if members else unpacked_name(path): None}
    written, left = [], limits.unpacked_bytes
    for name, member in sorted(packed.items()):
        target = Path(folder) / name
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as file:
            chunks = unpacked_chunks(path, member, replace(limits, unpacked_bytes=left))
            file.writelines(chunks)
            left -= file.tell()
        written.append(target)
    return written


def is_zip(path):
    """Tell whether a file begins as a zip file.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    bool
    """
    with open(path, "rb") as file:
        return file.read(4) in (b"PK\3\4", _END_OF_ZIP)


def unpacked_name(path):
    """Name of the one file in a gzip file.

    Examples
    --------
    >>> unpacked_name("in/records.csv.gz")
    'records.csv'
    """
    name = Path(path).name
    return name[:-3] if name.lower().endswith(".gz") else f"{name}.unpacked"


@contextmanager
def opened(form, limits=LIMITS):
    """Give a recognised file as plain files, packed ones in a folder that goes again.

    Parameters
    ----------
    form : FileForm
        As `recognise` gives it.
    limits : Limits

    Yields
    ------
    FileForm
        Without members; its path is a file that readers can open, or the folder that
        holds the files of a kind in `FOLDER_KINDS`.

    Raises
    ------
    UnusableFileError
        As `unpacked`.
    """
    if not form.members:
        yield form
        return
    with tempfile.TemporaryDirectory(prefix="robuust_") as folder:
        files = unpacked(form.path, folder, form.members, limits)
        whole = Path(folder, form.members[0])
        if form.kind in FOLDER_KINDS:
            whole = os.path.commonpath([file.parent for file in files])
        yield replace(form, path=str(whole), members=())
