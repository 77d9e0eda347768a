import { defineConfig } from "vitest/config";

// Without the router's plugin: these tests are of plain functions and classes.
export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: { include: ["tests/**/*.test.ts", "tests/**/*.test.tsx"] },
});
