import js from "@eslint/js";
import hooks from "eslint-plugin-react-hooks";
import { readdirSync } from "node:fs";
import ts from "typescript-eslint";

// A feature may use what is shared and nothing of another feature; what is shared knows no feature. `routes.tsx` and `main.tsx` put them together.
const features = readdirSync(new URL("./src/features", import.meta.url));
const shared = ["api", "session", "stream", "shell", "text", "time", "places", "presence", "outbox", "form", "lists", "charts", "evidence", "difference", "plan"];

const between = features.map((feature) => ({
  files: [`src/features/${feature}/**`],
  rules: {
    "no-restricted-imports": [
      "error",
      { patterns: features.filter((other) => other !== feature).map((other) => ({ group: [`**/features/${other}/**`, `**/${other}/*`].slice(0, 1).concat(`../${other}/**`), message: "Features do not import each other: move what both need to a shared room." })) },
    ],
  },
}));

export default ts.config(
  { ignores: ["dist", "src/api/schema.ts", "node_modules", "screenshots"] },
  js.configs.recommended,
  ts.configs.strictTypeChecked,
  { languageOptions: { parserOptions: { projectService: { allowDefaultProject: ["eslint.config.js"] }, tsconfigRootDir: import.meta.dirname } } },
  hooks.configs.flat["recommended-latest"],
  {
    rules: {
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: { attributes: false } }],
    },
  },
  ...between,
  {
    files: shared.map((room) => `src/${room}/**`),
    rules: { "no-restricted-imports": ["error", { patterns: [{ group: ["**/features/**"], message: "What is shared knows no feature." }] }] },
  },
  { files: ["eslint.config.js"], languageOptions: { globals: { URL: "readonly" } }, extends: [ts.configs.disableTypeChecked] },
);
