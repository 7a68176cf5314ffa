"""philter-ucsf, configuration philter_delta: it masks whatever no filter calls safe.

It tags words with NLTK's averaged perceptron, whose weights are not in the package. TextBlob's
PatternTagger stands in: the same Penn tags, its lexicon inside the package. The tags decide only
whether a hit in a name list counts (NNP) and which leftovers are numbers (CD).
"""

import atexit
import contextlib
import io
import os
import re
import shutil
import tempfile
import warnings
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

warnings.simplefilter("ignore")
import nltk  # type: ignore[import-not-found]  # noqa: E402
import philter_ucsf  # type: ignore[import-not-found]  # noqa: E402
from philter_ucsf.coordinate_map import CoordinateMap  # type: ignore[import-not-found]  # noqa: E402
from philter_ucsf.philter import Philter  # type: ignore[import-not-found]  # noqa: E402
from textblob.en import parser  # type: ignore[import-not-found]  # noqa: E402

KIND = {
    "DATE": "TIME",
    "Email": "CONTACT",
    "Provider_Address_or_Location": "PLACE",
    "Patient_Social_Security_Number": "NUMBER",
    "Age": "NUMBER",
    "Name": "PERSON",
}


@lru_cache(maxsize=4)  # philter tags a note once for every filter that wants tags
def tags(words: tuple[str, ...]) -> list[str]:
    return [tag for _, tag in parser.find_tags(list(words))]


def pos_tag(tokens: Iterable[str]) -> list[tuple[str, str]]:
    """Do what nltk.pos_tag does, with blanks among the tokens as philter gives them."""
    tokens = list(tokens)
    found = iter(tags(tuple(t for t in tokens if not t.isspace())))
    return [(t, "" if t.isspace() else next(found)) for t in tokens]


def precompile(_: Philter, path: str) -> re.Pattern[str]:
    """Compile a filter's file: Python 3.11 refuses an inline flag that does not come first."""
    pattern = Path(path).read_text(encoding="utf-8").strip()
    return re.compile(pattern.replace("(?i)", ""), re.I if "(?i)" in pattern else 0)


nltk.pos_tag = pos_tag
Philter.precompile = precompile
os.chdir(Path(philter_ucsf.__file__).parent)  # its configuration names files from there
folder = Path(tempfile.mkdtemp())
atexit.register(shutil.rmtree, folder)
note = folder / "note.txt"
engine: Any = Philter(
    {
        "verbose": False,
        "run_eval": False,
        "finpath": str(folder),
        "foutpath": str(folder),
        "outformat": "asterisk",
        "filters": "configs/philter_delta.json",
        "cachepos": None,
    }
)
engine.detect_encoding = lambda path: {"encoding": "utf-8"}
data = [pattern.get("data") for pattern in engine.patterns]


def forget() -> None:
    """Put the engine back to where it was before its last note."""
    engine.include_map, engine.exclude_map = CoordinateMap(), CoordinateMap()
    engine.full_exclude_map, engine.data_all_files = {}, {}
    engine.pos_tags, engine.cleaned = {}, {}
    engine.phi_type_dict = {kind: [CoordinateMap()] for kind in engine.phi_type_list}
    for pattern, kept in zip(engine.patterns, data, strict=True):
        if kept is not None:
            pattern["data"] = kept  # map_coordinates drops it after each run


def strip(text: str) -> list[tuple[int, int, str]]:
    """Return what philter masks, by the engine's kinds."""
    note.write_text(text, encoding="utf-8", newline="")
    forget()
    with contextlib.redirect_stdout(io.StringIO()):
        engine.map_coordinates()
    read = engine.data_all_files[str(note)]
    if read["text"] != text:
        raise RuntimeError("philter read another text than it was given")
    spans = []
    for start, end in sorted(engine.full_exclude_map[str(note)].items()):
        kinds = (
            KIND[phi["phi_type"]]
            for phi in read["phi"]
            if phi["phi_type"] in KIND and phi["start"] < end and start < phi["stop"]
        )
        digits = any(map(str.isdigit, text[start:end]))
        spans.append((start, end, next(kinds, "NUMBER" if digits else "PERSON")))
    return spans
