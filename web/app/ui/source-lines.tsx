import { cn } from "~/lib/classes";

interface Props {
  firstLine: number;
  lines: string[];
  /** First and last highlighted line, by their numbers in the file. */
  highlight: [number, number];
  label: string;
}

export function SourceLines({ firstLine, lines, highlight, label }: Props) {
  return (
    <div
      tabIndex={0}
      role="group"
      aria-label={label}
      className="overflow-x-auto rounded-md border bg-sunken py-2 font-mono text-xs leading-5"
    >
      <pre className="w-max min-w-full">
        {lines.map((line, index) => {
          const number = firstLine + index;
          const marked = number >= highlight[0] && number <= highlight[1];
          return (
            <code
              key={number}
              className={cn("block border-l-2 border-transparent pr-4", marked && "border-product bg-product-tint")}
            >
              <span
                aria-hidden="true"
                className={cn("num inline-block w-11 pr-3 text-right select-none", marked ? "text-fg-2" : "text-fg-3")}
              >
                {number}
              </span>
              {line || " "}
            </code>
          );
        })}
      </pre>
    </div>
  );
}
