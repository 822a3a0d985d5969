"""Beds, and which device speaks for which bed."""

from holdfast.kernel.errors import OperatorError
from holdfast.record.events import CLINIC_STREAM, AnyEvent, BedAdded, DeviceBound, DeviceUnbound
from holdfast.usecases.context import Context, clean_text, record, record_checked
from holdfast.usecases.ports import Receipt

_BED_NAME_MAX = 40


def add_bed(ctx: Context, *, actor: str, bed: str) -> Receipt:
    """Add a bed by its name on the door."""
    bed = clean_text(bed, "The bed's name")
    if not bed or len(bed) > _BED_NAME_MAX or "/" in bed:
        raise OperatorError(f"{bed!r} cannot be a bed's name.", f"Use 1 to {_BED_NAME_MAX} characters without a slash.")

    def build() -> list[AnyEvent]:
        if bed in ctx.book.clinic.beds:
            raise OperatorError(f"There is already a bed {bed!r}.", "Choose another name.")
        return [BedAdded(at_us=ctx.clock.now_us(), bed=bed)]

    return record_checked(ctx, actor=actor, stream=CLINIC_STREAM, build=build)


def bind_device(ctx: Context, *, actor: str, device: str, bed: str) -> Receipt:
    """From now on what ``device`` sends belongs to ``bed``. This is the only way data find a patient."""
    device = clean_text(device, "The device's key")
    if not device:
        raise OperatorError("No device was named.", "Take its key from the quarantine list or from its label.")
    require_bed(ctx, bed)
    event = DeviceBound(at_us=ctx.clock.now_us(), device=device, bed=bed)
    return record(ctx, actor=actor, stream=CLINIC_STREAM, events=[event])


def unbind_device(ctx: Context, *, actor: str, device: str) -> Receipt:
    """What the device sends from now on goes to the quarantine."""

    def build() -> list[AnyEvent]:
        if device not in ctx.book.clinic.bed_of_device:
            raise OperatorError(f"Device {device!r} is not bound.", "Nothing was changed.")
        return [DeviceUnbound(at_us=ctx.clock.now_us(), device=device)]

    return record_checked(ctx, actor=actor, stream=CLINIC_STREAM, build=build)


def require_bed(ctx: Context, bed: str) -> None:
    """Raise unless the bed exists."""
    if bed not in ctx.book.clinic.beds:
        known = ", ".join(ctx.book.clinic.beds) or "none yet"
        raise OperatorError(f"There is no bed {bed!r}.", f"Beds: {known}.")
