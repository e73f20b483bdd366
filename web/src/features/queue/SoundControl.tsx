import { Button, Group } from "@mantine/core";
import { useEffect, useRef, useState } from "react";

import { useLive } from "../../stream/context.tsx";
import { queue } from "../../text/en.ts";
import { blocked, dueAgain, play, sounding, unblock } from "./sound.ts";

const KEY = "harken.sound";

/** Sounds until somebody has taken what waits; says when the browser keeps it silent. */
export function SoundControl() {
  const live = useLive();
  const [on, setOn] = useState(() => localStorage.getItem(KEY) !== "off");
  const [mute, setMute] = useState(blocked);
  const last = useRef<{ priority: number; at: number } | null>(null);
  useEffect(() => {
    if (!on) return;
    const look = () => {
      setMute(blocked());
      const priority = sounding(live.snapshot().board.values());
      const at = performance.now();
      if (priority === null) {
        last.current = null;
      } else if (last.current === null || priority < last.current.priority || at >= dueAgain(last.current.priority, last.current.at)) {
        play(priority);
        last.current = { priority, at };
      }
    };
    const timer = setInterval(look, 500);
    const stop = live.subscribe(look);
    return () => {
      clearInterval(timer);
      stop();
    };
  }, [on, live]);

  async function allow() {
    await unblock();
    setMute(blocked());
  }

  async function test() {
    await allow();
    [1, 2, 3, 4, 5].forEach((priority, n) => setTimeout(() => play(priority), n * 900));
  }

  return (
    <Group gap={6}>
      {on && mute && (
        <Button size="compact-sm" color="red" variant="filled" onClick={() => void allow()}>
          {queue.soundBlocked}
        </Button>
      )}
      <Button
        size="compact-sm"
        variant={on ? "default" : "filled"}
        color={on ? "gray" : "yellow"}
        aria-pressed={on}
        onClick={() => {
          localStorage.setItem(KEY, on ? "off" : "on");
          setOn(!on);
        }}
      >
        {on ? queue.soundOn : queue.soundOff}
      </Button>
      <Button size="compact-sm" variant="default" onClick={() => void test()}>
        {queue.soundTest}
      </Button>
    </Group>
  );
}
