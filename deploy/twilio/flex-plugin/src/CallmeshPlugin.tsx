import { FlexPlugin } from '@twilio/flex-plugin';
import type * as Flex from '@twilio/flex-ui';
import React from 'react';

import { browser } from './handoff/LiveHandoff';
import { LiveHandoffs } from './handoff/LiveHandoffs';
import { HandoffPanel } from './panel/HandoffPanel';
import { settingsOf } from './settings';

const NAME = 'CallmeshPlugin';

/** Shows the handoff beside the task: in the right half of the desktop, or in a tab. */
export default class CallmeshPlugin extends FlexPlugin {
  constructor() {
    super(NAME);
  }

  /** Called once, when Flex has started. */
  init(flex: typeof Flex, manager: Flex.Manager): void {
    const settings = settingsOf(manager, process.env.FLEX_APP_CALLMESH_URL);
    const around = browser(() => manager.user.token);
    const handoffs = settings.url === undefined ? undefined : new LiveHandoffs(settings.url, around);
    const panel = <HandoffPanel key="callmesh-handoff" handoffs={handoffs} settings={settings} />;
    if (settings.placement === 'tab') {
      flex.TaskCanvasTabs.Content.add(inTab(flex, panel), { sortOrder: 0, if: isOurs });
    } else {
      flex.CRMContainer.Content.replace(panel);
    }
    flex.Supervisor.TaskCanvasTabs.Content.add(inTab(flex, React.cloneElement(panel, { supervised: true })), { sortOrder: 0, if: isOurs });
  }
}

interface TabProps {
  task?: Flex.ITask;
}

function inTab(flex: typeof Flex, panel: React.ReactElement): React.ReactElement {
  const Handoff = flex.withTaskContext(({ task }: TabProps) => React.cloneElement(panel, { task }));
  return (
    <flex.Tab key="callmesh-handoff" uniqueName="callmesh-handoff" label="Handoff">
      <Handoff />
    </flex.Tab>
  );
}

function isOurs({ task }: TabProps): boolean {
  return task?.attributes?.callmesh !== undefined;
}
