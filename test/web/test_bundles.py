"""The modules put together behave as the modules do."""

import re
from pathlib import Path

import httpx
import pytest

import src.web as web
from src.web.bundles import BundleError, Module, bundles_of
from test.web.conftest import Library
from test.web.people import http_client

FOLDER = Path(web.__file__).parent
OURS = sorted(p.relative_to(FOLDER / "app").as_posix() for p in (FOLDER / "app").rglob("*.js"))
OURS_BUT_PAGES = [name for name in OURS if not name.startswith("pages/") and name != "boot.js"]
VENDORED = sorted(
    p.relative_to(FOLDER).as_posix()
    for p in (FOLDER / "vendor").rglob("*")
    if p.suffix in (".mjs", ".js") and "swagger" not in p.name
)


def module(text: str) -> Module:
    return Module("app/it.js", text, lambda target: target)


def as_function(text: str) -> str:
    return module(text).as_function(lambda target: target)


@pytest.mark.parametrize(
    ("written", "becomes"),
    [
        ('import { a } from "./x.js";', "const { a: a } = $__x_js;"),
        ('import { a, b as c } from "./x.js";', "const { a: a, b: c } = $__x_js;"),
        ('import {a as b}from"./x.js";', "const { a: b } = $__x_js;"),
        ('import it from "./x.js";', "const it = $__x_js.default;"),
        ('import * as x from "./x.js";', "const x = $__x_js;"),
        ('import "./x.js";', ""),
    ],
)
def test_an_import_becomes_a_constant(written: str, becomes: str) -> None:
    assert as_function(written).split("\n")[1] == becomes
    assert module(written).imports == ["./x.js"]


@pytest.mark.parametrize(
    ("written", "becomes", "exports"),
    [
        ("export const a = 1;", "const a = 1;", "a: a"),
        ("export function f() {}", "function f() {}", "f: f"),
        ("export async function f() {}", "async function f() {}", "f: f"),
        ("export class C {}", "class C {}", "C: C"),
        ("const a = 1, b = 2;\nexport { a, b as c };", "const a = 1, b = 2;\n", "a: a, c: b"),
        ("var a=1;export{a as b};", "var a=1;", "b: a"),
        ("export default a;", "const $default = a;", "default: $default"),
        (
            "var n;export default function(s){}",
            "var n;const $default = function(s){}",
            "default: $default",
        ),
    ],
)
def test_an_export_is_returned(written: str, becomes: str, exports: str) -> None:
    assert as_function(written) == (
        f"const $app_it_js = (() => {{\n{becomes}\nreturn {{ {exports} }};\n}})();\n"
    )


@pytest.mark.parametrize(
    "written",
    [
        "export let a = 1;",
        "export var a = 1;",
        "export const { a, b } = c;",
        "export const [a] = c;",
        "export function* f() {}",
        "export default function f() {}",
        "export default class {}",
        'export * from "./x.js";',
        'export { a } from "./x.js";',
        'import a, { b } from "./x.js";',
        'import a from "./x.json" with { type: "json" };',
        "const here = import.meta.url;",
        'const load = () => import("./x.js");',
        "const load = await import(name);",
        "var a;export*from'./x.js'",
    ],
)
def test_what_is_not_known_stops_the_start(written: str) -> None:
    with pytest.raises(BundleError, match=r"app/it\.js: "):
        module(f"// A module.\n\n{written}\n")


def test_types_in_comments_are_no_imports() -> None:
    text = '/** @typedef {import("./x.js").A} A */\n/**\n * @param {import("./y.js").B} b\n */\n'

    assert (module(text).imports, module(text).lazy) == ([], [])


def test_comments_are_left_out_and_what_only_looks_like_one_is_not() -> None:
    text = """/*! A licence. */
/**
 * What `it` is: https://example.com/ * /
 */
const it = 1; // beside it
  // alone
const there = `
// text
/* text */
`;
const url = "https://example.com/*"; /* a part */ const not = "*/";
/* alone */
"""

    lines = as_function(text).split("\n")

    assert lines[1:-3] == [
        "/*! A licence. */",
        "",
        "",
        "",
        "const it = 1; // beside it",
        "",
        "const there = `",
        "// text",
        "/* text */",
        "`;",
        'const url = "https://example.com/*"; /* a part */ const not = "*/";',
        "",
        "",
    ]


def test_modules_that_import_one_another_stop_the_start() -> None:
    texts = {"a.js": 'import { b } from "./b.js";', "b.js": 'import { a } from "./a.js";'}

    with pytest.raises(BundleError, match=re.escape("a.js -> b.js -> a.js")):
        bundles_of(texts, ["a.js"], {})


def test_each_module_is_once_in_what_a_page_loads() -> None:
    texts = {
        "pages/one.js": 'import { a } from "../a.js";\nconst view = await import("../late.js");',
        "pages/two.js": 'import { a } from "../a.js";\nimport { b } from "../b.js";',
        "a.js": 'import { c } from "lib";\nexport const a = c;',
        "b.js": 'import { a } from "./a.js";\nexport const b = a;',
        "late.js": 'import { b } from "./b.js";\nexport const late = b;',
        "vendor/c.js": "export const c = 1;",
    }

    made = bundles_of(texts, ["pages/one.js", "pages/two.js"], {"lib": "vendor/c.js"})

    holds = {
        path: re.findall(r"^const \$(\w+) = \(\(\) => \{$", text, re.MULTILINE)
        for path, text in made.items()
        if path.endswith(".js")
    }
    assert holds == {
        "bundle/common.js": ["vendor_c_js", "a_js"],
        "bundle/one.js": ["pages_one_js"],
        "bundle/two.js": ["b_js", "pages_two_js"],
        "bundle/one-late.js": ["b_js", "late_js"],
    }
    assert 'await import("./one-late.js")' in made["bundle/one.js"]
    assert 'import { $a_js } from "./common.js";' in made["bundle/one-late.js"]
    assert "export const { late } = $late_js;" in made["bundle/one-late.js"]


async def test_what_is_said_to_be_exported_is_what_a_browser_finds(library: Library) -> None:
    """So nothing that looks like an export, or does not, is taken for what it is not."""
    names = [f"app/{name}" for name in OURS_BUT_PAGES] + VENDORED
    modules = [Module(n, (FOLDER / n).read_text(encoding="utf-8"), lambda t: t) for n in names]
    read = (
        "Promise.all(a.map(async (name) =>"
        " Object.keys(await import(`/static/any/${name}`)).sort()))"
    )

    found = await library("html", f"await {read}", names)

    assert dict(zip(names, found, strict=True)) == {m.name: sorted(m.exports) for m in modules}


async def test_a_developer_sees_the_modules(base_url: str) -> None:
    async with http_client(base_url) as http:
        root = await _root(http)
        bundle = (await http.get(f"{root}/bundle/event.js")).text.split("\n")
        answer = await http.get(f"{root}/bundle/event.js.map")
    said = answer.json()
    assert bundle[-2] == "//# sourceMappingURL=event.js.map"
    assert answer.headers["Content-Type"] == "application/json"
    assert len(said["mappings"].split(";")) == len(bundle) - 1

    # Each mapped line is the line that it is said to be, but for imports and exports.
    source = line = same = mapped = 0
    for number, segment in enumerate(said["mappings"].split(";")):
        if not segment:
            continue
        column, by_source, by_line, _ = _numbers(segment)
        assert column == 0
        source, line = source + by_source, line + by_line
        file = FOLDER / "bundle" / said["sources"][source]
        original = (file.resolve().read_text(encoding="utf-8") + "\n").split("\n")[line]
        mapped += 1
        same += bundle[number] == original
        assert bundle[number] == original or re.match(
            r"import|export|\s*(?://|/\*|\*)|\}? ?from|//# |  \w+,$|\}|.*\bimport\(|var |$",
            original,
        ), (said["sources"][source], line, original)
    assert same > 0.7 * mapped


def _numbers(segment: str) -> list[int]:
    digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    numbers, value, shift = [], 0, 0
    for letter in segment:
        digit = digits.index(letter)
        value |= (digit & 31) << shift
        shift += 5
        if not digit & 32:
            numbers.append(-(value >> 1) if value & 1 else value >> 1)
            value = shift = 0
    return numbers


async def _root(http: httpx.AsyncClient) -> str:
    found = re.search(r"/static/\w+", (await http.get("/")).text)
    assert found
    return found[0]
