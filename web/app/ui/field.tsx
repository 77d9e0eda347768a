import { type ComponentProps, createContext, type ReactNode, use, useId } from "react";
import { cn } from "~/lib/classes";

interface FieldState {
  id: string;
  describedBy: string | undefined;
  invalid: boolean;
}

const FieldContext = createContext<FieldState | null>(null);

interface FieldProps {
  label: ReactNode;
  hint?: ReactNode;
  error?: string;
  optional?: boolean;
  className?: string;
  children: ReactNode;
}

/** A labelled control with its hint and its error, tied together for screen readers. */
export function Field({ label, hint, error, optional, className, children }: FieldProps) {
  const id = useId();
  const describedBy = error ? `${id}-error` : hint ? `${id}-hint` : undefined;
  return (
    <FieldContext value={{ id, describedBy, invalid: Boolean(error) }}>
      <div className={cn("grid content-start gap-1.5", className)}>
        <label htmlFor={id} className="font-medium">
          {label} {optional && <span className="font-normal text-fg-3">(optional)</span>}
        </label>
        {children}
        {error ? (
          <p id={`${id}-error`} className="text-xs text-bad">
            {error}
          </p>
        ) : (
          hint && (
            <p id={`${id}-hint`} className="text-xs text-fg-3">
              {hint}
            </p>
          )
        )}
      </div>
    </FieldContext>
  );
}

export const controlClass =
  "w-full rounded-md border border-line-strong bg-surface px-3 placeholder:text-fg-3 disabled:opacity-60 aria-invalid:border-bad";

function useControl() {
  const field = use(FieldContext);
  return field
    ? { id: field.id, "aria-describedby": field.describedBy, "aria-invalid": field.invalid || undefined }
    : {};
}

export function Input({ className, ...rest }: ComponentProps<"input">) {
  return <input {...useControl()} className={cn(controlClass, "h-9", className)} {...rest} />;
}

export function Textarea({ className, ...rest }: ComponentProps<"textarea">) {
  return <textarea {...useControl()} className={cn(controlClass, "min-h-20 py-2", className)} {...rest} />;
}

export function Select({ className, children, ...rest }: ComponentProps<"select">) {
  return (
    <select
      {...useControl()}
      className={cn(controlClass, "select-arrow h-9 appearance-none pr-8 text-ellipsis", className)}
      {...rest}
    >
      {children}
    </select>
  );
}
