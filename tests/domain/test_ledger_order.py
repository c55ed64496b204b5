"""The order of columns never changes, only grows: another computer reads synced rows by position."""

from desktop.domain.ledgers import SCHEMA

STORED = {
    "organisation": "name short_name identity area_code role superior former_names contact phone notes",
    "person": "name unit post duty on_from on_until must_train phone notes",
    "system_version": "name title basis published_on state notes",
    "system_node": (
        "version parent code name position department planned_count planned_basis copied_from notes spare1 spare2 "
        "spare3 spare4 spare5 spare6 spare7 spare8"
    ),
    "standard": (
        "number title level nature kind other_numbers document_number published_on effective_on withdrawn_on "
        "source_status replaces adoption issuer our_role our_rank is_key checked_on source notes spare1 spare2 "
        "spare3 spare4 spare5 spare6 spare7 spare8"
    ),
    "detail_entry": (
        "version code node standard planned_title planned_level planned_on position department copied_from primary "
        "notes"
    ),
    "standard_link": "standard kind other other_number notes",
    "checklist": "code title edition subject basis notes",
    "checklist_item": "checklist position standard_number clause necessity content method weight",
    "inspection": (
        "code checklist checklist_code checklist_title checklist_edition unit kind quarter inspected_on inspectors "
        "basis state conclusion demand notes"
    ),
    "inspection_result": (
        "inspection position standard_number clause necessity content method weight verdict problem severity "
        "evidence notes"
    ),
    "finding": (
        "code origin inspection result unit found_on standard_number clause problem severity requirement "
        "responsible_person due_on closed_on verified_by notes spare1 spare2 spare3 spare4 spare5 spare6 spare7 "
        "spare8"
    ),
    "review_note": "kind subject_ledger subject_key about body",
    "attachment": "subject_ledger subject_key file_name sha256 size notes",
    "setting": "name value",
    "saved_view": "name subject_ledger body",
    "snapshot": "name layout as_of period sha256 size notes",
}


def test_the_columns_of_every_ledger_stand_in_the_order_other_computers_know() -> None:
    assert {ledger.name: " ".join(field.name for field in ledger.stored) for ledger in SCHEMA.ledgers} == STORED
