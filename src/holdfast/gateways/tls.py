"""TLS for what listens: version 1.2 or newer, and only ciphers that keep yesterday's traffic secret when the key is
lost."""

import ssl
from pathlib import Path

from holdfast.kernel.errors import OperatorError

_CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""For TLS 1.2, as Mozilla's intermediate profile has them; those of TLS 1.3 are all of this kind."""


def server_context(certificate: Path, key: Path, clients: Path | None = None) -> ssl.SSLContext:
    """For a listener. With ``clients``, the authorities (PEM) that must have signed the certificate of whoever
    connects. Raises ``OperatorError`` naming the file that cannot be used."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(_CIPHERS)
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION | ssl.OP_CIPHER_SERVER_PREFERENCE
    try:
        context.load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        raise OperatorError(
            f"The certificate {certificate} with the key {key} cannot be used: {error.strerror or error}.",
            "Give both as PEM; the key without a passphrase, readable by who runs Holdfast.",
        ) from None
    if clients is not None:
        try:
            context.load_verify_locations(clients)
        except (OSError, ssl.SSLError) as error:
            raise OperatorError(
                f"The authorities in {clients} cannot be used: {error.strerror or error}.", "Give them as PEM."
            ) from None
        context.verify_mode = ssl.CERT_REQUIRED
    return context
