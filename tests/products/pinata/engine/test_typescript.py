"""TypeScript and JavaScript as facts: what a file says, whatever way it is written."""

from pathlib import Path

import pytest

from tenantry.products.pinata.engine.facts import CALL, FUNCTION, NAME, STR, TEMPLATE, FileFacts
from tenantry.products.pinata.engine.languages.javascript import language as javascript
from tenantry.products.pinata.engine.languages.typescript import language as typescript
from tenantry.products.pinata.engine.languages.typescript_definitions import decorators
from tenantry.products.pinata.engine.languages.typescript_modules import Modules


def read(source: str, path: str = "a.ts") -> FileFacts:
    speaks = javascript if path.endswith(("js", "jsx")) else typescript
    return speaks.extract(path, source.encode())


def imports(facts: FileFacts) -> set[tuple[str, str, str]]:
    return {(item.alias, item.module, item.name) for item in facts.imports}


def functions(facts: FileFacts) -> list[str]:
    return [scope.qualname for scope in facts.scopes if scope.kind == "function"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import a from './m'", ("a", "./m", "default")),
        ("import { b as c } from './m'", ("c", "./m", "b")),
        ("import a, { type b } from './m'", ("b", "./m", "b")),
        ("import type { b } from './m'", ("b", "./m", "b")),
        ("import {\n  // } a comment\n  b,\n} from './m'", ("b", "./m", "b")),
        ("import * as ns from 'm'", ("ns", "m", "")),
        ("import x = require('m')", ("x", "m", "default")),
        ("export { b as c } from './m'", ("c", "./m", "b")),
        ("export * from './m'", ("*", "./m", "*")),
        ("export * as ns from './m'", ("ns", "./m", "")),
        ("const x = require('./m')", ("x", "./m", "default")),
        ("const { b: c } = require('./m')", ("c", "./m", "b")),
        ("const x = require('./m').b", ("x", "./m", "b")),
        ("module.exports = { b: require('./m') }", ("b", "./m", "default")),
    ],
)
def test_every_way_to_import(source: str, expected: tuple[str, str, str]) -> None:
    assert expected in imports(read(source))


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("const load = async () => {}", "load"),
        ("export const load = wrap(async () => {})", "load"),
        ("exports.load = function () {}", "load"),
        ("module.exports = () => {}", "default"),
        ("export default function () {}", "default"),
        ("export default async function load() {}", "load"),
        ("export const api = { load() {}, }", "api.load"),
        ("export const api = { load: async () => {} } as const", "api.load"),
        ("class A { load = () => {} }", "A.load"),
        ("class A { async load() {} }", "A.load"),
        ("function make() { return { load() {} } }", "make.make.load"),
        ("router.get('/x', async (req, res) => {})", "router.get(/x)"),
        ("router.route('/x').put(wrap((req, res) => {}))", "put(/x)"),
    ],
)
def test_every_way_to_name_a_function(source: str, name: str) -> None:
    assert name in functions(read(source, "a.js"))


def test_decorated_fields_and_constructor_parameters_keep_their_decorators() -> None:
    facts = read(
        """
        @Entity('users')
        export class User extends Base<string> implements Named {
          @Column({ name: 'mail' }) @IsEmail() email: string = '';
          constructor(@InjectRepository(User) private readonly users: Repository<User>, public log?: Logger, plain: X) {}
          @Get(':id') one(@Param('id') id: string): Promise<User[]> { return this.users!.find(); }
        }
        """
    )
    owner = next(scope for scope in facts.scopes if scope.name == "User")
    fields = {assign.target: assign for assign in facts.assigns}

    assert [expr[1] for expr, _ in owner.decorators] == [(NAME, "Entity")]
    assert [base[0] for base in owner.bases] == ["i", NAME]
    assert [expr[1][1] for expr in decorators(fields["email"].value)] == ["Column", "IsEmail"]
    assert [expr[1][1] for expr in decorators(fields["self.users"].value)] == ["InjectRepository"]
    assert fields["self.users"].annotation == ("i", (NAME, "Repository"), ("l", ((NAME, "User"),)))
    assert fields["self.log"].annotation == (NAME, "Logger")
    assert "self.plain" not in fields
    assert [(call.expr[1], call.line) for call in facts.calls] == [((NAME, "self.users.find"), 6)]


def test_strings_are_folded_where_they_stand() -> None:
    facts = read(
        r"const a = 'x\n' + `y${id}/` + \"z\"; const b = `\u{41}\x42`; const c = 'a' + 'b'".replace('\\"', '"')
    )
    values = {assign.target: assign.value for assign in facts.assigns}
    assert values == {"a": (TEMPLATE, ("x\ny", (NAME, "id"), "/z")), "b": (STR, "AB"), "c": (STR, "ab")}


def test_a_chain_is_one_call_and_quiet_calls_are_transparent() -> None:
    facts = read(
        "const rows = (await db.user.findMany({})).map((row) => row.id).filter(Boolean); a.b(1).c(2); console.log(f(1))"
    )
    chains = [call.expr for call in facts.calls]
    assert [expr[1] for expr in chains] == [
        (NAME, "db.user.findMany"),
        ("a", (CALL, (NAME, "a.b"), (("n", 1),), (), 1), "c"),
        (NAME, "f"),
    ]


def test_the_parameter_of_a_loop_is_an_element() -> None:
    facts = read("routes.forEach(({ path, router }) => app.use(path, router)); for (const x of items) {}")
    values = {assign.target: assign.value for assign in facts.assigns}
    assert values["path"] == ("a", ("e", (NAME, "routes")), "path")
    assert values["x"] == ("e", (NAME, "items"))


def test_enums_are_classes_with_values() -> None:
    facts = read("export enum Topic { A = 'a.created', B }")
    assert [(assign.target, assign.value) for assign in facts.assigns] == [("A", (STR, "a.created")), ("B", ("n", 1))]


def test_an_inline_function_is_found_by_its_start() -> None:
    source = "app.get('/', (req, res) => res.send('ok'))"
    facts = read(source, "a.js")
    start = facts.calls[0].expr[2][1]
    assert start == (FUNCTION, source.index("(req"))
    assert [scope.start for scope in facts.scopes if scope.kind == "function"] == [start[1]]


@pytest.mark.parametrize(
    "source",
    [
        "",
        "{",
        "const",
        "class {",
        "import {",
        "`${",
        "a?.b!.c(",
        "<A b={",
        "@",
        "export default",
        "=>",
        "\0",
        "require(",
        "enum {",
    ],
)
@pytest.mark.parametrize("path", ["a.ts", "a.tsx", "a.js"])
def test_half_written_files_give_what_they_have(source: str, path: str) -> None:
    facts = read(f"export const kept = fetch('/x');\n{source}", path)
    assert any(assign.target == "kept" for assign in facts.assigns) or facts.errors


def test_deep_nesting_ends_in_unknown_and_not_in_a_crash() -> None:
    facts = read("const a = " + "f(" * 3000 + ")" * 3000 + "; const b = " + "'x' + " * 3000 + "'y'")
    assert {assign.target for assign in facts.assigns} >= {"a"}


MANIFESTS = {
    "tsconfig.base.json": '{"compilerOptions": {"baseUrl": ".", "paths": {"@app/*": ["libs/*/src"]}}}',
    "apps/web/tsconfig.json": '{"extends": "../../tsconfig.base.json", /* own */ "compilerOptions": {"paths": {"~/*": ["./app/*"]},}}',
    "apps/web/package.json": '{"name": "web", "_moduleAliases": {"@root": "."}, "imports": {"#lib/*": "./lib/*.js"}}',
    "packages/ui/package.json": '{"name": "@acme/ui", "exports": {".": {"types": "./dist/index.d.ts"}, "./forms/*": "./dist/forms/*.js"}}',
}
FILES = [
    "apps/web/app/page.tsx", "apps/web/lib/db.ts", "apps/web/lib/index.ts", "libs/auth/src/index.ts",
    "packages/ui/src/index.ts", "packages/ui/src/forms/field.tsx", "packages/ui/src/util.ts",
]  # fmt: skip


@pytest.mark.parametrize(
    ("importer", "module", "expected"),
    [
        ("apps/web/app/page.tsx", "../lib/db", "apps/web/lib/db.ts"),
        ("apps/web/app/page.tsx", "../lib/db.js", "apps/web/lib/db.ts"),
        ("apps/web/app/page.tsx", "../lib", "apps/web/lib/index.ts"),
        ("apps/web/lib/db.ts", ".", "apps/web/lib/index.ts"),
        ("apps/web/lib/db.ts", "~/page", "apps/web/app/page.tsx"),
        ("libs/auth/src/index.ts", "@app/auth", "libs/auth/src/index.ts"),
        ("apps/web/lib/db.ts", "@root/lib/db", "apps/web/lib/db.ts"),
        ("apps/web/lib/index.ts", "#lib/db", "apps/web/lib/db.ts"),
        ("apps/web/lib/db.ts", "@acme/ui", "packages/ui/src/index.ts"),
        ("apps/web/lib/db.ts", "@acme/ui/forms/field", "packages/ui/src/forms/field.tsx"),
        ("apps/web/lib/db.ts", "@acme/ui/src/util", "packages/ui/src/util.ts"),
        ("apps/web/lib/db.ts", "react", None),
        ("apps/web/lib/db.ts", "../../../../outside", None),
    ],
)
def test_modules_are_found_as_compilers_find_them(importer: str, module: str, expected: str | None) -> None:
    assert Modules(FILES, MANIFESTS).resolve(importer, module) == expected


def test_broken_configuration_is_no_configuration(tmp_path: Path) -> None:
    modules = Modules(
        ["src/a.ts"],
        {"tsconfig.json": "{", "package.json": "[]", "src/tsconfig.json": '{"extends": "./tsconfig.json"}'},
    )
    assert modules.resolve("src/b.ts", "./a") == "src/a.ts"
    assert modules.resolve("src/b.ts", "a") is None
