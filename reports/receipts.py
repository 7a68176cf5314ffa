"""Receipts: how an officer comes back to a report without the site knowing the officer.

A receipt is 80 random bits, written as four groups of four characters of Crockford's base 32
(https://www.crockford.com/base32.html), which has no I, L, O or U. The site keeps only a hash.
"""

import hashlib
import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 16  # characters of 5 bits
GROUP = 4

# What people write for a digit that looks alike; separators are dropped.
FORGIVEN = str.maketrans({"O": "0", "I": "1", "L": "1"})
SEPARATORS = str.maketrans(dict.fromkeys(" \t\r\n\u00a0-‐‑‒–—.,_", None))


class NotAReceipt(ValueError):
    """What was typed cannot be a receipt."""


def draw() -> str:
    """Return a new receipt in its written form, as "7Q2M-X0VR-1N8D-ZK4T"."""
    return written("".join(secrets.choice(ALPHABET) for _ in range(LENGTH)))


def written(receipt: str) -> str:
    """Return 16 characters as four groups."""
    return "-".join(receipt[i : i + GROUP] for i in range(0, LENGTH, GROUP))


def read(typed: str) -> str:
    """Return the written form of a receipt as a person typed it.

    Case, spaces and dashes do not matter; O counts as 0, I and L as 1.
    Raises NotAReceipt for anything that is not 16 characters of the alphabet.
    """
    plain = typed.translate(SEPARATORS).upper().translate(FORGIVEN)
    if len(plain) != LENGTH or not set(plain) <= set(ALPHABET):
        raise NotAReceipt
    return written(plain)


def digest(receipt: str) -> str:
    """Return the hash under which a report is found, as 64 hexadecimal digits.

    A plain SHA-256 is enough: 80 random bits are beyond search, and salt or stretching only
    help what can be guessed.
    """
    return hashlib.sha256(f"near-miss receipt {receipt}".encode()).hexdigest()
