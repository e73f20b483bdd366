import { Title } from "@mantine/core";

import { Only } from "../../shell/Frame.tsx";
import { auditWords as words } from "../../text/en.ts";

export function AuditPage() {
  return (
    <Only page="audit">
      <Title order={1} size="h3">
        {words.title}
      </Title>
    </Only>
  );
}
