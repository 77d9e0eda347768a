import { zodResolver } from "@hookform/resolvers/zod";
import { useState } from "react";
import { useForm } from "react-hook-form";
import * as z from "zod/mini";
import { answer, http } from "~/api/client";
import type { Problem } from "~/api/problem";
import type { Api } from "~/api/types";
import { go } from "~/chassis/auth/away";
import { Section } from "~/chassis/settings/section";
import { placeErrors } from "~/lib/form";
import { useShell } from "~/shell/context";
import { Button } from "~/ui/button";
import { CopyButton } from "~/ui/copy-button";
import { Field, Input, Select } from "~/ui/field";
import { ProblemNote } from "~/ui/problem";
import { toast, toastProblem } from "~/ui/toast";
import { useSignInChanged } from "./api";

const schema = z.object({
  issuer: z
    .string()
    .check(z.trim(), z.regex(/^https?:\/\/\S+$/, "Give its address, such as https://login.example.com.")),
  client_id: z.string().check(z.trim(), z.minLength(1, "Give the client id that the issuer has for us.")),
  client_secret: z.string(),
  joins: z.enum(["no", "viewer", "member", "admin"]),
});

/** The organization's own issuer of OpenID Connect. */
export function ConnectionCard({ policy }: { policy: Api<"SignInOut"> }) {
  const { organization } = useShell();
  const changed = useSignInChanged(organization.slug);
  const [problem, setProblem] = useState<Problem | null>(null);
  const known = policy.connection;
  const path = { params: { path: { org: organization.slug } } };
  const form = useForm({
    resolver: zodResolver(schema),
    values: {
      issuer: known?.issuer ?? "",
      client_id: known?.client_id ?? "",
      client_secret: "",
      joins: known?.joins === false ? ("no" as const) : (known?.role ?? ("member" as const)),
    },
    resetOptions: { keepDirtyValues: true },
  });
  const { errors, isSubmitting, isDirty } = form.formState;
  const submit = form.handleSubmit(async ({ joins, client_secret, ...rest }) => {
    setProblem(null);
    try {
      const body = {
        ...rest,
        client_secret: client_secret || null,
        joins: joins !== "no",
        role: joins === "no" ? ("member" as const) : joins,
      };
      await answer(http.PUT("/api/v1/orgs/{org}/sign-in/connection", { ...path, body }));
      form.reset({ ...form.getValues(), client_secret: "" });
      await changed();
      form.resetField("client_secret", { defaultValue: "" });
      toast.success("The issuer is connected.");
    } catch (error) {
      setProblem(placeErrors(error, ["issuer", "client_id", "client_secret"], form.setError));
    }
  });
  const attempt = async (what: () => Promise<unknown>) => {
    try {
      await what();
    } catch (error) {
      toastProblem(error);
    }
  };
  const disconnect = async () => {
    await answer(http.DELETE("/api/v1/orgs/{org}/sign-in/connection", path));
    form.reset({ issuer: "", client_id: "", client_secret: "", joins: "member" });
    await changed();
    toast.success("The issuer is disconnected.");
  };
  const link = async () => go((await answer(http.POST("/api/v1/orgs/{org}/sign-in/link", path))).url);
  return (
    <form onSubmit={submit} noValidate>
      <Section
        title="Single sign-on"
        text="Any issuer of OpenID Connect: Okta, Entra ID, Google Workspace, Auth0, Keycloak…"
        footer={
          <>
            {known && (
              <>
                <Button size="md" variant="danger-outline" className="mr-auto" onClick={() => attempt(disconnect)}>
                  Disconnect
                </Button>
                <Button size="md" onClick={() => attempt(link)}>
                  Link my account
                </Button>
              </>
            )}
            <Button type="submit" size="md" variant="primary" busy={isSubmitting} disabled={!isDirty}>
              {known ? "Save" : "Connect"}
            </Button>
          </>
        }
      >
        <div className="grid gap-4 sm:grid-cols-2">
          {problem && <ProblemNote error={problem} className="sm:col-span-2" />}
          <Field
            label="Issuer"
            error={errors.issuer?.message}
            hint="As its discovery document names it."
            className="sm:col-span-2"
          >
            <Input inputMode="url" autoComplete="off" placeholder="https://" {...form.register("issuer")} />
          </Field>
          <Field label="Client id" error={errors.client_id?.message}>
            <Input autoComplete="off" {...form.register("client_id")} />
          </Field>
          <Field
            label="Client secret"
            error={errors.client_secret?.message}
            hint={known ? "Leave it empty to keep the one that is stored." : undefined}
          >
            <Input type="password" autoComplete="off" {...form.register("client_secret")} />
          </Field>
          <Field label="Who comes and is no member yet" className="sm:col-span-2">
            <Select {...form.register("joins")}>
              <option value="viewer">becomes a viewer</option>
              <option value="member">becomes a member</option>
              <option value="admin">becomes an admin</option>
              <option value="no">stays outside</option>
            </Select>
          </Field>
          <div className="min-w-0 sm:col-span-2">
            <p className="font-medium">Redirect address to register there</p>
            <div className="mt-1 flex items-center gap-1">
              <code className="min-w-0 font-mono text-xs break-all">{policy.redirect_uri}</code>
              <CopyButton text={policy.redirect_uri} label="Copy the redirect address" />
            </div>
          </div>
        </div>
      </Section>
    </form>
  );
}
