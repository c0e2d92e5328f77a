import { Box } from '@twilio-paste/core/box';
import { Disclosure, DisclosureContent, DisclosureHeading } from '@twilio-paste/core/disclosure';
import { Heading } from '@twilio-paste/core/heading';
import { Text } from '@twilio-paste/core/text';
import { HideIcon } from '@twilio-paste/icons/esm/HideIcon';
import React from 'react';

import { Json, JsonObject, MASKED, isObject } from '../handoff/model';
import { fromName } from '../words';

import { factsOf, isSingle, shown } from './facts';

/** So many are shown without being asked for. */
const OPEN = 6;

/** An object of so many short values is shown in one line. */
const SMALL = 3;
const SHORT = 24;

/** How deep objects are indented; what is deeper stays at that step. */
const DEEPEST = 4;

/** What the agent had learnt: its summary, the most telling values large, the rest as a list. */
export const Details: React.FC<{ data: JsonObject; highlights: string[] }> = ({ data, highlights }) => {
  const facts = factsOf(data, highlights);
  if (Object.keys(data).length === 0) {
    return (
      <Text as="p" color="colorTextWeak">
        The voice agent left no data.
      </Text>
    );
  }
  return (
    <Box display="flex" flexDirection="column" rowGap="space60">
      {facts.highlights.length > 0 && <Highlights highlights={facts.highlights} />}
      {facts.summary !== undefined && (
        <Box borderLeftWidth="borderWidth30" borderLeftStyle="solid" borderLeftColor="colorBorderPrimaryWeak" paddingLeft="space50">
          <Text as="p" fontSize="fontSize40" lineHeight="lineHeight40" overflowWrap="anywhere">
            {facts.summary}
          </Text>
        </Box>
      )}
      {facts.rest.length > 0 && (
        <Box>
          <Heading as="h3" variant="heading50">
            Noted by the voice agent
          </Heading>
          <Pairs pairs={facts.rest.slice(0, OPEN)} depth={0} />
          {facts.rest.length > OPEN && <More pairs={facts.rest.slice(OPEN)} />}
        </Box>
      )}
    </Box>
  );
};

const Highlights: React.FC<{ highlights: [string, string][] }> = ({ highlights }) => (
  <Box as="dl" margin="space0" display="flex" columnGap="space30" rowGap="space30" flexWrap="wrap">
    {highlights.map(([name, value]) => (
      <Box
        key={name}
        flex="1 1 0"
        minWidth="112px"
        padding="space40"
        borderRadius="borderRadius30"
        backgroundColor="colorBackground"
      >
        <Text as="dt" fontSize="fontSize20" lineHeight="lineHeight20" color="colorTextWeak">
          {fromName(name)}
        </Text>
        <Text
          as="dd"
          marginTop="space10"
          marginLeft="space0"
          fontSize="fontSize40"
          lineHeight="lineHeight40"
          fontWeight="fontWeightSemibold"
          fontVariantNumeric="tabular-nums"
          overflowWrap="anywhere"
        >
          {value}
        </Text>
      </Box>
    ))}
  </Box>
);

const More: React.FC<{ pairs: [string, Json][] }> = ({ pairs }) => (
  <Box marginTop="space30">
    <Disclosure>
      <DisclosureHeading as="h4" variant="heading60">
        {`${pairs.length} more`}
      </DisclosureHeading>
      <DisclosureContent>
        <Pairs pairs={pairs} depth={0} />
      </DisclosureContent>
    </Disclosure>
  </Box>
);

const Pairs: React.FC<{ pairs: [string, Json][]; depth: number }> = ({ pairs, depth }) => (
  <Box as="dl" margin="space0">
    {pairs.map(([name, value]) => (
      <Pair key={name} name={name} value={value} depth={depth} />
    ))}
  </Box>
);

const Pair: React.FC<{ name: string; value: Json; depth: number }> = ({ name, value, depth }) => {
  const single = isSingle(value) || isListOfSingles(value) || isSmall(value);
  return (
    <Box
      display={single ? 'grid' : 'block'}
      gridTemplateColumns="minmax(96px, 1fr) 2fr"
      columnGap="space50"
      paddingY="space20"
      borderBottomWidth={depth === 0 ? 'borderWidth10' : 'borderWidth0'}
      borderBottomStyle="solid"
      borderBottomColor="colorBorderWeaker"
    >
      <Text as="dt" color="colorTextWeak" overflowWrap="anywhere">
        {fromName(name)}
      </Text>
      <Text as="dd" margin="space0" overflowWrap="anywhere">
        <Value value={value} depth={depth} />
      </Text>
    </Box>
  );
};

const Value: React.FC<{ value: Json; depth: number }> = ({ value, depth }) => {
  if (value === MASKED) {
    return <Masked />;
  }
  if (isListOfSingles(value)) {
    return <>{value.length === 0 ? shown(null) : value.map(shown).join(', ')}</>;
  }
  if (isSingle(value)) {
    return <>{shown(value)}</>;
  }
  if (isSmall(value)) {
    return <InOneLine pairs={Object.entries(value)} />;
  }
  const pairs = isObject(value) ? Object.entries(value) : numbered(value);
  return (
    <Box
      marginTop="space10"
      paddingLeft={depth < DEEPEST ? 'space40' : 'space0'}
      borderLeftWidth={depth < DEEPEST ? 'borderWidth20' : 'borderWidth0'}
      borderLeftStyle="solid"
      borderLeftColor="colorBorderWeaker"
    >
      <Pairs pairs={pairs} depth={depth + 1} />
    </Box>
  );
};

/** Few short values under one name: `Brand Visa  Expires 03/28`. */
const InOneLine: React.FC<{ pairs: [string, Json][] }> = ({ pairs }) => (
  <Box as="dl" margin="space0" display="flex" flexWrap="wrap" columnGap="space50">
    {pairs.map(([name, value]) => (
      <Box key={name} display="flex" columnGap="space20">
        <Text as="dt" color="colorTextWeak">
          {fromName(name)}
        </Text>
        <Text as="dd" margin="space0">
          <Value value={value} depth={DEEPEST} />
        </Text>
      </Box>
    ))}
  </Box>
);

/** Whether an object is one that a line holds. */
function isSmall(value: Json): value is JsonObject {
  const values = isObject(value) ? Object.values(value) : [];
  return (
    values.length > 0 && values.length <= SMALL && values.every((one) => isSingle(one) && shown(one).length <= SHORT)
  );
}

function numbered(value: Json): [string, Json][] {
  return Array.isArray(value) ? value.map((item, index) => [String(index + 1), item]) : [];
}

function isListOfSingles(value: Json): value is Json[] {
  return Array.isArray(value) && value.every((item) => isSingle(item) && item !== MASKED);
}

/** A value that this worker's role may not see. */
const Masked: React.FC = () => (
  <Box as="span" display="inline-flex" alignItems="center" columnGap="space20" color="colorTextWeak">
    <HideIcon decorative size="sizeIcon20" />
    Hidden: not for your role
  </Box>
);
