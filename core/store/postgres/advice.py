"""What a hub can see of its PostgreSQL server that whoever runs it should change (`security.md` 5.2)."""

from ipaddress import ip_address

from core.store.postgres.store import PostgresStore
from core.store.read import Read

ENCRYPTED = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
FAR = "SELECT host(inet_server_addr())"
SUPERUSER = "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
SETTINGS = (
    "SELECT name, setting FROM pg_settings WHERE name IN ('password_encryption', 'fsync', 'full_page_writes')"
)

HASHED_BY = "password_encryption"

CLEAR = (
    "The connection to PostgreSQL is not encrypted, and it leaves this computer. Turn TLS on at the server"
    " and put sslmode=verify-full into the address."
)
UNVERIFIED = (
    "The connection to PostgreSQL is encrypted, but nobody verifies whom it reaches. Put sslmode=verify-full"
    " (and sslrootcert) into the address."
)
MD5 = "PostgreSQL keeps passwords as MD5. Set password_encryption = 'scram-sha-256' and the password anew."
SUPER = (
    "The hub uses a superuser of PostgreSQL, whom no right binds. Make a user of its own that owns the"
    " database: CREATE ROLE daysheet LOGIN; ALTER DATABASE ... OWNER TO daysheet."
)
UNSAFE = "PostgreSQL has {} off: a power cut may lose what was acknowledged. Turn it on."
IN_ARGUMENTS = (
    "The password in the database's address can be seen by everybody on this computer. Put it into a"
    " password file (PGPASSFILE) or a service file (PGSERVICEFILE)."
)


def advice(store: PostgresStore) -> list[str]:
    """Each as one sentence; nothing where all is well. Disk encryption cannot be seen from here.

    Raises: DatabaseAway.
    """
    with store.read() as read:
        return _advice(read, store.connected_with().get("sslmode", ""))


def _advice(read: Read, sslmode: str) -> list[str]:
    said = []
    address = read.value(FAR)
    far = address is not None and not ip_address(address).is_loopback
    if far and not read.value(ENCRYPTED):
        said.append(CLEAR)
    elif far and sslmode not in ("verify-full", "verify-ca"):
        said.append(UNVERIFIED)
    settings = dict(read.rows(SETTINGS))
    if settings[HASHED_BY] != "scram-sha-256":
        said.append(MD5)
    if read.value(SUPERUSER):
        said.append(SUPER)
    return said + [UNSAFE.format(name) for name in ("fsync", "full_page_writes") if settings[name] == "off"]
