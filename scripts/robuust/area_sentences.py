"""Why each robust area counts, in Dutch and English, with the figures."""

from robuust.figures import figure, figure_nl

#: column with a number of groups -> what the area is for them
CLASS_WORDS_NL = {
    "n_stronghold": "bolwerk",
    "n_key": "sleutelgebied",
    "n_network": "deel van een levensvatbaar netwerk",
    "n_area": "groot en samenhangend genoeg",
}
CLASS_WORDS_EN = {
    "n_stronghold": "stronghold",
    "n_key": "key patch",
    "n_network": "part of a viable network",
    "n_area": "large and cohesive enough",
}


def area_reasons(areas, *, n_groups_in_run, variety_min_types):
    """Why each area counts, with its figures, in Dutch and in English.

    Parameters
    ----------
    areas : DataFrame
        area_ha, n_groups; n_stronghold, n_key, n_network, n_area (of these groups, by
        their best class); protected_ha, protected_share; n_species, n_threatened,
        n_at_risk; n_habitat_types, monotone.
    n_groups_in_run : int
        Number of groups that were judged.
    variety_min_types : int
        Fewer habitat types make an area monotone.

    Returns
    -------
    reason_nl, reason_en : list of str
    """
    reasons_nl, reasons_en = [], []
    for row in areas.itertuples():
        percent = round(100 * row.protected_share)
        types, few = row.n_habitat_types, row.monotone
        reasons_nl.append(
            f"robuust voor {row.n_groups} van {n_groups_in_run} groepen "
            f"({per_class(row, CLASS_WORDS_NL, 'voor')}); {figure_nl(row.area_ha)} ha, "
            f"waarvan {figure_nl(row.protected_ha)} ha ({percent} %) in natuurgebied; "
            f"{species_nl(row)}; {count(types, 'habitattype', 'habitattypen')}"
            + (f": eenvormig, minder dan {variety_min_types}" if few else "")
        )
        reasons_en.append(
            f"robust for {row.n_groups} of {n_groups_in_run} groups "
            f"({per_class(row, CLASS_WORDS_EN, 'for')}); {figure(row.area_ha)} ha, "
            f"of which {figure(row.protected_ha)} ha ({percent} %) in nature areas; "
            f"{species_en(row)}; {count(types, 'habitat type', 'habitat types')}"
            + (f": monotone, fewer than {variety_min_types}" if few else "")
        )
    return reasons_nl, reasons_en


def per_class(row, words, link):
    """Say for how many groups the area is what, the best class first.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> row = SimpleNamespace(n_stronghold=2, n_key=0, n_network=1, n_area=0)
    >>> per_class(row, CLASS_WORDS_EN, "for")
    'stronghold for 2, part of a viable network for 1'
    """
    numbers = {word: getattr(row, column) for column, word in words.items()}
    return ", ".join(f"{word} {link} {n}" for word, n in numbers.items() if n)


def species_nl(row):
    """Say in Dutch how many species live there, and how they fare."""
    if not row.n_species:
        return "geen soort recent waargenomen"
    seen = count(row.n_species, "soort", "soorten") + " recent waargenomen"
    return f"{seen} ({row.n_threatened} bedreigd, {row.n_at_risk} relict of spook)"


def species_en(row):
    """Say in English how many species live there, and how they fare."""
    if not row.n_species:
        return "no species recorded recently"
    seen = f"{row.n_species} species recorded recently"
    return f"{seen} ({row.n_threatened} threatened, {row.n_at_risk} relict or phantom)"


def count(n, one, more):
    """Write a number with its noun.

    Examples
    --------
    >>> count(1, "patch", "patches"), count(0, "patch", "patches")
    ('1 patch', '0 patches')
    """
    return f"{n} {one if n == 1 else more}"
