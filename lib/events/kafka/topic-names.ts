/** The topics and the consumer group of one subscription. */
export interface SubscriptionTopics {
  readonly main: string;
  /** One for each delay, so that what lies first in it falls due first. */
  readonly retries: readonly string[];
  readonly dead: string;
  readonly group: string;
  /** Who redrive dead letters at once share them. */
  readonly redriveGroup: string;
}

/**
 * A subscription has retry topics and a group of its own: what one consumer fails at comes again to it alone, and
 * kafkajs would hand members of a group partitions of topics that only others of it subscribed to.
 */
export function topicsOf(
  subscription: { consumer: string; topic: string },
  { prefix = '', retries }: { prefix?: string | undefined; retries: number },
): SubscriptionTopics {
  const main = prefix + subscription.topic;
  const group = `${main}.${subscription.consumer}`;
  return {
    main,
    retries: Array.from({ length: retries }, (_, index) => `${group}.retry.${index + 1}`),
    dead: `${group}.dead`,
    group,
    redriveGroup: `${group}.redrive`,
  };
}
