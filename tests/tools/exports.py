"""A small case with an item, its key, and the stand-alone verifier as a module."""

import hashlib
import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

from holdfast.gateways.paper.pdf_paper import PdfPaper
from holdfast.record import custody_events as cu
from holdfast.storage.signing_key import SigningKey, check_signature
from holdfast.usecases import cases, custody
from holdfast.usecases.case_export import Wanted, export
from holdfast.usecases.context import Context
from holdfast.usecases.log_tree import LogTree
from holdfast.usecases.witness import sign_checkpoint
from making import NOON_US, make_context

VERIFIER = Path(__file__).parents[2] / "tools" / "verify_holdfast.py"
PICTURE = b"a picture of a fragment beside a ruler"
DIGEST = hashlib.sha256(PICTURE).hexdigest()


def verifier() -> ModuleType:
    spec = importlib.util.spec_from_file_location("verify_holdfast", VERIFIER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rex() -> tuple[Context, str, str]:
    """A record with Leo and Rex; Rex's fragment was removed, sealed and given to a detective."""
    ctx = make_context()
    cases.admit(ctx, actor="vet", admission=cases.Admission(name="Leo"))
    case_id = cases.admit(ctx, actor="vet", admission=cases.Admission(name="Rex", owner="City Police"))
    photo = cu.Photograph(sha256=DIGEST, shows="as recovered", scale="ruler, mm")
    removal = custody.Removal(by="Dr. Osei", description="metallic object", photographs=(photo,))
    custody.create(ctx, actor="vet", case_id=case_id, removal=removal)
    (item_id,) = custody.items_of(ctx, case_id)

    def add(kind: type[Any], **fields: Any) -> None:
        event = kind(at_us=ctx.clock.now_us(), item_id=item_id, **{"by": "Dr. Osei"} | fields)
        custody.add(ctx, actor="vet", case_id=case_id, event=event)

    add(cu.ItemSealed, bag="B-17", seal="S-4711", container="rigid")
    add(cu.HandOverOffered, transfer_id="t", to="Det. Alvarez", organisation="City Police", purpose="investigation",
        seal="S-4711", confirmed=cu.Confirmation(how="account"))  # fmt: skip
    add(cu.HandOverAccepted, by="Det. Alvarez", transfer_id="t", seal="S-4711", intact=True, identification="badge 9",
        confirmed=cu.Confirmation(how="signature", sha256="cd" * 32))  # fmt: skip
    add(cu.OpinionStated, by="Dr. Lind", opinion_id="o", profession="pathologist", organisation="laboratory",
        text="projectile, weeks to months", basis="scar")  # fmt: skip
    cases.write_note(ctx, actor="vet", case_id=case_id, text="Er frißt wieder, endlich.")
    return ctx, case_id, item_id


def exported(ctx: Context, key: SigningKey, wanted: Wanted, *kept: bytes) -> dict[str, bytes]:
    """The files of an export; ``kept``: bytes that are at hand beside the picture."""
    tree = LogTree(ctx.store)
    tree.catch_up()
    checkpoint = sign_checkpoint(tree, key, None, check_signature)
    pictures = {hashlib.sha256(one).hexdigest(): one for one in (PICTURE, *kept)}
    return export(ctx.store, tree, checkpoint, key, wanted, pictures.get, NOON_US, PdfPaper())
