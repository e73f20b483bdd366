import { Title } from "@mantine/core";

import { Only } from "../../shell/Frame.tsx";
import { homesWords as words } from "../../text/en.ts";

export function HomesPage() {
  return (
    <Only page="homes">
      <Title order={1} size="h3">
        {words.title}
      </Title>
    </Only>
  );
}
