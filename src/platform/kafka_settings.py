"""What is wrong with the settings for Kafka. No sentence here quotes a value."""

import re
import ssl
from pathlib import Path
from urllib.parse import urlsplit

from src.platform.store_urls import check_port

# Kafka's own rule for the name of a topic.
_TOPIC = re.compile(r"[A-Za-z0-9._-]{1,249}")


def with_tls(security_protocol: str) -> bool:
    return security_protocol in ("SSL", "SASL_SSL")


def with_sasl(security_protocol: str) -> bool:
    return security_protocol in ("SASL_PLAINTEXT", "SASL_SSL")


def check_servers(text: str) -> None:
    """Raise ValueError with what is wrong with it."""
    for item in text.split(","):
        url = urlsplit(f"//{item.strip()}")
        if not url.hostname or url.netloc != item.strip() or "@" in item:
            raise ValueError("must be a list like kafka-1:9092,kafka-2:9092")
        check_port(url)


def check_topic(name: str) -> None:
    """Raise ValueError with what is wrong with it."""
    if not _TOPIC.fullmatch(name) or name in (".", ".."):
        raise ValueError("must be 1 to 249 of the characters a-z, A-Z, 0-9, dot, _ and -")


def check_authority(cafile: Path) -> None:
    """Raise ValueError unless it holds certificates to trust."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile)
    except ssl.SSLError:
        raise ValueError("must be a file with certificates in PEM") from None
    except OSError:
        raise ValueError("names a file that cannot be read") from None


def check_certificate(certfile: Path, keyfile: Path | None) -> None:
    """Raise ValueError unless these are a certificate and its private key; without a key file that is
    in the certificate's."""
    try:
        # Nobody is to be asked for a password at the terminal.
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(certfile, keyfile, lambda: "")
    except ssl.SSLError:
        raise ValueError(
            "must be the private key of the certificate in KAFKA_SSL_CERTFILE, in PEM and not encrypted"
        ) from None
    except OSError:
        raise ValueError("it or KAFKA_SSL_CERTFILE names a file that cannot be read") from None
