import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { type ReactNode, use, useState } from "react";
import { cn } from "~/lib/classes";
import { Button } from "./button";
import { MenuPlace } from "./menu";

interface Props {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  text?: ReactNode;
  children: ReactNode;
  className?: string;
}

const overlay =
  "fixed inset-0 z-40 bg-black/40 data-[state=open]:animate-in data-[state=open]:fade-in-0 motion-reduce:animate-none";

function Head({ title, text }: { title: ReactNode; text?: ReactNode }) {
  return (
    <div className="flex items-start gap-3">
      <div className="min-w-0 flex-1">
        <Radix.Title className="text-lg font-semibold break-words">{title}</Radix.Title>
        {text ? (
          <Radix.Description className="mt-0.5 text-fg-2">{text}</Radix.Description>
        ) : (
          <Radix.Description className="sr-only">{title}</Radix.Description>
        )}
      </div>
      <Radix.Close asChild>
        <Button variant="ghost" size="icon" aria-label="Close">
          <X aria-hidden="true" />
        </Button>
      </Radix.Close>
    </div>
  );
}

export function Dialog({ open, onOpenChange, title, text, children, className }: Props) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className={overlay} />
        <Radix.Content
          data-modal
          className={cn(
            "fixed top-1/2 left-1/2 z-50 max-h-[92dvh] w-[min(34rem,calc(100vw-1.5rem))] -translate-x-1/2 -translate-y-1/2 overflow-y-auto",
            "rounded-xl border bg-raised p-5 shadow-2xl data-[state=open]:animate-in data-[state=open]:fade-in-0 data-[state=open]:zoom-in-98 motion-reduce:animate-none",
            className,
          )}
        >
          <Head title={title} text={text} />
          <div className="mt-4">{children}</div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** A panel at the right edge that leaves the page behind it in use. */
export function SidePanel({ open, onOpenChange, title, text, children, className }: Props) {
  const place = use(MenuPlace);
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange} modal={false}>
      <Radix.Portal container={place ?? undefined}>
        <Radix.Content
          onInteractOutside={(event) => event.preventDefault()}
          onOpenAutoFocus={(event) => event.preventDefault()}
          className={cn(
            "fixed inset-y-0 right-0 z-30 flex w-full flex-col border-l bg-raised shadow-2xl sm:inset-y-2 sm:right-2 sm:w-[26rem] sm:rounded-xl sm:border xl:w-[30rem]",
            "data-[state=open]:animate-in data-[state=open]:slide-in-from-right-4 data-[state=open]:fade-in-0 motion-reduce:animate-none",
            className,
          )}
        >
          <div className="border-b p-4">
            <Head title={title} text={text} />
          </div>
          <div className="min-h-0 flex-1 overflow-y-auto p-4" tabIndex={0} role="group" aria-label="Details">
            {children}
          </div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** The sidebar of narrow screens. */
export function Drawer({ open, onOpenChange, title, children }: Omit<Props, "text" | "className">) {
  const [content, setContent] = useState<HTMLElement | null>(null);
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className={overlay} />
        <Radix.Content
          ref={setContent}
          data-modal
          aria-describedby={undefined}
          className="fixed inset-y-0 left-0 z-50 w-[17rem] overflow-y-auto border-r bg-canvas data-[state=open]:animate-in data-[state=open]:slide-in-from-left-6 motion-reduce:animate-none"
        >
          <Radix.Title className="sr-only">{title}</Radix.Title>
          <MenuPlace value={content}>{children}</MenuPlace>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
