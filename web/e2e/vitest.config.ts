import { defineConfig } from "vitest/config";

// Two files at a time: each starts a server and a browser of its own, and mostly waits for them.
export default defineConfig({
  test: { environment: "node", include: ["e2e/**/*.test.ts"], testTimeout: 90_000, hookTimeout: 60_000, maxWorkers: 2 },
});
