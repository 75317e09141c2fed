"""The Idempotency-Key header of a request that has a body."""

import hashlib
from typing import Annotated

from fastapi import Header

from src.platform.http.request_model import RequestModel
from src.service.shared_kernel.idempotency import KEY_PATTERN, IdempotencyKey

IdempotencyKeyHeader = Annotated[
    str | None,
    Header(
        description="Makes it safe to send the request again: for the same key and body the first"
        " answer is given again, and nothing is done twice.",
        json_schema_extra={"pattern": f"^{KEY_PATTERN}$", "examples": ["order-4711"]},
    ),
]


def key_of(header: str | None, body: RequestModel) -> IdempotencyKey | None:
    """The key with a digest of the body as it was parsed, so that its spelling does not matter.

    None without the header. Raises InvalidInputError.
    """
    if header is None:
        return None
    digest = hashlib.sha256(body.model_dump_json().encode()).digest()
    return IdempotencyKey.checked(header, digest)
