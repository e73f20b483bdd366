import { Title } from "@mantine/core";

import { Only } from "../../shell/Frame.tsx";
import { rotasWords as words } from "../../text/en.ts";

export function RotasPage() {
  return (
    <Only page="rotas">
      <Title order={1} size="h3">
        {words.title}
      </Title>
    </Only>
  );
}
