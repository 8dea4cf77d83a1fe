"""Habitat codes and shares: what each polygon of a habitat map consists of."""

import re

import numpy as np
import pandas as pd

from robuust.sources import clean_text, find_column, numbered_columns, read_numbers

NO_HABITAT = "gh"  # what our own tables write for no habitat
_RANK_SHARES = {1: [1.0], 2: [0.7, 0.3], 3: [0.6, 0.2, 0.2]}
_RANK_SHARES_MANY = [0.6, 0.2, 0.1, 0.1]  # four codes and more
_PER_UNIT = {"percent": 100.0, "fraction": 1.0}  # what the whole polygon is in the file
_UNREADABLE = -1.0  # share of a text that is no number
_SUM_TOLERANCE = 1.01
_LONGEST_SHOWN = 60  # signs of an unknown code, which may be anything
_JOINED_SUBTYPE = re.compile(r"\d[\dA-Za-z]{3}[A-Za-z]+")  # 4010A for 4010_A


def habitat_parts(table, source, where):
    """Codes and shares of every row, read as its source says.

    Parameters
    ----------
    table : DataFrame
        As read.
    source : dict
        Complete entry of the settings, see `complete_source`. Where the code stands:
        ``parts`` (column models of maps with several codes a polygon; the first whose
        code columns are there counts, with ``use_units`` the first without shares),
        ``code_column``, ``code`` (one for all) or ``codes`` (of a raster, whose layer
        has the column code). What words mean: ``no_habitat``, ``quality_words``,
        ``quality_unstated``; besides, ``quality_column``.
    where : str
        Words for the source in an error message.

    Returns
    -------
    DataFrame
        Columns row (position in ``table``), code (text of the file; `NO_HABITAT` for
        what it calls so), share (0 to 1; below 0 where the file has no readable
        number), quality (0 to 1) and quality_unknown (the file names a quality that
        nothing gives a value). One row per filled code, in the order of the table.

    Raises
    ------
    ValueError
        If no column of codes is there.

    Examples
    --------
    >>> source = {"parts": [{"code": "HAB", "share": "PHAB", "shares": "percent"}]}
    >>> table = pd.DataFrame({"HAB1": ["4010"], "PHAB1": [60], "hab2": ["gh"]})
    >>> habitat_parts(table, source, "map")[["code", "share"]].values.tolist()
    [['4010', 0.6], ['gh', 0.4]]
    """
    if source.get("parts"):
        model, columns = _column_model(table, source, where)
    else:
        model, columns = {"shares": "percent"}, _single_column(table, source, where)
    parts = _filled_slots(table, columns, source, model["shares"])
    if model["shares"] == "by_rank":
        return parts.assign(share=_rank_shares(parts["row"]))
    return _filled_shares(parts)


def _column_model(table, source, where):
    """Column model that fits the table, and its columns by number."""
    models = source["parts"]
    if source.get("use_units"):
        models = [model for model in models if model["shares"] == "by_rank"]
    for model in models:
        codes = numbered_columns(table, model["code"])
        if codes:
            share, quality = (
                numbered_columns(table, model[key]) if model.get(key) else {}
                for key in ("share", "quality")
            )
            return model, [(codes[k], share.get(k), quality.get(k)) for k in codes]
    wanted = " or ".join(_numbered_words(model) for model in models)
    raise ValueError(
        f"{where}: preset {source.get('preset')} needs columns"
        f" {wanted or 'without shares (leave `use_units` out)'}; found {_names(table)}."
        " Name another `preset`, or say which column holds the habitat code"
        " (`code_column`)."
    )


def _numbered_words(model):
    """Say which columns a column model reads."""
    stems = [model[key] for key in ("code", "share", "quality") if model.get(key)]
    return ", ".join(f"{stem}1" for stem in stems) + " ..."


def _names(table):
    return ", ".join(str(column) for column in table.columns if column != "geometry")


def _single_column(table, source, where):
    """Column of codes (or the code of all rows) and of quality."""
    if source.get("code_column"):
        code = find_column(table, source["code_column"], where)
    elif source.get("codes"):
        code = find_column(table, "code", where)
    elif source.get("code"):
        code = None
    else:
        raise ValueError(
            f"{where}: say which column holds the habitat code (`code_column`), one"
            " code for the whole layer (`code`), or which kind of map it is (`preset`)."
            f" The columns are: {_names(table)}."
        )
    quality = source.get("quality_column")
    quality = find_column(table, quality, where) if quality else None
    return [(code, None, quality)]


def _filled_slots(table, columns, source, shares):
    """One row per polygon and filled code column, in the order of the polygons."""
    n = len(table)
    code = np.full((n, len(columns)), None, dtype=object)
    share = np.full((n, len(columns)), np.nan)
    quality = np.ones((n, len(columns)))
    unknown = np.zeros((n, len(columns)), dtype=bool)
    for k, (code_column, share_column, quality_column) in enumerate(columns):
        if code_column is None:
            code[:, k] = _codes(pd.Series([source["code"]]), source)[0]
        else:
            code[:, k] = _codes(table[code_column], source)
        if share_column is not None:
            share[:, k] = _shares(table[share_column], _PER_UNIT[shares])
        if quality_column is not None:
            quality[:, k], unknown[:, k] = _qualities(table[quality_column], source)
    filled = ~pd.isna(code)
    return pd.DataFrame(
        {
            "row": np.nonzero(filled)[0],
            "code": pd.Series(code[filled], dtype="str"),
            "share": share[filled],
            "quality": quality[filled],
            "quality_unknown": unknown[filled],
        }
    )


def _codes(values, source):
    """Clean each distinct code text once; None where blank."""
    places, distinct = pd.factorize(values)
    texts = clean_text(pd.Series(distinct))
    none = {word.casefold() for word in source.get("no_habitat", ())}
    cleaned = [_with_no_habitat(text, none) for text in texts]
    return np.array([*cleaned, None], dtype=object)[places]  # -1: missing


def _with_no_habitat(text, none):
    """Text of the file, with our own code for what it calls no habitat."""
    if pd.isna(text):
        return None
    options = [option.strip() for option in text.split(",")]
    if not none.intersection(option.casefold() for option in options):
        return text
    return ",".join(NO_HABITAT if o.casefold() in none else o for o in options)


def _shares(values, whole):
    """Shares 0 to 1; missing where blank, negative where unreadable."""
    if not pd.api.types.is_numeric_dtype(values):
        values = clean_text(values).str.removesuffix("%")
    numbers, unreadable = read_numbers(values)
    return (numbers / whole).mask(unreadable, _UNREADABLE).to_numpy()


def _rank_shares(row):
    """Shares that INBO gives to map units without percentages, in their order."""
    groups = row.groupby(row)
    place, n = groups.cumcount().to_numpy(), groups.transform("size").to_numpy()
    shares = np.zeros((5, max(place.max(initial=0) + 1, 4)))
    for k in range(1, 5):
        known = _RANK_SHARES.get(k, _RANK_SHARES_MANY)
        shares[k, : len(known)] = known
    return shares[np.minimum(n, 4), place]


def _filled_shares(parts):
    """Give a code without a share an equal part of what the other codes leave.

    A row whose shares are all zero says nothing, so it counts as without shares.
    """
    share, row = parts["share"].to_numpy(), parts["row"].to_numpy()
    n = row.max(initial=-1) + 1
    total = np.bincount(row, np.nan_to_num(share), n)[row]
    share = np.where((share == 0) & (total == 0), np.nan, share)
    missing = np.isnan(share)
    left = np.clip(1 - total, 0, None)
    among = np.bincount(row, missing, n)[row]
    return parts.assign(share=np.where(missing, left / np.maximum(among, 1), share))


def _qualities(values, source):
    """Quality 0 to 1, and whether the file says something that has no value.

    A number from 0 to 1, or one of the words of the source. Anything else counts as 1:
    unknown quality is no reason to make a place smaller than it is drawn. A blank and
    the words for "not stated" say so themselves; other words are unknown.
    """
    places, distinct = pd.factorize(values)
    text = clean_text(pd.Series(distinct))
    numbers, _ = read_numbers(text)
    word = text.str.casefold()
    given = {w.casefold(): v for w, v in source.get("quality_words", {}).items()}
    unstated = {w.casefold() for w in source.get("quality_unstated", ())}
    quality = word.map(given).fillna(numbers.where(numbers.between(0, 1)))
    unknown = text.notna() & quality.isna() & ~word.isin(unstated)
    quality = np.append(quality.fillna(1.0).to_numpy(dtype=float), 1.0)
    return quality[places], np.append(unknown.to_numpy(dtype=bool), False)[places]


def match_codes(codes, known_codes):
    """Known habitat codes behind each code text of a map.

    A comma joins alternatives of an uncertain type: each gets an equal part of the
    share, none is certain. An underscore or slash may join known codes
    (``3130_rbbmr``): equal parts too, both certain. Signs ``+ - ° *`` at the end and a
    Dutch leading ``H`` fall away only when the code with them is unknown; ``H2190B``
    and ``2190B`` are ``2190_B``. Case is ignored where that leaves one code. ``gh`` is
    no habitat. ``ZG`` ("zoekgebied", search area) is uncertain.

    Parameters
    ----------
    codes : iterable of str
        As the map writes them; blanks and repeats are passed over.
    known_codes : iterable of str
        Whole codes of the tables. Beginnings of codes (``91E0*``), which say how well
        a code suits a bundle, make no code known: else every slip would be.

    Returns
    -------
    DataFrame
        Columns text (as given), code (known code, or missing), weight (parts of the
        share, sum 1 per text) and certain.

    Examples
    --------
    >>> match_codes(["4010,gh"], ["4010"])[["code", "weight"]].values.tolist()
    [['4010', 0.5], ['gh', 0.5]]
    """
    lookup = _lookup(known_codes)
    rows = []
    for text in sorted({str(c) for c in codes if isinstance(c, str) and c.strip()}):
        options = [t.strip() for t in text.split(",") if t.strip()] or [text]
        for option in options:
            search = option.upper().startswith("ZG")
            pieces = _pieces(option[2:].strip() if search else option, lookup) or [None]
            certain = len(options) == 1 and not search
            weight = 1 / len(options) / len(pieces)
            rows += [(text, piece, weight, certain) for piece in pieces]
    types = {"text": "str", "code": "str", "weight": "float64", "certain": "bool"}
    return pd.DataFrame(rows, columns=list(types)).astype(types)


def _lookup(known_codes):
    """Find each known code by its exact text, or by folded case where that is one."""
    known = {str(c) for c in known_codes if not str(c).endswith("*")} | {NO_HABITAT}
    folded = {}
    for code in known:
        folded.setdefault(code.casefold(), []).append(code)
    # 2190_A (Dutch) and 2190_a (Flemish) differ by case alone: no guess there.
    unique = {key: found[0] for key, found in folded.items() if len(found) == 1}
    return known, unique


def _find(code, lookup):
    known, folded = lookup
    return code if code in known else folded.get(code.casefold())


def _pieces(text, lookup):
    """Known codes that make up one code text, or None."""
    forms = [text, text.rstrip("+-°*")]
    forms += [f[1:] for f in forms if f[:1] in "Hh" and f[1:2].isdigit()]
    joined = [f for f in forms if _JOINED_SUBTYPE.fullmatch(f)]
    for form in [*forms, *(f"{f[:4]}_{f[4:]}" for f in joined)]:
        whole = _find(form, lookup)
        if whole:
            return [whole]
    for form in forms:
        pieces = _split(form.split("_"), lookup)
        if pieces:
            return pieces
    if "/" not in text:
        return None
    found = [_pieces(word.strip(), lookup) for word in text.split("/")]
    return [code for codes in found for code in codes] if all(found) else None


def _split(words, lookup):
    """Cut words joined by underscores into known codes, longest first."""
    if not words:
        return []
    for end in range(len(words), 0, -1):
        head = _find("_".join(words[:end]), lookup)
        tail = _split(words[end:], lookup) if head else None
        if tail is not None:
            return [head, *tail]
    return None


def known_parts(parts, matches):
    """Parts in known codes, their shares at most 1 per polygon.

    Parameters
    ----------
    parts : DataFrame
        As `habitat_parts` gives them, without negative shares.
    matches : DataFrame
        As `match_codes` gives them.

    Returns
    -------
    known : DataFrame
        Columns row, code, share, quality, certain; one row per polygon and code, of
        codes with a share above zero.
    unknown : DataFrame
        Columns row, text, share: what is in no table.
    scaled : ndarray of int
        Rows whose shares added up to more than 1.01 and were scaled to 1.
    """
    total = parts.groupby("row")["share"].sum()
    scaled = total.index[total > _SUM_TOLERANCE].to_numpy()
    over = parts["row"].map(total).clip(lower=1)
    found = (
        parts.assign(share=parts["share"] / over)
        .rename(columns={"code": "text"})
        .merge(matches, on="text", how="left", sort=False)
    )
    found["share"] *= found["weight"]
    found = found[found["share"] > 0]
    unknown = found.loc[found["code"].isna(), ["row", "text", "share"]]
    unknown = unknown.assign(text=unknown["text"].str.slice(0, _LONGEST_SHOWN))
    found = found[found["code"].notna()]
    # Most polygons have each code once; only the rest needs the slow grouping.
    repeated = found.duplicated(["row", "code"], keep=False)
    columns = ["row", "code", "share", "quality", "certain"]
    known = pd.concat([found.loc[~repeated, columns], _merged(found[repeated])])
    known = known.astype({"row": "int64", "certain": "bool"})
    return (
        known.sort_values(["row", "code"], ignore_index=True),
        unknown.reset_index(drop=True),
        scaled,
    )


def _merged(found):
    """Add up the same code in the same polygon; quality by its share."""
    weighted = found.assign(quality=found["quality"] * found["share"])
    merged = weighted.groupby(["row", "code"], as_index=False).agg(
        share=("share", "sum"), quality=("quality", "sum"), certain=("certain", "all")
    )
    return merged.assign(quality=merged["quality"] / merged["share"])


def unknown_code_words(unknown, where):
    """List codes that are in no table, with what to do about them.

    Parameters
    ----------
    unknown : DataFrame
        As `known_parts` gives it.
    where : str
        Words for the source.

    Returns
    -------
    str
    """
    counts = unknown.groupby("text")["row"].nunique().sort_values(ascending=False)
    listed = ", ".join(f"{code} ({n} polygons)" for code, n in counts.head(20).items())
    more = f" and {len(counts) - 20} more" if len(counts) > 20 else ""
    return (
        f"{where}: {len(counts)} habitat codes are in no table: {listed}{more}. Add"
        " them to config/habitat_types.csv and config/suitability.csv, correct the map,"
        " or set habitat: unknown_codes: quarantine."
    )
