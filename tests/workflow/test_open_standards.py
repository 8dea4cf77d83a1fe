"""What others ask of the files: the Dutch validator, and cloud-optimised TIFF."""

import json
import os
import shutil
import subprocess

import pytest
from rio_cogeo.cogeo import cog_validate
from small_results import small_layers, write_results

from robuust.output_layers import LAYERS

#: Rules of the validator that do not hold for these files, and why.
EXCUSED = {"RQ22": "it knows the reference systems of the Netherlands and Europe only"}


@pytest.fixture(scope="module")
def validator():
    """Path of geopackage-validator, which needs the Python that has GDAL."""
    found = os.environ.get("ROBUUST_GEOPACKAGE_VALIDATOR")
    found = found or shutil.which("geopackage-validator")
    if found is None:
        reason = "no geopackage-validator; .ci/run shows how to install it"
        if os.environ.get("ROBUUST_REQUIRE_QGIS") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


def findings(validator, geopackage):
    """What the validator finds: places by the code of the rule."""
    done = subprocess.run(
        [validator, "validate", "--gpkg-path", geopackage],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert len(report["validations_executed"]) > 20
    return {r["validation_code"]: r["locations"] for r in report["results"]}


def test_the_geopackage_passes_the_national_validator(validator, tmp_path):
    area = write_results(tmp_path / "area", small_layers())
    found = findings(validator, area / "robuust.gpkg")
    assert set(found) <= set(EXCUSED), found


def test_a_geopackage_without_any_row_passes_but_for_being_empty(validator, tmp_path):
    empty = {name: rows.iloc[:0] for name, rows in small_layers().items()}
    area = write_results(tmp_path / "area", empty)
    found = findings(validator, area / "robuust.gpkg")
    assert set(found) <= {"RQ2", "RQ22"}, found
    assert len(found["RQ2"]) == sum(layer.geometry_type is not None for layer in LAYERS)


@pytest.mark.demo
def test_the_demo_passes_the_national_validator(validator, demo_results):
    found = findings(validator, demo_results / "robuust.gpkg")
    assert set(found) <= {"RQ2", *EXCUSED}, found


@pytest.mark.demo
def test_every_raster_is_a_cloud_optimised_geotiff(demo_results):
    rasters = [*demo_results.glob("*.tif"), *demo_results.glob("current_flow/*.tif")]
    assert len(rasters) > 4
    for raster in rasters:
        is_valid, errors, warnings = cog_validate(raster, strict=True, quiet=True)
        assert is_valid, (raster, errors, warnings)
