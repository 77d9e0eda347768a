import type { Shape } from "~/lib/shapes";

/** How each kind of node is called and drawn: a square is a place, a circle reads, a diamond writes, a triangle lets in. */
export interface Kind {
  word: string;
  many: string;
  shape: Shape;
  /** A colour of the theme. */
  color: string;
  /** Its size in the graph; places and entrances stand out from code. */
  size: number;
}

const kind = (word: string, many: string, shape: Shape, color: string, size: number): Kind => ({
  word,
  many,
  shape,
  color,
  size,
});

export const kinds: Record<string, Kind> = {
  service: kind("Service", "Services", "hexagon", "--fg", 9),
  route: kind("Route", "Routes", "triangle", "--c1", 6),
  schedule: kind("Schedule", "Schedules", "triangle", "--c6", 6),
  function: kind("Function", "Functions", "circle", "--c8", 3),
  transform: kind("Transform", "Transforms", "hexagon", "--c8", 4),
  table: kind("Table", "Tables", "square", "--c2", 7),
  db_read: kind("Read", "Reads", "circle", "--c2", 3.5),
  db_write: kind("Write", "Writes", "diamond", "--c2", 4.5),
  http_call: kind("HTTP call", "HTTP calls", "diamond", "--c3", 5),
  external: kind("External", "Externals", "square", "--c3", 7),
  topic: kind("Topic", "Topics", "square", "--c4", 7),
  publish: kind("Publish", "Publishes", "diamond", "--c4", 5),
  consume: kind("Consume", "Consumes", "triangle", "--c4", 5),
  file_read: kind("File read", "File reads", "circle", "--c5", 4),
  file_write: kind("File write", "File writes", "diamond", "--c5", 5),
  cache_read: kind("Cache read", "Cache reads", "circle", "--c7", 4),
  cache_write: kind("Cache write", "Cache writes", "diamond", "--c7", 5),
};

/** Of a kind that a later engine may add too. */
export function kindOf(name: string): Kind {
  const words = name.replace(/_/g, " ");
  const word = words.charAt(0).toUpperCase() + words.slice(1);
  return kinds[name] ?? kind(word, word, "circle", "--c8", 4);
}

export const kindOrder = Object.keys(kinds);

/** Where data ends up or comes from: the far end of a path. */
export const effects = new Set([
  "db_read",
  "db_write",
  "publish",
  "http_call",
  "file_read",
  "file_write",
  "cache_read",
  "cache_write",
]);
