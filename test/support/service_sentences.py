"""Every sentence that the service can say about a field, found in its own code.

A sentence is an argument of FieldError, or of a function that hands it on to one. It is a text, a text with
values in it, or what another function of the code returns. Anything else is an error here, so that no
sentence can be missed.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import src
from src.platform.http.validation_messages import MESSAGES, NEUTRAL

CODE = Path(src.__file__).parent
# Stands for a value in a sentence: a number fits wherever one may be, and is a name too.
VALUE = "7"

Function = ast.FunctionDef | ast.AsyncFunctionDef


class _Code:
    """What the modules of the service define, and where each call is."""

    def __init__(self) -> None:
        self.functions: dict[str, list[Function]] = {}
        self.constants: dict[str, str] = {}
        self.calls: list[tuple[ast.Call, list[Function], Path]] = []
        for path in sorted(CODE.rglob("*.py")):
            self._read(ast.parse(path.read_text(encoding="utf-8")), [], path)

    def _read(self, node: ast.AST, inside: list[Function], path: Path) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, Function):
                self.functions.setdefault(child.name, []).append(child)
                self._read(child, [*inside, child], path)
                continue
            if isinstance(child, ast.Assign) and isinstance(child.value, ast.Constant):
                for target in child.targets:
                    if isinstance(target, ast.Name) and isinstance(child.value.value, str):
                        self.constants[target.id] = child.value.value
            if isinstance(child, ast.Call):
                self.calls.append((child, inside, path))
            self._read(child, inside, path)


def field_sentences() -> dict[str, str]:
    """Each sentence with a VALUE for each of its values, and the file it was found in."""
    code = _Code()
    # By the name of a callable, which of its arguments is a sentence.
    carriers = {"FieldError": 1}
    done: set[str] = set()
    found: dict[str, str] = {}
    while todo := set(carriers) - done:
        name = todo.pop()
        done.add(name)
        for call, inside, path in code.calls:
            if _name_of(call.func) != name:
                continue
            argument = _argument(call, carriers[name], inside, code)
            if argument is None:
                continue
            for sentence in _sentences(argument, inside, code, carriers):
                if sentence:
                    found[sentence] = path.relative_to(CODE).as_posix()
    return found


def validation_sentences() -> set[str]:
    """What is said of a value of the wrong type, and of what a request model checks itself."""
    found = {NEUTRAL}
    for name, message in MESSAGES.items():
        if isinstance(message, str):
            found.add(message)
        elif name != "value_error":
            for count in (1, 7):
                limits = dict.fromkeys(("ge", "le", "min_length", "max_length"), count)
                found.add(message({**limits, "expected": "'buyer' or 'seller'"}))
    for path in (CODE / "service").rglob("schema/*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Raise(
                    exc=ast.Call(
                        func=ast.Name(id="ValueError"), args=[ast.Constant(value=str(text))]
                    )
                ):
                    found.add(text)
                case ast.Raise(exc=ast.Call(func=ast.Name(id="ValueError"))):
                    raise AssertionError(f"what does {path.name} say?")
    return found


def _name_of(func: ast.expr) -> str:
    return func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")


def _argument(call: ast.Call, at: int, inside: list[Function], code: _Code) -> ast.expr | None:
    if at < len(call.args):
        return call.args[at]
    return next((word.value for word in call.keywords if word.arg == "msg"), None)


def _sentences(
    node: ast.expr, inside: list[Function], code: _Code, carriers: dict[str, int]
) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.Constant(value=None):
            return
        case ast.JoinedStr(values=parts):
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else VALUE for part in parts
            )
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            for one in _sentences(left, inside, code, carriers):
                for other in _sentences(right, inside, code, carriers):
                    yield one + other
        case ast.IfExp(body=one, orelse=other):
            yield from _sentences(one, inside, code, carriers)
            yield from _sentences(other, inside, code, carriers)
        case ast.BoolOp(op=ast.Or(), values=values):
            for value in values:
                yield from _sentences(value, inside, code, carriers)
        case ast.Name(id=name):
            yield from _of_name(name, inside, code, carriers)
        case ast.Call(func=ast.Name(id="message_of")):
            return  # a table of its own: `validation_sentences`
        case ast.Call(func=func) if _name_of(func) in code.functions:
            for function in code.functions[_name_of(func)]:
                for returned in ast.walk(function):
                    if isinstance(returned, ast.Return) and returned.value is not None:
                        yield from _sentences(returned.value, [function], code, carriers)
        case ast.Attribute(attr="msg"):
            return  # a FieldError that was made elsewhere
        case _:
            raise AssertionError(
                f"where does this sentence come from? {ast.unparse(node)} in {[f.name for f in inside]}"
            )


def _of_name(
    name: str, inside: list[Function], code: _Code, carriers: dict[str, int]
) -> Iterator[str]:
    for depth, function in reversed(list(enumerate(inside))):
        arguments = [argument.arg for argument in function.args.args]
        if name in arguments:
            position = arguments.index(name) - (arguments[0] in ("self", "cls"))
            carriers[function.name] = position
            return
        assigned = [
            node.value
            for node in ast.walk(function)
            if isinstance(node, (ast.Assign, ast.NamedExpr))
            for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
            if isinstance(target, ast.Name) and target.id == name
        ]
        if assigned:
            for value in assigned:
                yield from _sentences(value, inside[: depth + 1], code, carriers)
            return
    if name not in code.constants:
        raise AssertionError(f"where does {name} come from, in {[f.name for f in inside]}?")
    yield code.constants[name]
