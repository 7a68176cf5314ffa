"""Published stories that resemble a text."""

import datetime
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection
from django.db.models import CharField
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lessons import resembling, structures
from lessons.models import Story
from tests.factories import make_story

pytestmark = pytest.mark.django_db

MIRROR = (
    "A pickup with an extended towing mirror drifted over the fog line and the mirror took the "
    "flashlight out of my hand while I wrote the citation on the trunk."
)
RETOLD = (
    "While writing a citation on the trunk my flashlight was torn away: the towing mirror of a "
    "pickup that had drifted across the fog line."
)
OTHERS = (
    "The dog lay in a parked cruiser whose air conditioning had failed without an alarm.",
    "We rolled through an intersection on a red light, reading the terminal.",
    "A prisoner slipped his cuffs to the front behind the cage of the transport van.",
    "Somebody left a loaded magazine among the dummy rounds of the training room.",
    "The rope went slack in the flooded ford and the current pulled the line under.",
)


@pytest.fixture
def mirror() -> Story:
    for number, text in enumerate(OTHERS):
        make_story(f"Other {number}", summary="", narrative=text)
    return make_story("Struck by a mirror", summary="", narrative=MIRROR)


def alike(text: str, **options: object) -> list[Story]:
    return [story for story, _ in resembling.resembling(text, limit=3, **options)]  # type: ignore[arg-type]


def test_a_story_told_twice_is_found_and_no_other(mirror: Story) -> None:
    assert alike(RETOLD) == [mirror]
    assert alike("Nothing of the kind: a quiet evening of paperwork.") == []
    assert alike("") == []


def test_the_text_itself_is_wholly_alike(mirror: Story) -> None:
    ((story, share),) = resembling.resembling(f"Struck by a mirror. {MIRROR}", limit=3)
    assert story == mirror
    assert share == pytest.approx(1)


def test_only_published_stories_are_found(mirror: Story) -> None:
    for published in (None, timezone.now().date() + datetime.timedelta(days=1)):
        Story.objects.filter(pk=mirror.pk).update(published=published)
        assert alike(RETOLD) == []


def test_a_story_can_be_left_out(mirror: Story) -> None:
    again = make_story("Again", summary="", narrative=RETOLD)
    assert alike(RETOLD) == [again, mirror]
    assert alike(RETOLD, without=again) == [mirror]


def test_words_follow_a_story_that_is_changed_or_deleted(mirror: Story) -> None:
    mirror.narrative = OTHERS[0]
    mirror.title = "Another"
    mirror.save()
    assert alike(RETOLD) == []
    mirror.narrative = MIRROR
    mirror.save()
    assert alike(RETOLD) == [mirror]
    mirror.delete()
    assert alike(RETOLD) == []


@pytest.mark.django_db(transaction=True)  # FTS5 writes at the end of a transaction
@pytest.mark.parametrize("how", ["rewritten", "deleted"])
def test_a_word_that_is_taken_out_is_nowhere_in_the_index(how: str, mirror: Story) -> None:
    def kept() -> str:
        tables = [
            name
            for name in connection.introspection.table_names()
            if name.startswith(resembling.WORDS) and not name.endswith(("_count", "_where"))
        ]
        with connection.cursor() as cursor:
            rows = []
            for table in tables:
                cursor.execute(f'SELECT * FROM "{table}"')
                rows += cursor.fetchall()
        return str(rows)

    story = make_story(narrative="The marigold stood there.")
    assert "marigold" in kept()
    if how == "deleted":
        story.delete()
    else:
        Story.objects.filter(pk=story.pk).update(narrative="A flower stood there.")
    assert "marigold" not in kept()


@pytest.mark.parametrize(
    "text", ["a-b x AND un\"balanced 'quotes", "mirror:* & | !( pickup", "%s %d \\ \x01", "😀 é ß"]
)
def test_what_is_no_word_is_no_syntax(mirror: Story, text: str) -> None:
    resembling.resembling(text * 50, limit=3)


def test_it_takes_the_same_queries_for_many_stories(mirror: Story) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert alike(RETOLD)
        return len(queries)

    few = count()
    for number in range(30):
        make_story(f"More {number}", summary="", narrative=OTHERS[number % len(OTHERS)])
    assert count() == few <= 4


def checked() -> str:
    try:
        call_command("check", databases=["default"], tags=["database"], stdout=StringIO())
    except SystemCheckError as error:
        return str(error)
    return ""


@pytest.mark.django_db(transaction=True)
def test_altering_the_table_does_not_lose_the_triggers() -> None:
    """Django remakes a SQLite table to alter a column: what migrate ends with puts them back."""
    for number, text in enumerate(OTHERS):
        make_story(f"Other {number}", summary="", narrative=text)
    story = make_story("Struck by a mirror", summary="", narrative=MIRROR)
    old = Story._meta.get_field("title")
    new = CharField(max_length=130)
    new.set_attributes_from_name("title")
    new.model = Story
    structures.remove()  # views of the search stand in the way; migrate takes them away, too
    with connection.schema_editor() as editor:
        editor.alter_field(Story, old, new)
    if connection.vendor == "sqlite":  # the trap itself
        assert resembling.missing(connection) == resembling.TRIGGERS
        assert "lessons.E002" in checked()
    later = make_story("Again", summary="", narrative=RETOLD)
    call_command("migrate", verbosity=0, skip_checks=True)
    assert resembling.missing(connection) == set()
    assert checked() == ""
    assert alike(RETOLD) == [later, story]
    structures.remove()
    with connection.schema_editor() as editor:
        editor.alter_field(Story, new, old)
    resembling.install(connection)
    structures.ensure(fill=True)


def test_installing_twice_changes_nothing(mirror: Story) -> None:
    resembling.install(connection)
    assert alike(RETOLD) == [mirror]


@pytest.mark.django_db(transaction=True)
def test_the_whole_database_can_still_be_flushed() -> None:
    make_story("Struck by a mirror", narrative=MIRROR)
    call_command("flush", verbosity=0, interactive=False)
    assert alike(RETOLD) == []
    for number, text in enumerate(OTHERS):
        make_story(f"Other {number}", summary="", narrative=text)
    again = make_story("Struck by a mirror", summary="", narrative=MIRROR)
    assert alike(RETOLD) == [again]
