"""The controlled vocabulary: its facets, in code, and its terms, loaded from vocabulary.json.

A facet is a question ("What were you doing?"); a term is one of its answers. Facets are code
because forms and pages are laid out by them; terms are rows that a moderator may edit.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lessons.models import Term

VOCABULARY_FILE = Path(__file__).with_name("vocabulary.json")

# Answers that say nothing; they are stored, and left out of public pages.
UNSAID = frozenset({"withheld", "unknown", "unsure", "not-relevant"})


@dataclass(frozen=True)
class Facet:
    """One question of the vocabulary.

    slug: its key in vocabulary.json. label: its heading on pages. multiple: whether a story may
    have several of its terms. identifying: whether it could single out an agency or an officer
    in combination with others, so that its terms have no page, and a story shows it only as far as
    lessons/coarsening.py lets it. of_lesson: whether it describes a lesson rather than a story.
    """

    slug: str
    label: str
    multiple: bool = False
    identifying: bool = False
    of_lesson: bool = False


FACETS = {
    facet.slug: facet
    for facet in (
        Facet("activity", "Activity", multiple=True),
        Facet("hazard", "Hazard", multiple=True),
        Facet("worst_potential", "Worst potential"),
        Facet("actual_outcome", "Actual outcome", multiple=True),
        Facet("place", "Place", multiple=True),
        Facet("light", "Light"),
        Facet("weather", "Weather", multiple=True),
        Facet("time_block", "Time of day"),
        Facet("recency", "How long ago"),
        Facet("contributing_factor", "Contributing factor", multiple=True),
        Facet("subject_factor", "Subject", multiple=True),
        Facet("equipment", "Equipment", multiple=True),
        Facet("protection_in_use", "Protection in use", multiple=True),
        Facet("recovery", "What saved the day", multiple=True),
        Facet("recurrence", "Could happen again"),
        Facet("staffing", "Officers there", multiple=True),
        Facet("shift_point", "Point of the shift"),
        Facet("role", "Role", multiple=True, identifying=True),
        Facet("experience", "Experience", identifying=True),
        Facet("involvement", "Told by"),
        Facet("agency_type", "Kind of agency", identifying=True),
        Facet("agency_size", "Size of agency", identifying=True),
        Facet("region", "Region", identifying=True),
        Facet("community", "Community", identifying=True),
        Facet("lesson_theme", "Theme", multiple=True, of_lesson=True),
        Facet("audience", "For", multiple=True, of_lesson=True),
    )
}

PUBLIC_FACETS = tuple(slug for slug, facet in FACETS.items() if not facet.identifying)


def facet_choices() -> list[tuple[str, str]]:
    """Return (slug, label) of each facet, for the admin."""
    return [(facet.slug, facet.label) for facet in FACETS.values()]


def read_vocabulary() -> dict[str, list[dict[str, str]]]:
    """Return the terms of vocabulary.json: {facet: [{"slug", "label", "help"}]}, in order."""
    vocabulary: dict[str, list[dict[str, str]]] = json.loads(VOCABULARY_FILE.read_text("utf-8"))
    return vocabulary


def load_vocabulary(term_model: "type[Term]") -> int:
    """Add the terms of vocabulary.json that are not there yet; return how many were added.

    Terms that are there stay as they are, so that an edit made in the admin is kept.
    """
    added = 0
    for facet, terms in read_vocabulary().items():
        for position, term in enumerate(terms):
            _, created = term_model.objects.get_or_create(
                facet=facet,
                slug=term["slug"],
                defaults={"label": term["label"], "help": term["help"], "position": position},
            )
            added += created
    return added
