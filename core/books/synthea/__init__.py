"""Import of a folder of Synthea files: invented patients, for trials and rehearsals.

Times are UTC, and the date of service is the local day a session starts on. Codes are SNOMED and stay
so. Sessions were given at the office this computer stands in; the organisations are not ours.
"""

from pathlib import Path

from core.actors import Right
from core.books.outcome import Outcome, record_run, stop_if_refused
from core.books.synthea.coverage import coverages, payers, write_coverages, write_payers
from core.books.synthea.folder import PROFILE, open_folder
from core.books.synthea.payments import payments, write_payments
from core.books.synthea.people import patients, providers, write_patients, write_providers
from core.books.synthea.sessions import Encounters
from core.store import Tx


def import_synthea(
    tx: Tx,
    path: Path,
    *,
    bill_to: str = "client",
    with_payments: bool = False,
    skip_refused: bool = False,
) -> Outcome:
    """Bring in patients, sessions with their services, providers, payers and coverage (RA5).

    Every session was kept and goes to billing. Importing again changes nothing.

    Raises: NoFile, FileRefused for a file as a whole, RowsRefused where rows cannot come in.
    """
    tx.require(Right.BILL)
    folder = open_folder(tx, path)
    clients = list(patients(folder, bill_to))
    names = providers(folder)
    insurers = payers(folder)
    known = {client.external_id for client in clients}
    encounters = Encounters(folder, known, names)
    encounters.find_faults()
    for _ in coverages(folder, known, insurers):
        pass
    if with_payments:
        for _ in payments(folder, encounters.is_new):
            pass
    stop_if_refused(folder.reading.refused, skip_refused=skip_refused)
    new_clients = write_patients(folder, clients)
    write_providers(folder, names, encounters.seen_providers)
    write_payers(folder, insurers)
    write_coverages(folder, coverages(folder, known, insurers))
    new_sessions, finalised = encounters.write()
    paid, paid_cents = write_payments(folder, encounters.is_new) if with_payments else (0, 0)
    known_before = sum(not is_new for is_new in encounters.is_new.values())
    outcome = Outcome(
        clients=new_clients,
        sessions=new_sessions,
        charges=finalised.charges,
        total_cents=finalised.total_cents,
        unchanged=len(clients) - new_clients + known_before,
        claims=finalised.claims,
        payments=paid,
        payments_cents=paid_cents,
        refused=folder.reading.refused,
    )
    return record_run(tx, outcome, profile=PROFILE, digest=folder.digest())
