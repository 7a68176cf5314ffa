"""Self test of score.py, the measure of the engine."""

# mypy: ignore-errors

import contextlib
import io
import json
import sys
import tempfile
import unittest
from pathlib import Path

from .score_parts import score

MARKED = (
    "[[OPT:Sgt.]] [[PERSON:J. Delacroix]]'s partner met me at [[TIME:2215]] hours near a gas "
    "station on [[PLACE:Elm Street]].\nHe carried a Glock 19."
)
TEXT, MARKS = score.parse(MARKED)


def span(word, kind="PERSON", text=TEXT):
    start = text.index(word)
    return {"start": start, "end": start + len(word), "kind": kind}


def line(spans, name="a", text=TEXT, stripped=None):
    if stripped is None:
        stripped = text
        for s in sorted(spans, key=lambda s: -s["start"]):
            stripped = stripped[: s["start"]] + f"[{s['kind']}]" + stripped[s["end"] :]
    return json.dumps({"id": name, "text": stripped, "spans": spans})


ALL_SPANS = [span("J. Delacroix"), span("2215", "TIME"), span("Elm Street", "PLACE")]


class ScoreTest(unittest.TestCase):
    def figures(self, spans):
        gold = {"a": (TEXT, MARKS)}
        return score.score(gold, score.read_lines([line(spans)], gold))

    def broken(self, row, message):
        with self.assertRaisesRegex(score.Broken, message):
            score.read_lines([row], {"a": (TEXT, MARKS)})

    def test_doubts(self):
        row = json.loads(line([span("2215", "TIME")]))
        row["doubts"] = [span("J. Delacroix")]
        gold = {"a": (TEXT, MARKS)}
        for with_doubts, caught in ((False, 1), (True, 2)):
            figures = score.score(gold, score.read_lines([json.dumps(row)], gold, with_doubts))[0]
            self.assertEqual(figures["ALL"]["entities"] - figures["ALL"]["leaked"], caught)

    def test_parse(self):
        self.assertNotIn("[[", TEXT)
        self.assertEqual(
            [TEXT[s:e] for s, e, _ in MARKS], ["Sgt.", "J. Delacroix", "2215", "Elm Street"]
        )
        for bad in ("[[NAME:Ann]]", "[[PERSON:Ann", "[[PERSON:]]", "[[PERSON:a [[PLACE:b]]]]"):
            with self.assertRaises(score.Broken):
                score.parse(bad)

    def test_all_caught(self):
        figures, leaks, overs = self.figures(ALL_SPANS)
        for name in ("recall", "clean", "precision", "same_kind"):
            self.assertEqual(figures["ALL"][name], 1, name)
        self.assertEqual((figures["ALL"]["over"], leaks, overs), (0, [], []))
        self.assertIsNone(figures["CONTACT"]["recall"])

    def test_part_of_an_entity_is_a_leak(self):
        figures, leaks, _ = self.figures([span("Delacroix"), *ALL_SPANS[1:]])
        self.assertEqual(figures["PERSON"]["recall"], 0)
        self.assertEqual(figures["PLACE"]["clean"], 1)
        self.assertEqual(figures["ALL"]["clean"], 0)
        self.assertIn("«J. Delacroix»", leaks[0]["context"])

    def test_entity_may_be_caught_in_pieces_and_by_another_kind(self):
        figures, _, _ = self.figures(
            [span("J"), span("Delacroix"), span("2215", "NUMBER"), ALL_SPANS[2]]
        )
        self.assertEqual(figures["ALL"]["recall"], 1)
        self.assertAlmostEqual(figures["ALL"]["same_kind"], 2 / 3)

    def test_over_redaction(self):
        figures, _, overs = self.figures([*ALL_SPANS, span("Glock 19", "NUMBER"), span("Sgt.")])
        # The words touching no mark: partner met me at / hours near a gas station on /
        # He carried a Glock 19 (the "s" of the name's genitive touches its mark).
        self.assertEqual(figures["ALL"]["words"], 15)
        self.assertEqual(figures["ALL"]["over"], 2 / 15)
        self.assertEqual(figures["NUMBER"]["over"], 2 / 15)
        self.assertEqual([TEXT[o["start"] : o["end"]] for o in overs], ["Glock", "19"])
        self.assertEqual(figures["ALL"]["precision"], 3 / 4)  # the span on "Sgt." is not counted

    def test_broken_lines(self):
        self.broken(line([{"start": 0, "end": len(TEXT) + 1, "kind": "TIME"}]), "out of range")
        self.broken(line([{"start": -1, "end": 3, "kind": "TIME"}]), "out of range")
        self.broken(line([{"start": 3, "end": 3, "kind": "TIME"}]), "out of range")
        self.broken(line([span("2215", "DATE")]), "unknown kind")
        self.broken(line([], name="b"), "unknown")
        self.broken('{"id": "a"}', "form")
        self.broken("", "missing")
        self.broken(line(ALL_SPANS, stripped=TEXT), "agree")
        self.broken(line(ALL_SPANS, stripped=TEXT.replace("Delacroix", "X")), "agree")
        self.broken(line([], stripped=TEXT + "!"), "agree")

    def test_command_line(self):
        echo = (
            "import json, sys\nfor l in sys.stdin:\n"
            "    print(json.dumps({**json.loads(l), 'spans': []}))"
        )
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "a.txt").write_text(MARKED, "utf-8")
            output = Path(folder, "out.jsonl")
            output.write_text(line(ALL_SPANS) + "\n", "utf-8")
            stripper = Path(folder, "echo.py")
            stripper.write_text(echo, "utf-8")

            def main(*arguments):
                out, err = io.StringIO(), io.StringIO()
                with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                    status = score.main([folder, *map(str, arguments)])
                return status, out.getvalue(), err.getvalue()

            self.assertEqual(
                main("--output", output, "--min-recall", 1, "--min-clean", 1, "--max-over", 0)[0], 0
            )
            status, out, err = main(
                "--run", f"{sys.executable} {stripper}", "--min-recall", 0.5, "--json", "--errors"
            )
            self.assertEqual(status, 1)
            self.assertIn("recall is 0.0", err)
            self.assertEqual(len(json.loads(out)["leaks"]), 3)
            self.assertEqual(main("--run", f"{sys.executable} -c exit(3)")[0], 1)
            output.write_text("", "utf-8")
            status, _, err = main("--output", output)
            self.assertEqual(status, 1)
            self.assertIn("missing", err)


if __name__ == "__main__":
    unittest.main()
