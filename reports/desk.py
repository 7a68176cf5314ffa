"""The review page: what came in, what goes out, and every button in between."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Self, cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse

from lessons.models import Term
from lessons.vocabulary import FACETS, Facet
from reports import letters, review
from reports.drafts import Difference, Draft, differences
from reports.forms_review import LESSONS_MAX, Editor
from reports.models import Proposal, Report, State
from reports.suspects import Key, Suspect, open_suspects

QUEUE = "admin:reports_report_changelist"
REVIEW = "admin:reports_report_change"
DECLINE = "admin:reports_report_decline"

TEXTS = ("title", "summary", "narrative")

Context = dict[str, Any]

# The buttons that move a report as it is, by the value they post.
MOVES: dict[str, tuple[Callable[..., Report], str]] = {
    "claim": (review.claim, "You took the report up."),
    "publish": (review.publish, "The story is published."),
    "send_back": (review.send_back, "The report is in review again."),
}

# The buttons that keep what is typed first, so that pressing one never loses a word.
# Messages travel in a cookie: they never quote a text.
SAVING = {
    "save": "Saved.",
    "pass_on": "Saved and passed on. Another moderator reads it before it is published.",
    "dismiss": "Saved. The word is dismissed and stays as it is.",
    "remove": "Saved. The word is removed wherever it stood.",
    "decline": "Saved. Nothing is declined yet.",
    **letters.DONE,
}


@dataclass
class Trouble:
    """Why a request was not done, and all that its sender needs to go on.

    status: of the response. message: what happened. saved: whether the draft was kept.
    theirs: fields in which somebody else's text differs. unsaved: (name, text) of what was typed
    and has no field on the page any more. suspected: in a letter to the officer.
    """

    status: int
    message: str
    saved: bool = False
    theirs: list[Difference] = field(default_factory=list)
    unsaved: list[tuple[str, str]] = field(default_factory=list)
    suspected: list[Suspect] = field(default_factory=list)

    @classmethod
    def of(cls, refused: review.Refused, *, saved: bool = False) -> Self:
        """Return the trouble of a refusal."""
        found = refused.found if isinstance(refused, review.Suspected) else []
        return cls(refused.status, refused.message, saved=saved, suspected=found)


def review_page(request: HttpRequest, report: Report, context: Context) -> HttpResponse:
    """Show a report, or do what a button of its page asks for.

    context: what the admin's templates need on every page.
    """
    if request.method != "POST":
        return _page(request, report, context)
    deed, _, rest = request.POST.get("do", "").partition(":")
    if deed in MOVES:
        return _move(request, report, context, deed)
    if deed in SAVING:
        return _save_and(request, report, context, deed, _key(rest))
    trouble = Trouble(400, "The desk does not know that button. Nothing was changed.")
    return _page(request, report, context, trouble=trouble)


def decline_page(request: HttpRequest, report: Report, context: Context) -> HttpResponse:
    """Ask whether to decline a report, and decline it."""
    trouble = None
    form = letters.DeclineForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        try:
            if report.state in review.WAITING and not form.is_valid():
                raise review.Refused("It was not declined. Correct what is marked.", status=400)
            review.decline(
                report=report,
                version=_version(request.POST),
                moderator=_moderator(request),
                reason=form["reason"].value() or "",
                words=form["words"].value() or "",
                dismissed=letters.ticked(request.POST),
            )
        except review.Refused as refused:
            trouble = Trouble.of(refused)
            report.refresh_from_db()
            if report.state not in review.WAITING:
                trouble.unsaved = [("Your words", text) for text in [form["words"].value()] if text]
        else:
            messages.success(request, "The report is declined. Its officer reads why.")
            return HttpResponseRedirect(reverse(QUEUE))
    return render(
        request,
        "admin/reports/report/decline.html",
        {
            **context,
            "title": "Decline this report?",
            "report": report,
            "form": form,
            # As on the review page: what is refused for its form goes on from where it began.
            "version": _version(request.POST)
            if trouble and trouble.status == 400
            else report.version,
            "trouble": trouble,
            "can_decline": report.state in review.WAITING,
        },
        status=trouble.status if trouble else 200,
    )


def signed_out_page(request: HttpRequest) -> HttpResponse:
    """Refuse a request of nobody, and give back the texts that came with it, unread."""
    typed = [(name.capitalize(), request.POST.get(name, "")) for name in TEXTS]
    for number in range(1, LESSONS_MAX + 1):
        typed.append((f"Lesson {number}", request.POST.get(f"lessons-{number - 1}-text", "")))
    typed += letters.typed(request.POST)
    return render(
        request,
        "admin/reports/report/signed_out.html",
        {
            "title": "You are signed out",
            "page": request.path,
            "unsaved": [(name, text) for name, text in typed if text.strip()],
        },
        status=403,
    )


def _move(request: HttpRequest, report: Report, context: Context, deed: str) -> HttpResponse:
    move, message = MOVES[deed]
    try:
        move(report=report, version=_version(request.POST), moderator=_moderator(request))
    except review.Refused as refused:
        trouble = Trouble(refused.status, refused.message)
        return _page(request, _fresh(report), context, trouble=trouble)
    messages.success(request, message)
    return HttpResponseRedirect(reverse(REVIEW, args=[report.pk]))


def _save_and(
    request: HttpRequest, report: Report, context: Context, deed: str, key: Key
) -> HttpResponse:
    moderator = _moderator(request)
    editor = Editor(Draft.of(report), request.POST)
    valid = editor.is_valid()
    if report.state == State.IN_REVIEW and not valid:
        trouble = Trouble(400, "It was not saved. Correct what is marked and save again.")
        return _page(request, report, context, trouble=trouble, editor=editor)
    try:
        saved = review.save_draft(
            report=report,
            version=_version(request.POST),
            moderator=moderator,
            draft=editor.draft() if valid else Draft.of(report),
        )
    except review.Refused as refused:
        return _not_saved(request, report, context, refused, editor)
    try:
        if deed in {"pass_on", "decline"} and letters.is_typed(request.POST):
            raise review.Refused(
                "A question to the officer is written and was not asked. "
                "Ask it, or empty it, and try again.",
                status=409,
            )
        if deed == "pass_on":
            review.pass_on(report=saved, version=saved.version, moderator=moderator)
        elif deed == "dismiss":
            review.dismiss(report=saved, version=saved.version, moderator=moderator, key=key)
        elif deed == "remove":
            review.remove_suspect(report=saved, version=saved.version, moderator=moderator, key=key)
        elif deed in letters.DONE:
            letters.do(deed, saved, moderator, request.POST)
    except review.Refused as refused:
        trouble = Trouble.of(refused, saved=True)
        return _page(request, _fresh(report), context, trouble=trouble)
    messages.success(request, SAVING[deed])
    if deed in letters.DONE:
        return HttpResponseRedirect(reverse(REVIEW, args=[report.pk]) + "#letters")
    if letters.is_typed(request.POST):  # and not asked: it stays on the page
        return _page(request, _fresh(report), context)
    if deed == "pass_on":
        return HttpResponseRedirect(reverse(QUEUE))
    if deed == "decline":
        return HttpResponseRedirect(reverse(DECLINE, args=[report.pk]))
    anchor = "#suspects" if deed in {"dismiss", "remove"} else ""
    return HttpResponseRedirect(reverse(REVIEW, args=[report.pk]) + anchor)


def _not_saved(
    request: HttpRequest,
    report: Report,
    context: Context,
    refused: review.Refused,
    editor: Editor,
) -> HttpResponse:
    """Give back what was typed: in the editor if it can still be saved, beside it if not."""
    report = _fresh(report)
    trouble = Trouble(refused.status, refused.message)
    if report.state == State.IN_REVIEW and editor.is_valid():
        trouble.theirs = list(differences(editor.draft(), Draft.of(report)))
        return _page(request, report, context, trouble=trouble, editor=editor)
    trouble.unsaved = [(name, text) for name, text in editor.typed() if text]
    trouble.unsaved += letters.typed(request.POST)
    return _page(request, report, context, trouble=trouble)


def _page(
    request: HttpRequest,
    report: Report,
    context: Context,
    trouble: Trouble | None = None,
    editor: Editor | None = None,
) -> HttpResponse:
    state = State(report.state)
    moderator = _moderator(request)
    # Once it is published, what goes out is the story, with its corrections.
    draft = Draft.of_story(report.published_as) if report.published_as else Draft.of(report)
    suspects: list[Suspect] = []
    if state in (State.IN_REVIEW, State.AWAITING_SECOND):
        suspects = open_suspects(report)
    if state == State.IN_REVIEW and editor is None:
        editor = Editor(draft)
    passed_by_me = report.passed_by_id == moderator.pk
    return render(
        request,
        "admin/reports/report/review.html",
        {
            **context,
            "title": report.title or "Untitled report",
            "report": report,
            # What was refused for its form goes on from the version it was made from: the next
            # attempt must still notice what somebody else saved meanwhile.
            "version": _version(request.POST)
            if trouble and trouble.status == 400 and not trouble.saved
            else report.version,
            "draft": draft,
            "facts": list(_facts(draft.terms)),
            "decisions": report.decisions.select_related("moderator"),
            "suspects": suspects,
            "letters": letters.Letters(
                report,
                request.POST if request.method == "POST" else None,
                trouble.suspected if trouble else (),
            ),
            "editor": editor if state == State.IN_REVIEW else None,
            "trouble": trouble,
            "errors": list(editor.errors()) if trouble and editor else [],
            "missing": draft.missing(),
            "passed_by_me": passed_by_me,
            "can_claim": state == State.RECEIVED,
            "can_publish": state == State.AWAITING_SECOND and not passed_by_me and not suspects,
            "can_send_back": state == State.AWAITING_SECOND,
            "can_decline": state in review.WAITING,
            "proposal": Proposal.objects.filter(report=report).first()
            if state in (State.PUBLISHED, State.UNPUBLISHED)
            else None,
        },
        status=trouble.status if trouble else 200,
    )


def _facts(terms: frozenset[Term]) -> Iterator[tuple[Facet, list[Term]]]:
    ordered = sorted(terms, key=lambda term: (term.position, term.slug))
    for facet in FACETS.values():
        if of_facet := [term for term in ordered if term.facet == facet.slug]:
            yield facet, of_facet


def _moderator(request: HttpRequest) -> User:
    return cast(User, request.user)  # the admin lets nobody in who is not signed in


def _fresh(report: Report) -> Report:
    return Report.objects.select_related("passed_by", "approved_by", "published_as").get(
        pk=report.pk
    )


def _version(data: QueryDict) -> int:
    """Return the version that the page was made from; one that never matches if it is unread."""
    try:
        return int(data.get("version", ""))
    except ValueError:
        return -1


def _key(value: str) -> Key:
    """Read a suspect's key from a button, as KIND:word."""
    kind, _, word = value.partition(":")
    return Key(kind, word)
