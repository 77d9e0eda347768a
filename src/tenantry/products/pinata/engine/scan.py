"""A scan from end to end: discover → parse → resolve → graph."""

import gc
import hashlib
import json
import time
from collections import Counter
from pathlib import Path
from typing import Any

from tenantry.products.pinata.engine.build import Builder
from tenantry.products.pinata.engine.cache import Cache, fingerprint
from tenantry.products.pinata.engine.configuration import configuration_of
from tenantry.products.pinata.engine.discover import Discovery, Entry, discover
from tenantry.products.pinata.engine.facts import FileFacts
from tenantry.products.pinata.engine.findings import Diagnostic, Findings
from tenantry.products.pinata.engine.frameworks import frameworks
from tenantry.products.pinata.engine.graph import ENGINE, SCHEMA, Graph, lines
from tenantry.products.pinata.engine.honesty import honesty
from tenantry.products.pinata.engine.languages import language_of
from tenantry.products.pinata.engine.options import Phase, Progress, Report, ScanOptions
from tenantry.products.pinata.engine.packing import unpack
from tenantry.products.pinata.engine.reading import (
    Reading,
    digest_of,
    extract,
    interrupts_ignored,
    load,
    read_chunk,
    read_chunk_elsewhere,
)
from tenantry.products.pinata.engine.resolve.inference import Inference, Result
from tenantry.products.pinata.engine.resolve.program import Program
from tenantry.products.pinata.engine.resolve.project import Project
from tenantry.products.pinata.engine.services import find_services

CHUNK = 64  # files per task of a worker process
PARALLEL_FROM = 200  # below this many files, starting processes costs more than it saves


def scan(root: Path, *, options: ScanOptions | None = None, report: Report | None = None) -> Graph:
    """Scan the tree at `root`. Raises NotADirectoryError when there is none; nothing inside the tree can make it fail."""
    collecting = gc.isenabled()
    gc.disable()  # facts are millions of small tuples without cycles: looking for garbage among them is a third of the time
    try:
        return _Scan(root, options or ScanOptions(), report).run()
    finally:
        if collecting:
            gc.enable()


class _Scan:
    def __init__(self, root: Path, options: ScanOptions, report: Report | None) -> None:
        self.root = root.resolve()
        if not self.root.is_dir():
            raise NotADirectoryError(str(root))
        self.options = options
        self.report = report
        self.started = time.perf_counter()
        self.cache = Cache.open(options.cache_dir) if options.cache_dir else None

    def run(self) -> Graph:
        try:
            self._say("discover", 0, 0, "Looking for source files")
            found = discover(self.root, self.options)
            self._say("discover", len(found.sources), len(found.sources), f"{len(found.sources):,} source files")
            readings, digests = self._read(found)
            build = self._build_files(found)
            key = self._key(readings, digests, build, found)
            kept = self.cache.graph(key) if self.cache else None
            if kept is not None:
                document = json.loads(kept)
                self._say("graph", 1, 1, "Nothing changed")
            else:
                document = self._document(found, self._facts(readings, found, digests), readings, build)
                if self.cache:
                    self.cache.keep_graph(key, b"".join(map(str.encode, lines(document))))
        finally:
            if self.cache:
                self.cache.close()
        document["repository"]["commit"] = self.options.commit
        document["repository"]["root"] = self.root.name
        document["stats"]["seconds"] = round(time.perf_counter() - self.started, 3)
        return Graph(document)

    def _say(self, phase: Phase, done: int, total: int, message: str) -> None:
        if self.report:
            self.report(Progress(phase, done, total, message))

    # -- reading ----------------------------------------------------------------------------------------------

    def _read(self, found: Discovery) -> tuple[dict[str, Reading], dict[str, bytes]]:
        """Readings of files that changed since the last scan of this root, and the digests of all."""
        before = self.cache.tree(str(self.root)) if self.cache else {}
        digests: dict[str, bytes] = {}
        changed: list[str] = []
        for entry in found.sources:
            row = before.get(entry.path)
            if row is not None and row[:3] == entry[1:]:
                digests[entry.path] = row[3]
            else:
                changed.append(entry.path)
        readings = {reading.path: reading for reading in self._chunks(changed)}
        if self.cache and readings:
            self.cache.keep_facts(list(readings.values()))
        digests.update((path, reading.digest) for path, reading in readings.items())
        if self.cache and readings:
            tree = {e.path: (e.size, e.modified, e.inode, digests[e.path]) for e in found.sources if digests[e.path]}
            self.cache.keep_tree(str(self.root), tree)
        return readings, digests

    def _chunks(self, paths: list[str]) -> list[Reading]:
        root, limit = str(self.root), self.options.max_file_bytes
        cache_file = self.cache.file if self.cache else None
        chunks = [paths[i : i + CHUNK] for i in range(0, len(paths), CHUNK)]
        readings: list[Reading] = []
        if self.options.processes <= 1 or len(paths) < PARALLEL_FROM:
            for chunk in chunks:
                readings += read_chunk(root, chunk, cache_file, limit)
                self._say("parse", len(readings), len(paths), readings[-1].path)
            return readings
        # Here, because a scan in one process needs none of it.
        from concurrent.futures import ProcessPoolExecutor
        from concurrent.futures.process import BrokenProcessPool
        from multiprocessing import active_children, get_context

        others = set(active_children())
        with ProcessPoolExecutor(self.options.processes, mp_context=get_context("spawn")) as pool:
            try:
                with interrupts_ignored():  # workers inherit this: Ctrl-C is for the process that started the scan
                    tasks = [pool.submit(read_chunk_elsewhere, root, chunk, cache_file, limit) for chunk in chunks]
                for task in tasks:
                    readings += task.result()
                    self._say("parse", len(readings), len(paths), readings[-1].path)
            except BrokenProcessPool:  # a worker was killed, for its memory perhaps: this process reads what is left
                for path in paths[len(readings) :]:
                    readings += read_chunk(root, [path], cache_file, limit)
                    self._say("parse", len(readings), len(paths), path)
            except BaseException:
                for child in set(active_children()) - others:
                    child.terminate()
                pool.shutdown(wait=False, cancel_futures=True)
                raise
        return readings

    def _facts(self, readings: dict[str, Reading], found: Discovery, digests: dict[str, bytes]) -> dict[str, FileFacts]:
        """Facts of all files: from this scan's readings, from the cache, or read again if the cache lost them."""
        facts: dict[str, FileFacts] = {}
        for entry in found.sources:
            reading = readings.get(entry.path)
            if reading is None:
                reading = readings[entry.path] = self._remembered(entry, digests)
            if reading.status == "facts":
                facts[entry.path] = reading.facts or unpack(entry.path, reading.data)
                readings[entry.path] = reading._replace(data=b"", facts=None)
        return facts

    def _remembered(self, entry: Entry, digests: dict[str, bytes]) -> Reading:
        reading = self.cache.facts(entry.path, digests[entry.path]) if self.cache else None
        if reading is not None:
            return reading
        content = load(str(self.root), entry.path, self.options.max_file_bytes)
        return content if isinstance(content, Reading) else extract(entry.path, content, digest_of(content))

    def _build_files(self, found: Discovery) -> dict[str, bytes]:
        loaded = {entry.path: load(str(self.root), entry.path, self.options.max_file_bytes) for entry in found.build}
        return {path: content for path, content in loaded.items() if isinstance(content, bytes)}

    def _key(
        self, readings: dict[str, Reading], digests: dict[str, bytes], build: dict[str, bytes], found: Discovery
    ) -> bytes:
        """A digest of all that the graph depends on."""
        state = hashlib.blake2b(digest_size=20)
        shown = [(d.file, d.line, d.code, d.message) for d in found.diagnostics]
        missing = [(r.path, r.status, r.code) for r in readings.values() if not r.digest]
        state.update(repr((fingerprint(), self.root.name, shown, missing, sorted(found.skipped.items()))).encode())
        for entry in found.sources:
            state.update(entry.path.encode() + b"\0" + digests[entry.path])
        for path, content in sorted(build.items()):
            state.update(path.encode() + b"\0" + digest_of(content))
        return state.digest()

    # -- meaning ----------------------------------------------------------------------------------------------

    def _document(
        self, found: Discovery, facts: dict[str, FileFacts], readings: dict[str, Reading], build: dict[str, bytes]
    ) -> dict[str, Any]:
        self._say("resolve", 0, 0, "Following imports, types and calls")
        project = Project(facts, build)
        spoken = frozenset(file.language for file in facts.values())
        active = [item for item in frameworks(spoken) if not item.packages or project.imports(*item.packages)]
        results: dict[str, list[Result]] = {}
        for item in active:
            for name, rules in item.results.items():
                results.setdefault(name, []).extend(rules)
        members = [rule for item in active for rule in getattr(item, "members", ())]
        namespaces = {path: rule for item in active for path, rule in getattr(item, "namespaces", {}).items()}
        program = Program(project, Inference(project, results, members, namespaces))
        findings = Findings()
        for done, item in enumerate(active):
            self._say("resolve", done, len(active), item.name)
            try:
                item.find(program, findings)
            except Exception as error:  # noqa: BLE001 - one framework's mistake must not cost the others' facts
                findings.diagnose("", 0, "engine.failed", f"{item.name}: {type(error).__name__}: {error}")
        self._say("graph", 0, 1, "Joining routes, functions, effects and tables")
        sizes = {entry.path: entry.size for entry in found.sources}
        services = find_services(build, list(facts), self.root.name, configuration_of(project))
        nodes, edges, tables = Builder(program, findings, services).build()
        languages: Counter[str] = Counter()
        for path in facts:
            languages[language_of(path) or ""] += sizes[path]
        skipped = found.skipped + Counter(r.status for r in readings.values() if r.status != "facts")
        document = {
            "schema": SCHEMA,
            "engine": ENGINE,
            "repository": {"root": self.root.name, "commit": None},
            "stats": {
                "files": len(facts),
                "bytes": sum(languages.values()),
                "seconds": 0.0,
                "languages": dict(sorted(languages.items())),
                "skipped": dict(sorted(skipped.items())),
            },
            "nodes": nodes,
            "edges": edges,
            "tables": tables,
            "diagnostics": self._diagnostics(found, facts, readings, findings),
        }
        document["honesty"] = honesty(document)
        self._say("graph", 1, 1, f"{len(nodes):,} nodes, {len(edges):,} edges")
        # These hold each other, and the collector is off: what is done with goes before the graph is written.
        for part in (program.inference, program, project, findings):
            vars(part).clear()
        facts.clear()
        return document

    def _diagnostics(
        self, found: Discovery, facts: dict[str, FileFacts], readings: dict[str, Reading], findings: Findings
    ) -> list[dict[str, Any]]:
        noted = [*found.diagnostics, *findings.diagnostics]
        noted += [Diagnostic(r.path, 0, r.code, r.message) for r in readings.values() if r.code]
        for path, file in facts.items():
            noted += [
                Diagnostic(path, line, "parse.error", "This could not be parsed; the rest of the file was.")
                for line in file.errors
            ]
        rows = sorted({(d.file, d.line, d.code, d.message) for d in noted})
        return [{"file": file, "line": line, "code": code, "message": message} for file, line, code, message in rows]
