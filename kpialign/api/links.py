"""Links: which nodes lie beneath which, with what weight."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from kpialign.api.doors import Listing
from kpialign.api.fields import CODE, Choice, CodeField, DecimalText, FigureField, TextField
from kpialign.api.paging import paged
from kpialign.api.queries import PageQuery, Query, asked_for, chosen
from kpialign.api.refusals import ABSENT, READ_ERRORS, WRITE_ERRORS, FieldsRefusedError
from kpialign.api.resources import CODE_IN_PATH, IF_MATCH, CodeTakenError, mark_sent
from kpialign.api.writing import LONGEST_WHY, MOST_ROWS, Sent, SheetDoor, Strict, StrictInput
from kpialign.interchange.editing import fingerprint, stored_row
from kpialign.interchange.rows import LinkRow as StoredLink
from kpis.models import Node
from kpis.selectors.purpose import version_in_force
from objectives.models import CascadeLink

KINDS = CascadeLink.Kind.values
SHEET = "links"


class LinkRow(serializers.Serializer[CascadeLink]):
    """One link of the version in force."""

    parent = CodeField(source="parent.code")  # type: ignore[assignment]  # a field, which DRF takes off the class
    child = CodeField(source="child.code")
    weight = DecimalText(help_text="Weights need not sum to 1; they are normalised.")
    kind = serializers.ChoiceField(KINDS)
    lag = serializers.IntegerField(allow_null=True, help_text="In periods of the child.")
    rationale = serializers.CharField()


class ChildEntry(serializers.Serializer[Any]):
    """A child as it is put beneath a parent."""

    child = CodeField()
    weight = FigureField(help_text="Above 0.")
    kind = Choice(KINDS, required=False)
    lag = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=1_000)
    rationale = TextField(required=False, allow_blank=True, max_length=32_767)


class LinkEntry(StrictInput, ChildEntry):
    """A link as it is made."""

    parent = CodeField()  # type: ignore[assignment]  # a field, which DRF takes off the class


class StrictChild(Strict, ChildEntry):
    """A child in a list of all children of a parent."""


class ChildrenEntry(StrictInput):
    """All children that a parent is to have; an empty list takes them all away."""

    children = serializers.ListField(child=StrictChild(), max_length=MOST_ROWS)


class LinkQuery(PageQuery):
    """Which links."""

    parent = CodeField(required=False)  # type: ignore[assignment]  # a field, which DRF takes off the class
    child = CodeField(required=False)
    kind = Choice(KINDS, required=False)


class WhyQuery(Query):
    """Why a link is taken away."""

    why = TextField(required=False, max_length=LONGEST_WHY, help_text="The reason, for the trail.")


CHILD_IN_PATH = OpenApiParameter(
    "child", {"type": "string", "pattern": CODE}, OpenApiParameter.PATH, description="The child."
)


def found_links() -> "QuerySet[CascadeLink]":
    """Select the links of the version in force, by parent and child."""
    links = CascadeLink.objects.filter(version=version_in_force())
    return links.select_related("parent", "child").order_by("parent__code", "child__code")


def stored_children(parent: str) -> Sequence[StoredLink]:
    """Read the links of a parent as they are stored."""
    found: Sequence[StoredLink] = stored_row(SHEET, parent)
    return found


def as_sent(links: Sequence[StoredLink]) -> list[Sent]:
    """State stored links as they would be sent."""
    return [link._asdict() for link in links]


@extend_schema_view(
    get=extend_schema(
        tags=["links"],
        operation_id="links_list",
        parameters=[LinkQuery],
        responses={200: paged(LinkRow), **READ_ERRORS, **ABSENT},
    ),
    post=extend_schema(
        tags=["links"],
        operation_id="links_create",
        request=LinkEntry,
        responses={201: LinkRow, **WRITE_ERRORS},
    ),
)
class LinksView(Listing, SheetDoor):
    """The links, by parent and child."""

    sheet, row, query = SHEET, LinkRow, LinkQuery

    def rows(self, asked: Mapping[str, Any]) -> "QuerySet[CascadeLink]":
        """Filter them."""
        return found_links().filter(
            **chosen(asked, parent="parent__code", child="child__code", kind="kind")
        )

    def get(self, request: Request) -> Response:
        """Give one page of the links."""
        return self.listed(request)

    def post(self, request: Request) -> Response:
        """Put one more child beneath a parent."""
        sent = self.body(request, LinkEntry)
        parent, child = sent["parent"], sent["child"]
        stand = stored_children(parent)
        if any(link.child == child for link in stand):
            raise CodeTakenError(f"{child} is already beneath {parent}; change it with PUT.")
        self.save(request, with_child(stand, sent), seen={parent: fingerprint(stand)})
        made = found_links().get(parent__code=parent, child__code=child)
        return Response(LinkRow(made).data, status.HTTP_201_CREATED)


def with_child(stand: Sequence[StoredLink], sent: Sent) -> list[Sent]:
    """Add a child to those that stand; what is not sent of it has its default."""
    blank = {"kind": "contributes", "lag": None, "rationale": ""}
    return [*as_sent(stand), blank | dict(sent)]


@extend_schema_view(
    get=extend_schema(
        tags=["links"],
        operation_id="links_of_parent",
        parameters=[CODE_IN_PATH],
        responses={200: LinkRow(many=True), **READ_ERRORS, **ABSENT},
    ),
    put=extend_schema(
        tags=["links"],
        operation_id="links_replace",
        parameters=[CODE_IN_PATH, IF_MATCH],
        request=ChildrenEntry,
        responses={200: LinkRow(many=True), **WRITE_ERRORS, **ABSENT},
    ),
)
class ChildrenView(SheetDoor):
    """All links to the children of one parent."""

    sheet = SHEET

    def get(self, request: Request, code: str) -> Response:  # noqa: ARG002
        """Read them, with the mark by which a change notices that somebody was faster."""
        return self._told(code)

    def put(self, request: Request, code: str) -> Response:
        """Give the parent exactly these children."""
        self._known(code)
        sent = self.body(request, ChildrenEntry)
        _refuse_twice(sent["children"])
        rows = [with_child([], {"parent": code, **one})[0] for one in sent["children"]]
        self.save(
            request,
            rows,
            why=sent.get("why", ""),
            seen=mark_sent(request, code),
            childless=[] if rows else [code],
        )
        return self._told(code)

    @staticmethod
    def _known(code: str) -> None:
        if not Node.objects.filter(code=code).exists():
            raise NotFound(f"There is no objective or KPI “{code}”.")

    def _told(self, code: str) -> Response:
        self._known(code)
        links: Any = found_links().filter(parent__code=code)
        mark = {"ETag": f'"{fingerprint(stored_children(code))}"'}
        return Response(LinkRow(links, many=True).data, headers=mark)


def _refuse_twice(children: Sequence[Sent]) -> None:
    codes = [one["child"] for one in children]
    twice = {
        str(place): {"child": [f"{code} stands twice; accepted: each child once."]}
        for place, code in enumerate(codes)
        if code in codes[:place]
    }
    if twice:
        raise FieldsRefusedError({"children": twice})


@extend_schema_view(
    delete=extend_schema(
        tags=["links"],
        operation_id="links_delete",
        parameters=[CODE_IN_PATH, CHILD_IN_PATH, WhyQuery],
        responses={204: None, **WRITE_ERRORS, **ABSENT},
    ),
)
class LinkView(SheetDoor):
    """One link."""

    sheet = SHEET

    def delete(self, request: Request, code: str, child: str) -> Response:
        """Take one child away."""
        why = asked_for(request, WhyQuery).get("why", "")
        stand = stored_children(code)
        left = [link for link in stand if link.child != child]
        if len(left) == len(stand):
            raise NotFound(f"There is no link from {code} to {child}.")
        seen = {code: fingerprint(stand)}
        self.save(request, as_sent(left), why=why, seen=seen, childless=[] if left else [code])
        return Response(status=status.HTTP_204_NO_CONTENT)
