"""Rule publish_results: swap complete new results in for those of the earlier run."""

import logging
import os
import shutil
from pathlib import Path

from robuust.runlog import log_to

#: Files of which there is one per group or species: earlier ones may have to go.
SERIES = ("current_flow/*.tif", "species_sheets/*.html")


def publish_results(staged_paths, published_paths, *, results_folder):
    """Copy every file beside its place, then put all copies in place.

    Until the last copy is complete nothing changes, so a full disk or a killed run
    leaves the earlier results as they were.
    """
    copies = {path: Path(f"{path}.new") for path in published_paths}
    try:
        for staged, copy in zip(staged_paths, copies.values(), strict=True):
            copy_file(staged, copy)
        for published, copy in copies.items():
            replace_file(copy, published)
        # Of groups and species that are not in the run any more.
        published = {Path(path) for path in published_paths}
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
    publish_results(
        list(snakemake.input),
        list(snakemake.output),
        results_folder=Path(snakemake.output[0]).parent,
    )
