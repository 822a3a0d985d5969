"""From an identity of a provider to an account that exists here already: no account is made by it and no role given."""

from holdfast.usecases.ports import Account, Accounts
from holdfast.usecases.sign_in_ports import Identity, OutsideIdentities


def account_of(accounts: Accounts, outside: OutsideIdentities, identity: Identity) -> Account | None:
    """The account, or None.

    The first time it is found by its login; from then on by issuer and subject alone, which no provider gives to
    somebody else. An account that belongs to one subject is never another's.
    """
    known = outside.account_of(identity.issuer, identity.subject)
    account = accounts.by_id(known) if known else accounts.by_login(identity.login.strip().casefold())
    if account is None or account.closed:
        return None
    if not known and not outside.link(identity.issuer, identity.subject, account.account_id):
        return None
    return account
