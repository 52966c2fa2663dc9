"""What the client of a model server raises, as our errors: with the server's words, never with the key."""

import re

from mailagent.errors import ConfigurationError, PermanentError, TemporaryError

LONGEST_WORDS = 300
SECONDS = re.compile(r"\d{1,6}(?:\.\d{1,3})?", re.ASCII)
"""A Retry-After in its plain form; model servers do not use that of a date."""


class BadRequestError(PermanentError):
    """The server answered 400."""


def translated(
    error: Exception, key: str, *, under: str = "", models: str = "steps"
) -> TemporaryError | PermanentError | ConfigurationError:
    """`ConfigurationError` where an admin must act, `TemporaryError` where the server may answer later.

    `under` names the table of ``model.toml`` that the server is in, and `models` the key there that names its models.
    """
    import openai  # noqa: PLC0415 (slow)

    said = " ".join((str(error).replace(key, "***") if key else str(error)).split())[:LONGEST_WORDS]
    match error:
        case openai.AuthenticationError() | openai.PermissionDeniedError():
            return ConfigurationError(
                f"the model server refused the key ({error.status_code}): check secret{under} in model.toml"
            )
        case openai.NotFoundError():
            return ConfigurationError(
                f"no such model or path: check base_url and {models}{under} in model.toml: {said}"
            )
        case openai.BadRequestError() | openai.UnprocessableEntityError():
            return BadRequestError(f"the model server refused the request: {said}")
        case (
            openai.RateLimitError() | openai.InternalServerError() | openai.APIStatusError(status_code=408 | 409 | 425)
        ):
            after = error.response.headers.get("retry-after", "")
            seconds = float(after) if SECONDS.fullmatch(after) else None
            return TemporaryError(f"the model server did not answer: {said}", retry_after=seconds)
        case openai.APIConnectionError():
            return TemporaryError(f"the model server did not answer: {said}")
        case _:
            return PermanentError(f"the model server's answer could not be used ({type(error).__name__})")
