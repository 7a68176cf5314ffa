"""Strips stories on the command line: JSON Lines in, JSON Lines out, nothing stored."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reports.identity import Span, strip


class Command(BaseCommand):
    """Read {"id", "text"} lines from standard input, write the stripped stories."""

    help = (
        'Reads JSON Lines {"id", "text"} on standard input and writes {"id", "text", "spans", '
        '"doubts"} on standard output. Offsets count characters of the story as it came in.'
    )
    requires_system_checks = ()  # it needs no database and no settings

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the words that --keep leaves and --remove replaces, once for each word."""
        parser.add_argument("--keep", action="append", default=[], metavar="WORD")
        parser.add_argument("--remove", action="append", default=[], metavar="WORD")

    def handle(self, *args: Any, **options: Any) -> None:
        """Strip line by line; a malformed line ends the run with status 1."""
        sys.stdin.reconfigure(encoding="utf-8", errors="surrogatepass")  # type: ignore[union-attr]
        for number, line in enumerate(sys.stdin, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
                name, text = row["id"], row["text"]
                if not isinstance(text, str):
                    raise TypeError("the text is not a string")
            except (ValueError, KeyError, TypeError) as error:
                raise CommandError(
                    f'Line {number} is not a JSON object with "id" and "text" ({error}). '
                    "The lines before it were stripped; correct the line and run again."
                ) from error
            done = strip(text, options["keep"], options["remove"])
            self.stdout.write(
                json.dumps(
                    {
                        "id": name,
                        "text": done.text,
                        "spans": [as_row(span) for span in done.spans],
                        "doubts": [as_row(span) for span in done.doubts],
                    }
                )
            )


def as_row(span: Span) -> dict[str, Any]:
    """Return a span as the JSON object that score.py asks for, with its tier and reason."""
    return span._asdict()
