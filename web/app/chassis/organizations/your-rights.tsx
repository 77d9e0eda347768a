import { Section } from "~/chassis/settings/section";
import { title } from "~/lib/format";
import { useShell } from "~/shell/context";

/** What the person who looks may do here, by what it is about. */
export function YourRights() {
  const { organization, products } = useShell();
  const groups = new Map<string, string[]>();
  for (const permission of organization.permissions) {
    const parts = permission.split(".");
    const verb = parts.pop() ?? "";
    const slug = parts.shift() ?? "";
    const about = products.find((one) => one.slug === slug)?.name ?? title(slug).replace(/^Api\b/, "API");
    const what = `${verb} ${parts.join(" ").replace(/_/g, " ")}`.trim();
    groups.set(about, [...(groups.get(about) ?? []), what]);
  }
  return (
    <Section title="What you may do here" text={`As ${organization.role} of ${organization.name}.`}>
      <dl className="grid gap-x-6 gap-y-2.5 sm:grid-cols-[10rem_1fr]">
        {[...groups].map(([about, rights]) => (
          <div key={about} className="contents">
            <dt className="font-medium">{about}</dt>
            <dd className="text-fg-2">{rights.join(", ")}</dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}
