"""The tree of RFC 6962: against the definition, against published vectors, and what a proof refuses."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.kernel.merkle import (
    EMPTY_ROOT,
    Frontier,
    Roots,
    consistency_proof,
    consistent,
    inclusion_proof,
    leaf_hash,
    root_from_inclusion,
    subtree_root,
)

# Entries and roots of the test vectors that the Certificate Transparency code has carried since 2013.
ENTRIES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def by_definition(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + by_definition(leaves[:k]) + by_definition(leaves[k:])).digest()


def some_leaves(size: int) -> list[bytes]:
    return [leaf_hash(str(number).encode()) for number in range(size)]


def roots_of(leaves: list[bytes]) -> Roots:
    return lambda level, index: subtree_root(leaves[index << level : (index + 1) << level])


@pytest.mark.parametrize("size", range(1, 9))
def test_the_published_roots(size: int) -> None:
    assert subtree_root([leaf_hash(entry) for entry in ENTRIES[:size]]).hex() == ROOTS[size - 1]


def test_a_growing_tree_has_the_root_of_the_definition() -> None:
    leaves = some_leaves(70)
    tree = Frontier()
    assert tree.root() == EMPTY_ROOT
    for size, leaf in enumerate(leaves, start=1):
        tree = tree.append(leaf)
        assert tree.root() == by_definition(leaves[:size])
        assert len(tree.hashes) == size.bit_count()


@given(data=st.data(), size=st.integers(1, 100))
def test_every_entry_is_shown_to_be_in_the_tree_at_its_place_only(data: st.DataObject, size: int) -> None:
    leaves = some_leaves(size)
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(index, size, roots_of(leaves))
    root = by_definition(leaves)
    assert root_from_inclusion(leaves[index], index, size, proof) == root
    other = data.draw(st.integers(0, size + 3).filter(lambda n: n != index))
    assert root_from_inclusion(leaves[index], other, size, proof) != root
    assert root_from_inclusion(leaf_hash(b"forged"), index, size, proof) != root
    assert root_from_inclusion(leaves[index], index, size, (*proof, root)) is None
    if proof:
        assert root_from_inclusion(leaves[index], index, size, proof[:-1]) != root


@given(data=st.data(), new=st.integers(1, 100))
def test_a_grown_tree_is_consistent_and_a_rewritten_one_is_not(data: st.DataObject, new: int) -> None:
    leaves = some_leaves(new)
    old = data.draw(st.integers(1, new))
    old_root, new_root = by_definition(leaves[:old]), by_definition(leaves)
    proof = consistency_proof(old, new, roots_of(leaves))
    assert consistent(old, old_root, new, new_root, proof)
    rewritten = list(leaves)
    rewritten[data.draw(st.integers(0, old - 1))] = leaf_hash(b"forged")
    forged = consistency_proof(old, new, roots_of(rewritten))
    assert not consistent(old, old_root, new, by_definition(rewritten), forged)
    if old != new:
        assert not consistent(new, new_root, old, old_root, proof)
        assert not consistent(old, old_root, new, new_root, (*proof, new_root))


def test_every_pair_of_sizes_up_to_forty_is_consistent() -> None:
    leaves = some_leaves(40)
    for new in range(1, 41):
        for old in range(new + 1):
            proof = consistency_proof(old, new, roots_of(leaves))
            assert consistent(old, by_definition(leaves[:old]), new, by_definition(leaves[:new]), proof)


def test_a_place_outside_the_tree_is_refused() -> None:
    with pytest.raises(ValueError, match="entry 3 is not in a tree of 3"):
        inclusion_proof(3, 3, roots_of(some_leaves(3)))
    with pytest.raises(ValueError, match="does not begin with 4"):
        consistency_proof(4, 3, roots_of(some_leaves(3)))
