import type { Config } from "@react-router/dev/config";

export default {
  // One page of JavaScript and no server of its own: the Python process serves build/client.
  ssr: false,
  // Public pages are written out as HTML; every other address gets __spa-fallback.html.
  prerender: ["/", "/sign-in", "/sign-up"],
} satisfies Config;
