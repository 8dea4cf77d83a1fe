"""Rule publish_results: swap complete new results in for those of the earlier run."""

import logging
import os
import shutil
from pathlib import Path

from robuust.runlog import log_to
from robuust_files.publications import CHECKSUMS, checksum_lines
from robuust_files.qgis_projects import store_project

#: Files of which there is one per group or species: earlier ones may have to go.
SERIES = ("current_flow/*.tif", "species_sheets/*.html")
#: What a published folder holds; anything else in it was put there by somebody else.
ENDINGS = frozenset({".html", ".pdf", ".png", ".qmd", ".svg", ".xml"})


def publish_results(
    staged_paths, published_paths, *, results_folder, folders=(), projects=None
):
    """Copy every file beside its place, then put all copies in place.

    Until the last copy is complete nothing changes, so a full disk or a killed run
    leaves the earlier results as they were. What is in each of the staged `folders`
    (pages, pictures, records) is published in a folder of the same name. `projects`
    says which staged QGIS project goes into which published GeoPackage. All files
    that belong together stand in ``checksums.sha256``, which comes last.
    """
    places = dict(zip(map(str, published_paths), staged_paths, strict=True))
    for folder in map(Path, folders):
        for staged in made_in(folder):
            places[str(Path(results_folder) / folder.name / staged.name)] = staged
    copies = {path: Path(f"{path}.new") for path in places}
    try:
        for published, staged in places.items():
            copy_file(staged, copies[published])
        for geopackage, project in (projects or {}).items():
            store_project(copies[geopackage], project)
        checksums = Path(results_folder) / CHECKSUMS
        lines = checksum_lines(copies, results_folder)
        copies[str(checksums)] = checksums.with_name(f"{CHECKSUMS}.new")
        copies[str(checksums)].write_text(lines, encoding="utf-8", newline="\n")
        for published, copy in copies.items():
            replace_file(copy, published)
        remove_earlier(results_folder, folders, keep={Path(path) for path in places})
    finally:
        for copy in copies.values():
            if copy.exists():
                copy.unlink()
    logging.getLogger(__name__).info("published %d files", len(places))


def made_in(folder):
    """Files in a folder that this workflow may have made; none when there is none."""
    return {path for path in Path(folder).glob("*") if path.suffix in ENDINGS}


def remove_earlier(results_folder, folders, *, keep):
    """Remove files of groups, species and units that are not in the run any more."""
    earlier = {path for series in SERIES for path in Path(results_folder).glob(series)}
    for folder in folders:
        earlier |= made_in(Path(results_folder) / Path(folder).name)
    for path in earlier - keep:
        path.unlink()


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
    project = snakemake.input.get("project")
    projects = {snakemake.output.geopackage: project} if project else None
    publish_results(
        list(snakemake.input)[: len(published_paths)],
        published_paths,
        results_folder=Path(snakemake.output[0]).parent,
        folders=list(snakemake.input)[len(published_paths) :],
        projects=projects,
    )
