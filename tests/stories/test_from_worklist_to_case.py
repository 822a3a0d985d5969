"""Nobody types at the X-ray unit: what was asked for stands on its worklist, and the film comes back to the dog."""

from io import BytesIO
from pathlib import Path

import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pynetdicom import AE
from pynetdicom.sop_class import ComputedRadiographyImageStorage, ModalityWorklistInformationFind

from holdfast.bootstrap.house import open_house
from holdfast.bootstrap.imaging_units import dicom_server
from holdfast.config import Config
from holdfast.kernel.errors import OperatorError
from holdfast.usecases.cases import Admission, admit
from holdfast.usecases.studies import order_imaging, studies_of
from made_films import as_file, film


def test_from_the_worklist_to_the_case(tmp_path: Path) -> None:
    house = open_house(Config(data_dir=tmp_path))
    server = dicom_server(house)
    server.start("127.0.0.1", 0)
    try:
        rex = admit(house.ctx, actor="vet", admission=Admission(name="Rex", owner="City Police", breed="Malinois"))
        order_imaging(house.ctx, actor="vet", case_id=rex, modality="DX", what="thorax, two views")
        unit = AE(ae_title="XRAY1")
        unit.add_requested_context(ModalityWorklistInformationFind)
        unit.add_requested_context(ComputedRadiographyImageStorage)
        line = unit.associate("127.0.0.1", server.port)
        query = Dataset()
        query.AccessionNumber = ""
        (wanted,) = [one for _, one in line.send_c_find(query, ModalityWorklistInformationFind) if one]
        assert (wanted.PatientID, str(wanted.PatientName)) == (rex, "City Police^Rex")
        assert wanted.PatientBreedDescription == "Malinois"
        for number in (1, 2):
            taken = film(number, AccessionNumber=wanted.AccessionNumber, PatientName=wanted.PatientName)
            assert line.send_c_store(dcmread(BytesIO(as_file(taken)))).Status == 0
        assert [one for _, one in line.send_c_find(query, ModalityWorklistInformationFind) if one] == []
        line.release()
        (study,) = studies_of(house.ctx, rex)
        assert [image.source for image in study.images] == ["XRAY1@127.0.0.1"] * 2
    finally:
        server.close()
        house.close()


def test_a_peer_that_is_misspelt_is_said_before_anything_listens(tmp_path: Path) -> None:
    house = open_house(Config(data_dir=tmp_path, dicom_peers=("XRAY1",)))
    try:
        with pytest.raises(OperatorError, match="XRAY1"):
            dicom_server(house)
    finally:
        house.close()
