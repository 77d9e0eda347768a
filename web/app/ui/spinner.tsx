import { cn } from "~/lib/classes";

/** An open ring that turns. It says nothing by itself: put the word beside it. */
export function Spinner({ className }: { className?: string }) {
  return (
    <svg
      viewBox="0 0 16 16"
      aria-hidden="true"
      className={cn("size-3.5 animate-spin motion-reduce:animate-none", className)}
    >
      <circle
        cx="8"
        cy="8"
        r="6"
        fill="none"
        stroke="currentColor"
        strokeWidth="2"
        strokeDasharray="26 12"
        strokeLinecap="round"
      />
    </svg>
  );
}
