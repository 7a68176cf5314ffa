"""Letters at the desk: what was asked and answered, the next question, the words of a decline."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import QueryDict

from reports import review
from reports.checking import Segment, check
from reports.drafts import Draft
from reports.forms_review import PlainTextField
from reports.models import DECLINE_REASONS, Letter, Message, Reason, Report, State
from reports.suspects import Key, Suspect

QUESTION_LENGTH = 2_000  # characters; an officer answers on a phone
WORDS_LENGTH = 1_000  # characters

# Questions that moderators ask again and again, to be ticked.
READY: list[str] = json.loads(Path(__file__).with_name("questions.json").read_text("utf-8"))

# The buttons of the letters, by the value they post. Each keeps the draft first.
DONE = {
    "ask": "Saved. The question waits for the officer, who reads it with the receipt.",
    "ask_to_read": "Saved. The officer, with the receipt, reads the text as it stands.",
    "unask": "Saved. The question is taken back.",
}


class AskForm(forms.Form):
    """A question to the officer: ready-made ones that are ticked, and the moderator's own."""

    ready = forms.MultipleChoiceField(
        choices=[(str(number), text) for number, text in enumerate(READY)],
        required=False,
        label="Ready-made questions",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "That is none of the ready-made questions."},
    )
    question = PlainTextField(
        max_length=QUESTION_LENGTH,
        required=False,
        label="Your question",
        help_text="Ask one thing that the lesson needs. Never ask who, where or when.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, prefix="ask", label_suffix="")

    def text(self) -> str:
        """Return what a valid form asks, a question a line."""
        ticked = [READY[int(number)] for number in self.cleaned_data["ready"]]
        return "\n".join([*ticked, self.cleaned_data["question"].strip()]).strip()


class ReasonForm(forms.Form):
    """Why a report is not public. The officer reads it."""

    reason = forms.ChoiceField(
        label="Why? The officer reads this.",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a reason: the officer reads it with the receipt."},
    )

    def __init__(self, data: QueryDict | None, reasons: Iterable[Reason]) -> None:
        super().__init__(data, label_suffix="", use_required_attribute=False)
        choices = [(reason.value, str(reason.label)) for reason in reasons]
        self.fields["reason"].choices = choices  # type: ignore[attr-defined]


class DeclineForm(ReasonForm):
    words = PlainTextField(
        max_length=WORDS_LENGTH,
        required=False,
        label="Your words to the officer",
        help_text=(
            "Only where the reason does not say it all. They are deleted with the story. "
            "The officer never learns who wrote them."
        ),
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, DECLINE_REASONS)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.cleaned_data.get("reason") == Reason.OTHER and not self.cleaned_data.get("words"):
            self.add_error(
                "words",
                ValidationError("Say the reason in your words: “another reason” tells nothing."),
            )
        return cleaned


@dataclass(frozen=True)
class Shown:
    """A message as the desk shows it. segments: of what the officer wrote, read by the engine."""

    message: Message
    segments: tuple[Segment, ...]
    is_of_another_text: bool

    @property
    def found(self) -> int:
        """How many stretches of it the engine points out."""
        return sum(segment.span is not None for segment in self.segments)


class Letters:
    """The letters of a report on its review page, with the form for the next one."""

    def __init__(
        self, report: Report, data: QueryDict | None = None, suspected: Iterable[Suspect] = ()
    ) -> None:
        """data: of a request whose question goes on. suspected: in that question."""
        self.shown = list(_shown(report))
        self.is_open = report.letter == Letter.ASKED
        self.is_answered = report.letter == Letter.ANSWERED
        self.suspected = list(suspected)
        self.form = None
        if report.state == State.IN_REVIEW and not self.is_open:
            self.form = AskForm(data if data is not None and is_typed(data) else None)

    def errors(self) -> Iterator[tuple[str, str, str]]:
        """Yield (id of the field, its name, what is wrong) of the question as it was typed."""
        for field in self.form or ():
            for error in field.errors:
                yield field.id_for_label or f"{field.auto_id}_0", str(field.label), str(error)


def do(deed: str, report: Report, moderator: User, data: QueryDict) -> None:
    """Do what a button of the letters asks for. Raises review.Refused."""
    seen = {"report": report, "version": report.version, "moderator": moderator}
    if deed == "ask_to_read":
        review.ask_to_read(**seen)  # type: ignore[arg-type]
    elif deed == "unask":
        review.unask(**seen)  # type: ignore[arg-type]
    else:
        form = AskForm(data)
        if not form.is_valid():
            raise review.Refused("Nothing was asked. Correct what is marked.", status=400)
        review.ask(**seen, text=form.text(), dismissed=ticked(data))  # type: ignore[arg-type]


def ticked(data: QueryDict) -> set[Key]:
    """Return the suspects of a letter that were ticked as identifying nobody."""
    return {Key(*value.split(":", 1)) for value in data.getlist("letter-dismiss") if ":" in value}


def is_typed(data: QueryDict) -> bool:
    """Whether a request carries a question, asked or not."""
    return bool(data.get("ask-question", "").strip() or data.getlist("ask-ready"))


def typed(data: QueryDict) -> Iterator[tuple[str, str]]:
    """Yield (name, text) of a question that a request carries."""
    if question := data.get("ask-question", ""):
        yield "Question to the officer", question


def _shown(report: Report) -> Iterator[Shown]:
    messages = list(report.messages.select_related("moderator"))
    digest = ""
    if any(message.kind in Message.VERDICTS for message in messages):
        digest = Draft.of(report).digest()
    for message in messages:
        of_officer = message.is_of_the_officer and message.text
        yield Shown(
            message,
            check(message.text, "").story if of_officer else (),
            is_of_another_text=message.kind in Message.VERDICTS and message.shown != digest,
        )
