import { Toaster as Sonner, toast } from "sonner";
import { asProblem } from "~/api/problem";
import { useTheme } from "~/lib/theme";

export { toast };

export function Toaster() {
  const theme = useTheme();
  return (
    <Sonner
      theme={theme}
      position="bottom-right"
      toastOptions={{
        classNames: {
          toast: "rounded-lg! border! border-line-strong! bg-raised! text-fg! font-sans! text-sm! shadow-lg!",
          description: "text-fg-2!",
          actionButton: "bg-primary! text-primary-fg!",
        },
      }}
    />
  );
}

/** Says that something failed, what to do, and under which id it stands in the log. */
export function toastProblem(error: unknown): void {
  const problem = asProblem(error);
  toast.error(problem.message, {
    description: [problem.hint, problem.requestId && `Request ${problem.requestId}`].filter(Boolean).join(" · "),
    duration: 8000,
  });
}
