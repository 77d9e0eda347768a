import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "react-router";
import { ask } from "~/api/client";
import NotFound from "~/shell/not-found";
import { Card } from "~/ui/card";
import { Page, PageHead } from "~/ui/page";
import { toast } from "~/ui/toast";
import { editableFields, type Item, useGeneric } from "./resource";
import { ResourceForm } from "./resource-form";

export default function GenericCreate() {
  const { product, resource, base, path } = useGeneric();
  const client = useQueryClient();
  const navigate = useNavigate();
  if (!product || !resource?.create) return <NotFound />;
  const list = `${base}/${resource.name}`;
  const save = async (values: Item) => {
    await ask("POST", path, values);
    await client.invalidateQueries({ queryKey: ["generic", path] });
    await navigate(list);
    toast.success("Added.");
  };
  return (
    <Page
      crumbs={[{ label: product.name, to: base }, { label: resource.title, to: list }, { label: "Add" }]}
      className="max-w-xl"
    >
      <PageHead title={`Add to ${resource.title.toLowerCase()}`} />
      <Card className="p-5">
        <ResourceForm fields={editableFields(resource.create)} action="Add" onSave={save} />
      </Card>
    </Page>
  );
}
