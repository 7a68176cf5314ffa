"""The officer's answer to a question: written with the receipt, checked as a story is, sent once.

Like the story, an answer is shown as it would be stored before it can be sent. The receipt
travels in the body of each request, and nowhere else.
"""

import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from crispy_forms.helper import FormHelper
from django import forms
from django.core import signing
from django.http import QueryDict

from lessons.models import Term, by_facet
from lessons.vocabulary import UNSAID, Facet
from reports import review
from reports.checking import Checked
from reports.drafts import Draft
from reports.forms import OfficersText
from reports.models import Letter, Message, Report
from reports.sending import MAX_AGE

SALT = "reports.answers"
ANSWER_MAX = 5_000  # characters

Kind = Message.Kind

# What each kind of reply says of the text that was read; an answer says it in words alone.
VERDICTS = {
    Kind.AGREEMENT: "It does not give me away.",
    Kind.OBJECTION: "It gives me away.",
}

# The values that the buttons post as `step`; see reply().
STEPS = (*Message.OF_THE_OFFICER, "again", "edit", "send")


class AnswerForm(forms.Form):
    """The words of a reply: needed to answer a question, at will beside a verdict."""

    words = OfficersText(
        said="Your answer",
        most=ANSWER_MAX,
        label="Your answer",
        help_text=(
            "Names, places and times are taken out on the next page, where you see every change. "
            "Nothing is stored until you press Send there."
        ),
        widget=forms.Textarea(attrs={"rows": 6, "data-count": ANSWER_MAX, "autocomplete": "off"}),
        error_messages={"required": "Write an answer, or leave this page: you need not answer."},
    )

    def __init__(self, *args: Any, of_a_reading: bool, **kwargs: Any) -> None:
        """of_a_reading: whether the officer was asked to read the text, and may add words."""
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        if of_a_reading:
            words = self.fields["words"]
            words.required = False
            words.label = "What should change?"
            words.help_text = f"Leave it empty if there is nothing to say. {words.help_text}"
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True


@dataclass(frozen=True)
class Reading:
    """The text that the officer is asked to read. facts: all that a public page might show."""

    draft: Draft
    digest: str
    facts: list[tuple[Facet, list[Term]]]


@dataclass(frozen=True)
class Turn:
    """The open question of a report, with what the officer needs to reply to it."""

    question: Message
    reading: Reading | None

    @classmethod
    def of(cls, report: Report) -> Self | None:
        """Return the open question, or None."""
        if report.letter != Letter.ASKED:
            return None
        question = report.messages.filter(kind__in=Message.QUESTIONS).last()
        if question is None:
            return None
        if question.kind != Kind.READING:
            return cls(question, None)
        draft = Draft.of(report)
        said = [term for term in draft.terms if term.slug not in UNSAID]
        facts = by_facet(sorted(said, key=lambda t: (t.position, t.slug)), of_lesson=False)
        return cls(question, Reading(draft, draft.digest(), facts))

    def form(self, data: QueryDict | None = None, words: str = "") -> AnswerForm:
        return AnswerForm(
            data, initial={"words": words}, of_a_reading=self.question.kind == Kind.READING
        )


@dataclass(frozen=True)
class Reply:
    """A reply on its way: to which question, what it says, how the engine leaves its words."""

    question: UUID
    kind: Kind
    shown: str
    checked: Checked

    def token(self) -> str:
        """Return the token of a page that shows this reply: it lets just this be sent."""
        return signing.dumps(self.digest(), salt=SALT)

    def is_shown_by(self, token: str) -> bool | None:
        """Whether a token was made for just this; None if it is forged, or too old."""
        try:
            digest = signing.loads(token, salt=SALT, max_age=MAX_AGE)
        except signing.BadSignature:
            return None
        return hmac.compare_digest(str(digest), self.digest())

    def digest(self) -> str:
        parts = [str(self.question), self.kind.value, self.shown, self.checked.stored_story]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    def store(self, report: Report) -> None:
        """Keep it. Raises review.Refused."""
        text = self.checked.stored_story
        if self.kind == Kind.ANSWER:
            review.answer(report=report, question=self.question, text=text)
        else:
            say = review.agree if self.kind == Kind.AGREEMENT else review.object_to
            say(report=report, question=self.question, shown=self.shown, text=text)


def kind_of(data: QueryDict) -> Kind | None:
    """Return what a request says: by its button, or by what its check page says already."""
    for value in (data.get("step", ""), data.get("verdict", "")):
        if value in Message.OF_THE_OFFICER:
            return Kind(value)
    return None


def question_of(data: QueryDict) -> UUID | None:
    try:
        return UUID(data.get("question", ""))
    except ValueError:
        return None
