/**
 * What the panel uses of Flex, as narrow as it is. The plugin gets the real thing, whose types say
 * whether this still fits.
 */

/** A task on the screen, as far as the panel looks at it. */
export interface Task {
  attributes?: Record<string, unknown> | null;
  /** The reservation's, as is the status: `pending`, `accepted`, `wrapping`, `completed`, `canceled`. */
  sid?: string;
  status?: string;
  dateUpdated?: Date | string;
}

/** The worker, the configuration and the theme. */
export interface Desk {
  user: { token: string };
  configuration?: unknown;
  serviceConfiguration?: unknown;
}
