"""The pages of a real record on disk, served in this process: no monitors, so nothing has to be compiled."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from holdfast.bootstrap.house import House, open_house
from holdfast.bootstrap.running import web_services
from holdfast.config import Config
from holdfast.usecases import accounts
from holdfast.web.app import create_app
from stories.conftest import free_port

PASSWORD = "a quiet night in the ward"
PEOPLE = {
    "ada": ("Dr Ada Keller", "clinician"),
    "kim": ("Kim Park", "technician"),
    "bo": ("Bo Lund", "administrator"),
    "alvarez": ("Det. M. Alvarez", "investigator"),
}


@dataclass
class WebServer:
    house: House
    address: str

    def account(self, login: str) -> str:
        found = self.house.accounts.by_login(login)
        assert found
        return found.account_id


@contextmanager
def web_server(folder: Path) -> Iterator[WebServer]:
    """Serve a fresh record with ``PEOPLE`` in it."""
    house = open_house(Config(data_dir=folder))
    services = web_services(house)
    for login, (name, role) in PEOPLE.items():
        accounts.create_account(
            house.ctx, house.accounts, services.hasher,
            actor="holdfast", login=login, name=name, role=role, password=PASSWORD,
        )  # fmt: skip
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(create_app(services), port=port, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        yield WebServer(house, f"http://127.0.0.1:{port}")
    finally:
        server.should_exit = True
        thread.join(30)
        house.close()
