import { Box } from '@twilio-paste/core/box';
import { CustomizationProvider } from '@twilio-paste/core/customization';
import { ScreenReaderOnly } from '@twilio-paste/core/screen-reader-only';
import React from 'react';

import { Task } from '../flex';
import { LiveHandoffs } from '../handoff/LiveHandoffs';
import { JsonObject, Status, textOf } from '../handoff/model';
import { HandoffView, ShownHandoff, Trouble } from '../handoff/view';
import { PanelSettings } from '../settings';
import { TaskHandoff, taskHandoffOf } from '../taskHandoff';
import { reasonInWords } from '../words';

import { Caller } from './Caller';
import { Details } from './Details';
import { useHandoff, useReducedMotion } from './hooks';
import { Reason } from './Reason';
import { Empty, Loading, TroubleNotice, TroubleState } from './states';
import { Transcript } from './Transcript';

/** What the plugin gives; Flex adds the task. */
export interface HandoffPanelProps {
  /** Absent when no usable URL is configured. */
  handoffs?: LiveHandoffs;
  settings: PanelSettings;
  task?: Task | null;
}

/** The theme's own element takes no size from its place; the panel takes it from this one. */
const FRAME: React.CSSProperties = { position: 'relative', height: '100%', width: '100%' };

/**
 * The panel beside a task. It brings its own theme: Paste is part of this bundle, and the theme that
 * Flex or another plugin sets is for theirs.
 */
export const HandoffPanel: React.FC<HandoffPanelProps> = ({ handoffs, settings, task }) => {
  const still = useReducedMotion();
  const known = taskHandoffOf(task);
  const view = useHandoff(handoffs, known?.id);
  return (
    <div style={FRAME}>
      <CustomizationProvider baseTheme={settings.light ? 'default' : 'dark'} disableAnimations={still}>
        <Box
          as="section"
          aria-label="Handoff from the voice agent"
          position="absolute"
          inset="0"
          display="flex"
          flexDirection="column"
          overflowY="auto"
          backgroundColor="colorBackgroundBody"
          color="colorText"
        >
          {known === undefined ? (
            <Empty />
          ) : (
            <Known
              key={known.id}
              known={known}
              view={view}
              highlights={settings.highlights}
              onRetry={() => handoffs?.retry(known.id)}
            />
          )}
        </Box>
      </CustomizationProvider>
    </div>
  );
};

interface KnownProps {
  known: TaskHandoff;
  view: HandoffView;
  highlights: string[];
  onRetry(): void;
}

const Known: React.FC<KnownProps> = ({ known, view, highlights, onRetry }) => {
  const { handoff, trouble } = view;
  const data = handoff?.data ?? (mayShowTask(trouble) ? known.data : undefined);
  const reason = handoff?.reason ?? known.reason ?? textOf(data?.handoff_reason);
  const notice = trouble !== undefined && data !== undefined;
  return (
    <>
      <Announcement reason={reason} handoff={handoff} />
      {trouble !== undefined && notice && (
        <TroubleNotice trouble={trouble} fromTask={handoff === undefined} onRetry={onRetry} />
      )}
      {(trouble === undefined || notice || reason !== undefined) && trouble !== 'deleted' && (
        <Reason
          status={handoff?.status ?? (trouble === undefined || trouble === 'away' ? 'waiting' : undefined)}
          reason={reason}
          destination={handoff?.destination ?? known.destination}
          {...spanOf(handoff, known, trouble)}
        />
      )}
      <Box paddingX="space60" paddingTop="space60">
        <Caller name={known.name ?? nameIn(data)} number={known.number} />
      </Box>
      {data !== undefined && (
        <Box padding="space60" paddingBottom="space0">
          <Details data={data} highlights={highlights} />
        </Box>
      )}
      {handoff !== undefined && (
        <Box padding="space60" display="flex" flexDirection="column" flex="1 1 auto">
          <Transcript lines={handoff.transcript} live={view.news === 'live' && handoff.status === 'with_agent'} />
        </Box>
      )}
      {handoff === undefined && trouble === undefined && <Loading />}
      {trouble !== undefined && !notice && <TroubleState trouble={trouble} onRetry={onRetry} />}
    </>
  );
};

/** Once the mesh says that it is gone or not for this person, the task's copy stays unread too. */
function mayShowTask(trouble: Trouble | undefined): boolean {
  return trouble === undefined || trouble === 'away' || trouble === 'unknown' || trouble === 'unconfigured';
}

/** From when to when the clock runs. */
function spanOf(
  handoff: ShownHandoff | undefined,
  known: TaskHandoff,
  trouble: Trouble | undefined,
): { from?: number; to?: number } {
  if (handoff === undefined) {
    return trouble === undefined || trouble === 'away' ? { from: known.handedOverAt } : {};
  }
  if (handoff.status === 'with_agent' || handoff.status === 'waiting') {
    return { from: handoff.since ?? known.handedOverAt };
  }
  const from = stepAt(handoff, 'requested') ?? stepAt(handoff, 'stored') ?? known.handedOverAt;
  return from === undefined ? {} : { from, to: stepAt(handoff, handoff.status) ?? handoff.since ?? from };
}

/** When a step was last taken: a call can be handed over twice. */
function stepAt(handoff: ShownHandoff, step: string): number | undefined {
  return handoff.receipts.filter((receipt) => receipt.step === step).pop()?.at;
}

const NAMES = ['customer_name', 'caller_name', 'full_name', 'name'];

function nameIn(data: JsonObject | undefined): string | undefined {
  return NAMES.map((name) => textOf(data?.[name])).find((name) => name !== undefined && !name.startsWith('['));
}

const SPOKEN: Record<Status, string> = {
  with_agent: 'The caller is talking to the voice agent',
  waiting: 'The caller is waiting',
  accepted: 'The call was taken',
  abandoned: 'The caller has hung up',
  failed: 'The transfer failed',
};

/** Tells a screen reader what a glance at the badge tells, when it changes. */
const Announcement: React.FC<{ reason?: string; handoff?: ShownHandoff }> = ({ reason, handoff }) => (
  <ScreenReaderOnly>
    <span role="status">
      {handoff !== undefined && `${SPOKEN[handoff.status]}${reason === undefined ? '' : `: ${reasonInWords(reason)}`}`}
    </span>
  </ScreenReaderOnly>
);
