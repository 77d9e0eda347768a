import { reactRouter } from "@react-router/dev/vite";
import tailwindcss from "@tailwindcss/vite";
import { defineConfig } from "vite";

const server = process.env.TENANTRY_DEV_API ?? "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [tailwindcss(), reactRouter()],
  resolve: { tsconfigPaths: true },
  // The policy the server sends has no data: for fonts or scripts, so nothing is inlined.
  build: { assetsInlineLimit: 0, sourcemap: false },
  server: { proxy: { "/api": { target: server, ws: true } } },
});
