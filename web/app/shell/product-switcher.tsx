import { BookOpen, Box, Code, type LucideIcon, NotebookPen, Orbit, Sparkles, Table2, Wallet } from "lucide-react";
import { Link } from "react-router";
import { cn } from "~/lib/classes";
import { Tooltip } from "~/ui/tooltip";
import { useShell } from "./context";

const icons: Record<string, LucideIcon> = {
  code: Code,
  wallet: Wallet,
  orbit: Orbit,
  sparkles: Sparkles,
  book: BookOpen,
  "notebook-pen": NotebookPen,
  table: Table2,
};

/** The icon a manifest names; a box for one we don't know. */
export function productIcon(name: string): LucideIcon {
  return icons[name] ?? Box;
}

export function ProductTile({ icon, hue, className }: { icon: string; hue: number; className?: string }) {
  const Icon = productIcon(icon);
  return (
    <span
      className={cn("flex size-6 items-center justify-center rounded-md text-white [&_svg]:size-3.5", className)}
      style={{ background: `oklch(0.6 0.18 ${hue})` }}
    >
      <Icon aria-hidden="true" />
    </span>
  );
}

export function ProductSwitcher() {
  const { products, product, organization } = useShell();
  return (
    <nav aria-label="Products" className="flex shrink-0 flex-wrap gap-0.5 rounded-lg border bg-sunken p-0.5">
      {products.map((one) => (
        <Tooltip key={one.slug} text={`${one.name}: ${one.summary}`}>
          <Link
            to={`/${organization.slug}/${one.slug}`}
            aria-label={one.name}
            aria-current={one.slug === product?.slug ? "true" : undefined}
            className={cn(
              "flex h-9 min-w-11 flex-1 items-center justify-center rounded-md border border-transparent hover:bg-hover",
              one.slug === product?.slug && "border-line bg-raised shadow-card",
            )}
          >
            <ProductTile icon={one.icon} hue={one.hue} />
          </Link>
        </Tooltip>
      ))}
    </nav>
  );
}
