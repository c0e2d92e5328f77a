import { Box } from '@twilio-paste/core/box';
import { CustomizationProvider } from '@twilio-paste/core/customization';
import { ScreenReaderOnly } from '@twilio-paste/core/screen-reader-only';
import React from 'react';

import { Task } from '../flex';
import { LiveHandoffs } from '../handoff/LiveHandoffs';
import { JsonObject, textOf } from '../handoff/model';
import { HandoffView, ShownHandoff, Trouble } from '../handoff/view';
import { Talk } from '../reservation';
import { PanelSettings } from '../settings';
import { TaskHandoff, taskHandoffOf } from '../taskHandoff';
import { reasonInWords } from '../words';

import { Caller } from './Caller';
import { Details } from './Details';
import { useHandoff, useReducedMotion, useTalk } from './hooks';
import { Reason, ShownStatus } from './Reason';
import { Empty, Loading, TroubleNotice, TroubleState } from './states';
import { Transcript } from './Transcript';

/** What the plugin gives; Flex adds the task. */
export interface HandoffPanelProps {
  /** Absent when no usable URL is configured. */
  handoffs?: LiveHandoffs;
  settings: PanelSettings;
  /** Whether the task may be another worker's, looked at by a supervisor. */
  supervised?: boolean;
  task?: Task | null;
}

/** The theme's own element takes no size from its place; the panel takes it from this one. */
const FRAME: React.CSSProperties = { position: 'relative', height: '100%', width: '100%' };

/**
 * The panel beside a task. It brings its own theme: Paste is part of this bundle, and the theme that
 * Flex or another plugin sets is for theirs.
 */
export const HandoffPanel: React.FC<HandoffPanelProps> = ({ handoffs, settings, supervised = false, task }) => {
  const still = useReducedMotion();
  const known = taskHandoffOf(task);
  const view = useHandoff(handoffs, known?.id);
  const talk = useTalk(task);
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
              talk={talk}
              supervised={supervised}
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
  talk?: Talk;
  supervised: boolean;
  highlights: string[];
  onRetry(): void;
}

const Known: React.FC<KnownProps> = ({ known, view, talk, supervised, highlights, onRetry }) => {
  const { handoff, trouble } = view;
  const data = handoff?.data ?? (mayShowTask(trouble) ? known.data : undefined);
  const reason = handoff?.reason ?? known.reason ?? textOf(data?.handoff_reason);
  const notice = trouble !== undefined && data !== undefined;
  const place = placeOf(view, known, talk, supervised);
  return (
    <>
      <Announcement reason={reason} status={handoff?.status && place.status} />
      {trouble !== undefined && notice && (
        <TroubleNotice trouble={trouble} fromTask={handoff === undefined} onRetry={onRetry} />
      )}
      {(trouble === undefined || notice || reason !== undefined) && trouble !== 'deleted' && (
        <Reason
          reason={reason}
          destination={handoff?.destination ?? known.destination}
          {...place}
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

/** Where the call is, and since when. */
interface Place {
  status?: ShownStatus;
  handedOverAt?: number;
  from?: number;
  to?: number;
}

/** Flex knows best who has the call, unless the mesh says at this moment that its agent has it again. */
function placeOf(view: HandoffView, known: TaskHandoff, talk: Talk | undefined, supervised: boolean): Place {
  const { handoff, trouble } = view;
  const span = spanOf(handoff, known, trouble);
  if (handoff?.status === 'with_agent' && (trouble === undefined || talk === undefined)) {
    return { status: 'with_agent', ...span };
  }
  const handedOverAt = handoff?.status === 'with_agent' ? known.handedOverAt : span.from;
  if (talk !== undefined) {
    return { status: ofTalk(talk, supervised), handedOverAt, from: talk.from, to: talk.to };
  }
  const unheard = trouble === undefined || trouble === 'away' ? 'waiting' : undefined;
  return { status: handoff?.status ?? unheard, handedOverAt, ...span };
}

function ofTalk(talk: Talk, supervised: boolean): ShownStatus {
  if (talk.status === 'ended') {
    return 'ended';
  }
  return supervised ? 'with_person' : 'with_you';
}

/** From when to when the clock runs, by what the mesh says. */
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

const SPOKEN: Record<ShownStatus, string> = {
  with_agent: 'The caller is talking to the voice agent',
  waiting: 'The caller is waiting',
  accepted: 'The call was taken',
  abandoned: 'The caller has hung up',
  failed: 'The transfer failed',
  with_you: 'The call is with you',
  with_person: 'The call is with a person',
  ended: 'The call has ended',
};

/** Tells a screen reader what a glance at the badge tells, when it changes. */
const Announcement: React.FC<{ reason?: string; status?: ShownStatus }> = ({ reason, status }) => (
  <ScreenReaderOnly>
    <span role="status">
      {status !== undefined && `${SPOKEN[status]}${reason === undefined ? '' : `: ${reasonInWords(reason)}`}`}
    </span>
  </ScreenReaderOnly>
);
