"""The token of a check page: it lets exactly what was shown be sent, exactly once.

The token travels in the page alone. It holds the receipt that the report will have, so that
pressing Send twice finds the first report instead of making a second, and a digest of what the
page showed, so that nothing is stored that its author has not seen.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass

from django.core import signing

from reports import receipts

SALT = "reports.sending"
MAX_AGE = 24 * 60 * 60  # seconds: a page left open over a shift can still be sent


class NoValidToken(Exception):
    """The token is missing, forged, or older than MAX_AGE."""


@dataclass(frozen=True)
class Token:
    """A token that was read: the receipt it holds, and the digest of what its page showed."""

    receipt: str
    shown: str

    def is_for(self, story: str, advice: str, terms: Iterable[tuple[str, str]]) -> bool:
        """Whether the token was made for just this."""
        return hmac.compare_digest(self.shown, digest_of(story, advice, terms))


def digest_of(story: str, advice: str, terms: Iterable[tuple[str, str]]) -> str:
    """Return the SHA-256 of a stripped story, its stripped advice and its facts.

    terms: (facet, slug) of each fact, in any order.
    """
    return hashlib.sha256(json.dumps([story, advice, sorted(terms)]).encode()).hexdigest()


def make(story: str, advice: str, terms: Iterable[tuple[str, str]]) -> str:
    """Return a fresh token for a page that shows this."""
    return signing.dumps([receipts.draw(), digest_of(story, advice, terms)], salt=SALT)


def read(token: str) -> Token:
    """Return what a token holds. Raises NoValidToken."""
    try:
        return Token(*signing.loads(token, salt=SALT, max_age=MAX_AGE))
    except signing.BadSignature as error:
        raise NoValidToken from error
