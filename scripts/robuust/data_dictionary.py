"""The data dictionary: every layer, table and column of the results, on one page.

It is made from config/output_columns.csv and the descriptions of the layers, which are
also what the layers themselves carry.
"""

from robuust.code_words import code_words
from robuust.output_layers import LAYERS
from robuust.templates import fill


def dictionary_page(template, output_columns, *, title, language):
    """Write the page that explains every column, in Dutch and in English.

    Parameters
    ----------
    template : str
        Text of ``workflow/templates/data_dictionary.html.j2``.
    output_columns : DataFrame
        The contract of all layers; see `robuust.output_contract.check_output_columns`.
    title : str
        Name of the area.
    language : str
        ``nl`` or ``en``: the one that comes first.

    Returns
    -------
    str
        HTML.
    """
    columns = dict(list(output_columns.groupby("layer", sort=False)))
    return fill(
        template,
        title=title,
        language=language,
        languages=("nl", "en") if language == "nl" else ("en", "nl"),
        layers=[
            {
                "name": layer.name,
                "geometry": layer.geometry_type or "",
                "title": {lang: layer.title(lang) for lang in ("nl", "en")},
                "description": {lang: layer.description(lang) for lang in ("nl", "en")},
                "columns": [
                    _column(layer.name, row) for row in columns[layer.name].itertuples()
                ],
            }
            for layer in LAYERS
        ],
    )


def _column(layer, row):
    """Gather what the page tells of one column, by language where that differs."""
    languages = ("nl", "en")
    return {
        "name": row.column,
        "type": row.type,
        "unit": row.unit,
        "alias": {lang: getattr(row, f"alias_{lang}") for lang in languages},
        "description": {
            lang: getattr(row, f"description_{lang}") for lang in languages
        },
        "codes": {lang: code_words(layer, row.column, lang) for lang in languages},
    }
