"""Answer each request in the style its person chose, and in the organisation's time zone."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from kpialign.styles import Style, styled
from organisation.access import Person
from organisation.models import User
from organisation.selectors import organisation_zone

Answer = Callable[[HttpRequest], HttpResponse]
FOR_PROGRAMS = "/api/"  # what programs read is the same for everyone


def write_in_style(get_response: Answer) -> Answer:
    """Keep the person's style while their request is answered, and forget it afterwards."""

    def answered(request: HttpRequest) -> HttpResponse:
        if request.path.startswith(FOR_PROGRAMS):
            return get_response(request)
        with styled(lambda: style_of(request.user), organisation_zone):
            return get_response(request)

    return answered


def style_of(user: Person) -> Style:
    """Return the style a person chose; who is not signed in has the plain one."""
    if isinstance(user, User):
        return Style(numbers=user.number_style, dates=user.date_style)
    return Style()
