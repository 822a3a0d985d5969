"""The tree over the record, and what a checkpoint kept elsewhere finds out."""

from pathlib import Path

import pytest

from contract.examples import change, note
from holdfast.kernel.errors import IntegrityError
from holdfast.kernel.merkle import Frontier, consistent, root_from_inclusion
from holdfast.record.checkpoint import read_checkpoint
from holdfast.record.leaf import entry_hash
from holdfast.record.signed_note import opened, signed
from holdfast.storage.memory_store import MemoryStore
from holdfast.storage.signing_key import SigningKey, check_signature, create_key, load_key
from holdfast.usecases.log_tree import LogTree
from holdfast.usecases.witness import compare, sign_checkpoint

ORIGIN = "clinic.example/er"


def store_of(notes: list[str]) -> MemoryStore:
    store = MemoryStore()
    for text in notes:
        store.submit(change(note(text))).result()
    return store


def tree_of(store: MemoryStore) -> LogTree:
    tree = LogTree(store)
    tree.catch_up()
    return tree


@pytest.fixture
def key(tmp_path: Path) -> SigningKey:
    return create_key(tmp_path, ORIGIN)


def checkpoint_note(tree: LogTree, key: SigningKey) -> str:
    return signed(tree.checkpoint(ORIGIN).text(), [(key.public(), key.sign)])


def test_the_tree_grows_with_the_record_and_proves_each_event_at_each_size() -> None:
    store = store_of([str(number) for number in range(700)])
    leaves = [entry_hash(one) for one in store.read_log(limit=1_000)]
    tree = tree_of(store)
    grown, roots = Frontier(), [b""]
    for leaf in leaves:
        grown = grown.append(leaf)
        roots.append(grown.root())
    assert tree.checkpoint(ORIGIN).root == roots[700]
    for size in (1, 255, 256, 257, 512, 700):
        root = roots[size]
        for seq in (1, size // 2 + 1, size):
            assert root_from_inclusion(leaves[seq - 1], seq - 1, size, tree.inclusion(seq, size)) == root
        assert consistent(size, root, 700, roots[700], tree.consistency(size, 700))
    store.submit(change(note("one more"))).result()
    tree.catch_up()
    assert tree.size == 701
    assert consistent(700, roots[700], 701, tree.checkpoint(ORIGIN).root, tree.consistency(700, 701))


def test_a_record_that_went_on_still_agrees_with_its_checkpoint(key: SigningKey) -> None:
    store = store_of(["a", "b", "c"])
    kept = checkpoint_note(tree_of(store), key)
    store.submit(change(note("d"))).result()
    found = compare(tree_of(store), kept, [key.public()], check_signature, ORIGIN)
    assert found.ok
    assert found.words == "The checkpoint speaks of 3 events; all of them stand unchanged, and 1 came after them."
    assert len(found.proof) == 3


def test_a_cut_end_is_found(key: SigningKey) -> None:
    kept = checkpoint_note(tree_of(store_of(["a", "b", "c"])), key)
    found = compare(tree_of(store_of(["a"])), kept, [key.public()], check_signature, ORIGIN)
    assert not found.ok
    assert found.words.endswith("the record holds 1: its last 2 events are gone.")


def test_a_record_rolled_back_and_written_on_is_found(key: SigningKey) -> None:
    kept = checkpoint_note(tree_of(store_of(["a", "b", "c"])), key)
    found = compare(tree_of(store_of(["a", "b", "x", "y"])), kept, [key.public()], check_signature, ORIGIN)
    assert not found.ok
    assert found.words.endswith("It was rewritten.")


def test_a_checkpoint_of_another_record_is_not_ours(key: SigningKey) -> None:
    store = store_of(["a"])
    kept = checkpoint_note(tree_of(store), key)
    found = compare(tree_of(store), kept, [key.public()], check_signature, "other.example")
    assert not found.ok
    assert "this record is other.example" in found.words


def test_a_changed_checkpoint_is_refused(key: SigningKey) -> None:
    store = store_of(["a"])
    kept = checkpoint_note(tree_of(store), key).replace("\n1\n", "\n2\n", 1)
    with pytest.raises(IntegrityError, match="does not hold"):
        compare(tree_of(store), kept, [key.public()], check_signature, ORIGIN)


def test_nothing_is_signed_that_contradicts_what_was_signed_before(key: SigningKey) -> None:
    store = store_of(["a", "b"])
    last = sign_checkpoint(tree_of(store), key, None, check_signature)
    store.submit(change(note("c"))).result()
    assert sign_checkpoint(tree_of(store), key.rotated(), last, check_signature)
    with pytest.raises(IntegrityError, match="Nothing was signed"):
        sign_checkpoint(tree_of(store_of(["a", "x", "c"])), key, last, check_signature)


class TestKeys:
    def test_a_key_is_there_again_after_a_restart_and_only_its_owner_reads_it(
        self, key: SigningKey, tmp_path: Path
    ) -> None:
        again = load_key(tmp_path)
        assert again is not None
        assert again.public() == key.public()
        (file,) = tmp_path.iterdir()
        assert file.stat().st_mode & 0o077 == 0

    def test_an_old_checkpoint_holds_after_a_rotation_and_the_old_key_names_the_new_one(
        self, key: SigningKey, tmp_path: Path
    ) -> None:
        tree = tree_of(store_of(["a"]))
        kept = checkpoint_note(tree, key)
        key.rotated()
        new = load_key(tmp_path)
        assert new is not None
        assert new.public() != key.public()
        assert new.earlier() == (key.public(),)
        assert read_checkpoint(opened(kept, [new.public(), *new.earlier()], check_signature)).size == 1
        (handed,) = new.handed_over
        assert opened(handed, [key.public("/key")], check_signature).split("\n")[1] == new.public().written()
