import { type ReactNode, useState } from "react";
import { useForm } from "react-hook-form";
import { asProblem, type Problem } from "~/api/problem";
import type { Organization } from "~/api/types";
import { plural } from "~/lib/format";
import { Button } from "~/ui/button";
import { Field, Select, Textarea } from "~/ui/field";
import { ProblemNote } from "~/ui/problem";
import { toast } from "~/ui/toast";
import { givable, invitations, type Role } from "../api";
import { addressErrors, splitAddresses } from "./addresses";

interface Props {
  close: () => void;
  done: () => void;
  /** What stands beside the button, in place of a way to cancel. */
  instead?: ReactNode;
  organization: Organization;
}

/** Several addresses at once, all of them or none. */
export function InviteByMail({ organization, close, done, instead }: Props) {
  const [problem, setProblem] = useState<Problem | null>(null);
  const form = useForm({ defaultValues: { emails: "", role: "member" as Role } });
  const { errors, isSubmitting } = form.formState;
  const typed = splitAddresses(form.watch("emails"));
  const submit = form.handleSubmit(async ({ role }) => {
    setProblem(null);
    if (typed.length === 0) {
      form.setError("emails", { message: "Enter at least one address, such as grace@example.com." });
      return;
    }
    try {
      const made = await invitations.send(organization.slug, { emails: typed, role, days: 7 });
      toast.success(`${plural(made.items.length, "invitation")} sent.`);
      done();
      close();
    } catch (error) {
      const told = asProblem(error);
      const message = addressErrors(told, typed);
      if (message) form.setError("emails", { message }, { shouldFocus: true });
      else setProblem(told);
    }
  });
  return (
    <form onSubmit={submit} className="grid gap-4" noValidate>
      {problem && <ProblemNote error={problem} />}
      <Field
        label="E-mail addresses"
        error={errors.emails?.message}
        hint={
          typed.length > 1 ? plural(typed.length, "address", "addresses") : "Several at once: paste them as they are."
        }
      >
        <Textarea autoFocus rows={3} placeholder="grace@example.com, alan@example.com" {...form.register("emails")} />
      </Field>
      <RoleField register={form.register("role")} own={organization.role} />
      <div className="flex flex-wrap items-center justify-end gap-2">
        {instead ?? (
          <Button size="md" onClick={close}>
            Cancel
          </Button>
        )}
        <Button type="submit" variant="primary" size="md" busy={isSubmitting}>
          {typed.length > 1 ? `Send ${plural(typed.length, "invitation")}` : "Send invitation"}
        </Button>
      </div>
    </form>
  );
}

interface RoleFieldProps {
  register: object;
  own: Role;
  most?: Role;
}

/** Which role somebody is to have, as high as one's own. */
export function RoleField({ register, own, most = "owner" }: RoleFieldProps) {
  const possible = givable(own).filter((role) => givable(most).includes(role));
  return (
    <Field label="Role">
      <Select {...register}>
        {possible.map((role) => (
          <option key={role.value} value={role.value}>
            {role.label}: {role.text.toLowerCase().replace(/\.$/, "")}
          </option>
        ))}
      </Select>
    </Field>
  );
}
