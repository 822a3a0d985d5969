"""Notes, keys and checkpoints as C2SP writes them, and what is refused."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.kernel.errors import HoldfastError, IntegrityError, OperatorError
from holdfast.record.checkpoint import Checkpoint, proof_text, read_checkpoint
from holdfast.record.signed_note import PublicKey, check_name, opened, read_key, signed
from holdfast.storage.signing_key import check_signature

# The key and the note of the documentation of Go's sumdb/note package.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY = PublicKey(name="clinic.example/er", key=PRIVATE.public_key().public_bytes_raw())
CHECKPOINT = Checkpoint(origin=KEY.name, size=20852163, root=bytes(range(32)))
NOTE = signed(CHECKPOINT.text(), [(KEY, PRIVATE.sign)])


def test_a_note_that_another_program_signed_opens() -> None:
    assert opened(GO_NOTE, [read_key(GO_KEY)], check_signature).endswith("your problem is.\n")


def test_a_key_is_written_as_others_write_it() -> None:
    assert read_key(GO_KEY).written() == GO_KEY
    assert read_key(KEY.written()) == KEY


def test_a_checkpoint_is_three_lines_and_comes_back() -> None:
    root = base64.b64encode(bytes(range(32))).decode()
    assert CHECKPOINT.text() == f"clinic.example/er\n20852163\n{root}\n"
    assert read_checkpoint(opened(NOTE, [KEY], check_signature)) == CHECKPOINT


def test_a_proof_is_laid_out_as_the_format_says() -> None:
    text = proof_text(73894, [bytes(32), bytes(range(32))], NOTE)
    zeros, counted = base64.b64encode(bytes(32)).decode(), base64.b64encode(bytes(range(32))).decode()
    assert text == f"c2sp.org/tlog-proof@v1\nindex 73894\n{zeros}\n{counted}\n\n{NOTE}"


def test_signatures_of_unknown_keys_are_passed_over_and_do_not_count() -> None:
    other = Ed25519PrivateKey.from_private_bytes(bytes(32))
    witness = PublicKey(name="witness.example", key=other.public_key().public_bytes_raw())
    both = signed(CHECKPOINT.text(), [(KEY, PRIVATE.sign), (witness, other.sign)])
    assert opened(both, [KEY], check_signature) == opened(both, [witness], check_signature) == CHECKPOINT.text()
    with pytest.raises(IntegrityError, match="No key that you trust"):
        opened(NOTE, [witness], check_signature)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_no_byte_of_a_note_can_change(data: st.DataObject) -> None:
    raw = bytearray(NOTE.encode())
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] ^= data.draw(st.integers(1, 255))
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return
    with pytest.raises(HoldfastError):
        opened(text, [KEY], check_signature)


@pytest.mark.parametrize(
    "text",
    ["", "a\n1\n", "a\n01\nAA==\n", "a\n-1\nAA==\n", f"a\n1\n{'A' * 43}=", f"a\n\n{'A' * 43}=\n", "a\n1\nAA==\n"],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(IntegrityError):
        read_checkpoint(text)


@pytest.mark.parametrize("name", ["", "two words", "a+b", "line\n"])
def test_a_name_that_would_break_a_line_is_refused(name: str) -> None:
    with pytest.raises(OperatorError):
        check_name(name)


@pytest.mark.parametrize("line", ["", "a+b", "a+00000000+AQ==", GO_KEY.replace("c74f20a3", "c74f20a4")])
def test_what_is_no_key_is_refused(line: str) -> None:
    with pytest.raises(OperatorError):
        read_key(line)
