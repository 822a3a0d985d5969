"""A second factor: six digits from a telephone beside the password, and recovery codes for the night it is lost.

Offered to everybody, required of the roles that the clinic names. It guards signing in and never an act at the bedside.
"""

import base64
import hashlib

from holdfast.kernel.errors import NotFoundError, OperatorError
from holdfast.record.events import CLINIC_STREAM
from holdfast.record.security_events import SecondFactorRemoved, SecondFactorSet
from holdfast.usecases import totp
from holdfast.usecases.accounts import Hasher
from holdfast.usecases.context import Context, record
from holdfast.usecases.ports import Account
from holdfast.usecases.sign_in_ports import SecondFactors

RECOVERY_CODES = 10
_CODE_MAX = 40


def in_use(factors: SecondFactors, account_id: str) -> bool:
    """Whether this account signs in with a code."""
    factor = factors.of(account_id)
    return factor is not None and factor.enrolled_us > 0


def offer(ctx: Context, factors: SecondFactors, account: Account) -> None:
    """Make a fresh secret, to be shown once to its person. Refused while one is in use: it is removed first."""
    if in_use(factors, account.account_id):
        raise OperatorError("A second factor is in use already.", "Remove it first.")
    material = hashlib.sha256(ctx.ids.new_secret().encode()).digest()
    factors.offer(account.account_id, material[: totp.SECRET_BYTES])


def enrol(ctx: Context, factors: SecondFactors, hasher: Hasher, account: Account, code: str) -> tuple[str, ...]:
    """Put the offered one into use when the telephone shows its code; returns the recovery codes, for the only time."""
    waiting = factors.of(account.account_id)
    if waiting is None or waiting.enrolled_us:
        raise OperatorError("No second factor waits for its first code.", "Begin again.")
    step = totp.matching_step(waiting.secret, digits(code), ctx.clock.now_us())
    if step is None:
        raise OperatorError(
            "That is not the code that this secret gives now.",
            "Type the six digits that the app shows; the clock of the telephone must be right.",
        )
    codes = tuple(f"{number}-{ctx.ids.new_id()}" for number in range(1, RECOVERY_CODES + 1))
    # On record first, as accounts are: a factor in use of which the record knows nothing would be worse.
    event = SecondFactorSet(at_us=ctx.clock.now_us(), account=account.account_id)
    record(ctx, actor=account.account_id, stream=CLINIC_STREAM, events=[event])
    hashes = tuple(hasher.hash(one.partition("-")[2]) for one in codes)
    if not factors.enrol(account.account_id, ctx.clock.now_us(), hashes):
        raise OperatorError("The second factor was changed meanwhile.", "Begin again.")
    factors.spend_step(account.account_id, step)
    return codes


def remove(ctx: Context, factors: SecondFactors, *, actor: str, account: Account) -> None:
    """Sign in without a code from now on: by its person, or by an administrator for somebody who lost everything."""
    if not in_use(factors, account.account_id):
        raise NotFoundError("This account has no second factor.", "Reload the page.")
    event = SecondFactorRemoved(at_us=ctx.clock.now_us(), account=account.account_id)
    record(ctx, actor=actor, stream=CLINIC_STREAM, events=[event])
    factors.remove(account.account_id)


def check(factors: SecondFactors, hasher: Hasher, *, account_id: str, code: str, now_us: int) -> str:
    """``code`` or ``recovery code`` when it is right, and then it is spent; empty when it is not."""
    factor = factors.of(account_id)
    if factor is None or not factor.enrolled_us or len(code) > _CODE_MAX:
        return ""
    step = totp.matching_step(factor.secret, digits(code), now_us)
    if step is not None:
        return "code" if factors.spend_step(account_id, step) else ""
    number, dash, letters = code.strip().lower().replace(" ", "").partition("-")
    if not dash or not number.isascii() or not number.isdigit():
        return ""
    kept = factors.recovery_hash(account_id, int(number))
    if not kept or not hasher.verify(kept, letters):
        return ""
    return "recovery code" if factors.spend_recovery(account_id, int(number)) else ""


def digits(code: str) -> str:
    """What was typed, without the space that apps show in the middle."""
    return code.replace(" ", "").strip()


def secret_as_text(secret: bytes) -> str:
    """In groups of four, for typing by hand."""
    text = base64.b32encode(secret).decode()
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))
