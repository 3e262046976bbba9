"""Files that people send: told by their content, looked through for viruses, kept encrypted, read by few."""

from assistant.documents.content import EXTENSIONS, MEDIA_TYPES, MOST_BYTES, MediaType, Refused, media_type_of
from assistant.documents.keeping import (
    MOST_DOCUMENTS,
    About,
    Checked,
    Document,
    Documents,
    TooMany,
    clean_name,
)
from assistant.documents.scanning import Clamd, Scanner, ScannerSilent

__all__ = [
    "EXTENSIONS",
    "MEDIA_TYPES",
    "MOST_BYTES",
    "MOST_DOCUMENTS",
    "About",
    "Checked",
    "Clamd",
    "Document",
    "Documents",
    "MediaType",
    "Refused",
    "Scanner",
    "ScannerSilent",
    "TooMany",
    "clean_name",
    "media_type_of",
]
