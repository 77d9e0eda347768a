"""Annotations as values: `Optional[Repo]` is an instance of Repo, `list[Repo]` many of them."""

from typing import TYPE_CHECKING

from tenantry.products.pinata.engine.facts import BINARY, CALL, INDEX, LIST, NAME, STR, Expr
from tenantry.products.pinata.engine.resolve.values import CLASS, EXTERNAL, FUNCTION, INSTANCE, MANY, UNKNOWN, At, Value

if TYPE_CHECKING:
    from tenantry.products.pinata.engine.resolve.inference import Inference

_SAME = frozenset(
    "Optional Annotated Union Final ClassVar Awaitable Required NotRequired Promise Partial Readonly Task ValueTask Nullable "
    "Lazy ActionResult Mono Uni CompletableFuture CompletionStage Future Supplier Provider ObjectProvider ResponseEntity "
    "Callable".split()
)
_YIELDS = frozenset(
    "Generator AsyncGenerator Iterator AsyncIterator Iterable AsyncIterable ContextManager AsyncContextManager".split()
)
_MANY = frozenset(
    "List list Sequence Iterable Set set FrozenSet frozenset Tuple tuple Collection Iterator AsyncIterator "
    "Array ReadonlyArray deque IEnumerable ICollection IList IReadOnlyCollection IReadOnlyList ISet HashSet IAsyncEnumerable "
    "IReadOnlySet ImmutableArray ImmutableList Queue Stack ObservableCollection "
    "ArrayList LinkedList Stream Page Slice Flux Multi".split()
)
_CLASSES = frozenset(("Type", "type"))
_NOTHING = frozenset(
    "None Any object str int float bool bytes dict Dict Mapping string number boolean any unknown void long double decimal byte "
    "short uint ulong ushort sbyte char dynamic nint "
    "String Integer Long Boolean Double Float Short Byte Character Object".split()
)


def as_type(inference: "Inference", expr: Expr, at: At, *, returned: bool = False) -> Value:
    """An instance of what an annotation names. `returned`: of a function, whose generators yield the value meant."""
    tag = expr[0]
    if tag == STR and expr[1].replace(".", "").replace("_", "").isalnum():
        return as_type(inference, (NAME, expr[1]), at, returned=returned)
    if tag == NAME:
        if expr[1] in _NOTHING:
            return UNKNOWN
        return _instance(inference, inference.named_type(expr[1], at), at)
    if tag == BINARY and expr[1] in ("|", "&"):
        left = as_type(inference, expr[2], at, returned=returned)
        return left if left.known else as_type(inference, expr[3], at, returned=returned)
    if tag == INDEX:
        return _generic(inference, expr, at, returned)
    if tag == LIST and expr[1]:
        return as_type(inference, expr[1][0], at, returned=returned)
    if tag == CALL:
        return UNKNOWN
    return UNKNOWN


def _instance(inference: "Inference", value: Value, at: At) -> Value:
    if value.kind == CLASS and not value.path:
        return Value(INSTANCE, value.definition)
    if value.kind == EXTERNAL:
        return value._replace(path=value.path + "()")
    if value.kind in (INSTANCE, MANY, FUNCTION):  # an alias that was already read as a type
        return value
    return UNKNOWN


def _generic(inference: "Inference", expr: Expr, at: At, returned: bool) -> Value:
    base = expr[1][1].rpartition(".")[2] if expr[1][0] == NAME else ""
    arguments = expr[2][1] if expr[2][0] == LIST else (expr[2],)
    if not arguments:
        return UNKNOWN
    if returned and base in _YIELDS or base in _SAME or base in _CLASSES:
        for argument in arguments:
            value = as_type(inference, argument, at, returned=returned)
            if value.known:
                return Value(CLASS, value.definition) if base in _CLASSES and value.kind == INSTANCE else value
        return UNKNOWN
    if base in _MANY:
        item = as_type(inference, arguments[0], at)
        return Value(MANY, item=item) if item.known else UNKNOWN
    named = as_type(inference, expr[1], at)
    if inference.class_language(at.file) is not None:  # every type argument counts: DbSet<Order>, IRepository<Order>
        return named._replace(item=_arguments(inference, arguments, at))
    if named.kind == EXTERNAL:
        first = as_type(inference, arguments[0], at)
        if first.known and base in ("QuerySet", "Manager", "RelatedManager"):
            return Value(CLASS, first.definition, ".objects.all()")
        if first.kind == INSTANCE and base in ("Mapped", "Depends", "Repository", "Model"):
            return first if base in ("Mapped", "Depends") else named._replace(item=first)
    return named


def _arguments(inference: "Inference", arguments: tuple[Expr, ...], at: At) -> Value | None:
    """The first type argument, which holds the second, and so on."""
    found: Value | None = None
    for argument in reversed(arguments):
        value = as_type(inference, argument, at)
        found = value._replace(item=value.item or found) if value.known else Value(UNKNOWN.kind, item=found)
    return found if found is not None and (found.known or found.item is not None) else None
