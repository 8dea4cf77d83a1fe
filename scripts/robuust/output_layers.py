"""The layers and tables of robuust.gpkg: which, in what order, of what geometry."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Layer:
    """One layer (or, without a geometry type, one table) of robuust.gpkg."""

    name: str
    geometry_type: str | None
    sort: tuple[str, ...]
    title_nl: str
    title_en: str
    description_nl: str
    description_en: str

    def title(self, language):
        """Name for the reader, in Dutch (`nl`) or English (`en`)."""
        return self.title_nl if language == "nl" else self.title_en

    def description(self, language):
        """One sentence on what it holds, in Dutch (`nl`) or English (`en`)."""
        return self.description_nl if language == "nl" else self.description_en


LAYERS = (
    Layer(
        "patches",
        "MultiPolygon",
        ("group", "patch_id"),
        "Habitatplekken",
        "Patches",
        "Habitat per soortgroep, met het oordeel hoe robuust het is.",
        "Habitat per species group, with the verdict how robust it is.",
    ),
    Layer(
        "links",
        "LineString",
        ("group", "patch_id_a", "patch_id_b"),
        "Verbindingen",
        "Links",
        "Twee habitatplekken waartussen een groep zich kan verplaatsen.",
        "Two patches that a group can move between.",
    ),
    Layer(
        "networks",
        "MultiPolygon",
        ("group", "network_id"),
        "Netwerken",
        "Networks",
        "Omtrek van habitatplekken die samen een netwerk vormen.",
        "Outline of the patches that form one network.",
    ),
    Layer(
        "buffers",
        "MultiPolygon",
        ("group", "from_m"),
        "Bufferringen",
        "Buffer rings",
        "Drie ringen rond robuuste plekken; context, geen wet.",
        "Three rings round robust patches; context, not law.",
    ),
    Layer(
        "pressure_zones",
        "MultiPolygon",
        ("group", "pressure"),
        "Invloedszones",
        "Pressure zones",
        "Waar een druk robuuste of relictplekken kan bereiken; context, geen wet.",
        "Where a pressure may reach robust or relict sites; context, not law.",
    ),
    Layer(
        "robust_areas",
        "MultiPolygon",
        ("rank", "robust_area_id"),
        "Robuuste gebieden",
        "Robust areas",
        "Aaneengesloten land dat voor meer soortgroepen robuust is.",
        "Contiguous land that is robust for several species groups.",
    ),
    Layer(
        "populations",
        "Point",
        ("group", "species", "patch_id", "network_id"),
        "Populaties",
        "Populations",
        "Status van elke soort per habitatplek.",
        "Status of each species per patch.",
    ),
    Layer(
        "relict_sites",
        "MultiPolygon",
        ("group", "species", "patch_id"),
        "Relictplekken",
        "Relict sites",
        "Plekken met een relict- of spookpopulatie, met de urgentie van noodbeheer.",
        "Sites of a relict or phantom population, with the urgency of management.",
    ),
    Layer(
        "restoration",
        "MultiPolygon",
        ("rank", "candidate_id"),
        "Herstelkandidaten",
        "Restoration candidates",
        "Waar herstel het meest helpt, op volgorde.",
        "Where restoration helps most, in order.",
    ),
    Layer(
        "restoration_plan",
        "MultiPolygon",
        ("budget_eur", "step", "candidate_id"),
        "Herstelplan per budget",
        "Restoration plan per budget",
        "De keuze van kandidaten binnen elk budget.",
        "The choice of candidates within each budget.",
    ),
    Layer(
        "corridors",
        "LineString",
        ("corridor_id",),
        "Corridors",
        "Corridors",
        "Mogelijke verbindingen tussen robuuste gebieden.",
        "Possible connections between robust areas.",
    ),
    Layer(
        "report_units",
        "MultiPolygon",
        ("level", "unit_id"),
        "Rapportage-eenheden",
        "Reporting units",
        "Gemeenten, provincies of andere eenheden, met hun totalen.",
        "Municipalities, provinces or other units, with their sums.",
    ),
    Layer(
        "changes",
        "MultiPolygon",
        ("group", "patch_id", "earlier_patch_ids"),
        "Veranderingen",
        "Changes",
        "Wat er sinds de vorige keer veranderde; leeg zonder vorige keer.",
        "What changed since the earlier run; empty without one.",
    ),
    Layer(
        "quarantined_habitat",
        "MultiPolygon",
        ("source", "row", "reason"),
        "Habitat in quarantaine",
        "Quarantined habitat",
        "Rijen van de habitatkaart die niet bruikbaar zijn, met de reden.",
        "Rows of the habitat map that cannot be used, with the reason.",
    ),
    Layer(
        "coverage_faults",
        "MultiPolygon",
        ("fault_id",),
        "Spleten en overlappingen",
        "Gaps and overlaps",
        "Waar aangrenzende polygonen van de habitatkaart niet sluiten of overlappen.",
        "Where adjoining polygons of the habitat map leave a slit or overlap.",
    ),
    Layer(
        "quarantined_records",
        "Point",
        ("source", "row", "reason"),
        "Waarnemingen in quarantaine",
        "Quarantined records",
        "Waarnemingen die niet bruikbaar zijn, met de reden.",
        "Records that cannot be used, with the reason.",
    ),
    Layer(
        "quarantined_context",
        "MultiPolygon",
        ("source", "row", "reason"),
        "Overige invoer in quarantaine",
        "Other quarantined input",
        "Rijen van de overige bronnen die niet bruikbaar zijn, met de reden.",
        "Rows of the other sources that cannot be used, with the reason.",
    ),
    Layer(
        "group_summary",
        None,
        ("group",),
        "Samenvatting per soortgroep",
        "Summary per species group",
        "Aantallen, oppervlakten en verbondenheid per soortgroep.",
        "Counts, areas and connectivity per species group.",
    ),
    Layer(
        "reintroduction",
        None,
        ("group", "species", "patch_id"),
        "Herintroductie: zeven vragen",
        "Reintroduction: seven questions",
        "Per soort en plek zeven vragen, elk met ja, nee of onbekend.",
        "Per species and patch seven questions, each with yes, no or unknown.",
    ),
    Layer(
        "sensitivity",
        None,
        ("group", "parameter"),
        "Gevoeligheid",
        "Sensitivity",
        "Welke onzekere waarde de meeste oordelen laat omslaan.",
        "Which uncertain value flips most verdicts.",
    ),
    Layer(
        "habitat_state",
        None,
        ("code",),
        "Staat per habitattype",
        "State per habitat type",
        "Areaal, oppervlakte en kwaliteit, in de termen van de Habitatrichtlijn.",
        "Range, area and quality, in the terms of the Habitats Directive.",
    ),
    Layer(
        "unit_classes",
        None,
        ("level", "unit_id", "group", "class"),
        "Eenheden: hectaren per klasse",
        "Units: hectares per class",
        "Hectaren per rapportage-eenheid, soortgroep en klasse.",
        "Hectares per reporting unit, species group and class.",
    ),
    Layer(
        "unit_species",
        None,
        ("level", "unit_id", "group", "species", "status"),
        "Eenheden: soorten per status",
        "Units: species per status",
        "Soorten per rapportage-eenheid en status.",
        "Species per reporting unit and status.",
    ),
    Layer(
        "unit_priorities",
        None,
        ("level", "unit_id", "track"),
        "Eenheden: prioriteiten per spoor",
        "Units: priorities per track",
        "Herstelkandidaten per rapportage-eenheid en spoor.",
        "Restoration candidates per reporting unit and track.",
    ),
    Layer(
        "component_sweep",
        None,
        ("group", "distance_m"),
        "Samenhang per afstand",
        "Components per distance",
        "In hoeveel delen het habitat uiteenvalt bij een reeks afstanden.",
        "How many parts the habitat falls into at a range of distances.",
    ),
    Layer(
        "dispersal_sweep",
        None,
        ("group", "multiple"),
        "Verbondenheid per dispersieafstand",
        "Connectivity per dispersal distance",
        "Hoe verbonden het habitat is voor wie minder ver komt, of verder.",
        "How connected the habitat is for those that move less, or farther.",
    ),
    Layer(
        "ingest_summary",
        None,
        ("source", "reason"),
        "Balans van de invoer",
        "Balance of the input",
        "Rijen in, behouden en in quarantaine, per bron en reden.",
        "Rows in, kept and quarantined, per source and reason.",
    ),
    Layer(
        "settings",
        None,
        ("key",),
        "Instellingen",
        "Settings",
        "Elke instelling van deze berekening.",
        "Every setting of this run.",
    ),
    Layer(
        "sources",
        None,
        ("kind", "source", "path", "layer"),
        "Bronnen",
        "Sources",
        "Elk invoerbestand en elke parametertabel, met controlesom.",
        "Every input file and parameter table, with its checksum.",
    ),
    Layer(
        "run_info",
        None,
        ("key",),
        "Herkomst",
        "Provenance",
        "Versies en vingerafdrukken waarmee dit resultaat te herhalen is.",
        "Versions and fingerprints that make this result repeatable.",
    ),
    Layer(
        "output_columns",
        None,
        (),
        "Verklaring van de kolommen",
        "Meaning of the columns",
        "Elke kolom van elke laag, met eenheid, in het Nederlands en het Engels.",
        "Every column of every layer, with its unit, in Dutch and English.",
    ),
)


def layer_named(name):
    """Look up a layer or table by its name; KeyError when there is none."""
    return {layer.name: layer for layer in LAYERS}[name]
