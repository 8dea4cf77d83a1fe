"""Rule publish_results: swap complete new results in for those of the earlier run."""

import logging
import os
import shutil
from pathlib import Path

from robuust.runlog import log_to

#: Files of which there is one per group, species or unit: earlier ones may have to go.
SERIES = ("current_flow/*.tif", "species_sheets/*.html", "unit_sheets/*.html")


def publish_results(staged_paths, published_paths, *, results_folder, page_folders=()):
    """Copy every file beside its place, then put all copies in place.

    Until the last copy is complete nothing changes, so a full disk or a killed run
    leaves the earlier results as they were. Of each staged folder of pages, the pages
    are published in a folder of the same name.
    """
    places = dict(zip(map(str, published_paths), staged_paths, strict=True))
    for folder in map(Path, page_folders):
        for page in folder.glob("*.html"):
            places[str(Path(results_folder) / folder.name / page.name)] = page
    copies = {path: Path(f"{path}.new") for path in places}
    try:
        for published, staged in places.items():
            copy_file(staged, copies[published])
        for published, copy in copies.items():
            replace_file(copy, published)
        # Of groups, species and units that are not in the run any more.
        published = {Path(path) for path in places}
        for series in SERIES:
            for earlier in set(Path(results_folder).glob(series)) - published:
                earlier.unlink()
    finally:
        for copy in copies.values():
            if copy.exists():
                copy.unlink()
    logging.getLogger(__name__).info("published %d files", len(copies))


def copy_file(staged, copy):
    """Copy one file, or say why the results folder does not take it."""
    try:
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(staged, copy)
    except OSError as error:
        raise OSError(
            f"nothing can be written in {copy.parent} ({error.strerror}); the earlier "
            "results are as they were: free some space, ask for the right to write "
            "there, or name another results_dir in the settings"
        ) from error


def replace_file(copy, published):
    """Put one complete copy in place, at once for whoever reads it."""
    try:
        os.replace(copy, published)
    except OSError as error:
        raise OSError(
            f"{published} cannot be replaced ({error.strerror}); close it in QGIS and "
            "other programs and run again"
        ) from error
    for suffix in ("-wal", "-shm"):  # notes that QGIS kept of the replaced GeoPackage
        Path(f"{published}{suffix}").unlink(missing_ok=True)


if __name__ == "__main__":  # run by Snakemake
    log_to(snakemake.log[0])
    published_paths = list(snakemake.output)
    publish_results(
        list(snakemake.input)[: len(published_paths)],
        published_paths,
        results_folder=Path(snakemake.output[0]).parent,
        page_folders=list(snakemake.input)[len(published_paths) :],
    )
