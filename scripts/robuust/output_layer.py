"""What is said of one layer or table of robuust.gpkg."""

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
