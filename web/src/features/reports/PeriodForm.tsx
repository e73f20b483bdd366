// Of which time and organisation: one choice for the usual periods and months, and days of one's own.

import { Group, NativeSelect, TextInput } from "@mantine/core";

import { useOrganisations } from "../../places/organisations.ts";
import { reportsWords as words } from "../../text/en.ts";
import { plusDays } from "../../time/zone.ts";
import { DEFAULT, type Days, monthsUntil, NAMED, type ReportSearch } from "./period.ts";
import { monthWords } from "./tables.ts";

const OWN = "own";
const MONTHS = 36;

interface Props {
  search: ReportSearch;
  days: Days | null;
  today: string;
  set: (search: ReportSearch) => void;
}

export function PeriodForm({ search, days, today, set }: Props) {
  const organisations = useOrganisations();
  const own = search.from !== undefined || search.to !== undefined;
  const { organisation, ...time } = search;
  const whose = organisation === undefined ? {} : { organisation };
  const months = monthsUntil(today, MONTHS);
  const asked = search.period ?? DEFAULT;
  // A month of the address may lie further back than the choice goes.
  if (/^\d{4}-\d{2}$/.test(asked) && !months.includes(asked)) months.push(asked);
  const choose = (value: string) => {
    if (value !== OWN) {
      set({ period: value, ...whose });
      return;
    }
    // Begins with the days that were shown.
    const begun = days ?? { from: plusDays(today, -6), to: plusDays(today, 1) };
    set({ from: begun.from, to: plusDays(begun.to, -1), ...whose });
  };
  const data = [
    ...NAMED.map((value) => ({ value, label: words.periods[value] })),
    { value: OWN, label: words.ownDays },
    { group: words.oneMonth, items: months.map((month) => ({ value: month, label: monthWords(month) })) },
  ];
  return (
    <Group gap="sm" align="flex-end" className="no-print">
      <NativeSelect label={words.period} value={own ? OWN : asked} data={data} onChange={(event) => choose(event.currentTarget.value)} />
      {own && (
        <>
          <TextInput type="date" label={words.from} required value={search.from ?? ""} onChange={(event) => set({ ...search, from: event.currentTarget.value })} />
          <TextInput type="date" label={words.to} required value={search.to ?? ""} onChange={(event) => set({ ...search, to: event.currentTarget.value })} />
        </>
      )}
      {organisations.length > 1 && (
        <NativeSelect
          label={words.organisation}
          value={organisation ?? ""}
          data={[{ value: "", label: words.all }, ...organisations.map((each) => ({ value: each.id, label: each.name }))]}
          maw={280}
          onChange={(event) => set(event.currentTarget.value === "" ? time : { ...time, organisation: event.currentTarget.value })}
        />
      )}
    </Group>
  );
}
