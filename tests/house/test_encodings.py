"""A request may say in which encoding it is written; only that of the pages is read."""

from pathlib import Path

from tests.house.test_settings import told

OTHERS = ["utf-7", "utf-16", "hex", "idna", "latin-1"]  # hex is one to Python, though of no text
ASK = f"""
import json
from django.test import RequestFactory
from kpialign.wsgi import application

def status(parameter):
    found = []
    kind = "text/plain; " + parameter
    environ = RequestFactory()._base_environ(
        HTTP_HOST="localhost", PATH_INFO="/healthz", QUERY_STRING="q=%2B2AA-", CONTENT_TYPE=kind
    )
    list(application(environ, lambda status, headers, exc_info=None: found.append(status)))
    return found

parameters = ["charset=" + name for name in {OTHERS}] + ["charset*=nonsense''utf-8"]
print(json.dumps({{
    "refused": [status(one) for one in parameters],
    "read": [status(one) for one in ("charset=UTF-8", 'charset="utf-8"', "a=b")],
}}))
"""


def test_the_encoding_of_the_pages_alone_is_read(tmp_path: Path) -> None:
    found = told(ASK, KPIALIGN_VAR=str(tmp_path / "var"))

    assert found["refused"] == [["400 Bad Request"]] * (len(OTHERS) + 1)
    assert found["read"] == [["200 OK"]] * 3
