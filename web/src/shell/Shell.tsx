// What is around every page: the way to the others, who is signed in, and whether the picture is live.

import { ActionIcon, Alert, AppShell, Burger, Button, Group, Kbd, Modal, NavLink, ScrollArea, SegmentedControl, Stack, Table, Text, Title, useMantineColorScheme } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Link, useLocation, useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";

import { usePresence } from "../presence/presence.ts";
import { opens, type PageName, places, useSignedIn, useSignOut } from "../session/session.ts";
import { shell } from "../text/en.ts";
import { SessionWarning } from "./SessionWarning.tsx";
import { shortcutsNow, useShortcuts } from "./shortcuts.ts";
import { StreamBanner } from "./StreamBanner.tsx";

const PAGES: { name: PageName; keys: string; apart?: boolean }[] = [
  { name: "queue", keys: "g q" },
  { name: "homes", keys: "g h" },
  { name: "visits", keys: "g v" },
  { name: "handover", keys: "g o" },
  { name: "incidents", keys: "g i" },
  { name: "rules", keys: "g u" },
  { name: "rotas", keys: "g t" },
  { name: "policies", keys: "g e" },
  { name: "reports", keys: "g p" },
  // In a window of its own: it renews no lease, and so must not take the place of the page that does.
  { name: "wall", keys: "g w", apart: true },
  { name: "users", keys: "g m" },
  { name: "organisations", keys: "g z" },
  { name: "webhooks", keys: "g k" },
  { name: "quarantine", keys: "g x" },
  { name: "strangers", keys: "g s" },
  { name: "audit", keys: "g a" },
];

export function Shell({ children }: { children: ReactNode }) {
  const me = useSignedIn();
  const signOut = useSignOut();
  const heard = usePresence(me);
  const navigate = useNavigate();
  const place = useLocation({ select: (location) => location.pathname });
  const [menu, { toggle, close }] = useDisclosure(false);
  const [sheet, sheetControls] = useDisclosure(false);
  const pages = PAGES.filter((page) => opens[page.name](me));
  useShortcuts([
    { keys: "?", does: shell.shortcuts, act: sheetControls.toggle },
    ...pages.map((page) => ({ keys: page.keys, does: shell.nav[page.name], act: () => (page.apart === true ? void window.open(places[page.name]) : void navigate({ to: places[page.name] })) })),
  ]);
  return (
    <AppShell header={{ height: 48 }} navbar={{ width: 190, breakpoint: "md", collapsed: { mobile: !menu } }} padding="sm">
      <AppShell.Header px="sm">
        <Group h="100%" justify="space-between" wrap="nowrap">
          <Group gap="xs" wrap="nowrap">
            <Burger opened={menu} onClick={toggle} hiddenFrom="md" size="sm" aria-label="Menu" />
            <Text fw={700}>{shell.name}</Text>
          </Group>
          <Group gap="xs" wrap="nowrap">
            <Text size="sm" truncate maw={220} dir="auto">
              {me.name}
            </Text>
            <ActionIcon variant="default" aria-label={shell.shortcuts} title={shell.shortcutsHint} onClick={sheetControls.open}>
              ?
            </ActionIcon>
            <Button size="compact-sm" variant="default" onClick={() => void signOut()}>
              {shell.signOut}
            </Button>
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs">
        <AppShell.Section grow component={ScrollArea}>
          {pages.map((page) => page.apart === true ? (
            <NavLink key={page.name} component="a" href={places[page.name]} target="_blank" label={shell.nav[page.name]} onClick={close} />
          ) : (
            <NavLink key={page.name} component={Link} to={places[page.name]} label={shell.nav[page.name]} active={place.startsWith(places[page.name])} onClick={close} />
          ))}
        </AppShell.Section>
        <AppShell.Section>
          <Scheme />
        </AppShell.Section>
      </AppShell.Navbar>
      <AppShell.Main>
        <Stack gap="sm">
          <SessionWarning />
          <StreamBanner />
          {!heard && opens.queue(me) && (
            <Alert color="red" role="alert">
              {shell.presenceLost}
            </Alert>
          )}
          {children}
        </Stack>
      </AppShell.Main>
      <Modal opened={sheet} onClose={sheetControls.close} title={<Title order={2} size="h4" component="span">{shell.shortcuts}</Title>} closeButtonProps={{ "aria-label": "Close" }}>
        <Table>
          <Table.Tbody>
            {shortcutsNow().map((each) => (
              <Table.Tr key={each.keys}>
                <Table.Td w={90}>
                  <Group gap={4}>
                    {each.keys.split(" ").map((key) => (
                      <Kbd key={key}>{key}</Kbd>
                    ))}
                  </Group>
                </Table.Td>
                <Table.Td>{each.does}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Modal>
    </AppShell>
  );
}

function Scheme() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <SegmentedControl
      fullWidth
      size="xs"
      aria-label={shell.scheme}
      value={colorScheme === "light" ? "light" : "dark"}
      onChange={(value) => setColorScheme(value === "light" ? "light" : "dark")}
      data={[
        { value: "dark", label: shell.dark },
        { value: "light", label: shell.light },
      ]}
    />
  );
}
