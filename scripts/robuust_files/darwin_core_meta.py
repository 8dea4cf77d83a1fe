"""The meta.xml of a Darwin Core archive: which files hold what, and how written."""

from dataclasses import dataclass
from xml.etree import ElementTree

import defusedxml.ElementTree
from defusedxml import DefusedXmlException
from dwca.descriptors import ArchiveDescriptor, shorten_term
from dwca.exceptions import InvalidArchive

from robuust.record_columns import UNREADABLE
from robuust.sources import UnusableFileError
from robuust_files.text_forms import MAX_COLUMNS

MAX_META_BYTES = 2**20  # the longest of GBIF has 50 kB
_OWN_ENCODING = "encoding_of_the_file"
_LINE_ENDS = ("\n", "\r\n", "\r")
# What the Darwin Core text guide prescribes where meta.xml is silent.
_SILENT = {
    "encoding": "UTF-8",
    "fieldsTerminatedBy": ",",
    "linesTerminatedBy": "\\n",
    "fieldsEnclosedBy": '"',
    "ignoreHeaderLines": "0",
}


@dataclass(frozen=True)
class DataFile:
    """One table of an archive, as meta.xml describes it."""

    kind: str  # last word of the row type: Occurrence, Event, Taxon ...
    locations: tuple[str, ...]  # the files that together hold its rows
    encoding: str
    delimiter: str
    quote: str | None
    header_rows: int
    columns: dict[int, str]  # position and name
    defaults: dict[str, str]  # name, and value where the file has none
    key: str  # name of the column that core and extensions have in common


def described_files(meta):
    """Tables of an archive that hold its occurrences, as its meta.xml says.

    Parameters
    ----------
    meta : bytes
        Content of meta.xml.

    Returns
    -------
    core : DataFile
    occurrences : list of DataFile
        The extensions of kind Occurrence.

    Raises
    ------
    UnusableFileError
        If the XML is damaged, defines entities or a document type, or does not
        describe the files in full.
    """
    root = _meta_root(meta)
    try:
        descriptor = ArchiveDescriptor(ElementTree.tostring(root, encoding="unicode"))
        core = _data_file(descriptor.core)
        occurrences = [
            _data_file(e)
            for e in descriptor.extensions
            if _last_word(e.type) == "Occurrence"
        ]
    except UnusableFileError:
        raise
    except (
        AttributeError,
        ElementTree.ParseError,
        InvalidArchive,
        LookupError,
        RecursionError,
        TypeError,
        ValueError,
    ) as error:
        raise UnusableFileError(
            "its meta.xml does not describe the files as Darwin Core prescribes"
            f" ({error}): ask for the archive again"
        ) from error
    return core, occurrences


def _meta_root(meta):
    """Tree of meta.xml without name spaces, with every setting of a file spelt out."""
    if len(meta) > MAX_META_BYTES:
        raise UnusableFileError(f"its meta.xml is larger than {MAX_META_BYTES} bytes")
    try:
        root = defusedxml.ElementTree.fromstring(meta, forbid_dtd=True)
    except DefusedXmlException as error:
        raise UnusableFileError(
            "its meta.xml defines entities or a document type, which no archive needs"
            " and which can make a reader fetch files or fill the memory: do not use"
            " this archive"
        ) from error
    except (ElementTree.ParseError, LookupError, ValueError) as error:
        raise UnusableFileError(
            f"its meta.xml is damaged or cut off ({error}); fetch the archive again"
        ) from error
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        if element.tag in ("core", "extension"):
            element.attrib = _SILENT | element.attrib
            # The library would take the encoding of the file for that of meta.xml.
            element.set(_OWN_ENCODING, element.get("encoding"))
            element.set("encoding", "utf-8")
    core = root.find("core")
    if core is not None and core.find("id") is None and root.find("extension") is None:
        ElementTree.SubElement(core, "id", index="0")  # a core alone may go without
    return root


def _last_word(term):
    return shorten_term((term or "").replace("#", "/"))


def _data_file(described):
    """Check what the descriptor says of one file."""
    element = described.raw_element
    locations = tuple((e.text or "").strip() for e in element.findall("files/location"))
    where = ", ".join(locations)
    if described.lines_terminated_by not in _LINE_ENDS:
        raise UnusableFileError(
            f"the lines of {where} end in {described.lines_terminated_by!r}, which is"
            " not read; save the file with ordinary lines"
        )
    for sign in (described.fields_terminated_by, described.fields_enclosed_by):
        if len(sign) > 1 or not sign.isascii() or sign in ("\n", "\r", "\0"):
            raise UnusableFileError(
                f"the fields of {where} are cut or enclosed by {sign!r}; one plain sign"
                " is read"
            )
    is_core = described.represents_corefile
    key_place = described.id_index if is_core else described.coreid_index
    columns, defaults = _columns(described, key_place, "id" if is_core else "coreid")
    if not all(0 <= place < MAX_COLUMNS for place in columns):
        raise UnusableFileError(
            f"its meta.xml gives {where} columns outside 0 to {MAX_COLUMNS - 1}"
        )
    return DataFile(
        kind=_last_word(described.type),
        locations=locations,
        encoding=element.get(_OWN_ENCODING),
        delimiter=described.fields_terminated_by,
        quote=described.fields_enclosed_by or None,
        header_rows=described.lines_to_ignore,
        columns=columns,
        defaults=defaults,
        key=columns[key_place],
    )


def _columns(described, key_place, key_name):
    """Names by position, and values of terms where the file has none."""
    columns, defaults, terms, taken = {}, {}, set(), {UNREADABLE}
    for field in described.fields:
        term, name = field["term"], shorten_term(field["term"])
        if term in terms or field["index"] in columns:
            raise UnusableFileError(f"its meta.xml describes a column twice: {term}")
        name = term if name in taken else name  # of two vocabularies
        terms.add(term)
        taken.add(name)
        if field["index"] is not None:
            columns[field["index"]] = name
        if field["default"]:
            defaults[name] = field["default"]
    columns.setdefault(key_place, key_name)
    return columns, defaults
