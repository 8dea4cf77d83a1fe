"""The bill of materials: every package of the lock, its hashes and its licence.

    python tests/supply/bill_of_materials.py docs/sbom.cdx.json

CycloneDX 1.6 in JSON, made of requirements.txt and docs/licences.csv alone, so the same
lock gives the same file on every machine.
"""

import re
import sys
import tomllib
from pathlib import Path

import pandas as pd
from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import (
    ExternalReference,
    ExternalReferenceType,
    HashAlgorithm,
    HashType,
    XsUri,
)
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements.txt"
TEST_LOCK = ROOT / "requirements-test.txt"
CLUSTER_LOCK = ROOT / "requirements-cluster.txt"
LICENCES = ROOT / "docs" / "licences.csv"


def locked(text):
    """Packages of a lock file.

    Parameters
    ----------
    text : str
        As `uv pip compile --generate-hashes` writes it.

    Returns
    -------
    DataFrame
        name, version, marker (text, empty: everywhere) and hashes (list of str).

    Raises
    ------
    ValueError
        If a line is no package pinned to one version, with hashes below it.

    Examples
    --------
    >>> locked("a==1 ; os_name == 'nt' \\\\\\n    --hash=sha256:0a\\n").values.tolist()
    [['a', '1', "os_name == 'nt'", ['0a']]]
    """
    rows = []
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    for entry in re.split(r"\n(?=\S)", "\n".join(lines).strip("\n")):
        found = re.fullmatch(
            r"([a-z0-9-]+)==([^\s;\\]+)(?: ; ([^\\]+?))?((?: \\\n +--hash=\S+)+)", entry
        )
        if not found:
            raise ValueError(
                f"{entry!r} is no package pinned with hashes; use `make lock`"
            )
        name, version, marker, hashes = found.groups()
        rows.append((name, version, marker or "", hashes_of(hashes)))
    return pd.DataFrame(rows, columns=["name", "version", "marker", "hashes"])


def hashes_of(text):
    """The SHA-256 sums of a text, in the order in which they stand there."""
    return re.findall(r"--hash=sha256:([0-9a-f]+)", text)


def licence_of():
    """SPDX expression by package, of docs/licences.csv."""
    table = pd.read_csv(LICENCES, dtype=str)
    return dict(zip(table["package"], table["licence"], strict=True))


def without_licence(packages):
    """Packages of which docs/licences.csv does not tell the licence."""
    return sorted(set(packages) - licence_of().keys())


def bill_of_materials():
    """Write the bill of what a run needs, as text.

    Raises
    ------
    ValueError
        If a package has no licence in docs/licences.csv.
    """
    packages = locked(LOCK.read_text("utf-8"))
    if unknown := without_licence(packages["name"]):
        raise ValueError(
            f"docs/licences.csv has no licence of {', '.join(unknown)}: read it in the "
            "package, see that it goes with MIT, and add a row"
        )
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    licences, spdx = licence_of(), LicenseFactory()
    bom = Bom()
    bom.metadata.component = Component(
        name=project["name"],
        version=project["version"],
        type=ComponentType.APPLICATION,
        licenses=[spdx.make_from_string(project["license"])],
        bom_ref=project["name"],
    )
    for package in packages.itertuples():
        link = PackageURL("pypi", name=package.name, version=package.version)
        part = Component(
            name=package.name,
            version=package.version,
            type=ComponentType.LIBRARY,
            purl=link,
            bom_ref=f"{package.name}-{package.version}-{package.marker}",
            licenses=[spdx.make_from_string(licences[package.name])],
            description=f"where {package.marker}" if package.marker else None,
            external_references=[_release(link, package.hashes)],
        )
        bom.components.add(part)
        bom.register_dependency(bom.metadata.component, [part])
    # What differs from run to run says nothing: the lock alone makes the bill.
    bom.metadata.timestamp = None
    bom.serial_number = None
    return JsonV1Dot6(bom).output_as_string(indent=1) + "\n"


def _release(link, hashes):
    """The files of a release, any of which the lock allows."""
    sums = [HashType(alg=HashAlgorithm.SHA_256, content=each) for each in hashes]
    url = XsUri(link.to_string())
    return ExternalReference(
        type=ExternalReferenceType.DISTRIBUTION, url=url, hashes=sums
    )


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    Path(sys.argv[1]).write_text(bill_of_materials(), encoding="utf-8", newline="\n")
