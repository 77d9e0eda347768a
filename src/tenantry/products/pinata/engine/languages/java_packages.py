"""What Java's names mean without and with an import: classes by their qualified names, packages, wildcards."""

from collections import defaultdict
from typing import TYPE_CHECKING

from tenantry.products.pinata.engine.facts import CLASS, FileFacts

if TYPE_CHECKING:
    from tenantry.products.pinata.engine.resolve.project import Project
    from tenantry.products.pinata.engine.resolve.values import Definition

_LANG = frozenset(
    "String Integer Long Boolean Double Float Short Byte Character Object Number Math System Thread Runnable Iterable "
    "Exception RuntimeException Throwable Error Void Class Enum Record Override Deprecated SuppressWarnings FunctionalInterface "
    "SafeVarargs StringBuilder StringBuffer CharSequence Comparable AutoCloseable IllegalArgumentException "
    "IllegalStateException NullPointerException UnsupportedOperationException InterruptedException Process ProcessBuilder".split()
)
# Which of several packages imported whole a name comes from, for packages that are often imported so.
_KNOWN = {
    name: package
    for package, names in {
        "java.util": "List Map Set Collection ArrayList HashMap HashSet LinkedList LinkedHashMap LinkedHashSet TreeMap "
        "TreeSet Optional Objects Arrays Collections Iterator Date Locale UUID Random Queue Deque Properties Scanner "
        "Comparator StringJoiner Calendar Base64 Currency TimeZone Timer EnumMap EnumSet Vector Stack",
        "java.util.stream": "Collectors Stream IntStream LongStream StreamSupport",
        "java.util.concurrent": "CompletableFuture ConcurrentHashMap ExecutorService Executors TimeUnit Future Callable",
        "java.util.function": "Function Supplier Consumer Predicate BiFunction",
        "java.io": "File FileReader FileWriter InputStream OutputStream BufferedReader BufferedWriter IOException "
        "FileInputStream FileOutputStream PrintWriter Serializable InputStreamReader",
        "java.nio.file": "Files Path Paths",
        "java.net": "URI URL HttpURLConnection URLEncoder",
        "java.net.http": "HttpClient HttpRequest HttpResponse",
        "java.sql": "Connection PreparedStatement ResultSet Statement DriverManager SQLException Timestamp Date Types",
        "java.time": "Instant LocalDate LocalDateTime Duration ZonedDateTime ZoneId OffsetDateTime Period Clock",
        "java.math": "BigDecimal BigInteger RoundingMode",
        "jakarta.persistence": "Entity Table Column Id GeneratedValue GenerationType Embeddable Embedded EmbeddedId OneToMany "
        "ManyToOne ManyToMany OneToOne JoinColumn JoinColumns JoinTable ElementCollection CollectionTable MappedSuperclass "
        "Inheritance InheritanceType DiscriminatorColumn DiscriminatorValue Enumerated EnumType Transient Temporal Lob "
        "Version CascadeType FetchType NamedQuery NamedQueries EntityManager PersistenceContext Query TypedQuery "
        "SecondaryTable AttributeOverride AttributeOverrides PrimaryKeyJoinColumn MapsId Convert UniqueConstraint "
        "IdClass EntityManagerFactory SequenceGenerator NamedNativeQuery EntityListeners OrderBy Basic Access",
        "org.springframework.web.bind.annotation": "RestController RequestMapping GetMapping PostMapping PutMapping DeleteMapping "
        "PatchMapping RequestMethod PathVariable RequestParam RequestBody ResponseBody ResponseStatus ExceptionHandler "
        "RestControllerAdvice ControllerAdvice CrossOrigin ModelAttribute RequestHeader InitBinder SessionAttributes",
        "org.springframework.stereotype": "Component Service Repository Controller",
        "org.springframework.beans.factory.annotation": "Autowired Value Qualifier",
        "org.springframework.context.annotation": "Bean Configuration Profile Primary ComponentScan Import Lazy Scope",
        "org.springframework.http": "ResponseEntity HttpStatus HttpMethod HttpHeaders HttpEntity MediaType",
        "org.springframework.data.jpa.repository": "JpaRepository Query Modifying EntityGraph JpaSpecificationExecutor",
        "org.springframework.data.repository": "CrudRepository PagingAndSortingRepository Repository ListCrudRepository",
        "org.springframework.jdbc.core": "JdbcTemplate RowMapper",
        "org.springframework.web.client": "RestTemplate RestClient",
        "org.springframework.web.reactive.function.client": "WebClient ClientResponse",
        "org.springframework.web.reactive.function.server": "RouterFunction RouterFunctions ServerRequest "
        "RequestPredicates HandlerFunction",
        "org.springframework.web.service.annotation": "HttpExchange GetExchange PostExchange PutExchange DeleteExchange PatchExchange",
        "org.springframework.kafka.annotation": "KafkaListener KafkaHandler",
        "org.springframework.kafka.core": "KafkaTemplate ConsumerFactory ProducerFactory",
        "org.springframework.amqp.rabbit.annotation": "RabbitListener RabbitHandler QueueBinding Exchange",
        "org.springframework.amqp.core": "Queue DirectExchange TopicExchange FanoutExchange Binding BindingBuilder AmqpTemplate",
        "org.springframework.cache.annotation": "Cacheable CacheEvict CachePut Caching CacheConfig EnableCaching",
        "org.apache.ibatis.annotations": "Select Insert Update Delete Mapper Param Results Result Options SelectProvider ResultMap",
        "jakarta.ws.rs": "Path GET POST PUT DELETE PATCH HEAD OPTIONS Produces Consumes PathParam QueryParam ApplicationPath",
        "io.micronaut.http.annotation": "Get Post Put Patch Body",
        "lombok": "Getter Setter Builder NoArgsConstructor AllArgsConstructor RequiredArgsConstructor ToString EqualsAndHashCode Slf4j",
        "org.hibernate.annotations": "CreationTimestamp UpdateTimestamp DynamicUpdate SQLDelete Where GenericGenerator Formula Cascade",
        "org.eclipse.microprofile.reactive.messaging": "Incoming Outgoing Channel Emitter Message",
        "okhttp3": "OkHttpClient Request Response HttpUrl",
    }.items()
    for name in names.split()
}  # fmt: skip


_STAYED = ("javax.sql", "javax.crypto", "javax.net", "javax.naming", "javax.xml.parsers", "javax.cache")


class Packages:
    """Classes of all Java files, by package and by qualified name; one index per project."""

    def __init__(self, project: "Project") -> None:
        self.classes: dict[str, list[tuple[str, int]]] = defaultdict(list)  # qualified name → (path, scope)
        self.of_package: dict[str, set[str]] = defaultdict(set)
        self.project = project
        self.found: dict[tuple[str, str], Definition | None] = {}
        for path in project.paths("java"):
            file = project.files[path]
            package = file.extra.get("package", "")
            for index, scope in enumerate(file.scopes):
                if scope.kind == CLASS and file.scopes[scope.parent].kind != "function":
                    self.classes[f"{package}.{scope.qualname}" if package else scope.qualname].append((path, index))
                    if scope.parent == 0:
                        self.of_package[package].add(scope.name)

    @staticmethod
    def of(project: "Project") -> "Packages":
        return project.state("java.packages", lambda: Packages(project))

    @staticmethod
    def spelled(name: str) -> str:
        """One spelling for what moved: Java EE's `javax.persistence` is `jakarta.persistence`."""
        if name.startswith("javax.") and not name.startswith(_STAYED):
            return "jakarta." + name[6:]
        return name

    def exactly(self, name: str, near: str) -> "Definition | None":
        """The class of that qualified name; of several (modules that copy each other), the nearest to a path."""
        found = self.classes.get(name)
        if not found:
            return None
        path, index = found[0] if len(found) == 1 else max(found, key=lambda item: (_common(item[0], near), item[0]))
        return self.project.definition(self.project.files[path], index)

    def find(self, file: FileFacts, scope: int, name: str) -> "Definition | None":
        """The class that a name means in a file: imported by name, of its package, of packages imported whole, or by its whole name."""
        key = file.path, name
        if key not in self.found:
            self.found[key] = self._find(file, name)
        found = self.found[key]
        if found is None and scope > 0 and "bounds" in file.extra:
            bound = self._bound(file, scope, name)
            return self.find(file, 0, bound) if bound is not None and bound != name else None
        return found

    @staticmethod
    def _bound(file: FileFacts, scope: int, name: str) -> str | None:
        """What a type parameter extends."""
        while scope > 0:
            found = file.extra["bounds"].get(f"{scope} {name}")
            if found is not None:
                return str(found)
            scope = file.scopes[scope].parent
        return None

    def _find(self, file: FileFacts, name: str) -> "Definition | None":
        head, _, rest = name.partition(".")
        rest = f".{rest}" if rest else ""
        for item in file.imports:
            if item.alias == head and item.name == head:
                return self.exactly(f"{item.module}.{head}{rest}", file.path)
        package = file.extra.get("package", "")
        if head in self.of_package.get(package, ()):
            return self.exactly(f"{package}.{name}" if package else name, file.path)
        for item in file.imports:
            if item.name == "*":
                found = self.classes.get(f"{item.module}.{name}")
                if found:
                    return self.exactly(f"{item.module}.{name}", file.path)
        return self.exactly(name, file.path) if rest else None

    def static_member(self, file: FileFacts, name: str) -> "tuple[Definition, str] | None":
        """The member of a class that is imported whole: `import static a.Constants.*`."""
        for item in file.imports:
            if item.name == "*" and item.module in self.classes:
                holder = self.exactly(item.module, file.path)
                if holder is not None and name in self.project.names(holder.file, holder.index):
                    return holder, name
        return None

    def outside(self, file: FileFacts, scope: int, name: str) -> str:
        """The canonical name of a type from outside the tree, by imports, known packages or its whole name."""
        head, _, rest = name.partition(".")
        if "bounds" in file.extra and scope > 0:
            bound = self._bound(file, scope, name)
            if bound is not None and bound != name:
                return self.outside(file, 0, bound)
        wildcards: list[str] = []
        for item in file.imports:
            if item.alias == head and item.name == head:
                return self.spelled(f"{item.module}.{name}")
            if item.name == "*" and item.module not in self.of_package and item.module not in self.classes:
                wildcards.append(self.spelled(item.module))
        holder = _STATIC.get(head)
        if holder is not None and not rest:
            found = next((module for module in wildcards if module.endswith(holder)), None)
            if found is not None:
                return f"{found}.{head}"
        if head[:1].islower():
            return self.spelled(name) if name.startswith(_ROOTS) else name.rpartition(".")[2]
        if head in _LANG or not wildcards:
            return name if rest else head
        known = _KNOWN.get(head)
        if known is not None and known in wildcards:
            return f"{known}.{name}"
        others = [
            module for module in wildcards if not module.startswith("java.") and module.rpartition(".")[2][:1].islower()
        ]
        return f"{others[0]}.{name}" if len(others) == 1 and len(head) > 1 else name


# Static methods that are usually imported with all others of their class.
_STATIC = {
    **dict.fromkeys(("route", "nest", "resources"), ".RouterFunctions"),
    **dict.fromkeys(
        ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "path", "accept", "contentType", "method"),
        ".RequestPredicates",
    ),
}
_ROOTS = ("java.", "javax.", "jakarta.", "org.", "com.", "io.", "net.")


def _common(left: str, right: str) -> int:
    """How many folders two paths share."""
    shared = 0
    for a, b in zip(left.split("/"), right.split("/"), strict=False):
        if a != b:
            break
        shared += 1
    return shared
