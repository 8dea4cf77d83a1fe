"""The data dictionary says of every column what the layers themselves carry."""

from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

from robuust.data_dictionary import dictionary_page
from robuust.output_layers import LAYERS

HOME = Path(__file__).parents[2]
COLUMNS = pd.read_csv(
    HOME / "config" / "output_columns.csv", keep_default_na=False, encoding="utf-8-sig"
)
TEMPLATE = (HOME / "workflow" / "templates" / "data_dictionary.html.j2").read_text(
    encoding="utf-8"
)


class Cells(HTMLParser):
    """The text of a page, and its targets and links."""

    def __init__(self):
        super().__init__()
        self.words, self.ids, self.links, self.tags = [], [], [], []

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.tags.append(tag)
        self.ids += [found["id"]] if "id" in found else []
        self.links += [found["href"]] if "href" in found else []

    def handle_data(self, data):
        self.words.append(data.strip())


def page(columns=COLUMNS, language="nl", title="Proef"):
    return dictionary_page(TEMPLATE, columns, title=title, language=language)


def read(text):
    cells = Cells()
    cells.feed(text)
    return cells


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_column_is_there_with_its_words_in_both_languages(language):
    told = " ".join(read(page(language=language)).words)
    for row in COLUMNS.itertuples():
        assert row.column in told
        assert f": {row.description_nl}" in told
        assert f": {row.description_en}" in told


def test_every_layer_has_a_heading_that_the_contents_lead_to():
    cells = read(page())
    names = [layer.name for layer in LAYERS]
    assert cells.ids == names
    assert cells.links == [f"#{name}" for name in names]


def test_codes_are_explained():
    told = read(page()).words
    assert "stronghold" in told
    assert "bolwerk" in told


def test_a_hostile_title_or_description_does_not_run():
    spoilt = COLUMNS.assign(description_nl="<script>alert(1)</script>")
    cells = read(page(spoilt, title="<img src=x onerror=alert(1)>"))
    assert "script" not in cells.tags
    assert "img" not in cells.tags
