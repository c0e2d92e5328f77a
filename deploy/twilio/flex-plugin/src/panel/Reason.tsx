import { Badge, BadgeProps } from '@twilio-paste/core/badge';
import { Box } from '@twilio-paste/core/box';
import { Heading } from '@twilio-paste/core/heading';
import { Text } from '@twilio-paste/core/text';
import React from 'react';

import { Status } from '../handoff/model';
import { clock, duration, fromName, reasonInWords, timeOfDay } from '../words';

import { useNow } from './hooks';

const MINUTE_MS = 60_000;

/** Where the call is: by what the mesh says, or by Flex, once a person has it. */
export type ShownStatus = Status | 'with_you' | 'with_person' | 'ended';

const STATUS: Record<ShownStatus, { badge: BadgeProps['variant']; text: string; time: string }> = {
  with_agent: { badge: 'new', text: 'With the voice agent', time: 'on the phone' },
  waiting: { badge: 'warning', text: 'Waiting for a person', time: 'waiting' },
  accepted: { badge: 'success', text: 'Taken', time: 'waited' },
  abandoned: { badge: 'neutral', text: 'Hung up', time: 'waited' },
  failed: { badge: 'error', text: 'Transfer failed', time: 'waited' },
  with_you: { badge: 'success', text: 'With you', time: 'with you' },
  with_person: { badge: 'success', text: 'With a person', time: 'talking' },
  ended: { badge: 'neutral', text: 'Ended', time: 'talked' },
};

/** What the heading says. */
export interface ReasonProps {
  /** Absent when nobody knows where the call is. */
  status?: ShownStatus;
  reason?: string;
  destination?: string;
  /** Milliseconds since 1970; absent while the voice agent has the call. */
  handedOverAt?: number;
  /** When the wait, or the talk, began. */
  from?: number;
  /** When it ended; absent while it lasts. */
  to?: number;
}

/** Why the call is here and how long the caller has waited: the first thing that is read. */
export const Reason: React.FC<ReasonProps> = ({ status, reason, destination, handedOverAt, from, to }) => {
  return (
    <Box
      as="header"
      padding="space60"
      backgroundColor="colorBackgroundBody"
      borderBottomWidth="borderWidth10"
      borderBottomStyle="solid"
      borderBottomColor="colorBorderWeaker"
    >
      <Box display="flex" justifyContent="space-between" alignItems="flex-start" columnGap="space60">
        <Box minWidth="0">
          {status !== undefined && (
            <Box marginBottom="space40">
              <Badge as="span" variant={STATUS[status].badge}>
                {STATUS[status].text}
              </Badge>
            </Box>
          )}
          <Heading as="h2" variant="heading20" marginBottom="space0">
            {reason === undefined ? withoutReason(status) : reasonInWords(reason)}
          </Heading>
        </Box>
        {status !== undefined && from !== undefined && <Clock status={status} from={from} to={to} />}
      </Box>
      {(destination !== undefined || handedOverAt !== undefined) && (
        <Text as="p" color="colorTextWeak" marginTop="space30">
          {[
            destination === undefined ? '' : `For ${fromName(destination)}`,
            handedOverAt === undefined ? '' : `Handed over at ${timeOfDay(handedOverAt)}`,
          ]
            .filter((part) => part !== '')
            .join(' · ')}
        </Text>
      )}
    </Box>
  );
};

function withoutReason(status?: ShownStatus): string {
  return status === 'with_agent' ? 'Still talking' : 'Handed over without a reason';
}

/** Ticks for the eye; a screen reader finds it when it looks, and is not told each second. */
const Clock: React.FC<{ status: ShownStatus; from: number; to?: number }> = ({ status, from, to }) => {
  const now = useNow(to === undefined);
  const ms = (to ?? now) - from;
  return (
    <Box flexShrink={0} textAlign="right" role="timer" aria-live="off" aria-label={`${STATUS[status].time} ${duration(ms)}`}>
      <Text
        as="p"
        aria-hidden="true"
        fontSize="fontSize80"
        lineHeight="lineHeight80"
        fontWeight="fontWeightBold"
        fontVariantNumeric="tabular-nums"
        color={urgency(status, ms)}
      >
        {clock(ms)}
      </Text>
      <Text as="p" aria-hidden="true" fontSize="fontSize20" lineHeight="lineHeight20" color="colorTextWeak">
        {STATUS[status].time}
      </Text>
    </Box>
  );
};

function urgency(status: ShownStatus, ms: number): 'colorText' | 'colorTextWarningStrong' | 'colorTextErrorStrong' {
  if (status !== 'waiting' || ms < 2 * MINUTE_MS) {
    return 'colorText';
  }
  return ms < 5 * MINUTE_MS ? 'colorTextWarningStrong' : 'colorTextErrorStrong';
}
