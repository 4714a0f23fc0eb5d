"""Read requests in the one encoding that every page is written in."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING

from django.utils.http import parse_header_parameters

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

READ = {"", "utf-8", "utf8"}
REFUSAL = b"Write the request in UTF-8.\n"


def in_one_encoding(application: "WSGIApplication") -> "WSGIApplication":
    """Answer 400 to a request in another encoding, before Django makes one of it.

    Django reads the address by the encoding that a client names, whatever it is: by some half a
    character comes in, which no database takes, by others nothing can be read and no page answers.
    """

    def answered(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if _encoding_of(environ.get("CONTENT_TYPE", "")) in READ:
            return application(environ, start_response)
        status = HTTPStatus.BAD_REQUEST
        kind = ("Content-Type", "text/plain; charset=utf-8")
        start_response(f"{status.value} {status.phrase}", [kind])
        return [REFUSAL]

    return answered


def _encoding_of(kind: str) -> str | None:
    try:
        _kind, told = parse_header_parameters(kind)
    except ValueError:  # Django would stumble over it too
        return None
    return told.get("charset", "").lower()
