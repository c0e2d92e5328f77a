import { Box } from '@twilio-paste/core/box';
import { Button } from '@twilio-paste/core/button';
import { Heading } from '@twilio-paste/core/heading';
import { ScreenReaderOnly } from '@twilio-paste/core/screen-reader-only';
import { SkeletonLoader } from '@twilio-paste/core/skeleton-loader';
import { Text } from '@twilio-paste/core/text';
import { CallIncomingIcon } from '@twilio-paste/icons/esm/CallIncomingIcon';
import { ErrorIcon } from '@twilio-paste/icons/esm/ErrorIcon';
import { HideIcon } from '@twilio-paste/icons/esm/HideIcon';
import { HistoryIcon } from '@twilio-paste/icons/esm/HistoryIcon';
import { WarningIcon } from '@twilio-paste/icons/esm/WarningIcon';
import React from 'react';

import { Trouble } from '../handoff/view';

type Icon = typeof ErrorIcon;

interface Words {
  icon: Icon;
  title: string;
  text: string;
  /** Whether asking again can help. */
  retry: boolean;
}

const TROUBLES: Record<Trouble, Words> = {
  expired: {
    icon: HistoryIcon,
    title: 'This handoff has expired',
    text: 'What the voice agent had noted is kept for a limited time, which is over.',
    retry: false,
  },
  deleted: {
    icon: HideIcon,
    title: 'This handoff was deleted',
    text: 'Somebody asked for the caller’s data to be removed. There is nothing left to show.',
    retry: false,
  },
  unknown: {
    icon: HistoryIcon,
    title: 'Nothing is known of this call',
    text: 'The voice agent left nothing that your account can read. It may have been handed over a moment ago.',
    retry: true,
  },
  refused: {
    icon: HideIcon,
    title: 'You are not allowed to see this',
    text: 'Your role, or your account, may not read handoffs. A supervisor or administrator can change that.',
    retry: true,
  },
  away: {
    icon: ErrorIcon,
    title: 'callmesh cannot be reached',
    text: 'The voice agent’s notes cannot be loaded right now. The call itself is not affected; this panel keeps trying.',
    retry: true,
  },
  unconfigured: {
    icon: WarningIcon,
    title: 'The panel is not set up',
    text: 'An administrator has to say where callmesh is: ui_attributes.callmesh.url in the Flex configuration, with https.',
    retry: false,
  },
};

interface TroubleProps {
  trouble: Trouble;
  onRetry(): void;
}

/** In the place of what cannot be shown. */
export const TroubleState: React.FC<TroubleProps> = ({ trouble, onRetry }) => {
  const { icon, title, text, retry } = TROUBLES[trouble];
  return (
    <Message icon={icon} title={title} text={text}>
      {retry && (
        <Button variant="secondary" onClick={onRetry}>
          Try again
        </Button>
      )}
    </Message>
  );
};

/** Above what is shown although it may not be the latest. */
export const TroubleNotice: React.FC<TroubleProps & { fromTask: boolean }> = ({ trouble, fromTask, onRetry }) => (
  <Box
    role="status"
    display="flex"
    alignItems="center"
    columnGap="space40"
    paddingX="space60"
    paddingY="space40"
    backgroundColor="colorBackgroundWarningWeakest"
    borderBottomWidth="borderWidth10"
    borderBottomStyle="solid"
    borderBottomColor="colorBorderWarningWeaker"
  >
    <WarningIcon decorative color="colorTextWarning" size="sizeIcon30" />
    <Box flex="1 1 auto">
      <Text as="p" fontWeight="fontWeightSemibold">
        {TROUBLES[trouble].title}
      </Text>
      <Text as="p" fontSize="fontSize20" lineHeight="lineHeight20">
        {fromTask ? 'This is what came with the task, without the transcript.' : 'This is what was known last.'}
      </Text>
    </Box>
    {TROUBLES[trouble].retry && (
      <Button variant="secondary" size="small" onClick={onRetry}>
        Try again
      </Button>
    )}
  </Box>
);

/** No task, or one that no voice agent handed over. */
export const Empty: React.FC = () => (
  <Message
    icon={CallIncomingIcon}
    title="No handoff to show"
    text="When a voice agent hands a call over to you, you see here who calls, why, and what they have said so far."
  />
);

/** Until the first answer. */
export const Loading: React.FC = () => (
  <Box padding="space60" display="flex" flexDirection="column" rowGap="space60" role="status" aria-busy="true">
    <ScreenReaderOnly>Loading what the voice agent noted</ScreenReaderOnly>
    <Box display="flex" columnGap="space30">
      {[0, 1, 2].map((tile) => (
        <Box key={tile} flex="1 1 0">
          <SkeletonLoader height="56px" />
        </Box>
      ))}
    </Box>
    <Box display="flex" flexDirection="column" rowGap="space30">
      <SkeletonLoader width="100%" />
      <SkeletonLoader width="85%" />
      <SkeletonLoader width="60%" />
    </Box>
    <Box display="flex" flexDirection="column" rowGap="space40">
      <SkeletonLoader width="65%" height="40px" />
      <Box alignSelf="flex-end" width="65%">
        <SkeletonLoader height="40px" />
      </Box>
      <SkeletonLoader width="50%" height="40px" />
    </Box>
  </Box>
);

const Message: React.FC<{ icon: Icon; title: string; text: string }> = ({ icon: MessageIcon, title, text, children }) => (
  <Box
    role="status"
    flex="1 1 auto"
    display="flex"
    flexDirection="column"
    alignItems="center"
    justifyContent="center"
    rowGap="space40"
    padding="space80"
    textAlign="center"
  >
    <Box
      size="sizeIcon100"
      display="flex"
      alignItems="center"
      justifyContent="center"
      borderRadius="borderRadiusCircle"
      backgroundColor="colorBackground"
    >
      <MessageIcon decorative size="sizeIcon50" color="colorTextIcon" />
    </Box>
    <Heading as="h2" variant="heading30" marginBottom="space0">
      {title}
    </Heading>
    <Box maxWidth="320px">
      <Text as="p" color="colorTextWeak">
        {text}
      </Text>
    </Box>
    {children}
  </Box>
);
