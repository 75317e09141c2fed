"""The modules of the pages put together at the start: two files for a page in the place of sixty.

A module becomes a function that is called where it stands, after those that it imports, and returns what
it exports. Nothing is parsed: imports and exports stand at the beginning of a line and are of the kinds
that `_IMPORT` and `_EXPORT` know. Whatever else there may be, such as an export that changes, stops the
start and names its line, and a test compares what each module exports in a browser with what is said
here. The modules are served as they are too; the source maps lead to them.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from posixpath import basename, dirname, join, normpath, relpath

_FOLDER = "bundle"
_COMMON = f"{_FOLDER}/common.js"

_NAMES = r"\{(?P<names>[^{}]*)\}"
_FROM = r"""["'](?P<target>[^"'\n]+)["'](?:;|[ \t]*$)"""
_IMPORT = re.compile(
    rf"""^import\s*(?:(?:(?P<default>[\w$]+)|\*\s*as\s+(?P<all>[\w$]+)|{_NAMES})\s*from\s*)?{_FROM}""",
    re.MULTILINE,
)
# Those of vendored files that are one line stand at its end.
_EXPORTED_NAMES = re.compile(rf"(?:^|(?<=;)|(?<=\}}))export\s*{_NAMES};?[ \t]*$", re.MULTILINE)
_EXPORT = re.compile(
    r"^export\s+(?P<kept>(?:async\s+function|function|class|const)\s+(?P<name>[\w$]+))",
    re.MULTILINE,
)
# Of something without a name: an expression that can stand behind `=`.
_EXPORT_DEFAULT = re.compile(
    r"(?:^|(?<=;)|(?<=\}))export\s+default\s+(?=function\s*\(|(?!(?:async|function|class)\b)[\w$(])",
    re.MULTILINE,
)
_LAZY = re.compile(r"""\bawait import\((["'])(?P<target>[^"'\n]+)\1\)""")
_SOURCE_MAP = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)
_TYPES = re.compile(r"/\*\*.*?\*/", re.DOTALL)
# Lines of nothing else, which are a fourth of what a browser would have to load; licences stay.
_COMMENT = re.compile(r"^[ \t]*(?://(?!#).*|/\*(?!!)(?:[^*]|\*(?!/))*\*/[ \t]*)$", re.MULTILINE)
_OTHER = re.compile(
    r"^(?:import|export)\b.*$"
    r"|[;}][ \t]*export\s*(?:[{*]|(?:default|let|var|const|function|class|async)\b).*$"
    r"|\bimport\.meta\b|(?<!await )\bimport\(.*$|\bawait import\((?![\"']).*$",
    re.MULTILINE,
)


class BundleError(Exception):
    """A module that has something which is not known here."""


class Module:
    """One module, taken apart. `resolve` names the module that an import in it means."""

    def __init__(self, name: str, text: str, resolve: Callable[[str], str]) -> None:
        self.name = name
        self.imports: list[str] = []
        self.lazy = [resolve(found["target"]) for found in _LAZY.finditer(_TYPES.sub("", text))]
        self.exports: dict[str, str] = {}
        self._resolve = resolve
        text = _IMPORT.sub(self._import, _SOURCE_MAP.sub("", text))
        text = _EXPORT.sub(self._export, text)
        # Looked for at every place of a text, so only where there is one.
        if "export{" in text or "export {" in text:
            text = _EXPORTED_NAMES.sub(self._exported_names, text)
        if "export default" in text:
            text = _EXPORT_DEFAULT.sub(self._export_default, text)
        self._text = _without_comments(text)
        if (other := _OTHER.search(_TYPES.sub("", self._text))) is not None:
            raise BundleError(f"{name}: {other[0]}")

    @property
    def variable(self) -> str:
        return "$" + re.sub(r"\W", "_", self.name)

    def as_function(self, lazy_address: Callable[[str], str]) -> str:
        """The module as a constant that holds its exports. Its lines are those of the module."""

        def lazy(found: re.Match[str]) -> str:
            return f'await import("{lazy_address(self._resolve(found["target"]))}")'

        returned = ", ".join(f"{name}: {value}" for name, value in self.exports.items())
        body = _LAZY.sub(lazy, self._text) if self.lazy else self._text
        return f"const {self.variable} = (() => {{\n{body}\nreturn {{ {returned} }};\n}})();\n"

    def _import(self, found: re.Match[str]) -> str:
        target = self._resolve(found["target"])
        self.imports.append(target)
        variable = "$" + re.sub(r"\W", "_", target)
        if found["default"]:
            return f"const {found['default']} = {variable}.default;" + _lines_of(found)
        if found["all"]:
            return f"const {found['all']} = {variable};" + _lines_of(found)
        if found["names"] is None:
            return _lines_of(found)
        names = ", ".join(_pairs(found["names"], "{0}: {1}"))
        return f"const {{ {names} }} = {variable};" + _lines_of(found)

    def _exported_names(self, found: re.Match[str]) -> str:
        for pair in _pairs(found["names"], "{1} {0}"):
            exported, local = pair.split()
            self.exports[exported] = local
        return _lines_of(found)

    def _export(self, found: re.Match[str]) -> str:
        self.exports[found["name"]] = found["name"]
        return found["kept"]

    def _export_default(self, found: re.Match[str]) -> str:
        self.exports["default"] = "$default"
        return "const $default = "


def _pairs(names: str, form: str) -> list[str]:
    """Each `name` or `name as other` in this form, of which {1} is the other one."""
    pairs = [re.fullmatch(r"([\w$]+)(?:\s+as\s+([\w$]+))?", n.strip()) for n in names.split(",")]
    return [form.format(pair[1], pair[2] or pair[1]) for pair in pairs if pair is not None]


def _without_comments(text: str) -> str:
    """Empty lines in the place of comments. What stands in a template is text, and stays."""
    parts: list[str] = []
    end = backticks = 0
    for found in _COMMENT.finditer(text):
        backticks += text.count("`", end, found.start())
        parts += [text[end : found.start()], found[0] if backticks % 2 else _lines_of(found)]
        end = found.end()
    return "".join([*parts, text[end:]])


def _lines_of(found: re.Match[str]) -> str:
    return "\n" * found[0].count("\n")


def bundles_of(
    texts: Mapping[str, str], entries: Iterable[str], libraries: Mapping[str, str]
) -> dict[str, str]:
    """Return the text of each bundle and each source map by its path: what all entries need in one,
    what is left of each in one, and each module that is imported when it is needed with what it needs
    more. Raises BundleError."""
    modules: dict[str, Module] = {}
    known: dict[str, list[str]] = {}

    def needed(entry: str, path: tuple[str, ...] = ()) -> list[str]:
        """The entry after everything that it imports."""
        if entry in known:
            return known[entry]
        if entry in path:
            raise BundleError(f"modules that import one another: {' -> '.join((*path, entry))}")
        modules[entry] = Module(entry, texts[entry], _resolver(entry, libraries))
        found: dict[str, None] = {}
        for target in modules[entry].imports:
            found |= dict.fromkeys(needed(target, (*path, entry)))
        known[entry] = [*found, entry]
        return known[entry]

    by_entry = {entry: needed(entry) for entry in entries}
    everywhere = set.intersection(*map(set, by_entry.values()))
    common = [name for name in next(iter(by_entry.values())) if name in everywhere]
    bundles = _bundle(_COMMON, [modules[name] for name in common], {}, {})
    for entry, names in by_entry.items():
        elsewhere = dict.fromkeys(common, _COMMON)
        own = [name for name in names if name not in elsewhere]
        lazy = {target: lazy_bundle(entry, target) for n in names for target in modules[n].lazy}
        path = page_bundle(entry)
        bundles |= _bundle(path, [modules[n] for n in own], elsewhere, lazy)
        elsewhere |= dict.fromkeys(own, path)
        for target, address in lazy.items():
            more = [modules[n] for n in needed(target) if n not in elsewhere]
            bundles |= _bundle(address, more, elsewhere, lazy, exported=modules[target])
    return bundles


def common_bundle() -> str:
    return _COMMON


def page_bundle(entry: str) -> str:
    return f"{_FOLDER}/{basename(entry)}"


def lazy_bundle(entry: str, target: str) -> str:
    return f"{_FOLDER}/{basename(entry).removesuffix('.js')}-{basename(target)}"


def _resolver(module: str, libraries: Mapping[str, str]) -> Callable[[str], str]:
    return lambda target: libraries.get(target) or normpath(join(dirname(module), target))


def _bundle(
    path: str,
    modules: list[Module],
    elsewhere: Mapping[str, str],
    lazy: Mapping[str, str],
    exported: Module | None = None,
) -> dict[str, str]:
    """One bundle and its source map. `elsewhere` says which bundle another module is in, `lazy` in which
    one is that is imported when it is needed. All modules are exported, or those of `exported`."""
    parts: list[tuple[str, str | None]] = []
    wanted: dict[str, list[str]] = {}
    inside = {module.name for module in modules}
    for target in dict.fromkeys(t for module in modules for t in module.imports):
        if target not in inside:
            wanted.setdefault(elsewhere[target], []).append("$" + re.sub(r"\W", "_", target))
    for bundle, variables in wanted.items():
        parts.append((f'import {{ {", ".join(variables)} }} from "./{basename(bundle)}";\n', None))
    for module in modules:
        function = module.as_function(lambda target: f"./{basename(lazy[target])}")
        parts.append((function, module.name))
    if exported is None:
        parts.append((f"export {{ {', '.join(m.variable for m in modules)} }};\n", None))
    else:
        names = ", ".join(exported.exports)
        parts.append((f"export const {{ {names} }} = {exported.variable};\n", None))
    parts.append((f"//# sourceMappingURL={basename(path)}.map\n", None))
    return {
        path: "".join(text for text, _ in parts),
        f"{path}.map": _source_map(path, parts),
    }


def _source_map(path: str, parts: list[tuple[str, str | None]]) -> str:
    """Line by line, as ECMA-426 says; the first line of a module's function, and the last two, are none of
    the module's."""
    sources = [name for _, name in parts if name is not None]
    lines: list[str] = []
    before = (0, 0)  # source and line of the last mapping
    for text, name in parts:
        most = text.count("\n")
        if name is None:
            lines += [""] * most
            continue
        source, own = sources.index(name), most - 3
        first = "A" + _vlq(source - before[0]) + _vlq(-before[1]) + "A"
        lines += ["", first, *[_NEXT_LINE] * (own - 1), "", ""]
        before = (source, own - 1)
    start = dirname(path)
    return json.dumps(
        {
            "version": 3,
            "sources": [relpath(name, start) for name in sources],
            "names": [],
            "mappings": ";".join(lines),
        }
    )


_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
# Of the same source, one line further on.
_NEXT_LINE = "AACA"


def _vlq(number: int) -> str:
    rest = abs(number) << 1 | (number < 0)
    text = ""
    while True:
        digit, rest = rest & 31, rest >> 5
        text += _DIGITS[digit | (32 if rest else 0)]
        if not rest:
            return text
