// When something was last heard. What was never heard, or not from this home, stands out.

import { Text } from "@mantine/core";

import { homesWords as words } from "../../text/en.ts";
import { useNow } from "../../time/clock.ts";
import { span } from "../../time/format.ts";
import classes from "./homes.module.css";

export function Heard({ at, missing }: { at: string | null | undefined; missing: boolean }) {
  const now = useNow();
  if (at == null) return <Text className={classes.never} size="sm" span>{words.heard.never}</Text>;
  if (missing) return <Text className={classes.never} size="sm" span>{words.heard.elsewhere}</Text>;
  return (
    <Text size="sm" span className="counting">
      {words.heard.ago(span(now - Date.parse(at)))}
    </Text>
  );
}
