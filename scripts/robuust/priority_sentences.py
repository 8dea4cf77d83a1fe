"""What to do where, for whom, what it brings and costs, and how sure that is."""

from typing import NamedTuple

from robuust.figures import euros, figure, figure_nl
from robuust.listing import listed

#: What a candidate is for a group, by the action that `gains` names: how the sentence
#: begins, and how it goes on for a group that has another use for the same land.
TO_DO_NL = {
    "enlarge": "vergroot bestaand leefgebied met {area} ha {habitat}",
    "bridge": "leg een stapsteen aan: {area} ha {habitat}",
    "improve": "verbeter {area} ha tot {habitat}",
    "found": "leg nieuw leefgebied aan: {area} ha {habitat}",
    "connect": "maak een oversteek over de barrière{name}",
    "corridor": "richt een corridor in van {area} ha tussen robuuste gebieden{name}",
    "": "{area} ha wordt {habitat}",
}
TO_DO_EN = {
    "enlarge": "enlarge existing habitat by {area} ha of {habitat}",
    "bridge": "make a stepping stone: {area} ha of {habitat}",
    "improve": "improve {area} ha to {habitat}",
    "found": "create new habitat: {area} ha of {habitat}",
    "connect": "make a crossing of the barrier{name}",
    "corridor": "lay out a corridor of {area} ha between robust areas{name}",
    "": "{area} ha becomes {habitat}",
}
AS_NL = {
    "enlarge": "als vergroting, ",
    "bridge": "als stapsteen, ",
    "improve": "door betere kwaliteit, ",
    "found": "als nieuw leefgebied, ",
    "connect": "als verbinding, ",
}
AS_EN = {
    "enlarge": "as an enlargement, ",
    "bridge": "as a stepping stone, ",
    "improve": "by better quality, ",
    "found": "as new habitat, ",
    "connect": "as a connection, ",
}
PHRASES_NL = {
    "for": "{todo}, voor {whom}",
    "use": "{name} ({other}ECA +{gain} %)",
    "absent": "{name} ({other}hier nog afwezig, dus zonder cijfer)",
    "for none": "{todo}, maar geen groep wint erbij",
    "species": "soorten binnen bereik: {n}, waarvan bedreigd: {named}",
    "species not threatened": "soorten binnen bereik: {n}, geen daarvan bedreigd",
    "relict": "relict van {named} wordt levensvatbaar",
    "relicts": "relicten worden levensvatbaar: {named}",
    "in patch": "{species} op plek {patch}",
    "price": "kost {cost} euro",
    "default price": "kost {cost} euro (standaardprijs)",
    "top": "bij de beste 10 % in {share} % van de trekkingen van de dispersieafstand "
    "({rank})",
    "not top": "in geen enkele trekking van de dispersieafstand bij de beste 10 % "
    "({rank})",
    "rank": "rang {low}",
    "ranks": "rang {low} tot {high}",
}
PHRASES_EN = {
    "for": "{todo}, for {whom}",
    "use": "{name} ({other}ECA +{gain} %)",
    "absent": "{name} ({other}absent here as yet, so without a figure)",
    "for none": "{todo}, but no group gains",
    "species": "species in reach: {n}, of which threatened: {named}",
    "species not threatened": "species in reach: {n}, none of them threatened",
    "relict": "relict of {named} becomes viable",
    "relicts": "relicts become viable: {named}",
    "in patch": "{species} in patch {patch}",
    "price": "costs {cost} euro",
    "default price": "costs {cost} euro (default price)",
    "top": "among the best 10 % in {share} % of the draws of the dispersal distance "
    "({rank})",
    "not top": "in no draw of the dispersal distance among the best 10 % ({rank})",
    "rank": "rank {low}",
    "ranks": "rank {low} to {high}",
}
WORDS = {"nl": (PHRASES_NL, TO_DO_NL, AS_NL), "en": (PHRASES_EN, TO_DO_EN, AS_EN)}


class Use(NamedTuple):
    """What a candidate does for one group."""

    name: str  # of the group, in the language of the sentence
    action: str  # a key of `AS_NL`
    gain: float  # relative rise of ECA
    is_absent: bool  # no habitat as yet, so no rise can be told
    flips: str  # verdicts that change, in the language of the sentence


class Population(NamedTuple):
    """A species near a candidate."""

    species: str
    name_nl: str  # blank where the tables have none
    red_list: str  # only of a threatened species, else blank
    patch_id: str = ""  # only of a relict


class Brief(NamedTuple):
    """What the sentence on one candidate rests on, in one language."""

    area_ha: float
    habitat: str  # name and code
    name: str  # of a crossing or corridor, blank for none
    uses: list  # of Use, the largest part of the score first
    species: list  # of Population, the most threatened first, each species once
    relicts: list  # of Population: those that become viable
    cost_eur: float
    cost_is_default: bool
    top_share: float  # see `priority_certainty.rank_certainty`
    rank_low: int
    rank_high: int
    track: str  # why it has its track
    is_corridor: bool = False


def priority_sentence(brief, language):
    r"""Say what to do, for whom, what it brings, what it costs and how sure it is.

    Parameters
    ----------
    brief : Brief
    language : str
        nl or en.

    Returns
    -------
    str

    Examples
    --------
    >>> toads = Use("Toads", "enlarge", 0.1, False, "makes network n1 viable")
    >>> frog = Population("Hyla arborea", "Boomkikker", "EN")
    >>> brief = Brief(2.0, "heath (4030)", "", [toads], [frog], [], 60_000, True,
    ...               0.9, 1, 3, "broaden nature area N")
    >>> print(priority_sentence(brief, "en").replace("; ", ";\n"))
    enlarge existing habitat by 2 ha of heath (4030), for Toads (ECA +10 %);
    species in reach: 1, of which threatened: Hyla arborea (EN);
    Toads: makes network n1 viable;
    costs 60,000 euro (default price);
    among the best 10 % in 90 % of the draws of the dispersal distance (rank 1 to 3);
    broaden nature area N
    """
    parts = [
        _to_do(brief, language),
        _species(brief.species, language),
        flips_phrase(brief.uses),
        _relicts(brief.relicts, language),
        _price(brief, language),
        _certainty(brief, language),
        brief.track,
    ]
    return "; ".join(part for part in parts if part)


def gains_phrase(uses, language):
    """Say how much ECA rises for each group that gains.

    Examples
    --------
    >>> gains_phrase([Use("Padden", "enlarge", 0.105, False, "")], "nl")
    'Padden +10,5 %'
    """
    return "; ".join(
        f"{use.name} +{_percent(use.gain, language)} %" for use in uses if use.gain > 0
    )


def flips_phrase(uses):
    """Say which verdicts change, per group.

    Examples
    --------
    >>> flips_phrase([Use("Toads", "enlarge", 0.1, False, "makes n1 viable")])
    'Toads: makes n1 viable'
    """
    return "; ".join(f"{use.name}: {use.flips}" for use in uses if use.flips)


def species_phrase(population, language):
    """Name a species, with its Dutch name in Dutch and its category when threatened.

    Examples
    --------
    >>> frog = Population("Hyla arborea", "Boomkikker", "EN")
    >>> species_phrase(frog, "nl"), species_phrase(frog, "en")
    ('Boomkikker (Hyla arborea, EN)', 'Hyla arborea (EN)')
    """
    dutch = population.name_nl if language == "nl" else ""
    behind = [population.species] if dutch else []
    behind += [population.red_list] if population.red_list else []
    name = dutch or population.species
    return f"{name} ({', '.join(behind)})" if behind else name


def _to_do(brief, language):
    """Say what to do, and for whom."""
    phrases, to_do, as_other = WORDS[language]
    uses = [use for use in brief.uses if use.gain > 0 or use.is_absent]
    action = brief.uses[0].action if brief.uses else ""
    todo = to_do["corridor" if brief.is_corridor else action].format(
        area=_figure(brief.area_ha, language),
        habitat=brief.habitat,
        name=f": {brief.name}" if brief.name else "",
    )
    whom = [
        phrases["absent" if use.is_absent else "use"].format(
            name=use.name,
            other="" if use.action == action else as_other[use.action],
            gain=_percent(use.gain, language),
        )
        for use in uses
    ]
    how = "for" if whom else "for none"
    return phrases[how].format(todo=todo, whom=listed(whom, language))


def _species(species, language):
    """Count the species in reach, and name the threatened ones."""
    if not species:
        return ""
    named = [species_phrase(one, language) for one in species if one.red_list]
    how = "species" if named else "species not threatened"
    return WORDS[language][0][how].format(n=len(species), named=listed(named, language))


def _relicts(relicts, language):
    """Name the relicts that become viable, and where."""
    if not relicts:
        return ""
    phrases = WORDS[language][0]
    named = [
        phrases["in patch"].format(
            species=species_phrase(one, language), patch=one.patch_id
        )
        for one in relicts
    ]
    how = "relict" if len(named) == 1 else "relicts"
    return phrases[how].format(named=listed(named, language))


def _price(brief, language):
    cost = euros(brief.cost_eur, language)
    how = "default price" if brief.cost_is_default else "price"
    return WORDS[language][0][how].format(cost=cost)


def _certainty(brief, language):
    """Say how often it is among the best, and between which ranks it moves."""
    phrases = WORDS[language][0]
    how = "rank" if brief.rank_low == brief.rank_high else "ranks"
    rank = phrases[how].format(low=brief.rank_low, high=brief.rank_high)
    share = _percent(brief.top_share, language)
    return phrases["top" if brief.top_share > 0 else "not top"].format(
        share=share, rank=rank
    )


def _figure(value, language):
    return figure_nl(value) if language == "nl" else figure(value)


def _percent(share, language):
    return _figure(100 * share, language)
