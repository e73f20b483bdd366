import { Title } from "@mantine/core";

import { Only } from "../../shell/Frame.tsx";
import { visitsWords as words } from "../../text/en.ts";

export function VisitsPage() {
  return (
    <Only page="visits">
      <Title order={1} size="h3">
        {words.title}
      </Title>
    </Only>
  );
}
