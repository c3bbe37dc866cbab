"""What can be done by key, and the verb that does the same: bindings, choices, the palette, Settings.

A row is a verb of the command line with the options it takes there, or several, or the reason why there is
none in `Only`.
"""

from __future__ import annotations

from typing import NamedTuple


class Only(NamedTuple):
    """There is no verb, and this is why."""

    reason: str


MOVES = Only("moves about; nothing is asked of the book")
SHOWS = Only("changes only what this screen shows; a verb takes it as an option")
OWN_STEPS = Only("takes back a step of this sitting; the verbs of each reversal stand with what it reverses")
THE_APP = Only("is about the running app itself")

Row = tuple[str, ...] | Only

BINDINGS: dict[str, Row] = {
    "first.next": ("init --practice --timezone --office --terms --series --owner",),
    "first.back": MOVES, "first.down": MOVES, "first.up": MOVES, "first.page_down": MOVES,
    "first.page_up": MOVES, "first.field": MOVES, "first.field_back": MOVES, "first.leave": THE_APP,
    "help.close": MOVES, "help.down": MOVES, "help.up": MOVES,
    "palette.close": MOVES, "palette.down": MOVES, "palette.up": MOVES,
    "strip.close": MOVES, "strip.next": MOVES, "strip.previous": MOVES, "note.new_line": MOVES,
    "locked.quit": THE_APP, "notice.close": MOVES,
    "list.down": MOVES, "list.up": MOVES, "list.half_down": MOVES, "list.half_up": MOVES,
    "list.page_down": MOVES, "list.page_up": MOVES, "list.bottom": MOVES, "list.top": MOVES,
    "list.open": MOVES,
    "list.mark": SHOWS, "list.mark_range": SHOWS, "list.mark_all": SHOWS, "list.invert": SHOWS,
    "frame.filter": SHOWS, "frame.quick_filter": SHOWS, "frame.sort": SHOWS, "frame.period_back": SHOWS,
    "frame.period_on": SHOWS, "frame.period_now": SHOWS, "frame.pane": MOVES, "frame.pane_back": MOVES,
    "frame.help": THE_APP, "frame.palette": THE_APP, "frame.go": MOVES, "frame.back": MOVES,
    "frame.leave": MOVES, "frame.quit": THE_APP, "frame.reload": THE_APP, "frame.lock": THE_APP,
    "frame.suspend": THE_APP, "frame.stop_job": THE_APP,
    "frame.undo": OWN_STEPS, "frame.redo": OWN_STEPS,
    **{f"frame.go_{digit}": MOVES for digit in "1234567890"},
    "today.pane": MOVES,
    "agenda.bill": ("session bill",),
    "agenda.mark": ("session mark",),
    "agenda.charge": ("charge add --client --text --amount --on",),
    "agenda.span": ("agenda --from --to",),
    "book.receive": ("payment add --guarantor --client --amount --method",),
    "payments.receive": ("payment add --guarantor --client --amount --method",),
    "aging.edit": ("report ar --as-of --basis --layout",),
    "aging.pay": ("payment add --guarantor --amount --method",),
    "aging.late_fees": ("latefee list",),
    "aging.write": ("report ar --csv",),
    "aging.bars": SHOWS,
    "statement.make": ("statement make --client --guarantor --all-with-balance --from --to --kind",),
    "statement.open": ("statement pdf --out", "documents open"),
    "log.write": ("audit list --csv --kind --find",),
    "log.verify": ("audit verify",),
    "log_entry.next": MOVES, "log_entry.previous": MOVES,
    "client.new": ("invoice new --client --empty",),
    "clients.new": ("invoice new --client --empty",),
    "client.note": ("client note --text",),
    "client.drop_note": ("client note --take-away",),
    "client.edit": ("client shares set --from", "client shares end --from"),
    "guarantor.address": ("guarantor edit --street --street-2 --city --state --postal-code --email",),
    "client.next": MOVES, "client.previous": MOVES,
    "client.pay": ("payment add --client --amount --method",),
    "client.bill": ("invoice new --client --from --to",),
    "client.superbill": ("superbill make --client --provider --from --to", "superbill lint --client"),
    "client.access": ("portal list",),
    "access.add": ("portal grant --email --name --guarantor --no-documents --no-pay --no-superbills",),
    "access.edit": ("portal grant --name --no-documents --no-pay --no-superbills --no-invitation",),
    "access.take_out": ("portal revoke --email",), "access.invite": ("portal invite --email",),
    "client.charge": ("card charge --card --amount",), "invoice.charge": ("card charge --card --amount",),
    "client.cards": ("card list --client --guarantor",),
    "cards.charge": ("card charge --card --amount",), "cards.remove": ("card remove --card --reason",),
    "cards.default": ("card default --card",),
    "payments.cards": ("card failed", "card disputes", "card differences"),
    "payment.view": ("card view",),
    "aging.remind": ("invoice remind --overdue --guarantor",),
    "client.add_credit": ("credit give --client --amount --reason",),
    "charges.draft": ("invoice new --client --from --to", "invoice edit --remove-line"),
    "charges.next": MOVES, "charges.previous": MOVES,
    "daysheet.edit": ("report day-sheet --on --office", "report close --through"),
    "daysheet.late": ("report late-entries",),
    "document.open": ("documents open --version",), "documents.open": ("documents open",),
    "document.share": ("documents share",), "documents.share": ("documents share",),
    "document.write": ("documents pdf --version --out",), "documents.write": ("documents pdf --out",),
    "document.next": MOVES, "document.previous": MOVES,
    "documents.statement": ("statement make --client --from --to --kind --comment",),
    "documents.estimate": ("estimate make --client --provider --from --to --service --visits --rate",),
    "documents.further": ("estimate override --up-to --reason",),
    "client.estimate": ("estimate make --client --diagnosis --separately --scheduled-on --asked-on",),
    "documents.superbill": ("superbill make --client --provider --from --to",),
    "text.write": ("documents pdf --version --out", "documents text --version"),
    "invoice.pay": ("payment add --invoice --client --amount --method --reference --on --allocate",),
    "invoice.send": ("invoice send", "invoice remind"),
    "invoices.send": ("invoice send", "run --send", "invoice remind"),
    "invoice.add": ("invoice edit --add-line --amount --discount --surcharge --label --add-unbilled",
                    "invoice write-off --kind --amount --reason", "invoice credit-note --amount --reason"),
    "invoice.edit": ("invoice edit --line --rate --units --due",),
    "invoice.take_out": ("invoice edit --remove-line",),
    "invoice.note": ("invoice edit --notes",),
    "invoice.delete": ("invoice delete",), "invoices.delete": ("invoice delete",),
    "invoice.pdf": ("invoice pdf --out", "documents open"),
    "invoices.pdf": ("invoice pdf --out", "documents open"),
    "invoice.write": ("invoice pdf --out --version",), "invoices.write": ("invoice pdf --out",),
    "invoice.void": ("invoice void --reason --keep-credit --refund",),
    "invoice.write_off": ("invoice write-off --amount --reason",),
    "invoice.refund": ("payment refund --invoice --amount --reason --reopen --close --method --reference",),
    "invoice.rebill": ("invoice rebill",),
    "invoice.hold": ("invoice hold --kind --reason --end",),
    "invoice.copy": Only("the clipboard; `invoice show` prints the number"),
    "invoices.copy": Only("the clipboard; `invoice list` prints the numbers"),
    "invoice.next": MOVES, "invoice.previous": MOVES,
    "invoices.new": ("invoice new --client --empty",),
    "latefees.charge": ("latefee run",),
    "latefees.waive": ("latefee waive --proposed --reason",),
    "outbox.recall": ("outbox recall",), "outbox.send": ("outbox send",),
    "outbox.hold": ("outbox hold --end",),
    "settings.test_mail": ("mail test",), "settings.preview": ("mail preview --html",),
    "payment.take_off": ("payment unapply --invoice",),
    "payment.receipt": ("payment receipt --out",),
    "payment.apply": ("payment apply --client --guarantor --payment --invoice --amount",),
    "payment.refund": ("payment refund --amount --reason --reopen --close --method --reference",),
    "payment.reverse": ("payment reverse --reason",),
    "payment.next": MOVES, "payment.previous": MOVES,
    "run.drafts": ("run --month --from --to",), "run.send": ("run --send",),
    "run.leave_out": ("run --leave-out",),
    "unbilled.draft": ("invoice new --client --from --to",),
    "unbilled.run": ("run --month --from --to --dry-run",),
    "settings.add": ("office add", "provider add", "service add --description --rate", "user add --role"),
    "settings.edit_file": ("config path", "keys check"),
    "sync.run": Only("wakes the daemon beside this book; `syncd office --once` does the same by itself"),
    **{
        f"sync.{answer}": ("sync resolve --keep --value --money --note",)
        for answer in ("ours", "theirs", "edit", "void", "credit_note", "new_draft", "seen")
    },
    "superbill.retry": ("superbill make --client --provider --from --to",),
    "superbill.leave_out": ("superbill make --leave-out",),
}  # fmt: skip
"""By the id of the binding, which means the same wherever it stands."""

CHOICES: dict[str, Row] = {
    "FrameApp.leave": THE_APP,
    "FrameScreen.action_sort": SHOWS,
    "Agenda.action_edit": ("session mark",),
    "AgingReport.action_edit": ("report ar --as-of --basis --layout",),
    "Client.action_edit": ("client shares set --from", "client shares end --from"),
    "DaySheetScreen.action_edit": ("report day-sheet --on --office", "report close --through --note"),
    "DaySheetScreen._choose_office": ("report day-sheet --office",),
    "DraftVerbs.action_add": BINDINGS["invoice.add"],
    "DraftVerbs.action_edit": BINDINGS["invoice.edit"],
    "Conflicts._decide.refused": ("sync resolve --money",),
    "hold_or_end.known": BINDINGS["invoice.hold"],
    "MoneyVerbs.action_refund.known": BINDINGS["invoice.refund"],
    "MoneyVerbs._ask_void": ("invoice void --keep-credit --refund",),
    "edit_provider": ("provider edit --inactive --active", "provider licence --year --once"),
    "edit_user": ("user role", "user remove"),
    "edit_choice": (
        "practice edit --superbill-payee --superbill-npi --superbill-descriptions --hide-ssn",
        "practice edit --mail-pdf",
        "practice edit --portal-pay --portal-superbills --portal-cards",
    ),
    "edit_theme": ("config set",),
    "edit_template": ("mail template --subject --body --body-file",),
}
"""By the function that lets one key choose."""

COMMANDS: dict[str, Row] = {
    "run": ("run --month --from --to --dry-run",),
    "agenda": ("agenda --on",),
    "export": ("books export --csv",),
    "journal": ("books journal --out --format",),
    "explain": ("explain",),
    "documents": ("documents list --client",),
    "late": ("report late-entries",),
    "late fees": ("latefee list",),
    "verify": ("audit verify",),
    "cards": ("card failed", "card asked"),
    "disputes": ("card disputes",),
    "differences": ("card differences",),
    "outbox": ("outbox list",),
    "failures": Only("a verb's own answer lists what it could not do, and ends with exit code 7"),
    "lock": THE_APP,
}
"""By the name in the palette."""

PLACES: dict[str, Row] = {
    "today": ("today", "agenda"),
    "unbilled": ("unbilled list --from --to",),
    "invoices": ("invoice list --status --client",),
    "clients": ("client list",),
    "agenda": ("agenda --from --to --unbilled",),
    "payments": ("payment list --from --to", "credit list"),
    "documents": ("documents list --client --kind --from --to", "statement list", "superbill list",
                  "estimate list"),
    "aging": ("report ar --as-of --basis --layout",),
    "settings": ("practice show", "office list", "provider list", "service list", "policy list", "user list",
                 "config get", "mail show", "mail template"),
    "sync": ("sync status", "sync conflicts"),
    "daysheet": ("report day-sheet --on --office",),
    "log": ("audit list --kind --find --from --to",),
}  # fmt: skip
"""Every list is also a verb."""

PAGES: dict[str, Row] = {
    "RunPreview": ("run --dry-run",),
    "ClientCharges": ("charge list --client", "unbilled list"),
    "Invoice": ("invoice show",),
    "Client": ("client show", "client ledger --from --to --recent --past --all"),
    "Payment": ("payment show",),
    "Document": ("documents show",),
    "TextPage": ("documents text",),
    "SuperbillCheck": ("superbill lint", "practice edit --npi --tax-id", "provider edit --npi --licence",
                       "client edit --birth-on --referrer-npi", "session edit --diagnoses --place --pointers",
                       "client coverage add --payer --member-number", "office edit --street"),
    "LateFees": ("latefee list --as-of",),
    "LateEntries": ("report late-entries",),
    "Outbox": ("outbox list",),
    "Access": ("portal list",),
    "CardsOnFile": ("card list --client",),
    "CardProcessor": ("card failed", "card disputes", "card differences"),
    "MailPreview": ("mail preview",),
    "Explain": ("explain",),
    "LogEntryPage": ("audit show",),
    "Failures": COMMANDS["failures"],
}  # fmt: skip
"""What each screen over a place shows, and what can be typed into it."""

SETTINGS: dict[str, Row] = {
    "practice": ("practice edit --name --street --street-2 --city --state --postal-code --phone --email",
                 "practice edit --tax-id --npi --footer --portal-message"),
    "message": ("provider edit --portal-message",),
    "office": ("office edit --code --name --street --city --state --postal-code --phone",),
    "provider": ("provider edit --name --credentials --npi --licence --licence-state --active --inactive",),
    "service": ("service edit --description --rate",),
    "user": ("user role", "user remove"),
    "rule": ("policy set --from --grace --every --base --cap",),
    "choice": CHOICES["edit_choice"],
    "own": ("config set",),
    "theme": ("config set",),
    "keys": BINDINGS["settings.edit_file"],
    "mail_server": ("mail set --host --port --security --user --sender --off",),
    "auto_share": ("mail set --auto-share",),
    "template": ("mail template --subject --body",),
}  # fmt: skip
"""By what edits a row of Settings."""
