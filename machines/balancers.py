"""nginx and HAProxy on a host of their own, as the files in deploy/ say."""

import shutil
import socket
import subprocess
from abc import abstractmethod
from collections.abc import Iterable
from pathlib import Path

from machines.network import Host

PORT = 8080
_DEPLOY = Path(__file__).resolve().parents[1] / "deploy"
_END_SECONDS = 10.0


def with_addresses(configuration: str, hosts: Iterable[Host]) -> str:
    """A file of deploy/ with the hosts' addresses for their names, which nobody resolves here."""
    for host in hosts:
        configuration = configuration.replace(f" {host.name}:", f" {host.address}:")
    return configuration


class Balancer:
    """A program with a configuration that names the instances."""

    name: str
    program: str

    def __init__(self, host: Host, instances: Iterable[Host], directory: Path) -> None:
        self._host = host
        self._instances = list(instances)
        self._directory = directory
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    def is_here(cls) -> bool:
        return shutil.which(cls.program) is not None

    def start(self) -> None:
        """Return when it takes connections."""
        self._directory.mkdir(mode=0o711)
        command = self._command()
        with (self._directory / "log").open("ab") as log:
            self._process = self._host.call(
                subprocess.Popen,
                command,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def takes_connections(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise RuntimeError((self._directory / "log").read_text())
        try:
            self._host.call(socket.create_connection, (self._host.address, PORT), 1).close()
        except OSError:
            return False
        return True

    def stop(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    @abstractmethod
    def take_out(self, instance: Host) -> None:
        """Send nothing new to this instance, as an operator does before it is restarted."""

    @abstractmethod
    def put_back(self, instance: Host) -> None: ...

    @abstractmethod
    def _command(self) -> list[str]: ...


class Nginx(Balancer):
    """It is told of nothing: it tries another instance when one refuses a connection."""

    name = "nginx"
    program = "nginx"

    def take_out(self, instance: Host) -> None:
        pass

    def put_back(self, instance: Host) -> None:
        pass

    def _command(self) -> list[str]:
        text = (_DEPLOY / "nginx" / "ticketing.conf").read_text()
        (self._directory / "ticketing.conf").write_text(with_addresses(text, self._instances))
        main = self._directory / "nginx.conf"
        main.write_text(nginx_main(self._directory, self._directory / "ticketing.conf"))
        return ["nginx", "-e", "stderr", "-c", str(main)]


class HAProxy(Balancer):
    """An instance is drained by a word on its socket."""

    name = "HAProxy"
    program = "haproxy"

    def take_out(self, instance: Host) -> None:
        self._set_state(instance, "drain")

    def put_back(self, instance: Host) -> None:
        self._set_state(instance, "ready")

    def _command(self) -> list[str]:
        text = (_DEPLOY / "haproxy" / "haproxy.cfg").read_text()
        text = with_addresses(text, self._instances)
        file = self._directory / "haproxy.cfg"
        file.write_text(text.replace("/run/haproxy/admin.sock", str(self._socket)))
        return ["haproxy", "-db", "-f", str(file)]

    @property
    def _socket(self) -> Path:
        return self._directory / "admin.sock"

    def _set_state(self, instance: Host, state: str) -> None:
        words = "; ".join(
            f"set server {backend}/{instance.name} state {state}" for backend in ("able", "alive")
        )
        with socket.socket(socket.AF_UNIX) as told:
            told.connect(str(self._socket))
            told.sendall(f"{words}\n".encode())
            answer = told.recv(4096).strip()
        if answer:
            raise RuntimeError(f"HAProxy: {answer.decode()}")


BALANCERS: tuple[type[Balancer], ...] = (Nginx, HAProxy)


def nginx_main(directory: Path, included: Path) -> str:
    """What nginx needs around a file of conf.d, all of it in one directory."""
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"    {kind}_temp_path {directory}/{kind};\n" for kind in kinds)
    return (
        f"daemon off;\npid {directory}/nginx.pid;\nworker_processes 1;\n"
        "events { worker_connections 4096; }\n"
        f"http {{\n    access_log off;\n{temporary}    include {included};\n}}\n"
    )
