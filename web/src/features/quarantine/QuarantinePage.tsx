import { Title } from "@mantine/core";

import { Only } from "../../shell/Frame.tsx";
import { quarantineWords as words } from "../../text/en.ts";

export function QuarantinePage() {
  return (
    <Only page="quarantine">
      <Title order={1} size="h3">
        {words.title}
      </Title>
    </Only>
  );
}
