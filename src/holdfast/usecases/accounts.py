"""Who may sign in: accounts, roles, passwords and sessions.

Two places are written. The record learns that an account was made, changed or closed; the
``Accounts`` port keeps the secrets. The record is written first: an account that could act
without a record of its making would be worse than a recorded account that must be made again.
"""

import hashlib
from contextlib import suppress
from enum import StrEnum
from typing import Protocol

import msgspec

from holdfast.kernel.errors import NotAllowedError, NotFoundError, OperatorError, WorldError
from holdfast.kernel.time import US_PER_H, US_PER_MIN
from holdfast.record.events import CLINIC_STREAM, AccountClosed, AccountCreated, AccountRoleChanged, AnyEvent
from holdfast.record.security_events import PasswordReset
from holdfast.usecases.context import Context, clean_text, record, record_checked
from holdfast.usecases.passwords import PASSWORD_MAX, check_password
from holdfast.usecases.ports import OWN_ACTOR, Account, Accounts, Ids, Session

LOGIN_MAX = 60
SESSION_IDLE_US = 12 * US_PER_H
"""A night shift and its hand-over."""
SESSION_LONGEST_US = 7 * 24 * US_PER_H
"""However busy it is: a board on the wall signs in once a week."""
FIRST_PASSWORD_US = 7 * 24 * US_PER_H
"""How long the password that an administrator typed opens the way to one of one's own."""
FRESH_US = 15 * US_PER_MIN
"""How long after a sign-in accounts, grants and second factors can be changed without saying again who one is."""
_EASY = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters and digits that are not taken for each other on paper or on the telephone."""
_GROUP = 4
"""Four groups of four: 79 bits."""
_TOUCH_EVERY_US = US_PER_MIN
"""A session's last use is written at most this often: a live page must not write every second."""


class Role(StrEnum):
    """What a person is here for. Which page needs which role is ``web.access``."""

    CLINICIAN = "clinician"
    TECHNICIAN = "technician"
    SPECIALIST = "specialist"
    HANDLER = "handler"
    INVESTIGATOR = "investigator"
    ADMINISTRATOR = "administrator"


class Hasher(Protocol):
    """Slow, salted password hashing."""

    def hash(self, password: str) -> str: ...

    def verify(self, password_hash: str, password: str) -> bool:
        """False for a wrong password and for a hash that cannot be read."""
        ...


def offer_setup(accounts: Accounts, ids: Ids) -> str:
    """A fresh one-time token for making the first administrator; empty when there are accounts already."""
    if accounts.count():
        return ""
    token = ids.new_secret()
    accounts.put_setup_token(_sha256(token))
    return token


def set_up(
    ctx: Context, accounts: Accounts, hasher: Hasher, *, token: str, login: str, name: str, password: str
) -> Account:
    """Make the first administrator. The token is spent only when everything else is in order."""
    if accounts.count():
        raise NotAllowedError("The first account has been made already.", "Sign in, or ask an administrator.")
    login, name = _check_identity(accounts, login, name)
    check_password(password, login, name)
    if not accounts.take_setup_token(_sha256(token)):
        raise NotAllowedError("This set-up link is not valid (any more).", "Use the link printed at the last start.")
    return _create(ctx, accounts, hasher, OWN_ACTOR, login, name, Role.ADMINISTRATOR, password)


def create_account(
    ctx: Context,
    accounts: Accounts,
    hasher: Hasher,
    *,
    actor: str,
    login: str,
    name: str,
    role: str,
    password: str,
) -> Account:
    """Make an account. The person changes the password that was set here at the first chance."""
    login, name = _check_identity(accounts, login, name)
    check_password(password, login, name)
    return _create(ctx, accounts, hasher, actor, login, name, _role(role), password)


def hand_over(accounts: Accounts, account: Account, now_us: int) -> None:
    """Somebody else knows this password: its person chooses another one before anything opens."""
    accounts.put_first_password(account.account_id, now_us + FIRST_PASSWORD_US)


def reset_password(ctx: Context, accounts: Accounts, hasher: Hasher, *, actor: str, account_id: str) -> str:
    """A first password for somebody who forgot theirs: made by chance, returned for the only time, and good for nothing
    but choosing one's own. Sessions end; a second factor stays as it is and is asked for."""
    account = _standing(accounts, account_id)
    if account_id == actor:
        raise OperatorError("This is your own account.", "Change your password on the page of your account.")
    letters = hashlib.sha256(ctx.ids.new_secret().encode()).digest()
    made = "-".join(
        "".join(_EASY[byte % len(_EASY)] for byte in letters[at : at + _GROUP]) for at in range(0, 4 * _GROUP, _GROUP)
    )
    event = PasswordReset(at_us=ctx.clock.now_us(), account=account_id)
    record(ctx, actor=actor, stream=CLINIC_STREAM, events=[event])
    # First closed, then opened: a failure in between leaves nobody with an old password and a new one.
    accounts.put_first_password(account_id, ctx.clock.now_us() + FIRST_PASSWORD_US)
    accounts.put(msgspec.structs.replace(account, password_hash=hasher.hash(made)))
    accounts.close_sessions_of(account_id)
    return made


def change_role(ctx: Context, accounts: Accounts, *, actor: str, account_id: str, role: str) -> Account:
    """Give an account another role; whoever is signed in with it must sign in again."""
    account = _standing(accounts, account_id)
    new_role = _role(role)
    if new_role == account.role:
        return account
    event = AccountRoleChanged(at_us=ctx.clock.now_us(), account=account_id, role=new_role)
    _record_leaving(ctx, accounts, actor, account, event)
    changed = msgspec.structs.replace(account, role=str(new_role))
    accounts.put(changed)
    accounts.close_sessions_of(account_id)
    return changed


def close_account(ctx: Context, accounts: Accounts, *, actor: str, account_id: str) -> None:
    """Nobody signs in with it any more. What it did stays on record under its name."""
    account = _standing(accounts, account_id)
    event = AccountClosed(at_us=ctx.clock.now_us(), account=account_id)
    _record_leaving(ctx, accounts, actor, account, event)
    accounts.put(msgspec.structs.replace(account, closed=True))
    accounts.close_sessions_of(account_id)


def change_password(accounts: Accounts, hasher: Hasher, *, account_id: str, old: str, new: str) -> None:
    """Change one's own password; every session of the account ends, this one included."""
    account = _standing(accounts, account_id)
    if len(old) > PASSWORD_MAX or not hasher.verify(account.password_hash, old):
        raise OperatorError("The present password is not right.", "Type it again.")
    check_password(new, account.login, account.name)
    if new == old:
        raise OperatorError("That is the password that you have.", "Choose another one.")
    accounts.put(msgspec.structs.replace(account, password_hash=hasher.hash(new)))
    accounts.clear_first_password(account_id)
    accounts.close_sessions_of(account_id)


def authenticate(accounts: Accounts, hasher: Hasher, *, login: str, password: str) -> Account | None:
    """The account, or None. An unknown login takes as long as a wrong password, so neither can be told."""
    account = accounts.by_login(_fold_login(login))
    if account is None or account.closed or len(password) > PASSWORD_MAX:
        hasher.hash(password)
        return None
    return account if hasher.verify(account.password_hash, password) else None


def open_session(
    accounts: Accounts, ids: Ids, *, account: Account, now_us: int, csrf_token: str = ""
) -> tuple[str, Session]:
    """A session and the token that the browser keeps; only the token's hash is stored."""
    token = ids.new_secret()
    session = Session(
        token_sha256=_sha256(token),
        account_id=account.account_id,
        csrf_token=csrf_token or ids.new_secret(),
        created_us=now_us,
        last_seen_us=now_us,
    )
    accounts.open_session(session)
    return token, session


def renew_session(accounts: Accounts, ids: Ids, *, account: Account, old: Session, now_us: int) -> tuple[str, Session]:
    """A new token in the place of the old one, for somebody who has just said again who they are. The token of forms
    stays, so that a page that is open elsewhere in the same browser loses nothing that was typed."""
    renewed = open_session(accounts, ids, account=account, now_us=now_us, csrf_token=old.csrf_token)
    accounts.close_session(old.token_sha256)
    return renewed


def is_fresh(session: Session, now_us: int) -> bool:
    """Whether who is signed in has said who they are a short while ago. A clock set back is no proof."""
    return 0 <= now_us - session.created_us <= FRESH_US


def session_stands(session: Session, now_us: int) -> bool:
    """Neither idle for too long nor too old."""
    return now_us - session.last_seen_us <= SESSION_IDLE_US and now_us - session.created_us <= SESSION_LONGEST_US


def resume_session(accounts: Accounts, *, token: str, now_us: int) -> tuple[Account, Session] | None:
    """Who this token belongs to, or None when it is unknown, idle for too long, too old or its account closed."""
    session = accounts.session(_sha256(token)) if token else None
    if session is None:
        return None
    account = accounts.by_id(session.account_id)
    if account is None or account.closed or not session_stands(session, now_us):
        accounts.close_session(session.token_sha256)
        return None
    if now_us - session.last_seen_us > _TOUCH_EVERY_US:
        # A full disk must not take every page from everybody: they can still be read, and noted later.
        with suppress(WorldError):
            accounts.touch_session(session.token_sha256, now_us)
    return account, session


def _create(
    ctx: Context,
    accounts: Accounts,
    hasher: Hasher,
    actor: str,
    login: str,
    name: str,
    role: Role,
    password: str,
) -> Account:
    account = Account(
        account_id=ctx.ids.new_id(), login=login, name=name, role=str(role), password_hash=hasher.hash(password)
    )
    event = AccountCreated(at_us=ctx.clock.now_us(), account=account.account_id, name=name, role=str(role))
    record(ctx, actor=actor, stream=CLINIC_STREAM, events=[event])
    accounts.put(account)
    return account


def _check_identity(accounts: Accounts, login: str, name: str) -> tuple[str, str]:
    login = _fold_login(clean_text(login, "The login"))
    name = clean_text(name, "The name")
    if not login or len(login) > LOGIN_MAX or any(char.isspace() for char in login):
        raise OperatorError("The login cannot be used.", f"Use 1 to {LOGIN_MAX} characters without spaces.")
    if not name:
        raise OperatorError("The account has no name.", "Write the name that shall stand beside what this person does.")
    if accounts.by_login(login) is not None:
        raise OperatorError(f"The login {login!r} is taken.", "Choose another one.")
    return login, name


def _role(role: str) -> Role:
    try:
        return Role(role)
    except ValueError:
        raise OperatorError(f"There is no role {role!r}.", f"Roles: {', '.join(Role)}.") from None


def _standing(accounts: Accounts, account_id: str) -> Account:
    account = accounts.by_id(account_id)
    if account is None or account.closed:
        raise NotFoundError("There is no such open account.", "Reload the list of people.")
    return account


def _record_leaving(
    ctx: Context, accounts: Accounts, actor: str, leaving: Account, event: AccountRoleChanged | AccountClosed
) -> None:
    """Record that somebody leaves a role, unless nobody could manage accounts afterwards."""

    def build() -> list[AnyEvent]:
        # In both places: the record is written first, so only it tells of an administrator who is just leaving
        # too; and only the accounts tell whose making was recorded and then failed.
        people = ctx.book.clinic.people
        stands = {key for key, person in people.items() if person.role == Role.ADMINISTRATOR and not person.closed}
        able = {a.account_id for a in accounts.all() if a.role == Role.ADMINISTRATOR and not a.closed}
        if leaving.role == Role.ADMINISTRATOR and not (stands & able) - {leaving.account_id}:
            raise OperatorError(f"{leaving.name} is the only administrator.", "Make another administrator first.")
        return [event]

    record_checked(ctx, actor=actor, stream=CLINIC_STREAM, build=build)


def _fold_login(login: str) -> str:
    return login.strip().casefold()


def _sha256(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
