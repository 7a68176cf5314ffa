"""Receipts are random, forgiving when typed, and found by a hash."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports import receipts


def test_a_receipt_is_four_groups_of_the_alphabet() -> None:
    receipt = receipts.draw()
    groups = receipt.split("-")
    assert [len(group) for group in groups] == [4, 4, 4, 4]
    assert set("".join(groups)) <= set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")


def test_every_bit_is_drawn() -> None:
    drawn = [receipts.draw() for _ in range(2000)]
    assert len(set(drawn)) == 2000
    columns = zip(*(receipt.replace("-", "") for receipt in drawn), strict=True)
    assert [len(set(column)) for column in columns] == [32] * 16


@pytest.mark.parametrize(
    "typed",
    [
        "7Q2M-X0VR-1N8D-ZK4T",
        "7q2m-x0vr-1n8d-zk4t",
        " 7Q2M X0VR 1N8D ZK4T\n",
        "7Q2MX0VR1N8DZK4T",
        "7q2m–xovr–ln8d–zk4t",
        "7Q2M.XOVR.IN8D.ZK4T",
    ],
)
def test_it_is_read_as_people_type_it(typed: str) -> None:
    assert receipts.read(typed) == "7Q2M-X0VR-1N8D-ZK4T"


@pytest.mark.parametrize(
    "typed",
    ["", "7Q2M", "7Q2M-X0VR-1N8D-ZK4", "7Q2M-X0VR-1N8D-ZK4TT", "7Q2M-X0VR-1N8D-ZK4U", "\x00" * 16,
     "ÄÖÜ-ß" * 4],
)  # fmt: skip
def test_what_is_no_receipt_is_refused(typed: str) -> None:
    with pytest.raises(receipts.NotAReceipt):
        receipts.read(typed)


@given(st.text())
def test_reading_never_fails_otherwise(typed: str) -> None:
    try:
        receipt = receipts.read(typed)
    except receipts.NotAReceipt:
        return
    assert receipts.read(receipt) == receipt


def test_the_hash_does_not_hold_the_receipt() -> None:
    receipt = "7Q2M-X0VR-1N8D-ZK4T"
    digest = receipts.digest(receipt)
    assert len(digest) == 64
    assert "7q2m" not in digest
    assert receipts.digest(receipt) == digest != receipts.digest("7Q2M-X0VR-1N8D-ZK4V")
