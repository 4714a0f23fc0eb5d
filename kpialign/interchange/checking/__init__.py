"""What a cascade must satisfy before a file is applied, one subject a file."""

from kpialign.interchange.checking.figures import check_figures
from kpialign.interchange.checking.links import check_links
from kpialign.interchange.checking.nodes import check_nodes
from kpialign.interchange.checking.organisation import check_organisation

__all__ = ["check_figures", "check_links", "check_nodes", "check_organisation"]
