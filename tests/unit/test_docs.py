"""The documents say what the code does: names, figures and links in docs/ hold."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from robuust.connectivity import connectivity_totals
from robuust.habitat_parts import habitat_parts
from robuust.hops import integral_index_of_connectivity, patch_importance_by_hops
from robuust.importance import patch_importance
from robuust.metapopulation import metapopulation_capacity
from robuust.network import dispersal_probability
from robuust.presets import check_presets, complete_source
from robuust.record_columns import find_columns
from robuust.reintroduction import QUESTIONS
from robuust.relicts import THREAT_STEPS
from robuust.robustness import CLASSES
from robuust.settings import validate_settings
from robuust.stability import EVIDENCE_FACTORS, PARAMETERS
from robuust.status_rules import STATUSES
from robuust.tracks import TRACKS
from robuust_files.tables import read_records

HOME = Path(__file__).parents[2]
DOCS = HOME / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
METHOD = (DOCS / "method.md").read_text(encoding="utf-8")
TABLES = (DOCS / "tables.md").read_text(encoding="utf-8")
SOURCES = (DOCS / "sources.md").read_text(encoding="utf-8")
GLOSSARY = (DOCS / "glossary.md").read_text(encoding="utf-8")
DECISIONS = sorted((DOCS / "decisions").glob("*.md"))


def page_name(path):
    return str(path.relative_to(HOME))


def settings():
    return yaml.safe_load((HOME / "config" / "config.yaml").read_text("utf-8"))


def workflow_rules():
    """Rules of the workflow, and the script that each one runs."""
    text = "\n".join(
        path.read_text(encoding="utf-8")
        for path in sorted((HOME / "workflow" / "rules").glob("*.smk"))
    )
    blocks = re.split(r"^(?:rule|checkpoint) (\w+):", text, flags=re.MULTILINE)[1:]
    scripts = [re.search(r'script:\s+"[./]*(\S+)"', b)[1] for b in blocks[1::2]]
    return dict(zip(blocks[::2], scripts, strict=True))


def rule_sections():
    """Of each rule that the method describes, its line of names and what follows."""
    parts = re.split(r"^Rule `(\w+)`", METHOD, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def section(text, heading):
    """What stands under a heading, up to the next of the same level or above."""
    level = len(heading.split()[0])
    after = text.split(f"\n{heading}\n", 1)[1]
    return re.split(rf"^#{{1,{level}}} ", after, flags=re.MULTILINE)[0]


def first_cells(text):
    """Words in code marks in the first cell of every table row."""
    cells = re.findall(r"^ *\|([^|]*)\|", text, flags=re.MULTILINE)
    return [word for cell in cells for word in re.findall(r"`([^`]+)`", cell)]


def in_code(text):
    """Everything that stands in code marks."""
    return re.findall(r"`([^`\n]+)`", text)


def table_columns(name):
    return pd.read_csv(HOME / "config" / f"{name}.csv", dtype=str, nrows=0).columns


def table_schema(name):
    path = HOME / "workflow" / "schemas" / f"{name}.schema.yaml"
    return yaml.safe_load(path.read_text(encoding="utf-8"))


# --- The method and the workflow ------------------------------------------------------


def test_the_method_describes_every_rule_once_and_no_other():
    found = re.findall(r"^Rule `(\w+)`", METHOD, flags=re.MULTILINE)
    assert sorted(found) == sorted(workflow_rules())


def test_the_view_of_all_chapters_names_every_rule():
    named = set(in_code(section(METHOD, "## In one view")))
    assert set(workflow_rules()) <= named


@pytest.mark.parametrize("rule", workflow_rules())
def test_a_rule_is_described_with_the_script_that_it_runs(rule):
    assert f"`{workflow_rules()[rule]}`" in rule_sections()[rule]


@pytest.mark.parametrize("rule", workflow_rules())
def test_a_rule_is_described_with_modules_that_its_script_imports(rule):
    names = rule_sections()[rule].split("\n\n", 1)[0]
    modules = set(re.findall(r"`(\w+)\.py`", names))
    script = (HOME / workflow_rules()[rule]).read_text(encoding="utf-8")
    imported = set(re.findall(r"^from robuust\.(\w+) import", script, re.MULTILINE))
    if rule == "publish_results":
        assert imported == {"runlog"}  # it copies files and thinks nothing
        return
    assert modules & imported


def test_every_module_of_the_library_is_named_in_the_method():
    modules = {path.name for path in (HOME / "scripts" / "robuust").glob("*.py")}
    named = {Path(word).name for word in in_code(METHOD)}
    assert modules - {"__init__.py"} - named == set()


@pytest.mark.parametrize("path", PAGES, ids=page_name)
def test_every_python_file_that_a_page_names_exists(path):
    places = (HOME, HOME / "scripts", HOME / "scripts" / "robuust")
    named = [
        word
        for word in in_code(path.read_text(encoding="utf-8"))
        if re.fullmatch(r"[\w/]+\.(py|smk|yaml|csv)", word)
    ]
    config = HOME / "config"
    missing = [w for w in named if not any((p / w).exists() for p in (*places, config))]
    own = {"my_species_groups.csv", "my.yaml", "my_map.yaml", "my_counts.yaml"}
    own |= {"tellingen.csv"}  # all of these the reader's
    assert set(missing) - own == set()


def test_every_file_between_the_steps_has_the_name_that_the_workflow_gives_it():
    rules = "\n".join(
        path.read_text(encoding="utf-8")
        for path in (HOME / "workflow" / "rules").glob("*.smk")
    )
    made = set(re.findall(r'"<(?:results|today)>/([\w/{}]+\.\w+)"', rules))
    made |= set(re.findall(r'"<results>_{scenario}/([\w/]+\.\w+)"', rules))
    made = {path.replace("{group}", "<group>") for path in made}
    kinds = (".parquet", ".tif", ".made")
    named = {word for word in in_code(METHOD) if word.endswith(kinds)}
    paths = {word for word in named if "/" in word}
    assert paths - made == set()
    assert {path for path in made if path.startswith("<group>/")} - paths == set()


# --- The method and the results -------------------------------------------------------


def output_layers():
    columns = pd.read_csv(HOME / "config" / "output_columns.csv", dtype=str)
    return list(columns["layer"].unique())


def test_the_method_says_what_every_layer_is_for():
    told = first_cells(section(METHOD, "## Which file for which question"))
    files = [word for word in told if "." in word]
    assert sorted(set(told) - set(files)) == sorted(output_layers())


def test_the_method_says_which_step_makes_every_layer():
    steps = METHOD.split("## Which file for which question")[0]
    assert set(output_layers()) <= set(in_code(steps))


def test_the_method_names_every_file_that_is_published():
    results = (HOME / "workflow" / "rules" / "results.smk").read_text("utf-8")
    published = set(re.findall(r'update\("<results>/([\w.]+)"\)', results))
    told = set(first_cells(section(METHOD, "## Which file for which question")))
    assert published
    assert published <= told


def test_settings_that_the_documents_name_exist():
    config = settings()
    sections = [key for key, value in config.items() if isinstance(value, dict)]
    pattern = rf"(?:{'|'.join(sections)})\.[a-z_0-9]+"
    for path in PAGES:
        for word in in_code(path.read_text(encoding="utf-8")):
            if re.fullmatch(pattern, word) and not word.endswith((".py", ".csv")):
                part, key = word.split(".")
                assert key in config[part], f"{page_name(path)}: {word}"


# --- The method and its figures -------------------------------------------------------


def test_the_hand_example_has_the_figures_that_the_library_computes():
    capacity, a, b = [10.0, 5.0, 20.0], [0, 1, 0], [1, 2, 2]
    p = dispersal_probability([1000, 1000, 3000], d0_m=1000, p0=0.5)
    total = connectivity_totals(capacity, a, b, p, p_min=1e-4)
    table = section(METHOD, "### The hand example")
    text = " ".join(table.split())
    assert f"**{total.pcnum:.0f}** ha²" in text
    assert f"**{np.sqrt(total.pcnum):.6f}** ha" in text
    parts = total.intra, total.direct, total.step
    assert "Intra {:.0f}, direct {:.0f}, step {:.0f}".format(*parts) in text
    iicnum = integral_index_of_connectivity(capacity, [0, 1], [1, 2])
    assert f"**{iicnum:.4f}**" in text
    measured = patch_importance(capacity, a, b, p, p_min=1e-4)
    hops = patch_importance_by_hops(capacity, [0, 1], [1, 2])
    names = ("dpc", "dpc_intra", "dpc_flux", "dpc_connector")
    for k, patch in enumerate("ABC"):
        figures = [measured[name][k] for name in names] + [hops["diic"][k]]
        row = re.search(rf"^\| {patch} \|(.*)\|$", table, re.MULTILINE)[1]
        told = [float(cell) for cell in row.split("|")]
        assert told == pytest.approx(figures, abs=5e-7)
    chance = np.exp(-np.array([2.0, 4.0, 3.0]))
    links = ([0, 0, 1], [1, 2, 2], chance)
    area = [1, 1.5, 0.5]
    with_self = metapopulation_capacity(area, *links, exponent=0.5)[0]
    without = metapopulation_capacity(area, *links, exponent=1, itself=False)[0]
    assert f"{with_self:.10f}" in text
    assert f"{without:.10f}" in text


@pytest.mark.parametrize(
    ("words", "heading"),
    [
        (CLASSES, "### The land, from habitat alone"),
        (STATUSES, "### The populations, from habitat and records"),
        (TRACKS, "### Candidates"),
        (QUESTIONS, "### The populations, from habitat and records"),
        (tuple(EVIDENCE_FACTORS), "### The land, from habitat alone"),
    ],
    ids=["classes", "statuses", "tracks", "questions", "evidence"],
)
def test_decision_tables_have_the_rows_of_the_code_in_the_same_order(words, heading):
    told = [word for word in first_cells(section(METHOD, heading)) if word in words]
    assert told == list(words)


@pytest.mark.parametrize("page", [METHOD, TABLES], ids=["method", "tables"])
def test_the_ranges_of_weak_evidence_are_those_of_the_code(page):
    for word, (low, high) in EVIDENCE_FACTORS.items():
        row = re.search(rf"^ *\| `{word}` \|(.*)\|$", page, re.MULTILINE)[1]
        figures = [float(text) for text in re.findall(r"\d+(?:\.\d+)?", row)]
        assert figures == [low, high]


def test_the_values_that_are_drawn_are_those_of_the_code():
    told = section(METHOD, "### The land, from habitat alone")
    told = told.split("**How sure is it?**")[1].split("evidence table")[0]
    assert {word for word in in_code(told) if "." not in word} == set(PARAMETERS)


def test_the_threat_of_each_red_list_code_is_that_of_the_code():
    told = " ".join(METHOD.split())
    assert "Threat is RE or CR 1, EN 0.8, VU 0.6, NT 0.4, else 0.2" in told
    share = {code: steps / 5 for code, steps in THREAT_STEPS.items()}
    assert share == {"RE": 1, "CR": 1, "EN": 0.8, "VU": 0.6, "NT": 0.4}


# --- The tables -----------------------------------------------------------------------


def table_names():
    return list(settings()["tables"])


def test_every_table_of_the_settings_has_a_section():
    headings = re.findall(r"^## `(\w+)\.csv`$", TABLES, flags=re.MULTILINE)
    assert sorted(headings) == sorted(table_names())


@pytest.mark.parametrize("name", table_names())
def test_every_column_of_a_table_is_explained(name):
    told = first_cells(section(TABLES, f"## `{name}.csv`"))
    assert sorted(told) == sorted(table_columns(name))
    assert set(told) <= set(table_schema(name)["properties"])


# --- The sources ----------------------------------------------------------------------

OWN_PRESET = "## A preset of your own"


def schema(name):
    path = HOME / "workflow" / "schemas" / f"{name}.schema.yaml"
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def blocks(text, language):
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def test_every_preset_has_a_row_in_the_section_of_its_kind():
    headings = {"habitat": "## Habitat maps", "records": "## Records of species"}
    for path in (HOME / "config" / "presets").glob("*.yaml"):
        kind = yaml.safe_load(path.read_text(encoding="utf-8"))["kind"]
        assert path.stem in first_cells(section(SOURCES, headings[kind])), path.stem


def test_every_key_that_a_preset_may_have_is_explained():
    told = first_cells(section(SOURCES, OWN_PRESET))
    assert sorted(told) == sorted(schema("preset")["properties"])


def test_every_column_of_records_that_the_settings_know_is_explained():
    told = first_cells(section(SOURCES, "## Records of species"))
    columns = schema("config")["$defs"]["records"]["properties"]["columns"]
    assert set(columns["properties"]) <= set(told)


def test_the_settings_in_the_examples_are_allowed():
    config_schema = schema("config")
    for text in blocks(SOURCES, "yaml"):
        example = yaml.safe_load(text)
        entries = example.get("sources", {"records": [example]})
        if "preset" in example:
            continue  # the file of a preset
        whole = settings()
        for kind, sources in entries.items():
            whole["sources"][kind] = [{"name": "a", "path": "a"} | s for s in sources]
        problems = validate_settings(whole, config_schema)
        ours = [p for p in problems if p.column != "sources.habitat"]  # none there
        assert ours == [], text


def test_the_worked_example_of_own_presets_reads_its_file(tmp_path):
    example = section(SOURCES, OWN_PRESET)
    my_map, my_counts, entries = map(yaml.safe_load, blocks(example, "yaml"))
    presets = {"my_map.yaml": my_map, "my_counts.yaml": my_counts}
    assert all(len(text.splitlines()) <= 10 for text in blocks(example, "yaml")[:2])
    assert check_presets(entries, presets, schema("preset"), shipped=["bwk"]) == []
    (tmp_path / "tellingen.csv").write_text(blocks(example, "csv")[0], "utf-8")
    (source,) = entries["sources"]["records"]
    source = complete_source(source, presets)
    table, _ = read_records(source | {"path": str(tmp_path / source["path"])})
    columns = find_columns(table.schema, source, "tellingen.csv")
    assert table.num_rows == 3
    assert columns == {
        **{"species": "soort", "x": "hok_x", "y": "hok_y"},
        **{"date": "dag", "count": "aantal"},
    }
    rows = {f"{stem}{k}": ["matig"] for stem in ("KWAL",) for k in (1, 2)}
    rows |= {"TYPE1": ["4010"], "AANDEEL1": [70], "TYPE2": ["geen"], "AANDEEL2": [30]}
    (source,) = entries["sources"]["habitat"]
    parts = habitat_parts(pd.DataFrame(rows), complete_source(source, presets), "map")
    assert parts["code"].tolist() == ["4010", "gh"]
    assert parts["share"].tolist() == [0.7, 0.3]
    assert parts["quality"].tolist() == [0.5, 0.5]


# --- The glossary ---------------------------------------------------------------------


def glossary_rows():
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", GLOSSARY, re.MULTILINE)
    return [row for row in rows if row[0] != "word" and not row[0].startswith("---")]


def test_the_glossary_has_each_word_once():
    words = [word.casefold() for word, _, _ in glossary_rows()]
    assert len(words) > 20
    assert sorted(set(words)) == sorted(words)


def test_the_glossary_explains_every_class_status_and_track():
    told = GLOSSARY.casefold()
    for word in (*CLASSES[:1], "key patch", "network", *STATUSES, *TRACKS):
        assert word in told


def test_every_row_of_the_glossary_has_a_dutch_word_and_an_explanation():
    assert all(nl.strip() and what.strip() for _, nl, what in glossary_rows())


# --- Links, decisions, paths ----------------------------------------------------------


def anchors(text):
    """Names that headings get as the target of a link."""
    headings = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    kept = [re.sub(r"[^\w\- ]", "", heading.casefold()) for heading in headings]
    return {heading.strip().replace(" ", "-") for heading in kept}


@pytest.mark.parametrize("path", [*PAGES, HOME / "README.md"], ids=page_name)
def test_internal_links_lead_somewhere(path):
    text = path.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        linked = path.parent / file if file else path
        assert linked.exists(), f"{page_name(path)}: {target}"
        if anchor:
            assert anchor in anchors(linked.read_text(encoding="utf-8"))


def test_decisions_are_numbered_without_gaps_and_named_by_their_title():
    numbers = [path.name[:5] for path in DECISIONS]
    assert numbers == [f"{k:04}-" for k in range(1, len(DECISIONS) + 1)]
    for path in DECISIONS:
        first = path.read_text(encoding="utf-8").splitlines()[0]
        assert first.startswith(f"# {path.name[:4]} ")


@pytest.mark.parametrize("path", DECISIONS, ids=page_name)
def test_a_decision_says_context_decision_and_consequence_on_half_a_page(path):
    text = path.read_text(encoding="utf-8")
    places = [text.find(f"**{w}.**") for w in ("Context", "Decision", "Consequence")]
    assert -1 < places[0] < places[1] < places[2]
    assert len(text.split()) <= 350


@pytest.mark.parametrize("path", PAGES, ids=page_name)
def test_no_page_names_a_path_of_one_machine(path):
    text = path.read_text(encoding="utf-8")
    machine = r"(?<![\w.>])/(?:work|tmp|home|root|mnt|Users|usr|opt|var)\b|[A-Z]:\\"
    assert re.findall(machine, text) == []
