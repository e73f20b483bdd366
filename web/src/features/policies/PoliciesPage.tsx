import { Title } from "@mantine/core";

import { Only } from "../../shell/Frame.tsx";
import { policiesWords as words } from "../../text/en.ts";

export function PoliciesPage() {
  return (
    <Only page="policies">
      <Title order={1} size="h3">
        {words.title}
      </Title>
    </Only>
  );
}
