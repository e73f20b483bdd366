import { Title } from "@mantine/core";

import { Only } from "../../shell/Frame.tsx";
import { peopleWords as words } from "../../text/en.ts";

export function PeoplePage() {
  return (
    <Only page="people">
      <Title order={1} size="h3">
        {words.title}
      </Title>
    </Only>
  );
}
