import { Slot } from "radix-ui";
import type { ComponentProps } from "react";
import { cn } from "~/lib/classes";
import { Spinner } from "./spinner";

const variants = {
  primary: "bg-primary text-primary-fg hover:opacity-90",
  outline: "border border-line-strong bg-raised shadow-card hover:bg-hover",
  ghost: "text-fg-2 hover:bg-hover hover:text-fg",
  danger: "bg-bad text-primary-fg hover:opacity-90",
  "danger-outline": "border border-line-strong bg-raised text-bad hover:bg-bad-tint",
};

const sizes = {
  sm: "h-7 gap-1.5 px-2.5 text-xs",
  md: "h-8 gap-1.5 px-3 text-sm",
  lg: "h-10 gap-2 px-4 text-base",
  icon: "size-7 justify-center",
};

interface Props extends ComponentProps<"button"> {
  variant?: keyof typeof variants;
  size?: keyof typeof sizes;
  asChild?: boolean;
  /** Shows that the click is being worked on, and takes no other. */
  busy?: boolean;
}

export function Button({ variant = "outline", size = "sm", asChild, busy, className, children, ...rest }: Props) {
  const classes = cn(
    "inline-flex shrink-0 select-none items-center rounded-md font-medium whitespace-nowrap transition-[background,opacity,color]",
    "disabled:pointer-events-none disabled:opacity-50 [&_svg]:size-3.5 [&_svg]:shrink-0",
    variants[variant],
    sizes[size],
    className,
  );
  if (asChild) {
    return (
      <Slot.Root className={classes} {...rest}>
        {children}
      </Slot.Root>
    );
  }
  return (
    <button type="button" className={classes} {...rest} disabled={busy || rest.disabled} aria-busy={busy || undefined}>
      {busy && <Spinner />}
      {children}
    </button>
  );
}
