"""A house that listens for imaging units and nothing else; prints its port. For the benchmarks of films."""

import sys
import threading
from pathlib import Path

from holdfast.bootstrap.house import open_house
from holdfast.bootstrap.imaging_units import dicom_server
from holdfast.config import Config

if __name__ == "__main__":
    house = open_house(Config(data_dir=Path(sys.argv[1])))
    house.films.sweep()
    server = dicom_server(house)
    server.start("127.0.0.1", 0)
    print(server.port, flush=True)
    threading.Event().wait()
