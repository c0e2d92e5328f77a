import { Desk } from './flex';
import { isObject } from './handoff/model';

/** Where the panel is: in the right half of the desktop, or a tab beside the task's information. */
export type Placement = 'panel2' | 'tab';

/** What an operator can set. */
export interface PanelSettings {
  /** The base URL of the mesh, without a slash at its end; absent when there is none to be used. */
  url?: string;
  placement: Placement;
  /** Names of the agent's data to show large, the most important first. */
  highlights: string[];
  /** Whether the desktop is light. */
  light: boolean;
}

/**
 * The settings: `ui_attributes.callmesh` of the Flex configuration, or the same in `appConfig.js`;
 * for the URL also `FLEX_APP_CALLMESH_URL` at the time of the build, which the configuration
 * outranks, so that one build serves several accounts.
 */
export function settingsOf(desk: Desk, built: string | undefined): PanelSettings {
  const given = { ...member(desk.configuration, 'callmesh'), ...ofAccount(desk) };
  const { highlights } = given;
  return {
    url: baseUrl(given.url) ?? baseUrl(built),
    placement: given.placement === 'tab' ? 'tab' : 'panel2',
    highlights: Array.isArray(highlights) ? highlights.filter((name): name is string => typeof name === 'string') : [],
    light: member(desk.configuration, 'theme').isLight !== false,
  };
}

function ofAccount(desk: Desk): Record<string, unknown> {
  return member(member(desk.serviceConfiguration, 'ui_attributes'), 'callmesh');
}

function member(value: unknown, name: string): Record<string, unknown> {
  const found: unknown = isObject(value) ? value[name] : undefined;
  return isObject(found) ? found : {};
}

/** The Flex token goes there: not over a wire that anybody can read. */
function baseUrl(value: unknown): string | undefined {
  if (typeof value !== 'string') {
    return undefined;
  }
  try {
    const url = new URL(value.trim());
    const local = url.hostname === 'localhost' || url.hostname === '127.0.0.1';
    const safe = url.protocol === 'https:' || (url.protocol === 'http:' && local);
    return safe ? (url.origin + url.pathname).replace(/\/+$/, '') : undefined;
  } catch {
    return undefined;
  }
}
