import { Title } from "@mantine/core";

import { Only } from "../../shell/Frame.tsx";
import { webhooksWords as words } from "../../text/en.ts";

export function WebhooksPage() {
  return (
    <Only page="webhooks">
      <Title order={1} size="h3">
        {words.title}
      </Title>
    </Only>
  );
}
