import { use } from "react";
import { Link } from "react-router";
import { Problem } from "~/api/problem";
import { useTitle } from "~/lib/hooks";
import { Button } from "~/ui/button";
import { ShellContext } from "./context";
import { ErrorPage, ErrorText } from "./error-page";

const problem = new Problem({
  status: 404,
  code: "page.not_found",
  detail: "There is no page at this address.",
  hint: "It may have moved, or the link may be old. Your overview is a good place to start again.",
});

export default function NotFound() {
  const shell = use(ShellContext);
  useTitle("Not found");
  if (!shell) return <ErrorPage error={problem} />;
  return (
    <div className="flex flex-1 flex-col items-center justify-center p-6 text-center">
      <ErrorText problem={problem}>
        <Button variant="primary" size="md" asChild>
          <Link to={`/${shell.organization.slug}`}>Go to my overview</Link>
        </Button>
      </ErrorText>
    </div>
  );
}
