"""The headers by which a receiver knows whose a message is, as Standard Webhooks has them."""

from collections.abc import Sequence
from datetime import datetime

from standardwebhooks import Webhook


def signed_headers(
    secrets: Sequence[str], message_id: int, at: datetime, body: str
) -> dict[str, str]:
    """With a signature of each secret: a receiver takes the message when one of them is right. `at` is in
    UTC."""
    signatures = [Webhook(secret).sign(str(message_id), at, body) for secret in secrets]
    return {
        "webhook-id": str(message_id),
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
