import { useQuery } from "@tanstack/react-query";
import { Check } from "lucide-react";
import { metaQuery } from "~/api/queries";
import { count, dateTime, title } from "~/lib/format";
import { useShell } from "~/shell/context";
import { Card, CardHead } from "~/ui/card";

/** What the organization is and what you may do in it. */
export default function OrganizationPage() {
  const { organization, products } = useShell();
  const meta = useQuery(metaQuery).data;
  const facts: [string, React.ReactNode][] = [
    ["Name", organization.name],
    ["Address", <code key="slug" className="font-mono text-xs">{`/${organization.slug}`}</code>],
    [
      "Members",
      <span key="members" className="num">
        {count(organization.members)}
      </span>,
    ],
    ["Your role", title(organization.role)],
    [
      "Created",
      <time key="at" dateTime={organization.created_at}>
        {dateTime(organization.created_at)}
      </time>,
    ],
    [
      "Tenantry",
      <span key="version" className="num">
        {meta ? `${meta.version}, ${meta.mode} mode` : "…"}
      </span>,
    ],
  ];
  return (
    <div className="grid items-start gap-4 lg:grid-cols-2">
      <Card>
        <CardHead title="About" />
        <dl className="border-t">
          {facts.map(([name, value]) => (
            <div key={name} className="flex min-h-10 items-center justify-between gap-4 border-b px-4 last:border-b-0">
              <dt className="text-fg-2">{name}</dt>
              <dd className="min-w-0 truncate font-medium">{value}</dd>
            </div>
          ))}
        </dl>
      </Card>
      <Card>
        <CardHead title="What you may do here" text={`As ${organization.role} of this organization.`} />
        <ul className="border-t">
          {organization.permissions.map((permission) => {
            const [slug, resource, verb] = permission.split(".");
            const product = products.find((one) => one.slug === slug);
            return (
              <li key={permission} className="flex min-h-10 items-center gap-2.5 border-b px-4 last:border-b-0">
                <Check className="size-3.5 shrink-0 text-ok" aria-hidden="true" />
                <span>
                  {product ? product.name : title(slug ?? "")}: {verb ?? ""} {(resource ?? "").replace(/_/g, " ")}
                </span>
              </li>
            );
          })}
        </ul>
      </Card>
    </div>
  );
}
