"""Every row we keep, one noun a class; a term's meaning is written where its table is."""

from functools import cache

from sqlmodel import SQLModel

from core.sync.triggers import Shape
from core.tables.cards import (
    CardCharge,
    CardConsent,
    CardDefault,
    CardRemoval,
    ChargeAnswer,
    Checkout,
    DifferenceEnd,
    Dispute,
    ProcessorCall,
    ProcessorCustomer,
    ProcessorDifference,
    ProcessorEvent,
    ProcessorLook,
    SavedCard,
)
from core.tables.clients import BillingNote, Client, Coverage, Guarantor, Payer, PayerShare
from core.tables.columns import Fact, Local, Register, Row
from core.tables.documents import (
    Blob,
    CreditNote,
    Document,
    DocumentShare,
    Estimate,
    EstimateOverride,
    Receipt,
    Statement,
    Superbill,
)
from core.tables.invoicing import (
    BillingRun,
    Draft,
    DraftAdjustment,
    DraftLine,
    InvoiceHold,
    InvoiceHoldEnd,
    InvoiceIssue,
    InvoiceLine,
    InvoiceShare,
    InvoiceVoid,
    ShareRecall,
)
from core.tables.kept import (
    CrossedAccount,
    InvoiceBalance,
    LiveDraft,
    MoneyLeft,
    Stale,
    Unbilled,
    feeds_summaries,
    kept_triggers,
)
from core.tables.mail import (
    MailAnswer,
    MailPassing,
    MailPassword,
    MailRequest,
    MailTemplate,
    MailTry,
    ShareHold,
)
from core.tables.money import (
    Adjustment,
    Allocation,
    AllocationRelease,
    Credit,
    CreditReversal,
    DayClose,
    LateFee,
    Payment,
    PaymentReversal,
    RefundAnswer,
    RefundRequest,
)
from core.tables.portal import (
    PortalCheckout,
    PortalGrant,
    PortalLimit,
    PortalLink,
    PortalMade,
    PortalPerson,
    PortalSession,
)
from core.tables.practice import (
    CptLicence,
    Office,
    Policy,
    Practice,
    Provider,
    Service,
    Setting,
    Site,
    User,
)
from core.tables.record import (
    AuditEntry,
    SyncBase,
    SyncChain,
    SyncClock,
    SyncHead,
    SyncTomb,
    SyncUnchained,
)
from core.tables.replication import (
    ClashAnswer,
    EditClash,
    SyncAside,
    SyncBatch,
    SyncBlob,
    SyncInvite,
    SyncJoining,
    SyncLater,
    SyncLink,
    SyncLost,
    SyncNonce,
    SyncPart,
    SyncPeer,
    SyncSeal,
    SyncSelf,
    SyncSnapshot,
)
from core.tables.sessions import (
    Charge,
    ChargeVoid,
    Claim,
    Finalisation,
    ImportRun,
    Session,
    SessionLine,
)

TABLES: tuple[type[Row], ...] = (
    Practice, Office, Site, User, Provider, CptLicence, Service, Policy, Setting,
    Guarantor, Client, PayerShare, Payer, Coverage, BillingNote,
    PortalPerson, PortalGrant, PortalMade, PortalLink, PortalSession, PortalCheckout, PortalLimit,
    Session, SessionLine, Finalisation, Charge, ChargeVoid, Claim, ImportRun,
    Draft, DraftLine, DraftAdjustment, BillingRun,
    InvoiceIssue, InvoiceLine, InvoiceShare, ShareRecall, InvoiceVoid, InvoiceHold, InvoiceHoldEnd,
    Payment, PaymentReversal, Credit, CreditReversal, Allocation, AllocationRelease,
    RefundRequest, RefundAnswer, LateFee, Adjustment, DayClose,
    Document, Blob, Statement, Superbill, Estimate, EstimateOverride, Receipt, CreditNote, DocumentShare,
    ProcessorCustomer, CardConsent, Checkout, SavedCard, CardRemoval, CardDefault, CardCharge, ChargeAnswer,
    Dispute, ProcessorDifference, DifferenceEnd, ProcessorLook, ProcessorCall, ProcessorEvent,
    MailTemplate, MailRequest, MailAnswer, ShareHold, MailPassing, MailTry, MailPassword,
    InvoiceBalance, MoneyLeft, Unbilled, LiveDraft, CrossedAccount, Stale,
    AuditEntry, SyncClock, SyncChain, SyncHead, SyncUnchained, SyncBase, SyncTomb,
    EditClash, ClashAnswer, SyncLink, SyncBatch, SyncPeer, SyncInvite, SyncJoining, SyncNonce, SyncSeal,
    SyncLater, SyncAside, SyncBlob, SyncLost, SyncPart, SyncSelf,
    SyncSnapshot,
)  # fmt: skip

KEPT_TABLES: tuple[type[Row], ...] = (
    InvoiceBalance, MoneyLeft, Unbilled, LiveDraft, CrossedAccount, Stale,
)  # fmt: skip
"""The summaries, which the facts say already."""

BLOB_NAMES = (("document", "sha256"), ("practice", "logo_sha256"))
"""Where a row names bytes that travel after it."""

metadata = SQLModel.metadata


def table_name(table: type[Row]) -> str:
    return str(table.__tablename__)


@cache
def shape(table: type[Row]) -> Shape:
    """What the sync room must know of a table."""
    columns = metadata.tables[table_name(table)].columns
    defaults = {
        column.name: default
        for column in columns
        if (default := getattr(column.default, "arg", None)) is not None and not callable(default)
    }
    names = tuple(column.name for column in columns)
    return Shape(table_name(table), table.travels, names, table.deletable, defaults)


def shapes() -> list[Shape]:
    return [shape(table) for table in TABLES]


__all__ = [
    "KEPT_TABLES",
    "TABLES",
    "Adjustment",
    "Allocation",
    "AllocationRelease",
    "AuditEntry",
    "BillingNote",
    "BillingRun",
    "Blob",
    "CardCharge",
    "CardConsent",
    "CardDefault",
    "CardRemoval",
    "Charge",
    "ChargeAnswer",
    "ChargeVoid",
    "Checkout",
    "Claim",
    "ClashAnswer",
    "Client",
    "Coverage",
    "CptLicence",
    "Credit",
    "CreditNote",
    "CreditReversal",
    "CrossedAccount",
    "DayClose",
    "DifferenceEnd",
    "Dispute",
    "Document",
    "DocumentShare",
    "Draft",
    "DraftAdjustment",
    "DraftLine",
    "EditClash",
    "Estimate",
    "EstimateOverride",
    "Fact",
    "Finalisation",
    "Guarantor",
    "ImportRun",
    "InvoiceBalance",
    "InvoiceHold",
    "InvoiceHoldEnd",
    "InvoiceIssue",
    "InvoiceLine",
    "InvoiceShare",
    "InvoiceVoid",
    "LateFee",
    "LiveDraft",
    "Local",
    "MailAnswer",
    "MailPassing",
    "MailPassword",
    "MailRequest",
    "MailTemplate",
    "MailTry",
    "MoneyLeft",
    "Office",
    "Payer",
    "PayerShare",
    "Payment",
    "PaymentReversal",
    "Policy",
    "PortalCheckout",
    "PortalGrant",
    "PortalLimit",
    "PortalLink",
    "PortalMade",
    "PortalPerson",
    "PortalSession",
    "Practice",
    "ProcessorCall",
    "ProcessorCustomer",
    "ProcessorDifference",
    "ProcessorEvent",
    "ProcessorLook",
    "Provider",
    "Receipt",
    "RefundAnswer",
    "RefundRequest",
    "Register",
    "Row",
    "SavedCard",
    "Service",
    "Session",
    "SessionLine",
    "Setting",
    "ShareHold",
    "ShareRecall",
    "Site",
    "Stale",
    "Statement",
    "Superbill",
    "SyncAside",
    "SyncBase",
    "SyncBatch",
    "SyncBlob",
    "SyncChain",
    "SyncClock",
    "SyncHead",
    "SyncInvite",
    "SyncJoining",
    "SyncLater",
    "SyncLink",
    "SyncLost",
    "SyncNonce",
    "SyncPart",
    "SyncPeer",
    "SyncSeal",
    "SyncSelf",
    "SyncSnapshot",
    "SyncTomb",
    "SyncUnchained",
    "Unbilled",
    "User",
    "feeds_summaries",
    "kept_triggers",
    "metadata",
    "shape",
    "shapes",
    "table_name",
]
