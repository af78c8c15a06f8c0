"""HTML to plain text: a block is a paragraph; scripts, styles, figures and frames are left out."""

import re

from lxml import etree, html

from processors.layout import join, paragraphs

LOOKS_LIKE = re.compile(r"</?[a-zA-Z][^<>]{0,500}>|&(?:[a-zA-Z]{2,8}|#\d{1,7});")
# fmt: off
_BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "body", "br", "caption", "dd", "div", "dl", "dt",
    "fieldset", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hl1", "hl2", "hr", "html",
    "li", "main", "nav", "ol", "p", "pre", "section", "table", "tbody", "td", "tfoot", "th", "thead", "tr",
    "ul",
))
# fmt: on
# fmt: off
_SILENT = frozenset((
    "script", "style", "head", "title", "figure", "figcaption", "iframe", "noscript", "svg", "template",
    "object", "media",
))
# fmt: on
_SPACE = re.compile(r"\s+")


def text(markup: str) -> str:
    """The readable text of a piece of HTML or XHTML, paragraphs separated by a blank line. Never raises."""
    try:
        root = html.document_fromstring(f"<html><body>{_without_prolog(markup)}</body></html>")
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return join(paragraphs(re.sub(r"<[^<>]{0,500}>", " ", markup)))
    return join(paragraphs("".join(_pieces(root))))


def _without_prolog(markup: str) -> str:
    """lxml refuses text with an encoding declaration and stops at a NUL."""
    return re.sub(r"^\s*<\?xml[^<>]{0,200}\?>", "", markup).replace("\x00", "")


def _pieces(root: etree._Element) -> list[str]:
    """Text in document order with line breaks at blocks, without recursion: markup may nest deeply."""
    found: list[str] = []
    silent = 0
    for event, node in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        tag = node.tag if isinstance(node.tag, str) else None
        if event == "start":
            silent += tag in _SILENT
            if tag in _BLOCKS:
                found.append("\n")
            if not silent and node.text:
                found.append(_SPACE.sub(" ", node.text))
            continue
        if event == "end":
            silent -= tag in _SILENT
            if tag in _BLOCKS:
                found.append("\n")
        if not silent and node.tail:
            found.append(_SPACE.sub(" ", node.tail))
    return found
