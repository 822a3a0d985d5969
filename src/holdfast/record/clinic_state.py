"""The clinic's own state: beds and which device stands at which, folded from its stream."""

from dataclasses import dataclass, field, replace

from holdfast.record import events as ev


@dataclass(frozen=True)
class ClinicState:
    """Beds in the order they were added, and device bindings."""

    beds: tuple[str, ...] = ()
    bed_of_device: dict[str, str] = field(default_factory=dict)

    def devices_of(self, bed: str) -> tuple[str, ...]:
        return tuple(device for device, bound in self.bed_of_device.items() if bound == bed)


def apply(state: ClinicState, event: ev.AnyEvent) -> ClinicState:
    """The state after one more event of the clinic's stream."""
    match event:
        case ev.BedAdded():
            return state if event.bed in state.beds else replace(state, beds=(*state.beds, event.bed))
        case ev.DeviceBound():
            return replace(state, bed_of_device={**state.bed_of_device, event.device: event.bed})
        case ev.DeviceUnbound():
            rest = {device: bed for device, bed in state.bed_of_device.items() if device != event.device}
            return replace(state, bed_of_device=rest)
    return state
