"""Habitat codes and shares: what each polygon of a habitat map consists of."""

import re

import numpy as np
import pandas as pd

from robuust.sources import clean_text, find_column, numbered_columns, read_numbers

NO_HABITAT = "gh"  # "geen habitat" of the Flemish map
_UNIT_SHARES = {1: [1.0], 2: [0.7, 0.3], 3: [0.6, 0.2, 0.2]}
_UNIT_SHARES_MANY = [0.6, 0.2, 0.1, 0.1]  # four units and more
_QUALITY = {"g": 1.0, "goed": 1.0, "m": 0.5, "matig": 0.5}
_NO_QUALITY = {"nb", "nvt"}  # "niet bepaald", "niet van toepassing"
_SUM_TOLERANCE = 1.01
_BESIDE_PREFIX = re.compile(r"(_[^\W_]+)?")  # what may follow 91E0 of a row 91E0*
_JOINED_SUBTYPE = re.compile(r"\d[\dA-Za-z]{3}[A-Za-z]+")  # 4010A for 4010_A


def habitat_parts(table, source, where):
    """Codes and shares of every row, read by the format of its source.

    Parameters
    ----------
    table : DataFrame
        As read.
    source : dict
        Entry of the settings: ``format`` (bwk, dutch, plain or raster) and its
        options use_units, code_column, code, quality_column.
    where : str
        Words for the source in an error message.

    Returns
    -------
    DataFrame
        Columns row (position in ``table``), code (text of the file), share (0 to 1;
        below 0 where the file has no readable number), quality (0 to 1) and
        quality_unknown (the file names a quality that we do not know).

    Raises
    ------
    ValueError
        If the columns of the format are not there.
    """
    if source["format"] == "bwk":
        return _bwk_parts(table, where, use_units=source.get("use_units", False))
    if source["format"] == "dutch":
        return _dutch_parts(table, where)
    return _plain_parts(table, source, where)


def _bwk_parts(table, where, *, use_units):
    codes = {} if use_units else numbered_columns(table, "HAB")
    shares = numbered_columns(table, "PHAB")
    if codes:
        return _filled_shares(_long(table, codes, shares, {}))
    codes = numbered_columns(table, "EENH")
    if not codes:
        raise ValueError(
            f"{where}: format bwk needs columns HAB1, PHAB1 ... or EENH1 ...; found"
            f" {', '.join(map(str, table.columns))}. Set another `format`."
        )
    parts = _long(table, codes, {}, {})
    return parts.assign(share=_unit_shares(parts["row"]))


def _unit_shares(row):
    """Shares that INBO gives to map units without percentages, in their order."""
    groups = row.groupby(row)
    place, n = groups.cumcount().to_numpy(), groups.transform("size").to_numpy()
    shares = np.zeros((5, max(place.max(initial=0) + 1, 4)))
    for k in range(1, 5):
        known = _UNIT_SHARES.get(k, _UNIT_SHARES_MANY)
        shares[k, : len(known)] = known
    return shares[np.minimum(n, 4), place]


def _dutch_parts(table, where):
    for code, share, quality in (
        ("Habtype", "Perc", "Kwal"),
        ("habitatType", "bedekkingsPercentage", "kwaliteit"),
    ):
        codes = numbered_columns(table, code)
        if codes:
            return _filled_shares(
                _long(
                    table,
                    codes,
                    numbered_columns(table, share),
                    numbered_columns(table, quality),
                )
            )
    raise ValueError(
        f"{where}: format dutch needs columns Habtype1, Perc1, Kwal1 ... or"
        " habitatType1, bedekkingsPercentage1, kwaliteit1 ...; found"
        f" {', '.join(map(str, table.columns))}. Set another `format`."
    )


def _plain_parts(table, source, where):
    row = np.arange(len(table))
    if source.get("code_column"):
        code = clean_text(table[find_column(table, source["code_column"], where)])
    elif source.get("code"):
        code = pd.Series([str(source["code"])] * len(table), dtype="str")
    else:
        raise ValueError(
            f"{where}: say which column holds the habitat code (`code_column`), or"
            " one code for the whole layer (`code`)."
        )
    quality, unknown = 1.0, False
    if source.get("quality_column"):
        column = find_column(table, source["quality_column"], where)
        quality, unknown = _quality(table[column])
    parts = pd.DataFrame(
        {
            "row": row,
            "code": code.array,
            "share": 1.0,
            "quality": quality,
            "quality_unknown": unknown,
        }
    )
    return parts[parts["code"].notna()].reset_index(drop=True)


def _long(table, codes, shares, qualities):
    """One row per polygon and filled code column; shares as percent in the file."""
    slots = []
    for number, column in codes.items():
        code = clean_text(table[column])
        share, bad = np.nan, False
        if number in shares:
            share, bad = _percentages(table[shares[number]])
            share = share.mask(bad, -100).to_numpy() / 100
        quality, unknown = 1.0, False
        if number in qualities:
            quality, unknown = _quality(table[qualities[number]])
        slot = pd.DataFrame(
            {
                "row": np.arange(len(table)),
                "slot": number,
                "code": code.array,
                "share": share,
                "quality": quality,
                "quality_unknown": unknown,
            }
        )
        slots.append(slot[slot["code"].notna()])
    parts = pd.concat(slots).sort_values(["row", "slot"], ignore_index=True)
    return parts.drop(columns="slot")


def _percentages(values):
    """Numbers as `read_numbers` gives them; text may end in a percent sign."""
    if pd.api.types.is_numeric_dtype(values):
        return read_numbers(values)
    return read_numbers(clean_text(values).str.removesuffix("%"))


def _filled_shares(parts):
    """Give a code without a share an equal part of what the other codes leave.

    A row whose shares are all zero says nothing, so it counts as without shares.
    """
    share, row = parts["share"], parts["row"]
    total = share.fillna(0).groupby(row).transform("sum")
    share = share.where((share != 0) | (total != 0))
    missing = share.isna()
    if not missing.any():
        return parts
    left = (1 - total).clip(lower=0) / missing.groupby(row).transform("sum").clip(1)
    return parts.assign(share=share.where(~missing, left))


def _quality(values):
    """Quality 0..1, and whether the file says something else than we know.

    A number, or G (good) 1, M (moderate) 0.5. Anything else counts as 1: unknown
    quality is no reason to make a place smaller than it is drawn. NB, NVT and blank
    say so themselves; other words and numbers outside 0 to 1 are unknown.
    """
    text = clean_text(values)
    numbers, _ = read_numbers(text)
    word = text.str.casefold()
    quality = numbers.where(numbers.between(0, 1)).fillna(word.map(_QUALITY))
    unknown = text.notna() & quality.isna() & ~word.isin(_NO_QUALITY)
    return quality.fillna(1.0).to_numpy(), unknown.to_numpy()


def match_codes(codes, known_codes):
    """Known habitat codes behind each code text of a map.

    A comma joins alternatives of an uncertain type: each gets an equal part of the
    share, none is certain. An underscore or slash may join known codes
    (``3130_rbbmr``): equal parts too, both certain. Signs ``+ - °`` at the end and a
    Dutch leading ``H`` fall away only when the code with them is unknown; ``H2190B``
    and ``2190B`` are ``2190_B``. ``H0000`` and ``gh`` are no habitat. ``ZG``
    ("zoekgebied") is uncertain.

    Parameters
    ----------
    codes : iterable of str
        As the map writes them; blanks and repeats are passed over.
    known_codes : iterable of str
        Codes of the tables; ``91E0*`` knows ``91E0`` and, after an underscore, one
        more word (``91E0_vn``). Exact codes go before these.

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
    """Exact codes, codes by folded case where that is unique, and prefixes."""
    known = {str(c) for c in known_codes} | {NO_HABITAT}
    exact = {code for code in known if not code.endswith("*")}
    folded = {}
    for code in exact:
        folded.setdefault(code.casefold(), []).append(code)
    # 2190_A (Dutch) and 2190_a (Flemish) differ by case alone: no guess there.
    unique = {key: found[0] for key, found in folded.items() if len(found) == 1}
    return exact, unique, tuple(c[:-1] for c in known - exact)


def _exact(code, lookup):
    exact, folded, _ = lookup
    return code if code in exact else folded.get(code.casefold())


def _by_prefix(code, lookup):
    """Give back a code that an exact code or a prefix of the tables knows."""
    prefixes = (p for p in lookup[2] if code.startswith(p))
    known = any(_BESIDE_PREFIX.fullmatch(code[len(p) :]) for p in prefixes)
    return _exact(code, lookup) or (code if known else None)


def _pieces(text, lookup):
    """Known codes that make up one code text, or None."""
    forms = [text, text.rstrip("+-°*")]
    forms += [f[1:] for f in forms if f[:1] in "Hh" and f[1:2].isdigit()]
    if any(form.upper() in ("H0000", "0000") for form in forms):
        return [NO_HABITAT]
    joined = [f for f in forms if _JOINED_SUBTYPE.fullmatch(f)]
    subtypes = [f"{f[:4]}_{f[4:]}" for f in joined]
    # Beside a prefix only the one capital of a Dutch subtype: 4010zzz stays unknown.
    dutch = [f for f in subtypes if len(f) == 6 and f[5].isupper()]
    for find, spellings in ((_exact, subtypes), (_by_prefix, dutch)):
        for form in [*forms, *spellings]:
            whole = find(form, lookup)
            if whole:
                return [whole]
        for form in forms:
            pieces = _split(form.split("_"), lookup, find)
            if pieces:
                return pieces
    if "/" not in text:
        return None
    found = [_pieces(word.strip(), lookup) for word in text.split("/")]
    return [code for codes in found for code in codes] if all(found) else None


def _split(words, lookup, find):
    """Cut words joined by underscores into known codes, longest first."""
    if not words:
        return []
    for end in range(len(words), 0, -1):
        head = find("_".join(words[:end]), lookup)
        tail = _split(words[end:], lookup, find) if head else None
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
