"""The key that signs our calls to other systems (ES384): in a file beside the record that only its owner can read."""

import os
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from holdfast.kernel.errors import IntegrityError, WorldError

FILE = "hooks-key.pem"


def load_or_make(folder: Path) -> ec.EllipticCurvePrivateKey:
    """The key of this folder; made when there is none. Raises ``WorldError`` or ``IntegrityError``."""
    path = folder / FILE
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _read(path)
    except OSError as error:
        raise WorldError(f"{path} cannot be written: {error.strerror}.", "Give Holdfast the folder.") from error
    key = ec.generate_private_key(ec.SECP384R1())
    with os.fdopen(descriptor, "wb") as file:
        file.write(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        file.flush()
        os.fsync(file.fileno())
    return key


def _read(path: Path) -> ec.EllipticCurvePrivateKey:
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise WorldError(f"{path} cannot be read: {error.strerror}.", "Its owner runs Holdfast.") from error
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP384R1):
        raise IntegrityError(f"{path} is damaged.", "Restore it, or remove it: a new one is made, with a new id.")
    return key
