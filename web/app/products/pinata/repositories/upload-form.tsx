import { FileArchive, UploadCloud, X } from "lucide-react";
import { type DragEvent, useRef, useState } from "react";
import { asProblem, type Problem } from "~/api/problem";
import { cn } from "~/lib/classes";
import { bytes, percent } from "~/lib/format";
import { useOrg } from "~/shell/context";
import { Button } from "~/ui/button";
import { Field, Input } from "~/ui/field";
import { ProblemNote } from "~/ui/problem";
import type { AddAndScan } from "./new";
import { archiveFault, sendArchive } from "./upload";

export function UploadForm({ add }: { add: AddAndScan }) {
  const org = useOrg();
  const picker = useRef<HTMLInputElement>(null);
  const sending = useRef<AbortController | null>(null);
  const [file, setFile] = useState<File | null>(null);
  const [name, setName] = useState("");
  const [over, setOver] = useState(false);
  const [sent, setSent] = useState<number | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);

  const take = (chosen: File | undefined) => {
    if (!chosen) return;
    const found = archiveFault(chosen);
    setFault(found);
    setProblem(null);
    setFile(found ? null : chosen);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files[0]);
  };
  const submit = async () => {
    if (!file) return;
    setProblem(null);
    setSent(0);
    const controller = new AbortController();
    sending.current = controller;
    try {
      const upload_id = await sendArchive(org, file, setSent, controller.signal);
      await add({ name: name || undefined, source: { kind: "upload", upload_id } });
    } catch (error) {
      if (!controller.signal.aborted) setProblem(asProblem(error));
    } finally {
      setSent(null);
    }
  };

  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      {problem && <ProblemNote error={problem} />}
      <input
        ref={picker}
        type="file"
        accept=".zip,.tar.gz,.tgz"
        className="sr-only"
        aria-label="Archive"
        tabIndex={-1}
        onChange={(event) => take(event.target.files?.[0])}
      />
      {file ? (
        <div className="flex items-center gap-3 rounded-lg border p-3">
          <FileArchive className="size-5 text-fg-3" aria-hidden="true" />
          <div className="min-w-0 flex-1">
            <p className="truncate font-medium">{file.name}</p>
            <p className="num text-xs text-fg-3">
              {bytes(file.size)}
              {sent !== null && ` · ${percent(sent)} sent`}
            </p>
            {sent !== null && (
              <div
                role="progressbar"
                aria-label="Upload"
                aria-valuenow={Math.round(sent * 100)}
                aria-valuemin={0}
                aria-valuemax={100}
                className="mt-2 h-1 overflow-hidden rounded-full bg-active"
              >
                <div className="h-full bg-product transition-[width]" style={{ width: percent(sent, 1) }} />
              </div>
            )}
          </div>
          <Button
            variant="ghost"
            size="icon"
            aria-label={sent === null ? "Choose another file" : "Cancel the upload"}
            onClick={() => (sent === null ? setFile(null) : sending.current?.abort())}
          >
            <X aria-hidden="true" />
          </Button>
        </div>
      ) : (
        <button
          type="button"
          onClick={() => picker.current?.click()}
          onDragOver={(event) => {
            event.preventDefault();
            setOver(true);
          }}
          onDragLeave={() => setOver(false)}
          onDrop={drop}
          className={cn(
            "flex flex-col items-center gap-1 rounded-lg border border-dashed border-line-strong px-4 py-10 text-center hover:bg-hover",
            over && "border-product bg-product-tint",
          )}
        >
          <UploadCloud className="mb-1 size-6 text-fg-3" aria-hidden="true" />
          <span className="font-medium">Drop an archive here, or choose one</span>
          <span className="text-xs text-fg-3">.zip or .tar.gz</span>
        </button>
      )}
      {fault && (
        <p role="alert" className="text-xs text-bad">
          {fault}
        </p>
      )}
      <Field label="Name" optional hint="Otherwise the archive's own.">
        <Input value={name} onChange={(event) => setName(event.target.value)} />
      </Field>
      <div className="flex justify-end">
        <Button type="submit" variant="primary" size="lg" busy={sent !== null} disabled={!file}>
          Upload and scan
        </Button>
      </div>
    </form>
  );
}
