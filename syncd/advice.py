"""What a hub says at its start about the database that it uses."""

from urllib.parse import parse_qs, urlsplit

from core.store import Store


def store_advice(store: Store, url: str, *, in_arguments: bool) -> list[str]:
    """Each as a sentence that says what to do; nothing where all is well."""
    from core.store.postgres import IN_ARGUMENTS, advice

    said, parts = [], urlsplit(url)
    asked = parse_qs(parts.query)
    if in_arguments and (parts.password or "password" in asked):
        said.append(IN_ARGUMENTS)
    with store.read() as read:
        return said + advice(read, sslmode=asked.get("sslmode", [""])[0])
