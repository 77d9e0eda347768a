"""What is left unread reads the same, whenever it is asked for: as the whole file does, and out of the cache."""

from typing import Any

import pytest

from tenantry.products.pinata.engine.facts import CALL, FileFacts
from tenantry.products.pinata.engine.languages import language, language_of, typescript_reading
from tenantry.products.pinata.engine.languages import python as python_language
from tenantry.products.pinata.engine.packing import pack, unpack

from .reading import FIXTURES, read

SOURCES = {
    f"{file.stem}/{path}": text
    for file in sorted(FIXTURES.glob("*.txt"))
    for path, text in read(file.stem).files.items()
    if language_of(path) in ("python", "typescript", "javascript")
}
ODD = {
    "odd.py": "x = (a\n  .b(1, *c, d=lambda: e())\n  .f(g := h())\n)\ndef i(): return cls.j(k.l('m'), [n for n in o(p)])\n"
    "for q in r.s(t): u[v(w)] = await x.y(z)\nä = ö.ü('ß', b(c))\n",
    "odd.ts": "const x = await (new A<B>(c, `d${e(f)}`)).g(h!, i as J)\nthis.k?.l(m.n('ö')).p({ q() { return r(s) }, t: [u(v)] })\n"
    "y.z = w({...a(b), c: d(e)})\nfunction f() { return g(h).i(j(k(1))) }\n",
}


def rows(facts: FileFacts) -> list[tuple[Any, ...]]:
    """Everything that a file says, read to the last."""
    calls = [(call.scope, call.expr, call.line, call.end_line) for call in facts.calls]
    assigns = [(item.scope, item.target, item.value, item.annotation, item.line) for item in facts.assigns]
    return [*calls, *assigns, *((*scope[:11], tuple(scope.returns)) for scope in facts.scopes)]


@pytest.mark.parametrize("path", [*SOURCES, *ODD])
def test_parts_read_like_the_whole(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    source = (SOURCES | ODD)[path].encode()
    speaks = language(language_of(path) or "")
    later = speaks.extract(path, source)
    kept = unpack(path, pack(later))
    for module in (python_language, typescript_reading):
        monkeypatch.setattr(module, "MAX_UNREAD", -1)
    at_once = speaks.extract(path, source)
    assert all(call.text is None for call in at_once.calls)
    assert rows(later) == rows(at_once)
    assert rows(kept) == rows(at_once)


@pytest.mark.parametrize("path", ODD)
def test_an_inner_call_is_the_same_object_in_whatever_order(path: str) -> None:
    for first in (0, 1):
        facts = language(language_of(path) or "").extract(path, ODD[path].encode())
        unread = [call for call in facts.calls if call.text is not None]
        for call in unread if first else reversed(unread):
            assert call.expr[0] == CALL
        read_again = {id(call.expr) for call in facts.calls}
        inner = [item for call in facts.calls for item in _calls_within(call.expr)]
        assert inner
        assert all(id(item) in read_again for item in inner if item in [call.expr for call in facts.calls])


def _calls_within(expr: Any) -> list[Any]:
    found = []
    for part in expr[2] if expr[0] == CALL else ():
        found += ([part] if part[0] == CALL else []) + _calls_within(part)
    return found


def test_tags_and_names_are_known_without_reading() -> None:
    facts = language("python").extract("a.py", b"x = f(1)\ny = a.b(2).c\nz: int\na.b(3)\ng(4).h()\nw = [x]\n")
    assert [(item.target, item.tag, item.head) for item in facts.assigns] == [
        ("x", "c", "f"), ("y", "a", "a.b"), ("z", "", ""), ("w", "l", ""),
    ]  # fmt: skip
    assert [call.name for call in facts.calls] == ["f", "a.b", "a.b", ""]
    assert facts.text is not None
    assert not facts.text.known
