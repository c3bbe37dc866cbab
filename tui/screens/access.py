"""Who of a client's family may come into the portal: let somebody in, change it, take it away (RE1)."""

from typing import ClassVar
from zoneinfo import ZoneInfo

from core.dates import zone
from core.errors import DomainError
from core.portal.access_page import NEVER, AccessPage, Invited, access_page
from core.portal.commands import Allowed
from core.portal.queries import AccessRow
from core.practice.queries import practice
from core.store import Read, Tx
from tui.keys import verb
from tui.present import local_stamp, plural
from tui.screens.book_screen import BookScreen
from tui.strips.access import AskAccess, WhoCanEnter, allowed_words
from tui.widgets.columns import Column, words_column
from tui.widgets.rows import Row, Rows


class Access(BookScreen[tuple[AccessPage, str]]):
    """One row a person and account; the last columns say what became of the invitation."""

    PLACE = "clients"
    HEADING = "Portal access"
    EMPTY = "Nobody has access yet. a lets somebody in and invites them by mail."
    ENTER = "Change"
    COLUMNS = (
        words_column("Person", least=12, most=26),
        words_column("Mail address", least=16, most=40),
        words_column("May", least=12, most=26),
        words_column("On the account of", least=10, most=26, drop=2),
        Column("Invited", width=16, drop=1),
        words_column("Mail", least=9, most=50),
    )
    BINDINGS: ClassVar = [
        verb("a", "add", "Give access", id="access.add",
             help="To a person, by mail address; they are invited by mail", counted=False),
        verb("e", "edit", "Change", id="access.edit", help="Name, and what the person may do", counted=False),
        verb("x", "take_out", "Take away", id="access.take_out", help="Holds from their next page on"),
        verb("s", "invite", "Invite again", id="access.invite", help="The same mail once more"),
    ]  # fmt: skip

    def __init__(self, client_id: str, name: str) -> None:
        super().__init__()
        self._client_id, self._name = client_id, name
        self._rows: dict[str, AccessRow] = {}
        self._accounts: list[tuple[str, str]] = []

    def ask_book(self, read: Read) -> tuple[AccessPage, str]:
        return access_page(read, self._client_id), practice(read).timezone

    def fill(self, view: tuple[AccessPage, str]) -> None:
        page, timezone = view
        local = zone(timezone)
        self._rows = {row.grant_id: row for row in page.rows}
        self._accounts = page.accounts
        self.grid.show_rows(
            Rows([_row(row, page.invited.get(row.person_id, NEVER), local) for row in page.rows])
        )
        self.grid.forget_marks(self._rows.keys())
        people = len({row.person_id for row in page.rows})
        self.show_totals(f"{self._name} · {plural(people, 'person', 'people')}")

    @property
    def _chosen(self) -> list[AccessRow]:
        return [self._rows[grant_id] for grant_id in self.chosen if grant_id in self._rows]

    def allowed(self, action: str) -> bool:
        if action == "add":
            return bool(self._accounts)
        return action not in ("edit", "take_out", "invite") or bool(self._rows)

    def opened(self, record_id: str) -> None:
        self.action_edit()

    # Let in, change.

    def action_add(self) -> None:
        if self._accounts:
            strip = AskAccess(f"Access to {self._name}", self._accounts, keep_as=f"access {self._client_id}")
            self.open_strip(strip, lambda typed: self._let_in(typed, strip))

    def _let_in(self, typed: WhoCanEnter, strip: AskAccess) -> None:
        """The first time, with a mail; for somebody who was let in before it changes what they may do."""
        from core.delivery.requests import recall_about
        from core.portal.commands import grant_access, revoke_grants

        client_id, texts, made = self._client_id, strip.texts(), [""]
        before = next(
            (
                r
                for r in self._rows.values()
                if (r.email, r.guarantor_id) == (typed.email, typed.guarantor_id)
            ),
            None,
        )

        def grant(tx: Tx) -> None:
            made[:] = [
                grant_access(
                    tx, client_id=client_id, guarantor_id=typed.guarantor_id, email=typed.email,
                    name=typed.name, allowed=typed.allowed, invite=before is None,
                )
            ]  # fmt: skip

        def take_back(tx: Tx) -> None:
            if before is not None:
                _grant_again(tx, before)
                return
            rows = access_page(tx, client_id).rows
            revoke_grants(
                tx,
                [r.grant_id for r in rows if (r.person_id, r.guarantor_id) == (made[0], typed.guarantor_id)],
            )
            recall_about(tx, "invitation", made[0])

        def refused(refusal: DomainError) -> None:
            """What was typed comes back with the strip."""
            self.biller.kept_texts[strip.keep_as] = texts
            self.biller.refuse(refusal)

        what = f"{typed.email} may {', '.join(allowed_words(*typed.allowed).split())}"
        mail = "; an invitation is queued" if before is None else ""
        self.biller.change(grant, lambda _: self.done(what + mail, take_back, grant), refused)

    def action_edit(self) -> None:
        from core.portal.commands import grant_access

        row = self._rows.get(self.grid.cursor_id or "")
        if row is None:
            return
        strip = AskAccess(
            f"Access of {row.person}", [(row.guarantor_id, row.guarantor)], email=row.email, name=row.person,
            may=allowed_words(row.documents, row.pay, row.superbills), keep_as="",
        )  # fmt: skip

        def changed(typed: WhoCanEnter) -> None:
            if typed.email != row.email:
                self.say("Another address is another person: a lets them in, x takes this one away.")
                return

            def change(tx: Tx) -> None:
                grant_access(
                    tx, client_id=row.client_id, guarantor_id=row.guarantor_id, email=row.email,
                    name=typed.name, allowed=typed.allowed, invite=False,
                )  # fmt: skip

            self.change(
                change,
                lambda _: self.done(
                    f"Access of {typed.name or row.person} changed", lambda tx: _grant_again(tx, row), change
                ),
            )

        self.open_strip(strip, changed)

    # Take away, invite again.

    def action_take_out(self) -> None:
        from core.portal.commands import revoke_grants

        rows = self._chosen
        if not rows:
            return

        def revoke(tx: Tx) -> None:
            revoke_grants(tx, [row.grant_id for row in rows])

        def back(tx: Tx) -> None:
            for row in rows:
                _grant_again(tx, row)

        def taken(_: None) -> None:
            self.grid.clear_marks()
            whose = rows[0].person if len(rows) == 1 else plural(len(rows), "person", "people")
            self.done(f"Access of {whose} taken away", back, revoke)

        self.change(revoke, taken)

    def action_invite(self) -> None:
        from core.delivery.requests import recall_about
        from core.portal.commands import invite_person

        people = list(dict.fromkeys((row.person_id, row.email) for row in self._chosen))
        if not people:
            return

        def invite(tx: Tx) -> None:
            for person_id, _ in people:
                invite_person(tx, person_id)

        def recall(tx: Tx) -> None:
            for person_id, _ in people:
                recall_about(tx, "invitation", person_id)

        def invited(_: None) -> None:
            self.grid.clear_marks()
            whom = people[0][1] if len(people) == 1 else plural(len(people), "person", "people")
            self.done(f"An invitation to {whom} is queued", recall, invite)

        self.change(invite, invited)


def _grant_again(tx: Tx, row: AccessRow) -> None:
    """As it was, without another mail."""
    from core.portal.commands import grant_access

    grant_access(
        tx, client_id=row.client_id, guarantor_id=row.guarantor_id, email=row.email, name=row.person,
        allowed=Allowed(bool(row.documents), bool(row.pay), bool(row.superbills)), invite=False,
    )  # fmt: skip


def _row(row: AccessRow, told: Invited, local: ZoneInfo) -> Row:
    mail = f"{told.state}: {told.why}" if told.why else told.state if told.at else "not invited"
    return Row(
        row.grant_id,
        (
            row.person,
            row.email,
            allowed_words(row.documents, row.pay, row.superbills),
            row.guarantor,
            local_stamp(told.at, local) if told.at else "",
            mail,
        ),
        told.state == "failed",
    )
