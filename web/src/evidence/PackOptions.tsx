// What a pack is for, and the buttons that fetch it.

import { Group, NativeSelect } from "@mantine/core";

import { Download } from "../shell/Download.tsx";
import { evidenceWords as words } from "../text/en.ts";
import type { Form, Purpose } from "./path.ts";

const PURPOSES = ["complaint", "coroner", "subject_access"] as const;
const FORMS = ["html", "json"] as const;

interface Props {
  purpose: Purpose;
  set: (purpose: Purpose) => void;
  /** Where the pack is; null while something is missing. */
  pack: (format: Form) => { path: string; file: string } | null;
}

export function PackOptions({ purpose, set, pack }: Props) {
  return (
    <Group gap="xs" align="flex-end">
      <NativeSelect
        label={words.purpose}
        value={purpose}
        data={PURPOSES.map((value) => ({ value, label: words.purposes[value] }))}
        onChange={(event) => set(PURPOSES.find((each) => each === event.currentTarget.value) ?? "complaint")}
      />
      {FORMS.map((format) => {
        const found = pack(format);
        return <Download key={format} size="sm" disabled={found === null} path={found?.path ?? ""} file={found?.file ?? ""} label={words[format]} />;
      })}
    </Group>
  );
}
