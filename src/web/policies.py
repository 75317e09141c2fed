"""What a browser may do with a page of ours: Content-Security-Policy and its like."""

from base64 import b64encode
from hashlib import sha256

_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
_TRUSTED_TYPES = {"require-trusted-types-for": "'script'", "trusted-types": "'none'"}
# Swagger UI has icons in its style sheet, and writes HTML that it has made harmless itself.
DOCS_POLICY = {**_POLICY, "img-src": "'self' data:"}


def page_policy(*inline_scripts: str) -> dict[str, str]:
    """The inline scripts, among them the import map, are allowed by their hashes."""
    hashes = " ".join(
        f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'"
        for script in inline_scripts
    )
    return {**_POLICY, "script-src": f"'self' {hashes}", **_TRUSTED_TYPES}


def security_headers(policy: dict[str, str], *, camera: bool = False) -> dict[str, str]:
    """Return what every page and file carries, beside what every answer does. `camera` is for a page
    that reads codes with it."""
    camera_for = "self" if camera else ""
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": (
            f"camera=({camera_for}), geolocation=(), microphone=(), payment=(), usb=()"
        ),
        "X-Frame-Options": "DENY",
    }
