"""The animal of a header: what was written beside what may be believed of it.

Seen in real headers: a breed in the species field, an age as the patient's number, owner and dog in one name, the
owner missing. So a field is normalised only where its value is a known word of that field; the rest stays as it was
written, and nothing here finds a patient (``matching`` does).
"""

from holdfast.imaging.header import Header
from holdfast.record.imaging_events import Animal

_SPECIES = {
    "dog": "dog",
    "canine": "dog",
    "canis familiaris": "dog",
    "canis lupus familiaris": "dog",
    "cat": "cat",
    "feline": "cat",
    "felis catus": "cat",
}
_SPECIES_CODES = {
    ("448771007", "SCT"): "dog",
    ("L-88124", "SRT"): "dog",
    ("448169003", "SCT"): "cat",
}
"""Of DICOM CID 7454 (SNOMED CT, and its older spelling)."""
_WEIGHT_KG = (0.05, 200.0)
"""A newborn kitten to more than the heaviest dog; outside it is a mistake of typing or of units."""


def animal_of(header: Header) -> Animal:
    """What may be believed of the animal's attributes."""
    coded = [known for code in header.species_codes if (known := _SPECIES_CODES.get(code))]
    written = _SPECIES.get(header["PatientSpeciesDescription"].casefold(), "")
    species = coded[0] if coded else written
    if coded and written and coded[0] != written:
        species = ""  # it says two things
    return Animal(
        species=species,
        sex=_sex(header["PatientSex"], header["PatientSexNeutered"]),
        weight_kg=_weight_kg(header["PatientWeight"]),
        microchips=tuple(dict.fromkeys(filter(None, map(microchip, (header["PatientID"], *header.other_ids))))),
        breed=header["PatientBreedDescription"],
        responsible=" ".join(header["ResponsiblePerson"].replace("^", " ").split()),
    )


def microchip(text: str) -> str:
    """The fifteen digits of a transponder, however they are grouped; empty for any other number."""
    digits = "".join(char for char in text if char not in " -.")
    return digits if len(digits) == 15 and digits.isascii() and digits.isdecimal() else ""


def _sex(sex: str, neutered: str) -> str:
    name = {"F": "female", "M": "male"}.get(sex.upper(), "")
    if not name:
        return "unknown"
    return f"{name}_neutered" if neutered.upper() == "ALTERED" else name


def _weight_kg(text: str) -> float | None:
    try:
        weight_kg = float(text)
    except ValueError:
        return None
    low, high = _WEIGHT_KG
    return weight_kg if low <= weight_kg <= high else None
