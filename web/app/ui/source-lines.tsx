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
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <div tabIndex={0} role="group" aria-label={label} className="overflow-x-auto rounded-md border bg-sunken py-2 font-mono text-xs leading-5">
      <pre className="w-max min-w-full">
        {lines.map((line, index) => {
          const number = firstLine + index;
          const marked = number >= highlight[0] && number <= highlight[1];
          return (
            <code key={number} className={cn("block border-l-2 border-transparent pr-4", marked && "border-product bg-product-tint")}>
              <span aria-hidden="true" className="num inline-block w-11 pr-3 text-right text-fg-3 select-none">
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
