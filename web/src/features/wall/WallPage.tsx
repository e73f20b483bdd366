import { Title } from "@mantine/core";

import { Only } from "../../shell/Frame.tsx";
import { wallWords as words } from "../../text/en.ts";

export function WallPage() {
  return (
    <Only page="wall">
      <Title order={1} size="h3">
        {words.title}
      </Title>
    </Only>
  );
}
