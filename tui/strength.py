"""How long a passphrase would hold out, in words: the disk may be stolen, and nobody counts the guesses."""

from tui.tones import Tone

LONGEST = 72
"""What is looked at; the rest only makes it better."""

_WORDS: tuple[tuple[str, Tone], ...] = (
    ("Very weak", "bad"),
    ("Weak", "bad"),
    ("Fair", "warn"),
    ("Good", "good"),
    ("Strong", "good"),
)


def strength(passphrase: str, known: tuple[str, ...] = ()) -> tuple[str, str, Tone]:
    """A sentence about a passphrase, advice where there is any, and how the sentence should look.

    `known` is what anybody would try first.

    Source: zxcvbn, whose figure for ten thousand guesses a second is above what the key slots'
    Argon2id (64 MiB, three passes) allows an attacker with a graphics card.
    """
    from zxcvbn import zxcvbn

    if not passphrase:
        return "", "", ""
    found = zxcvbn(passphrase[:LONGEST], user_inputs=[word for word in known if word])
    words, tone = _WORDS[found["score"]]
    time = found["crack_times_display"]["offline_slow_hashing_1e4_per_second"]
    advice = found["feedback"]["warning"] or next(iter(found["feedback"]["suggestions"]), "")
    return f"{words}: on a stolen disk it holds out for {time}.", advice, tone
