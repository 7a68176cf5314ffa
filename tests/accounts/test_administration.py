"""The administrators' pages: what they do, whom they let in, and what they never show."""

import csv
import re
from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from nearmiss.accounts import changes, factors
from nearmiss.accounts.models import Change
from tests.accounts.enrolling import enrol, invited, opens_the_desk
from tests.factories import (
    make_administrator,
    make_lead,
    make_moderator,
    make_report,
    make_story,
    make_user,
)
from tests.reports.desk import page_of, signed_in, text_of
from tests.signing_in import SECRET, with_app

pytestmark = pytest.mark.django_db

LIST, ADD, LOG = "/desk/accounts/account/", "/desk/accounts/account/add/", "/desk/accounts/change/"
EXPORT = f"{LOG}export.csv"


@pytest.fixture
def boss() -> User:
    return make_administrator("boss")


@pytest.fixture
def client(boss: User) -> Client:
    return signed_in(boss)


def page(account: User) -> str:
    return f"{LIST}{account.pk}/change/"


def link_on(response: Any) -> str:
    """Return the address of the invitation that a page shows."""
    found = re.search(r"http://testserver(/desk/invitation/[\w-]{43}/)", text_of(response))
    assert found
    return found[1]


def press(client: Client, account: User, do: str, **fields: Any) -> Any:
    return client.post(page(account), {"do": do, **fields})


# What each does


def test_an_invitation_is_shown_once_and_lets_its_owner_in(client: Client, boss: User) -> None:
    response = client.post(ADD, {"username": "robin", "roles": ["Moderators", "Leads"]})
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    link = link_on(response)
    robin = User.objects.get(username="robin")
    for address in (page(robin), LIST, LOG):
        assert "invitation/" not in text_of(client.get(address))
    assert "Invited until" in text_of(client.get(LIST))
    theirs, _ = enrol(link)
    assert opens_the_desk(theirs)
    assert theirs.get("/desk/reports/report/").status_code == 200
    shown = text_of(client.get(page(robin)))
    assert "<dd>Active</dd>" in shown
    assert "<dd>Authenticator app</dd>" in shown
    assert [(c.actor, c.action) for c in Change.objects.order_by("at")] == [
        (boss, "invited"),
        (robin, "enrolled"),
    ]


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"username": "", "roles": ["Leads"]}, "This field is required."),
        ({"username": "robin"}, "Choose one role, or more than one."),
        ({"username": "robin", "roles": ["Emperors"]}, "Emperors is not one of the available"),
        ({"username": "BOSS", "roles": ["Leads"]}, "There is an account of this name already."),
        ({"username": "a b", "roles": ["Leads"]}, "Enter a valid username."),
        ({"username": "a" * 151, "roles": ["Leads"]}, "at most 150 characters"),
        ({}, "This field is required."),
    ],
)
def test_a_wrong_invitation_says_why_and_keeps_what_was_typed(
    client: Client, typed: dict[str, Any], message: str
) -> None:
    response = client.post(ADD, typed)
    assert response.status_code == 400
    assert message in text_of(response)
    if typed.get("username") and "roles" in typed:
        assert f'value="{typed["username"]}"' in text_of(response)
    if typed.get("roles") == ["Leads"]:
        assert 'value="Leads" checked' in text_of(response)
    assert User.objects.count() == 1
    assert Change.objects.count() == 0


def test_a_double_click_invites_once(client: Client) -> None:
    typed = {"username": "robin", "roles": ["Moderators"]}
    assert client.post(ADD, typed).status_code == 200
    assert client.post(ADD, typed).status_code == 400
    assert User.objects.filter(username="robin").count() == 1


def test_roles_are_changed_and_a_stale_page_changes_nothing(client: Client) -> None:
    robin = make_moderator("robin")
    assert 'name="seen" value="Moderators"' in text_of(client.get(page(robin)))
    assert press(client, robin, "roles", roles=["Leads"], seen="Moderators").status_code == 302
    assert list(robin.groups.values_list("name", flat=True)) == ["Leads"]
    response = press(client, robin, "roles", roles=["Moderators"], seen="Moderators")
    assert response.status_code == 409
    assert "Somebody else has changed the roles" in text_of(response)
    assert 'value="Leads" checked' in text_of(response)
    assert press(client, robin, "roles", seen="Leads").status_code == 400
    assert list(robin.groups.values_list("name", flat=True)) == ["Leads"]
    assert Change.objects.count() == 1


def test_deactivated_and_reactivated(client: Client) -> None:
    robin = make_moderator("robin")
    theirs = signed_in(robin)
    assert press(client, robin, "deactivate").status_code == 302
    assert not opens_the_desk(theirs)
    assert "<dd>Deactivated</dd>" in text_of(client.get(page(robin)))
    assert press(client, robin, "deactivate").status_code == 409
    assert press(client, robin, "reactivate").status_code == 302
    assert opens_the_desk(signed_in(robin))


def test_a_reset_ends_sessions_and_takes_a_new_invitation(client: Client) -> None:
    robin = make_moderator("robin")
    theirs = signed_in(robin)
    assert opens_the_desk(theirs)
    link = link_on(press(client, robin, "reset"))
    assert not opens_the_desk(theirs)
    assert not factors.real_factors(robin).exists()
    assert Authenticator.objects.filter(user=robin).count() == 0
    again, _ = enrol(link)
    assert opens_the_desk(again)


def test_an_open_invitation_can_be_replaced(client: Client) -> None:
    robin, old = invited("robin")
    new = link_on(press(client, robin, "invite_again"))
    assert Client().get(old).status_code == 410
    assert Client().get(new).status_code == 200


@pytest.mark.parametrize("do", ["deactivate", "reset", "roles"])
def test_the_last_administrator_is_refused_with_a_reason(
    client: Client, boss: User, do: str
) -> None:
    response = press(client, boss, do, roles=["Moderators"], seen="Administrators")
    assert response.status_code == 409
    assert "is the only administrator who can sign in" in text_of(response)
    assert opens_the_desk(client)
    assert Change.objects.count() == 0


@pytest.mark.parametrize("do", ["", "delete", "password", "roles:Administrators"])
def test_an_unknown_button_changes_nothing(client: Client, do: str) -> None:
    robin = make_moderator("robin")
    assert press(client, robin, do).status_code == 400
    assert Change.objects.count() == 0


def test_an_account_that_is_not_there_is_not_found(client: Client) -> None:
    for pk in ("0", "x", "99999"):
        for method in ("get", "post"):
            assert getattr(client, method)(f"{LIST}{pk}/change/").status_code == 404


# Who may


PAGES = {
    "queue": "/desk/reports/report/",
    "decisions": "/desk/reports/decision/",
    "stories": "/desk/lessons/story/",
    "terms": "/desk/lessons/term/",
    "add a term": "/desk/lessons/term/add/",
    "accounts": LIST,
    "invite": ADD,
    "log of accounts": LOG,
    "export": EXPORT,
}
ROLES = {"Moderators": make_moderator, "Leads": make_lead, "Administrators": make_administrator}
OPEN = {
    "Moderators": {"queue", "report", "decisions", "terms"},
    "Leads": {"queue", "report", "decisions", "terms", "stories", "story", "add a term"},
    "Administrators": {"accounts", "account", "invite", "log of accounts", "export"},
}


@pytest.mark.parametrize("role", ROLES)
def test_each_role_sees_its_pages_and_no_others(role: str) -> None:
    report, story = make_report(), make_story()
    pages = PAGES | {
        "report": page_of(report),
        "story": f"/desk/lessons/story/{story.pk}/change/",
        "account": page(make_user("somebody")),
    }
    client = signed_in(ROLES[role]("me"))
    answers = {name: client.get(address).status_code for name, address in pages.items()}
    assert {name for name, status in answers.items() if status == 200} == OPEN[role]
    assert set(answers.values()) == {200, 403}
    home = text_of(client.get("/desk/"))
    linked = {name for name, address in pages.items() if f'href="{address}"' in home}
    assert linked <= OPEN[role]
    assert (">Accounts<" in home) == (role == "Administrators")


@pytest.mark.parametrize("role", ["Moderators", "Leads"])
@pytest.mark.parametrize("do", ["roles", "deactivate", "reactivate", "reset", "invite_again"])
def test_nobody_else_changes_an_account_by_hand(role: str, do: str) -> None:
    robin, client = with_app(make_moderator("robin")), signed_in(ROLES[role]("me"))
    response = press(client, robin, do, roles=["Administrators"], seen="Moderators")
    assert response.status_code == 403
    new = client.post(ADD, {"username": "new", "roles": ["Administrators"]})
    assert new.status_code == 403
    assert User.objects.filter(groups__name="Administrators").count() == 0
    assert User.objects.get(pk=robin.pk).is_active
    assert Change.objects.count() == 0


def test_accounts_and_log_are_neither_deleted_nor_rewritten_in_the_desk(client: Client) -> None:
    robin, _ = invited("robin")
    row = Change.objects.get()
    as_it_was = Change.objects.values().get()
    for address in (
        f"{LIST}{robin.pk}/delete/",
        f"{LOG}{row.pk}/delete/",
        f"{LOG}{row.pk}/change/",
        f"{LOG}add/",
    ):
        assert client.post(address, {"post": "yes"}).status_code in (302, 403), address
    data = {"action": "delete_selected", "_selected_action": [robin.pk], "post": "yes"}
    client.post(LIST, data)
    assert User.objects.filter(pk=robin.pk).exists()
    assert Change.objects.values().get() == as_it_was


def test_the_stock_pages_of_users_groups_and_keys_are_not_there(client: Client) -> None:
    boss = User.objects.get()
    User.objects.filter(pk=boss.pk).update(is_superuser=True)
    for address in (
        "auth/user/",
        f"auth/user/{boss.pk}/password/",
        "auth/group/",
        "mfa/authenticator/",
        "account/emailaddress/",
        "account/emailconfirmation/",
    ):
        assert client.get(f"/desk/{address}").status_code == 404
    for account in (f"{LIST}{boss.pk}/password/", f"{LIST}{boss.pk}/change/password/"):
        assert client.get(account).status_code in (302, 404)


# What is shown


def test_no_page_shows_a_secret(client: Client, boss: User) -> None:
    robin = with_app(make_moderator("robin"))
    robin.set_password("a lamp behind the fence")
    robin.save()
    factor = Authenticator.objects.get(user=robin, type="totp")
    secrets = (SECRET, factor.data["secret"], robin.password, robin.password.split("$")[-1])
    for address in (LIST, page(robin), page(boss), LOG, EXPORT, "/desk/", "/desk/account/"):
        shown = text_of(client.get(address))
        assert [secret for secret in secrets if secret in shown] == [], address


def test_the_log_is_read_and_exported(boss: User) -> None:
    changes.invite(username="@robin", roles=["Leads"], actor=boss)
    changes.recover(username="boss")
    client = signed_in(User.objects.get(username="boss"))
    rows = list(csv.reader(StringIO(text_of(client.get(EXPORT)))))
    assert rows[0] == ["when (UTC)", "who", "did", "account", "roles afterwards"]
    assert [row[1:] for row in rows[1:]] == [
        ["A command on the server", "recovered", "boss", "Administrator"],
        ["boss", "invited", "'@robin", "Lead"],
    ]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", rows[1][0])
    assert "@robin" in text_of(client.get(LOG))


@pytest.mark.parametrize("address", [LIST, LOG])
def test_the_lists_take_as_many_queries_for_thirty_rows_as_for_one(
    client: Client, address: str
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    changes.invite(username="one", roles=["Leads"], actor=None)
    queries()  # the first visit also writes when the session began
    at_one = queries()
    for number in range(30):
        account, _ = changes.invite(username=f"n{number}", roles=["Moderators"], actor=None)
        with_app(account)
    assert queries() == at_one


def test_a_page_has_nothing_inline_that_the_policy_would_block(client: Client) -> None:
    robin, link = invited("robin")
    inline = re.compile(
        r"<style|\sstyle=|\son[a-z]+=|javascript:|\bdata:"
        r"|<script(?![^>]*(?:\bsrc=|type=\"application/json\"))",
        re.I,
    )
    half_way = Client()
    half_way.post(link, {"password1": "a lamp behind it", "password2": "a lamp behind it"})
    visits = [
        *((client, address) for address in (LIST, ADD, LOG, page(robin), "/desk/account/")),
        *((half_way, f"/desk/{name}/") for name in ("enrol", "account/app", "account/passkey")),
        (Client(), link),
        (Client(), "/desk/login/"),
        (Client(), "/desk/invitation/x/"),
    ]
    for visitor, address in visits:
        response = visitor.get(address)
        assert inline.findall(text_of(response)) == [], address
        assert "data:" not in response["Content-Security-Policy"]


def test_groups_are_no_more_than_the_roles() -> None:
    assert set(Group.objects.values_list("name", flat=True)) == set(ROLES)
