"""The words of a page without its markup: for narratives and text/html attachments.

Written for hostile pages: one pass, nothing is run, fetched or kept but text. What templates show is escaped besides.
"""

import html
import re
from typing import Final

#: Their content is no text of the record.
_UNREAD: Final = frozenset(
    {"script", "style", "head", "iframe", "object", "embed", "template", "noscript", "svg", "math", "title"}
)
_BLOCKS: Final = frozenset(
    {"p", "div", "br", "tr", "li", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "pre", "blockquote", "section",
     "article", "dl", "dt", "dd", "thead", "tbody", "caption"}
)  # fmt: skip
_CELLS: Final = frozenset({"td", "th"})
_TAG: Final = re.compile(r"/?([A-Za-z][A-Za-z0-9:]{0,30})")
_BLANKS: Final = re.compile(r"[ \t\f\v\xa0]+")
_LINES: Final = re.compile(r"\n{3,}")


def plain(markup: str) -> str:
    """The text, a line for each block, entities decoded once. An unfinished tag at the end is dropped."""
    pieces: list[str] = []
    at, lower = 0, markup.lower()
    while at < len(markup):
        mark = markup.find("<", at)
        if mark < 0:
            pieces.append(html.unescape(markup[at:]))
            break
        pieces.append(html.unescape(markup[at:mark]))
        piece, at = _tag(markup, lower, mark)
        pieces.append(piece)
    return _tidy("".join(pieces))


def _tag(markup: str, lower: str, mark: int) -> tuple[str, int]:
    """What the markup at a ``<`` stands for, and where the text goes on."""
    if markup.startswith("<!--", mark):
        return "", _past(markup, "-->", mark + 4)
    found = _TAG.match(markup, mark + 1)
    if found is None:
        if markup[mark + 1 : mark + 2] in {"!", "?", "/"}:
            return "", _past(markup, ">", mark + 1)
        return "<", mark + 1
    name = found.group(1).lower().rsplit(":", 1)[-1]
    end = _past(markup, ">", found.end())
    if name in _UNREAD and markup[mark + 1] != "/" and markup[end - 2 : end - 1] != "/":
        closing = lower.find(f"</{name}", end)
        return "\n", _past(markup, ">", closing) if closing >= 0 else len(markup)
    if name in _BLOCKS:
        return "\n", end
    return ("\t" if name in _CELLS else ""), end


def _past(markup: str, mark: str, at: int) -> int:
    found = markup.find(mark, at)
    return len(markup) if found < 0 else found + len(mark)


def _tidy(text: str) -> str:
    lines = (_BLANKS.sub(" ", line).strip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    return _LINES.sub("\n\n", "\n".join(lines)).strip("\n")
