"""The files for balancers: their own programs take them, where these are installed."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from machines.balancers import nginx_main, with_addresses
from machines.network import Host
from machines.site import APPS

_DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
_NGINX, _HAPROXY = _DEPLOY / "nginx" / "ticketing.conf", _DEPLOY / "haproxy" / "haproxy.cfg"
# Where Debian has them, and an ordinary user's PATH does not lead.
_PATH = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/local/sbin", "/usr/sbin"])
_NGINX_PROGRAM, _HAPROXY_PROGRAM = (shutil.which(name, path=_PATH) for name in ("nginx", "haproxy"))
_NOT_HERE = "is not installed: only that its file names every instance is tested"
_HOSTS = [Host(number, name, name) for number, name in enumerate(APPS, 1)]


@pytest.mark.parametrize("file", [_NGINX, _HAPROXY])
def test_each_file_names_every_instance(file: Path) -> None:
    text = with_addresses(file.read_text(), _HOSTS)

    assert all(f" {host.address}:8000" in text for host in _HOSTS)
    assert not any(f"{host.name}:8000" in text for host in _HOSTS)


def check(*command: str | Path) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(_NGINX_PROGRAM is None, reason=f"nginx {_NOT_HERE}")
def test_nginx_takes_its_file(tmp_path: Path) -> None:
    included, main = tmp_path / "ticketing.conf", tmp_path / "nginx.conf"
    included.write_text(with_addresses(_NGINX.read_text(), _HOSTS))
    main.write_text(nginx_main(tmp_path, included))

    assert _NGINX_PROGRAM is not None
    check(_NGINX_PROGRAM, "-e", "stderr", "-t", "-c", main)


@pytest.mark.skipif(_HAPROXY_PROGRAM is None, reason=f"HAProxy {_NOT_HERE}")
def test_haproxy_takes_its_file(tmp_path: Path) -> None:
    file = tmp_path / "haproxy.cfg"
    file.write_text(with_addresses(_HAPROXY.read_text(), _HOSTS))

    assert _HAPROXY_PROGRAM is not None
    check(_HAPROXY_PROGRAM, "-c", "-f", file)
