"""What the fuzzer calls: each parser with bytes from anywhere, and seeds to start from.

A parser may refuse with a ValueError; anything else that leaves it is a find. The
wrapper `readable`, which would turn all into words, is left out where that is possible.
"""

import io
import json
import re
import tempfile
import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

from robuust.dates import read_dates
from robuust.habitat_parts import match_codes
from robuust.sources import readable
from robuust_files.darwin_core import read_darwin_core
from robuust_files.darwin_core_meta import described_files
from robuust_files.layers import read_layer
from robuust_files.recognise import FileForm, recognise
from robuust_files.sheet_process import sheet_table
from robuust_files.text import read_text

FOLDER = Path(tempfile.mkdtemp(prefix="robuust_fuzz_"))
KNOWN_CODES = ["4010", "4030", "91E0*", "2190_A", "2190_a", "rbbkam", "3130", "6510_hu"]
CUT = b"\n====\n"  # between meta.xml and the table of an archive
# A cell so far out makes the reader of spreadsheets ask for more memory than there is;
# in a run that ends its own process only, see `read_spreadsheet`.
FAR_CELL = re.compile(rb"[A-Z]{3}|[0-9]{6}", re.IGNORECASE)
META = b"""<archive xmlns="http://rs.tdwg.org/dwc/text/">
<core encoding="UTF-8" fieldsTerminatedBy="\\t" linesTerminatedBy="\\n"
fieldsEnclosedBy="" ignoreHeaderLines="1" rowType="http://rs.tdwg.org/dwc/terms/Event">
<files><location>table.txt</location></files><id index="0"/>
<field index="1" term="http://rs.tdwg.org/dwc/terms/eventDate" default="2001"/></core>
<extension rowType="http://rs.tdwg.org/dwc/terms/Occurrence"><files><location>table.txt
</location></files><coreid index="0"/></extension></archive>"""


def written(data, name):
    path = FOLDER / name
    path.write_bytes(data)
    return path


# --- The targets


def text(data):
    """Text tables: every row counts, as itself or as raw text."""
    table = read_text(written(data, "table.csv"))
    for name in table.column_names:
        assert len(table[name].to_pylist()) == table.num_rows


def darwin_core_meta(data):
    core, occurrences = described_files(data)
    assert all(table.key in table.columns.values() for table in [core, *occurrences])


def darwin_core(data):
    """An unpacked archive: meta.xml and one table."""
    meta, _, table = data.partition(CUT)
    folder = FOLDER / "archive"
    folder.mkdir(exist_ok=True)
    (folder / "meta.xml").write_bytes(meta)
    (folder / "table.txt").write_bytes(table)
    read_darwin_core(FileForm("darwin_core", str(folder)))


def spreadsheet(data):
    """The XML of a sheet; the reader may break down, as a process of its own may."""
    if FAR_CELL.search(data):
        return
    path = FOLDER / "book.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in workbook_parts(data).items():
            archive.writestr(name, part)
    try:
        sheet_table(path)
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise


def recognised(data):
    path = str(written(data, "unknown"))
    readable({"name": "fuzz", "path": path}, recognise, path)


def dates(data):
    texts = pd.Series(data.decode("utf-8", "replace").split("\n"), dtype="str")
    first, last, impossible, unreadable = read_dates(texts.mask(texts == ""))
    found = first.notna()
    assert (found == last.notna()).all()
    assert (first[found] <= last[found]).all()
    assert not (found & (impossible | unreadable)).any()


def habitat_codes(data):
    texts = data.decode("utf-8", "replace").split("\n")
    matches = match_codes(texts, KNOWN_CODES)
    sums = matches.groupby("text")["weight"].sum()
    assert sums.between(1 - 1e-9, 1 + 1e-9).all()
    assert set(sums.index) == {t for t in texts if t.strip()}


def geojson(data):
    layer(data, "map.geojson")


def geopackage(data):
    layer(data, "map.gpkg")


def layer(data, name):
    path = written(data, name)
    read_layer({"name": "fuzz", "path": str(path)})


# --- Seeds


def workbook_parts(sheet):
    """Parts of the smallest workbook whose one sheet has this XML."""
    main = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    kind = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = b"http://schemas.openxmlformats.org/package/2006/relationships"
    relation = (
        b'<Relationships xmlns="%b"><Relationship Id="r" Type="%b/%b" Target="%b"/>'
        b"</Relationships>"
    )
    return {
        "[Content_Types].xml": b"<Types/>",
        "_rels/.rels": relation
        % (package, kind, b"officeDocument", b"xl/workbook.xml"),
        "xl/workbook.xml": b'<workbook xmlns="%b" xmlns:r="%b"><sheets><sheet name="s"'
        b' sheetId="1" r:id="r"/></sheets></workbook>' % (main, kind),
        "xl/_rels/workbook.xml.rels": relation
        % (package, kind, b"worksheet", b"worksheets/s.xml"),
        "xl/worksheets/s.xml": b'<worksheet xmlns="%b">%b</worksheet>' % (main, sheet),
    }


def zipped(**parts):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return stream.getvalue()


def map_bytes(driver):
    """A map of three squares in the form of a driver."""
    squares = shapely.box([0, 1, 2], 0, [1, 2, 3], 1)
    table = gpd.GeoDataFrame({"code": ["a", "b", None]}, geometry=squares, crs=31370)
    path = FOLDER / f"seed_{driver}"
    table.to_file(path, driver=driver)
    return path.read_bytes()


def text_seeds():
    table = 'soort;datum;x\nZoë;2020-01-02;1,5\n"a\nb";;2\n'
    return [
        *(table.encode(encoding) for encoding in ("utf-8", "utf-8-sig", "utf-16")),
        table.encode("cp1252").replace(b";", b"\t"),
        b'sep=,\r\na,b,c,d\r\n1,2,3,4\r\n"5,6,7,8\r\n9,0,"1,2\r\n3\r\n',
        b"a|b\n=1+1|\x00\n",
    ]


def darwin_core_seeds():
    rows = b"id\tdate\ne1\t2001\ne2\t\n"
    occurrence = META.replace(b"terms/Event", b"terms/Occurrence")
    return [META + CUT + rows, occurrence + CUT + rows]


def spreadsheet_seeds():
    row = b'<row r="1"><c r="A1" t="str"><v>soort</v></c><c r="B1"><v>1.0</v></c></row>'
    inline = b'<row r="2"><c r="A2" t="inlineStr"><is><t>x</t></is></c></row>'
    return [b"<sheetData>" + row + inline + b"</sheetData>", b"<sheetData/>"]


def recognised_seeds():
    archive = zipped(**{"meta.xml": META, "table.txt": b"id\tdate\ne1\t2001\n"})
    book = zipped(**workbook_parts(spreadsheet_seeds()[0]))
    return [archive, book, *text_seeds()[:2], b'{"type": "FeatureCollection"}']


def dates_seeds():
    texts = ["1999-07-04T10:00", "19990704", "1999-07", "4/7/1999", "1999/2000-02-30"]
    return [text.encode() for text in texts] + ["\n".join(texts).encode()]


def habitat_codes_seeds():
    return [
        b"4010,gh",
        b"3130_rbbkam\n91E0_vn",
        b"H2190A\nZG4030\n4010/6510_hu+",
        b"gh",
    ]


def geojson_seeds():
    feature = json.loads(map_bytes("GeoJSON"))
    other = feature | {"features": [{"type": "Feature", "geometry": None}]}
    return [json.dumps(f).encode() for f in (feature, other)]


SEEDS = {
    text: text_seeds,
    darwin_core_meta: lambda: [META, META.replace(b"\\t", b",")],
    darwin_core: darwin_core_seeds,
    spreadsheet: spreadsheet_seeds,
    recognised: recognised_seeds,
    dates: dates_seeds,
    habitat_codes: habitat_codes_seeds,
    geojson: geojson_seeds,
    geopackage: lambda: [map_bytes("GPKG")],
}
TARGETS = {target.__name__: target for target in SEEDS}
