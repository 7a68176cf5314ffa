"""presidio-analyzer: its predefined recognizers on spaCy's blank English pipeline.

Its own engine wants the trained pipeline en_core_web_lg, which no package index offers. Without
one PERSON, LOCATION, NRP and ORGANIZATION are never found, and context words are compared as
they are typed.
"""

import logging
import os
from typing import Any

os.environ["TLDEXTRACT_PUBLIC_SUFFIX_LIST_URLS"] = (
    ""  # or it would ask the network at the first address
)

import spacy  # type: ignore[import-not-found]
from presidio_analyzer import (  # type: ignore[import-not-found]
    AnalyzerEngine,
    RecognizerRegistry,
)
from presidio_analyzer.nlp_engine import (  # type: ignore[import-not-found]
    SpacyNlpEngine,
)

logging.disable(logging.WARNING)
KIND = {
    "PERSON": "PERSON",
    "NRP": "AGENCY",
    "ORGANIZATION": "AGENCY",
    "LOCATION": "PLACE",
    "DATE_TIME": "TIME",
    "EMAIL_ADDRESS": "CONTACT",
    "PHONE_NUMBER": "CONTACT",
    "URL": "CONTACT",
    "IP_ADDRESS": "CONTACT",
    "MAC_ADDRESS": "CONTACT",
}


class BlankEngine(SpacyNlpEngine):  # type: ignore[misc]
    """spaCy's tokeniser and sentence cutter, with the word as typed for its lemma."""

    def load(self) -> None:
        """Load the pipeline, which needs no model."""
        self.nlp = {"en": spacy.blank("en")}
        self.nlp["en"].add_pipe("sentencizer")

    def process_text(self, text: str, language: str) -> Any:
        """Return the text in the form in which the recognizers want it."""
        doc = self.nlp[language](text)
        for token in doc:
            token.lemma_ = token.lower_
        return self._doc_to_nlp_artifact(doc, language)


engine = BlankEngine()
engine.load()
registry = RecognizerRegistry()
registry.load_predefined_recognizers(languages=["en"], nlp_engine=engine)
analyzer = AnalyzerEngine(nlp_engine=engine, registry=registry, supported_languages=["en"])


def strip(text: str) -> list[tuple[int, int, str]]:
    """Return what the recognizers find, by the engine's kinds."""
    found = analyzer.analyze(text=text, language="en")
    return [(r.start, r.end, KIND.get(r.entity_type, "NUMBER")) for r in found]
