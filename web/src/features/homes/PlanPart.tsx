// The settings of a home, of one of its people or of one of its devices: which value is in force, where it comes from, and how it is changed.

import { NativeSelect, Stack } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";

import type { Schemas } from "../../api/client.ts";
import type { Whose } from "../../plan/data.ts";
import { type Named, PlanOf } from "../../plan/PlanOf.tsx";
import { planWords as P } from "../../text/en.ts";
import { type Home, useDevices, useResidentNames } from "./data.ts";
import { deviceName } from "./names.ts";

/** Everybody and everything of the home that may have settings of its own, and which of them is looked at. */
function useWhose(home: Home) {
  const search = useSearch({ from: "/homes/$id" });
  const residents = useResidentNames(home.id).data?.items ?? [];
  const devices = useDevices(home.id, false).data?.items ?? [];
  const device = devices.find((each) => each.id === search.device);
  const wearer = device?.resident ?? null;
  const wider: Whose[] = [
    { scope: "home", id: home.id },
    { scope: "organisation", id: home.organisation },
  ];
  const chain: Whose[] =
    search.device !== undefined
      ? [{ scope: "device", id: search.device }, ...(wearer === null ? [] : [{ scope: "resident", id: wearer } as const]), ...wider]
      : search.resident !== undefined
        ? [{ scope: "resident", id: search.resident }, ...wider]
        : wider;
  return { chain, residents, devices };
}

export function PlanPart({ home, mayChange }: { home: Home; mayChange: boolean }) {
  const { chain, residents, devices } = useWhose(home);
  const navigate = useNavigate();
  const [whose] = chain;
  const key = whose === undefined ? "" : `${whose.scope}:${whose.id}`;
  const go = (chosen: string) => {
    const [scope = "", id = ""] = chosen.split(":");
    void navigate({ to: "/homes/$id", params: { id: home.id }, search: { part: "plan", ...(scope === "home" ? {} : { [scope]: id }) }, replace: true });
  };
  const choices = [
    { value: `home:${home.id}`, label: P.theHome },
    ...residents.map(({ id, name }) => ({ value: `resident:${id}`, label: name })),
    ...devices.map((device) => ({ value: `device:${device.id}`, label: deviceName(device) })),
  ];
  return (
    <Stack gap="sm">
      <NativeSelect label={P.whose} maw={420} data={choices} value={key} onChange={(event) => go(event.currentTarget.value)} />
      {whose !== undefined && <PlanOf key={key} organisation={home.organisation} zone={home.zone} chain={chain} whose={whose} nearer={whose.scope === "home" ? nearer(residents, devices) : []} mayChange={mayChange} />}
    </Stack>
  );
}

/** More than any home has: what is beyond is not asked for. */
const NEARER_AT_MOST = 60;

/** Whose settings go before the home's. */
function nearer(residents: readonly { id: string; name: string }[], devices: readonly Schemas["Device"][]): Named[] {
  const all: Named[] = [...residents.map(({ id, name }) => ({ scope: "resident" as const, id, name })), ...devices.map((device) => ({ scope: "device" as const, id: device.id, name: deviceName(device) }))];
  return all.slice(0, NEARER_AT_MOST);
}
