"""The hardest texts we know for the identity engine: pieces, repeated without end."""

import itertools
from collections.abc import Iterable


def _invented_words() -> list[str]:
    """Return words that no list holds, no two the same."""
    syllables = [consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeiou"]
    return ["".join(parts) for parts in itertools.product(syllables, repeat=3)]


_INVENTED = _invented_words()

# By what they are: one piece, or several in turn.
WORST: dict[str, str | list[str]] = {
    "digits": "7",
    "the digit 1": "1",
    "letters A": "A",
    "letters a": "a",
    "opening brackets": "(",
    "square brackets": "[",
    "quotation marks": '"',
    "a. a. a.": "a.",
    "A. A. A.": "A. ",
    "new lines": "\n",
    "blanks": " ",
    "dots": ".",
    "at signs": "@",
    "a@a@": "a@",
    "a_a_": "a_",
    "at dot": "at dot ",
    "apostrophes": "'a",
    "compounds": "Ab-",
    "single letters": "a b c d ",
    "single capitals": "X ",
    "Sgt. Sgt.": "Sgt. ",
    "officer officer": "officer ",
    "the same name": "Ramirez ",
    "a name that is also a call sign": "Mike ",
    "a street in small letters": "elm street ",
    "K-9 K-9": "K-9 ",
    "an agency without end": "Police and ",
    "a bank without end": "Bank of ",
    "days": "July 4 ",
    "digits and dashes": "1234567890-",
    "one digit and a dash": "1-",
    "digits and dots": "10.",
    "digits and colons": "1:",
    "digits and blanks": "12 3 ",
    "spelt digits": "one two ",
    "replacements": "[person A] ",
    "case numbers": [f"{n % 1000:03}-{n % 100:02}-{n * 31 % 10000:04} " for n in range(9999)],
    "capitalised words": [word.capitalize() + " " for word in _INVENTED],
    "unknown words": [word + " " for word in _INVENTED],
    "ranks and names": [f"Sgt. {word.capitalize()} said. " for word in _INVENTED],
}


def fill(pieces: Iterable[str], characters: int) -> str:
    """Return a text of so many characters: the pieces in turn, over and over."""
    pieces = [pieces] if isinstance(pieces, str) else list(pieces)
    once = "".join(pieces)
    return (once * (characters // len(once) + 1))[:characters]
