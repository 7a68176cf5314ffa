"""The desk's pages for a story that is published: take it down, publish it again, correct it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from lessons.models import Correction
from reports import desk, letters, review, wording
from reports.drafts import Draft, differences
from reports.forms_review import Editor, PlainTextField
from reports.models import UNPUBLISH_REASONS, Proposal, Report, State

TAKE_DOWN = "admin:reports_report_take_down"
CORRECT = "admin:reports_report_correct"


class NoteForm(forms.Form):
    """What readers are told of a correction."""

    note = PlainTextField(
        max_length=Correction._meta.get_field("note").max_length,
        label="Note to readers",
        help_text=(
            "It stands on the story’s page, with the day. Say what changed; never repeat a word "
            "that had to go."
        ),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Tell readers in a sentence what changed."},
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="", use_required_attribute=False)


@dataclass(frozen=True)
class Change:
    """A part of a story that a correction changes: how it stands, and how it would stand."""

    name: str
    before: str
    after: str

    @cached_property
    def words(self) -> wording.Comparison:
        """What differs, word by word."""
        return wording.compare(self.before, self.after)


def changes(published: Draft, corrected: Draft) -> Iterator[Change]:
    """Yield each part in which a correction differs from the story."""
    before = {part.name: part.theirs for part in differences(corrected, published)}
    for part in differences(published, corrected):
        yield Change(part.name, before[part.name], part.theirs)


def take_down_page(request: HttpRequest, report: Report, context: dict[str, Any]) -> HttpResponse:
    """Ask why a story is to be taken down, and do it; or publish it again."""
    if not _user(request).has_perm(review.LEAD):
        return _leads_only(request, report, context)
    form = letters.ReasonForm(
        request.POST if request.POST.get("do") == "take_down" else None, UNPUBLISH_REASONS
    )
    trouble = None
    if request.method == "POST":
        try:
            message = _take_down(request, report, form)
        except review.Refused as refused:
            trouble = desk.Trouble.of(refused)
            report = Report.objects.select_related("published_as").get(pk=report.pk)
        else:
            messages.success(request, message)
            return HttpResponseRedirect(reverse(desk.REVIEW, args=[report.pk]))
    return _render(request, "take_down.html", report, context, trouble, "Take down", form=form)


def correct_page(request: HttpRequest, report: Report, context: dict[str, Any]) -> HttpResponse:
    """Write a correction, as a lead; or look at the one that waits, and confirm or drop it."""
    proposal = Proposal.objects.select_related("proposed_by").filter(report=report).first()
    is_lead = _user(request).has_perm(review.LEAD)
    do = request.POST.get("do", "") if request.method == "POST" else None
    if proposal is None and not is_lead and do is None:
        return _leads_only(request, report, context)
    editor = note = trouble = None
    if report.published_as is not None and is_lead:
        typed = request.POST if do is not None and do not in ("confirm", "drop") else None
        editor = Editor(Draft.of_story(report.published_as), typed)
        note = NoteForm(typed)
    if do is not None:
        try:
            message = _correct(request, report, do, editor, note)
        except review.Refused as refused:
            trouble = desk.Trouble.of(refused)
            report = Report.objects.select_related("published_as").get(pk=report.pk)
            proposal = Proposal.objects.select_related("proposed_by").filter(report=report).first()
            if editor and editor.form.is_bound and (proposal or report.published_as is None):
                trouble.unsaved = [(name, text) for name, text in editor.typed() if text]
        else:
            messages.success(request, message)
            return HttpResponseRedirect(reverse(desk.REVIEW, args=[report.pk]))
    compared = []
    if proposal and report.published_as:
        corrected = Draft.from_json(proposal.draft)
        compared = list(changes(Draft.of_story(report.published_as), corrected))
    return _render(
        request,
        "correct.html",
        report,
        context,
        trouble,
        "Correction" if proposal else "Correct the story",
        editor=None if proposal else editor,
        note=note,
        proposal=proposal,
        proposed_by_me=proposal is not None and proposal.proposed_by_id == _user(request).pk,
        changes=compared,
        errors=[*editor.errors()] if trouble and editor and editor.form.is_bound else [],
    )


def _take_down(request: HttpRequest, report: Report, form: letters.ReasonForm) -> str:
    seen = _seen(request, report)
    if request.POST.get("do") == "republish":
        review.republish(**seen)
        return "The story is published again, where it stood."
    if report.state == State.PUBLISHED and not form.is_valid():
        raise review.Refused("It was not taken down. Correct what is marked.", status=400)
    review.unpublish(**seen, reason=form["reason"].value() or "")
    return "The story is taken down. It stands on no public page any more."


def _correct(
    request: HttpRequest, report: Report, do: str, editor: Editor | None, note: NoteForm | None
) -> str:
    seen = _seen(request, report)
    if do == "confirm":
        review.confirm_correction(**seen)
        return "The story is corrected, and its page says so."
    if do == "drop":
        review.drop_correction(**seen)
        return "The correction is dropped. The story stands as it was."
    if do != "propose":
        raise review.Refused("The desk does not know that button. Nothing was changed.", status=400)
    valid = editor is not None and note is not None and all([editor.is_valid(), note.is_valid()])
    if editor and note and not valid:
        raise review.Refused("It was not proposed. Correct what is marked.", status=400)
    review.propose_correction(
        **seen,
        draft=editor.draft() if editor else Draft("", "", ""),
        note=note.cleaned_data["note"] if note else "",
        dismissed=letters.ticked(request.POST),
    )
    return "The correction waits for another moderator. Until then the story stands as it was."


def _leads_only(request: HttpRequest, report: Report, context: dict[str, Any]) -> HttpResponse:
    trouble = desk.Trouble(
        403, "Only a lead takes a story down or corrects it. Tell a lead what you found."
    )
    return _render(request, "leads_only.html", report, context, trouble, "For leads only")


def _render(
    request: HttpRequest,
    template: str,
    report: Report,
    context: dict[str, Any],
    trouble: desk.Trouble | None,
    title: str,
    **further: Any,
) -> HttpResponse:
    return render(
        request,
        f"admin/reports/report/{template}",
        {
            **context,
            "title": title,
            "report": report,
            # See desk.review_page: what is refused for its form goes on from where it began.
            "version": _version(request) if trouble and trouble.status == 400 else report.version,
            "trouble": trouble,
            **further,
        },
        status=trouble.status if trouble else 200,
    )


def _seen(request: HttpRequest, report: Report) -> dict[str, Any]:
    return {"report": report, "version": _version(request), "moderator": _user(request)}


def _version(request: HttpRequest) -> int:
    """Return the version that the page was made from; one that never matches if it is unread."""
    try:
        return int(request.POST.get("version", ""))
    except ValueError:
        return -1


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)  # the admin lets nobody in who is not signed in
