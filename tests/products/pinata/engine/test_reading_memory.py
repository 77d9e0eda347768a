"""What reading leaves behind: nothing. The collector is off while files are read, so a circle would keep its whole tree."""

import gc

import pytest

from tenantry.products.pinata.engine.facts import FileFacts
from tenantry.products.pinata.engine.languages import language

SOURCES = {
    "python": b"import os\nclass A(B):\n    x: int = f(1)\n    def g(self): return [h(y) for y in os.walk('.')]\n",
    "typescript": b"import x from 'y';\nexport class A extends B { c = require('d'); @Get() f(e: E) { return x.g(`a${e}`); } }\n",
    "javascript": b"const express = require('express');\nmodule.exports = express().get('/a', (q, r) => r.json({ b: q.c }));\n",
    "sql": b"CREATE TABLE a (b int);\nSELECT b FROM a;\n",
    "go": b'package a\nimport b "c/b"\ntype A struct { b.B }\nfunc (a *A) F() { a.g(func(x int) { b.H(`y`) }) }\n',
    "java": b'package a;\nimport b.C;\nclass A extends B { @D("x") C c; void f() { c.g(x -> x.h("y" + c)); } }\n',
    "prisma": b"model A {\n  id Int @id\n  b B[]\n}\n",
}


@pytest.mark.parametrize("name", SOURCES)
def test_reading_leaves_no_circles(name: str) -> None:
    reader = language(name)
    reader.extract("first.x", SOURCES[name])  # what is made once per process
    gc.collect()
    others = _alive()
    gc.disable()
    try:
        for number in range(20):
            reader.extract(f"{number}.x", SOURCES[name])
        # What nobody holds is gone at once, unless it is part of a circle.
        assert _alive() == others
    finally:
        gc.enable()


def _alive() -> int:
    return sum(isinstance(kept, FileFacts) for kept in gc.get_objects())
