import { useState } from "react";
import { cn } from "~/lib/classes";
import { initials } from "~/lib/format";

function hueOf(name: string): number {
  let sum = 0;
  for (const char of name) sum = (sum * 31 + (char.codePointAt(0) ?? 0)) % 360;
  return sum;
}

interface Props {
  name: string;
  square?: boolean;
  /** Address of a picture. Without one, or while it can't be had, the initials stand. */
  src?: string | null;
  className?: string;
}

/** A picture, or initials on a colour of the name's own; dark enough for white letters in both themes. */
export function Avatar({ name, square, src, className }: Props) {
  const hue = hueOf(name);
  const [failed, setFailed] = useState<string | null>(null);
  if (src && src !== failed) {
    return (
      <img
        src={src}
        alt=""
        onError={() => setFailed(src)}
        className={cn("size-6 shrink-0 object-cover", square ? "rounded-md" : "rounded-full", className)}
      />
    );
  }
  return (
    <span
      aria-hidden="true"
      className={cn(
        "inline-flex size-6 shrink-0 items-center justify-center text-2xs font-semibold text-white",
        square ? "rounded-md" : "rounded-full",
        className,
      )}
      style={{ background: `linear-gradient(140deg, oklch(0.46 0.09 ${hue}), oklch(0.36 0.08 ${hue + 30}))` }}
    >
      {square ? initials(name).charAt(0) : initials(name)}
    </span>
  );
}
