import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { ask } from "~/api/client";
import NotFound from "~/shell/not-found";
import { Button } from "~/ui/button";
import { Card, CardHead } from "~/ui/card";
import { Dialog } from "~/ui/dialog";
import { Page, PageFault, PageHead } from "~/ui/page";
import { Skeleton } from "~/ui/skeleton";
import { toast, toastProblem } from "~/ui/toast";
import { columnFields, editableFields, fieldsOf, type Item, useGeneric } from "./resource";
import { ResourceForm } from "./resource-form";
import { Value } from "./value";

export default function GenericDetail() {
  const { product, resource, base, path, id } = useGeneric();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [asking, setAsking] = useState(false);
  const query = useQuery({
    queryKey: ["generic", path, id],
    queryFn: () => ask<Item>("GET", `${path}/${id}`),
    enabled: path !== "",
  });
  if (!product || !resource) return <NotFound />;
  const list = `${base}/${resource.name}`;
  const item = query.data;
  const fields = fieldsOf(resource.schema);
  const name = item ? String(item[columnFields(resource.schema)[0]?.name ?? "id"] ?? item.id) : "";
  const editable = resource.update ? editableFields(resource.update) : [];
  const save = async (values: Item) => {
    await ask("PATCH", `${path}/${id}`, values);
    await client.invalidateQueries({ queryKey: ["generic", path] });
    toast.success("Saved.");
  };
  const remove = async () => {
    try {
      await ask("DELETE", `${path}/${id}`);
      await client.invalidateQueries({ queryKey: ["generic", path], exact: true });
      await navigate(list);
      toast.success("Deleted.");
    } catch (error) {
      toastProblem(error);
    }
  };
  return (
    <Page crumbs={[{ label: product.name, to: base }, { label: resource.title, to: list }, { label: name || "…" }]}>
      {query.error && (
        <PageFault
          error={query.error}
          onRetry={() => query.refetch()}
          action={
            <Button size="md" variant="primary" asChild>
              <Link to={list}>{resource.title}</Link>
            </Button>
          }
        />
      )}
      {query.isPending && (
        <>
          <h1 className="sr-only">{resource.title}</h1>
          <Skeleton className="h-64 w-full rounded-lg" />
        </>
      )}
      {item && (
        <>
          <PageHead title={name}>
            {resource.delete && (
              <Button size="md" variant="danger-outline" onClick={() => setAsking(true)}>
                <Trash2 aria-hidden="true" /> Delete…
              </Button>
            )}
          </PageHead>
          <div className="grid items-start gap-4 lg:grid-cols-2">
            <Card>
              <CardHead title="Details" />
              <dl className="border-t">
                {fields.map((field) => (
                  <div
                    key={field.name}
                    className="flex min-h-10 items-center justify-between gap-6 border-b px-4 py-2 last:border-b-0"
                  >
                    <dt className="shrink-0 text-fg-2">{field.title}</dt>
                    <dd className="min-w-0 text-right">
                      <Value value={item[field.name]} schema={field.schema} />
                    </dd>
                  </div>
                ))}
              </dl>
            </Card>
            {editable.length > 0 && (
              <Card>
                <CardHead title="Change" />
                <div className="border-t p-4">
                  <ResourceForm key={JSON.stringify(item)} fields={editable} item={item} action="Save" onSave={save} />
                </div>
              </Card>
            )}
          </div>
          <Dialog open={asking} onOpenChange={setAsking} title={`Delete ${name}?`} text="This can't be undone.">
            <div className="flex justify-end gap-2">
              <Button size="md" onClick={() => setAsking(false)}>
                Keep it
              </Button>
              <Button size="md" variant="danger" onClick={remove}>
                Delete for good
              </Button>
            </div>
          </Dialog>
        </>
      )}
    </Page>
  );
}
