"""The review page: what came in, what goes out, and every button in between."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse

from reports import letters, review
from reports.beside import beside, claim_of, story_to_be
from reports.drafts import Difference, Draft, differences
from reports.forms_review import LESSONS_MAX, Editor
from reports.models import Proposal, Report, State
from reports.suspects import Key, Suspect, open_suspects

QUEUE = "admin:reports_report_changelist"
REVIEW = "admin:reports_report_change"
DECLINE = "admin:reports_report_decline"
PREVIEW = "admin:reports_report_preview"

TEXTS = ("title", "summary", "narrative")

Context = dict[str, Any]

# The buttons that move a report as it is, by the value they post: what they do, what is said, and
# what they take from the request besides.
Arguments = Callable[[QueryDict], dict[str, Any]]
MOVES: dict[str, tuple[Callable[..., Report], str, Arguments]] = {
    "claim": (review.claim, "You took the report up.", lambda data: {}),
    "release": (review.release, "The report is anybody’s again.", lambda data: {}),
    "reassign": (
        review.reassign,
        "The report has another moderator now.",
        lambda data: {"to": _user(data.get("to", ""))},
    ),
    "publish": (
        review.publish,
        "The story is published.",
        lambda data: {"checked": data.getlist("checked")},
    ),
    "send_back": (
        review.send_back,
        "The report is in review again.",
        lambda data: {"note": data.get("note", "")},
    ),
}

# The buttons that keep what is typed first, so that pressing one never loses a word.
# Messages travel in a cookie: they never quote a text.
SAVING = {
    "save": "Saved.",
    "preview": "Saved.",
    "claim": "You took the report up.",
    "release": "Saved. The report is anybody’s again.",
    "reassign": "Saved. The report has another moderator now.",
    "pass_on": "Saved and passed on. Another moderator reads it before it is published.",
    "dismiss": "Saved. The word is dismissed and stays as it is.",
    "remove": "Saved. The word is removed wherever it stood.",
    "dismiss_ticked": "Saved. The ticked words are dismissed and stay as they are.",
    "remove_ticked": "Saved. The ticked words are removed wherever they stood.",
    "decline": "Saved. Nothing is declined yet.",
    **letters.DONE,
}

# Those of them that lead to another page, where a question that is typed would be lost.
LEAVING = {"pass_on", "preview", "release", "reassign", "decline"}


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


def find(name: str) -> Report | None:
    """Return the report that an address names, with everybody who has to do with it."""
    try:
        key = UUID(name)
    except ValueError:
        return None
    return _reports().filter(pk=key).first()


def review_page(request: HttpRequest, report: Report, context: Context) -> HttpResponse:
    """Show a report, or do what a button of its page asks for.

    context: what the admin's templates need on every page.
    """
    if request.method != "POST":
        return _page(request, report, context)
    deed, _, rest = request.POST.get("do", "").partition(":")
    if deed in SAVING and (deed not in MOVES or "narrative" in request.POST):
        return _save_and(request, report, context, deed, rest)
    if deed in MOVES:
        return _move(request, report, context, deed)
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


def preview_page(request: HttpRequest, report: Report, context: Context) -> HttpResponse:
    """Show the story as readers will see it, by the template of the page that they will see."""
    draft = Draft.of(report)
    if report.state not in review.CLAIMABLE:
        messages.info(request, "There is nothing to preview: nothing goes out of this report now.")
        return HttpResponseRedirect(reverse(REVIEW, args=[report.pk]))
    story = story_to_be(draft)
    return render(
        request,
        "admin/reports/report/preview.html",
        {
            "report": report,
            "story": story,
            "related": story.related(),
            "address": request.build_absolute_uri(reverse("lessons:story", args=[draft.slug])),
            "section": "stories",
        },
    )


def signed_out_page(request: HttpRequest) -> HttpResponse:
    """Refuse a request of nobody, and give back the texts that came with it, unread."""
    typed = [(name.capitalize(), request.POST.get(name, "")) for name in (*TEXTS, "note")]
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
    move, message, arguments = MOVES[deed]
    try:
        move(
            report=report,
            version=_version(request.POST),
            moderator=_moderator(request),
            **arguments(request.POST),
        )
    except review.Refused as refused:
        trouble = Trouble.of(refused)
        report = _fresh(report)
        note = request.POST.get("note", "")
        if note.strip() and report.state != State.AWAITING_SECOND:
            trouble.unsaved = [("Note", note)]
        return _page(request, report, context, trouble=trouble)
    messages.success(request, message)
    if deed == "release":
        return HttpResponseRedirect(reverse(QUEUE))
    return HttpResponseRedirect(reverse(REVIEW, args=[report.pk]))


def _save_and(
    request: HttpRequest, report: Report, context: Context, deed: str, rest: str
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
    do: dict[str, Any] = {"report": saved, "version": saved.version, "moderator": moderator}
    keys = [_key(value) for value in request.POST.getlist("suspect")]
    try:
        if deed in LEAVING and letters.is_typed(request.POST):
            raise review.Refused(
                "A question to the officer is written and was not asked. "
                "Ask it, or empty it, and try again.",
                status=409,
            )
        match deed:
            case "pass_on":
                review.pass_on(**do, checked=request.POST.getlist("checked"))
            case "dismiss":
                review.dismiss(**do, key=_key(rest))
            case "remove":
                review.remove_suspect(**do, key=_key(rest))
            case "dismiss_ticked":
                review.dismiss_all(**do, keys=keys)
            case "remove_ticked":
                review.remove_suspects(**do, keys=keys)
            case "claim" if saved.claimed_by_id == moderator.pk != report.claimed_by_id:
                pass  # saving took it up already
            case "claim" | "release" | "reassign":
                move, _, arguments = MOVES[deed]
                move(**do, **arguments(request.POST))
            case _ if deed in letters.DONE:
                letters.do(deed, saved, moderator, request.POST)
    except review.Refused as refused:
        trouble = Trouble.of(refused, saved=True)
        return _page(request, _fresh(report), context, trouble=trouble)
    messages.success(request, SAVING[deed])
    if deed in letters.DONE:
        return HttpResponseRedirect(reverse(REVIEW, args=[report.pk]) + "#letters")
    if letters.is_typed(request.POST):  # and not asked: it stays on the page
        return _page(request, _fresh(report), context)
    if deed in {"pass_on", "release", "reassign"}:
        return HttpResponseRedirect(reverse(QUEUE))
    if deed in {"decline", "preview"}:
        page = DECLINE if deed == "decline" else PREVIEW
        return HttpResponseRedirect(reverse(page, args=[report.pk]))
    anchor = "#suspects" if deed.startswith(("dismiss", "remove")) else ""
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
        suspects = open_suspects(report, draft)
    claim = claim_of(report, moderator)
    if state == State.IN_REVIEW and editor is None and not claim.somebody_elses:
        editor = Editor(draft)
    passed_by_me = report.passed_by_id == moderator.pk
    can_act = not claim.somebody_elses
    written = letters.Letters(
        report,
        request.POST if request.method == "POST" else None,
        trouble.suspected if trouble else (),
    )
    decisions = list(report.decisions.select_related("moderator"))
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
            "claim": claim,
            **beside(report, draft, suspects, decisions),
            "decisions": decisions,
            "suspects": suspects,
            "letters": written,
            "editor": editor if state == State.IN_REVIEW else None,
            "trouble": trouble,
            "errors": [*editor.errors(), *written.errors()] if trouble and editor else [],
            "missing": draft.missing(),
            "state_is_open": state in review.WAITING,
            "can_preview": state in review.CLAIMABLE,
            "passed_by_me": passed_by_me,
            "ticked": request.POST.getlist("checked"),
            "ticked_suspects": request.POST.getlist("suspect"),
            "note_typed": request.POST.get("note", ""),
            "can_publish": state == State.AWAITING_SECOND
            and can_act
            and not passed_by_me
            and not suspects,
            "can_send_back": state == State.AWAITING_SECOND and can_act,
            "can_decline": state in review.WAITING and can_act,
            "proposal": Proposal.objects.filter(report=report).first()
            if state in (State.PUBLISHED, State.UNPUBLISHED)
            else None,
        },
        status=trouble.status if trouble else 200,
    )


def _moderator(request: HttpRequest) -> User:
    return cast(User, request.user)  # the admin lets nobody in who is not signed in


def _fresh(report: Report) -> Report:
    return _reports().get(pk=report.pk)


def _reports() -> QuerySet[Report]:
    return Report.objects.select_related("claimed_by", "passed_by", "approved_by", "published_as")


def _version(data: QueryDict) -> int:
    """Return the version that the page was made from; one that never matches if it is unread."""
    try:
        return int(data.get("version", ""))
    except ValueError:
        return -1


def _user(value: str) -> User:
    """Return the user of a form's choice. Raises Refused if there is none."""
    number = value if value.isascii() and value.isdecimal() and len(value) < 19 else 0
    user = User.objects.filter(pk=number).first()
    if user is None:
        raise review.Refused(
            "Nobody is chosen, so nothing was changed. Choose a moderator.", status=409
        )
    return user


def _key(value: str) -> Key:
    """Read a suspect's key from a button, as KIND:word."""
    kind, _, word = value.partition(":")
    return Key(kind, word)
