import { Search } from "lucide-react";
import type { ComponentProps } from "react";
import { cn } from "~/lib/classes";
import { controlClass } from "./field";

interface Props extends Omit<ComponentProps<"input">, "onChange" | "value"> {
  label: string;
  value: string;
  onChange: (value: string) => void;
}

export function SearchBox({ label, value, onChange, className, ...rest }: Props) {
  return (
    <div className={cn("relative", className)}>
      <Search
        className="pointer-events-none absolute top-1/2 left-2.5 size-3.5 -translate-y-1/2 text-fg-3"
        aria-hidden="true"
      />
      <input
        type="search"
        aria-label={label}
        placeholder={label}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className={cn(controlClass, "h-8 pl-8 text-sm")}
        {...rest}
      />
    </div>
  );
}
