"""The catalogue as linked data: CPSV-AP-NO for services and life events, CCCEV for conditions and concepts."""

from rules.linked_data.graph import catalogue_graph
from rules.linked_data.written import FORMATS, written

__all__ = ["FORMATS", "catalogue_graph", "written"]
