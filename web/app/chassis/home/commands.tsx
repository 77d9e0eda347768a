import { CopyButton } from "~/ui/copy-button";
import { Section } from "./section";

const commands = [
  {
    command: "bin/up",
    title: "The whole service",
    text: "Sets everything up and serves it on http://127.0.0.1:8000. It needs sh, Python 3.11 and git; no Node, no PostgreSQL, no Redis. Ctrl-C stops it cleanly.",
  },
  {
    command: "bin/run pinata scan .",
    title: "Only the scan",
    text: "Reads the repository you are in and sums it up in the terminal, without any server. With --json FILE it writes the whole graph, in a documented format.",
  },
];

export function Commands() {
  return (
    <Section id="run" sunken title="Two commands" text="Clone the repository, then run one of them.">
      <div className="grid gap-4 md:grid-cols-2">
        {commands.map(({ command, title, text }) => (
          <div key={command} className="min-w-0 rounded-xl bg-surface p-6 shadow-panel">
            <h3 className="text-base font-semibold">{title}</h3>
            <p className="mt-3 flex items-center gap-2 rounded-md border bg-sunken py-1.5 pr-1.5 pl-3 font-mono text-sm">
              <span aria-hidden="true" className="text-product-fg select-none">
                $
              </span>
              <code className="min-w-0 flex-1 truncate">{command}</code>
              <CopyButton text={command} label={`Copy ${command}`} />
            </p>
            <p className="mt-3 text-fg-2">{text}</p>
          </div>
        ))}
      </div>
    </Section>
  );
}
