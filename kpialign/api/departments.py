"""Departments: the functions that own KPIs."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework import serializers

from kpialign.api.doors import RowType
from kpialign.api.fields import CodeField, NameField
from kpialign.api.queries import PageQuery, chosen
from kpialign.api.resources import (
    CodeDetail,
    CodeList,
    CodeSource,
    described_detail,
    described_list,
)
from kpialign.api.writing import StrictInput
from organisation.models import Department


class DepartmentRow(serializers.Serializer[Department]):
    """One department with its head and its finance business partner."""

    code = CodeField()
    name = serializers.CharField()
    head_email = serializers.EmailField(source="head.email", default=None, allow_null=True)
    partner_email = serializers.EmailField(source="partner.email", default=None, allow_null=True)


class DepartmentEntry(StrictInput):
    """A department as it is made or changed; naming its head gives nobody a role."""

    code = CodeField()
    name = NameField()
    head_email = serializers.EmailField(required=False, allow_null=True, max_length=254)
    partner_email = serializers.EmailField(required=False, allow_null=True, max_length=254)


class DepartmentQuery(PageQuery):
    """Which departments."""

    head_email = serializers.EmailField(required=False, help_text="Only those of this head.")


class DepartmentSource(CodeSource):
    """Every department."""

    sheet, noun = "departments", "department"
    row: ClassVar[RowType] = DepartmentRow
    entry = DepartmentEntry

    def found(self) -> "QuerySet[Department]":
        """Select the departments by code."""
        return Department.objects.select_related("head", "partner").order_by("code")


@described_list("departments", DepartmentRow, DepartmentQuery, DepartmentEntry)
class DepartmentsView(DepartmentSource, CodeList):
    """The departments, by code."""

    query = DepartmentQuery

    def rows(self, asked: Mapping[str, Any]) -> "QuerySet[Department]":
        """Filter them."""
        return self.found().filter(**chosen(asked, head_email="head__email__iexact"))


@described_detail("departments", DepartmentRow, DepartmentEntry)
class DepartmentView(DepartmentSource, CodeDetail):
    """One department."""
