import { useMutation } from "@tanstack/react-query";
import { ArrowRight, FlaskConical } from "lucide-react";
import { answer, http } from "~/api/client";
import type { Organization, Product } from "~/api/types";
import { ProductTile } from "~/shell/product-switcher";
import { Button } from "~/ui/button";
import { toastProblem } from "~/ui/toast";

interface Props {
  organization: Organization;
  products: Product[];
  finish: (to: string) => void;
}

/** What to look at first: a product as it is, or with a sample in it. */
export function ProductStep({ organization, products, finish }: Props) {
  const sample = useMutation({
    mutationFn: (product: string) =>
      answer(
        http.POST("/api/v1/orgs/{org}/samples/{product}", { params: { path: { org: organization.slug, product } } }),
      ),
    onSuccess: ({ path }) => finish(path),
    onError: toastProblem,
  });
  return (
    <div className="grid gap-4">
      <div>
        <h1 className="text-xl font-semibold tracking-tight">Where do you want to begin?</h1>
        <p className="mt-1 text-fg-2">Open one, or look at it with a sample inside. All of them stay yours.</p>
      </div>
      <ul className="grid gap-2.5">
        {products.map((one) => (
          <li key={one.slug} className="rounded-lg border p-3.5">
            <div className="flex gap-3">
              <ProductTile icon={one.icon} hue={one.hue} className="size-8" />
              <div className="min-w-0">
                <h2 className="font-semibold">{one.name}</h2>
                <p className="text-fg-2">{one.summary}</p>
              </div>
            </div>
            <div className="mt-3 flex flex-wrap justify-end gap-2">
              {one.sample && (
                <Button
                  size="md"
                  aria-label={`Try a sample of ${one.name}`}
                  busy={sample.isPending && sample.variables === one.slug}
                  disabled={sample.isPending}
                  onClick={() => sample.mutate(one.slug)}
                >
                  <FlaskConical aria-hidden="true" /> Try a sample
                </Button>
              )}
              <Button
                size="md"
                aria-label={`Open ${one.name}`}
                onClick={() => finish(`/${organization.slug}/${one.slug}`)}
              >
                Open <ArrowRight aria-hidden="true" />
              </Button>
            </div>
          </li>
        ))}
      </ul>
    </div>
  );
}
