import type { ReactNode } from "react";
import { Card, CardHead } from "~/ui/card";

interface Props {
  title: string;
  text?: ReactNode;
  /** Beside the title: what can be done. */
  actions?: ReactNode;
  /** At the bottom, on the right: the button of a form. */
  footer?: ReactNode;
  children?: ReactNode;
}

/** One subject of a settings page. */
export function Section({ title, text, actions, footer, children }: Props) {
  return (
    <Card>
      <CardHead title={title} text={text}>
        {actions}
      </CardHead>
      {children && <div className="border-t p-4">{children}</div>}
      {footer && (
        <div className="flex flex-wrap items-center justify-end gap-2 rounded-b-lg border-t bg-sunken px-4 py-2.5">
          {footer}
        </div>
      )}
    </Card>
  );
}
