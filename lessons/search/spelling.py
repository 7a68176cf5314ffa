"""Which of the words that stories hold somebody may have meant by one that none of them holds."""

from collections.abc import Iterable

LIKE = 0.3  # share of trigrams in common, below which two words are not alike


def trigrams(word: str) -> frozenset[str]:
    """Return the trigrams of a word as pg_trgm has them: two blanks before it, one behind."""
    padded = f"  {word} "
    return frozenset(padded[i : i + 3] for i in range(len(padded) - 2))


def alike(one: frozenset[str], other: frozenset[str]) -> float:
    """Return how much two sets of trigrams have in common, from 0 to 1, as pg_trgm has it."""
    return len(one & other) / len(one | other)


def slips(typed: str, meant: str, limit: int) -> int:
    """Return by how many slips one word became another: a letter too many, missing, wrong, or two
    neighbours swapped. Of more than `limit` slips it only says that they are more.

    The optimal string alignment distance: F. J. Damerau, "A technique for computer detection and
    correction of spelling errors", Communications of the ACM 7 (1964), 171-176.
    """
    if abs(len(typed) - len(meant)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(meant) + 1))
    for i, letter in enumerate(typed, 1):
        earlier, before, row = before, row, [i]
        for j, other in enumerate(meant, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == meant[j - 2] and typed[i - 2] == other:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
    return min(row[-1], limit + 1)


def nearest(typed: str, words: Iterable[tuple[str, int]]) -> str | None:
    """Return the word with the fewest slips, of these the one in most stories, or None.

    words: (word, number of stories that hold it). Short words are forgiven one slip, long ones
    more.
    """
    allowed = 1 if len(typed) < 5 else 2 if len(typed) < 9 else 3
    given = trigrams(typed)
    near = [
        (found, word[:1] != typed[:1], -stories, word)
        for word, stories in words
        if word != typed
        and alike(given, trigrams(word)) >= LIKE
        and (found := slips(typed, word, allowed)) <= allowed
    ]
    return min(near)[-1] if near else None
