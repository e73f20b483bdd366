import { Title } from "@mantine/core";

import { Only } from "../../shell/Frame.tsx";
import { reportsWords as words } from "../../text/en.ts";

export function ReportsPage() {
  return (
    <Only page="reports">
      <Title order={1} size="h3">
        {words.title}
      </Title>
    </Only>
  );
}
