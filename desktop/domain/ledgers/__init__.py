"""The ledgers of this version, in the order their tables are made."""

from desktop.domain.ledgers.common import Attachment, ReviewNote, SavedView, Setting, Snapshot
from desktop.domain.ledgers.inspection import Checklist, ChecklistItem, Finding, Inspection, InspectionResult
from desktop.domain.ledgers.organisation import Organisation, Person
from desktop.domain.ledgers.standard import DetailEntry, Standard, StandardLink
from desktop.domain.ledgers.system import SystemNode, SystemVersion
from desktop.domain.record import Schema

SCHEMA = Schema(
    version=1,
    ledgers=tuple(
        record.ledger
        for record in (
            Organisation,
            Person,
            SystemVersion,
            SystemNode,
            Standard,
            DetailEntry,
            StandardLink,
            Checklist,
            ChecklistItem,
            Inspection,
            InspectionResult,
            Finding,
            ReviewNote,
            Attachment,
            Setting,
            SavedView,
            Snapshot,
        )
    ),
)
"""What a library of this version holds."""
