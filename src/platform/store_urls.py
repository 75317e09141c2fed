"""The addresses of the stores: what is wrong with one, by the rules of the client that will use it.

No sentence here quotes the address: any part of it may be a piece of a password that was not encoded.
"""

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, parse_qsl, unquote, urlencode, urlsplit

from redis import ConnectionPool, RedisError
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

_PORTS = range(1, 65536)
_BAD_PORT = (
    "has a port that is no number from 1 to 65535 (in a password, the characters / ? # @ : and % must "
    "be percent-encoded)"
)

_POSTGRES = (
    "must be a URL like postgresql://user:password@host:5432/database (several hosts: "
    "db-1:5432,db-2:5432)"
)
_POSTGRES_SCHEMES = {"postgres", "postgresql", "postgresql+asyncpg"}
_POSTGRES_PORT = "5432"
# scheme://user:password@ and then several hosts, as libpq takes them and SQLAlchemy does not.
_SEVERAL_HOSTS = re.compile(
    r"(?P<before>[^/?#]+://(?:[^/?#]*@)?)(?P<hosts>[^/?#@]*,[^/?#@]*)(?=[/?#]|$)"
)
_HOST_AND_PORT = re.compile(r"(\[(?P<v6>[^\]]+)\]|(?P<name>[^:\[\]]+))(?::(?P<port>[0-9]+))?")
# The client knows more options, but each of those is set by the service or is no text.
_POSTGRES_OPTIONS: dict[str, set[str]] = {
    "host": set(),
    "port": set(),
    "ssl": {"disable", "allow", "prefer", "require", "verify-ca", "verify-full"},
    "target_session_attrs": {"any", "primary", "read-write"},  # the service writes
    "passfile": set(),
    "krbsrvname": set(),
    "gsslib": set(),
    "prepared_statement_cache_size": set(),
}

_REDIS = "must be a URL like redis://:password@host:6379/0 (or rediss://, or unix://)"
_CLUSTER = "must be a URL like redis://:password@host-1:6379,host-2:6379,host-3:6379/0?cluster=true"
_REDIS_SCHEMES = {"redis", "rediss", "unix"}
_REDIS_OPTIONS = {
    *("client_name", "db", "health_check_interval", "password", "socket_keepalive", "username"),
    *("ssl_ca_certs", "ssl_ca_data", "ssl_ca_path", "ssl_cert_reqs", "ssl_certfile", "ssl_keyfile"),
    *("ssl_check_hostname", "ssl_ciphers", "ssl_min_version", "ssl_password"),
}


def postgres_url(text: str) -> URL:
    """What SQLAlchemy is to connect to, from an address that may name several hosts, as in
    `postgresql://user:password@db-1:5432,db-2:5432/database`. Raises ValueError or ArgumentError."""
    several = _SEVERAL_HOSTS.match(text)
    if several is None:
        return make_url(text).set(drivername="postgresql+asyncpg")
    hosts, ports = [], []
    for item in several["hosts"].split(","):
        part = _HOST_AND_PORT.fullmatch(item)
        if part is None:
            raise ArgumentError("what should be a host is none")
        hosts.append(part["v6"] or unquote(part["name"]))
        ports.append(part["port"] or _POSTGRES_PORT)
    url = make_url(several["before"] + text[several.end() :])
    both = {"host": ",".join(hosts), "port": ",".join(ports)}
    if both.keys() & url.query.keys():
        raise ArgumentError("hosts are named twice")
    return url.set(drivername="postgresql+asyncpg").update_query_dict(both)


def check_postgres_url(text: str) -> None:
    """Raise ValueError with what is wrong with it."""
    if text.partition("://")[0] not in _POSTGRES_SCHEMES:
        raise ValueError(_POSTGRES)
    try:
        url = postgres_url(text)
    except ArgumentError:
        raise ValueError(_POSTGRES) from None
    except ValueError:
        raise ValueError(_BAD_PORT) from None
    _check_options(set(url.query), set(_POSTGRES_OPTIONS), "; write ssl for sslmode")
    for option, choices in _POSTGRES_OPTIONS.items():
        if choices and url.query.get(option, min(choices)) not in choices:
            raise ValueError(f"has an option {option} that is none of {_listed(choices)}")
    try:
        _, arguments = url.get_dialect()().create_connect_args(url)
    except (ArgumentError, ValueError):
        raise ValueError(
            "has a host, port or prepared_statement_cache_size among its options that is not right"
        ) from None
    ports = arguments.get("port", [])
    named = [url.port, *(ports if isinstance(ports, list) else [ports])]
    if any(port not in _PORTS for port in named if port is not None):
        raise ValueError(_BAD_PORT)


def check_redis_url(text: str) -> None:
    """Raise ValueError with what is wrong with it."""
    try:
        url = urlsplit(text)
    except ValueError:
        raise ValueError(_REDIS) from None
    if "cluster" in parse_qs(url.query, keep_blank_values=True):
        raise ValueError("must name one server: only seat state can be in a cluster")
    if url.scheme not in _REDIS_SCHEMES:
        raise ValueError(_REDIS)
    check_port(url)
    if not url.hostname and url.scheme != "unix":
        raise ValueError(_REDIS)
    database = url.path.strip("/")
    # The client would take database 0 for what it does not understand.
    if url.scheme != "unix" and database and not (database.isascii() and database.isdecimal()):
        raise ValueError("names a database that is no number, as in redis://host:6379/0")
    _check_options(set(parse_qs(url.query, keep_blank_values=True)), _REDIS_OPTIONS)
    try:
        ConnectionPool.from_url(text).make_connection()
    except TypeError:
        raise ValueError("has options for TLS, which need rediss:// instead of redis://") from None
    except (ValueError, RedisError):
        raise ValueError("has an option with a value that is not right") from None


# Host and port of one server.
Address = tuple[str, int]
_REDIS_PORT = 6379


@dataclass(frozen=True, slots=True)
class ClusterUrl:
    """Some servers of a cluster, of which any tells the others, and what is the same for all of them."""

    servers: tuple[Address, ...]
    scheme: str
    credentials: str
    options: str

    @classmethod
    def of(cls, text: str) -> "ClusterUrl | None":
        """None for the address of a single server. Raises ValueError with what is wrong with it."""
        url = urlsplit(text)
        options = parse_qsl(url.query, keep_blank_values=True)
        if ("cluster", "true") not in options:
            return None
        credentials, _, hosts = url.netloc.rpartition("@")
        servers = []
        for host in hosts.split(","):
            try:
                server = urlsplit(f"//{host}")
            except ValueError:
                raise ValueError(_CLUSTER) from None
            check_port(server)
            if not server.hostname:
                raise ValueError(_CLUSTER)
            servers.append((server.hostname, server.port or _REDIS_PORT))
        others = urlencode([option for option in options if option[0] != "cluster"])
        return cls(tuple(servers), url.scheme, credentials, others)

    def of_server(self, address: Address) -> str:
        """The address of one server, as the client reads it."""
        host, port = address
        name = f"[{host}]" if ":" in host else host
        sign_in = f"{self.credentials}@" if self.credentials else ""
        return f"{self.scheme}://{sign_in}{name}:{port}/0" + (self.options and f"?{self.options}")


def check_kvrocks_url(text: str) -> None:
    """Raise ValueError with what is wrong with it: one server, or a cluster's."""
    try:
        url = urlsplit(text)
    except ValueError:
        raise ValueError(_REDIS) from None
    cluster = ClusterUrl.of(text)
    if cluster is None:
        if "cluster" in parse_qs(url.query, keep_blank_values=True):
            raise ValueError("has an option cluster that is not true; leave it out for one server")
        if "," in url.netloc.rpartition("@")[2]:
            raise ValueError("names several servers, which need ?cluster=true")
        check_redis_url(text)
        return
    if url.scheme not in ("redis", "rediss"):
        raise ValueError(_CLUSTER)
    if url.path.strip("/") not in ("", "0") or "db" in parse_qs(url.query):
        raise ValueError("names a database, and a cluster has only database 0")
    check_redis_url(cluster.of_server(cluster.servers[0]))


def check_port(url: SplitResult) -> None:
    """Raise ValueError unless its port is one."""
    try:
        port = url.port
    except ValueError:
        raise ValueError(_BAD_PORT) from None
    if port is not None and port not in _PORTS:
        raise ValueError(_BAD_PORT)


def _check_options(found: set[str], known: set[str], hint: str = "") -> None:
    if not found <= known:
        raise ValueError(f"has an option that is none of {_listed(known)}{hint}")


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names))
