import { zodResolver } from "@hookform/resolvers/zod";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useForm } from "react-hook-form";
import * as z from "zod/mini";
import type { Problem } from "~/api/problem";
import type { Me } from "~/api/types";
import { Section } from "~/chassis/settings/section";
import { placeErrors } from "~/lib/form";
import { useShell } from "~/shell/context";
import { themes } from "~/shell/theme-menu";
import { Button } from "~/ui/button";
import { Field, Input, Select } from "~/ui/field";
import { ProblemNote } from "~/ui/problem";
import { toast } from "~/ui/toast";
import { changeMe } from "./api";
import { AvatarField } from "./avatar-field";
import { type Choice, currencies, locales, timeZones } from "./choices";

const schema = z.object({
  name: z.string().check(z.trim(), z.minLength(1, "Tell us what to call you."), z.maxLength(80)),
  time_zone: z.string(),
  locale: z.string(),
  currency: z.string(),
  theme: z.enum(["light", "dark", "system"]),
});

const valuesOf = (me: Me) => ({
  name: me.name,
  time_zone: me.time_zone ?? "",
  locale: me.locale ?? "",
  currency: me.currency ?? "",
  theme: me.theme,
});

/** Name, time zone, language, currency and theme. */
export function ProfileForm() {
  const { me } = useShell();
  const client = useQueryClient();
  const [problem, setProblem] = useState<Problem | null>(null);
  const form = useForm({
    resolver: zodResolver(schema),
    values: valuesOf(me),
    resetOptions: { keepDirtyValues: true },
  });
  const { errors, isSubmitting, isDirty } = form.formState;
  const submit = form.handleSubmit(async (values) => {
    setProblem(null);
    try {
      const changed = await changeMe(client, {
        ...values,
        time_zone: values.time_zone || null,
        locale: values.locale || null,
        currency: values.currency || null,
      });
      form.reset(valuesOf(changed));
      toast.success("Saved.");
    } catch (error) {
      setProblem(placeErrors(error, ["name", "time_zone", "locale", "currency", "theme"], form.setError));
    }
  });
  const browser = Intl.DateTimeFormat().resolvedOptions();
  return (
    <form onSubmit={submit} noValidate>
      <Section
        title="Profile"
        text="Your name is what others see. The rest decides how times, numbers and sums look to you."
        footer={
          <Button type="submit" variant="primary" size="md" busy={isSubmitting} disabled={!isDirty}>
            Save
          </Button>
        }
      >
        <div className="grid gap-4 sm:grid-cols-2">
          {problem && <ProblemNote error={problem} className="sm:col-span-2" />}
          <div className="sm:col-span-2">
            <AvatarField />
          </div>
          <Field label="Name" error={errors.name?.message} className="sm:col-span-2">
            <Input autoComplete="name" {...form.register("name")} />
          </Field>
          <Field label="Time zone" error={errors.time_zone?.message} hint="In mails, too.">
            <Select {...form.register("time_zone")}>
              <option value="">As the browser: {browser.timeZone.replaceAll("_", " ")}</option>
              <Options of={timeZones(me.time_zone)} />
            </Select>
          </Field>
          <Field label="Language of numbers and times" error={errors.locale?.message}>
            <Select {...form.register("locale")}>
              <option value="">As the browser</option>
              <Options of={locales(me.locale)} />
            </Select>
          </Field>
          <Field label="Currency" error={errors.currency?.message}>
            <Select {...form.register("currency")}>
              <option value="">No preference</option>
              <Options of={currencies(me.currency)} />
            </Select>
          </Field>
          <Field label="Theme" error={errors.theme?.message}>
            <Select {...form.register("theme")}>
              <Options of={themes} />
            </Select>
          </Field>
        </div>
      </Section>
    </form>
  );
}

function Options({ of }: { of: Choice[] }) {
  return of.map(({ value, label }) => (
    <option key={value} value={value}>
      {label}
    </option>
  ));
}
