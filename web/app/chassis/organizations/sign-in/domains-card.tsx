import { Globe, Trash2 } from "lucide-react";
import { type FormEvent, useState } from "react";
import { answer, http } from "~/api/client";
import { asProblem, type Problem } from "~/api/problem";
import type { Api } from "~/api/types";
import { Section } from "~/chassis/settings/section";
import { useShell } from "~/shell/context";
import { Badge } from "~/ui/badge";
import { Button } from "~/ui/button";
import { CopyButton } from "~/ui/copy-button";
import { Field, Input } from "~/ui/field";
import { ProblemNote } from "~/ui/problem";
import { toast, toastProblem } from "~/ui/toast";
import { useDomains, useSignInChanged } from "./api";

/** The e-mail domains whose addresses belong to the organization, shown by a TXT record. */
export function DomainsCard() {
  const { organization } = useShell();
  const query = useDomains(organization.slug);
  const changed = useSignInChanged(organization.slug);
  const [domain, setDomain] = useState("");
  const [problem, setProblem] = useState<Problem | null>(null);
  const path = { org: organization.slug };
  const field = problem?.fields[0]?.message;
  const add = async (event: FormEvent) => {
    event.preventDefault();
    setProblem(null);
    try {
      await answer(http.POST("/api/v1/orgs/{org}/sign-in/domains", { params: { path }, body: { domain } }));
      setDomain("");
      await changed();
    } catch (error) {
      setProblem(asProblem(error));
    }
  };
  return (
    <Section
      title="E-mail domains"
      text="Whoever enters an address of a verified domain on the sign-in page is offered your single sign-on."
    >
      <div className="grid gap-4">
        {query.error && <ProblemNote error={query.error} onRetry={() => query.refetch()} />}
        {query.data && query.data.items.length > 0 && (
          <ul aria-label="E-mail domains" className="divide-y rounded-lg border">
            {query.data.items.map((one) => (
              <Domain key={one.id} domain={one} />
            ))}
          </ul>
        )}
        {problem && !field && <ProblemNote error={problem} />}
        <form onSubmit={add} noValidate className="flex flex-wrap items-start gap-2">
          <Field label="Add a domain" error={field} className="min-w-0 flex-1 basis-56">
            <Input
              value={domain}
              onChange={(event) => setDomain(event.target.value)}
              placeholder="example.com"
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
            />
          </Field>
          <Button type="submit" size="md" className="mt-6 h-9" disabled={!domain.trim()}>
            Add
          </Button>
        </form>
      </div>
    </Section>
  );
}

function Domain({ domain }: { domain: Api<"DomainOut"> }) {
  const { organization } = useShell();
  const changed = useSignInChanged(organization.slug);
  const [busy, setBusy] = useState(false);
  const path = { org: organization.slug, domain_id: domain.id };
  const attempt = async (what: () => Promise<unknown>, said: string) => {
    setBusy(true);
    try {
      await what();
      await changed();
      toast.success(said);
    } catch (error) {
      toastProblem(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <li className="px-4 py-3">
      <div className="flex flex-wrap items-center gap-2">
        <Globe className="size-4 text-fg-3" aria-hidden="true" />
        <span className="font-medium break-all">{domain.domain}</span>
        <Badge tone={domain.verified_at ? "ok" : "warn"}>{domain.verified_at ? "Verified" : "Not verified yet"}</Badge>
        <span className="ml-auto flex items-center gap-1">
          {!domain.verified_at && (
            <Button
              busy={busy}
              onClick={() =>
                attempt(
                  () =>
                    answer(http.POST("/api/v1/orgs/{org}/sign-in/domains/{domain_id}/verify", { params: { path } })),
                  "The domain is verified.",
                )
              }
            >
              Verify
            </Button>
          )}
          <Button
            variant="ghost"
            size="icon"
            aria-label={`Remove ${domain.domain}`}
            onClick={() =>
              attempt(
                () => answer(http.DELETE("/api/v1/orgs/{org}/sign-in/domains/{domain_id}", { params: { path } })),
                "The domain is removed.",
              )
            }
          >
            <Trash2 aria-hidden="true" />
          </Button>
        </span>
      </div>
      {!domain.verified_at && (
        <dl className="mt-2 grid gap-x-4 gap-y-1 text-xs sm:grid-cols-[auto_1fr]">
          <dt className="text-fg-3">TXT record at</dt>
          <dd className="flex min-w-0 items-center gap-1">
            <code className="min-w-0 font-mono break-all">{domain.record_name}</code>
            <CopyButton text={domain.record_name} label="Copy the record’s name" />
          </dd>
          <dt className="text-fg-3">Value</dt>
          <dd className="flex min-w-0 items-center gap-1">
            <code className="min-w-0 font-mono break-all">{domain.record_value}</code>
            <CopyButton text={domain.record_value} label="Copy the record’s value" />
          </dd>
        </dl>
      )}
    </li>
  );
}
