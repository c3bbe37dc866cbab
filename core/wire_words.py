"""The words that the messages between offices and hub are full of: a dictionary for their compression.

A message of a few rows is mostly names of tables and columns. Both ends hold these, so that they travel as
where they stand here. It is part of how office and hub speak to each other (`replication.messages.VERSION`),
and not of the tables: it stays as it is, byte for byte, when tables and columns are added, because older
offices unpack with it, and so do rows that were kept packed. What is not in it only travels at length.
"""

from functools import cache

import msgpack

NAMES = """\
office: code name phone street street_2 city state postal_code external_id archived
site: number name office_id series public_key
user: name role active
cpt_licence: provider_id first_year renews last_year
policy= at actor policy_id kind effective_from rule
portal_person: name email active
portal_grant: person_id client_id guarantor_id documents pay superbills active
portal_made= at actor once person_id kind subject_id version
charge_void= at actor once charge_id reason
import_run= at actor profile source_sha256 clients sessions charges total_cents
draft_adjustment: draft_id position kind label flat_cents percent_bps
billing_run= at actor from_on to_on sends
share_recall= at actor once share_id
invoice_hold= at actor invoice_id kind reason held_on
invoice_hold_end= at actor once hold_id ended_on
payment_reversal= at actor once payment_id reason reversed_on
credit= at actor once guarantor_id amount_cents given_on reason session_id
credit_reversal= at actor once credit_id reason reversed_on
allocation_release= at actor allocation_id amount_cents reason effective_on
refund_request= at actor once payment_id credit_id invoice_id amount_cents balance channel method
    reference reason refunded_on
refund_answer= at actor once request_id outcome processor_ref answered_on
day_close= at actor once closed_through_on note
statement= at actor once statement_id version guarantor_id client_id kind from_on to_on opening_cents
    closing_cents comment made_on content
superbill= at actor once superbill_id version client_id provider_id from_on to_on charged_cents
    paid_cents made_on content
estimate= at actor once estimate_id version client_id provider_id from_on to_on expected_cents made_on
    content
estimate_override= at actor once estimate_id allowed_cents reason
receipt= at actor once payment_id version made_on content
credit_note= at actor once adjustment_id version made_on content
document_share= at actor once kind subject_id version mail_to
processor_customer= at actor once guarantor_id processor_ref
card_consent= at actor once guarantor_id version words agreed_at person
checkout= at actor once kind guarantor_id parts amount_cents consent_id guest portal
saved_card= at actor once guarantor_id consent_id processor_ref brand last4 exp_month exp_year
card_removal= at actor once card_id reason
card_default: guarantor_id card_id
card_charge= at actor once card_id guarantor_id invoice_id amount_cents asked_on
charge_answer= at actor once charge_id outcome code processor_ref answered_on
dispute= at actor once payment_id processor_ref state amount_cents fee_cents reason answer_by_on
    happened_on
processor_difference= at actor once kind processor_ref theirs_cents ours_cents happened_on payment_id
difference_end= at actor once difference_id
processor_look= at actor payments differing
mail_template: kind subject body
share_hold= at actor once invoice_id held
edit_clash= at actor once tbl row_id col kept lost kept_stamp lost_stamp
clash_answer= at actor once conflict answer note
practice: name timezone currency tax_id npi phone email street street_2 city state postal_code footer
    logo_sha256 portal_message
setting: name value
provider: name credentials npi licence licence_state supervisor_id office_id external_id active
    portal_message
service: code_system code description rate_cents unit_minutes modifiers billable archived
payer: name street city state postal_code phone external_id
coverage: client_id payer_id member_number group_number subscriber relation rank starts_on ends_on
    subscriber_birth_on
draft: client_id guarantor_id office_id made_on due_on terms_days notes run_id replaces_id
draft_line: draft_id position charge_id share_id service_on provider_id code_system code modifiers
    description units_milli rate_cents amount_cents
guarantor: name street street_2 city state postal_code country email phone email_ok external_id archived
payer_share: client_id guarantor_id kind share_bps share_cents position effective_from effective_to
billing_note: client_id text noted_on archived
document= at actor once kind subject_id version sha256 size_bytes made_on
invoice_share= at actor once invoice_id mail_to
mail_request= at actor once kind mail_to about details
mail_answer= at actor once mail outcome mail_to message_id code said
claim= at actor once session_id client_id coverage_id service_on charged_cents
finalisation= at actor once session_id bill_to service_on
late_fee= at actor once invoice_id policy_id step amount_cents assessed_on
adjustment= at actor once invoice_id kind amount_cents reason effective_on reverses_id late_fee_id
    refund_id
invoice_void= at actor once invoice_id reason money voided_on
invoice_issue= at actor once invoice_id series series_no number client_id guarantor_id office_id
    issued_on due_on total_cents bill_to client_name notes pay_code run_id replaces_id content_sha256
invoice_line= at actor issue_id invoice_id position kind charge_id share_id service_on provider_id
    code_system code modifiers description units_milli rate_cents amount_cents
allocation= at actor payment_id credit_id invoice_id amount_cents effective_on
payment= at actor once guarantor_id amount_cents received_on method reference note session_id office_id
charge= at actor once client_id kind service_on session_id session_line_id provider_id office_id
    code_system code modifiers description units_milli rate_cents amount_cents
session_line: session_id position code_system code modifiers description units_milli rate_cents pointers
    billable
session: client_id provider_id office_id starts_at ends_at service_on status place_of_service bill_to
    diagnoses external_id
client: name sort_name birth_on guarantor_id bill_to office_id provider_id external_id active archived
    street street_2 city state postal_code phone referrer referrer_npi
audit_entry= at actor verb subject_kind subject_id detail reason
"""
"""Each table with its columns (`=` after those that every fact has), the most usual ones last: what stands
nearer to the end costs less to point at."""

OF_EVERY_FACT = ("id", "site", "no", "chain", "_q")

USUAL = """\
role.changed user.added user.removed practice.changed office.added office.changed provider.added
provider.changed service.added service.changed setting.changed policy.set payer.added payer.changed
coverage.added coverage.changed guarantor.added guarantor.changed client.noted client.shares_set
client.added client.changed row.mended session.recorded session.marked session.corrected
sessions.finalised charge.written_in charge.voided draft.made draft.edited draft.deleted
draft.line_added draft.line_changed draft.line_removed draft.adjusted invoice.issued invoice.voided
invoice.held invoice.hold_ended invoice.adjusted invoice.shared invoice.recalled late_fee.charged
document.kept document.shared mail.queued mail.bounced credit.given credit.applied payment.refunded
payment.reversed payment.recorded allocation.released
percent fixed remainder discount surcharge activity open_items statement superbill receipt credit_note
estimate delivered delayed failed bounced declined refused scheduled no_show late_cancel cancelled kept
hybrid insurance CPT USD service patient_share invoice charge payment credit cash check card owner
client
"""
"""What often stands in them."""


@cache
def dictionary() -> bytes:
    """The words as they stand in a message."""
    parts = [msgpack.packb({"columns": [""]})[:-1]] + [msgpack.packb(word) for word in USUAL.split()]
    for line in NAMES.replace("\n    ", " ").splitlines():
        name, *columns = line.split()
        names = [*OF_EVERY_FACT, *columns] if name.endswith("=") else columns
        parts.append(msgpack.packb([name[:-1], names, [[]]])[:-2] + EMPTY)
    return b"".join(parts)


EMPTY = msgpack.packb([None, "", "", "", None, None, None])[1:]
"""Much of a row holds nothing."""
