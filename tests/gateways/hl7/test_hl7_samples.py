"""Every sample message of the data set, through the reader. Skipped where the data are not at hand."""

import os
from pathlib import Path

import pytest

from holdfast.gateways.hl7.reading import Reading, read_message

DATA = os.environ.get("HOLDFAST_DATA")
FOLDER = Path(DATA, "interop", "hl7") if DATA else None
CHARTED = {
    "bbraun_spaceplus_pcd01_generated": 3,
    "comen_nc5_adt_a08": 0,
    "comen_nc5_mdc_variants_r01": 9,
    "comen_nc5_qry_r02": 0,
    "comen_nc_monitor_r01": 10,
    "dialysis_r40_name_first": 0,
    "ge_b1x5_invasive_bp_r01": 1,
    "ge_mural_r40_alert": 0,
    "ihe_pcd01_pulse_oximetry_reference": 1,
    "k12_value_in_wrong_field": 0,
    "mindray_egateway_waveform_dummy_r01": 0,
    "mindray_gateway_qry_a19": 0,
    "mindray_r40_lead_off_alarm": 0,
    "mindray_vs900_spot_r01": 7,
    "mindray_waveform_inop_r01": 0,
    "mindray_waveform_r01": 0,
    "sllmdilab_pcd01_waveforms": 0,
    "vitalrecorder_r01": 1,
    "xh80x_all_sentinels_r01": 0,
}
WAVES = {"mindray_waveform_r01": 1, "sllmdilab_pcd01_waveforms": 3, "vitalrecorder_r01": 1}
ALERTS = {"dialysis_r40_name_first": 1, "ge_mural_r40_alert": 1, "mindray_r40_lead_off_alarm": 1}

pytestmark = pytest.mark.skipif(
    FOLDER is None or not FOLDER.is_dir(), reason="HOLDFAST_DATA does not name a folder with interop/hl7"
)


def reading(name: str) -> Reading:
    assert FOLDER is not None
    return read_message((FOLDER / f"{name}.hl7").read_bytes(), received_us=1_790_000_000_000_000)


@pytest.mark.parametrize("name", CHARTED)
def test_each_sample_gives_what_is_in_it(name: str) -> None:
    found = reading(name)
    assert found.problem is None
    message = found.message
    live = [wave for wave in message.waves if not wave.inoperative] if message else []
    assert len(message.numerics if message else ()) == CHARTED[name]
    assert len(live) == WAVES.get(name, 0)
    assert len(message.alerts if message else ()) == ALERTS.get(name, 0)


def test_no_sentinel_of_any_file_is_charted() -> None:
    assert FOLDER is not None
    for file in sorted(FOLDER.glob("*.hl7")):
        message = read_message(file.read_bytes(), received_us=1_790_000_000_000_000).message
        for numeric in message.numerics if message else ():
            assert 0 <= numeric.value <= 300, (file.name, numeric)
            assert numeric.key not in ("weight",), file.name


def test_an_old_cuff_pressure_keeps_its_own_time() -> None:
    message = reading("mindray_vs900_spot_r01").message
    assert message is not None
    ages_s = {numeric.key: (message.sent_us - numeric.at_us) / 1e6 for numeric in message.numerics}
    assert ages_s["nibp_sys"] == 1476.0
    assert ages_s["spo2"] == 0.0
