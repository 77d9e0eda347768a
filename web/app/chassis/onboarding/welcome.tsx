import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Navigate, useNavigate } from "react-router";
import { http } from "~/api/client";
import { asProblem } from "~/api/problem";
import { meQuery, metaQuery, organizationQuery } from "~/api/queries";
import type { Api, Me } from "~/api/types";
import { cn } from "~/lib/classes";
import { ErrorPage } from "~/shell/error-page";
import { ShellSkeleton } from "~/shell/shell-skeleton";
import { Logo } from "~/ui/logo";
import { toastProblem } from "~/ui/toast";
import { OrganizationStep } from "./organization-step";
import { PeopleStep } from "./people-step";
import { ProductStep } from "./product-step";

type Step = NonNullable<Me["first_step"]>;

const steps: { value: Step; label: string }[] = [
  { value: "organization", label: "Your organization" },
  { value: "people", label: "Your people" },
  { value: "product", label: "First look" },
];

export function meta() {
  return [{ title: "Welcome · Tenantry" }];
}

/** The three short steps after signing up. They wait where one left them, and never come back once they are done. */
export default function Welcome() {
  const client = useQueryClient();
  const navigate = useNavigate();
  const me = useQuery(meQuery);
  const meta = useQuery(metaQuery);
  const own = me.data?.organizations.find((one) => one.role === "owner" && !one.erase_at);
  const organization = useQuery({ ...organizationQuery(own?.slug ?? ""), enabled: Boolean(own) });
  const change = useMutation({
    mutationFn: ({ step }: { step: Api<"StepChange">["step"]; to?: string }) =>
      http.PUT("/api/v1/me/first-steps", { body: { step } }),
    onError: toastProblem,
    onSuccess: async (_, { step, to }) => {
      const next = step === "done" ? null : step;
      client.setQueryData(meQuery.queryKey, (old) => old && { ...old, first_step: next });
      if (to) await navigate(to, { replace: true });
    },
  });
  const failed = me.error ?? meta.error ?? organization.error;
  if (failed) {
    return asProblem(failed).status === 401 ? (
      <Navigate to="/sign-in?next=/welcome" replace />
    ) : (
      <ErrorPage error={failed} />
    );
  }
  if (me.data && (!me.data.first_step || !own)) return <Navigate to="/start" replace />;
  if (!me.data || !meta.data || !organization.data) return <ShellSkeleton />;

  const products = meta.data.products;
  const only = products.length === 1 ? products[0] : undefined;
  const base = `/${organization.data.slug}`;
  const finish = (to = base) => change.mutate({ step: "done", to });
  // With a single product its own first page is the last step.
  const choose = () => (only ? finish(`${base}/${only.slug}`) : change.mutate({ step: "product" }));
  const step = me.data.first_step ?? "organization";
  return (
    <div className="flex min-h-dvh flex-col items-center bg-canvas px-4 py-10 sm:pt-[12dvh]">
      <header className="mb-6 flex items-center gap-2.5 text-lg font-semibold tracking-tight">
        <Logo className="size-8" /> Tenantry
      </header>
      <main className="w-full max-w-lg rounded-xl bg-surface p-6 shadow-panel sm:p-7">
        <Progress step={step} />
        {step === "organization" && (
          <OrganizationStep
            me={me.data}
            organization={organization.data}
            next={() => change.mutate({ step: "people" })}
          />
        )}
        {step === "people" && (
          <PeopleStep me={me.data} organization={organization.data} local={meta.data.mode === "local"} next={choose} />
        )}
        {step === "product" && <ProductStep organization={organization.data} products={products} finish={finish} />}
      </main>
      <footer className="mt-5">
        <button
          type="button"
          onClick={() => finish()}
          disabled={change.isPending}
          className="rounded-sm font-medium text-fg-2 underline underline-offset-2 hover:text-fg"
        >
          Skip the introduction
        </button>
      </footer>
    </div>
  );
}

function Progress({ step }: { step: Step }) {
  const here = steps.findIndex((one) => one.value === step);
  return (
    <ol aria-label="Steps" className="mb-6 grid grid-cols-3 gap-2">
      {steps.map((one, index) => (
        <li
          key={one.value}
          aria-current={index === here ? "step" : undefined}
          className={cn(
            "border-t-2 pt-2 text-xs",
            index <= here ? "border-primary text-fg" : "border-line text-fg-3",
            index === here && "font-semibold",
          )}
        >
          <span className="num">{index + 1}</span> {one.label}
        </li>
      ))}
    </ol>
  );
}
