import { percent } from "~/lib/format";

/** How sure the engine is, as a word with its figure: 1 means read literally, less means worked out. */
export function Confidence({ value }: { value: number }) {
  return (
    <span
      className={value >= 0.85 ? "num text-fg-2" : "num text-warn"}
      title={value >= 0.999 ? "Read literally from the code" : "Worked out from the code around it"}
    >
      {percent(value)}
    </span>
  );
}
