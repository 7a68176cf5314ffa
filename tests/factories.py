"""Plain functions that make what tests need. Everything has a default; name what matters."""

import secrets
from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib.auth.models import Group, Permission, User
from django.utils import timezone

from lessons.models import Lesson, Story, Term
from lessons.vocabulary import load_vocabulary
from reports.models import Report, State
from reports.moderators import form_group

PASSWORD = "correct horse battery"

# A story in which the engine suspects nothing.
STORY = (
    "I stood beside the car and wrote the citation on the trunk. "
    "A truck passed so close that it took the flashlight out of my hand."
)


def term(facet: str, slug: str) -> Term:
    """Return a term of the vocabulary, loaded anew if a test has emptied the database."""
    if not Term.objects.exists():
        load_vocabulary(Term)
    return Term.objects.get(facet=facet, slug=slug)


def make_user(username: str = "visitor", **fields: Any) -> User:
    return User.objects.create_user(username, password=PASSWORD, **fields)


def make_moderator(username: str = "alex") -> User:
    """Return a member of the group "Moderators" and of nothing else."""
    user = make_user(username, is_staff=True)
    user.groups.add(form_group(Group, Permission))
    return user


def make_lead(username: str = "lead") -> User:
    """Return a moderator who may reassign, unpublish and correct as well."""
    user = make_moderator(username)
    user.user_permissions.add(Permission.objects.get(codename="lead_reports"))
    return user


def make_administrator(username: str = "admin") -> User:
    return make_user(username, is_staff=True, is_superuser=True)


def make_report(
    state: State = State.RECEIVED,
    *,
    story: str = STORY,
    terms: Iterable[Term] = (),
    lessons: Sequence[str] = ("Stand where the car shields you.",),
    **fields: Any,
) -> Report:
    """Return a report in any state, with a draft that can be passed on once it is in review.

    Whoever passes or approves it can be named; in a state that needs them they are made.
    """
    if state != State.RECEIVED:
        draft = {
            "title": "A truck takes a flashlight",
            "summary": "An officer stood in the lane, and a truck came close.",
            "narrative": story,
        }
        fields = draft | fields
    if state in (State.AWAITING_SECOND, State.PUBLISHED) and "passed_by" not in fields:
        fields["passed_by"] = make_moderator("passer")
    if state == State.PUBLISHED and "approved_by" not in fields:
        fields["approved_by"] = make_moderator("approver")
    if state == State.PUBLISHED and "published_as" not in fields:
        fields["published_as"] = make_story(title=fields["title"])
    fields.setdefault("week", "2026-W07")
    fields.setdefault("receipt_hash", secrets.token_hex(32))
    report = Report.objects.create(state=state, story=story, **fields)
    report.terms.set(terms)
    if state != State.RECEIVED:
        for position, text in enumerate(lessons):
            report.lesson_drafts.create(position=position, text=text)
    return report


def make_story(
    title: str = "A truck takes a flashlight",
    *,
    terms: Iterable[Term] = (),
    lessons: Sequence[str] = (),
    **fields: Any,
) -> Story:
    """Return a published story; `published=None` makes one that is not public."""
    fields.setdefault("slug", f"story-{secrets.token_hex(4)}")
    fields.setdefault("summary", "An officer stood in the lane, and a truck came close.")
    fields.setdefault("narrative", STORY)
    fields.setdefault("published", timezone.now().date())
    story = Story.objects.create(title=title, **fields)
    story.terms.set(terms)
    for position, text in enumerate(lessons):
        Lesson.objects.create(story=story, position=position, text=text)
    return story


def make_lesson(
    story: Story, text: str = "Stand where the car shields you.", *, terms: Iterable[Term] = ()
) -> Lesson:
    """Return a lesson, the last of its story."""
    lesson = Lesson.objects.create(story=story, position=story.lessons.count(), text=text)
    lesson.terms.set(terms)
    return lesson
