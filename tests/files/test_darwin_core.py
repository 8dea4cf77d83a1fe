"""Darwin Core archives: their occurrences, as meta.xml describes them, and no more."""

import csv
import io
import zipfile

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robuust_files.darwin_core import event_occurrences
from robuust_files.darwin_core_meta import described_files
from robuust_files.tables import read_records

TERMS = "http://rs.tdwg.org/dwc/terms/"
TABS = 'fieldsTerminatedBy="\\t" linesTerminatedBy="\\n" fieldsEnclosedBy=""'
OCCURRENCES = "o1\tHyla arborea\t51.2\n" + "o2\tDrosera\t51.3\n"


def fields(*terms, start=1):
    return "".join(
        f'<field index="{k}" term="{t if ":" in t else TERMS + t}"/>'
        for k, t in enumerate(terms, start)
    )


def section(tag, kind, location, inside, form=f'encoding="UTF-8" {TABS}', key=0):
    """One table of meta.xml."""
    places = "".join(f"<location>{name}</location>" for name in location.split())
    name = "id" if tag == "core" else "coreid"
    return (
        f'<{tag} {form} rowType="{TERMS}{kind}"><files>{places}</files>'
        f'<{name} index="{key}"/>{inside}</{tag}>'
    )


def meta(*sections, start=""):
    inside = "".join(sections)
    return f'{start}<archive xmlns="http://rs.tdwg.org/dwc/text/">{inside}</archive>'


SPECIES = fields("scientificName", "decimalLatitude")


def core(inside=SPECIES, location="occurrence.txt", **options):
    return section("core", "Occurrence", location, inside, **options)


@pytest.fixture
def read(tmp_path):
    """Pack these files as an archive and read it as a source of records."""

    def read_archive(meta_xml, folder="", **files):
        path = tmp_path / "archive.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(f"{folder}meta.xml", meta_xml)
            for name, content in files.items():
                archive.writestr(f"{folder}{name}.txt", content)
        table, crs = read_records({"name": "gbif", "path": str(path)})
        assert crs == "EPSG:4326"
        return table

    return read_archive


# --- Cores and extensions


def test_an_occurrence_core_has_columns_named_by_their_terms(read):
    table = read(meta(core()), occurrence=OCCURRENCES)
    assert table.to_pydict() == {
        "id": ["o1", "o2"],
        "scientificName": ["Hyla arborea", "Drosera"],
        "decimalLatitude": ["51.2", "51.3"],
    }


def test_of_a_gbif_download_only_the_occurrences_are_unpacked(read):
    described = meta(
        core('<field index="0" term="http://rs.gbif.org/terms/1.0/gbifID"/>'),
        section(
            "extension", "Occurrence", "verbatim.txt", fields("scientificName")
        ).replace(f"{TERMS}Occurrence", "http://rs.gbif.org/terms/1.0/Multimedia"),
    )
    table = read(described, occurrence="17\n18\n", dataset="\0" * 99)
    assert table.to_pydict() == {"gbifID": ["17", "18"]}


EVENTS = section("core", "Event", "event.txt", fields("eventDate", "locality"))
FOUND = section(
    "extension", "Occurrence", "occurrence.txt", fields("scientificName", "eventDate")
)


def test_occurrences_take_what_their_event_says_and_they_do_not(read):
    table = read(
        meta(EVENTS, FOUND),
        event="e1\t2001\tMol\ne2\t2002\tGeel\n",
        occurrence="e2\ta\t\ne1\tb\t1999\ne2\tc\t\ne9\td\t\n",
    )
    assert table.to_pydict() == {
        "coreid": ["e2", "e1", "e2", "e9"],
        "scientificName": ["a", "b", "c", "d"],
        "eventDate": ["2002", "1999", "2002", None],
        "locality": ["Geel", "Mol", "Geel", None],
    }


def test_of_events_with_one_id_the_first_counts(read):
    table = read(
        meta(EVENTS, FOUND),
        event="e\t2001\tMol\ne\t2002\tGeel\n",
        occurrence="e\ta\t\n",
    )
    assert table["locality"].to_pylist() == ["Mol"]


def test_an_unreadable_event_leaves_its_occurrences_without_place(read, caplog):
    table = read(
        meta(EVENTS, FOUND), event="e1\t2001\ne2\t2002\tGeel\n", occurrence="e1\ta\t\n"
    )
    assert table["locality"].to_pylist() == [None]
    assert "1 rows of event.txt cannot be read" in caplog.text


def test_several_extensions_and_files_of_occurrences_are_read_in_turn(read):
    second = section("extension", "Occurrence", "c.txt", fields("sex"))
    measured = section("extension", "MeasurementOrFact", "gone.txt", fields("unit"))
    table = read(
        meta(
            EVENTS, FOUND.replace("occurrence.txt", "a.txt</location><location>b.txt")
        ).replace("</archive>", f"{measured}{second}</archive>"),
        event="e\t2001\tMol\n",
        a="e\tone\t\n",
        b="e\ttwo\t\n",
        c="e\tmale\n",
    )
    assert table["scientificName"].to_pylist() == ["one", "two", None]
    assert table["sex"].to_pylist() == [None, None, "male"]
    assert table["locality"].to_pylist() == ["Mol"] * 3


def test_events_without_occurrences_hold_no_records(read):
    table = read(meta(EVENTS), event="e1\t2001\tMol\n")
    assert table.num_rows == 0
    assert "scientificName" in table.column_names


def test_a_list_of_taxa_without_occurrences_is_refused(read):
    with pytest.raises(ValueError, match="a list of Taxon without a table"):
        read(meta(EVENTS.replace("terms/Event", "terms/Taxon")), event="e\t1\t2\n")


def test_the_key_of_an_event_keeps_the_name_of_its_term(read):
    event = section("core", "Event", "event.txt", fields("eventID", start=0))
    table = read(meta(event, FOUND), event="e1\n", occurrence="e1\ta\t\n")
    assert table["eventID"].to_pylist() == ["e1"]


# --- What meta.xml may say


def test_defaults_fill_blanks_and_columns_that_are_not_there(read):
    inside = f'<field index="1" term="{TERMS}sex" default="unknown"/>'
    inside += f'<field term="{TERMS}country" default="BE"/>'
    table = read(meta(core(inside)), occurrence="o1\tmale\no2\t\n")
    assert table["sex"].to_pylist() == ["male", "unknown"]
    assert table["country"].to_pylist() == ["BE", "BE"]


@pytest.mark.parametrize("lines", [0, 1, 3])
def test_as_many_lines_are_passed_over_as_meta_says(read, lines):
    form = f'encoding="UTF-8" {TABS} ignoreHeaderLines="{lines}"'
    table = read(meta(core(form=form)), occurrence="id\tname\n" * lines + OCCURRENCES)
    assert table["id"].to_pylist() == ["o1", "o2"]


@pytest.mark.parametrize("encoding", ["UTF-8", "windows-1252", "UTF-16", "ISO-8859-1"])
def test_files_are_read_in_the_encoding_that_meta_says(read, encoding):
    content = OCCURRENCES.replace("Drosera", "Zoë")
    form = f'encoding="{encoding}" {TABS}'
    table = read(meta(core(form=form)), occurrence=content.encode(encoding))
    assert table["scientificName"].to_pylist() == ["Hyla arborea", "Zoë"]


def test_where_meta_is_silent_the_text_guide_has_the_word(read):
    table = read(meta(core(form="")), occurrence='o1,"a,\nb",1\n"o2",c,2\n')
    assert table["scientificName"].to_pylist() == ["a,\nb", "c"]


def test_a_quote_is_a_sign_as_any_where_meta_says_there_are_none(read):
    table = read(meta(core()), occurrence='o1\t"t Gooi\t1\no2\t"b"\t2\n')
    assert table["scientificName"].to_pylist() == ['"t Gooi', '"b"']


def test_columns_go_by_their_number_and_what_is_not_described_is_left_out(read):
    inside = f'<field index="3" term="{TERMS}sex"/><field index="0" term="{TERMS}day"/>'
    table = read(meta(core(inside, key=2)), occurrence="mon\t?\to1\tmale\t?\n")
    assert table.to_pylist() == [{"day": "mon", "id": "o1", "sex": "male"}]


def test_of_two_terms_with_one_last_word_the_second_keeps_its_address(read):
    inside = fields("type", "http://purl.org/dc/terms/type")
    table = read(meta(core(inside)), occurrence="o1\ta\tb\n")
    assert table.column_names == ["id", "type", "http://purl.org/dc/terms/type"]


def test_a_core_alone_needs_no_id(read):
    described = meta(core(fields("scientificName", start=0)))
    table = read(described.replace('<id index="0"/>', ""), occurrence="a\nb\n")
    assert table.to_pydict() == {"scientificName": ["a", "b"]}


def test_name_spaces_may_have_any_prefix(read):
    described = meta(core()).replace("<", "<d:").replace("<d:/", "</d:")
    table = read(described.replace("xmlns=", "xmlns:d="), occurrence=OCCURRENCES)
    assert table.num_rows == 2


def test_an_archive_may_be_packed_with_its_folder_or_lie_unpacked(read, tmp_path):
    assert read(meta(core()), "download/", occurrence=OCCURRENCES).num_rows == 2
    with zipfile.ZipFile(tmp_path / "archive.zip") as archive:
        archive.extractall(tmp_path)
    path = str(tmp_path / "download")
    assert read_records({"name": "gbif", "path": path})[0].num_rows == 2


def test_rows_with_another_number_of_fields_stay_as_raw_text(read):
    table = read(meta(core()), occurrence=OCCURRENCES + "o3\tbroken\n")
    assert table["_unreadable"].to_pylist() == [None, None, "o3\tbroken"]
    assert table["id"].to_pylist() == ["o1", "o2", None]


def test_a_table_without_rows_is_an_empty_table(read):
    form = f'encoding="UTF-8" {TABS} ignoreHeaderLines="1"'
    table = read(meta(core(form=form)), occurrence="id\tname\tlatitude\n")
    assert (table.num_rows, table.column_names[0]) == (0, "id")


# --- What is refused

BOMB = '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
OUTWARD = '<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("described", "words"),
    [
        (meta(core(), start=BOMB), "defines entities or a document type"),
        (meta(core(), start=OUTWARD), "defines entities or a document type"),
        (meta(core(), start="<!DOCTYPE archive>"), "defines entities or a document"),
        (meta(core())[:-20], "damaged or cut off"),
        (meta(core(location="../../etc/passwd")), r"'../../etc/passwd', which is not"),
        (meta(core(location="/etc/passwd")), "'/etc/passwd', which is not in"),
        (meta(core(location="http://x/y.txt")), "'http://x/y.txt', which is not in"),
        (meta(core(location="gone.txt")), "'gone.txt', which is not in the archive"),
        (meta(), "does not describe the files"),
        (meta(EVENTS.replace("coreid", "x").replace("<id ", "<x "), FOUND), "describe"),
        (meta(core(fields("a", start=9))), r"column 10 of occurrence.txt, which has 3"),
        (meta(core(fields("a", start=-3))), "columns outside 0 to 1999"),
        (meta(core(fields("a", start=10**9))), "columns outside 0 to 1999"),
        (meta(core(fields("a", "a"))), "column twice"),
        (meta(core().replace('index="1"', 'index="one"')), "does not describe"),
        (meta(core(form=TABS.replace("\\t", "||"))), "one plain sign is read"),
        (meta(core(form=TABS.replace("\\n", "|"))), r"end in '\|', which is not read"),
        (meta(core(form='encoding="quark"')), "no `encoding` is called 'quark'"),
        (meta(core()) + " " * 2**20, "meta.xml is larger than"),
        (meta("<a>" * 50_000, core(), "</a>" * 50_000), "does not describe"),
    ],
)
def test_a_meta_xml_that_is_hostile_or_wrong_is_refused(read, described, words):
    with pytest.raises(ValueError, match=words):
        read(described, occurrence=OCCURRENCES)


def test_nothing_outside_an_unpacked_archive_is_opened(tmp_path):
    folder = tmp_path / "archive"
    folder.mkdir()
    (tmp_path / "secret.txt").write_text(OCCURRENCES)
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    for location in ("../secret.txt", str(tmp_path / "secret.txt"), "link.txt"):
        (folder / "meta.xml").write_text(meta(core(location=location)))
        with pytest.raises(ValueError, match="which is not in the archive"):
            read_records({"name": "gbif", "path": str(folder)})


def test_an_archive_that_is_cut_off_is_refused(read, tmp_path):
    read(meta(core()), occurrence=OCCURRENCES)
    path = tmp_path / "archive.zip"
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(ValueError, match="cut off"):
        read_records({"name": "gbif", "path": str(path)})


# --- Laws

WORD = st.text(st.characters(codec="utf-8", categories=("L", "N")), min_size=1)


@settings(deadline=None)
@given(st.lists(st.tuples(WORD, WORD, WORD), min_size=1), st.permutations(range(3)))
def test_what_is_written_in_any_order_of_columns_is_read_back(
    tmp_path_factory, rows, order
):
    path = tmp_path_factory.mktemp("law") / "a.zip"
    names = ["first", "second", "third"]
    inside = "".join(
        f'<field index="{place}" term="{TERMS}{names[k]}"/>'
        for place, k in enumerate(order)
    )
    form = 'encoding="UTF-8" fieldsTerminatedBy=";"'
    stream = io.StringIO()
    csv.writer(stream, delimiter=";").writerows([row[k] for k in order] for row in rows)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("meta.xml", meta(core(inside, form=form)))
        archive.writestr("occurrence.txt", stream.getvalue())
    table, _ = read_records({"name": "law", "path": str(path)})
    null = {"NA", "NaN", "nan", "NULL", "null"}
    wanted = [tuple(None if cell in null else cell for cell in row) for row in rows]
    assert list(zip(*(table[n].to_pylist() for n in names), strict=True)) == wanted


@settings(deadline=None)
@given(st.lists(st.sampled_from("abc"), max_size=5), st.lists(st.sampled_from("abcd")))
def test_every_occurrence_stays_once_whatever_events_there_are(events, occurrences):
    core_rows = pa.table({"id": pa.array(events, pa.string())})
    core_rows = core_rows.append_column("day", pa.array(map(str, range(len(events)))))
    table = event_occurrences(
        core_rows, pa.table({"coreid": pa.array(occurrences, pa.string())})
    )
    assert table["coreid"].to_pylist() == occurrences
    first = {event: str(events.index(event)) for event in events}
    assert table["day"].to_pylist() == [first.get(o) for o in occurrences]


def test_an_encoding_that_meta_tells_wrong_is_set_by_the_user(read, tmp_path):
    content = OCCURRENCES.replace("Drosera", "Zoë").encode("cp1252")
    with pytest.raises(ValueError, match=r"not in UTF-8, as its meta.xml says"):
        read(meta(core()), occurrence=content)
    source = {"name": "gbif", "path": str(tmp_path / "archive.zip")}
    table, _ = read_records(source | {"encoding": "cp1252"})
    assert table["scientificName"][1].as_py() == "Zoë"


def test_meta_xml_alone_tells_which_files_hold_occurrences():
    described, occurrences = described_files(meta(EVENTS, FOUND).encode())
    assert (described.kind, described.key) == ("Event", "id")
    assert [o.locations for o in occurrences] == [("occurrence.txt",)]


# --- Real archives


def archive(shared_data, name):
    folder = shared_data / "data" / "flanders_kempen" / "records"
    return folder / f"dwca-inboveg-{name}.zip"


@pytest.mark.parametrize(
    ("name", "rows", "names"),
    [
        ("fytocoenoses-of-turnhout-ponds-v1.3", 1_553, 121),
        ("niche-vlaanderen-events-v0.8", 24, 1),
    ],
)
def test_real_archives_are_read_completely(shared_data, name, rows, names):
    path = archive(shared_data, name)
    table, crs = read_records({"name": "a", "path": str(path)})
    assert (table.num_rows, crs) == (rows, "EPSG:4326")
    assert len(set(table["scientificName"].drop_null().to_pylist())) == names
    with zipfile.ZipFile(path) as files:
        lines = files.read("event.txt").decode().splitlines()
    head, *events = [line.split("\t") for line in lines]
    for term in ("decimalLatitude", "coordinateUncertaintyInMeters", "eventDate"):
        place = head.index(term)
        said = {event[0]: event[place] or None for event in events}
        keys = table["coreid"].to_pylist()
        assert table[term].to_pylist() == [said[key] for key in keys]
