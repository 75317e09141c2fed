"""Which addresses a webhook may have."""

import pytest

from src.service.integration.domain.webhook_url import MAX_URL, checked_url
from src.service.shared_kernel.errors import InvalidInputError


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://example.com", "https://example.com/"),
        (" https://Example.COM:8443/A/b?c=d&e=%20 ", "https://example.com:8443/A/b?c=d&e=%20"),
        ("HTTPS://example.com/", "https://example.com/"),
        ("https://münchen.example/ü?q=ü", "https://xn--mnchen-3ya.example/%C3%BC?q=%C3%BC"),
        ("https://1.1.1.1/hook", "https://1.1.1.1/hook"),
        ("https://[2606:4700:4700::1111]:444/", "https://[2606:4700:4700::1111]:444/"),
        ("https://a_b.example./x", "https://a_b.example./x"),
    ],
)
def test_an_address_is_kept_in_ascii(given: str, kept: str) -> None:
    assert checked_url(given, private_allowed=False) == kept
    assert checked_url(kept, private_allowed=False) == kept


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("http://example.com/", "must begin with https://"),
        ("ftp://example.com/", "must begin with https://"),
        ("example.com/hook", "must begin with https://"),
        ("", "must begin with https://"),
        ("https://", "is not an address"),
        ("https:///path", "is not an address"),
        ("https://exa mple.com/", "is not an address"),
        ("https://example.com/a b", "is not an address"),
        ("https://exa\nmple.com/", "is not an address"),
        ("https://exa\tmple.com/", "is not an address"),
        ("https://exam<ple.com/", "is not an address"),
        ("https://good.example\\evil.example/", "is not an address"),
        ("https://example.com:0/", "is not an address"),
        ("https://example.com:99999/", "is not an address"),
        ("https://[fe80::1%25eth0]/", "is not an address"),
        ("https://[::1", "is not an address"),
        ("https://a:b@example.com/", "must not contain a user name or a password"),
        ("https://a@example.com/", "must not contain a user name or a password"),
        ("https://@example.com/", "must not contain a user name or a password"),
        ("https://example.com/#part", "must not have a fragment"),
        ("https://127.0.0.1/", "must not be a private address"),
        ("https://169.254.169.254/latest/", "must not be a private address"),
        ("https://[::ffff:10.0.0.1]/", "must not be a private address"),
        (f"https://example.com/{'x' * MAX_URL}", f"must have at most {MAX_URL:,} characters"),
    ],
)
def test_others_are_refused_with_a_reason(given: str, why: str) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        checked_url(given, private_allowed=False)

    assert [(error.loc, error.msg) for error in refusal.value.errors] == [(("url",), why)]


def test_where_private_ones_are_allowed_http_is_too() -> None:
    for address in ("http://127.0.0.1:8000/", "https://[::1]/", "http://intranet/hook"):
        assert checked_url(address, private_allowed=True) == address
