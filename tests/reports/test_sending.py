"""The token of a check page: it is for what was shown, it cannot be forged, and it expires."""

import pytest
import time_machine

from reports import receipts, sending

SHOWN = ("a story", "advice", [("light", "night-lit"), ("weather", "rain")])


def test_a_token_is_for_what_was_shown() -> None:
    token = sending.read(sending.make(*SHOWN))
    assert receipts.read(token.receipt) == token.receipt
    assert token.is_for("a story", "advice", [("weather", "rain"), ("light", "night-lit")])
    assert not token.is_for("another story", "advice", SHOWN[2])
    assert not token.is_for("a story", "", SHOWN[2])
    assert not token.is_for("a story", "advice", [])


def test_each_page_has_its_own_receipt() -> None:
    assert sending.read(sending.make(*SHOWN)).receipt != sending.read(sending.make(*SHOWN)).receipt


@pytest.mark.parametrize("forged", ["", "x", "a:b:c", "\x00", "ü", "W10:1abc:def"])
def test_a_forged_token_is_refused(forged: str) -> None:
    with pytest.raises(sending.NoValidToken):
        sending.read(forged)


def test_a_changed_token_is_refused() -> None:
    token = sending.make(*SHOWN)
    changed = ("A" if token[0] != "A" else "B") + token[1:]
    with pytest.raises(sending.NoValidToken):
        sending.read(changed)


def test_a_token_lasts_a_day() -> None:
    with time_machine.travel("2026-03-01 08:00Z", tick=False) as clock:
        token = sending.make(*SHOWN)
        clock.shift(24 * 60 * 60)
        assert sending.read(token).is_for(*SHOWN)
        clock.shift(1)
        with pytest.raises(sending.NoValidToken):
            sending.read(token)
