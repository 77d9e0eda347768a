import { percent } from "~/lib/format";
import { Card, CardHead } from "~/ui/card";
import { LanguageBar, languageShares } from "./repositories/language-mix";

export function LanguagesCard({ mix }: { mix: Record<string, number> }) {
  const shares = languageShares(mix);
  if (shares.length === 0) return null;
  return (
    <Card>
      <CardHead title="Languages" />
      <div className="px-4 pb-3">
        <LanguageBar mix={mix} />
        <ul className="mt-2.5">
          {shares.map((one) => (
            <li key={one.name} className="flex h-6.5 items-center gap-2.5">
              <span className="size-2 rounded-full" style={{ background: one.color }} aria-hidden="true" />
              <span className="flex-1">{one.label}</span>
              <span className="num text-fg-2">{percent(one.fraction, 1)}</span>
            </li>
          ))}
        </ul>
      </div>
    </Card>
  );
}
