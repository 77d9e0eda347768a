import { zodResolver } from "@hookform/resolvers/zod";
import { useState } from "react";
import { useForm } from "react-hook-form";
import * as z from "zod/mini";
import type { Problem } from "~/api/problem";
import { placeErrors } from "~/lib/form";
import { useShell } from "~/shell/context";
import { Button } from "~/ui/button";
import { Field, Input, Select } from "~/ui/field";
import { ProblemNote } from "~/ui/problem";
import { invitations } from "../api";
import { RoleField } from "./invite-by-mail";
import { MadeLink } from "./made-link";

const schema = z.object({
  role: z.enum(["viewer", "member", "admin", "owner"]),
  max_uses: z.coerce
    .number<string>("Enter a number from 1 to 1000.")
    .check(
      z.int("Enter a whole number."),
      z.minimum(1, "At least one person."),
      z.maximum(1000, "At most 1000 people."),
    ),
  days: z.coerce.number<string>(),
  domain: z.string().check(z.trim()),
});

/** A link to be handed on, for so many people, until a day, perhaps for one domain. */
export function InviteByLink({ close, done }: { close: () => void; done: () => void }) {
  const { organization } = useShell();
  const [problem, setProblem] = useState<Problem | null>(null);
  const [link, setLink] = useState<string | null>(null);
  const form = useForm({
    resolver: zodResolver(schema),
    defaultValues: { role: "member" as const, max_uses: "10", days: "7", domain: "" },
  });
  const { errors, isSubmitting } = form.formState;
  const submit = form.handleSubmit(async (values) => {
    setProblem(null);
    try {
      const made = await invitations.link(organization.slug, { ...values, domain: values.domain || null });
      setLink(made.link);
      done();
    } catch (error) {
      setProblem(placeErrors(error, ["role", "max_uses", "domain", "days"], form.setError));
    }
  });
  if (link) return <MadeLink link={link} onDone={close} />;
  return (
    <form onSubmit={submit} className="grid gap-4" noValidate>
      {problem && <ProblemNote error={problem} />}
      <RoleField register={form.register("role")} own={organization.role} most="admin" />
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="For how many people" error={errors.max_uses?.message}>
          <Input type="number" min={1} max={1000} inputMode="numeric" {...form.register("max_uses")} />
        </Field>
        <Field label="Good for" error={errors.days?.message}>
          <Select {...form.register("days")}>
            <option value="1">1 day</option>
            <option value="7">7 days</option>
            <option value="30">30 days</option>
          </Select>
        </Field>
      </div>
      <Field
        label="Only for addresses at"
        optional
        error={errors.domain?.message}
        hint="Then it works only with a confirmed address there."
      >
        <Input placeholder="example.com" autoComplete="off" spellCheck={false} {...form.register("domain")} />
      </Field>
      <div className="flex justify-end gap-2">
        <Button size="md" onClick={close}>
          Cancel
        </Button>
        <Button type="submit" variant="primary" size="md" busy={isSubmitting}>
          Make the link
        </Button>
      </div>
    </form>
  );
}
