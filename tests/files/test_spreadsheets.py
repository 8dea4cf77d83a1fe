"""Spreadsheets: every cell as the text a user sees, and no workbook that breaks us."""

import base64
import datetime as dt
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robuust_files.sheet_process import sheet_table
from robuust_files.spreadsheets import read_spreadsheet
from robuust_files.tables import read_records

ROWS = [
    ["soort", "datum", "x", "aantal"],
    ["Hyla arborea", dt.date(2020, 2, 3), 186_600.5, 3],
    ["Drosera", dt.datetime(2021, 4, 5, 6, 7), 222_900.0, None],
]
CELLS = {
    "soort": ["Hyla arborea", "Drosera"],
    "datum": ["2020-02-03", "2021-04-05T06:07:00"],
    "x": ["186600.5", "222900"],
    "aantal": ["3", None],
}
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
OFFICE = "urn:oasis:names:tc:opendocument:xmlns"

# Columns soort, datum, x and one row, written by xlwt; packed here, as it is long.
XLS = (
    "c-rk)O=uHA6#i!OAKPRTQ=t_~C|I?&2l3*i-73|dQmPlV2%5AxNHvi(f_kx9a})$mikC_~c(CflA"
    "5_qr2ce<|K@bu>_9Q5HXtTceva4xTXiy84`Ih<S&6{~UZ|CRD?!KCfm8b8uRj>?w@Stjk;IGpuN+"
    "Gvkg6eIXMK=#pvNhHeLP45HzYmX_Uj}#%dA=(!aM$~s82CWxFiv79pUWm!5xd2Qv|=B6i50GsCW2"
    "P+DlR-Kyk7W@w0t7mFPcljz0|g>Mlfd$b?tOk@j;_Q>LTF#J`kICqS=lXyx>)Q?y{=2^<h`xSo-)"
    "Ht7!K&VFomzgV|iRz~v}zA`BcN^rTWf0|R9wXtHPU#ZCgB-Cg}Gsr9R?S0Me@rTV~c^g)`$<@zgz"
    "7np>7R5nS80<_;-TMH8l=m5){e85CLUno*OmM)$;LF?tT2N=oEhdHWC6fl=Wfo9nqO~hk}iX4+YV"
    "v-vRw?4g2WrnRIqM4M)UppT*u{*GFo-N2YA~l9E^@lEzw+Ua6yKWS@O*lb*Qr<b-;s|@Eq|HUC?W"
    "BHo2;Nwm>*OsYm*)39Y%hJZwvs$MSUH=ReQQnA^M}ZLCD#<XRkyl!mGQ`ObLGU6_rk3|#g(98I=<"
    "V^AsEFX?<7J@xK`rPQQu33GgfS^eqpV|n#bcQ_0QhLk-5!QH%8ZyWuFnpeHpa=y7M;-4Gj$q4Gj$"
    "q4UIp8a^B88KfV*>?LXlB*IA@g)xSypTkJ=kt|EO@?m>?70?stFem20T+<U1N+PMD<83(BM0>+UM"
    "KgJtgzx4H{>Yr!DhUVYfLXGxcZN$%i-2XS~PtTq"
)

# Columns soort, datum, x and two rows, written by pyxlsbwriter 0.1.0.
XLSB = (
    "c-"
    "rMyU2GIp6h3!m+AdP)KtX;4vMg94ba%Etw18d8Pa!r4Zlp$nm}a^=ZP)J3tTR*G#%LB$P+vr}RwJMiLS"
    "lRne;&nGA9zw<Osp~f6p<1Fn)nwCo_l9zXLfe`1L=$LPVUUTXYTpVx#ymH?wN`2;)MlZm6dQJBMuL90J"
    "JVfN-ixurRf7kzoM9i#2yWio|Jlsz^i1@MS+7Y7V9m$(DrLY1Ydccz>8$XDDS0F&ZMV5LY5aZU2i9L3$"
    "+3M4YHc|!4fDfFA+FO;ND6C++4^H2e=BTgE79EY8QZd#&VR0w)q8)T1QCReBywLE{(GlfVmFs7!R+wBJ"
    "!39q`(pfvYvRfqs&#+wB_huRZZ+3VLi_7F)>TX<RA`Eg-"
    "9G0S_a0pREV6%5FMXaZiOY>)L;UoR67IdEKd*^5w^KDE@x+$Vl8O@UCR?VkJvK=zU4U)M)_zjE0@}xr#"
    "0wu;n~E>SA{1vI4(>+zgYAOtb@Y@;zh3f^^NNbm*W^(SCzPOx2~kU4jrNWw)R{m9XzP$MoLp-"
    "p@v8_6jaoNmQ1OAvCt!3JHs17LBo{Qq@31NB^DY|j8OaLyV@RB(z1y>Mt>@61QA3vVxfN1%x;n-"
    "Bhjy9WFw+w6&2s~YI;UCv8(q<SvfHv_bF0iG}<ERUW||rG}xJph4jv3LnzoalvPT=GpU5G8CtIyNoW~K"
    ">+MY?%E3yx^tO~L>qDJtQpq8ftoJEqEY#x?nKeQZ%9n~}wYk{3pB*{bPq!<rD@v^E$6HHd2?Wb{4F;NG"
    ";8WLje~?4>rj>5Y$F^&#si<Z*owxCL1WkCy%fuk=aCs7z8ex-"
    "S(B<h+dgZ~i8QhUWx}^!VT+r6nS|&N0O{Wsfiqb(f8Oa!7C6`dr5oV}}Wv56+#?{-"
    "Q$~|cXhsd`5%Lt%OI)#Mdd4%mbM2g&C9S)dC1bsEJ1c&h<w7#B7D#5s{n|tI84wGyb=+U%+$jn+|5@{t"
    "T({#lam{Gzs1eENMX^O$2jOkHhvY8m>P+Bo=%W8~cQp|o?SCV^89e2g;L3<gkNWeCZF9PJp|NLSt##UN"
    "qBgKlS|M56l2HXm!9a>^AgSIOdREtNrQPsa8rVOeVLW|DRbc5C!H>f%QM+oFeqd$VuLp29!b{w{{dka+"
    "Hy%CzB3GXfNCaDg3PD^@>@->hj5u0gP-VU4K02uHjVi?%!0tKHY48eYoAqy$&4Z=S5wg=zWfpZQYT70;"
    "GDq(FvdEKBw0(8V|!1mL4Z-Mm?g$>Ywt&I>yc{{P!imhh6TeJ<>UXSfCj%tRjSfj{E@fsMt6`o-"
    "dq%tQ+9UQZBF*h}sV`rq+`_oopdHQaEPg0mz)B)`CBucp#2)s<-"
    "Bw6ZY6*M8zp%b&y2G%#=IDzju7~|jyC;AheA2?XEbEVUx>(-"
    "4^OrgO{G^LJHlCdSD@nl3&*ogbxwR7%N-"
    "&17i`YRlhNi*Y{@7?%vcTb$9!B4<jgup5RR}S7630V!#`7@qqbmMnTcx=)-"
    "$8sMxu)NN}&w@Zj)z_b8C+m=X9YC{Z@S@KoUI*}??#F8rqt>rD2i22|zAV6xf<QG~w`LUY$L*xF$}-"
    "a}u8R4XjOIw833R;EfdoEfdG)o)209t`p#ZMpPXc^nO(5LCQef-L;}*ZwUF+K^;f{GTfHEq;m^J-"
    "KQ&CPjz1AfGezn*o(JNd;H~vk4Uj#v5@4O=EJ4!k0p%6wnS3&_oJX}`<7`LP`%g!t8m*V{tUFN75z`6%"
    "CT#O7`7!@7hssMlSR4e$Khnswywx}h$n2V>;!S}N0L0h}ACUGGLk-"
    "w3Riev8}BAT924<fA(9nNIY;vXKp99JF21MqubtpmT8`9*^5sPe3T1mJ1_R@-"
    "~zya*qOELbjN%B4^RWf~|Si}0a{C?o#Fw7qh8Su469txK)lWgU6m5dD8V{@hHeaPpPU%rMa^r%dBaDr4"
    "tG1x-"
    "Ae)db?3W>kDp?&NAwl8a553&hUsR}^f~y1)+Rew4RKfS&ZU*4D6xfm@4iSJNRR+2KR?Uu_lJ(mAMI&I0"
    "-a%=u*u_A)Z`Fg69-wX@mZh5bkvhj-{1L%0R}#J`A~l4p@-"
    "qO{zP;{Q5#Q7&@R`d0S?`aeir!25)$K2QBv{%=qh>#$Jvi_{O`&y8Jxb%CNx+0W?D0A0psXO-"
    "lGerEsq?=oMQ?aK!Itp4EUvffiOS*Y{l_`TM}d1+pGACB*;sH7ui;nj`OSF-<d{{qc-soV"
)


def write_xlsx(path, **sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def write_ods(path, rows):
    """Write a table of text as OpenDocument."""
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p>'
            "</table:table-cell>"
            for cell in row
        )
        + "</table:table-row>"
        for row in rows
    )
    spaces = " ".join(
        f'xmlns:{n}="{OFFICE}:{n}:1.0"' for n in ("office", "table", "text")
    )
    content = (
        f"<office:document-content {spaces}><office:body><office:spreadsheet>"
        f'<table:table table:name="s">{cells}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", f'<m:manifest xmlns:m="{OFFICE}"/>')
        archive.writestr("content.xml", content)
    return path


def write_raw_xlsx(path, sheet_data):
    """Write a workbook whose one sheet has this XML."""
    types = "http://schemas.openxmlformats.org/package/2006/content-types"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{types}"/>',
        "_rels/.rels": f'<Relationships xmlns="{package}"><Relationship Id="r1" Type='
        f'"{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>'
        '<sheet name="s" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}"><Relationship'
        f' Id="r1" Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
        "</Relationships>",
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}"><sheetData>'
        f"{sheet_data}</sheetData></worksheet>",
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return path


def read(path, **keys):
    return read_records({"name": "field", "path": str(path)} | keys)[0]


# --- Cells


def test_dates_become_iso_text_and_whole_numbers_lose_their_point(tmp_path):
    assert read(write_xlsx(tmp_path / "r.xlsx", s=ROWS)).to_pydict() == CELLS


def test_an_open_document_is_read_too(tmp_path):
    table = read(write_ods(tmp_path / "r.ods", [["a", "b"], ["x", "1"]]))
    assert table.to_pydict() == {"a": ["x"], "b": ["1"]}


def test_a_binary_workbook_is_read_too(tmp_path):
    path = tmp_path / "r.xlsb"
    path.write_bytes(zlib.decompress(base64.b85decode(XLSB)))
    assert read(path).to_pydict() == {
        "soort": ["Hyla arborea", "Zoë"],
        "datum": ["2020-02-03", None],
        "x": ["186600.5", "3"],
    }


def test_a_workbook_of_the_old_excel_is_read_too(tmp_path):
    path = tmp_path / "r.xls"
    path.write_bytes(zlib.decompress(base64.b85decode(XLS)))
    assert read(path).to_pydict() == {
        "soort": ["Zoë"],
        "datum": ["2020-02-03"],
        "x": ["186600"],
    }


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (True, "true"),
        (dt.time(3, 4), "03:04:00"),
        (1e15, "1000000000000000.0"),
        (0.1, "0.1"),
        ("007", "007"),
        ("NA", None),
        ("'=1+1", "'=1+1"),
        ("@SUM(A1)", "@SUM(A1)"),
        ("one\ntwo", "one\ntwo"),
    ],
)
def test_a_cell_is_read_as_the_text_it_stands_for(tmp_path, cell, text):
    path = write_xlsx(tmp_path / "r.xlsx", s=[["id", "cell"], ["1", cell]])
    assert read(path)["cell"].to_pylist() == [text]


def test_a_formula_counts_as_the_value_stored_with_it(tmp_path):
    cells = '<row r="1"><c r="A1" t="str"><v>x</v></c></row>'
    cells += '<row r="2"><c r="A2"><f>HYPERLINK("http://x")</f><v>7</v></c></row>'
    assert read(write_raw_xlsx(tmp_path / "r.xlsx", cells)).to_pydict() == {"x": ["7"]}


def test_blank_rows_and_columns_around_the_table_are_left_out(tmp_path):
    rows = [[], [None, "a", None, "b"], [], [None, "1", None, "2"], [None, None]]
    table = read(write_xlsx(tmp_path / "r.xlsx", s=rows))
    assert table.to_pydict() == {"a": ["1"], "b": ["2"]}


# --- Sheets


def test_the_layer_names_the_sheet(tmp_path):
    path = write_xlsx(tmp_path / "r.xlsx", one=[["a"], [1]], two=[["b"], [2]])
    assert read(path, layer="two").column_names == ["b"]
    with pytest.raises(ValueError, match=r"one.*two; say which one to read as `layer`"):
        read(path)
    with pytest.raises(ValueError, match="no sheet 'three'; the spreadsheet holds"):
        read(path, layer="three")


def test_empty_and_hidden_sheets_do_not_count(tmp_path):
    path = write_xlsx(tmp_path / "r.xlsx", one=[["a"], [1]], two=[["b"]], three=[])
    book = openpyxl.load_workbook(path)
    book["two"].sheet_state = "hidden"
    book.save(path)
    assert read(path).column_names == ["a"]


# --- What is refused


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "none that is visible has cells"),
        ([["a", "b", "a"]], "more than one column named a"),
        ([[f"c{k}" for k in range(2_001)]], "2001 columns; at most 2000"),
    ],
)
def test_sheets_that_are_no_table_are_refused(tmp_path, rows, words):
    with pytest.raises(ValueError, match=words):
        read(write_xlsx(tmp_path / "r.xlsx", s=rows))


def test_two_cells_in_opposite_corners_break_nothing(tmp_path):
    cells = '<row r="1"><c r="A1"><v>1</v></c></row>'
    cells += '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    path = write_raw_xlsx(tmp_path / "r.xlsx", cells)
    with pytest.raises(ValueError, match=r"more than 4 GiB.*save the sheet.*as CSV"):
        read(path)


def test_a_sheet_that_unpacks_without_end_is_refused(tmp_path):
    path = write_raw_xlsx(tmp_path / "r.xlsx", "<row/>" * 60_000_000)
    with pytest.raises(ValueError, match="times as large as packed"):
        read(path)


def test_the_memory_of_the_reader_is_bounded(tmp_path):
    filler = [[f"a text of row {row}"] * 300 for row in range(1_000)]
    path = write_xlsx(tmp_path / "r.xlsx", s=[[f"c{k}" for k in range(300)], *filler])
    with pytest.raises(ValueError, match=r"broke down.*more than 0.0195 GiB"):
        read_spreadsheet(path, max_memory_bytes=20 * 2**20)
    assert len(read_spreadsheet(path, max_memory_bytes=300 * 2**20)) == 1_000


def test_what_the_libraries_map_does_not_count_as_memory_of_the_sheet(tmp_path):
    path = write_xlsx(tmp_path / "r.xlsx", s=ROWS)  # they map more than this
    assert len(read_spreadsheet(path, max_memory_bytes=100 * 2**20)) == 2


def test_damaged_workbooks_are_refused(tmp_path):
    path = write_xlsx(tmp_path / "r.xlsx", s=ROWS)
    whole = path.read_bytes()
    path.write_bytes(whole[:-40])
    with pytest.raises(ValueError, match="cut off"):
        read(path)
    path.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 2_000)
    with pytest.raises(ValueError, match=r"the spreadsheet is damaged|broke down"):
        read(path)
    write_raw_xlsx(path, '<row r="1"><c r="A1"><v>1</v>')
    with pytest.raises(ValueError, match="the spreadsheet is damaged"):
        read(path)


def test_an_entity_in_a_sheet_is_not_expanded(tmp_path):
    bomb = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    cells = '<row r="1"><c r="A1" t="str"><v>n</v></c></row>'
    cells += '<row r="2"><c r="A2" t="str"><v>&b;</v></c></row>'
    path = write_raw_xlsx(tmp_path / "r.xlsx", cells)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = bomb.encode() + parts[sheet]
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    try:
        texts = read(path)["n"].to_pylist()
    except ValueError:
        return
    assert "haha" not in str(texts)


def test_programs_in_the_working_folder_are_not_run(tmp_path, monkeypatch):
    path = write_xlsx(tmp_path / "r.xlsx", s=ROWS)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "robuust_files.py").write_text("raise SystemExit('not this one')")
    assert read(path).num_rows == 2


# --- Laws

CELL = st.one_of(
    st.none(),
    st.text(st.characters(codec="ascii", categories=("L", "N", "P")), min_size=1),
    st.integers(-(10**9), 10**9),
    st.dates(dt.date(1901, 1, 1), dt.date(2100, 1, 1)),
)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(st.integers(0), CELL, CELL), min_size=1, max_size=20))
def test_what_a_program_writes_is_read_back(tmp_path_factory, cells):
    path = tmp_path_factory.mktemp("law") / "r.xlsx"
    rows = [[f"id{k}", a, b] for k, (_, a, b) in enumerate(cells)]
    rows = [[c if c != "=" else "-" for c in row] for row in rows]
    frame = pd.DataFrame(rows, columns=["id", "a", "b"], dtype=object)
    with pd.ExcelWriter(path, engine="openpyxl", date_format="yyyy-mm-dd") as writer:
        frame.to_excel(writer, index=False)
    table = sheet_table(path)
    null = {None, "NA", "NaN", "nan", "NULL", "null"}
    for name in table.column_names:
        wanted = [None if c in null else str(c) for c in frame[name]]
        found = table[name].to_pylist()
        formula = [str(c).startswith("=") for c in frame[name]]
        assert [f for f, is_one in zip(found, formula, strict=True) if not is_one] == [
            w for w, is_one in zip(wanted, formula, strict=True) if not is_one
        ]


# --- A real workbook


def test_the_real_table_of_species_traits_is_read_completely(shared_data):
    path = shared_data / "data/flanders_kempen/species_parameters"
    table = read(path / "Soorten_bwk_afstanden.xlsx")
    assert table.num_rows == 322
    assert len(set(table["Soort"].to_pylist())) == 249
    assert table["Dispersiecap_m"].null_count == 149
    assert table["AfstandBiotopen_m"].null_count == 3
    assert set(np.diff(table["MinOpp_ha"].cast("double").to_numpy())) != {0.0}


def test_the_reading_process_tells_its_refusal_on_one_line(tmp_path):
    path = tmp_path / "r.xlsx"
    path.write_text("no spreadsheet")
    run = subprocess.run(
        [sys.executable, "-m", "robuust_files.sheet_process", path, "out", str(2**32)],
        env={"PYTHONPATH": str(Path(__file__).parents[2] / "scripts")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 3
    assert run.stderr.splitlines()[-1].startswith("the spreadsheet is damaged")
