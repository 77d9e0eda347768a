import { Button } from "~/ui/button";
import { CopyButton } from "~/ui/copy-button";
import { Field, Input } from "~/ui/field";

/** A link that is told once. */
export function MadeLink({ link, onDone }: { link: string; onDone: () => void }) {
  return (
    <div className="grid gap-4">
      <Field label="Link" hint="Copy it now: it is shown this once. A new one can be made at any time.">
        <div className="flex items-center gap-1">
          <Input
            readOnly
            value={link}
            className="font-mono text-xs"
            onFocus={(event) => event.currentTarget.select()}
            autoFocus
          />
          <CopyButton text={link} label="Copy the link" />
        </div>
      </Field>
      <div className="flex justify-end">
        <Button variant="primary" size="md" onClick={onDone}>
          Done
        </Button>
      </div>
    </div>
  );
}
