import type { Clock } from '../clock/clock.ts';
import { createPauses, type Pauses } from './pauses.ts';

/** Which topics a relay leaves alone for now, because their events found no broker, or nobody with room for them. */
export interface TopicPauses {
  /** The topics that rest now. */
  resting(): string[];
  /** Lets a topic rest, longer each time in a row. */
  pause(topic: string): void;
  /** All is well with a topic: its next pause is a short one. */
  clear(topic: string): void;
  /** Until the first of them has rested enough; undefined when none rests. */
  nextEndMs(): number | undefined;
}

interface Rest {
  readonly pauses: Pauses;
  untilMs: number;
}

/** One topic that cannot be sent must not stand in the way of the others. As many entries as an outbox has topics. */
export function createTopicPauses(clock: Clock, random: () => number): TopicPauses {
  const rests = new Map<string, Rest>();
  const isResting = ({ untilMs }: Rest) => untilMs > clock.now();
  return {
    resting: () => Array.from(rests).flatMap(([topic, rest]) => (isResting(rest) ? [topic] : [])),
    pause(topic) {
      const { pauses } = rests.get(topic) ?? { pauses: createPauses(random) };
      rests.set(topic, { pauses, untilMs: clock.now() + pauses.nextMs() });
    },
    clear: (topic) => void rests.delete(topic),
    nextEndMs() {
      const ends = Array.from(rests.values()).flatMap((rest) => (isResting(rest) ? [rest.untilMs] : []));
      return ends.length > 0 ? Math.min(...ends) : undefined;
    },
  };
}
