"""The questions of a planner: which layers answer each, and which of them are drawn."""

from dataclasses import dataclass

#: Stands for one branch of layers for each species group, in the tree below.
PER_GROUP = "layers of each group"
#: Layers of such a branch, from the top.
GROUP_LAYERS = ("populations", "links", "patches")
#: All habitat in one pale colour, under the layers of other questions.
BACKGROUND = "background"


@dataclass(frozen=True)
class Question:
    """One branch of the layer tree, and the map theme of the same name.

    `drawn` are the layers of its theme, which may stand in other branches; `shown`
    opens and ticks the branch; `has_map` makes a page to print, and `has_atlas` such a
    page for every reporting unit.
    """

    title_nl: str
    title_en: str
    layers: tuple[str, ...]
    drawn: tuple[str, ...] = ()
    shown: bool = False
    has_map: bool = True
    has_atlas: bool = False

    def title(self, language):
        """Ask it in Dutch (`nl`) or English (`en`)."""
        return self.title_nl if language == "nl" else self.title_en


QUESTIONS = (
    Question(
        "Waar is het robuust?",
        "Where is it robust?",
        (
            *("report_units", "robust_areas", "patches", "networks", "links"),
            *("robustness_score", "habitat_variety"),
        ),
        drawn=("report_units", "robust_areas", "patches"),
        shown=True,
        has_atlas=True,
    ),
    Question(
        "Voor wie?",
        "For whom?",
        (
            PER_GROUP,
            *("robust_groups", "buffers", "buffer_groups", "robust_area_groups"),
            *("robust_area_species", "bundle_summary", "group_summary"),
            *("component_sweep", "dispersal_sweep"),
        ),
        drawn=("report_units", "robust_groups", BACKGROUND),
    ),
    Question(
        "Wat is er in gevaar?",
        "What is at risk?",
        (
            *("populations", "relict_sites", "relict_receivers", "pressure_zones"),
            *("zone_land_uses", "reintroduction", "habitat_state"),
        ),
        drawn=("report_units", "populations", "relict_sites", BACKGROUND),
        has_atlas=True,
    ),
    Question(
        "Wat eerst doen?",
        "What to do first?",
        (
            *("pinch_points", "restoration_plan", "restoration", "corridor_paths"),
            *("corridors", "plan_curve", "plan_groups", "unit_priorities"),
            *("unit_measures", "unit_programmes", "unit_targets"),
        ),
        drawn=(
            *("report_units", "pinch_points", "restoration_plan", "restoration"),
            *("corridors", BACKGROUND),
        ),
        has_atlas=True,
    ),
    Question(
        "Wat veranderde?",
        "What changed?",
        (
            *("population_changes", "planned_changes", "changes"),
            *("group_changes", "change_polygons", "change_records"),
            *("unit_progress", "history"),
        ),
        drawn=("report_units", "population_changes", "planned_changes", "changes"),
    ),
    Question(
        "Invoer en kwaliteit",
        "Input and quality",
        (
            *("quarantined_records", "quarantined_habitat", "quarantined_context"),
            *("quarantined_without_place", "coverage_faults"),
            *("candidate_checks", "ingest_summary", "sensitivity"),
            *("unit_classes", "unit_species", "sources", "settings", "run_info"),
            *("patch_polygons", "population_records", "output_columns"),
        ),
        drawn=(
            *("quarantined_records", "quarantined_habitat", "quarantined_context"),
            *("coverage_faults", BACKGROUND),
        ),
        has_map=False,
    ),
    Question("Ondergrond", "Background", (BACKGROUND,), has_map=False),
)
