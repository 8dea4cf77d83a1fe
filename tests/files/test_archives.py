"""Zip and gzip files: what is in them is unpacked, what is made to harm is refused."""

import contextlib
import gzip
import io
import os
import stat
import struct
import zipfile
from pathlib import Path

import pytest
from child_memory import run_in_child

from robuust_files.archives import (
    Limits,
    open_zip,
    opened,
    unpacked,
    unpacked_chunks,
)
from robuust_files.beginnings import read_beginning
from robuust_files.recognise import FileForm, recognise

SMALL = Limits(members=5, unpacked_bytes=10_000, ratio=10, free_bytes=5000)


def write(path, members, method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


# --- Good ones


@pytest.mark.parametrize(
    "method",
    [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA],
)
def test_files_come_out_as_they_went_in(tmp_path, method):
    content = {"a.txt": b"one", "sub folder/h\xe9.txt": os.urandom(5000), "empty/": b""}
    path = write(tmp_path / "a.zip", content, method)
    (tmp_path / "out").mkdir()
    files = unpacked(path, tmp_path / "out")
    assert [f.read_bytes() for f in files] == [b"one", content["sub folder/h\xe9.txt"]]


def test_only_what_is_needed_is_unpacked(tmp_path):
    path = write(tmp_path / "a.zip", {"a.csv": "x;y", "movie.mp4": b"0" * 10**6})
    (tmp_path / "out").mkdir()
    unpacked(path, tmp_path / "out", ["a.csv"])
    assert os.listdir(tmp_path / "out") == ["a.csv"]


def test_gzip_of_several_parts_comes_out_whole(tmp_path):
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"a;b\n") + gzip.compress(b"1;2\n"))
    with opened(recognise(path)) as form:
        assert Path(form.path).name == "a.csv"
        assert Path(form.path).read_bytes() == b"a;b\n1;2\n"
        folder = Path(form.path).parent
    assert not folder.exists()


def test_a_file_that_is_not_packed_is_opened_where_it_is(tmp_path):
    form = FileForm("text", str(tmp_path / "a.csv"))
    with opened(form) as same:
        assert same is form


def test_the_folder_goes_when_reading_fails(tmp_path):
    path = write(tmp_path / "a.zip", {"a.csv": "x;y"})
    form, folders = recognise(path), []

    def read():
        with opened(form) as plain:
            folders.append(Path(plain.path).parent)
            raise KeyError("unreadable")

    with pytest.raises(KeyError):
        read()
    assert not folders[0].exists()


def test_a_zip_with_a_comment_is_read(tmp_path):
    path = write(tmp_path / "a.zip", {"a.csv": "x;y"})
    with zipfile.ZipFile(path, "a") as archive:
        archive.comment = b"from the website " * 1000
    assert [m.filename for m in open_zip(path)] == ["a.csv"]


# --- Names that lead out of the folder


@pytest.mark.parametrize(
    "name",
    [
        "../a.csv",
        "/etc/a.csv",
        "b/../../a.csv",
        "..\\a.csv",
        "C:\\a.csv",
        "C:a.csv",
        "\\a.csv",
    ],
)
def test_a_name_that_leads_out_of_the_folder_is_refused(tmp_path, name):
    inside = tmp_path / "inside"
    inside.mkdir()
    plain = "n" * len(name)  # the library that packs would make the name harmless
    path = write(tmp_path / "a.zip", {"good.csv": "x;y", plain: "x"})
    path.write_bytes(path.read_bytes().replace(plain.encode(), name.encode()))
    for call in (open_zip, recognise, lambda p: unpacked(p, inside)):
        with pytest.raises(ValueError, match="a name that leads out of its folder"):
            call(path)
    assert not any(inside.iterdir())
    assert not (tmp_path / "a.csv").exists()


def write_backslashes(path, members):
    """Write a zip file as old programs on Windows name its members."""
    write(path, {name.replace("\\", "/"): text for name, text in members.items()})
    content = path.read_bytes()
    for name in members:
        content = content.replace(name.replace("\\", "/").encode(), name.encode())
    path.write_bytes(content)
    return path


def test_backslashes_part_folders_as_slashes_do(tmp_path):
    members = {"sub\\a.csv": "x;y\n1;2\n", "sub\\leeg\\": "", "b.txt": "hello"}
    path = write_backslashes(tmp_path / "a.zip", members)
    assert [m.filename for m in open_zip(path)] == ["sub/a.csv", "b.txt"]
    with opened(recognise(path)) as form:
        assert Path(form.path).parent.name == "sub"
        assert Path(form.path).read_text() == "x;y\n1;2\n"
    assert read_beginning(path).table.to_pydict() == {"x": ["1"], "y": ["2"]}


def test_one_name_with_slashes_and_with_backslashes_is_one_name_twice(tmp_path):
    path = write(tmp_path / "a.zip", {"sub/a.csv": "good", "sub-a.csv": "bad"})
    path.write_bytes(path.read_bytes().replace(b"sub-a", b"sub\\a"))
    with pytest.raises(ValueError, match=r"'sub/a\.csv' twice"):
        open_zip(path)


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_a_link_or_device_is_refused(tmp_path, kind):
    member = zipfile.ZipInfo("a.csv")
    member.create_system = 3
    member.external_attr = (kind | 0o777) << 16
    path = write(tmp_path / "a.zip", {member: "/etc/passwd"})
    with pytest.raises(ValueError, match=r"'a\.csv', which is a link and no file"):
        open_zip(path)


def test_a_password_is_told(tmp_path):
    path = write(tmp_path / "a.zip", {"a.csv": "x;y"})
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\1\2") + 8] |= 1
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"'a\.csv' behind a password"):
        open_zip(path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_one_name_twice_is_refused(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", "good")
        archive.writestr("a.csv", "bad")
    with pytest.raises(ValueError, match=r"'a\.csv' twice"):
        open_zip(path)


def test_an_unknown_way_of_packing_is_told(tmp_path):
    path = write(tmp_path / "a.zip", {"a.csv": "x;y"})
    content = bytearray(path.read_bytes())
    for mark, at in ((b"PK\3\4", 8), (b"PK\1\2", 10)):
        start = content.index(mark) + at
        content[start : start + 2] = struct.pack("<H", 9)  # Deflate64
    path.write_bytes(content)
    with pytest.raises(ValueError, match="packed in a way that cannot be read here"):
        recognise(path)


# --- Bombs


def test_more_files_than_allowed_are_refused(tmp_path):
    path = write(tmp_path / "a.zip", {f"{k}.csv": "x" for k in range(6)})
    with pytest.raises(ValueError, match="holds 6 files; at most 5 files are read"):
        open_zip(path, SMALL)


def test_a_list_of_a_million_files_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "a.zip"
    entry = b"PK\1\2" + bytes(24) + struct.pack("<HHH", 1, 0, 0) + bytes(12) + b"a"
    listing = entry * 1_000_000
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0, 0, len(listing), 0, 0)
    path.write_bytes(b"PK\3\4" + listing + end)
    with pytest.raises(ValueError, match="a list of files of 47000000 bytes"):
        open_zip(path)


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"0" * 9000, "over 10 times as large"), (os.urandom(11_000), "larger than")],
)
def test_content_beyond_the_limits_is_refused(tmp_path, content, words):
    path = write(tmp_path / "a.zip", {"a.csv": content})
    packed = tmp_path / "a.gz"
    packed.write_bytes(gzip.compress(content))
    (tmp_path / "out").mkdir()
    with pytest.raises(ValueError, match=words):
        open_zip(path, SMALL)
    with pytest.raises(ValueError, match=words):
        unpacked(packed, tmp_path / "out", limits=SMALL)


def test_many_files_together_beyond_the_limit_are_refused(tmp_path):
    path = write(tmp_path / "a.zip", {f"{k}.csv": os.urandom(4000) for k in range(3)})
    with pytest.raises(ValueError, match="larger than"):
        open_zip(path, SMALL)


def test_a_zip_that_lies_about_its_size_is_stopped_while_it_is_unpacked(tmp_path):
    path = write(tmp_path / "a.zip", {"a.csv": b"0" * 10**6})
    content = bytearray(path.read_bytes())
    for mark, at in ((b"PK\3\4", 22), (b"PK\1\2", 24)):
        start = content.index(mark) + at
        content[start : start + 4] = struct.pack("<L", 100)
    path.write_bytes(content)
    open_zip(path, SMALL)
    (tmp_path / "out").mkdir()
    with pytest.raises(ValueError, match="damaged or cut off"):
        unpacked(path, tmp_path / "out", limits=SMALL)
    written = sum(f.stat().st_size for f in (tmp_path / "out").iterdir())
    assert written <= SMALL.unpacked_bytes


@pytest.mark.parametrize("form", ["zip", "gz"])
def test_a_bomb_of_repeated_text_is_refused_in_little_memory_and_disk(tmp_path, form):
    path, folder = tmp_path / f"bomb.{form}", tmp_path / "tmp"
    folder.mkdir()
    text = b"species;date\n" * 2**20
    with contextlib.ExitStack() as stack:
        if form == "zip":
            archive = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9)
            file = stack.enter_context(archive).open("a.csv", "w", force_zip64=True)
        else:
            file = stack.enter_context(gzip.open(path, "wb", compresslevel=9))
        stack.callback(file.close)
        for _ in range(21):
            file.write(text)
    code = (
        "resource.setrlimit(resource.RLIMIT_FSIZE, (300 * 2**20,) * 2)\n"
        "try:\n"
        "    with opened(recognise(sys.argv[1])):\n"
        "        print('opened')\n"
        "except ValueError as refusal:\n"
        "    print(refusal)\n"
    )
    printed = run_in_child(
        code,
        path,
        imports="import resource\n"
        "from robuust_files.archives import opened\n"
        "from robuust_files.recognise import recognise\n",
        max_growth_gib=0.1,
        env={"TMPDIR": str(folder)},
    )
    assert "made to fill the disk" in printed
    assert not any(folder.iterdir())


def test_a_zip_inside_a_zip_is_not_unpacked(tmp_path):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("a.csv", "x;y\n1;2\n")
    path = write(tmp_path / "a.zip", {"b.zip": inner.getvalue()})
    with pytest.raises(ValueError, match=r"holds b\.zip: no map or table"):
        recognise(path)


# --- Damage


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("form", ["zip", "gz"])
def test_a_packed_file_that_is_cut_off_is_refused(tmp_path, form, share):
    content = "a;b\n" + "".join(f"{k};{k * k % 997}\n" for k in range(50_000))
    path = tmp_path / f"a.{form}"
    if form == "zip":
        write(path, {"a.csv": content})
    else:
        path.write_bytes(gzip.compress(content.encode()))
    os.truncate(path, int(path.stat().st_size * share))

    def read():
        with opened(recognise(path)):
            pass

    with pytest.raises(ValueError, match="cut off"):
        read()


def test_a_byte_that_changed_on_the_way_is_found(tmp_path):
    for path, member in ((tmp_path / "a.zip", "a.csv"), (tmp_path / "a.gz", None)):
        content = os.urandom(5000)
        if member:
            write(path, {member: content}, zipfile.ZIP_STORED)
        else:
            path.write_bytes(gzip.compress(content, compresslevel=0))
        packed = bytearray(path.read_bytes())
        packed[2000] ^= 1
        path.write_bytes(packed)
        with pytest.raises(ValueError, match="damaged or cut off"):
            list(unpacked_chunks(path, member))
