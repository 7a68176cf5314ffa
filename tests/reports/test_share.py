"""What an officer does on the pages: tell, check, correct, send, and come back with the receipt."""

import html
import io
import logging
import re
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from pytest_django import Settings

from lessons.models import Term
from nearmiss.logs import PrivateFormatter
from reports import receipts
from reports.forms import ASKED_FACETS
from reports.models import Report, State

pytestmark = pytest.mark.django_db

NAME = "Delacroix"
STORY = (
    "Sgt. Delacroix and I went to a noise call. The door opened fast, and a man stood there with "
    "a knife behind his leg. Delacroix saw it in the mirror."
)
FACTS = {"light": "night-lit", "hazard": ["edged-weapon"], "contributing_factor": ["tunnel-vision"]}


def post(client: Client, **data: Any) -> Any:
    return client.post("/share/", {"step": "check", "story": STORY, "advice": "", **data})


def text(response: Any) -> str:
    return html.unescape(response.content.decode())


def token(response: Any) -> str:
    found = re.search(r'name="token" value="([^"]+)"', response.content.decode())
    assert found
    return found[1]


def send(client: Client, **data: Any) -> Any:
    """Check and send, as the buttons do."""
    return post(client, step="send", token=token(post(client, **data)), **data)


def receipt(response: Any) -> str:
    found = re.search(r'class="code">([^<]+)<', response.content.decode())
    assert found
    return found[1]


def state_of(client: Client, typed: str, **data: Any) -> Any:
    return client.post("/receipt/", {"receipt": typed, **data})


def test_the_form_asks_for_every_reporter_facet(client: Client) -> None:
    page = text(client.get("/share/"))
    for facet in ASKED_FACETS:
        assert f'name="{facet}"' in page
        for slug in Term.objects.filter(facet=facet).values_list("slug", flat=True):
            assert f'value="{slug}"' in page
    assert 'name="lesson_theme"' not in page
    assert 'name="audience"' not in page


def test_checking_stores_nothing_and_shows_each_change(client: Client) -> None:
    response = post(client, **FACTS)
    page = text(response)
    assert response.status_code == 200
    assert "<b>Delacroix</b> – person." in page
    assert page.count("<summary>[person A]</summary>") == 2
    assert "2 things removed" in page
    assert "<dt>Hazard</dt><dd>Edged weapon" in page
    assert Report.objects.count() == 0


def test_what_is_sent_is_what_was_shown(client: Client) -> None:
    response = send(client, **FACTS)
    report = Report.objects.get()
    assert report.state == State.RECEIVED
    assert report.story == STORY.replace(NAME, "[person A]")
    assert re.fullmatch(r"\d{4}-W\d\d", report.week)
    assert report.receipt_hash == receipts.digest(receipt(response))
    assert {(term.facet, term.slug) for term in report.terms.all()} == {
        ("light", "night-lit"),
        ("hazard", "edged-weapon"),
        ("contributing_factor", "tunnel-vision"),
    }


def test_a_name_told_in_the_story_is_known_in_the_advice(client: Client) -> None:
    send(client, advice="Listen to delacroix: look into the mirror.")
    report = Report.objects.get()
    assert report.story == STORY.replace(NAME, "[person A]")
    assert report.advice == "Listen to [person A]: look into the mirror."


def test_a_word_can_be_kept(client: Client) -> None:
    first = text(post(client))
    assert first.count('name="keep" value="Delacroix"') == 2
    checked = post(client, keep="Delacroix")
    assert "[person A]" not in text(checked)
    assert 'name="keep" value="Delacroix" checked' in text(checked)
    post(client, step="send", keep="Delacroix", token=token(checked))
    assert Report.objects.get().story == STORY


def test_further_words_can_be_removed(client: Client) -> None:
    checked = post(client, further="mirror, NOISE CALL")
    assert 'name="remove" value="mirror" checked' in text(checked)
    post(client, step="send", remove=["mirror", "NOISE CALL"], token=token(checked))
    story = Report.objects.get().story
    assert "mirror" not in story
    assert "noise call" not in story


def test_a_change_on_the_way_is_shown_before_it_is_stored(client: Client) -> None:
    checked = post(client)
    response = post(client, step="send", further="mirror", token=token(checked))
    assert "Your changes are made." in text(response)
    assert Report.objects.count() == 0
    post(client, step="send", remove="mirror", token=token(response))
    assert "mirror" not in Report.objects.get().story


def test_editing_brings_back_all_that_was_typed(client: Client) -> None:
    response = post(client, step="edit", advice="Look twice.", **FACTS)
    page = text(response)
    assert response.status_code == 200
    assert STORY in page
    assert "Look twice." in page
    assert re.search(r'value="edged-weapon"[^>]* checked', page)
    assert re.search(r'value="night-lit" selected', page)
    assert "to put right" not in page


def test_sending_twice_makes_one_report(client: Client) -> None:
    ready = token(post(client))
    first, second = (post(client, step="send", token=ready) for _ in range(2))
    assert receipt(first) == receipt(second)
    assert Report.objects.count() == 1


@pytest.mark.parametrize("bad", ["", "forged", "a:b:c"])
def test_a_forged_token_stores_nothing_and_gives_the_story_back(client: Client, bad: str) -> None:
    response = post(client, step="send", token=bad)
    assert response.status_code == 403
    assert STORY in text(response)
    assert Report.objects.count() == 0
    assert post(client, step="send", token=token(response)).status_code == 200
    assert Report.objects.count() == 1


@pytest.mark.parametrize(
    ("story", "message"),
    [
        ("", "Tell what happened."),
        ("   \n ", "Tell what happened."),
        ("Too short to learn from.", "Your story has 24 characters. It needs at least 50"),
        ("x" * 20_345, "has 20,345 characters, and 20,000 can be kept. Shorten it by 345."),
        ("knife " * 10 + "\x00\x07", "Your story holds 2 characters that cannot be stored"),
    ],
)
def test_a_story_that_cannot_be_taken_comes_back(client: Client, story: str, message: str) -> None:
    response = post(client, story=story)
    page = text(response)
    assert response.status_code == 400
    assert message in page
    assert '<a href="#id_story">What happened?</a>' in page
    assert story.strip().replace("\x00\x07", "��") in page
    assert Report.objects.count() == 0


def test_the_bounds_are_exact(client: Client) -> None:
    assert [
        post(client, story="x" * length).status_code for length in (49, 50, 20_000, 20_001)
    ] == [400, 200, 200, 400]


def test_lone_surrogates_are_named_and_not_stored(client: Client) -> None:
    body = b"step=check&story=" + b"knife+" * 10 + b"%ED%A0%80"
    response = client.post("/share/", body, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 400
    assert "characters that cannot be stored" in text(response)


def test_line_breaks_are_of_one_kind(client: Client) -> None:
    send(client, story="One line of it, long enough to be a story.\r\nTwo.\rThree.\x0bFour.")
    assert Report.objects.get().story == (
        "One line of it, long enough to be a story.\nTwo.\nThree.\nFour."
    )


def test_nothing_is_cleaned_away_and_nothing_runs(client: Client) -> None:
    story = "He ran <b and then c>d more. <script>go</script> We stood & waited there."
    page = post(client, story=story).content.decode()
    assert "<script>go" not in page
    assert "&lt;script&gt;go&lt;/script&gt;" in page
    send(client, story=story)
    assert Report.objects.get().story == story


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"light": "moon"}, "“moon” is not one of the answers."),
        ({"hazard": ["edged-weapon", "dragon"]}, "“dragon” is not one of the answers."),
        (
            {"contributing_factor": ["rushing", "fatigue", "noise-crowd", "chance", "workload",
                                     "distraction"]},
            "You chose 6 contributing factors, and 5 can be kept. Take out 1.",
        ),
    ],
)  # fmt: skip
def test_facts_that_cannot_be_taken_are_named(
    client: Client, facts: dict[str, Any], message: str
) -> None:
    response = post(client, **facts)
    page = text(response)
    assert response.status_code == 400
    assert message in page
    assert STORY in page
    assert Report.objects.count() == 0


def test_the_summary_leads_to_the_first_box_of_a_group(client: Client) -> None:
    page = text(post(client, hazard="dragon"))
    assert '<a href="#id_hazard_0">Hazard</a>' in page
    assert 'id="id_hazard_0"' in page


def test_five_factors_are_taken(client: Client) -> None:
    factors = ["rushing", "fatigue", "noise-crowd", "chance", "workload"]
    send(client, contributing_factor=factors)
    assert sorted(Report.objects.get().terms.values_list("slug", flat=True)) == sorted(factors)


def test_if_storing_fails_the_story_comes_back(client: Client) -> None:
    ready = token(post(client))
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE reports_report RENAME TO reports_report_away")
    response = post(client, step="send", token=ready, advice="")
    page = text(response)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE reports_report_away RENAME TO reports_report")
    assert response.status_code == 503
    assert STORY in page
    assert "could not be stored" in page
    assert 'class="code"' not in page
    assert Report.objects.count() == 0


def test_too_many_sendings_give_the_story_back(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reports.views.SEND_RATE", "1/h")
    send(client)
    response = send(client)
    assert response.status_code == 429
    assert STORY in text(response)
    assert Report.objects.count() == 1


def test_with_the_cache_away_a_story_gets_through(client: Client, settings: Settings) -> None:
    settings.CACHES = {
        "default": {
            "BACKEND": "nearmiss.ratelimit.RateLimitRedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",  # nothing listens there
        }
    }
    response = send(client)
    assert Report.objects.get().receipt_hash == receipts.digest(receipt(response))
    assert state_of(client, receipt(response)).status_code == 200
    login = client.post("/desk/login/", {"username": "a", "password": "b"})
    assert login.status_code == 429


def test_the_receipt_shows_the_state_however_it_is_typed(client: Client) -> None:
    shown = receipt(send(client))
    for typed in (shown, shown.lower(), shown.replace("-", " "), shown.replace("0", "o")):
        response = state_of(client, typed)
        assert response.status_code == 200
        assert "Your story is stored" in text(response)


@pytest.mark.parametrize(
    ("state", "headline"),
    [
        (State.RECEIVED, "Your story is stored"),
        (State.IN_REVIEW, "Your story is being read"),
        (State.AWAITING_SECOND, "Your story was read once"),
        (State.DECLINED, "Your story will not be published"),
        (State.WITHDRAWN, "Your story is withdrawn"),
    ],
)
def test_each_state_is_told_plainly(client: Client, state: State, headline: str) -> None:
    shown = receipt(send(client))
    Report.objects.update(state=state)
    assert f"<h1>{headline}</h1>" in text(state_of(client, shown))


@pytest.mark.parametrize(
    ("typed", "status", "message"),
    [
        ("", 400, "Type the receipt"),
        ("7Q2M", 400, "That is no receipt"),
        ("\x00", 400, "null characters"),
        ("7Q2M-X0VR-1N8D-ZK4T", 404, "No story has this receipt."),
    ],
)
def test_a_wrong_receipt_is_explained(
    client: Client, typed: str, status: int, message: str
) -> None:
    response = state_of(client, typed)
    assert response.status_code == status
    assert message.lower() in text(response).lower()


def test_trying_receipts_is_limited(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reports.views.RECEIPT_RATE", "2/h")
    tries = [state_of(client, "7Q2M-X0VR-1N8D-ZK4T").status_code for _ in range(3)]
    assert tries == [404, 404, 429]


def test_an_officer_can_withdraw(client: Client) -> None:
    shown = receipt(send(client))
    assert "Withdraw this story" in text(state_of(client, shown))
    assert "<h1>Your story is withdrawn</h1>" in text(state_of(client, shown, withdraw="yes"))
    report = Report.objects.get()
    assert report.state == State.WITHDRAWN
    decision = report.decisions.get()
    assert (decision.action, decision.moderator, decision.at) == ("withdrawn", None, None)
    again = state_of(client, shown, withdraw="yes")
    assert again.status_code == 409
    assert "Withdraw this story" not in text(again)


def test_the_pages_are_not_stored_and_set_no_cookie(client: Client) -> None:
    responses = [
        client.get("/share/"),
        post(client),
        post(client, story=""),
        send(client),
        client.get("/receipt/"),
        state_of(client, "7Q2M-X0VR-1N8D-ZK4T"),
    ]
    for response in responses:
        assert "no-store" in response.headers["Cache-Control"]
        assert response.cookies.output() == ""


def test_the_story_as_typed_is_written_nowhere(client: Client) -> None:
    """Plant words in everything that a request holds, and look for them in everything kept."""
    output = io.StringIO()
    handler = logging.StreamHandler(output)
    handler.setFormatter(PrivateFormatter())
    logging.getLogger().addHandler(handler)
    planted: dict[str, Any] = {
        "REMOTE_ADDR": "198.51.100.77",
        "HTTP_USER_AGENT": "PlantedBrowser",
        "HTTP_REFERER": "https://planted-referrer.example/",
        "HTTP_COOKIE": "planted=cookie-value",
        "HTTP_X_FORWARDED_FOR": "198.51.100.78",
    }
    ready = token(client.post("/share/", {"step": "check", "story": STORY}, **planted))
    sent = client.post("/share/", {"step": "send", "story": STORY, "token": ready}, **planted)
    with connection.cursor() as cursor:
        kept = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            kept += [repr(row) for row in cursor.fetchall()]
    logging.getLogger().removeHandler(handler)
    everything = "\n".join(kept) + output.getvalue() + repr(vars(cache))
    assert "[person A]" in everything
    for word in (NAME, receipt(sent), "198.51.100", "PlantedBrowser", "planted", ready):
        assert word not in everything
