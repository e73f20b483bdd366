import { defineConfig } from "vitest/config";

// One after the other: each starts a server and a browser of its own, and machines are small.
export default defineConfig({
  test: { environment: "node", include: ["e2e/**/*.test.ts"], testTimeout: 90_000, hookTimeout: 60_000, fileParallelism: false },
});
