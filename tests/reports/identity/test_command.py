"""``manage.py strip`` reads and writes the lines that score.py asks for."""

import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command


class Input(io.StringIO):
    """Standard input as the command sees it."""

    def reconfigure(self, **options: Any) -> None:
        """Take what a real stream takes."""


def run(monkeypatch: pytest.MonkeyPatch, lines: str, *arguments: str) -> list[dict[str, Any]]:
    out = io.StringIO()
    monkeypatch.setattr("sys.stdin", Input(lines))
    call_command("strip", *arguments, stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_a_story_comes_back_with_its_spans(monkeypatch: pytest.MonkeyPatch) -> None:
    line = json.dumps({"id": "a", "text": "Officer Ramirez left."})
    assert run(monkeypatch, line + "\n\n") == [
        {
            "id": "a",
            "text": "Officer [person A] left.",
            "spans": [
                {
                    "start": 8,
                    "end": 15,
                    "kind": "PERSON",
                    "tier": "certain",
                    "reason": "A rank or title stands before it.",
                    "replacement": "[person A]",
                }
            ],
            "doubts": [],
        }
    ]


def test_words_may_be_kept_and_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    line = json.dumps({"id": 1, "text": "Officer Ramirez left the porch."})
    (row,) = run(monkeypatch, line, "--keep", "Ramirez", "--remove", "porch")
    assert row["text"] == "Officer Ramirez left the [removed]."


@pytest.mark.parametrize("bad", ["{", "[]", '{"id": 1}', '{"id": 1, "text": 2}', "3"])
def test_a_malformed_line_is_named(monkeypatch: pytest.MonkeyPatch, bad: str) -> None:
    good = json.dumps({"id": 1, "text": "x"})
    with pytest.raises(CommandError, match=r"^Line 2 is not a JSON object") as raised:
        run(monkeypatch, f"{good}\n{bad}\n")
    assert raised.value.returncode == 1
