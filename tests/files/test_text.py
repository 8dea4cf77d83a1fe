"""Text tables: every way they are written, every row there, whatever is in them."""

import csv
import gzip
import io
import traceback
import zipfile

import pyarrow as pa
import pyarrow.csv
import pytest
from child_memory import run_in_child
from hypothesis import given, settings
from hypothesis import strategies as st

from robuust_files.tables import read_records
from robuust_files.text import MISSING_WORDS, read_text
from robuust_files.text_forms import MAX_COLUMNS, text_form

TEXT = "soort;plaats;x\nZoë's heide;Mol;1,5\nDrosera;;2\n"
CELLS = {
    "soort": ["Zoë's heide", "Drosera"],
    "plaats": ["Mol", None],
    "x": ["1,5", "2"],
}


@pytest.fixture
def read(tmp_path):
    """Write this content to a file and read it as a source of records."""

    def read_content(content, name="records.csv", **keys):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_records({"name": "field", "path": str(path)} | keys)[0]

    return read_content


def zipped(**files):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(f"{name}.csv", content)
    return stream.getvalue()


# --- How tables are written


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_encoding_and_line_ends_are_found_out(read, encoding, line_end):
    content = TEXT.replace("\n", line_end).encode(encoding)
    assert read(content).to_pydict() == CELLS


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_in_the_line_of_names(read, delimiter):
    names = delimiter.join(["soort", '"a,b;c"', "x"])
    row = delimiter.join(["Drosera", "1.5", "2"])
    table = read(f"{names}\n{row}\n")
    assert table.to_pylist() == [{"soort": "Drosera", "a,b;c": "1.5", "x": "2"}]


def test_packed_tables_are_read_as_they_are(read):
    assert read(gzip.compress(TEXT.encode())).to_pydict() == CELLS
    assert read(zipped(records=TEXT)).to_pydict() == CELLS


def test_of_two_tables_in_a_zip_file_the_layer_names_one(read):
    content = zipped(first=TEXT, second="a;b\n1;2\n")
    assert read(content, layer="second").column_names == ["a", "b"]
    with pytest.raises(ValueError, match="name the one to read as `layer`"):
        read(content)


def test_the_settings_win_over_what_is_found(read):
    assert read("a;b,c\n1;2,3\n", delimiter=",").column_names == ["a;b", "c"]
    content = "a,b\né,1\n".encode("cp850")
    assert read(content, encoding="cp850")["a"].to_pylist() == ["é"]


def test_the_separator_line_of_excel_is_no_line_of_names(read):
    table = read("sep=|\r\na|b;c;d\r\n1|2\r\n")
    assert table.to_pydict() == {"a": ["1"], "b;c;d": ["2"]}


def test_blank_lines_above_the_names_and_between_rows_are_passed_over(read):
    assert read("\n\na,b\n\n1,2\n\n3,4\n").to_pydict() == {
        "a": ["1", "3"],
        "b": ["2", "4"],
    }


def test_line_ends_in_quoted_names_and_cells_stay(read):
    table = read('"a\nname",b\n"one\nline, two",2\n')
    assert table.to_pydict() == {"a\nname": ["one\nline, two"], "b": ["2"]}


def test_a_remark_of_several_lines_is_no_swallowed_row(read):
    table = read('id,soort,plaats,x,remark\n1,a,Mol,2,"north, wet\nsouth, dry"\n')
    assert table["remark"].to_pylist() == ["north, wet\nsouth, dry"]


def test_delimiters_after_the_last_name_or_cell_are_no_columns(read):
    assert read("a;b;;\n1;2;;\n").to_pydict() == {"a": ["1"], "b": ["2"]}
    assert read("a;b\n1;2;\n3;4;\n").to_pydict() == {"a": ["1", "3"], "b": ["2", "4"]}


def test_a_column_without_a_name_keeps_its_cells(read):
    assert read("a,,b\n1,2,3\n").column_names == ["a", "unnamed_2", "b"]


@pytest.mark.parametrize("content", ["a,b\n", "a,b", "a,b\r\n\r\n"])
def test_names_without_rows_are_an_empty_table(read, content):
    assert read(content).to_pydict() == {"a": [], "b": []}


def test_cells_stay_text_and_blanks_are_missing(read):
    table = read('a,b\n007,NA\n1.50,""\n"NULL",x\n')
    assert table.to_pydict() == {"a": ["007", "1.50", None], "b": [None, None, "x"]}


def test_formulas_stay_the_text_that_they_are(read):
    cells = ['=HYPERLINK("http://x","y")', "=1+1", "'@SUM(A1)", "+31", "-2", "\t=1"]
    stream = io.StringIO()
    csv.writer(stream).writerows([["a", "b"], *([cell, "1"] for cell in cells)])
    assert read(stream.getvalue())["a"].to_pylist() == cells


def test_columns_of_few_texts_are_dictionaries_with_one_list(read):
    rows = "".join(f"id{k:090},{'abc'[k // 70_000]}\n" for k in range(200_000))
    table = read(f"id,soort\n{rows}")
    assert table["id"].type == pa.string()
    chunks = table["soort"].chunks
    assert len(chunks) > 1
    assert all(c.dictionary.to_pylist() == ["a", "b", "c"] for c in chunks)


# --- Rows that are no rows


def test_rows_with_too_few_or_too_many_fields_stay_as_raw_text_at_their_place(read):
    table = read("a,b\n1,2\n3\n\n4,5\n6,7,8\n9,9\n")
    assert table["a"].to_pylist() == ["1", None, "4", None, "9"]
    assert table["b"].to_pylist() == ["2", None, "5", None, "9"]
    assert table["_unreadable"].to_pylist() == [None, "3", None, "6,7,8", None]


def test_raw_rows_keep_their_place_in_a_table_of_many_blocks(read):
    rows = [f"{k};{'x' * 90}" for k in range(200_000)]
    for place in (0, 99_999, 100_000, 199_999):
        rows[place] = f"broken {place}"
    table = read("a;b\n" + "\n".join(rows))
    assert table.num_rows == 200_000
    assert table["_unreadable"][99_999].as_py() == "broken 99999"
    assert table["a"][100_001].as_py() == "100001"
    assert table["_unreadable"].null_count == 199_996


@pytest.mark.parametrize("place", range(4))
def test_a_quote_that_is_not_closed_loses_no_row(read, place):
    rows = [[f"{r}{c}" for c in "abcd"] for r in range(6)]
    rows[1][place] = '"' + rows[1][place]
    text = "\n".join(",".join(row) for row in [["a", "b", "c", "d"], *rows])
    table = read(text + "\n")
    assert table.num_rows == 6
    assert table["_unreadable"].null_count == 1
    rows[4][0] = '"' + rows[4][0]  # and now it is closed, three rows on
    text = "\n".join(",".join(row) for row in [["a", "b", "c", "d"], *rows])
    table = read(text + "\n")
    assert table.num_rows == 6
    assert table["_unreadable"].is_valid().to_pylist() == [0, 1, 1, 1, 1, 0]


def test_in_a_table_cut_by_tabs_a_lone_quote_is_a_sign_as_any(read):
    table = read('a\tb\tc\n1\t"t Gooi\t3\n4\t5\t6\n7\t8\t"9\n')
    assert table["b"].to_pylist() == ['"t Gooi', "5", "8"]
    assert table.column_names == ["a", "b", "c"]


def test_quoted_cells_of_a_table_cut_by_tabs_lose_their_quotes(read):
    assert read('a\tb\n"one\ttwo"\t"3"\n').to_pydict() == {
        "a": ["one\ttwo"],
        "b": ["3"],
    }


def test_when_no_row_fits_the_names_the_file_is_refused(read):
    with pytest.raises(ValueError, match=r"none of the 2 rows .* cut by ','"):
        read("a,b\n1;2\n3;4\n")


# --- Files that are refused


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\n \n", "no line with column names"),
        (b"x,y,x\n1,2,3\n", "more than one column named x"),
        (b"a,_unreadable\n1,2\n", "give it another name"),
        (b"a,b\n" + b"1,2\n" * 20_000 + b"3,\x00\n", "column b holds the sign NUL"),
        ("a,b\né,ë\nü,1\n".encode() + b"\xff,1\n", "1 signs in it.*first in line 4"),
        (b"a,b\n\x81,\xe9\n", "neither UTF-8 nor Windows-1252"),
        (b"a,b\n" + b"1,2\n" * 300_000 + b"\x81,1\n", "neither UTF-8"),
        (b'a,b\n1,"' + b"2,3\n" * 5_000_000, "a row is longer than 8 MiB"),
        (b"a," * 100_000 + b"a\n", "100001 columns; at most 2000"),
        (b"a" * 3_000_000, "cannot be read|no column|longer|characters"),
    ],
)
def test_damaged_and_absurd_tables_are_refused_in_words(read, content, words):
    with pytest.raises(ValueError, match=words):
        read(content)


def test_text_that_is_no_utf_8_far_down_is_read_as_windows_1252(read):
    content = b"a,b\n" + b"1,2\n" * 300_000 + "Zoë,3\n".encode("cp1252")
    assert read(content)["a"][300_000].as_py() == "Zoë"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_row_that_is_broken_and_no_utf_8_stays_too(read):
    content = b"a,b\n" + b"1,2\n" * 300_000 + "Zoë\n".encode("cp1252")
    assert read(content)["_unreadable"][300_000].as_py() == "Zoë"


@pytest.mark.parametrize("rows", [0, 300_000])
def test_text_that_is_read_as_windows_1252_gives_a_warning(read, rows, caplog):
    content = b"a,b\n" + b"1,2\n" * rows + "Zoë,3\n".encode("cp1252")
    read(content, encoding="cp1252")
    assert not caplog.messages
    read(content)
    (words,) = caplog.messages
    assert words.startswith("text of records.csv is not UTF-8: read as Windows-1252")
    caplog.clear()
    read("a,b\nZoë,3\n")
    assert not caplog.messages


def test_what_goes_wrong_with_a_cell_does_not_put_it_in_the_log(read, tmp_path):
    secret = "Koerhoen bij Jan"
    for content in (
        f"a,b\n1,{secret}\0\n",
        f"a,b\n1,2\n3,{secret}\0\n" + "1,2\n" * 99,
        b"a,b\n" + b"1,2\n" * 300_000 + f"{secret} \xe9,1,3\x81\n".encode("latin-1"),
        f"a,b\n{secret};2\n",
    ):
        with pytest.raises(ValueError, match="source 'field'") as refusal:
            read(content)
        trace = "".join(traceback.format_exception(refusal.value))
        assert secret not in trace


def test_an_encoding_of_the_settings_that_does_not_fit_is_told(read):
    with pytest.raises(ValueError, match=r"not in the `encoding`.*utf-8"):
        read("a,b\né,1\n".encode("cp1252"), encoding="utf-8")
    for encoding in ("quark", "hex", "rot13"):
        with pytest.raises(ValueError, match=f"no `encoding` is called '{encoding}'"):
            read("a,b\n1,2\n", encoding=encoding)


@pytest.mark.parametrize("cut", [20, -8])
def test_packed_tables_that_are_cut_off_are_refused(read, cut):
    with pytest.raises(ValueError, match="cut off"):
        read(gzip.compress(TEXT.encode() * 9)[:cut])
    with pytest.raises(ValueError, match="cut off"):
        read(zipped(records=TEXT)[:cut])


def test_a_packed_table_that_grows_without_end_is_refused(read):
    with pytest.raises(ValueError, match="times as large as packed"):
        read(gzip.compress(b"a,b\n" + bytes([49]) * 300_000_000, 9))


def test_a_zip_file_that_leads_out_of_its_folder_is_refused(read):
    with pytest.raises(ValueError, match="leads out of its folder"):
        read(zipped(**{"../records": TEXT}))


@pytest.mark.parametrize("text", [TEXT, "a,b\n1,2,3\n4,5\n"])
def test_no_thread_is_given_a_function_of_python(read, monkeypatch, text):
    given = []

    def read_csv(path, reading, parsing, converting, real=pyarrow.csv.read_csv):
        given.append((reading.use_threads, parsing.invalid_row_handler is not None))
        return real(path, reading, parsing, converting)

    monkeypatch.setattr(pyarrow.csv, "read_csv", read_csv)
    assert read(text).num_rows == 2
    assert given[0] == (True, False)
    assert given[1:] == ([] if text is TEXT else [(False, True)])


CELL_OF_2_GB = """
with open(sys.argv[1], "wb") as file:
    file.write(b"a,b\\n" + b"1,2\\n" * 100_000 + b'3,"')
    file.truncate(2 * 2**30)
    file.seek(0, 2)
    file.write(b'"\\n4,5\\n')
try:
    read_records({"name": "field", "path": sys.argv[1]})
except ValueError as refusal:
    print(refusal)
"""


def test_a_cell_of_two_gigabytes_is_refused_in_little_memory(tmp_path):
    printed = run_in_child(
        CELL_OF_2_GB,
        tmp_path / "records.csv",
        imports="from robuust_files.tables import read_records",
        max_growth_gib=0.5,
    )
    assert "a row is longer than 8 MiB" in printed


# --- Laws


CELL = st.text(
    st.characters(codec="utf-8", exclude_characters="\0\r", categories=("L", "N", "P"))
    | st.sampled_from(",;\t|\"'\n =")
)


@settings(deadline=None)
@given(
    rows=st.lists(st.tuples(CELL, CELL, CELL), min_size=1),
    delimiter=st.sampled_from(",;|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_what_a_program_writes_is_read_back_equal(
    tmp_path_factory, rows, delimiter, encoding
):
    path = tmp_path_factory.mktemp("law") / "records.csv"
    with path.open("w", newline="", encoding=encoding) as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerows([("one", "two", "three"), *rows])
    found = read_text(path)
    wanted = [[None if cell in MISSING_WORDS else cell for cell in row] for row in rows]
    assert [list(row.values()) for row in found.to_pylist()] == wanted


@settings(deadline=None)
@given(
    width=st.integers(4, 6),
    n=st.integers(2, 8),
    lone=st.dictionaries(st.integers(0, 7), st.integers(0, 5)),
    delimiter=st.sampled_from(",;\t"),
)
def test_quotes_that_are_not_closed_lose_no_row(
    tmp_path_factory, width, n, lone, delimiter
):
    rows = [[f"{r}{c}" for c in range(width)] for r in range(n)]
    for row, column in lone.items():
        if row < n and column < width:
            rows[row][column] = '"' + rows[row][column]
    path = tmp_path_factory.mktemp("law") / "records.csv"
    names = "abcdef"[:width]
    path.write_text("".join(f"{delimiter.join(row)}\n" for row in [names, *rows]))
    try:
        table = read_text(path)
    except ValueError as refusal:
        assert "a quote is opened" in str(refusal)  # noqa: PT017
        return
    assert table.num_rows == n
    cells = [cell for row in table.to_pylist() for cell in row.values() if cell]
    for row in rows:  # and what is not in a column is in the raw text
        assert all(cell.strip('"') in "\n".join(cells) for cell in row)


@settings(deadline=None)
@given(st.integers(1, MAX_COLUMNS), st.sampled_from(",;\t|"))
def test_a_line_of_names_has_as_many_columns_as_it_was_written_with(n, delimiter):
    names = [f"c{k}" for k in range(n)]
    line = delimiter.join(names).encode()
    assert list(text_form(line, delimiter=delimiter).names) == names


@pytest.mark.parametrize("rows", [["1,2", "3,4"], ["1,2", "3"], ["1", "3,4,5", "6,7"]])
def test_no_row_is_lost_whatever_is_wrong_with_some(read, rows):
    assert read("a,b\n" + "\n".join(rows) + "\n").num_rows == len(rows)


# --- Real files


def test_the_real_macro_invertebrates_are_read_completely(shared_data):
    name = "vmm_macroinvertebrates_flanders_ex_west.csv.gz"
    path = shared_data / "data" / "flanders_kempen" / "records" / name
    table, crs = read_records({"name": "vmm", "path": str(path)})
    assert (table.num_rows, table.num_columns, crs) == (272_864, 25, None)
    assert "_unreadable" not in table.column_names
    assert table["indicatorgroep"].type == pa.dictionary(pa.int32(), pa.string())
    assert len(set(table["macroinvertebraat"].to_pylist())) == 263
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        row = list(csv.DictReader(file))[123_456]
    wanted = {name: cell or None for name, cell in row.items()}
    assert table.slice(123_456, 1).to_pylist() == [wanted]


def test_the_real_alien_species_are_read_completely(shared_data):
    name = "alien_macroinvertebrates_dwc_occurrence.csv"
    path = shared_data / "data" / "flanders_kempen" / "records" / name
    table, _ = read_records({"name": "alien", "path": str(path)})
    assert (table.num_rows, table.num_columns) == (2_133, 32)
    assert set(table["coordinateUncertaintyInMeters"].to_pylist()) == {"30"}
