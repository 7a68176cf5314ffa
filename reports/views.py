"""What officers do: tell a story, check what is taken out, send it, and come back with a receipt.

The pages need no cookie and no script. They carry no CSRF token: nobody is signed in here, so a
forged request could do nothing that its sender could not do openly, and the token's cookie would
be one more trace on a shared car computer. What guards a sending is the token in its check page;
what guards a report is its receipt.
"""

from typing import Any

from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from lessons.models import Story
from nearmiss.ratelimit import is_limited
from reports import answers, receipts, retention, review, sending
from reports.answers import AnswerForm, Reply, Turn
from reports.checking import Checked, check
from reports.forms import ReceiptForm, StoryForm
from reports.models import CLOSED, Message, Report, State

STEPS = ("Tell", "Check", "Send")

# A whole agency may share one address: a class of recruits that tells its stories in one hour
# gets through, a script does not get far.
SEND_RATE = "60/h"
RECEIPT_RATE = "60/h"

WORDS_MAX = 200  # words kept or removed by hand; each at most as long as a line
WORD_MAX = 200  # characters

STATES = {
    State.RECEIVED: (
        "Your story is stored",
        "No moderator has opened it yet. It waits its turn.",
    ),
    State.IN_REVIEW: (
        "Your story is being read",
        "A moderator is reading it and working out its lessons.",
    ),
    State.AWAITING_SECOND: (
        "Your story was read once",
        "One moderator is done with it. A second reads it before it can be published.",
    ),
    State.PUBLISHED: ("Your story is published", "Thank you. Others can learn from it now."),
    State.DECLINED: (
        "Your story will not be published",
        "The moderators read it and decided not to publish it.",
    ),
    State.WITHDRAWN: ("Your story is withdrawn", "It will not be published."),
    State.UNPUBLISHED: (
        "Your story was taken down",
        "It was published, and stands on no public page any more.",
    ),
}
ASKED = {
    Message.Kind.QUESTION: (
        "There is one question for you",
        "A moderator is reading your story, and asks you something. You may answer, or not.",
    ),
    Message.Kind.READING: (
        "There is one question for you",
        "This is what we would publish. Read it as a colleague would: does it give you away?",
    ),
}
ANSWERED = (
    "Your answer is stored",
    "The moderators read it next. There is no more to do, until they ask again.",
)


@cache_control(no_store=True, private=True)
@require_http_methods(["GET", "HEAD", "POST"])
def share(request: HttpRequest) -> HttpResponse:
    """The one page of the officer: the form, the check, and the sending, by `step`."""
    if request.method != "POST":
        return form_page(request, StoryForm())
    form = StoryForm(request.POST)
    step = request.POST.get("step")
    if step == "edit":
        return form_page(request, as_typed(form))
    if not form.is_valid():
        return form_page(request, form, status=400)
    keep, remove = corrections(request.POST)
    checked = check(form.cleaned_data["story"], form.cleaned_data["advice"], keep, remove)
    if step == "send":
        return send(request, form, checked)
    return check_page(request, form, checked)


def send(request: HttpRequest, form: StoryForm, checked: Checked) -> HttpResponse:
    """Store a checked story and show its receipt, or say why not and give everything back."""
    try:
        token = sending.read(request.POST.get("token", ""))
    except sending.NoValidToken:
        return check_page(
            request,
            form,
            checked,
            status=403,
            notice=(
                "Nothing was stored yet: this page was open for more than a day, or was changed "
                "on its way. Look at the story once more and press Send."
            ),
        )
    if not token.is_for(checked.stored_story, checked.stored_advice, form.term_keys()):
        return check_page(
            request,
            form,
            checked,
            notice="Your changes are made. This is the story now; press Send if it is right.",
        )
    if is_limited(request, group="send", rate=SEND_RATE, when_cache_is_down=False):
        return check_page(
            request,
            form,
            checked,
            status=429,
            notice=(
                "Nothing was stored yet: too many stories came from your network within the "
                "hour. Keep this page open and press Send again later, or copy your text."
            ),
        )
    try:
        review.receive(
            story=checked.stored_story,
            advice=checked.stored_advice,
            terms=form.terms(),
            receipt_hash=receipts.digest(token.receipt),
        )
    except DatabaseError:
        return form_page(
            request,
            as_typed(form),
            status=503,
            notice=(
                "Your story could not be stored: the site’s database does not answer. All that "
                "you typed still stands here. Try again in a few minutes, or copy it first."
            ),
        )
    return page(request, "reports/sent.html", {"receipt": token.receipt, "step": "Send"})


@cache_control(no_store=True, private=True)
@require_http_methods(["GET", "HEAD", "POST"])
def receipt(request: HttpRequest) -> HttpResponse:
    """Take a receipt; show the state of its report, answer a question, or withdraw it."""
    if request.method != "POST":
        return page(request, "reports/receipt.html", {"form": ReceiptForm()})
    form = ReceiptForm(request.POST)
    if is_limited(request, group="receipt", rate=RECEIPT_RATE, when_cache_is_down=False):
        return receipt_page(
            request,
            status=429,
            notice=(
                "Too many receipts were tried from your network within the hour. Wait a "
                "while and try again; your story is safe meanwhile."
            ),
        )
    if not form.is_valid():
        return receipt_page(request, form, status=400)
    typed = form.cleaned_data["receipt"]
    try:
        return with_receipt(request, form, typed)
    except (DatabaseError, InterfaceError):
        return receipt_page(
            request,
            status=503,
            notice=(
                "Nothing was shown or stored: the site’s database does not answer. Your story is "
                "safe. Try again in a few minutes."
            ),
        )


def with_receipt(request: HttpRequest, form: ReceiptForm, typed: str) -> HttpResponse:
    """Do what the holder of a receipt asks for."""
    report = (
        Report.objects.select_related("published_as")
        .filter(receipt_hash=receipts.digest(typed))
        .first()
    )
    if report is None:
        form.add_error("receipt", "No story has this receipt. Compare it with what you wrote down.")
        return receipt_page(request, form, status=404)
    if "withdraw" in request.POST:
        return withdraw(request, report, typed)
    if request.POST.get("step") in answers.STEPS:
        return reply(request, report, typed)
    return state_page(request, report, typed)


def reply(request: HttpRequest, report: Report, typed: str) -> HttpResponse:
    """Answer a question: check it, change it, send it, by `step`."""
    step, turn = request.POST["step"], Turn.of(report)
    kind, question = answers.kind_of(request.POST), answers.question_of(request.POST)
    words = AnswerForm(request.POST, of_a_reading=kind in Message.VERDICTS)
    if step == "edit":
        form = turn.form(words=as_words(words)) if turn else None
        return state_page(request, report, typed, form=form)
    if kind is None or question is None or not words.is_valid():
        return state_page(
            request,
            report,
            typed,
            status=400,
            notice="" if kind and question else "That was no answer. Nothing was stored.",
            form=turn.form(request.POST) if turn else None,
        )
    keep, remove = corrections(request.POST)
    answer = Reply(
        question=question,
        kind=kind,
        shown=request.POST.get("shown", "") if kind in Message.VERDICTS else "",
        checked=check(words.cleaned_data["words"], "", keep, remove),
    )
    if step != "send":
        return answer_page(request, typed, words, answer)
    shown_before = answer.is_shown_by(request.POST.get("token", ""))
    if shown_before is None:
        return answer_page(
            request,
            typed,
            words,
            answer,
            status=403,
            notice=(
                "Nothing was stored yet: this page was open for more than a day, or was changed "
                "on its way. Look at your answer once more and press Send."
            ),
        )
    if not shown_before:
        return answer_page(
            request,
            typed,
            words,
            answer,
            notice="Your changes are made. This is your answer now; press Send if it is right.",
        )
    try:
        answer.store(report)
    except review.Refused as refused:
        report.refresh_from_db()
        turn = Turn.of(report)
        form = turn.form(words=as_words(words)) if turn and turn.question.pk == question else None
        return state_page(
            request, report, typed, status=refused.status, notice=refused.message, form=form
        )
    report.refresh_from_db()
    return state_page(request, report, typed, was_sent=True)


def withdraw(request: HttpRequest, report: Report, typed: str) -> HttpResponse:
    """Withdraw a report on its author's word."""
    try:
        review.withdraw(report=report)
    except review.Refused as refused:
        report.refresh_from_db()
        return state_page(request, report, typed, status=refused.status, notice=refused.message)
    report.refresh_from_db()
    return state_page(request, report, typed)


# Pages


def page(
    request: HttpRequest, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    return render(request, template, {"steps": STEPS, **context}, status=status)


def form_page(
    request: HttpRequest, form: StoryForm, status: int = 200, notice: str = ""
) -> HttpResponse:
    context = {"form": form, "step": "Tell", "notice": notice, "notice_is_error": status != 200}
    return page(request, "reports/form.html", context, status)


def check_page(
    request: HttpRequest, form: StoryForm, checked: Checked, status: int = 200, notice: str = ""
) -> HttpResponse:
    """Show the story as it would be stored. The page carries all that was typed, and a token."""
    keep, remove = corrections(request.POST)
    keys = form.term_keys()
    texts = [(name, form.cleaned_data[name]) for name in ("story", "advice")]
    return page(
        request,
        "reports/check.html",
        {
            "step": "Check",
            "checked": checked,
            "summary": summary(checked),
            "facts": form.facts(),
            "typed": texts + keys,
            "kept": keep,
            "removed": remove,
            "token": sending.make(checked.stored_story, checked.stored_advice, keys),
            "notice": notice,
            "notice_is_error": status != 200,
        },
        status,
    )


def receipt_page(
    request: HttpRequest, form: ReceiptForm | None = None, status: int = 200, notice: str = ""
) -> HttpResponse:
    """Ask for the receipt again. An answer that came with it is given back."""
    typed = {"receipt": request.POST.get("receipt", "")}
    context = {
        "form": form or ReceiptForm(initial=typed),
        "given_back": request.POST.get("words", ""),
        "notice": notice,
        "notice_is_error": status != 200,
    }
    return page(request, "reports/receipt.html", context, status)


def answer_page(
    request: HttpRequest,
    typed: str,
    words: AnswerForm,
    answer: Reply,
    status: int = 200,
    notice: str = "",
) -> HttpResponse:
    """Show an answer as it would be stored. The page carries all that was typed, and a token."""
    keep, remove = corrections(request.POST)
    context = {
        "answer": answer,
        "verdict": answers.VERDICTS.get(answer.kind, ""),
        "checked": answer.checked,
        "summary": summary(answer.checked),
        "words": words.cleaned_data["words"],
        "kept": keep,
        "removed": remove,
        "token": answer.token(),
        "receipt": typed,
        "notice": notice,
        "notice_is_error": status != 200,
    }
    return page(request, "reports/check_answer.html", context, status)


def state_page(
    request: HttpRequest,
    report: Report,
    typed: str,
    status: int = 200,
    notice: str = "",
    form: AnswerForm | None = None,
    was_sent: bool = False,
) -> HttpResponse:
    """Show how a story stands, and the open question. form: with what was typed in answer."""
    state = State(report.state)
    turn = Turn.of(report)
    headline, explanation = ASKED[turn.question.kind] if turn else STATES[state]  # type: ignore[index]
    if was_sent:
        headline, explanation = ANSWERED
    letters = [m for m in report.messages.all() if not turn or m.pk != turn.question.pk]
    typed_words = request.POST.get("words", "")
    context = {
        "headline": headline,
        "explanation": explanation,
        "story": Story.objects.published().filter(pk=report.published_as_id or 0).first(),
        "can_withdraw": state in review.WAITING,
        "reason": report.get_reason_display() if report.reason else "",
        "closing_words": [m for m in letters if m.kind == Message.Kind.WORDS],
        "letters": [m for m in letters if m.kind != Message.Kind.WORDS],
        "turn": turn,
        "form": (form or turn.form()) if turn else None,
        # What was typed in answer to a question that is gone, or was answered before.
        "given_back": "" if form or was_sent else typed_words,
        "is_purged": state in CLOSED and not report.story,
        "purged_from": retention.ends(report.closed_week) if report.closed_week else None,
        "receipt": typed,
        "notice": notice,
        "notice_is_error": status != 200,
    }
    return page(request, "reports/state.html", context, status)


# What a request holds


def as_typed(form: StoryForm) -> StoryForm:
    """Return the form with all that was typed and chosen in it, and no word of what is wrong."""
    typed = {name: form[name].value() for name in form.fields}
    return StoryForm(initial=typed, vocabulary=form.vocabulary)


def as_words(form: AnswerForm) -> str:
    """Return the words of an answer as they were typed."""
    return str(form["words"].value() or "")


def corrections(data: QueryDict) -> tuple[list[str], list[str]]:
    """Return the words that the author wants kept, and those to be removed, each once."""
    further = data.get("further", "").replace("\n", ",").split(",")
    return words(data.getlist("keep")), words(data.getlist("remove") + further)


def words(typed: list[str]) -> list[str]:
    stripped = (word.strip()[:WORD_MAX] for word in typed)
    return list(dict.fromkeys(word for word in stripped if word))[:WORDS_MAX]


def summary(checked: Checked) -> str:
    """Return the check in one line: "11 things removed, 3 of them not certain, 2 to look at."."""
    removed, uncertain, doubts = checked.removed, checked.uncertain, checked.doubts
    if not removed and not doubts:
        return "Nothing in it looks like a name, a place, a time or a number that identifies."
    things = "Nothing" if not removed else "1 thing" if removed == 1 else f"{removed} things"
    parts = [f"{things} removed"]
    if uncertain:
        parts.append("not certain" if removed == 1 else f"{uncertain} of them not certain")
    if doubts:
        parts.append(f"{doubts} to look at")
    return ", ".join(parts) + "."
