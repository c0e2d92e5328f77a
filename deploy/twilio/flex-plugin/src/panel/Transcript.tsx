import { Box } from '@twilio-paste/core/box';
import { ChatBubble, ChatMessage, ChatMessageMeta, ChatMessageMetaItem } from '@twilio-paste/core/chat-log';
import { Heading } from '@twilio-paste/core/heading';
import { Text } from '@twilio-paste/core/text';
import React, { useEffect, useRef } from 'react';

import { SaidLine } from '../handoff/view';
import { timeOfDay } from '../words';

const SPEAKER = { caller: 'Caller', agent: 'Voice agent' } as const;

/** Nearer than this to the end, the reader follows what comes. */
const AT_END_PX = 48;

/** What was said, as it is said. Final lines are announced; what may still change is only seen. */
export const Transcript: React.FC<{ lines: SaidLine[]; live: boolean }> = ({ lines, live }) => {
  const frame = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  useEffect(() => {
    if (following.current && frame.current) {
      frame.current.scrollTop = frame.current.scrollHeight;
    }
  }, [lines]);
  const final = lines.filter((line) => line.final);
  const passing = lines.filter((line) => !line.final);
  return (
    <Box display="flex" flexDirection="column" flex="1 1 auto" minHeight="240px">
      <Box display="flex" alignItems="center" justifyContent="space-between" marginBottom="space30">
        <Heading as="h3" variant="heading50" marginBottom="space0">
          What was said
        </Heading>
        {live && <LiveMark />}
      </Box>
      <Box
        ref={frame}
        role="group"
        aria-label="What was said"
        tabIndex={0}
        flex="1 1 0"
        overflowY="auto"
        borderWidth="borderWidth10"
        borderStyle="solid"
        borderColor="colorBorderWeaker"
        borderRadius="borderRadius30"
        outline="none"
        _focusVisible={{ boxShadow: 'shadowFocus' }}
        onScroll={({ currentTarget }: React.UIEvent<HTMLElement>) => {
          const { scrollHeight, scrollTop, clientHeight } = currentTarget;
          following.current = scrollHeight - scrollTop - clientHeight < AT_END_PX;
        }}
      >
        {lines.length === 0 && (
          <Box padding="space50">
            <Text as="p" color="colorTextWeak">
              {live ? 'Nothing has been said yet.' : 'The voice agent sent no transcript.'}
            </Text>
          </Box>
        )}
        {/* Paste's ChatLog with less air: this is read at a glance, not written in */}
        <Box role="log" aria-label="Transcript" padding={final.length > 0 ? 'space50' : 'space0'}>
          {final.length > 0 && (
            <Box role="list" display="flex" flexDirection="column" rowGap="space50">
              {final.map((line) => (
                <Line key={line.key} line={line} />
              ))}
            </Box>
          )}
        </Box>
        {passing.length > 0 && (
          <Box paddingX="space50" paddingY="space30" aria-hidden="true">
            {passing.map((line) => (
              <Text key={line.key} as="p" color="colorTextWeak" fontStyle="italic" textAlign={line.role === 'caller' ? 'left' : 'right'}>
                {`${line.text} …`}
              </Text>
            ))}
          </Box>
        )}
      </Box>
    </Box>
  );
};

const Line: React.FC<{ line: SaidLine }> = ({ line }) => {
  const at = line.at === undefined ? '' : timeOfDay(line.at);
  const speaker = SPEAKER[line.role];
  return (
    <ChatMessage variant={line.role === 'caller' ? 'inbound' : 'outbound'}>
      <ChatBubble>{line.text}</ChatBubble>
      <ChatMessageMeta aria-label={at === '' ? `said by the ${speaker}` : `said by the ${speaker} at ${at}`}>
        <ChatMessageMetaItem>{at === '' ? speaker : `${speaker} · ${at}`}</ChatMessageMetaItem>
      </ChatMessageMeta>
    </ChatMessage>
  );
};

const LiveMark: React.FC = () => (
  <Box display="inline-flex" alignItems="center" columnGap="space20">
    <Box size="sizeIcon05" borderRadius="borderRadiusCircle" backgroundColor="colorBackgroundSuccess" />
    <Text as="span" fontSize="fontSize20" lineHeight="lineHeight20" color="colorTextWeak">
      Live
    </Text>
  </Box>
);
