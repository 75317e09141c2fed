"""What every request's body has in common."""

from pydantic import BaseModel, ConfigDict


class RequestModel(BaseModel):
    """A body of which every field is known: one that is misspelt is an error."""

    model_config = ConfigDict(extra="forbid")
