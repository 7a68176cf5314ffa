"""The forms that officers fill in: the story with its facts, and the receipt."""

import re
from collections.abc import Iterable
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.db import DatabaseError

from lessons.models import Term
from lessons.vocabulary import FACETS, read_vocabulary
from reports import receipts

STORY_MIN, STORY_MAX = 50, 20_000  # characters
ADVICE_MAX = 5_000  # characters
FACTORS_MAX = 5

# The facts that officers are asked for: a heading, what the fold says of itself, its facets.
GROUPS = (
    ("What you were doing", "Activity", ("activity",)),
    (
        "The scene",
        "Place, light, weather, time of day, who was there",
        ("place", "light", "weather", "time_block", "staffing"),
    ),
    (
        "What could have happened",
        "Hazard, how bad it could have been, how it ended",
        ("hazard", "worst_potential", "actual_outcome", "recurrence"),
    ),
    (
        "Why it happened",
        "Contributing factors, the other people involved",
        ("contributing_factor", "subject_factor"),
    ),
    ("What you carried and wore", "Equipment, protection", ("equipment", "protection_in_use")),
    ("What saved the day", "What kept it a near miss", ("recovery",)),
    (
        "You and your shift",
        "Role, experience, point of the shift, how long ago",
        ("role", "experience", "involvement", "shift_point", "recency"),
    ),
    (
        "Your agency",
        "Kind, size, region, community",
        ("agency_type", "agency_size", "region", "community"),
    ),
)
ASKED_FACETS = tuple(facet for _, _, facets in GROUPS for facet in facets)

# Control characters but for tab and line feed, lone surrogates, and U+FFFD, which is what a
# browser or Django puts where it met bytes that are no text. No database column takes them all.
UNSTORABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff\ufffd]")
# Browsers send CRLF; word processors leave vertical tabs and form feeds for line breaks.
LINE_BREAKS = re.compile("\r\n|[\r\x0b\x0c]")


class OfficersText(forms.CharField):
    """A text as an officer types it: kept as it is, but for one kind of line break."""

    def __init__(self, *, said: str, most: int, least: int = 0, **kwargs: Any) -> None:
        """said: what messages call the text. most, least: its bounds in characters."""
        self.said, self.most, self.least = said, most, least
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> str:
        return LINE_BREAKS.sub("\n", super().to_python(value) or "")

    def run_validators(self, value: str) -> None:
        # Replaces Django's validators, whose messages know neither the text nor the way out.
        if count := len(UNSTORABLE.findall(value)):
            raise ValidationError(
                f"{self.said} holds {characters(count)} that cannot be stored, such as an "
                "invisible control code from a copied text. Each stands as \ufffd below. Take "
                "them out and go on."
            )
        if value and len(value) < self.least:
            raise ValidationError(
                f"{self.said} has {characters(len(value))}. It needs at least {self.least}, so "
                "that others can learn from it. Add what led up to it and what you noticed."
            )
        if len(value) > self.most:
            raise ValidationError(
                f"{self.said} has {characters(len(value))}, and {self.most:,} can be kept. "
                f"Shorten it by {len(value) - self.most:,}. All of it still stands below."
            )

    def bound_data(self, data: Any, initial: Any) -> Any:
        # What comes back to its author shows where the unstorable characters were.
        return UNSTORABLE.sub("\ufffd", LINE_BREAKS.sub("\n", data)) if data else data


def characters(count: int) -> str:
    return f"{count:,} character{'' if count == 1 else 's'}"


def asked_terms() -> dict[str, list[tuple[str, str]]]:
    """Return the terms that officers choose from, as {facet: [(slug, label)]}.

    With the database away they come from vocabulary.json, so that a story whose sending failed
    can be given back in its form.
    """
    terms: dict[str, list[tuple[str, str]]] = {facet: [] for facet in ASKED_FACETS}
    try:
        rows = list(
            Term.objects.filter(facet__in=ASKED_FACETS).values_list("facet", "slug", "label")
        )
    except DatabaseError:
        vocabulary = read_vocabulary()
        rows = [(f, t["slug"], t["label"]) for f in ASKED_FACETS for t in vocabulary[f]]
    for facet, slug, label in rows:
        terms[facet].append((slug, label))
    return terms


class Fold(Fieldset):  # type: ignore[misc]  # crispy-forms has no types
    """A group of fields that can be passed by: closed until it is wanted, or holds something."""

    template = "forms/layout/fold.html"

    def __init__(self, heading: str, hint: str, fields: Iterable[str], *, is_open: bool) -> None:
        super().__init__(heading, *fields)
        self.hint, self.is_open = hint, is_open


class StoryForm(forms.Form):
    """A near miss as an officer tells it: story and advice as text, facts from the vocabulary."""

    story = OfficersText(
        said="Your story",
        least=STORY_MIN,
        most=STORY_MAX,
        label="What happened?",
        help_text=(
            "Tell it as you would to a partner. Names, places and times are taken out on the "
            "next page, where you see every change. Nothing is stored until you press Send."
        ),
        widget=forms.Textarea(attrs={"rows": 12, "data-count": STORY_MAX, "autocomplete": "off"}),
        error_messages={
            "required": "Tell what happened. Without a story there is nothing to learn from."
        },
    )
    advice = OfficersText(
        said="What others should learn",
        most=ADVICE_MAX,
        required=False,
        label="What should others learn from it?",
        help_text="What you would tell the next officer. Leave it empty if the story says it.",
        widget=forms.Textarea(attrs={"rows": 4, "data-count": ADVICE_MAX, "autocomplete": "off"}),
    )

    def __init__(
        self, *args: Any, vocabulary: dict[str, list[tuple[str, str]]] | None = None, **kwargs: Any
    ) -> None:
        """vocabulary: as asked_terms() gives it; read anew when it is left out."""
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.vocabulary = asked_terms() if vocabulary is None else vocabulary
        for slug in ASKED_FACETS:
            self.fields[slug] = facet_field(slug, self.vocabulary[slug])
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(
            "story",
            "advice",
            Fieldset(
                "Facts, if you like",
                *(
                    Fold(heading, hint, facets, is_open=any(map(self.holds, facets)))
                    for heading, hint, facets in GROUPS
                ),
                css_class="facts",
            ),
        )

    def holds(self, name: str) -> bool:
        """Whether the field holds an answer or an error, so that its fold stands open."""
        return bool(self[name].value()) or (self.is_bound and name in self.errors)

    def chosen(self, facet: str) -> list[str]:
        """Return the slugs that were given for a facet, whether it takes one or several."""
        value = self.cleaned_data[facet]
        return sorted(value) if isinstance(value, list) else [value] if value else []

    def facts(self) -> list[tuple[str, list[str]]]:
        """Return the facts that were given, as (heading of the facet, labels), in order."""
        given = []
        for facet in ASKED_FACETS:
            chosen = self.chosen(facet)
            labels = [label for slug, label in self.vocabulary[facet] if slug in chosen]
            if labels:
                given.append((FACETS[facet].label, labels))
        return given

    def terms(self) -> list[Term]:
        """Return the facts that were given as rows of the vocabulary."""
        keys = set(self.term_keys())
        rows = Term.objects.filter(facet__in={facet for facet, _ in keys})
        return [term for term in rows if (term.facet, term.slug) in keys]

    def term_keys(self) -> list[tuple[str, str]]:
        """Return the facts that were given as (facet, slug), in order."""
        return [(facet, slug) for facet in ASKED_FACETS for slug in self.chosen(facet)]


def facet_field(slug: str, choices: list[tuple[str, str]]) -> forms.ChoiceField:
    """Return the field that asks for a facet: check boxes for several answers, else a list."""
    facet = FACETS[slug]
    field: forms.ChoiceField
    if facet.multiple:
        field = forms.MultipleChoiceField(
            label=facet.label,
            choices=choices,
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )
    else:
        field = forms.ChoiceField(
            label=facet.label, choices=[("", "Leave out"), *choices], required=False
        )
    field.error_messages["invalid_choice"] = (
        "“%(value)s” is not one of the answers. Choose from the list, or leave it out."
    )
    if slug == "contributing_factor":
        field.help_text = f"Choose {FACTORS_MAX} at most: what mattered most."
        field.validators.append(at_most_five)
    return field


def at_most_five(chosen: Iterable[str]) -> None:
    if (count := len(list(chosen))) > FACTORS_MAX:
        raise ValidationError(
            f"You chose {count} contributing factors, and {FACTORS_MAX} can be kept. "
            f"Take out {count - FACTORS_MAX}."
        )


class ReceiptForm(forms.Form):
    """A receipt as a person types it."""

    receipt = forms.CharField(
        label="Your receipt",
        max_length=60,
        help_text=(
            "Sixteen letters and digits in four groups. Capitals, spaces and dashes do not matter."
        ),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
        error_messages={
            "required": "Type the receipt that you were shown when you sent your story."
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    def clean_receipt(self) -> str:
        try:
            return receipts.read(self.cleaned_data["receipt"])
        except receipts.NotAReceipt as error:
            raise ValidationError(
                "That is no receipt: it has four groups of four letters and digits, as in "
                "7Q2M-X0VR-1N8D-ZK4T. Check it for a missing or an added character."
            ) from error
