import { Title } from "@mantine/core";

import { Only } from "../../shell/Frame.tsx";
import { rulesWords as words } from "../../text/en.ts";

export function RulesPage() {
  return (
    <Only page="rules">
      <Title order={1} size="h3">
        {words.title}
      </Title>
    </Only>
  );
}
