"""Are the settings and tables right? Every problem in words, before anything runs."""

import math
import re
from dataclasses import replace
from itertools import compress

import pandas as pd
from jsonschema import Draft202012Validator

from robuust.problems import Problem, did_you_mean, in_order, row_number
from robuust.references import validate_references
from robuust.settings_references import validate_settings_references

SETTINGS = "settings"  # the file of a problem that is in no table
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
WHOLE_NUMBER = re.compile(r"[+-]?\d+(\.0+)?")  # spreadsheets like to write 3.0
YES_NO = {"yes": True, "no": False}
REFUSED = object()
DTYPES = {
    "string": "str",
    "number": "float64",
    "integer": "Int64",
    "boolean": "boolean",
}
KINDS = {
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "yes or no",
    "array": "a list",
    "object": "a section with keys of its own",
    "null": "null",
}
BOUNDS = {
    "exclusiveMinimum": "more than {}",
    "minimum": "at least {}",
    "exclusiveMaximum": "less than {}",
    "maximum": "at most {}",
    "minItems": "at least {} long",
    "minProperties": "at least {} long",
    "maxLength": "at most {} signs",
}
BOUNDING = {"enum", "pattern", *BOUNDS}


def check_settings(config, config_schema, tables, table_schemas):
    """Find everything that is wrong with the settings and tables of a run.

    Parameters
    ----------
    config : dict
        The settings as parsed from YAML.
    config_schema : dict
        What the settings may say (JSON Schema 2020-12).
    tables : dict of str to DataFrame
        Table name to its rows, every cell as text, blank cells as "".
    table_schemas : dict of str to dict
        Table name to what one row may say; ``x-key`` names the columns that together
        may not occur twice (``x-repeated``: what to do then), ``x-columns`` those that
        may be blank but not left out, ``x-elsewhere`` what to do with other ones.

    Returns
    -------
    list of Problem
        Sorted by file, row and column; empty when all is right. The file of a table
        is its path in the settings.
    """
    problems = validate_settings(config, config_schema)
    typed = {}
    for name, rows in tables.items():
        found, typed[name] = check_table(name, rows, table_schemas[name])
        problems += found
    problems += validate_references(typed, config.get("groups"))
    problems += validate_settings_references(config, typed, file=SETTINGS)
    paths = config.get("tables")
    paths = paths if isinstance(paths, dict) else {}
    return in_order(replace(p, file=str(paths.get(p.file, p.file))) for p in problems)


def report_problems(problems):
    """Write all problems as one text, file by file.

    Examples
    --------
    >>> print(report_problems([Problem("species.csv", 7, "group", "found 'x'")]))
    1 problem in the settings and tables; nothing was run.
    <BLANKLINE>
    species.csv
      row 7, column group: found 'x'
    """
    count = f"{len(problems)} problem{'s' if len(problems) != 1 else ''}"
    lines = [f"{count} in the settings and tables; nothing was run."]
    file = None
    for problem in in_order(problems):
        if problem.file != file:
            file = problem.file
            lines += ["", file]
        lines.append("  " + str(problem).removeprefix(file).lstrip(",: "))
    return "\n".join(lines)


def validate_settings(config, schema):
    """Check the settings against their schema.

    Parameters
    ----------
    config : dict
        The settings.
    schema : dict
        JSON Schema; every object refuses unknown keys.

    Returns
    -------
    list of Problem
        `column` is the path of the key, as in ``sources.habitat[habitat_map].crs``.
    """
    validator = Draft202012Validator(
        schema, format_checker=Draft202012Validator.FORMAT_CHECKER
    )
    problems = [
        Problem(SETTINGS, None, place, f"found '{value}'; write a number that is one")
        for place, value in _no_numbers(config)
    ]
    for error in validator.iter_errors(config):
        place = _place(config, error.absolute_path)
        known = error.schema.get("properties", {})
        if error.validator == "additionalProperties":
            for key in sorted(set(error.instance) - set(known), key=str):
                message = f"unknown key '{key}'{did_you_mean(key, known)}"
                problems.append(Problem(SETTINGS, None, place, message))
        elif error.validator == "required":
            for key in sorted(set(error.validator_value) - set(error.instance)):
                meaning = schema_words(known.get(key, {}), schema)
                message = f"the key '{key}' is missing{meaning}"
                problems.append(Problem(SETTINGS, None, place, message))
        elif error.validator == "anyOf":
            message = error.schema.get("description", error.message)
            problems.append(Problem(SETTINGS, None, place, message))
        else:
            message = _not_allowed(error.instance, error.schema)
            message += _quotes(error.instance, error.schema)
            problems.append(Problem(SETTINGS, None, place, message))
    return in_order(problems)


def _no_numbers(value, path=(), whole=None):
    """Places of values that are .nan, which no bound of a schema refuses."""
    whole = value if whole is None else whole
    if isinstance(value, float) and math.isnan(value):
        yield _place(whole, path), value
    inside = value.items() if isinstance(value, dict) else ()
    inside = enumerate(value) if isinstance(value, list) else inside
    for key, found in inside:
        yield from _no_numbers(found, (*path, key), whole)


def schema_words(rule, schema):
    """Say what a key means, with a colon before it, or nothing when it is not said."""
    if "$ref" in rule:
        rule = {**schema["$defs"][rule["$ref"].rsplit("/", 1)[1]], **rule}
    return f": {rule['description']}" if "description" in rule else ""


def _place(config, path):
    """Path of a key in words; entries of a list by their name, else their number."""
    words, found = "", config
    for step in path:
        found = found[step]
        if isinstance(step, int):
            name = found.get("name") if isinstance(found, dict) else None
            words += f"[{name or step + 1}]"
        else:
            words += f".{step}" if words else str(step)
    return words


def _not_allowed(value, rule):
    """Words for a value that breaks its rule: found what, allowed is what."""
    found = "nothing" if value is None else f"'{value}'"
    meaning = f" ({rule['description'].rstrip('.')})" if "description" in rule else ""
    return f"found {found}; allowed is {_allowed(rule)}{meaning}"


def _quotes(value, rule):
    """Advise on quotes, which decide in YAML whether 4010 is a number or text."""
    kind = rule.get("type")
    if kind == "string" and not isinstance(value, (str, list, dict, type(None))):
        return f"; write it in quotes: '{value}'"
    if kind in ("number", "integer") and isinstance(value, str):
        return "; write it without quotes" if NUMBER.fullmatch(value) else ""
    return ""


def _allowed(rule):
    """Say in words what a schema allows."""
    if "const" in rule:
        return f"'{rule['const']}' or a list"
    if "enum" in rule:
        return "one of " + ", ".join(str(value) for value in rule["enum"])
    if rule.get("format") == "date":
        return f"a date like {rule['examples'][0]}"
    kinds = rule.get("type", "string")
    kinds = [kinds] if isinstance(kinds, str) else kinds
    words = " or ".join(KINDS[kind] for kind in kinds)
    bounds = [text.format(rule[key]) for key, text in BOUNDS.items() if key in rule]
    if rule.get("uniqueItems"):
        bounds.append("each entry once")
    if "pattern" in rule and "examples" in rule:
        bounds.append(f"written like {rule['examples'][0]}")
    if rule.get("minLength"):
        bounds.append("not empty")
    return ", ".join([words, " and ".join(bounds)]) if bounds else words


def typed_table(rows, schema):
    """Give the cells of a table the types that its schema says.

    Parameters
    ----------
    rows : DataFrame
        Every cell as text, blank cells as "".
    schema : dict
        What one row may say.

    Returns
    -------
    DataFrame
        Every column of the schema, in its order: number as float64, integer as Int64,
        boolean (yes, no) as boolean, the rest as text. Blank cells and absent columns
        are missing values. Rows without any text are left out, the others keep their
        label.

    Raises
    ------
    ValueError
        If a cell is not of its type, or the table has columns the schema lacks.

    Examples
    --------
    >>> schema = {"properties": {"weight": {"type": "number"}, "x": {"type": "string"}}}
    >>> typed_table(pd.DataFrame({"weight": ["1.5", ""], "x": "a"}), schema)["weight"]
    0    1.5
    1    NaN
    Name: weight, dtype: float64
    """
    unknown = sorted(set(rows.columns) - set(schema["properties"]))
    if unknown:
        raise ValueError(f"unknown columns {unknown}; validate the table first")
    typed, refused = _typed(*_cells(rows), schema)
    columns = [column for column, cells in refused.items() if cells]
    if columns:
        raise ValueError(f"wrong values in {columns}; validate the table first")
    return typed


def _cells(rows):
    """Label of each row that is not blank, and the cells of each column as lists.

    Plain lists: on tables this small each call of pandas costs more than its work.
    """
    columns = {column: _stripped(rows[column].tolist()) for column in rows}
    filled = [any(row) for row in zip(*columns.values(), strict=True)]
    labels = list(compress(rows.index, filled))
    return labels, {c: list(compress(cells, filled)) for c, cells in columns.items()}


def _stripped(cells):
    """Text without the blanks round it; a missing cell is an empty one."""
    return [cell.strip() if isinstance(cell, str) else "" for cell in cells]


def _typed(labels, columns, schema):
    """Typed rows, and per column the texts that its rule refuses (missing there)."""
    typed, refused = {}, {}
    for column, rule in schema["properties"].items():
        cells = columns.get(column, [""] * len(labels))
        value = _values(set(cells), rule)
        refused[column] = {cell for cell in value if value[cell] is REFUSED}
        value |= dict.fromkeys(refused[column])
        typed[column] = pd.Series(
            [value[cell] for cell in cells],
            index=labels,
            dtype=DTYPES[rule.get("type", "string")],
        )
    return pd.DataFrame(typed, index=labels), refused


def _values(cells, rule):
    """Value of each distinct text, `REFUSED` where the rule does not allow it."""
    value = {cell: _value(cell, rule.get("type", "string")) for cell in cells}
    if BOUNDING & set(rule):
        validator = Draft202012Validator(rule)
        for cell, found in value.items():
            if found is not None and not validator.is_valid(found):
                value[cell] = REFUSED
    return value


def _value(cell, kind):
    """Value of one text, None when blank."""
    if cell == "":
        return None
    if kind == "number":
        return float(cell) if NUMBER.fullmatch(cell) else REFUSED
    if kind == "integer":
        return int(cell.split(".")[0]) if WHOLE_NUMBER.fullmatch(cell) else REFUSED
    return YES_NO.get(cell, REFUSED) if kind == "boolean" else cell


def check_table(name, rows, schema):
    """Check a table row by row.

    Parameters
    ----------
    name : str
        Name of the table, `file` of its problems.
    rows : DataFrame
        Every cell as text, blank cells as "", labelled 0, 1, ... from the first row
        under the header.
    schema : dict
        What one row may say. ``required`` cells may not be blank.

    Returns
    -------
    problems : list of Problem
        Sorted; empty when all is right.
    typed : DataFrame
        The rows with the types of the schema; a wrong value is missing.
    """
    problems = _column_problems(name, rows, schema)
    labels, columns = _cells(rows)
    typed, refused = _typed(labels, columns, schema)
    for column, rule in schema["properties"].items():
        blank = f"the cell is blank and must be filled{schema_words(rule, schema)}"
        required = column in schema["required"]
        for label, cell in zip(labels, columns.get(column, []), strict=False):
            if cell in refused[column]:
                message = _cell_words(cell, rule)
            elif required and cell == "":
                message = blank
            else:
                continue
            problems.append(Problem(name, row_number(label), column, message))
    problems += _repeats(name, labels, columns, schema)
    return in_order(problems), typed


def _cell_words(text, rule):
    """Words for a cell that may not hold this text."""
    point = text.replace(",", ".", 1)
    numeric = rule.get("type") in ("number", "integer")
    if numeric and "," in text and NUMBER.fullmatch(point):
        return f"found '{text}' with a decimal comma; write a point: {point}"
    return _not_allowed(text, rule) + did_you_mean(text, rule.get("enum", []))


def _column_problems(name, rows, schema):
    """Columns that are unknown or missing."""
    known = schema["properties"]
    if rows.shape[1] == 1 and any(sign in rows.columns[0] for sign in ";\t"):
        message = (
            "the cells are not separated by commas but by semicolons or tabs; "
            "save the table as CSV with commas"
        )
        return [Problem(name, 1, "", message)]
    unknown = [column for column in rows.columns if column not in known]
    needed = [*schema["required"], *schema.get("x-columns", [])]
    missing = [column for column in needed if column not in rows.columns]
    advice = schema.get("x-elsewhere", {})
    return [
        Problem(
            name, 1, str(c), advice.get(c, f"unknown column{did_you_mean(c, known)}")
        )
        for c in unknown
    ] + [
        Problem(name, 1, c, f"the column is missing{schema_words(known[c], schema)}")
        for c in missing
    ]


def _repeats(name, labels, columns, schema):
    """Rows that say the same thing twice."""
    key, advice = schema["x-key"], schema.get("x-repeated", "keep one of the two")
    if not set(key) <= set(columns):
        return []
    problems, first = [], {}
    keys = zip(*(columns[column] for column in key), strict=True)
    for label, cells in zip(labels, keys, strict=True):
        if not all(cells):
            continue
        if cells in first:
            message = (
                f"'{', '.join(cells)}' stands in row {row_number(first[cells])} "
                f"already; {advice}"
            )
            problems.append(Problem(name, row_number(label), ", ".join(key), message))
        first.setdefault(cells, label)
    return problems
