"""A story as long as a story may be, and what changes it throughout: the hardest to compare."""

import random

_chance = random.Random(1)
_words = [f"word{_chance.randrange(100)}" + "." * (_chance.random() < 0.1) for _ in range(2_850)]

LONG_STORY = " ".join(_words)
CHANGED_THROUGHOUT = {
    "letters shuffled": "".join(_chance.sample(LONG_STORY, len(LONG_STORY))),
    "words shuffled": " ".join(_chance.sample(_words, len(_words))),
    "words reversed": " ".join(reversed(_words)),
    "a tenth of the words gone": " ".join(word for word in _words if _chance.random() > 0.1),
    "another story": "a. " * (len(LONG_STORY) // 3),
}
