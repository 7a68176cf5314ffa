"""The commands that let people in: the way back for an administrator, and the demo."""

import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from pytest_django import Settings

from nearmiss.accounts import changes, factors
from nearmiss.accounts.models import Change
from tests.accounts.enrolling import enrol, opens_the_desk
from tests.factories import make_administrator, make_moderator
from tests.reports.desk import signed_in
from tests.signing_in import with_app

pytestmark = pytest.mark.django_db


def printed(*arguments: str, **options: Any) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out, **options)
    return out.getvalue()


def recover(name: str, **options: Any) -> tuple[str, str]:
    """Run the command; return what it says, and the path of the link."""
    said = printed("invite_administrator", name, **options)
    link = said.splitlines()[-1]
    return said, "/" + link.split("/", 3)[3]


def test_the_first_administrator_is_made_and_let_in() -> None:
    said, link = recover("alex")
    assert said.startswith("Made the account alex, an administrator.\n")
    assert "within 7 days. It works once:\nhttp://localhost:8000/desk/invitation/" in said
    client, _ = enrol(link)
    assert client.get("/desk/accounts/account/").status_code == 200
    alex = User.objects.get()
    assert not alex.is_superuser
    assert [(c.actor, c.action) for c in Change.objects.order_by("at")] == [
        (None, "recovered"),
        (alex, "enrolled"),
    ]


def test_an_administrator_who_lost_everything_comes_back() -> None:
    alex = with_app(make_administrator("alex"))
    old = signed_in(alex)
    with_app(make_administrator("other"))
    changes.deactivate(account=alex, actor=None)
    said, link = recover("ALEX")
    assert "The former password and second factors of the account do not work any more." in said
    assert not opens_the_desk(old)
    assert not factors.real_factors(alex).exists()
    client, _ = enrol(link)
    assert opens_the_desk(client)
    assert User.objects.filter(username__iexact="alex").count() == 1


def test_a_moderator_becomes_an_administrator_and_stays_a_moderator() -> None:
    robin = make_moderator("robin")
    recover("robin")
    assert set(robin.groups.values_list("name", flat=True)) == {"Moderators", "Administrators"}
    assert Change.objects.get().roles == "Moderator, Administrator"


def test_the_last_administrator_can_always_come_back() -> None:
    alex = with_app(make_administrator("alex"))
    _, first = recover("alex")
    _, second = recover("alex")
    assert Client().get(first).status_code == 410
    client, _ = enrol(second)
    assert opens_the_desk(client)
    assert User.objects.get() == alex


@pytest.mark.parametrize("name", ["", "a b", "a/b", "<b>", "x" * 151])
def test_a_name_that_cannot_be_is_refused(name: str) -> None:
    with pytest.raises(CommandError, match="name"):
        recover(name)
    assert User.objects.count() == 0


def test_the_link_names_the_site(settings: Settings) -> None:
    assert (
        "\nhttps://near-miss.example/desk/invitation/"
        in recover("alex", site="https://near-miss.example/")[0]
    )
    settings.PRODUCTION, settings.ALLOWED_HOSTS = True, ["desk.example", "other.example"]
    assert "\nhttps://desk.example/desk/invitation/" in recover("alex")[0]


def test_the_demo_invites_three_and_knows_who_has_come(settings: Settings, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path
    pattern = re.compile(r"^  ([\w-]+) \((.+)\)\n    (.+)$", re.M)

    def demo() -> dict[str, tuple[str, str]]:
        said = printed("demo", prepare=True, port=8123)
        return {name: (roles, way) for name, roles, way in pattern.findall(said)}

    first = demo()
    assert {name: roles for name, (roles, _) in first.items()} == {
        "moderator-one": "moderator and lead",
        "moderator-two": "moderator",
        "administrator": "administrator",
    }
    links = {name: way.removeprefix("http://localhost:8123") for name, (_, way) in first.items()}
    client, _ = enrol(links["moderator-one"])
    assert client.get("/desk/reports/report/").status_code == 200
    second = demo()
    assert second["moderator-one"][1] == "is set up: log in at http://localhost:8123/desk/"
    for name in ("moderator-two", "administrator"):
        fresh = second[name][1].removeprefix("http://localhost:8123")
        assert fresh != links[name]
        assert Client().get(links[name]).status_code == 410
        assert Client().get(fresh).status_code == 200
    assert set(User.objects.values_list("is_superuser", flat=True)) == {False}
