import { defineConfig } from "vitest/config";

// What is measured and not asserted: apart from the tests, and run when somebody wants the figures.
export default defineConfig({ test: { environment: "node", include: ["e2e/measure.ts"], hookTimeout: 60_000, disableConsoleIntercept: true } });
