"""How tables and forms in QGIS show a column: heading, words for codes, decimals."""

from robuust.code_words import OPEN, code_words

#: Decimals by unit; a column without a unit may be tiny, so it is written in full.
DECIMALS = {"ha": 2, "m": 0, "m2": 0, "EUR": 0, "RU": 1, "0-1": 2}
LANGUAGES = ("nl", "en")
_TRUTH = {"nl": {"true": "ja", "false": "nee"}, "en": {"true": "yes", "false": "no"}}


def open_codes(rows, columns):
    """Find the codes of a run in the columns where anybody may add some.

    Parameters
    ----------
    rows : DataFrame
        Rows of the layer or table.
    columns : iterable of str
        Names of its columns.

    Returns
    -------
    dict of str to list of str
        Values in order, by column; columns of `OPEN` only.
    """
    return {
        column: sorted(rows[column].dropna().unique().tolist())
        for column in columns
        if column in OPEN and column in rows
    }


def form_fields(layer, columns, language, *, codes=None, groups=None):
    """Say of every column how QGIS shows it.

    Parameters
    ----------
    layer : str
        Name of the layer or table.
    columns : DataFrame
        Rows of output_columns.csv for this layer, in order.
    language : str
        ``nl`` or ``en``.
    codes : dict of str to list of str, optional
        Result of `open_codes`.
    groups : dict of str to str, optional
        Name of each species group, for people.

    Returns
    -------
    list of dict
        Per column: name, alias, type, `words` (code to word; empty without codes),
        `decimals` (or None), `is_sentence`, and `is_hidden` for what stands beside it
        in the other language.
    """
    names = set(columns["column"])
    (other,) = set(LANGUAGES) - {language}
    fields = []
    for row in columns.itertuples():
        stem, _, ending = row.column.rpartition("_")
        twin = f"{stem}_{language}"
        fields.append(
            {
                "name": row.column,
                "alias": getattr(row, f"alias_{language}"),
                "type": row.type,
                "words": _words(layer, row, language, codes or {}, groups or {}),
                "decimals": DECIMALS.get(row.unit) if row.type == "real" else None,
                "is_sentence": stem in ("reason", "gains", "flips", "remark"),
                "is_hidden": ending == other and twin in names,
            }
        )
    return fields


def form_groups(fields, language):
    """Divide the columns over a form: the reason first, then words, then figures.

    Parameters
    ----------
    fields : list of dict
        Result of `form_fields`.
    language : str
        ``nl`` or ``en``.

    Returns
    -------
    list of dict
        Per box of the form: title, number of columns, and its fields.
    """
    shown = [f for f in fields if not f["is_hidden"]]
    sentences = [f for f in shown if f["is_sentence"]]
    plain = [f for f in shown if not f["is_sentence"]]
    boxes = (
        (("Waarom", "Why"), 1, sentences),
        (("Wat en waar", "What and where"), 2, [f for f in plain if _is_text(f)]),
        (("Cijfers", "Figures"), 2, [f for f in plain if not _is_text(f)]),
    )
    return [
        {"title": title[language != "nl"], "n_columns": n, "fields": members}
        for title, n, members in boxes
        if members
    ]


def _is_text(field):
    return field["type"] in ("text", "boolean")


def _words(layer, row, language, codes, groups):
    """Words for the codes of one column; a code without a word stands for itself."""
    if row.type == "boolean":
        return _TRUTH[language]
    if row.type != "text":
        return {}
    words = code_words(layer, row.column, language)
    if row.column == "group":
        words = groups
    here = codes.get(row.column, ())
    return words | {code: code.replace("_", " ") for code in here if code not in words}
