"""Text from outside the program, made safe to print."""

import re

from forecast.phrases import JOINER

# C0 and C1 controls, DEL, line separators, bidirectional marks, surrogates.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def escape(text: str) -> str:
    r"""The text with every control character written as an escape sequence, such as `\x1b`.

    Names and ids of several columns are separated by " / ".
    """
    return _UNSAFE.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    if match[0] == JOINER:
        return " / "
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
