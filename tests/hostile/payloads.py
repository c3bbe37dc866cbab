"""Texts that want to be more than text."""

PAYLOADS = (
    "[@click=app.quit]Jane [/b][/]",
    "Jane\x1b[2J\x1b[31mRoe",
    "\x1b]52;c;Q0FOQVJZ\x07Jane",
    "\x1b]0;owned\x07Jane",
    "\x1b]8;;https://evil.example\x1b\\Jane\x1b]8;;\x1b\\",
    "Jane\x9b31m\x90q\x9cRoe",
    "Jane\u202eeoR\u2066x\u2069",
    "Jane\tRoe\r\nSmith\x00\x08\x7f",
    "Jane\u200b\ufeff\u2028Roe\U000e0041",
    "👩\u200d👩\u200d👧\u200d👦 Jane ❤️ 👍🏽",
    "王小明王小明 Jane",
    "می\u200cخواهم क्\u200dष Jane",
    "J" + "\u0301" * 60 + "ane",
    "Jane" * 2_500,
)
