"""From the text of a filter to its tree, by recursive descent.

::

    either      = both { OR both }
    both        = single { AND single }
    single      = NOT single | "(" either ")" | comparison
    comparison  = field ( operator value | [NOT] LIKE text | [NOT] ILIKE text | [NOT] IN "(" text { "," text } ")" )
    field       = attribute | aliases | ( params | tags | metrics | attributes ) "." name
    name        = letters, digits, _ . - /  |  "`" anything "`"
    value       = "'" text "'"  |  number

Keywords may be written in small letters, a quotation mark inside a text is written twice.
"""

from __future__ import annotations

from typing import Final

from verspan.errors import InvalidArgumentError
from verspan.versions.search.fields import KNOWN, attribute, is_number, kind_named, operators_of
from verspan.versions.search.model import And, Comparison, Expression, Field, FieldKind, Not, Operator, Or
from verspan.versions.search.tokens import Token, TokenKind, misread, tokens_of

_MAX_DEPTH: Final = 50  # parentheses and NOTs inside each other
_MAX_COMPARISONS: Final = 200  # SQLite takes trees of depth 1000
_SHOWN: Final = 40  # characters of a token in a message


def parse_filter(text: object) -> Expression | None:
    """The tree of a filter.

    Args:
        text: what somebody wrote.

    Returns:
        None where the text is blank, and so every version matches.

    Raises:
        InvalidArgumentError: it cannot be understood; the message shows where.
    """
    if not isinstance(text, str):
        raise InvalidArgumentError(f"the filter is {type(text).__name__} and not text")
    if not text.strip():
        return None
    return _Parser(text).parse()


def parse_field(text: str) -> Field:
    """The field that a text names, such as ``metrics.quality`` or ``params.`with blanks```.

    Raises:
        InvalidArgumentError: there is no such field; the message shows where.
    """
    parser = _Parser(text)
    field = parser.field()
    parser.expect_end()
    return field


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(tokens_of(text))
        self._next = 0
        self._depth = 0
        self._comparisons = 0

    def parse(self) -> Expression:
        tree = self._either()
        self.expect_end()
        return tree

    def expect_end(self) -> None:
        if self._peek().kind is not TokenKind.END:
            raise self._unexpected("AND, OR or the end")

    def field(self) -> Field:
        token = self._peek()
        if token.kind is not TokenKind.WORD:
            raise self._unexpected("a field, such as name or params.temperature")
        self._take()
        prefix, dot, name = token.value.partition(".")
        kind = kind_named(prefix)
        if kind is None or kind is FieldKind.ALIAS:
            return self._attribute(token, token.value)
        if not dot:
            name = self._name_after(token)
        if kind is FieldKind.ATTRIBUTE:
            return self._attribute(token, name)
        return Field(kind, name)

    # -- the rules -----------------------------------------------------------------------------------------------------

    def _either(self) -> Expression:
        parts = [self._both()]
        while self._peek().is_word("OR"):
            self._take()
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _both(self) -> Expression:
        parts = [self._single()]
        while self._peek().is_word("AND"):
            self._take()
            parts.append(self._single())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _single(self) -> Expression:
        token = self._peek()
        if not (token.is_word("NOT") or token.is_sign("(")):
            return self._comparison()
        self._take()
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise misread(self._text, token.start, f"this is more than {_MAX_DEPTH} deep")
        tree: Expression = Not(self._single()) if token.is_word("NOT") else self._enclosed()
        self._depth -= 1
        return tree

    def _enclosed(self) -> Expression:
        tree = self._either()
        self._expect(")")
        return tree

    def _comparison(self) -> Expression:
        start = self._peek().start
        field = self.field()
        negated, operator = self._operator(field)
        self._comparisons += 1
        if self._comparisons > _MAX_COMPARISONS:
            raise misread(self._text, start, f"there are more than {_MAX_COMPARISONS} comparisons")
        several = operator in (Operator.IN, Operator.NOT_IN)
        compared = Comparison(field, operator, self._texts() if several else self._value(field))
        return Not(compared) if negated else compared

    def _operator(self, field: Field) -> tuple[bool, Operator]:
        """Whether the comparison is negated, and its operator."""
        token = self._peek()
        negated = token.is_word("NOT")
        if negated:
            self._take()
        written = self._peek()
        if not (written.is_word("LIKE", "ILIKE", "IN") or (written.kind is TokenKind.OPERATOR and not negated)):
            raise self._unexpected("LIKE, ILIKE or IN" if negated else f"an operator after {field}")
        operator = Operator(written.value.upper())
        known = operators_of(field)
        if operator not in known:
            raise self._no_operator(field, token)
        self._take()
        return (False, Operator.NOT_IN) if negated and operator is Operator.IN else (negated, operator)

    def _no_operator(self, field: Field, token: Token) -> InvalidArgumentError:
        what = "numbers" if is_number(field) else "text"
        known = ", ".join(operator.value for operator in operators_of(field))
        return misread(self._text, token.start, f"{field} is compared as {what}, with {known}")

    def _value(self, field: Field) -> str | float:
        token = self._peek()
        if is_number(field):
            if token.kind is not TokenKind.NUMBER:
                raise self._unexpected(f"a number to compare {field} with")
            return float(self._take().value)
        return self._text_value(f"a text to compare {field} with, such as 'text'")

    def _texts(self) -> tuple[str, ...]:
        self._expect("(")
        texts = [self._text_value("a text, such as 'text'")]
        while self._peek().is_sign(","):
            self._take()
            texts.append(self._text_value("a text, such as 'text'"))
        self._expect(")")
        return tuple(texts)

    def _text_value(self, wanted: str) -> str:
        token = self._peek()
        if token.kind is not TokenKind.TEXT:
            raise self._unexpected(wanted)
        if "\0" in token.value:
            raise misread(self._text, token.start, "no text has a NUL character in it")
        return self._take().value

    def _attribute(self, token: Token, name: str) -> Field:
        found = attribute(name)
        if found is None:
            raise misread(self._text, token.start, f"there is no field {name[:_SHOWN]!r}: there are {KNOWN}")
        return found

    def _name_after(self, prefix: Token) -> str:
        """The name after a prefix and a dot, where it is in quotes."""
        self._expect(".")
        token = self._peek()
        if token.kind not in (TokenKind.IDENTIFIER, TokenKind.TEXT):
            raise self._unexpected(f"a name after {prefix.value}.")
        return self._take().value

    # -- tokens --------------------------------------------------------------------------------------------------------

    def _peek(self) -> Token:
        return self._tokens[self._next]

    def _take(self) -> Token:
        token = self._peek()
        self._next += 1
        return token

    def _expect(self, sign: str) -> None:
        if not self._peek().is_sign(sign):
            raise self._unexpected(repr(sign))
        self._take()

    def _unexpected(self, wanted: str) -> InvalidArgumentError:
        token = self._peek()
        found = "the end" if token.kind is TokenKind.END else repr(token.value[:_SHOWN])
        return misread(self._text, token.start, f"{found} stands where {wanted} is expected")
