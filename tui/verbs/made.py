"""What verbs answer about a document that they made, and where they wrote it."""

import errno

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from core.delivery.making import Made
    from tui.door import Door


def check_out(door: "Door", *, folder: bool = False) -> None:
    """Refuse a file that cannot be written before anything is made: each attempt would leave a version, or a
    credit note that counts.

    `folder` where --out may name one, for files under names of their own. Raises: NotThere, CannotWrite.
    """
    import os

    from core.security.files import CannotWrite, check_target

    target = door.options.out
    if target is None:
        return
    if folder and os.path.isdir(target):  # noqa: PTH112
        target = os.path.join(target, "statement.pdf")  # noqa: PTH118
    check_target(target, home=door.home.data, new=False, exports=door.home.exports, key_file=door.key_file)
    if not target or not os.path.isdir(os.path.dirname(target) or "."):  # noqa: PTH112, PTH120
        raise CannotWrite(target, FileNotFoundError(errno.ENOENT, ""))


def write_document(door: "Door", subject_id: str) -> "dict[str, Any]":
    """Write the newest version of a document to the file that --out names; nothing where it names none."""
    target = door.options.out
    if target is None:
        return {}
    from core.documents.keep import document_bytes
    from core.security.files import write_where_said

    with door.store().read() as read:
        content = document_bytes(read, subject_id)
    write_where_said(target, content, home=door.home.data, exports=door.home.exports, key_file=door.key_file)
    return {"out": target, "bytes": len(content)}


def of_made(made: "Made") -> "dict[str, Any]":
    """A document that was made, as `--json` has it."""
    return {"document_id": made.document_id, "version": made.version, "new": made.new}


def say_made(made: "Made", name: str, out: str | None) -> str:
    """What became of a document, in a sentence; `name` begins it."""
    kept = "is kept" if made.new else "was there already and still says what is true"
    version = f", corrected, version {made.version}," if made.version > 1 else ""
    return f"{name}{version} {kept}." + (f" Written: {out}" if out else "")


def answer_made(door: "Door", made: "Made", name: str, **more: "Any") -> int:
    """Answer with a document that was made, and write it where --out names a file."""
    data = {**more, **of_made(made), **write_document(door, str(made.document_id))}
    door.answer(data, [say_made(made, name, door.options.out)])
    return 0
