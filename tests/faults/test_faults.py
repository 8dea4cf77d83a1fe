"""A full disk, too little memory, bad files, a wrong clock, two runs at once.

After each the earlier publication is intact, the next run completes, and its tables are
those of an undisturbed run.
"""

import contextlib
import os
import resource
import shutil
import signal
import subprocess
import time

import psutil
import pytest
from rerun_place import copy_of
from small_landscape import new_budget, new_input

from robuust_files.publications import (
    checksum_lines,
    make_publication,
    publications,
    served,
)

pytestmark = pytest.mark.skipif(
    "ROBUUST_KILLS" not in os.environ, reason="NOT CHECKED, it takes long: make faults"
)

MOMENT = 0.02  # seconds between two looks


def mounted(folder, *options):
    """Mount something on a folder; skip, and say so, where we may not."""
    folder.mkdir(exist_ok=True)
    done = subprocess.run(
        ["mount", *options, str(folder)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"NOT CHECKED: nothing can be mounted: {done.stderr.strip()}")
    return folder


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 160 MB of its own."""
    folder = mounted(tmp_path / "disk", *("-t", "tmpfs", "-o", "size=160m", "tmpfs"))
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def read_only():
    """Function that makes a folder read-only, and undoes it when it is called again."""
    with contextlib.ExitStack() as stack:

        def make(folder):
            mounted(folder, "--bind", str(folder))
            undo = ["umount", "--lazy", str(folder)]
            stack.callback(subprocess.run, undo, check=False)
            command = ["mount", "-o", "remount,bind,ro", str(folder)]
            subprocess.run(command, check=True)

        yield make, stack.close


def fill(disk, *, leave):
    """Fill a disk but for some bytes; the file that does it."""
    filler = disk / "filler"
    with filler.open("wb") as file, contextlib.suppress(OSError):
        free = shutil.disk_usage(disk).free - leave
        for _ in range(free // 65536):
            file.write(bytes(65536))
    return filler


def job_process(place, process, rule):
    """Process of a job of this rule, as soon as it has started."""
    while process.poll() is None:
        for job in psutil.Process(process.pid).children(recursive=True):
            with contextlib.suppress(psutil.Error):
                if any(f".{rule}.py" in part for part in job.cmdline()[1:2]):
                    return job
        time.sleep(MOMENT)
    raise AssertionError(f"{rule} did not run: {place.screen[-4000:]}")


def test_full_disk(once_published, small_disk, with_new_budget):
    place = copy_of(once_published, small_disk / "place")
    new_budget(place.folder)
    first = served(place.area)
    filler = fill(small_disk, leave=100_000)
    assert place.rerun() == 5, place.screen[-4000:]
    assert "disk is full" in place.screen
    place.check_publication(first)
    filler.unlink()
    place.check_next_run(with_new_budget)


def test_disk_that_is_full_while_the_publication_is_copied(small_disk, tmp_path):
    results = tmp_path / "results"
    results.mkdir()
    (results / "robuust.gpkg").write_bytes(bytes(1_000_000))
    files = {str(results / "robuust.gpkg"): results / "robuust.gpkg"}
    (results / "checksums.sha256").write_text(checksum_lines(files, results))
    fill(small_disk, leave=500_000)
    with pytest.raises(OSError, match="No space left"):
        make_publication(small_disk, "2026-03-01T043000Z", {".": results}, {})
    assert [path.name for path in small_disk.iterdir()] == ["filler"]


def bound_memory(job, process):
    """Give a job no more memory than it has."""
    size = job.memory_info().vms
    job.rlimit(resource.RLIMIT_AS, (size, size))


def end_job(job, process):
    """End one job, and no other, as the kernel does when the memory is full."""
    job.send_signal(signal.SIGKILL)


def end_snakemake(job, process):
    """End Snakemake, and neither its jobs nor the run that waits for it."""
    (snakemake,) = psutil.Process(process.pid).children()
    snakemake.send_signal(signal.SIGKILL)


@pytest.mark.parametrize("strike", [bound_memory, end_job, end_snakemake])
def test_out_of_memory(place, with_new_budget, strike):
    first = served(place.area)
    process = place.start()
    strike(job_process(place, process, "plan_budget"), process)
    assert process.wait() == 1, place.screen[-4000:]
    if strike == end_job:
        assert "plan_budget was ended by the system (SIGKILL)" in place.screen
    place.check_publication(first)
    place.check_next_run(with_new_budget)


def flip(path, place):
    """Turn one bit, and leave the times as they were, as a bad disk does."""
    times = path.stat()
    content = bytearray(path.read_bytes())
    content[int(place * len(content))] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def test_corrupt_intermediate_files(place, with_new_budget, rng):
    first = served(place.area)
    tables = sorted(place.results.glob("*/*.parquet"))
    cut, *turned = rng.choice(tables, 4, replace=False)
    os.truncate(cut, cut.stat().st_size // 2)
    for path in [*turned, place.results / "amphibians_pools" / "resistance.tif"]:
        flip(path, rng.uniform(0.1, 0.9))
    place.check_next_run(with_new_budget)
    assert f"corner/{cut.relative_to(place.results).as_posix()} was damaged" in (
        place.screen
    )
    assert place.screen.count("was damaged and is made again") == 5
    assert first in publications(place.area)


def test_clock_that_jumps(place, with_new_budget, rng):
    year_s = 365 * 86_400
    for path in [*place.results.rglob("*"), *place.folder.glob("*.*")]:
        moment = time.time() + rng.uniform(-year_s, year_s)
        os.utime(path, (moment, moment))
    os.utime(place.folder / "records.csv", (time.time() + year_s,) * 2)
    place.check_next_run(with_new_budget)
    assert "records.csv was dated ahead of the clock" in place.screen


def test_clock_that_is_wrong_by_a_year(place, with_new_budget):
    if not shutil.which("faketime"):
        if "ROBUUST_REQUIRE_FAKETIME" in os.environ:
            pytest.fail("faketime is not installed")
        pytest.skip("NOT CHECKED with another clock: faketime is not installed")
    first = served(place.area)
    # Only the date is wrong: what counts seconds since the start goes on as it did.
    ahead, behind = (
        ("faketime", "--exclude-monotonic", "-f", days) for days in ("+400d", "-400d")
    )
    assert place.rerun(through=ahead) == 0, place.screen[-4000:]
    second = served(place.area)
    assert second > first
    assert place.tables() == with_new_budget
    assert place.rerun(through=behind) == 0, place.screen[-4000:]
    assert place.reports[-1]["outcome"] == "nothing_new"
    place.check_publication(second)


def test_input_replaced_during_the_run(place, with_new_input):
    first = served(place.area)
    process = place.start()
    job_process(place, process, "plan_budget")
    new_input(place.folder)
    for name in ("landscape.gpkg", "then.gpkg", "records.csv"):
        os.utime(place.folder / name, (0, 0))  # times alone would tell nothing
    assert process.wait() == 4, place.screen[-4000:]
    assert "input was replaced during the run" in place.screen
    place.check_publication(first)
    place.check_next_run(with_new_input)


def test_two_runs_at_once(place, with_new_budget):
    first = served(place.area)
    process = place.start()
    job_process(place, process, "plan_budget")
    screen = place.folder / "second.txt"
    assert place.start(screen=screen).wait() == 3
    assert f"process {process.pid}, since 20" in screen.read_text()
    place.check_publication(first)
    assert process.wait() == 0, place.screen[-4000:]
    assert place.tables() == with_new_budget


def test_jobs_outlive_the_run_that_started_them(place, with_new_budget):
    first = served(place.area)
    process = place.start()
    job = job_process(place, process, "plan_budget")
    process.send_signal(signal.SIGKILL)  # the run alone; Snakemake goes on
    process.wait()
    place.check_publication(first)
    place.check_next_run(with_new_budget)
    assert "processes that it left at work" in place.screen
    assert not job.is_running()


def test_read_only_folders(place, with_new_budget, read_only):
    make, undo = read_only
    first = served(place.area)
    for name, words in (
        ("results", "nothing can be written"),
        ("published", "Read-only"),
    ):
        make(place.folder / name)
        assert place.rerun() == 2, place.screen[-4000:]
        assert words in place.screen
        undo()
        place.check_publication(first)
    place.check_next_run(with_new_budget)
