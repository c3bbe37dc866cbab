"""The app's own looks, dark and light.

`ansi-dark` and `ansi-light` are Textual's and use the terminal's palette.
"""

from textual.theme import Theme

DARK = Theme(
    name="dark",
    primary="#4f86b8",
    secondary="#6c7f93",
    accent="#86b9e0",
    warning="#e0b060",
    error="#e58079",
    success="#8fbf88",
    foreground="#d5d9df",
    background="#12151a",
    surface="#191d24",
    panel="#1d222a",
    boost="#262d38",
    dark=True,
    variables={
        "block-cursor-background": "#2d4a66",
        "block-cursor-foreground": "#f2f5f8",
        "block-cursor-text-style": "none",
        "block-cursor-blurred-background": "#232a34",
        "text-muted": "#8d96a3",
        "text-accent": "#86b9e0",
        "text-warning": "#e0b060",
        "text-error": "#e58079",
        "text-success": "#8fbf88",
    },
)

LIGHT = Theme(
    name="light",
    primary="#2b6391",
    secondary="#5d6b7a",
    accent="#1f5f95",
    warning="#875a00",
    error="#a5322c",
    success="#2f6b35",
    foreground="#1f252c",
    background="#fcfbf8",
    surface="#f3f2ee",
    panel="#ebeae5",
    boost="#dfe6ec",
    dark=False,
    variables={
        "block-cursor-background": "#c9dff0",
        "block-cursor-foreground": "#10161c",
        "block-cursor-text-style": "none",
        "block-cursor-blurred-background": "#e3e6e8",
        "text-muted": "#5f6873",
        "text-accent": "#1f5f95",
        "text-warning": "#875a00",
        "text-error": "#a5322c",
        "text-success": "#2f6b35",
    },
)

OWN_THEMES = (DARK, LIGHT)
THEME_NAMES = ("dark", "light", "ansi-dark", "ansi-light")
