"""The editor of the desk: title, summary, narrative, facts and lessons of a report."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator, RegexValidator
from django.forms import BoundField
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from lessons.models import Lesson, Story, Term
from lessons.vocabulary import FACETS, Facet
from reports.drafts import Draft, DraftedLesson

# Characters. A story has 20,000 at most when it is typed, and replacements may lengthen it.
NARRATIVE_LENGTH = 30_000
LESSONS_MAX = 20  # nobody briefs more from one story
NOT_SAID = "Not said"
CHECKED = SafeString(" checked")
BLANK_LESSONS = 1  # empty forms below the last lesson, for a browser without JavaScript

NO_CONTROL_CHARACTERS = RegexValidator(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]",
    "This text holds control characters, which no reader can see. "
    "They often come from copying; paste it as plain text.",
    code="control_characters",
    inverse_match=True,
)

# Facet slug to its terms, in order.
Vocabulary = dict[str, list[Term]]


def read_vocabulary() -> Vocabulary:
    """Return every term by facet, in one query for all the forms of a page."""
    vocabulary: Vocabulary = {facet: [] for facet in FACETS}
    for term in Term.objects.order_by("facet", "position", "slug"):
        vocabulary[term.facet].append(term)
    return vocabulary


class PlainTextField(forms.CharField):
    """Text kept as it is typed, but for its line ends; control characters are an error."""

    default_validators = [NO_CONTROL_CHARACTERS]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strip=False, **kwargs)
        # Django's own check of NUL would say the same once more.
        self.validators = [
            validator
            for validator in self.validators
            if not isinstance(validator, ProhibitNullCharactersValidator)
        ]

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n").replace("\r", "\n")


@dataclass(frozen=True)
class Option:
    """One tick box or radio button of a picker."""

    value: str
    label: str
    help: str = ""
    picked: bool = False


@dataclass(frozen=True)
class Picker:
    """A facet on the page: its field, its options, and the labels of what is picked."""

    facet: Facet
    field: BoundField
    options: list[Option]

    @property
    def picked(self) -> list[str]:
        return [option.label for option in self.options if option.picked and option.value]

    def boxes(self) -> SafeString:
        """Return the options as HTML. A page has 700: a template takes five times as long."""
        type_ = "checkbox" if self.facet.multiple else "radio"
        name, base = self.field.html_name, self.field.auto_id
        return format_html_join(
            "",
            '<label for="{0}"><input type="{1}" id="{0}" name="{2}" value="{3}"{4}> {5}{6}</label>',
            (
                (
                    f"{base}_{number}",
                    type_,
                    name,
                    option.value,
                    CHECKED if option.picked else "",
                    option.label,
                    format_html(" <small>{}</small>", option.help) if option.help else "",
                )
                for number, option in enumerate(self.options)
            ),
        )


class TermsForm(forms.Form):
    """A form with one field of terms for each facet: of lessons, or of stories."""

    of_lesson = False

    def __init__(self, *args: Any, vocabulary: Vocabulary, **kwargs: Any) -> None:
        kwargs["label_suffix"] = ""
        super().__init__(*args, **kwargs)
        self.vocabulary = vocabulary
        for facet in self.facets:
            self.fields[facet.slug] = facet_field(facet, vocabulary[facet.slug])

    @cached_property
    def facets(self) -> list[Facet]:
        return [facet for facet in FACETS.values() if facet.of_lesson == self.of_lesson]

    def pickers(self) -> Iterator[Picker]:
        for facet in self.facets:
            field = self[facet.slug]
            value = field.value()
            values = value if isinstance(value, list | tuple) else [value]
            chosen = {"" if key is None else str(key) for key in values}
            options = [
                Option(str(term.pk), term.label, term.help, str(term.pk) in chosen)
                for term in self.vocabulary[facet.slug]
            ]
            if not facet.multiple:
                nothing = not any(option.picked for option in options)
                options.insert(0, Option("", NOT_SAID, picked=nothing))
            yield Picker(facet, field, options)

    def terms(self) -> frozenset[Term]:
        """Return the picked terms of a valid form."""
        picked: set[int] = set()
        for facet in self.facets:
            value = self.cleaned_data[facet.slug]
            picked.update(value if isinstance(value, list) else [] if value is None else [value])
        return frozenset(
            term
            for facet in self.facets
            for term in self.vocabulary[facet.slug]
            if term.pk in picked
        )


class DraftForm(TermsForm):
    """What will be published, but for its lessons. Nothing is required until it is passed on."""

    title = PlainTextField(
        max_length=Story._meta.get_field("title").max_length,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="What happened, in one line.",
    )
    summary = PlainTextField(
        max_length=Story._meta.get_field("summary").max_length,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Two or three sentences for a reader in a hurry.",
    )
    narrative = PlainTextField(
        max_length=NARRATIVE_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 18}),
        help_text="The story as readers get it. It starts as the story that came in.",
    )


class LessonForm(TermsForm):
    """One lesson. A form without text and themes is none."""

    of_lesson = True

    text = PlainTextField(
        max_length=Lesson._meta.get_field("text").max_length,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Write the lesson, or untick its themes to leave it out."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["use_required_attribute"] = False
        super().__init__(*args, **kwargs)

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        if not text.strip():
            raise ValidationError(self.fields["text"].error_messages["required"], code="required")
        return text

    def has_changed(self) -> bool:
        # A number in the order, or a tick to remove, does not make a lesson.
        return bool(set(self.changed_data) - {"ORDER", "DELETE"})


class LessonsFormSet(forms.BaseFormSet):
    """All lessons of a report, replaced as a whole: two moderators never edit one row."""

    def initial_form_count(self) -> int:
        return 0  # so that an emptied form counts as removed

    def total_form_count(self) -> int:
        if self.is_bound:
            return super().total_form_count()
        return len(self.initial or []) + self.extra

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["ORDER"].widget.attrs["min"] = 1
        form.fields["ORDER"].label = "Place"
        form.fields["DELETE"].label = "Remove this lesson"

    def lessons(self) -> Iterator[DraftedLesson]:
        """Yield the lessons of a valid form set, in their order."""
        for form in self.ordered_forms:
            yield DraftedLesson(form.cleaned_data["text"], form.terms())


LessonForms = forms.formset_factory(
    LessonForm,
    formset=LessonsFormSet,
    extra=BLANK_LESSONS,
    max_num=LESSONS_MAX,
    validate_max=True,
    absolute_max=LESSONS_MAX + 10,
    can_order=True,
    can_delete=True,
)


class Editor:
    """The forms of one report: as it stands, or as a request carries them."""

    def __init__(self, draft: Draft, data: Any = None) -> None:
        vocabulary = read_vocabulary()
        self.form = DraftForm(
            data,
            initial={
                "title": draft.title,
                "summary": draft.summary,
                "narrative": draft.narrative,
                **_picked(draft.terms),
            },
            vocabulary=vocabulary,
        )
        self.lessons: Any = LessonForms(
            data,
            prefix="lessons",
            # As a request carries them, the forms stand for themselves.
            initial=[
                {"text": lesson.text, "ORDER": place, **_picked(lesson.terms)}
                for place, lesson in enumerate(draft.lessons, start=1)
            ]
            if data is None
            else None,
            form_kwargs={"vocabulary": vocabulary},
        )

    def is_valid(self) -> bool:
        # Both, so that every error shows at once.
        return all([self.form.is_valid(), self.lessons.is_valid()])

    def draft(self) -> Draft:
        """Return what a valid editor holds."""
        texts = self.form.cleaned_data
        return Draft(
            title=texts["title"],
            summary=texts["summary"],
            narrative=texts["narrative"],
            terms=self.form.terms(),
            lessons=tuple(self.lessons.lessons()),
        )

    def typed(self) -> Iterator[tuple[str, str]]:
        """Yield (name, text) of whatever was typed, valid or not."""
        for name in ("title", "summary", "narrative"):
            yield name.capitalize(), self.form[name].value() or ""
        for number, form in enumerate(self.lessons, start=1):
            yield f"Lesson {number}", form["text"].value() or ""

    def errors(self) -> Iterator[tuple[str, str, str]]:
        """Yield (id of the field, its name, what is wrong) of every error."""
        for form, prefix in [
            (self.form, ""),
            *((form, f"Lesson {number}: ") for number, form in enumerate(self.lessons, start=1)),
        ]:
            for name, errors in form.errors.items():
                for error in errors:
                    yield form[name].auto_id, f"{prefix}{form[name].label}", error
        for error in self.lessons.non_form_errors():
            yield "lessons", "Lessons", error


def facet_field(facet: Facet, terms: list[Term]) -> forms.Field:
    """Return the field that picks terms of a facet: several, or one that can be taken back."""
    choices: list[tuple[Any, Any]] = [(term.pk, term.label) for term in terms]
    if facet.multiple:
        return forms.TypedMultipleChoiceField(
            choices=choices,
            coerce=int,
            label=facet.label,
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )
    return forms.TypedChoiceField(
        choices=[("", NOT_SAID), *choices],
        coerce=int,
        empty_value=None,
        label=facet.label,
        required=False,
        widget=forms.RadioSelect,
    )


def _picked(terms: frozenset[Term]) -> dict[str, Any]:
    """Return terms as initial values of the facets' fields."""
    picked: dict[str, Any] = {}
    for term in terms:
        if FACETS[term.facet].multiple:
            picked.setdefault(term.facet, []).append(term.pk)
        else:
            picked[term.facet] = term.pk
    return picked
