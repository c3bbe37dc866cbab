"""Capture and append-only rules for PostgreSQL, generated from the table definitions.

The same rules as `triggers.py` writes for SQLite, as row triggers. Silence while rows from elsewhere are
merged is a setting of the transaction, so that other transactions go on being captured. A stamp is later
than the clock, than what was merged, and than the row; no shared row is locked for it (`decisions.md` 8).
There is no `sync_base` here: a hub has nobody to send edits to. TRUNCATE, which no row trigger sees, is
refused, and whoever owns the tables has taken the rights to do it from itself.
"""

from collections.abc import Iterator

from core.sync.policy import REGISTER_COLUMNS, Travels
from core.sync.stamp import EPOCH_MS
from core.sync.triggers import Shape

SILENT = "daysheet.silent"
"""The setting of a transaction that merges; `on` there, elsewhere empty."""

FUNCTIONS = (
    f"""
CREATE OR REPLACE FUNCTION sync_stamp(above bigint) RETURNS bigint LANGUAGE sql VOLATILE AS $$
    SELECT greatest(
        ((coalesce(fixed_ms, (extract(epoch FROM clock_timestamp()) * 1000)::bigint) + offset_ms - {EPOCH_MS})
         << 22) | site,
        (((greatest(floor, above) >> 12) + 1) << 12) | site)
    FROM sync_clock
$$""",
    """
CREATE OR REPLACE FUNCTION sync_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', MESSAGE = CASE TG_OP
        WHEN 'UPDATE' THEN TG_TABLE_NAME || ' is insert-only'
        ELSE 'rows of ' || TG_TABLE_NAME || ' are never deleted' END;
END $$""",
    """
CREATE OR REPLACE FUNCTION sync_unchain() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO sync_unchained (tbl, id) VALUES (TG_TABLE_NAME, NEW.id);
    RETURN NULL;
END $$""",
    f"""
CREATE OR REPLACE FUNCTION sync_capture_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF coalesce(current_setting('{SILENT}', true), '') <> 'on' THEN
        NEW._h := sync_stamp(
            coalesce((SELECT _h FROM sync_tomb WHERE tbl = TG_TABLE_NAME AND id = NEW.id), 0));
        NEW._cv := NULL;
        NEW._q := 0;
    END IF;
    RETURN NEW;
END $$""",
    f"""
CREATE OR REPLACE FUNCTION sync_capture_update() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    stamp bigint;
    patch jsonb;
BEGIN
    IF coalesce(current_setting('{SILENT}', true), '') = 'on' THEN
        RETURN NEW;
    END IF;
    stamp := sync_stamp(OLD._h);
    SELECT jsonb_object_agg(n.key, stamp) INTO patch
    FROM jsonb_each(to_jsonb(NEW)) AS n JOIN jsonb_each(to_jsonb(OLD)) AS o ON o.key = n.key
    WHERE n.value IS DISTINCT FROM o.value
      AND n.key NOT IN ({", ".join(f"'{c}'" for c in REGISTER_COLUMNS)});
    IF patch IS NOT NULL THEN
        patch := coalesce(OLD._cv::jsonb, jsonb_build_object('', OLD._h)) || patch;
        NEW._cv := replace(patch::text, ' ', '');
        NEW._h := stamp;
        NEW._q := 0;
    END IF;
    RETURN NEW;
END $$""",
    f"""
CREATE OR REPLACE FUNCTION sync_capture_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF coalesce(current_setting('{SILENT}', true), '') <> 'on' THEN
        INSERT INTO sync_tomb (tbl, id, _h, image, _q)
        VALUES (TG_TABLE_NAME, OLD.id, sync_stamp(OLD._h), (to_jsonb(OLD) - '_q')::text, 0)
        ON CONFLICT (tbl, id) DO UPDATE SET _h = excluded._h, image = excluded.image, _q = 0;
    END IF;
    RETURN NULL;
END $$""",
)


def triggers(shape: Shape) -> Iterator[tuple[str, str]]:
    """The triggers of one table as (name, SQL). LOCAL tables have none."""
    t = f'"{shape.name}"'
    if shape.travels is Travels.LOCAL:
        return
    yield _trigger(shape, "no_truncate", f"BEFORE TRUNCATE ON {t} FOR EACH STATEMENT", "refuse")
    if not (shape.travels is Travels.REGISTER and shape.deletable):
        yield _trigger(shape, "no_delete", f"BEFORE DELETE ON {t} FOR EACH ROW", "refuse")
    if shape.travels is Travels.FACT:
        yield _trigger(
            shape, "no_update", f"BEFORE UPDATE ON {t} FOR EACH ROW WHEN ({_altered(shape)})", "refuse"
        )
        yield _trigger(
            shape, "unchained", f"AFTER INSERT ON {t} FOR EACH ROW WHEN (NEW.no IS NULL)", "unchain"
        )
    elif shape.travels is Travels.BLOB:
        yield _trigger(shape, "no_update", f"BEFORE UPDATE ON {t} FOR EACH ROW", "refuse")
    else:
        yield from _capture(shape, t)


def _trigger(shape: Shape, what: str, when: str, function: str) -> tuple[str, str]:
    name = f"{shape.name}_{what}"
    return name, f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION sync_{function}()"


def _altered(shape: Shape) -> str:
    changed = [f'OLD."{c}" IS DISTINCT FROM NEW."{c}"' for c in ("id", "site", *shape.business)]
    filled = [f"(OLD.{c} IS NOT NULL AND NEW.{c} IS DISTINCT FROM OLD.{c})" for c in ("no", "chain")]
    return " OR ".join([*changed, *filled])


def _capture(shape: Shape, t: str) -> Iterator[tuple[str, str]]:
    yield _trigger(
        shape, "capture_insert", f"BEFORE INSERT ON {t} FOR EACH ROW WHEN (NEW._h = 0)", "capture_insert"
    )
    watched = ", ".join(f'"{c}"' for c in shape.business)
    yield _trigger(
        shape, "capture_update", f"BEFORE UPDATE OF {watched} ON {t} FOR EACH ROW", "capture_update"
    )
    if shape.deletable:
        yield _trigger(shape, "capture_delete", f"AFTER DELETE ON {t} FOR EACH ROW", "capture_delete")


def rights(shape: Shape) -> Iterator[str]:
    """SQL that takes from the tables' owner what nobody may do; a superuser is bound by triggers alone."""
    t = f'"{shape.name}"'
    if shape.travels is Travels.LOCAL:
        return
    yield f"REVOKE ALL ON {t} FROM PUBLIC, CURRENT_USER"
    yield f"GRANT SELECT, INSERT ON {t} TO CURRENT_USER"
    if shape.travels is Travels.FACT:
        yield f"GRANT UPDATE (no, chain, _q) ON {t} TO CURRENT_USER"
    elif shape.travels is Travels.REGISTER:
        yield f"GRANT UPDATE{', DELETE' if shape.deletable else ''} ON {t} TO CURRENT_USER"


def all_rights(shape: Shape) -> str:
    """SQL that gives them back for the length of an upgrade."""
    return f'GRANT ALL ON "{shape.name}" TO CURRENT_USER'
