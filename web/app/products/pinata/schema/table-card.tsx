import { ArrowRight, KeyRound } from "lucide-react";
import { Link, useLocation } from "react-router";
import { cn } from "~/lib/classes";
import { plural } from "~/lib/format";
import { useOrg } from "~/shell/context";
import { Card } from "~/ui/card";
import { KindMark } from "../kind-mark";
import { Place } from "../place";
import type { SchemaTable, TableColumn } from "../types";
import type { Relation } from "./references";

interface Props {
  table: SchemaTable;
  scan: string;
  relations: Relation[];
}

export const tableAnchor = (name: string) => `table-${name}`;

export function TableCard({ table, scan, relations }: Props) {
  const org = useOrg();
  const { hash } = useLocation();
  const target = decodeURIComponent(hash) === `#${tableAnchor(table.name)}`;
  const usedBy = [
    ...new Set(relations.filter((one) => one.to === table.name && one.from !== table.name).map((one) => one.from)),
  ];
  const found = (kind: string) => `/${org}/pinata/scans/${scan}?kind=${kind}&q=${encodeURIComponent(table.name)}`;
  return (
    <Card
      id={tableAnchor(table.name)}
      className={cn("scroll-mt-4 overflow-hidden", target && "ring-2 ring-product")}
      aria-label={`Table ${table.name}`}
    >
      <div className="flex items-start justify-between gap-3 px-4 py-3">
        <div className="min-w-0">
          <h2 className="flex items-center gap-2 font-semibold">
            <KindMark kind="table" /> <span className="font-mono text-[0.8rem] break-all">{table.name}</span>
          </h2>
          <Place file={table.file} line={table.line} className="mt-0.5 block break-all" />
        </div>
        <div className="num flex shrink-0 flex-col items-end text-xs">
          <Link to={found("db_read")} className="rounded-sm text-fg-2 underline-offset-2 hover:underline">
            {plural(table.readers, "reader")}
          </Link>
          <Link to={found("db_write")} className="rounded-sm text-fg-2 underline-offset-2 hover:underline">
            {plural(table.writers, "writer")}
          </Link>
        </div>
      </div>
      <table className="w-full table-fixed border-t">
        <caption className="sr-only">Columns of {table.name}</caption>
        <thead className="sr-only">
          <tr>
            <th scope="col">Column</th>
            <th scope="col">Type</th>
            <th scope="col">References</th>
          </tr>
        </thead>
        <tbody>
          {table.columns.map((column) => (
            <ColumnRow key={column.name} table={table.name} column={column} relations={relations} />
          ))}
        </tbody>
      </table>
      {usedBy.length > 0 && (
        <p className="border-t bg-sunken px-4 py-2 text-xs text-fg-2">
          Referenced by{" "}
          {usedBy.map((name, index) => (
            <span key={name}>
              {index > 0 && ", "}
              <Link
                to={{ hash: tableAnchor(name), search: "" }}
                className="rounded-sm font-mono underline-offset-2 hover:underline"
              >
                {name}
              </Link>
            </span>
          ))}
        </p>
      )}
    </Card>
  );
}

function ColumnRow({ table, column, relations }: { table: string; column: TableColumn; relations: Relation[] }) {
  const relation = relations.find((one) => one.from === table && one.column === column.name);
  return (
    <tr className="border-b last:border-b-0">
      <td className="h-8 w-[36%] py-1 pl-4">
        <span className="flex items-center gap-1.5">
          {column.primary_key ? (
            <KeyRound className="size-3 shrink-0 text-warn" aria-label="Primary key" />
          ) : (
            <span className="size-3 shrink-0" />
          )}
          <span className={cn("truncate font-mono text-xs", column.primary_key && "font-semibold")} title={column.name}>
            {column.name}
          </span>
        </span>
      </td>
      <td className="truncate py-1 pr-2 font-mono text-xs text-fg-2" title={column.type ?? undefined}>
        {column.type ?? "–"}
        {column.nullable && <span className="ml-1.5 font-sans text-2xs text-fg-3">null</span>}
      </td>
      <td className="w-[28%] truncate py-1 pr-4 text-right text-xs">
        {relation ? (
          <Link
            to={{ hash: tableAnchor(relation.to), search: "" }}
            className="inline-flex max-w-full items-center gap-1 rounded-sm text-info underline-offset-2 hover:underline"
            title={`References ${column.references}`}
          >
            <ArrowRight className="size-3 shrink-0" aria-hidden="true" />
            <span className="truncate font-mono">{relation.to}</span>
          </Link>
        ) : (
          column.references && <span className="font-mono text-fg-3">{column.references}</span>
        )}
      </td>
    </tr>
  );
}
