import { useQuery, useQueryClient } from "@tanstack/react-query";
import { FileArchive, FolderOpen, GitBranch } from "lucide-react";
import { Tabs } from "radix-ui";
import { useNavigate } from "react-router";
import { metaQuery } from "~/api/queries";
import { cn } from "~/lib/classes";
import { useOrg } from "~/shell/context";
import { Card } from "~/ui/card";
import { Page, PageHead } from "~/ui/page";
import { type NewRepository as Body, refreshLists, repositories } from "../api";
import { GitForm } from "./git-form";
import { PathForm } from "./path-form";
import { UploadForm } from "./upload-form";

/** Adds the repository and starts its first scan; the form shows what goes wrong. */
export type AddAndScan = (body: Body, branch?: string) => Promise<void>;

export default function NewRepository() {
  const org = useOrg();
  const client = useQueryClient();
  const navigate = useNavigate();
  const local = useQuery(metaQuery).data?.mode === "local";
  const add: AddAndScan = async (body, branch) => {
    const repository = await repositories.create(org, body);
    refreshLists(client, org);
    const scan = await repositories.scan(org, repository.id, branch);
    await navigate(`/${org}/pinata/scans/${scan.id}`);
  };
  const ways = [
    { value: "git", label: "From Git", icon: GitBranch, body: <GitForm add={add} /> },
    { value: "upload", label: "Upload", icon: FileArchive, body: <UploadForm add={add} /> },
    ...(local ? [{ value: "path", label: "Folder", icon: FolderOpen, body: <PathForm add={add} /> }] : []),
  ];
  return (
    <Page
      crumbs={[{ label: "Repositories", to: `/${org}/pinata/repositories` }, { label: "Scan a repository" }]}
      className="max-w-2xl"
    >
      <PageHead
        title="Scan a repository"
        text="Pinata reads Python, TypeScript, JavaScript, Java, Go and C#. Nothing in the repository is run."
      />
      <Card className="overflow-hidden">
        <Tabs.Root defaultValue="git">
          <Tabs.List aria-label="Where the code is" className="flex gap-1 border-b bg-sunken p-1.5">
            {ways.map(({ value, label, icon: Icon }) => (
              <Tabs.Trigger
                key={value}
                value={value}
                className={cn(
                  "inline-flex h-8 flex-1 items-center justify-center gap-2 rounded-md border border-transparent text-fg-2 hover:text-fg",
                  "data-[state=active]:border-line data-[state=active]:bg-raised data-[state=active]:font-semibold data-[state=active]:text-fg data-[state=active]:shadow-card",
                )}
              >
                <Icon className="size-4" aria-hidden="true" /> {label}
              </Tabs.Trigger>
            ))}
          </Tabs.List>
          {ways.map(({ value, body }) => (
            <Tabs.Content key={value} value={value} className="p-5" tabIndex={-1}>
              {body}
            </Tabs.Content>
          ))}
        </Tabs.Root>
      </Card>
    </Page>
  );
}
