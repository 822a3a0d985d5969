"""Sends files to a DICOM listener, as an imaging unit does."""

from collections.abc import Sequence
from io import BytesIO

from pydicom import dcmread
from pynetdicom import AE

from holdfast.kernel.errors import WorldError

_TIMEOUT_S = 30.0


def send_files(files: Sequence[bytes], host: str, port: int, title: str = "XRAY1") -> None:
    """C-STORE each file on one association; raises ``WorldError`` when it is not taken."""
    sets = [dcmread(BytesIO(one)) for one in files]
    unit = AE(ae_title=title)
    unit.acse_timeout = unit.dimse_timeout = unit.network_timeout = _TIMEOUT_S
    for kind, syntax in dict.fromkeys((one.SOPClassUID, one.file_meta.TransferSyntaxUID) for one in sets):
        unit.add_requested_context(kind, syntax)
    link = unit.associate(host, port, ae_title="HOLDFAST")
    if not link.is_established:
        raise WorldError(f"No answer to DICOM at {host}:{port}.", "Is Holdfast running there?")
    try:
        for one in sets:
            status = link.send_c_store(one)
            if not status or status.Status != 0x0000:
                said = status.get("ErrorComment", "no reason given") if status else "no answer"
                raise WorldError(f"The film was not taken: {said}.", "See the quarantine.")
    finally:
        link.release()
