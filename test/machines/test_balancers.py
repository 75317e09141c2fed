"""The files for balancers: their own programs take them, where these are installed."""

import shutil
import subprocess
from pathlib import Path

import pytest

from machines.balancers import nginx_main, with_addresses
from machines.network import Host
from machines.site import APPS

_DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
_NGINX, _HAPROXY = _DEPLOY / "nginx" / "ticketing.conf", _DEPLOY / "haproxy" / "haproxy.cfg"
_HOSTS = [Host(number, name, name) for number, name in enumerate(APPS, 1)]


@pytest.mark.parametrize("file", [_NGINX, _HAPROXY])
def test_each_file_names_every_instance(file: Path) -> None:
    text = with_addresses(file.read_text(), _HOSTS)

    assert all(f" {host.address}:8000" in text for host in _HOSTS)
    assert not any(f"{host.name}:8000" in text for host in _HOSTS)


def check(*command: str | Path) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed")
def test_nginx_takes_its_file(tmp_path: Path) -> None:
    included, main = tmp_path / "ticketing.conf", tmp_path / "nginx.conf"
    included.write_text(with_addresses(_NGINX.read_text(), _HOSTS))
    main.write_text(nginx_main(tmp_path, included))

    check("nginx", "-e", "stderr", "-t", "-c", main)


@pytest.mark.skipif(shutil.which("haproxy") is None, reason="HAProxy is not installed")
def test_haproxy_takes_its_file(tmp_path: Path) -> None:
    file = tmp_path / "haproxy.cfg"
    file.write_text(with_addresses(_HAPROXY.read_text(), _HOSTS))

    check("haproxy", "-c", "-f", file)
