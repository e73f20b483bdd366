import { Title } from "@mantine/core";

import { Only } from "../../shell/Frame.tsx";
import { handoverWords as words } from "../../text/en.ts";

export function HandOverPage() {
  return (
    <Only page="handover">
      <Title order={1} size="h3">
        {words.title}
      </Title>
    </Only>
  );
}
