"""scrubadub: its default detectors for en_US, and its date-of-birth and TextBlob name detectors.

The TextBlob detector masks every NNP that TextBlob's PatternTagger finds, whose lexicon and
rules are inside the package. TextBlob cuts sentences with NLTK's punkt, whose data is not: a
pattern stands in. The spaCy and Stanford detectors need trained models and are left out.
"""

import re

import scrubadub  # type: ignore[import-not-found]
import textblob.blob  # type: ignore[import-not-found]

KIND = {
    "name": "PERSON",
    "organization": "AGENCY",
    "location": "PLACE",
    "address": "PLACE",
    "postalcode": "PLACE",
    "date_of_birth": "TIME",
    "email": "CONTACT",
    "phone": "CONTACT",
    "url": "CONTACT",
    "twitter": "CONTACT",
    "skype": "CONTACT",
}
SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"“])")

textblob.blob.sent_tokenize = SENTENCE_END.split
scrubber = scrubadub.Scrubber(locale="en_US")
scrubber.add_detector("text_blob_name")
scrubber.add_detector("date_of_birth")


def strip(text: str) -> list[tuple[int, int, str]]:
    """Return the filth that scrubadub finds, by the engine's kinds."""
    return [(f.beg, f.end, KIND.get(f.type, "NUMBER")) for f in scrubber.iter_filth(text)]
