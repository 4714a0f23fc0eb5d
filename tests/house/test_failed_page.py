"""A page that fails says so in words, and asks nothing of what may have failed."""

from django.test import RequestFactory

from kpialign.views import server_error


def test_a_failed_page_is_told_without_the_database() -> None:
    answer = server_error(RequestFactory().get("/enterprise/"))

    assert answer.status_code == 500
    assert b"This page failed" in answer.content
