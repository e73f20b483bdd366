import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// While the console is worked on, `npm run dev` passes everything that is not a file of its own to a running Harken.
const server = process.env.HARKEN_URL ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react()],
  build: {
    // Everything as a file: the policy of the page allows nothing inline.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 800,
  },
  server: { proxy: { "/api": server, "/docs": server, "/openapi.json": server } },
  test: { environment: "node", include: ["src/**/*.test.{ts,tsx}"] },
});
