// The versions of a rota, newest first, read when somebody asks for them.

import { Stack, Text } from "@mantine/core";
import { useState } from "react";

import { ListEnd } from "../../lists/pages.tsx";
import { rotasWords as words } from "../../text/en.ts";
import { useVersions } from "./data.ts";
import { Layers } from "./Layers.tsx";

export function Versions({ id, name }: { id: string; name: (id: string) => string }) {
  const [open, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{words.versions.title}</summary>
      {open && <Listed id={id} name={name} />}
    </details>
  );
}

function Listed({ id, name }: { id: string; name: (id: string) => string }) {
  const list = useVersions(id);
  return (
    <Stack gap="sm" mt="xs">
      <Text size="sm">{words.versions.explained}</Text>
      {list.items.map((version) => (
        <section key={version.version} aria-label={words.versions.version(version.version)}>
          <Text size="sm" fw={600}>
            {words.versions.version(version.version)} · <bdi>{version.name}</bdi> · {version.zone}
            {version.archived_at != null && ` · ${words.isArchived}`}
          </Text>
          <Layers layers={version.layers} zone={version.zone} name={name} />
        </section>
      ))}
      <ListEnd list={list} empty="" />
    </Stack>
  );
}
