"""Every route of the portal, one row each. The app is made of these rows, and so is the test of rights:
a row that the test does not know fails it."""

from syncd.portal import billing, card_pages, making, open_pages, paying, signing_in
from syncd.portal.shell import Page, Who

ANYBODY, PERSON = Who.ANYBODY, Who.PERSON

PAGES: tuple[Page, ...] = (
    Page("GET", "/", signing_in.home, PERSON),
    Page("GET", "/login", signing_in.login, ANYBODY),
    Page("POST", "/login", signing_in.ask, ANYBODY, stale=signing_in.ask_again),
    Page("GET", "/login/sent", signing_in.sent, ANYBODY),
    Page("POST", "/login/code", signing_in.code, ANYBODY, stale=signing_in.sent_again),
    Page("GET", "/login/{token}", signing_in.opened, ANYBODY, "link"),
    Page("POST", "/login/{token}", signing_in.use, ANYBODY, "link", stale=signing_in.opened_again),
    Page("POST", "/logout", signing_in.logout, PERSON),
    Page("GET", "/sessions", signing_in.sessions, PERSON),
    Page("POST", "/sessions/end", signing_in.end_one, PERSON, "session"),
    Page("GET", "/billing", billing.billing, PERSON, "client"),
    Page("GET", "/billing/invoices/{number}.pdf", billing.invoice_file, PERSON, "invoice"),
    Page("GET", "/billing/invoices/{number}", billing.invoice, PERSON, "invoice"),
    Page("GET", "/billing/superbills/new", making.new_superbill, PERSON, "client", "superbills"),
    Page("POST", "/billing/superbills/new", making.look_at_superbill, PERSON, "client", "superbills"),
    Page("POST", "/billing/superbills", making.make_superbill, PERSON, "client", "superbills"),
    Page("POST", "/billing/receipts", making.make_receipt, PERSON, "payment"),
    Page("GET", "/billing/statements/{document_id}.pdf", billing.document_file, PERSON, "statement"),
    Page("GET", "/billing/statements/{document_id}", billing.document, PERSON, "statement"),
    Page("GET", "/billing/superbills/{document_id}.pdf", billing.document_file, PERSON, "superbill"),
    Page("GET", "/billing/superbills/{document_id}", billing.document, PERSON, "superbill"),
    Page("GET", "/billing/receipts/{document_id}.pdf", billing.document_file, PERSON, "receipt"),
    Page("GET", "/billing/receipts/{document_id}", billing.document, PERSON, "receipt"),
    Page("POST", "/billing/pay", paying.pay_balance, PERSON, "client", "pay"),
    Page("POST", "/billing/invoices/{number}/pay", paying.pay_invoice, PERSON, "invoice", "pay"),
    Page("GET", "/billing/pay/return", paying.came_back, ANYBODY, "checkout"),
    Page("GET", "/billing/pay/cancelled", paying.cancelled, ANYBODY, "checkout"),
    Page("GET", "/billing/cards", card_pages.cards, PERSON, "", "cards"),
    Page("POST", "/billing/cards", card_pages.add, PERSON, "account", "cards"),
    Page("POST", "/billing/cards/{card_id}/default", card_pages.choose, PERSON, "card", "cards"),
    Page("GET", "/billing/cards/{card_id}/remove", card_pages.ask_removal, PERSON, "card", "cards"),
    Page("POST", "/billing/cards/{card_id}/remove", card_pages.remove, PERSON, "card", "cards"),
    Page("GET", "/pay", open_pages.pay, ANYBODY),
    Page("POST", "/pay", open_pages.pay_by_code, ANYBODY, stale=open_pages.pay_stale),
    Page("GET", "/i/{code}", open_pages.pay_link, ANYBODY, "pay_code"),
    Page("POST", "/i/{code}/pay", paying.pay_by_link, ANYBODY, "pay_code", "pay", open_pages.link_stale),
    Page("GET", "/help", open_pages.help_page, ANYBODY),
    Page("GET", "/privacy", open_pages.privacy, ANYBODY),
    Page("GET", "/accessibility", open_pages.accessibility, ANYBODY),
    Page("GET", "/portal.css", open_pages.style, ANYBODY),
    Page("GET", "/healthz", open_pages.health, ANYBODY),
)
